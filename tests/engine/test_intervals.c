/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stretches of packet time: aligned borders, gaps, time that runs backwards, and intervals that must wait for fragments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/intervals.h"
#include "support/fragment_model.h"

#define NONE PS_TIME_NONE
#define WIDE INT64_C(18446744073709552) /* 1000 of them are a little more than 64 bits hold */

struct row {
    const char *name;
    uint64_t width;
    size_t count;
    int64_t time[6];
    const char *intervals; /* "number[start,end)" of each, and behind it how many packets it got */
};

static const struct row rows[] = {
    {"no width", 0, 3, {5, 500, NONE}, "1[-):3"},
    {"aligned to the width, not to the first packet", 10, 2, {17, 18}, "1[10,20):2"},
    {"both sides of a border", 10, 2, {19, 20}, "1[10,20):1 2[20,30):1"},
    {"on the border", 10, 2, {20, 29}, "1[20,30):2"},
    {"before 1970", 10, 3, {-11, -10, -1}, "1[-20,-10):1 2[-10,0):2"},
    {"across 1970", 10, 2, {-1, 0}, "1[-10,0):1 2[0,10):1"},
    {"idle intervals are shown", 10, 2, {5, 35}, "1[0,10):1 2[10,20):0 3[20,30):0 4[30,40):1"},
    {"time runs backwards", 10, 4, {15, 25, 5, 29}, "1[10,20):1 2[20,30):3"},
    {"backwards at the beginning", 10, 2, {15, 3}, "1[10,20):2"},
    {"no time at the beginning", 10, 3, {NONE, 15, 25}, "1[10,20):2 2[20,30):1"},
    {"no time later", 10, 4, {15, 25, NONE, 35}, "1[10,20):1 2[20,30):2 3[30,40):1"},
    {"no time at all", 10, 2, {NONE, NONE}, "1[-):2"},
    {"a long gap is one interval", 1, 2, {0, 1003}, "1[0,1):1 2[1,1003):0 3[1003,1004):1"},
    {"a gap of wide intervals",
     (uint64_t)WIDE,
     2,
     {0, 4 * WIDE},
     "1[0,18446744073709552):1 "
     "2[18446744073709552,36893488147419104):0 3[36893488147419104,55340232221128656):0 "
     "4[55340232221128656,73786976294838208):0 5[73786976294838208,92233720368547760):1"},
    {"the end of time", 10, 2, {INT64_MAX - 1, INT64_MAX}, "1[9223372036854775800,9223372036854775807):2"},
    {"the beginning of time", 10, 1, {INT64_MIN + 1}, "1[-9223372036854775807,-9223372036854775797):1"},
    {"no border before the beginning of time",
     10,
     2,
     {INT64_MIN + 1, INT64_MIN + 11},
     "1[-9223372036854775807,-9223372036854775797):1 2[-9223372036854775797,-9223372036854775790):1"},
    {"from one end to the other",
     1000,
     2,
     {INT64_MIN + 1, INT64_MAX},
     "1[-9223372036854775807,-9223372036854774807):1 "
     "2[-9223372036854774807,9223372036854775000):0 3[9223372036854775000,9223372036854775807):1"},
};

/* The account for a packet of this time. */
static struct ps_account *account_at(struct intervals *intervals, int64_t time_ns)
{
    while (!ps_intervals_hold(intervals, time_ns))
        assert_true(ps_intervals_step(intervals, time_ns));
    return intervals->tail->account;
}

static void add_packet(struct ps_account *account, int64_t time_ns)
{
    static struct ps_keys keys;
    keys.count = 1;
    keys.key[0] = (struct ps_key){.time_ns = time_ns, .wire = 60, .row = PS_ROW_NON_IP};
    ps_account_add(account, NULL, &keys, 0, 1);
}

