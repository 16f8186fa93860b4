/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a reader must know besides the tables: damage, loss, offload, disorder, and why a report is
 * empty.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "units.h"
#include "views.h"

struct notes {
    struct ps_report *report;
    struct ps_item *item;
    size_t count, size;
};

static void add(struct notes *notes, bool alarm, const char *text)
{
    if (notes->count < notes->size)
        notes->item[notes->count++] = (struct ps_item){.text = text, .alarm = alarm};
}

/* "1 packet", "48,213 packets". */
static const char *packets(struct notes *notes, uint64_t count)
{
    char buffer[PS_UNITS_SIZE];
    return ps_report_text(notes->report, "%s %s", ps_units_count(buffer, count, notes->report->options->units_exact),
                          count == 1 ? "packet" : "packets");
}

/* "1 packet is", "48,213 packets are". */
static const char *packets_are(struct notes *notes, uint64_t count)
{
    return ps_report_text(notes->report, "%s %s", packets(notes, count), count == 1 ? "is" : "are");
}

static const char *number(struct notes *notes, uint64_t count)
{
    char buffer[PS_UNITS_SIZE];
    return ps_report_text(notes->report, "%s", ps_units_count(buffer, count, notes->report->options->units_exact));
}

static void note_inputs(struct notes *notes)
{
    const struct ps_snapshot *snapshot = notes->report->snapshot;
    for (size_t i = 0; i < snapshot->input_count; i++) {
        const struct ps_input_row *input = &snapshot->input[i];
        const char *name = ps_report_printable(notes->report, input->name);
        if (input->failed)
            add(notes, true,
                input->problem ? ps_report_printable(notes->report, input->problem)
                               : ps_report_text(notes->report, "%s could not be read.", name));
        if (input->damaged)
            add(notes, true,
                ps_report_text(notes->report, "%s %s at byte %s; %s.", name,
                               input->damage ? ps_report_printable(notes->report, input->damage) : "is damaged",
                               number(notes, input->damage_offset),
                               input->packets_read == 0 ? "it holds no packet before that"
                                                        : "what came before it is counted"));
    }
}

static void note_loss(struct notes *notes)
{
    const struct ps_snapshot *snapshot = notes->report->snapshot;
    if (snapshot->dropped_by_kernel > 0)
        add(notes, true,
            ps_report_text(notes->report, "%s lost: the kernel's buffer was full (dropped by kernel).%s",
                           packets(notes, snapshot->dropped_by_kernel),
                           snapshot->live ? " A larger one (-B) or a filter may help." : ""));
    if (snapshot->dropped_by_interface > 0)
        add(notes, true,
            ps_report_text(notes->report, "%s lost at the interface (dropped by interface).",
                           packets(notes, snapshot->dropped_by_interface)));
    if (snapshot->dropped_by_backlog > 0)
        add(notes, true,
            ps_report_text(notes->report,
                           "%s lost in queues in front of the capture (backlog), of all interfaces of this host "
                           "together; those watched here may be among them.",
                           packets(notes, snapshot->dropped_by_backlog)));
    if (snapshot->fragments_overflow > 0)
        add(notes, true,
            ps_report_text(notes->report, "%s could not wait for their first fragment%s; not counted by port.",
                           packets(notes, snapshot->fragments_overflow),
                           snapshot->live ? " any longer" : ": too many waited"));
    if (snapshot->evicted_flows.packets > 0)
        add(notes, true,
            ps_report_text(notes->report,
                           "%s flows left the full table: services and totals hold them, the flows view does not.",
                           number(notes, snapshot->evicted_flows.packets)));
    else if (snapshot->evicted_hosts > 0)
        add(notes, true, "Hosts left the full table: totals hold them, the hosts view only their sum.");
    if (snapshot->evicted_tunnels > 0)
        add(notes, true,
            ps_report_text(notes->report,
                           "%s tunnels left the full table: totals hold them, the tunnels view only their sum.",
                           number(notes, snapshot->evicted_tunnels)));
    if (snapshot->lower_bound)
        add(notes, true, "Something was lost, so every total is a lower bound.");
}

/* What interfaces went through, and what was not saved. */
static void note_watch(struct notes *notes)
{
    const struct ps_snapshot *snapshot = notes->report->snapshot;
    char span[PS_UNITS_SIZE];
    for (size_t i = 0; i < snapshot->input_count; i++) {
        const struct ps_input_row *input = &snapshot->input[i];
        if (input->state == NULL || input->gaps == 0)
            continue;
        add(notes, true,
            ps_report_text(
                notes->report, "%s was down or away %s, for %s altogether%s%s.",
                ps_report_printable(notes->report, input->name),
                input->gaps == 1 ? "once" : ps_report_text(notes->report, "%s times", number(notes, input->gaps)),
                ps_units_duration(span, input->gap_ns), strcmp(input->state, "up") == 0 ? "" : ", and still is ",
                strcmp(input->state, "up") == 0 ? "" : input->state));
    }
    if (snapshot->packets_not_saved > 0)
        add(notes, true,
            ps_report_text(notes->report, "%s counted, but not saved: saving had stopped.",
                           packets_are(notes, snapshot->packets_not_saved)));
}

