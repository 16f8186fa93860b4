/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The views: each adds its sections to a report, for one audience. build.c calls them in order.
 */
#ifndef PORTSNIFF_REPORT_VIEWS_H
#define PORTSNIFF_REPORT_VIEWS_H

#include "model.h"

/* For programs. */
void ps_view_document(struct ps_report *report);
void ps_view_capture(struct ps_report *report);
void ps_view_ledger(struct ps_report *report);
void ps_view_ranges(struct ps_report *report);
void ps_view_services(struct ps_report *report);
void ps_view_flows(struct ps_report *report);
void ps_view_findings(struct ps_report *report);
void ps_view_ephemeral(struct ps_report *report);
void ps_view_ports(struct ps_report *report);
void ps_view_pairs(struct ps_report *report);
void ps_view_hosts(struct ps_report *report);
void ps_view_timeline(struct ps_report *report);
void ps_view_tunnels(struct ps_report *report);

/* For people; those that are not here share the function above. */
void ps_view_heading(struct ps_report *report);
void ps_view_service_table(struct ps_report *report);
void ps_view_flow_table(struct ps_report *report);
void ps_view_finding_notes(struct ps_report *report);
void ps_view_folded_pairs(struct ps_report *report);
void ps_view_range_classes(struct ps_report *report);
void ps_view_range_matrix(struct ps_report *report);
void ps_view_uncounted(struct ps_report *report);
void ps_view_heights(struct ps_report *report);
void ps_view_time_table(struct ps_report *report);
void ps_view_notes(struct ps_report *report);

/* Whose range of temporary ports this is: "Linux", "IANA", or "" when it is no known one. Static. */
const char *ps_range_origin(uint16_t low, uint16_t high);

static inline void ps_traffic_add(struct ps_traffic *sum, const struct ps_traffic *more)
{
    sum->packets += more->packets;
    sum->bytes += more->bytes;
    sum->network_bytes += more->network_bytes;
    sum->payload_bytes += more->payload_bytes;
}

static inline void ps_count_add(struct ps_count *sum, const struct ps_count *more)
{
    sum->packets += more->packets;
    sum->bytes += more->bytes;
}

#endif
