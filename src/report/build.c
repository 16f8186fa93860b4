/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which sections a report has, and in what order: one row per section. A new view is a function
 * in a views_*.c file and a row here.
 */
#include "views.h"

#define ALWAYS 0u

struct entry {
    unsigned views;  /* PS_VIEW_ bits that ask for it, or ALWAYS */
    unsigned tables; /* PS_TABLE_ bits: rows that it reads */
    void (*add)(struct ps_report *report);
};

/* For programs, `summary` means everything. */
static const struct entry for_programs[] = {
    {ALWAYS, 0, ps_view_document},
    {ALWAYS, 0, ps_view_capture},
    {ALWAYS, 0, ps_view_ledger},
    {PS_VIEW_SUMMARY | PS_VIEW_RANGES, 0, ps_view_ranges},
    {PS_VIEW_SUMMARY | PS_VIEW_SERVICES, PS_TABLE_SERVICES, ps_view_services},
    {PS_VIEW_SUMMARY | PS_VIEW_PORTS, PS_TABLE_PORTS, ps_view_ports},
    {PS_VIEW_SUMMARY | PS_VIEW_PAIRS, PS_TABLE_PAIRS, ps_view_pairs},
    {PS_VIEW_SUMMARY | PS_VIEW_FLOWS, PS_TABLE_FLOWS, ps_view_flows},
    {PS_VIEW_SUMMARY | PS_VIEW_HOSTS, PS_TABLE_HOSTS, ps_view_hosts},
    {PS_VIEW_SUMMARY | PS_VIEW_TIMELINE, 0, ps_view_timeline},
    {PS_VIEW_SUMMARY | PS_VIEW_TUNNELS, 0, ps_view_tunnels},
    {PS_VIEW_SUMMARY | PS_VIEW_EPHEMERAL, PS_TABLE_EPHEMERAL | PS_TABLE_FINDINGS, ps_view_ephemeral},
    {PS_VIEW_SUMMARY | PS_VIEW_FINDINGS, PS_TABLE_FINDINGS, ps_view_findings},
    {0, 0, NULL},
};

/* As one table, `summary` means the ports. */
static const struct entry one_table[] = {
    {PS_VIEW_SUMMARY | PS_VIEW_PORTS, PS_TABLE_PORTS, ps_view_ports},
    {PS_VIEW_SERVICES, PS_TABLE_SERVICES, ps_view_services},
    {PS_VIEW_FLOWS, PS_TABLE_FLOWS, ps_view_flows},
    {PS_VIEW_FINDINGS, PS_TABLE_FINDINGS, ps_view_findings},
    {PS_VIEW_EPHEMERAL, PS_TABLE_EPHEMERAL | PS_TABLE_FINDINGS, ps_view_ephemeral},
    {PS_VIEW_PAIRS, PS_TABLE_PAIRS, ps_view_pairs},
    {PS_VIEW_RANGES, 0, ps_view_ranges},
    {PS_VIEW_HOSTS, PS_TABLE_HOSTS, ps_view_hosts},
    {PS_VIEW_TIMELINE, 0, ps_view_timeline},
    {PS_VIEW_TUNNELS, 0, ps_view_tunnels},
    {PS_VIEW_LEDGER, 0, ps_view_ledger},
    {0, 0, NULL},
};

/* The first screen first: what the capture is, who serves how much of it, and what is wrong with it. Ports by both their
 * ends are a matter of their own view: each packet counts there twice. */
static const struct entry for_people[] = {
    {ALWAYS, 0, ps_view_heading},
    {PS_VIEW_SUMMARY, 0, ps_view_heights},
    {PS_VIEW_SUMMARY | PS_VIEW_SERVICES, PS_TABLE_SERVICES, ps_view_service_table},
    {PS_VIEW_SUMMARY | PS_VIEW_FINDINGS, PS_TABLE_FINDINGS, ps_view_finding_notes},
    {PS_VIEW_SUMMARY | PS_VIEW_RANGES, PS_TABLE_FINDINGS, ps_view_range_classes},
    {PS_VIEW_RANGES, 0, ps_view_range_matrix},
    {PS_VIEW_EPHEMERAL, PS_TABLE_EPHEMERAL | PS_TABLE_FINDINGS, ps_view_ephemeral},
    {PS_VIEW_FLOWS, PS_TABLE_FLOWS, ps_view_flow_table},
    {PS_VIEW_SUMMARY | PS_VIEW_PAIRS, PS_TABLE_SOURCES, ps_view_folded_pairs},
    {PS_VIEW_PORTS, PS_TABLE_PORTS, ps_view_ports},
    {PS_VIEW_HOSTS, PS_TABLE_HOSTS, ps_view_hosts},
    {PS_VIEW_TIMELINE, 0, ps_view_time_table},
    {PS_VIEW_SUMMARY | PS_VIEW_TUNNELS, 0, ps_view_tunnels},
    {PS_VIEW_LEDGER, 0, ps_view_ledger},
    {ALWAYS, 0, ps_view_uncounted},
    {ALWAYS, 0, ps_view_notes},
    {0, 0, NULL},
};

static const struct entry *const lists[PS_AUDIENCE_COUNT] = {
    [PS_AUDIENCE_PEOPLE] = for_people,
    [PS_AUDIENCE_PROGRAMS] = for_programs,
    [PS_AUDIENCE_ONE_TABLE] = one_table,
};

unsigned ps_report_tables(enum ps_audience audience, unsigned views)
{
    unsigned tables = 0;
    for (const struct entry *entry = lists[audience]; entry->add != NULL; entry++) {
        if (entry->views == ALWAYS || (entry->views & views) != 0)
            tables |= entry->tables;
    }
    return tables;
}

void ps_report_build(struct ps_report *report, enum ps_audience audience)
{
    for (const struct entry *entry = lists[audience]; entry->add != NULL; entry++) {
        if (entry->views == ALWAYS || (entry->views & report->options->views) != 0)
            entry->add(report);
    }
}
