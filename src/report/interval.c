/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interval in a few lines, for people who watch: totals, how they divide over the port ranges,
 * and the busiest ports. Shares are of all bytes and add up; so do the rows of ports and their
 * rest. The time is that of the interval's end.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fold.h"
#include "text.h"
#include "views.h"

/* Rows when the reader did not ask for another number than the standard one. */
#define ROWS 5

#define ITEMS_MAX 8

enum {
    LIVE_HUB,
    LIVE_NAME,
    LIVE_ARROW,
    LIVE_PARTNERS,
    LIVE_RATE,
    LIVE_PACE,
    LIVE_COLUMNS
};

static const struct ps_column columns[LIVE_COLUMNS] = {
    [LIVE_HUB] = {.title = "", .type = PS_COLUMN_PORT},
    [LIVE_NAME] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 4},
    [LIVE_ARROW] = {.title = "", .type = PS_COLUMN_TEXT, .priority = 1},
    [LIVE_PARTNERS] = {.title = "", .type = PS_COLUMN_TEXT, .priority = 1},
    [LIVE_RATE] = {.title = "", .type = PS_COLUMN_RATE},
    [LIVE_PACE] = {.title = "", .type = PS_COLUMN_PACE, .priority = 2},
};

struct live {
    const struct ps_report *report;
    const struct ps_fold_row *row;
    struct ps_fold_row other;
    uint64_t duration; /* nanoseconds */
};

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct live *live = section->context;
    const struct ps_fold_row *fold = index == PS_INDEX_OTHER ? &live->other : &live->row[index];
    struct ps_cell *cell = row->cell;
    if (index != PS_INDEX_OTHER) {
        enum ps_transport transport = (enum ps_transport)fold->transport;
        cell[LIVE_HUB] = ps_cell_port(fold->transport, fold->hub);
        cell[LIVE_NAME] = ps_cell_name(ps_service_name(live->report->names, transport, fold->hub));
        cell[LIVE_ARROW] = ps_cell_text("<->");
        ps_fold_partners(live->report, fold, row->scratch, sizeof(row->scratch));
        cell[LIVE_PARTNERS] = ps_cell_text(row->scratch);
    }
    uint64_t bytes = fold->from_hub.bytes + fold->to_hub.bytes;
    cell[LIVE_RATE] = ps_cell_number(ps_units_bit_rate(bytes, live->duration));
    cell[LIVE_PACE] = ps_cell_share(fold->from_hub.packets + fold->to_hub.packets, live->duration);
}

/* The busiest ports, with the rest in one row. */
static void add_ports(struct ps_report *report, uint64_t duration)
{
    size_t count = 0;
    const struct ps_fold_row *rows = ps_fold_pairs(report, &count);
    struct live *live = ps_report_alloc(report, 1, sizeof(*live));
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (rows == NULL || live == NULL || section == NULL)
        return;
    live->report = report;
    live->row = rows;
    live->duration = duration;
    size_t top = report->options->top == PS_TOP_DEFAULT ? ROWS : report->options->top;
    section->attached = true;
    section->row_count = top > 0 && count > top ? top : count;
    section->cut = count - section->row_count;
    for (size_t i = section->row_count; i < count; i++) {
        ps_traffic_add(&live->other.from_hub, &rows[i].from_hub);
        ps_traffic_add(&live->other.to_hub, &rows[i].to_hub);
    }
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

/* One item per range that has traffic, and one for what has no ports. Returns how many. */
static size_t add_shares(struct ps_report *report, struct ps_item *item)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    uint64_t by_class[PS_CLASS_COUNT] = {0}, counted = 0;
    size_t count = 0;
    for (size_t source = 0; source < PS_CLASS_COUNT; source++) {
        for (size_t destination = 0; destination < PS_CLASS_COUNT; destination++) {
            uint64_t bytes = snapshot->range[source][destination].bytes;
            by_class[source < destination ? source : destination] += bytes;
            counted += bytes;
        }
    }
    for (size_t k = 0; k < PS_CLASS_COUNT; k++) {
        if (by_class[k] > 0)
            item[count++].text = share(report, ps_port_class_name((enum ps_port_class)k), by_class[k]);
    }
    if (counted < snapshot->total.bytes)
        item[count++].text = share(report, "no ports", snapshot->total.bytes - counted);
    return count;
}

/* The line of totals. */
static void add_line(struct ps_report *report, uint64_t duration)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    bool exact = report->options->units_exact;
    char buffer[PS_UNITS_SIZE];
    struct ps_item *item = ps_report_alloc(report, ITEMS_MAX, sizeof(*item));
    struct ps_section *section = ps_report_add(report, PS_SECTION_FLOW);
    if (item == NULL || section == NULL)
        return;
    size_t count = 0;
    bool fine = duration % 1000000000 != 0;
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
    if (snapshot->pair_count > 0)
        add_ports(&report, duration);
    int result = report.failed ? -1 : 0;
    if (result == 0)
        ps_render_text(&report, out);
    ps_report_finish(&report);
    return result;
}