static uint64_t packets_of(const struct ps_account *account)
{
    struct ps_snapshot s;
    ps_snapshot_init(&s);
    assert_int_equal(ps_account_collect(account, NULL, &s), 0);
    uint64_t packets = s.total.packets;
    ps_snapshot_finish(&s);
    return packets;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct intervals intervals;
    char text[600] = "";
    assert_true(ps_intervals_init(&intervals, row->width, 0));
    for (size_t i = 0; i < row->count; i++) {
        struct ps_account *account = account_at(&intervals, row->time[i]);
        assert_non_null(account);
        add_packet(account, row->time[i]);
    }
    for (struct interval *one; (one = ps_intervals_take(&intervals, true)); ps_interval_destroy(one)) {
        char times[100] = "-";
        size_t used = strlen(text);
        if (one->set)
            snprintf(times, sizeof(times), "%" PRId64 ",%" PRId64, one->start_ns, one->end_ns);
        snprintf(text + used, sizeof(text) - used, "%s%" PRIu64 "[%s):%" PRIu64, used ? " " : "", one->number, times,
                 packets_of(one->account));
    }
    assert_string_equal(text, row->intervals);
    ps_intervals_finish(&intervals);
}

/* 1000 idle intervals are shown one by one, 1001 are not. */
static void longest_gap(void **state)
{
    (void)state;
    for (int64_t gap = 999; gap <= 1002; gap++) {
        struct intervals intervals;
        assert_true(ps_intervals_init(&intervals, 10, 0));
        account_at(&intervals, 5);
        account_at(&intervals, 15 + gap * 10);
        assert_int_equal(intervals.count, gap <= PS_IDLE_INTERVALS_MAX ? gap + 2 : 3);
        ps_intervals_finish(&intervals);
    }
}

static void present_interval_is_not_closed(void **state)
{
    (void)state;
    struct intervals intervals;
    assert_true(ps_intervals_init(&intervals, 10, 0));
    assert_null(ps_intervals_take(&intervals, false));
    account_at(&intervals, 5);
    assert_null(ps_intervals_take(&intervals, false));
    account_at(&intervals, 15);
    struct interval *first = ps_intervals_take(&intervals, false);
    assert_non_null(first);
    assert_int_equal(first->number, 1);
    ps_interval_destroy(first);
    assert_null(ps_intervals_take(&intervals, false));
    struct interval *last = ps_intervals_take(&intervals, true);
    assert_int_equal(last->number, 2);
    ps_interval_destroy(last);
    assert_null(ps_intervals_take(&intervals, true));
    ps_intervals_finish(&intervals);
    ps_interval_destroy(NULL);
}

static void add_fragment(struct intervals *intervals, struct ps_fragments *fragments, int64_t time_ns, bool first)
{
    static struct ps_keys keys;
    struct model_packet packet = {.ports = first ? 7 : 0, .later = !first, .later_of = 1, .first_count = first};
    packet.first[0].datagram = 1;
    packet.first[0].has_ports = true;
    model_keys(&packet, 0, 1, &keys);
    keys.key[0].time_ns = time_ns;
    ps_account_add(account_at(intervals, time_ns), fragments, &keys, 0, 1);
}

/* A later fragment without its first one holds its interval back, and those behind it. */
static void fragments_hold_intervals_back(void **state)
{
    (void)state;
    struct intervals intervals;
    struct ps_fragments *fragments = ps_fragments_create(true);
    assert_true(fragments && ps_intervals_init(&intervals, 10, 0));
    add_fragment(&intervals, fragments, 5, false);
    add_packet(account_at(&intervals, 15), 15);
    add_packet(account_at(&intervals, 25), 25);
    assert_null(ps_intervals_take(&intervals, false));
    add_fragment(&intervals, fragments, 26, true);
    for (uint64_t number = 1; number <= 2; number++) {
        struct interval *one = ps_intervals_take(&intervals, false);
        assert_non_null(one);
        assert_int_equal(one->number, number);
        assert_int_equal(packets_of(one->account), 1);
        ps_interval_destroy(one);
    }
    assert_null(ps_intervals_take(&intervals, false));
    ps_fragments_destroy(fragments);
    ps_intervals_finish(&intervals);
}

