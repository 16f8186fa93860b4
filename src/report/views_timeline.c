/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timeline: every bucket for programs; for people a table of at most TIME_ROWS_MAX rows, gaps
 * included, and one line of heights.
 */
#include <string.h>

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
    for (size_t k = 0; k < PS_CLASS_COUNT; k++) {
        row->cell[TIME_WELL_KNOWN_PACKETS + 2 * k] = ps_cell_number(time->by_class[k].packets);
        row->cell[TIME_WELL_KNOWN_BYTES + 2 * k] = ps_cell_number(time->by_class[k].bytes);
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

/* --- for people ------------------------------------------------------------------------------ */

#define TIME_ROWS_MAX 24
#define HEIGHTS_MAX   60

enum {
    STEP_START,
    STEP_BYTES,
    STEP_RATE,
    STEP_BAR,
    STEP_PACKETS,
    STEP_WELL_KNOWN,
    STEP_REGISTERED,
    STEP_DYNAMIC,
    STEP_COLUMNS
};

static const struct ps_column step_columns[STEP_COLUMNS] = {
    [STEP_START] = {.title = "", .type = PS_COLUMN_TEXT},
    [STEP_BYTES] = {.title = "bytes", .type = PS_COLUMN_BYTES},
    [STEP_RATE] = {.title = "rate", .type = PS_COLUMN_RATE, .priority = 1},
    [STEP_BAR] = {.title = "", .type = PS_COLUMN_BAR},
    [STEP_PACKETS] = {.title = "packets", .type = PS_COLUMN_NUMBER, .priority = 2},
    [STEP_WELL_KNOWN] = {.title = "well-known", .type = PS_COLUMN_BYTES, .priority = 3},
    [STEP_REGISTERED] = {.title = "registered", .type = PS_COLUMN_BYTES, .priority = 3},
    [STEP_DYNAMIC] = {.title = "dynamic", .type = PS_COLUMN_BYTES, .priority = 3},
};

/* Buckets gathered into steps of equal length, empty ones included. */
struct steps {
    int64_t first_ns; /* start of the first step */
    int64_t step_ns;
    bool dated; /* the steps lie on several days */
    uint64_t bytes;
    struct ps_time_row *row;
    size_t count;
};

static int64_t floor_to(int64_t time_ns, int64_t step_ns)
{
    int64_t rest = time_ns % step_ns;
    if (rest < 0)
        rest += step_ns;
    return time_ns >= INT64_MIN + rest ? time_ns - rest : INT64_MIN;
}

/* The shortest step that people like, holds whole buckets and needs at most `rows` rows. */
static int64_t choose_step(const struct ps_snapshot *snapshot, size_t rows)
{
    static const int64_t liked_ms[] = {
        1,      2,       5,       10,      20,      50,       100,      200,      500,      1000,
        2000,   5000,    10000,   15000,   20000,   30000,    60000,    120000,   300000,   600000,
        900000, 1200000, 1800000, 3600000, 7200000, 10800000, 21600000, 43200000, 86400000,
    };
    int64_t bucket = snapshot->bucket_ns;
    int64_t first = snapshot->time[0].start_ns, last = snapshot->time[snapshot->time_count - 1].start_ns;
    uint64_t needed = ps_units_span(first, last) / rows;
    for (size_t i = 0; i < sizeof(liked_ms) / sizeof(liked_ms[0]); i++) {
        int64_t step = liked_ms[i] * 1000000;
        if (step % bucket == 0 && ps_units_span(floor_to(first, step), floor_to(last, step)) / (uint64_t)step < rows)
            return step;
    }
    return (int64_t)(needed / (uint64_t)bucket + 1) * bucket;
}

static struct steps *gather(struct ps_report *report, int64_t step_ns)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct steps *steps = ps_report_alloc(report, 1, sizeof(*steps));
    if (steps == NULL)
        return NULL;
    int64_t last = snapshot->time[snapshot->time_count - 1].start_ns;
    steps->step_ns = step_ns;
    steps->first_ns = floor_to(snapshot->time[0].start_ns, step_ns);
    steps->count = (size_t)(ps_units_span(steps->first_ns, last) / (uint64_t)step_ns) + 1;
    steps->row = ps_report_alloc(report, steps->count, sizeof(*steps->row));
    if (steps->row == NULL)
        return NULL;
    for (size_t i = 0; i < snapshot->time_count; i++) {
        const struct ps_time_row *time = &snapshot->time[i];
        uint64_t at = ps_units_span(steps->first_ns, time->start_ns) / (uint64_t)step_ns;
        struct ps_time_row *row = &steps->row[at < steps->count ? at : steps->count - 1];
        ps_count_add(&row->all, &time->all);
        for (size_t k = 0; k < PS_CLASS_COUNT; k++)
            ps_count_add(&row->by_class[k], &time->by_class[k]);
        steps->bytes += time->all.bytes;
    }
    return steps;
}

