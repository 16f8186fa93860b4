/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Intervals by the clock, with clocks that the test sets: borders, idle links, packets that arrive late, and clocks that
 * are set back or ahead.  Whatever happens, numbers go on by one and the intervals follow each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/watch_time.h"

#define MS  INT64_C(1000000)
#define SEC (1000 * MS)

enum kind {
    END,
    WAIT,   /* nothing came until both clocks had gone on to `at` */
    PACKET, /* came at `at`, with the time stamp `stamp` */
    SET,    /* the clock was set: now it shows `at`, and the steady one has gone on by `stamp` */
};

struct event {
    enum kind kind;
    int64_t at, stamp; /* milliseconds */
};

struct row {
    const char *name;
    int64_t width, start; /* milliseconds */
    struct event event[8];
    const char *intervals; /* number[start,end):packets, milliseconds; the last one is the one in progress */
};

static const struct row rows[] = {
    {"begins when the capture begins, ends at the border", 1000, 10300, {{0}}, "1[10300,11000):0"},
    {"begins on the border", 1000, 10000, {{0}}, "1[10000,11000):0"},
    {"before 1970", 1000, -1300, {{0}}, "1[-1300,-1000):0"},
    {"an idle link: not before the grace is over",
     1000,
     10300,
     {{WAIT, 11150, 0}, {WAIT, 11199, 0}},
     "1[10300,11000):0"},
    {"an idle link: found empty when it is over",
     1000,
     10300,
     {{WAIT, 11150, 0}, {WAIT, 11200, 0}, {WAIT, 11250, 0}},
     "1[10300,11000):0 2[11000,12000):0"},
    {"idle intervals come one by one",
     1000,
     10300,
     {{WAIT, 13300, 0}, {WAIT, 13350, 0}},
     "1[10300,11000):0 2[11000,12000):0 3[12000,13000):0 4[13000,14000):0"},
    {"a long gap is one interval",
     1,
     10000,
     {{WAIT, 11300, 0}, {WAIT, 11350, 0}},
     "1[10000,10001):0 2[10001,11150):0 3[11150,11151):0"},
    {"a packet on the border ends it at once",
     1000,
     10300,
     {{PACKET, 11001, 11000}},
     "1[10300,11000):0 2[11000,12000):1"},
    {"a packet before the border does not", 1000, 10300, {{PACKET, 11001, 10999}}, "1[10300,11000):1"},
    {"packets handed over late are where their time is",
     1000,
     10300,
     {{WAIT, 10900, 0}, {PACKET, 13000, 10950}, {PACKET, 13001, 11050}, {PACKET, 13002, 12999}},
     "1[10300,11000):1 2[11000,12000):1 3[12000,13000):1"},
    {"older than the present interval stays in it",
     1000,
     10300,
     {{PACKET, 11010, 11005}, {PACKET, 11011, 10990}},
     "1[10300,11000):0 2[11000,12000):2"},
    {"a time stamp ahead of the clock moves nothing",
     1000,
     10300,
     {{PACKET, 10400, 99000}, {PACKET, 10401, 10402}},
     "1[10300,11000):2"},
    {"never empty, and no time stamp moves on: patience ends it",
     1000,
     10300,
     {{PACKET, 11500, 99000}, {PACKET, 12499, 99000}, {PACKET, 12501, 99000}},
     "1[10300,11000):3 2[11000,12000):0 3[12000,13000):0"},
    {"set ahead",
     1000,
     10300,
     {{WAIT, 10500, 0}, {SET, 99250, 50}, {PACKET, 99300, 99300}},
     "1[10300,10550):0 2[99250,100000):1"},
    {"set back",
     1000,
     10300,
     {{WAIT, 10500, 0}, {SET, 5250, 50}, {PACKET, 5300, 5300}, {WAIT, 6250, 0}, {WAIT, 6300, 0}},
     "1[10300,10550):0 2[5250,6000):1 3[6000,7000):0"},
    {"set back below 1970",
     1000,
     10300,
     {{SET, -5250, 50}, {PACKET, -5200, 10340}},
     "1[10300,10350):0 2[-5250,-5000):1"},
    {"a packet from before the clock was set back",
     1000,
     10300,
     {{SET, 5250, 50}, {PACKET, 5260, 10320}},
     "1[10300,10350):0 2[5250,6000):1"},
    {"set back twice",
     1000,
     10300,
     {{SET, 5250, 50}, {SET, 1000, 50}},
     "1[10300,10350):0 2[5250,5300):0 3[1000,2000):0"},
    {"set after the border: that comes first",
     1000,
     10300,
     {{SET, 50000, 900}},
     "1[10300,11000):0 2[11000,11200):0 3[50000,51000):0"},
    {"set back after a long stall",
     1000,
     10300,
     {{SET, 5000, 2900}},
     "1[10300,11000):0 2[11000,12000):0 3[12000,13000):0 4[13000,13200):0 5[5000,6000):0"},
    {"just a correction: less than half a second", 1000, 10300, {{SET, 10849, 50}}, "1[10300,11000):0"},
    {"half a second is more than that", 1000, 10300, {{SET, 10850, 50}}, "1[10300,10350):0 2[10850,11000):0"},
    {"a correction back", 1000, 10600, {{SET, 10151, 50}}, "1[10600,11000):0"},
    {"half a second back", 1000, 10600, {{SET, 10150, 50}}, "1[10600,10650):0 2[10150,11000):0"},
    {"the machine slept: the steady clock did not go on",
     60000,
     10300,
     {{SET, 7000000, 50}, {PACKET, 7000100, 7000050}},
     "1[10300,10350):0 2[7000000,7020000):1"},
};

