/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time line: widths adapt to the span, edges, times before 1970 and at both ends of what 64 bits can say; the same
 * rows in whatever order packets come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "account/buckets.h"
#include "support/fragment_model.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

struct row {
    const char *name;
    size_t count;
    int64_t time[4];
    int64_t width;
    size_t rows;
    int64_t start[4];
};

static const struct row rows[] = {
    {"one packet", 1, {5 * MS}, MS, 1, {5 * MS}},
    {"both sides of an edge", 2, {5 * MS - 1, 5 * MS}, MS, 2, {4 * MS, 5 * MS}},
    {"before 1970", 2, {-1, 0}, MS, 2, {-MS, 0}},
    {"before 1970, on the edge", 2, {-MS, -MS - 1}, MS, 2, {-2 * MS, -MS}},
    {"1000 buckets fit", 2, {0, 999 * MS}, MS, 2, {0, 999 * MS}},
    {"1001 do not", 2, {0, 1000 * MS}, 10 * MS, 2, {0, 1000 * MS}},
    {"1000 buckets, the earlier one last", 2, {999 * MS, 0}, MS, 2, {0, 999 * MS}},
    {"1001, the earlier one last", 2, {1000 * MS, 0}, 10 * MS, 2, {0, 1000 * MS}},
    {"less than 1000 buckets long, but over 1001 edges", 2, {MS - 1, 1000 * MS}, 10 * MS, 2, {0, 1000 * MS}},
    {"neighbours are joined", 3, {0, 9 * MS, 2000 * MS}, 10 * MS, 2, {0, 2000 * MS}},
    {"an hour", 2, {0, 3600 * S}, 10 * S, 2, {0, 3600 * S}},
    {"a year", 2, {0, 365 * 86400 * S}, 86400 * S, 2, {0, 365 * 86400 * S}},
    {"across 1970, joined", 3, {-5 * MS, 5 * MS, 2000 * MS}, 10 * MS, 3, {-10 * MS, 0, 2000 * MS}},
    {"no time", 2, {PS_TIME_NONE, 7 * MS}, MS, 1, {7 * MS}},
    {"end of time alone", 1, {INT64_MAX}, MS, 1, {INT64_MAX / MS * MS}},
};

static void add(struct buckets *buckets, int64_t time_ns, uint16_t port, uint32_t wire)
{
    struct ps_key key = {
        .time_ns = time_ns, .wire = wire, .source_port = port, .destination_port = 65000, .row = PS_ROW_PORTS};
    ps_buckets_add_key(buckets, &key);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct ps_time_row got[BUCKETS_MAX];
    int64_t width = 0;
    struct buckets *buckets = ps_buckets_create();
    assert_non_null(buckets);
    for (size_t i = 0; i < row->count; i++)
        add(buckets, row->time[i], 80, 100);
    assert_int_equal(ps_buckets_count(buckets), row->rows);
    ps_buckets_collect(buckets, got, &width);
    assert_true(width == row->width);
    for (size_t i = 0; i < row->rows; i++)
        assert_true(got[i].start_ns == row->start[i]);
    ps_buckets_destroy(buckets);
}

/* The extremes of time: nothing overflows, everything is counted, rows ascend. */
static void ends_of_time(void **state)
{
    (void)state;
    const int64_t times[] = {INT64_MAX,     INT64_MIN + 1,     0,  INT64_MAX - 1,
                             INT64_MIN / 2, INT64_MIN / 2 - 1, -1, INT64_MAX / 2};
    struct ps_time_row got[BUCKETS_MAX];
    int64_t width;
    uint64_t packets = 0;
    struct buckets *buckets = ps_buckets_create(), *part = ps_buckets_create();
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        add(i % 2 ? buckets : part, times[i], 80, 100);
    ps_buckets_merge(buckets, part);
    size_t n = ps_buckets_count(buckets);
    ps_buckets_collect(buckets, got, &width);
    for (size_t i = 0; i < n; i++) {
        packets += got[i].all.packets;
        assert_true(i == 0 || got[i - 1].start_ns < got[i].start_ns);
        assert_int_equal(got[i].start_ns % width, 0);
    }
    assert_int_equal(packets, sizeof(times) / sizeof(times[0]));
    ps_buckets_destroy(buckets);
    ps_buckets_destroy(part);
    ps_buckets_destroy(NULL);
}

