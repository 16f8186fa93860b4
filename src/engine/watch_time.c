/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arithmetic of intervals by the clock.
 */
#include "watch_time.h"

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

/* The first border behind a time. */
static int64_t border_after(int64_t time_ns, int64_t width)
{
    int64_t rest = time_ns % width;
    if (rest < 0)
        rest += width;
    return plus(time_ns, width - rest);
}

void ps_beats_start(struct ps_beats *beats, uint64_t width_ns, struct ps_moment now)
{
    int64_t width = width_ns > INT64_MAX ? INT64_MAX : (int64_t)width_ns;
    *beats = (struct ps_beats){
        .width_ns = width,
        .now = {.start_ns = now.real_ns, .end_ns = border_after(now.real_ns, width), .number = 1},
        .last = now,
        .overdue_since_ns = INT64_MAX,
    };
}

int64_t ps_beats_look(struct ps_beats *beats, struct ps_moment now)
{
    int64_t expected = plus(beats->last.real_ns, now.steady_ns - beats->last.steady_ns);
    int64_t set = now.real_ns - expected;
    beats->last = now;
    return set >= PS_BEAT_STEP || set <= -PS_BEAT_STEP ? set : 0;
}

struct ps_span ps_beats_cut(struct ps_beats *beats, int64_t end_ns, int64_t start_ns)
{
    struct ps_span ended = beats->now;
    if (end_ns < ended.start_ns)
        end_ns = ended.start_ns;
    if (end_ns < ended.end_ns)
        ended.end_ns = end_ns;
    beats->now = (struct ps_span){
        .start_ns = start_ns, .end_ns = border_after(start_ns, beats->width_ns), .number = ended.number + 1};
    beats->overdue_since_ns = INT64_MAX;
    return ended;
}

bool ps_beats_due(struct ps_beats *beats, int64_t empty_at_ns)
{
    if (beats->last.real_ns < beats->now.end_ns) {
        beats->overdue_since_ns = INT64_MAX;
        return false;
    }
    if (beats->overdue_since_ns == INT64_MAX)
        beats->overdue_since_ns = beats->last.steady_ns;
    return empty_at_ns >= plus(beats->now.end_ns, PS_BEAT_GRACE) ||
           beats->last.steady_ns - beats->overdue_since_ns >= PS_BEAT_PATIENCE;
}

struct ps_span ps_beats_advance(struct ps_beats *beats, int64_t time_ns, uint64_t most)
{
    struct ps_span ended = beats->now;
    int64_t next_end = plus(ended.end_ns, beats->width_ns), last = border_after(time_ns, beats->width_ns);
    uint64_t ahead = (uint64_t)(last - ended.end_ns) / (uint64_t)beats->width_ns;
    /* `ahead` counts the interval that holds the time too. */
    if (last > ended.end_ns && ahead > most + 1)
        next_end = last - beats->width_ns;
    beats->now = (struct ps_span){.start_ns = ended.end_ns, .end_ns = next_end, .number = ended.number + 1};
    beats->overdue_since_ns = INT64_MAX;
    return ended;
}
