/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Intervals by the clock while packets come in: when one is over, and what a clock that is set does to it.
 *
 * Borders lie at multiples of the width in UTC.  A packet belongs to the interval that its time stamp names, as with a
 * saved capture, so a packet decides by itself; the clock only ends intervals that no packet ends.  It does so when the
 * source was found empty later than PS_BEAT_GRACE behind the border, because until then packets from before it may still
 * lie in the kernel's buffer, or when that did not happen for PS_BEAT_PATIENCE.
 *
 * The monotonic clock is the witness of the other one.  When the two disagree by PS_BEAT_STEP or more, the clock was
 * set (or the machine slept): the present interval ends at the time that the old clock would show, and the next begins at
 * the time that the new clock shows.  Numbers go on, no interval is empty because of it, and no width is waited for twice.
 * Smaller corrections pass as they are.
 *
 * Refuses to read a clock: the caller does, so that tests can set any time.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_TIME_H
#define PORTSNIFF_ENGINE_WATCH_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define PS_BEAT_GRACE    INT64_C(200000000)
#define PS_BEAT_PATIENCE INT64_C(1000000000)
#define PS_BEAT_STEP     INT64_C(500000000)

/* Idle intervals in a row that are shown one by one. */
#define PS_BEAT_IDLE_MAX 1000

/* One look at both clocks, nanoseconds. */
struct ps_moment {
    int64_t real_ns;   /* CLOCK_REALTIME */
    int64_t steady_ns; /* CLOCK_MONOTONIC */
};

struct ps_span {
    int64_t start_ns, end_ns; /* [start, end) by the clock of their time */
    uint64_t number;          /* from 1 */
};

struct ps_beats {
    int64_t width_ns;
    struct ps_span now;       /* the interval in progress; its end is the next border */
    struct ps_moment last;    /* the latest look */
    int64_t overdue_since_ns; /* steady time at which the end was first seen to be over; INT64_MAX: it is not */
};

/* The first interval begins now and ends at the next border.  `width_ns` is positive. */
void ps_beats_start(struct ps_beats *beats, uint64_t width_ns, struct ps_moment now);

/* Takes a new look; to be called after each ps_source_next and before its packets are counted.  Returns how far the clock
 * was set, nanoseconds, 0 when it was not.  If it was, ps_beats_cut() must follow. */
int64_t ps_beats_look(struct ps_beats *beats, struct ps_moment now);

/* Ends the present interval now, and begins the next: at `end_ns` by the clock before, at `start_ns` by the one after.
 * Returns the interval that ended. */
struct ps_span ps_beats_cut(struct ps_beats *beats, int64_t end_ns, int64_t start_ns);

/* Whether a packet of this time ends the present interval.  Times that lie ahead of the clock do not. */
static inline bool ps_beats_passed(const struct ps_beats *beats, int64_t time_ns)
{
    return time_ns >= beats->now.end_ns && time_ns <= beats->last.real_ns;
}

/* Whether the clock ends it.  `empty_at_ns`: the clock (CLOCK_REALTIME) before the latest ps_source_next that found
 * nothing; INT64_MIN: it found something. */
bool ps_beats_due(struct ps_beats *beats, int64_t empty_at_ns);

/* Ends the present interval, as the first step towards `time_ns` (not before its end): the next follows without a gap.
 * Idle intervals come one by one, but a gap of more than `most` is one long interval.  Returns the interval that ended;
 * to be called until the present one holds the time. */
struct ps_span ps_beats_advance(struct ps_beats *beats, int64_t time_ns, uint64_t most);

#endif