struct run {
    struct ps_beats beats;
    uint64_t packets; /* in the interval in progress */
    char text[512];
};

static void show(struct run *run, struct ps_span span)
{
    size_t used = strlen(run->text);
    snprintf(run->text + used, sizeof(run->text) - used, "%s%" PRIu64 "[%" PRId64 ",%" PRId64 "):%" PRIu64,
             used ? " " : "", span.number, span.start_ns / MS, span.end_ns / MS, run->packets);
    run->packets = 0;
}

static void advance(struct run *run, int64_t time_ns)
{
    while (time_ns >= run->beats.now.end_ns)
        show(run, ps_beats_advance(&run->beats, time_ns, PS_BEAT_IDLE_MAX));
}

static void step(struct run *run, const struct event *event)
{
    struct ps_moment now = run->beats.last;
    int64_t empty_at = event->kind == WAIT ? now.real_ns : INT64_MIN;
    now.steady_ns += event->kind == SET ? event->stamp * MS : event->at * MS - now.real_ns;
    now.real_ns = event->at * MS;
    int64_t set = ps_beats_look(&run->beats, now);
    assert_int_equal(set != 0 && event->kind != SET, 0);
    if (set) {
        advance(run, now.real_ns - set);
        show(run, ps_beats_cut(&run->beats, now.real_ns - set, now.real_ns));
    }
    if (event->kind == PACKET) {
        if (ps_beats_passed(&run->beats, event->stamp * MS))
            advance(run, event->stamp * MS);
        run->packets++;
    }
    if (ps_beats_due(&run->beats, empty_at))
        advance(run, now.real_ns - PS_BEAT_GRACE);
}

static void intervals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct run run = {.packets = 0};
        ps_beats_start(&run.beats, (uint64_t)(row->width * MS), (struct ps_moment){row->start * MS, 77 * SEC});
        for (const struct event *event = row->event; event->kind != END; event++)
            step(&run, event);
        show(&run, run.beats.now);
        if (strcmp(run.text, row->intervals) != 0)
            fail_msg("%s:\n  got      %s\n  expected %s", row->name, run.text, row->intervals);
    }
}

/* The last interval ends when the capture does, never before it began. */
static void ends(void **state)
{
    struct ps_beats beats;
    (void)state;
    ps_beats_start(&beats, 10 * SEC, (struct ps_moment){.real_ns = 12 * SEC, .steady_ns = 0});
    struct ps_span span = ps_beats_cut(&beats, 15 * SEC, 15 * SEC);
    assert_int_equal(span.end_ns, 15 * SEC);
    span = ps_beats_cut(&beats, 99 * SEC, 99 * SEC);
    assert_int_equal(span.start_ns, 15 * SEC);
    assert_int_equal(span.end_ns, 20 * SEC);
    span = ps_beats_cut(&beats, 1 * SEC, 1 * SEC);
    assert_int_equal(span.start_ns, 99 * SEC);
    assert_int_equal(span.end_ns, 99 * SEC);
    assert_int_equal(span.number, 3);
}

/* Ends of time: nothing wraps. */
static void extremes(void **state)
{
    struct ps_beats beats;
    (void)state;
    ps_beats_start(&beats, UINT64_MAX, (struct ps_moment){.real_ns = 5, .steady_ns = 5});
    assert_int_equal(beats.now.end_ns, INT64_MAX);
    assert_false(ps_beats_due(&beats, 5));
    ps_beats_start(&beats, 10, (struct ps_moment){.real_ns = INT64_MAX - 3, .steady_ns = 5});
    assert_int_equal(beats.now.end_ns, INT64_MAX);
    ps_beats_start(&beats, 10, (struct ps_moment){.real_ns = INT64_MIN + 1, .steady_ns = 5});
    assert_true(beats.now.end_ns > beats.now.start_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals),
        cmocka_unit_test(ends),
        cmocka_unit_test(extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