static void end_gives_out_what_waits(void **state)
{
    (void)state;
    struct intervals intervals;
    struct ps_fragments *fragments = ps_fragments_create(true);
    assert_true(fragments && ps_intervals_init(&intervals, 10, 0));
    add_fragment(&intervals, fragments, 5, false);
    add_packet(account_at(&intervals, 15), 15);
    ps_fragments_settle(fragments);
    struct interval *one = ps_intervals_take(&intervals, false);
    assert_non_null(one);
    assert_int_equal(packets_of(one->account), 1);
    ps_interval_destroy(one);
    ps_fragments_destroy(fragments);
    ps_intervals_finish(&intervals);
}

/* A fragment that waits for ever holds only so many intervals back: then it is counted without its first one. */
static void too_many_open(uint64_t max_memory, int64_t most)
{
    struct intervals intervals;
    struct ps_fragments *fragments = ps_fragments_create(true);
    assert_true(fragments && ps_intervals_init(&intervals, 10, max_memory));
    add_fragment(&intervals, fragments, 5, false);
    for (int64_t i = 1; i < most; i++)
        add_packet(account_at(&intervals, 10 * i + 5), 10 * i + 5);
    assert_false(ps_intervals_abandon(&intervals));
    assert_null(ps_intervals_take(&intervals, false));
    add_packet(account_at(&intervals, 10 * most), 10 * most);
    assert_true(ps_intervals_abandon(&intervals));
    ps_fragments_give_up(fragments);
    assert_int_equal(ps_fragments_overflow(fragments), 1);
    struct interval *one = ps_intervals_take(&intervals, false);
    assert_non_null(one);
    assert_int_equal(one->number, 1);
    assert_int_equal(packets_of(one->account), 1);
    ps_interval_destroy(one);
    ps_fragments_destroy(fragments);
    ps_intervals_finish(&intervals);
}

static void too_many_open_intervals(void **state)
{
    (void)state;
    too_many_open(0, PS_OPEN_INTERVALS_MAX);
}

static void too_many_open_in_bounded_memory(void **state)
{
    (void)state;
    too_many_open(PS_MEMORY_LEAST, PS_OPEN_INTERVALS_BOUNDED);
}

/* So many idle intervals are shown, and of the gaps behind them each is one. */
static void idle_in_all(void **state)
{
    (void)state;
    struct intervals intervals;
    assert_true(ps_intervals_init(&intervals, 10, 0));
    account_at(&intervals, 5);
    intervals.idle = PS_IDLE_INTERVALS_ALL - 2;
    account_at(&intervals, 35); /* two */
    assert_int_equal(intervals.count, 4);
    assert_false(intervals.idle_cut);
    account_at(&intervals, 55); /* one more, which nobody can tell from a long one */
    assert_int_equal(intervals.count, 6);
    assert_false(intervals.idle_cut);
    account_at(&intervals, 85); /* two more become one */
    assert_int_equal(intervals.count, 8);
    assert_true(intervals.idle_cut);
    assert_int_equal(intervals.idle, PS_IDLE_INTERVALS_ALL);
    ps_intervals_finish(&intervals);
}

#define EXTRA_TESTS 7

int main(void)
{
    static const struct CMUnitTest extra[EXTRA_TESTS] = {
        cmocka_unit_test(longest_gap),
        cmocka_unit_test(present_interval_is_not_closed),
        cmocka_unit_test(fragments_hold_intervals_back),
        cmocka_unit_test(end_gives_out_what_waits),
        cmocka_unit_test(too_many_open_intervals),
        cmocka_unit_test(too_many_open_in_bounded_memory),
        cmocka_unit_test(idle_in_all),
    };
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + EXTRA_TESTS];
    size_t n = 0;
    for (; n < sizeof(rows) / sizeof(rows[0]); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&rows[n]};
    memcpy(&tests[n], extra, sizeof(extra));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
