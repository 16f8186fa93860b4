/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interval in a few lines, for people who watch: totals, how they divide over the ranges of
 * servers' ports, and the busiest services. Shares are of all bytes and add up; so do the rows of
 * services and their rest. The time is that of the interval's end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "services.h"
#include "text.h"
#include "views.h"

/* Rows when the reader did not ask for another number than the standard one. */
#define ROWS 5

#define ITEMS_MAX 9

enum {
    LIVE_PORT,
    LIVE_NAME,
    LIVE_RATE,
    LIVE_PACE,
    LIVE_CLIENTS,
    LIVE_FLOWS,
    LIVE_COLUMNS
};

static const struct ps_column columns[LIVE_COLUMNS] = {
    [LIVE_PORT] = {.title = "", .type = PS_COLUMN_PORT},
    [LIVE_NAME] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 4},
    [LIVE_RATE] = {.title = "", .type = PS_COLUMN_RATE},
    [LIVE_PACE] = {.title = "", .type = PS_COLUMN_PACE, .priority = 1},
    [LIVE_CLIENTS] = {.title = "", .type = PS_COLUMN_TEXT, .priority = 2},
    [LIVE_FLOWS] = {.title = "", .type = PS_COLUMN_TEXT, .priority = 3},
};

struct live {
    const struct ps_report_services *services;
    uint64_t duration; /* nanoseconds */
};

/* "1 client", "1,204 clients". */
static struct ps_cell amount(const struct live *live, char *to, size_t size, uint64_t count, const char *what)
{
    char number[PS_UNITS_SIZE];
    (void)ps_units_count(number, count, live->services->report->options->units_exact);
    (void)snprintf(to, size, "%s %s%s", number, what, count == 1 ? "" : "s");
    return ps_cell_text(to);
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct live *live = section->context;
    const struct ps_service_row *service = ps_report_service(live->services, index);
    struct ps_cell *cell = row->cell;
    size_t half = sizeof(row->scratch) / 2;
    cell[LIVE_RATE] = ps_cell_number(ps_units_bit_rate(ps_service_bytes(service), live->duration));
    cell[LIVE_PACE] = ps_cell_share(ps_service_packets(service), live->duration);
    cell[LIVE_FLOWS] = amount(live, row->scratch + half, half, service->flows, "flow");
    if (index == PS_INDEX_OTHER)
        return;
    enum ps_transport transport = (enum ps_transport)service->transport;
    cell[LIVE_PORT] = ps_cell_port(service->transport, service->port);
    cell[LIVE_NAME] = ps_cell_name(ps_service_name(live->services->report->names, transport, service->port));
    cell[LIVE_CLIENTS] = amount(live, row->scratch, half, service->clients, "client");
}

/* The busiest services, with the rest in one row. */
static void add_services(struct ps_report *report, uint64_t duration)
{
    size_t count = report->snapshot->service_count + report->snapshot->rest.services;
    size_t top = report->options->top == PS_TOP_DEFAULT ? ROWS : report->options->top;
    size_t shown = top > 0 && count > top ? top : count;
    struct live *live = ps_report_alloc(report, 1, sizeof(*live));
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (live == NULL || section == NULL)
        return;
    live->services = ps_report_services(report, shown);
    live->duration = duration;
    section->attached = true;
    section->row_count = shown;
    section->cut = count - shown;
    section->column = columns;
    section->column_count = LIVE_COLUMNS;
    section->fill = fill;
    section->context = live;
}

/* "well-known 81%": of all bytes, also those without ports. */
static const char *share(struct ps_report *report, const char *what, uint64_t bytes)
{
    char percent[PS_UNITS_SIZE];
    uint64_t all = report->snapshot->total.bytes;
    return ps_report_text(report, "%s %s", what, ps_units_percent(percent, bytes, all));
}

