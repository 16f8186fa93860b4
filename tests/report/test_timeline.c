/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timeline for people: steps that suit the span, gaps that stay visible, nothing lost, and
 * times at the edges of what can be told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define MS INT64_C(1000000)
#define S  (1000 * MS)

struct lines {
    size_t rows;
    uint64_t bytes; /* sum over the rows */
    char note[128];
};

/* The table of two buckets that lie `span` apart. */
static struct lines timeline(int64_t first_ns, int64_t last_ns, int64_t bucket_ns)
{
    struct sample sample;
    struct lines lines = {.rows = 0};
    sample_init(&sample);
    sample_traffic(&sample, PS_TRANSPORT_UDP, 53, 50001, 1, 100);
    sample.snapshot.bucket_ns = bucket_ns;
    sample.snapshot.first_ns = first_ns;
    sample.snapshot.last_ns = last_ns;
    sample_time(&sample, 0, 1, 1000);
    sample.snapshot.time[0].start_ns = first_ns;
    if (last_ns != first_ns) {
        sample_time(&sample, 0, 1, 234);
        sample.snapshot.time[1].start_ns = last_ns;
    }
    sample.options.units_exact = true;
    sample.options.views = PS_VIEW_TIMELINE | PS_VIEW_SUMMARY;
    char *text = sample_report(&sample);
    const char *line = strstr(text, "TIMELINE");
    assert_non_null(line);
    for (line = strchr(line, '\n') + 1; line[1] >= '0' && line[1] <= '9'; line = strchr(line, '\n') + 1) {
        /* The first word is the time; a date makes it two. */
        const char *at = strchr(line + 1, ' ');
        lines.bytes += strtoull(at[1] >= '0' && at[3] == ':' ? strchr(at + 1, ' ') : at, NULL, 10);
        lines.rows++;
    }
    (void)snprintf(lines.note, sizeof(lines.note), "%.*s", (int)strcspn(line, "\n"), line);
    free(text);
    sample_finish(&sample);
    return lines;
}

static void steps(void **state)
{
    static const struct {
        int64_t span, bucket;
        size_t rows;
        const char *note;
    } rows[] = {
        {0, S, 1, "1 ms per row"}, /* replaced below: the step is never shorter than a bucket */
        {1 * S, S, 2, "1 s per row"},
        {23 * S, S, 24, "1 s per row"},
        {24 * S, S, 13, "2 s per row"},
        {300 * S, S, 21, "15 s per row"},
        {3600 * S, S, 13, "5 min per row"},
        {86400 * S, S, 13, "2 h 0 min per row"},
        {90 * MS, 10 * MS, 10, "10 ms per row"},
        {300 * S, 4 * S, 16, "20 s per row"},
        {INT64_C(400) * 86400 * S, 1800 * S, 0, "per row"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t first = INT64_C(1795392000) * S; /* midnight */
        struct lines lines = timeline(first, first + rows[i].span, rows[i].bucket);
        const char *note = i == 0 ? "1 s per row" : rows[i].note;
        if (strstr(lines.note, note) == NULL || (rows[i].rows > 0 && lines.rows != rows[i].rows) || lines.rows > 26)
            fail_msg("row %zu: %zu rows, %s", i, lines.rows, lines.note);
        assert_int_equal(lines.bytes, rows[i].span == 0 ? 1000 : 1234);
    }
}

/* Hostile captures hold any time. */
static void extreme_times(void **state)
{
    static const struct {
        int64_t first, last, bucket;
    } rows[] = {
        {INT64_MIN + 1, INT64_MAX, INT64_C(1) << 58},
        {INT64_MIN + 1, INT64_MIN + 1 + S, S},
        {INT64_MAX - S, INT64_MAX, S},
        {-5 * S, 5 * S, S},
        {0, INT64_MAX, INT64_C(1) << 57},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct lines lines = timeline(rows[i].first, rows[i].last, rows[i].bucket);
        assert_in_range(lines.rows, 1, 66);
        assert_int_equal(lines.bytes, 1234);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(extreme_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