static void classes_of_the_lower_port(void **state)
{
    (void)state;
    struct ps_time_row got[BUCKETS_MAX];
    struct ps_key other = {.time_ns = 0, .wire = 1, .row = PS_ROW_NON_IP};
    int64_t width;
    struct buckets *buckets = ps_buckets_create();
    add(buckets, 0, 80, 10);
    add(buckets, 0, 1024, 100);
    add(buckets, 0, 65001, 1000);
    ps_buckets_add_key(buckets, &other);
    ps_buckets_collect(buckets, got, &width);
    assert_int_equal(got[0].by_class[PS_CLASS_WELL_KNOWN].bytes, 10);
    assert_int_equal(got[0].by_class[PS_CLASS_REGISTERED].bytes, 100);
    assert_int_equal(got[0].by_class[PS_CLASS_DYNAMIC].bytes, 1000);
    assert_int_equal(got[0].all.bytes, 1111);
    assert_int_equal(got[0].all.packets, 4);
    ps_buckets_destroy(buckets);
}

static void assert_equal_buckets(struct buckets *a, struct buckets *b)
{
    static struct ps_time_row x[BUCKETS_MAX], y[BUCKETS_MAX];
    int64_t wide, broad;
    memset(x, 0, sizeof(x));
    memset(y, 0, sizeof(y));
    assert_int_equal(ps_buckets_count(a), ps_buckets_count(b));
    ps_buckets_collect(a, x, &wide);
    ps_buckets_collect(b, y, &broad);
    assert_true(wide == broad);
    assert_memory_equal(x, y, ps_buckets_count(a) * sizeof(x[0]));
}

/* The set of packets decides, not their order nor their parts. */
static void order_does_not_matter(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (int round = 0; round < 300; round++) {
        struct buckets *forth = ps_buckets_create(), *back = ps_buckets_create(), *part = ps_buckets_create();
        int64_t time[40], base = (int64_t)(model_number(&seed) >> 2) - INT64_MAX / 4;
        unsigned shift = (unsigned)(model_number(&seed) % 40 + 2);
        for (int i = 0; i < 40; i++) {
            time[i] = (base >> (model_number(&seed) % 8 ? 8 : 2)) + (int64_t)(model_number(&seed) >> 1 >> (60 - shift));
            add(forth, time[i], (uint16_t)i, 1u << (i % 20));
        }
        for (int i = 39; i >= 0; i--)
            add(i % 3 ? back : part, time[i], (uint16_t)i, 1u << (i % 20));
        ps_buckets_merge(back, part);
        assert_equal_buckets(forth, back);
        ps_buckets_destroy(forth);
        ps_buckets_destroy(back);
        ps_buckets_destroy(part);
    }
}

/* The smallest width with which the span fits: one step finer would need more than BUCKETS_MAX. */
static void width_is_the_smallest(void **state)
{
    (void)state;
    static const int64_t widths[] = {MS, 10 * MS, 100 * MS, S, 10 * S, 60 * S, 600 * S, 3600 * S, 21600 * S, 86400 * S};
    struct ps_time_row got[BUCKETS_MAX];
    uint64_t seed = 4;
    for (int round = 0; round < 500; round++) {
        int64_t first = (int64_t)(model_number(&seed) % (uint64_t)(1000 * S)), width;
        int64_t span = (int64_t)(model_number(&seed) >> (13 + model_number(&seed) % 30)), last = first + span;
        struct buckets *buckets = ps_buckets_create();
        add(buckets, first, 1, 1);
        add(buckets, last, 1, 1);
        ps_buckets_collect(buckets, got, &width);
        for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
            assert_int_equal(last / widths[i] - first / widths[i] >= BUCKETS_MAX, widths[i] < width);
        ps_buckets_destroy(buckets);
    }
}

#define EXTRA_TESTS 4

int main(void)
{
    static const struct CMUnitTest extra[EXTRA_TESTS] = {
        cmocka_unit_test(ends_of_time),
        cmocka_unit_test(classes_of_the_lower_port),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(width_is_the_smallest),
    };
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + EXTRA_TESTS];
    size_t n = 0;
    for (; n < sizeof(rows) / sizeof(rows[0]); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&rows[n]};
    memcpy(&tests[n], extra, sizeof(extra));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