static void note_oddities(struct notes *notes)
{
    const struct ps_snapshot *snapshot = notes->report->snapshot;
    if (snapshot->segmented.packets > 0)
        add(notes, false,
            ps_report_text(notes->report,
                           "%s longer than 1500 bytes of IP: segmentation offload or jumbo frames. "
                           "If it was offload, %s about %s on the wire.",
                           packets_are(notes, snapshot->segmented.packets),
                           snapshot->segmented.packets == 1 ? "it was" : "these were",
                           packets(notes, snapshot->segmented_estimate)));
    if (snapshot->disordered_packets > 0)
        add(notes, false,
            ps_report_text(notes->report, "%s out of order: older than the one before. The counts are the same.",
                           packets_are(notes, snapshot->disordered_packets)));
    if (snapshot->untimed_packets > 0)
        add(notes, false,
            ps_report_text(notes->report, "%s without a time: counted, but not in any time or rate.",
                           packets_are(notes, snapshot->untimed_packets)));
}

static void note_emptiness(struct notes *notes)
{
    const struct ps_snapshot *snapshot = notes->report->snapshot;
    uint64_t read = 0;
    bool broken = false;
    for (size_t i = 0; i < snapshot->input_count; i++) {
        read += snapshot->input[i].packets_read;
        broken = broken || snapshot->input[i].damaged || snapshot->input[i].failed;
    }
    if (snapshot->total.packets == 0 && read > 0 && snapshot->filter != NULL)
        add(notes, false,
            ps_report_text(notes->report,
                           "Nothing to count: the filter \"%s\" matched none of %s. A filter does not look "
                           "behind VLAN tags or into tunnels by itself: see \"vlan\" in pcap-filter(7).",
                           ps_report_printable(notes->report, snapshot->filter), packets(notes, read)));
    else if (snapshot->total.packets == 0 && broken)
        add(notes, false, "Nothing to count: no packet could be read before the damage.");
    else if (snapshot->total.packets == 0 && snapshot->live)
        add(notes, false,
            snapshot->filter != NULL ? "Nothing to count: no packet came that the filter lets through."
                                     : "Nothing to count: no packet came.");
    else if (snapshot->total.packets == 0)
        add(notes, false,
            "Nothing to count: no packets were recorded. The link was idle, a capture filter matched "
            "nothing, or the capture was stopped before its first packet was written.");
    else if (snapshot->port_count + snapshot->rest.ports == 0)
        add(notes, false, "No packet here has ports; the list above says what the packets are.");
}

/* A view that was asked for by name and has nothing to show must not look forgotten. */
static void note_empty_views(struct notes *notes)
{
    const struct ps_snapshot *snapshot = notes->report->snapshot;
    unsigned views = notes->report->options->views;
    if (snapshot->total.packets == 0)
        return;
    if ((views & PS_VIEW_FINDINGS) != 0 && snapshot->finding_count == 0)
        add(notes, false, "No findings: nothing unusual was seen.");
    if ((views & PS_VIEW_EPHEMERAL) != 0 && snapshot->ephemeral_count + snapshot->rest.ephemeral == 0)
        add(notes, false, "No temporary ports: no flow has a client that used one.");
    if ((views & PS_VIEW_TUNNELS) != 0 && snapshot->tunnel_count == 0)
        add(notes, false,
            snapshot->mode_tunnels != NULL && strcmp(snapshot->mode_tunnels, "outer") == 0
                ? "No tunnels: no packet was carried in one that --tunnels outer looks into."
                : "No tunnels: no packet was carried in another.");
    if ((views & PS_VIEW_HOSTS) != 0 && snapshot->host_count == 0)
        add(notes, false, "No hosts: no packet has an IP header.");
    if ((views & PS_VIEW_TIMELINE) != 0 && snapshot->time_count == 0)
        add(notes, false, "No timeline: no packet has a time.");
}

/* The footer: what the run itself needed. */
static void add_self(struct ps_report *report)
{
    const struct ps_self_figures *self = &report->snapshot->self;
    bool exact = report->options->units_exact;
    char span[PS_UNITS_SIZE], memory[PS_UNITS_SIZE], peak[PS_UNITS_SIZE];
    struct ps_item *item = self->set ? ps_report_alloc(report, 2, sizeof(*item)) : NULL;
    struct ps_section *section = item != NULL ? ps_report_add(report, PS_SECTION_FLOW) : NULL;
    if (section == NULL)
        return;
    const char *each = "";
    if (self->packets > 0)
        each = ps_report_text(report, ", %" PRIu64 " ns per packet", self->cpu_ns / self->packets);
    item[0].text =
        ps_report_text(report, "portsniff itself: %s of processor time%s", ps_units_duration(span, self->cpu_ns), each);
    item[1].text = ps_report_text(report, "%s of memory, %s at most", ps_units_bytes(memory, self->memory, exact),
                                  ps_units_bytes(peak, self->memory_peak, exact));
    section->item = item;
    section->item_count = 2;
    section->separator = "   ";
}

void ps_view_notes(struct ps_report *report)
{
    struct notes notes = {.report = report, .size = 3 * report->snapshot->input_count + 20};
    notes.item = ps_report_alloc(report, notes.size, sizeof(*notes.item));
    if (notes.item == NULL)
        return;
    note_emptiness(&notes);
    note_empty_views(&notes);
    note_inputs(&notes);
    note_loss(&notes);
    note_watch(&notes);
    note_oddities(&notes);
    struct ps_section *section = notes.count > 0 ? ps_report_add(report, PS_SECTION_NOTES) : NULL;
    if (section != NULL) {
        section->item = notes.item;
        section->item_count = notes.count;
    }
    add_self(report);
}
