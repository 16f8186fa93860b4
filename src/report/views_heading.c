/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heading, for people: what was read, when, and how much it was.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "portsniff/decode.h"
#include "units.h"
#include "views.h"

/* Names listed before the rest becomes a number. */
#define NAMES_MAX 3

#define ITEMS_MAX 8

static const char *input_name(struct ps_report *report, const struct ps_input_row *input)
{
    return strcmp(input->name, "-") == 0 ? "standard input" : ps_report_printable(report, input->name);
}

/* "a.pcap", "3 files: a.pcap, b.pcap, c.pcap", "12 files: a.pcap, b.pcap and 10 more". */
static const char *describe_inputs(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    size_t count = snapshot->input_count, listed = count <= NAMES_MAX ? count : NAMES_MAX - 1;
    if (count == 0)
        return "no input";
    const char *text = input_name(report, &snapshot->input[0]);
    for (size_t i = 1; i < listed; i++)
        text = ps_report_text(report, "%s, %s", text, input_name(report, &snapshot->input[i]));
    const char *what = snapshot->live ? "interfaces" : "files";
    if (count > listed)
        return ps_report_text(report, "%zu %s: %s and %zu more", count, what, text, count - listed);
    return count > 1 ? ps_report_text(report, "%zu %s: %s", count, what, text) : text;
}

/* Different strings, the first NAMES_MAX of them. */
struct kinds {
    const char *name[NAMES_MAX];
    size_t count; /* of all, also those that are not listed */
    size_t listed;
};

static void add_kind(struct kinds *kinds, const char *name)
{
    for (size_t i = 0; i < kinds->listed; i++) {
        if (strcmp(kinds->name[i], name) == 0)
            return;
    }
    kinds->count++;
    if (kinds->listed < NAMES_MAX)
        kinds->name[kinds->listed++] = name;
}

/* "pcap", "pcap and pcapng", "Ethernet, raw IP, PPP and more". */
static const char *join_kinds(struct ps_report *report, const struct kinds *kinds)
{
    const char *text = kinds->listed > 0 ? kinds->name[0] : "";
    for (size_t i = 1; i < kinds->listed; i++) {
        bool last = i + 1 == kinds->listed && kinds->count == kinds->listed;
        text = ps_report_text(report, "%s%s%s", text, last ? " and " : ", ", kinds->name[i]);
    }
    return kinds->count > kinds->listed ? ps_report_text(report, "%s and more", text) : text;
}

/* "pcapng, Ethernet"; "" when nothing could be read. */
static const char *describe_formats(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct kinds formats = {.count = 0}, links = {.count = 0};
    for (size_t i = 0; i < snapshot->input_count; i++) {
        const struct ps_input_row *input = &snapshot->input[i];
        if (input->format != NULL)
            add_kind(&formats, input->format);
        for (size_t k = 0; k < input->link_type_count && k < 8; k++)
            add_kind(&links, ps_link_description(input->link_types[k]));
    }
    const char *format = join_kinds(report, &formats), *link = join_kinds(report, &links);
    return ps_report_text(report, "%s%s%s", format, format[0] != '\0' && link[0] != '\0' ? ", " : "", link);
}

/* "2026-11-23 09:14:02 to 09:19:02 UTC (5 min)"; NULL when no packet has a time. */
static const char *describe_span(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    if (snapshot->first_ns == PS_TIME_NONE || snapshot->last_ns == PS_TIME_NONE)
        return NULL;
    char first[PS_UNITS_SIZE], last[PS_UNITS_SIZE], span[PS_UNITS_SIZE];
    uint64_t duration = ps_units_span(snapshot->first_ns, snapshot->last_ns);
    bool same_day = strcmp(ps_units_date(first, snapshot->first_ns), ps_units_date(last, snapshot->last_ns)) == 0;
    bool fine = duration < 10 * UINT64_C(1000000000);
    (void)ps_units_moment(first, snapshot->first_ns, true, fine);
    (void)ps_units_moment(last, snapshot->last_ns, !same_day, fine);
    if (duration == 0)
        return ps_report_text(report, "%s UTC", first);
    return ps_report_text(report, "%s to %s UTC (%s)", first, last, ps_units_duration(span, duration));
}

/* "48,213 packets"; "402 of 48,213 packets" when a filter took the others away. */
static const char *describe_packets(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    bool exact = report->options->units_exact;
    char count[PS_UNITS_SIZE], all[PS_UNITS_SIZE];
    uint64_t packets = snapshot->total.packets, read = 0;
    for (size_t i = 0; i < snapshot->input_count; i++)
        read += snapshot->input[i].packets_read;
    (void)ps_units_count(count, packets, exact);
    if (snapshot->filter != NULL && snapshot->final && read > packets)
        return ps_report_text(report, "%s of %s packets", count, ps_units_count(all, read, exact));
    return ps_report_text(report, "%s %s", count, packets == 1 ? "packet" : "packets");
}

static bool nothing_lost(const struct ps_snapshot *snapshot)
{
    bool known = snapshot->has_kernel_drops || snapshot->has_interface_drops;
    return known && snapshot->dropped_by_kernel == 0 && snapshot->dropped_by_interface == 0 && !snapshot->lower_bound;
}

struct items {
    struct ps_item *item;
    size_t count;
};

static void add_item(struct items *items, const char *text)
{
    if (text != NULL && text[0] != '\0')
        items->item[items->count++].text = text;
}

static struct ps_section *add_flow(struct ps_report *report, const struct items *items)
{
    struct ps_section *section = ps_report_add(report, PS_SECTION_FLOW);
    if (section == NULL)
        return NULL;
    section->item = items->item;
    section->item_count = items->count;
    section->separator = "   ";
    return section;
}

static void add_amounts(struct ps_report *report, struct items *items)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    bool exact = report->options->units_exact;
    uint64_t packets = snapshot->total.packets, bytes = snapshot->total.bytes, duration = 0;
    char buffer[PS_UNITS_SIZE];
    add_item(items, describe_packets(report));
    if (packets > 0)
        add_item(items, ps_report_text(report, "%s%s on the wire", ps_units_bytes(buffer, bytes, exact),
                                       exact ? " bytes" : ""));
    if (packets > 0 && snapshot->first_ns != PS_TIME_NONE && snapshot->last_ns != PS_TIME_NONE)
        duration = ps_units_span(snapshot->first_ns, snapshot->last_ns);
    if (duration > 0)
        add_item(items, ps_report_text(report, "%s", ps_units_rate(buffer, ps_units_bit_rate(bytes, duration), exact)));
    if (nothing_lost(snapshot))
        add_item(items, "nothing lost");
    if (snapshot->filter != NULL)
        add_item(items, ps_report_text(report, "filter: %s", ps_report_printable(report, snapshot->filter)));
}

void ps_view_heading(struct ps_report *report)
{
    struct items what = {ps_report_alloc(report, ITEMS_MAX, sizeof(struct ps_item)), 0};
    struct items much = {ps_report_alloc(report, ITEMS_MAX, sizeof(struct ps_item)), 0};
    if (what.item == NULL || much.item == NULL)
        return;
    add_item(&what, describe_inputs(report));
    add_item(&what, describe_formats(report));
    add_item(&what, describe_span(report));
    (void)add_flow(report, &what);
    add_amounts(report, &much);
    struct ps_section *section = add_flow(report, &much);
    if (section == NULL)
        return;
    section->attached = true;
    section->indented = true;
}