/* One item per range of servers' ports that has traffic, and one for what has no ports. Returns how many. */
static size_t add_shares(struct ps_report *report, struct ps_item *item)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    const struct ps_class_roles roles = ps_class_roles(snapshot);
    uint64_t counted = 0;
    size_t count = 0;
    for (size_t k = 0; k < PS_CLASS_COUNT; k++) {
        counted += roles.server[k];
        if (roles.server[k] > 0)
            item[count++].text = share(report, ps_port_class_name((enum ps_port_class)k), roles.server[k]);
    }
    if (counted < snapshot->total.bytes)
        item[count++].text = share(report, "no ports", snapshot->total.bytes - counted);
    return count;
}

/* "eth0 down": one item per interface that is not up. Returns how many. */
static size_t add_states(struct ps_report *report, struct ps_item *item)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    size_t count = 0;
    for (size_t i = 0; i < snapshot->input_count; i++) {
        const struct ps_input_row *input = &snapshot->input[i];
        if (input->state != NULL && strcmp(input->state, "up") != 0)
            item[count++].text =
                ps_report_text(report, "%s %s", ps_report_printable(report, input->name), input->state);
    }
    return count;
}

/* The line of totals. */
static void add_line(struct ps_report *report, uint64_t duration)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    bool exact = report->options->units_exact;
    char buffer[PS_UNITS_SIZE];
    struct ps_item *item = ps_report_alloc(report, ITEMS_MAX + snapshot->input_count, sizeof(*item));
    struct ps_section *section = ps_report_add(report, PS_SECTION_FLOW);
    if (item == NULL || section == NULL)
        return;
    size_t count = 0;
    uint64_t width = snapshot->interval_width_ns > 0 ? snapshot->interval_width_ns : duration;
    /* Only a live capture has intervals that end elsewhere than at a multiple of their width. */
    bool fine = width % 1000000000 != 0 || (snapshot->live && snapshot->interval_end_ns % 1000000000 != 0);
    item[count++].text = ps_report_text(report, "%s", ps_units_moment(buffer, snapshot->interval_end_ns, false, fine));
    if (snapshot->total.packets > 0) {
        item[count++].text =
            ps_report_text(report, "%s", ps_units_pace(buffer, snapshot->total.packets, duration, exact));
        uint64_t rate = ps_units_bit_rate(snapshot->total.bytes, duration);
        item[count++].text = ps_report_text(report, "%s", ps_units_rate(buffer, rate, exact));
    } else {
        item[count++].text = "no packets";
    }
    if (snapshot->has_kernel_drops || snapshot->has_interface_drops) {
        uint64_t lost = snapshot->dropped_by_kernel + snapshot->dropped_by_interface;
        item[count++].text = ps_report_text(report, "lost %s", ps_units_count(buffer, lost, exact));
    }
    if (snapshot->dropped_by_backlog > 0)
        item[count++].text =
            ps_report_text(report, "backlog lost %s", ps_units_count(buffer, snapshot->dropped_by_backlog, exact));
    if (snapshot->packets_not_saved > 0)
        item[count++].text =
            ps_report_text(report, "not saved %s", ps_units_count(buffer, snapshot->packets_not_saved, exact));
    count += add_states(report, item + count);
    count += add_shares(report, item + count);
    section->item = item;
    section->item_count = count;
    section->separator = "  ";
}

int ps_report_write_interval(const struct ps_snapshot *snapshot, const struct ps_names *names,
                             const struct ps_report_options *options, struct ps_out *out)
{
    struct ps_report report;
    ps_report_init(&report, snapshot, names, options);
    uint64_t duration = ps_units_span(snapshot->interval_start_ns, snapshot->interval_end_ns);
    add_line(&report, duration);
    if (snapshot->service_count > 0)
        add_services(&report, duration);
    int result = report.failed ? -1 : 0;
    if (result == 0)
        ps_render_text(&report, out);
    ps_report_finish(&report);
    return result;
}