static void fill_step(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct steps *steps = section->context;
    const struct ps_time_row *step = &steps->row[index];
    int64_t start = (int64_t)((uint64_t)steps->first_ns + index * (uint64_t)steps->step_ns);
    struct ps_cell *cell = row->cell;
    ps_units_moment(row->scratch, start, steps->dated, steps->step_ns < 1000000000);
    cell[STEP_START] = ps_cell_text(row->scratch);
    cell[STEP_BYTES] = ps_cell_number(step->all.bytes);
    cell[STEP_RATE] = ps_cell_number(ps_units_bit_rate(step->all.bytes, (uint64_t)steps->step_ns));
    cell[STEP_BAR] = ps_cell_share(step->all.bytes, steps->bytes);
    cell[STEP_PACKETS] = ps_cell_number(step->all.packets);
    for (size_t k = 0; k < PS_CLASS_COUNT; k++)
        cell[STEP_WELL_KNOWN + k] = ps_cell_number(step->by_class[k].bytes);
}

void ps_view_time_table(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    if (snapshot->time_count == 0 || snapshot->bucket_ns <= 0)
        return;
    struct steps *steps = gather(report, choose_step(snapshot, TIME_ROWS_MAX));
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (steps == NULL || section == NULL)
        return;
    char step[PS_UNITS_SIZE], from[PS_UNITS_SIZE], to[PS_UNITS_SIZE];
    int64_t last = snapshot->time[snapshot->time_count - 1].start_ns;
    steps->dated = strcmp(ps_units_date(from, steps->first_ns), ps_units_date(to, last)) != 0;
    section->title = "TIMELINE";
    section->note = ps_report_text(report, "%s per row, UTC. Well-known, registered, dynamic: by the lower port.",
                                   ps_units_duration(step, (uint64_t)steps->step_ns));
    section->column = step_columns;
    section->column_count = STEP_COLUMNS;
    section->row_count = steps->count;
    section->fill = fill_step;
    section->context = steps;
}

/* One line: the bytes of up to HEIGHTS_MAX steps as heights. */
void ps_view_heights(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    if (snapshot->time_count < 2 || snapshot->bucket_ns <= 0)
        return;
    uint64_t span = ps_units_span(snapshot->time[0].start_ns, snapshot->time[snapshot->time_count - 1].start_ns);
    uint64_t buckets = span / (uint64_t)snapshot->bucket_ns + 1;
    int64_t per_step = (int64_t)((buckets + HEIGHTS_MAX - 1) / HEIGHTS_MAX);
    struct steps *steps = gather(report, per_step * snapshot->bucket_ns);
    uint64_t *value = ps_report_alloc(report, HEIGHTS_MAX + 1, sizeof(*value));
    struct ps_section *section = ps_report_add(report, PS_SECTION_SERIES);
    if (steps == NULL || value == NULL || section == NULL)
        return;
    uint64_t peak = 0;
    for (size_t i = 0; i < snapshot->time_count; i++) {
        if (snapshot->time[i].all.bytes > peak)
            peak = snapshot->time[i].all.bytes;
    }
    for (size_t i = 0; i < steps->count && i <= HEIGHTS_MAX; i++)
        value[i] = steps->row[i].all.bytes;
    char rate[PS_UNITS_SIZE], width[PS_UNITS_SIZE];
    uint64_t bucket = (uint64_t)snapshot->bucket_ns;
    section->attached = true;
    section->value = value;
    section->value_count = steps->count <= HEIGHTS_MAX ? steps->count : HEIGHTS_MAX + 1;
    section->before = "over time";
    section->after = ps_report_text(report, "busiest %s: %s", ps_units_duration(width, bucket),
                                    ps_units_rate(rate, ps_units_bit_rate(peak, bucket), report->options->units_exact));
}
