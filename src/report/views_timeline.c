/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timeline: every bucket for programs; for people a table of at most TIME_ROWS_MAX rows, gaps
 * included, and one line of heights.
 */
#include "units.h"
#include "views.h"

/* --- for programs ---------------------------------------------------------------------------- */

enum {
    BUCKET_SECONDS,
    BUCKET_COLUMNS
};

static const struct ps_column bucket_columns[BUCKET_COLUMNS] = {
    [BUCKET_SECONDS] = {.path = "bucket_seconds", .type = PS_COLUMN_DURATION},
};

static void fill_bucket(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    (void)index;
    const struct ps_snapshot *snapshot = section->context;
    row->cell[BUCKET_SECONDS] = ps_cell_number(snapshot->bucket_ns > 0 ? (uint64_t)snapshot->bucket_ns : 0);
}

enum {
    TIME_START,
    TIME_PACKETS,
    TIME_BYTES,
    TIME_WELL_KNOWN_PACKETS,
    TIME_WELL_KNOWN_BYTES,
    TIME_REGISTERED_PACKETS,
    TIME_REGISTERED_BYTES,
    TIME_DYNAMIC_PACKETS,
    TIME_DYNAMIC_BYTES,
    TIME_COLUMNS
};

static const struct ps_column time_columns[TIME_COLUMNS] = {
    [TIME_START] = {.path = "start", .type = PS_COLUMN_TIME},
    [TIME_PACKETS] = {.path = "packets", .type = PS_COLUMN_NUMBER},
    [TIME_BYTES] = {.path = "bytes", .type = PS_COLUMN_BYTES},
    [TIME_WELL_KNOWN_PACKETS] = {.path = "well_known.packets", .type = PS_COLUMN_NUMBER},
    [TIME_WELL_KNOWN_BYTES] = {.path = "well_known.bytes", .type = PS_COLUMN_BYTES},
    [TIME_REGISTERED_PACKETS] = {.path = "registered.packets", .type = PS_COLUMN_NUMBER},
    [TIME_REGISTERED_BYTES] = {.path = "registered.bytes", .type = PS_COLUMN_BYTES},
    [TIME_DYNAMIC_PACKETS] = {.path = "dynamic.packets", .type = PS_COLUMN_NUMBER},
    [TIME_DYNAMIC_BYTES] = {.path = "dynamic.bytes", .type = PS_COLUMN_BYTES},
};

static void fill_time(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_snapshot *snapshot = section->context;
    const struct ps_time_row *time = &snapshot->time[index];
    row->cell[TIME_START] = ps_cell_time(time->start_ns);
    row->cell[TIME_PACKETS] = ps_cell_number(time->all.packets);
    row->cell[TIME_BYTES] = ps_cell_number(time->all.bytes);
    for (size_t class = 0; class < PS_CLASS_COUNT; class ++) {
        row->cell[TIME_WELL_KNOWN_PACKETS + 2 * class] = ps_cell_number(time->by_class[class].packets);
        row->cell[TIME_WELL_KNOWN_BYTES + 2 * class] = ps_cell_number(time->by_class[class].bytes);
    }
}

/* Never cut: a timeline without its quiet parts would be another one. */
void ps_view_timeline(struct ps_report *report)
{
    struct ps_section *bucket = ps_report_add(report, PS_SECTION_OBJECT);
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (bucket == NULL || section == NULL)
        return;
    bucket->path = "";
    bucket->column = bucket_columns;
    bucket->column_count = BUCKET_COLUMNS;
    bucket->row_count = 1;
    bucket->fill = fill_bucket;
    bucket->context = report->snapshot;
    section->path = "timeline";
    section->column = time_columns;
    section->column_count = TIME_COLUMNS;
    section->row_count = report->snapshot->time_count;
    section->fill = fill_time;
    section->context = report->snapshot;
}
