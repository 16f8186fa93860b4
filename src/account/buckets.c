/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time line.  Buckets lie in an array that begins at the earliest one; when the span grows beyond it, neighbouring
 * buckets are joined to the next width.  The bucket of the last packet is remembered, so that the division is rare.
 */
#include "buckets.h"

#include <stdlib.h>
#include <string.h>

#include "sums.h"

#define SECOND INT64_C(1000000000)

#define EARLIEST (INT64_MIN / 2)

static const int64_t widths[] = {
    SECOND / 1000,     SECOND / 100,       SECOND / 10,    SECOND,         10 * SECOND,     60 * SECOND,
    600 * SECOND,      3600 * SECOND,      21600 * SECOND, 86400 * SECOND, 864000 * SECOND, 8640000 * SECOND,
    86400000 * SECOND, 864000000 * SECOND,
};

struct buckets {
    size_t level;       /* index into widths */
    int64_t base;       /* number of the first bucket, in units of the width */
    size_t used;        /* buckets from base on; 0: no packet yet */
    size_t last;        /* bucket of the packet before, as an index */
    int64_t last_start; /* its first nanosecond */
    struct bucket {
        struct ps_count all;
        struct ps_count by_class[PS_CLASS_COUNT];
    } bucket[BUCKETS_MAX];
};

struct buckets *ps_buckets_create(void)
{
    return calloc(1, sizeof(struct buckets));
}

void ps_buckets_destroy(struct buckets *timeline)
{
    free(timeline);
}

/* Rounds towards minus infinity. */
static int64_t divide(int64_t value, int64_t by)
{
    int64_t quotient = value / by;
    return quotient - (value % by != 0 && value < 0);
}

/* Joins neighbours until buckets are of the next width. */
static void coarsen(struct buckets *t)
{
    int64_t factor = widths[t->level + 1] / widths[t->level];
    int64_t base = divide(t->base, factor);
    size_t used = 0;
    for (size_t i = 0; i < t->used; i++) {
        size_t to = (size_t)(divide(t->base + (int64_t)i, factor) - base);
        if (to != i) {
            ps_count_sum(&t->bucket[to].all, &t->bucket[i].all);
            for (int c = 0; c < PS_CLASS_COUNT; c++)
                ps_count_sum(&t->bucket[to].by_class[c], &t->bucket[i].by_class[c]);
            memset(&t->bucket[i], 0, sizeof(t->bucket[i]));
        }
        used = to + 1;
    }
    t->level++;
    t->base = base;
    t->used = used;
    t->last_start = INT64_MAX; /* nobody's bucket */
}

/* Makes the array cover bucket number `number` of the present width; false when it would become too long. */
static bool cover(struct buckets *t, int64_t number)
{
    if (t->used == 0) {
        t->base = number;
        t->used = 1;
    } else if (number < t->base) {
        uint64_t shift = (uint64_t)t->base - (uint64_t)number;
        if (shift > BUCKETS_MAX - t->used)
            return false;
        memmove(&t->bucket[shift], &t->bucket[0], t->used * sizeof(t->bucket[0]));
        memset(&t->bucket[0], 0, shift * sizeof(t->bucket[0]));
        t->base = number;
        t->used += shift;
        t->last_start = INT64_MAX;
    } else {
        uint64_t offset = (uint64_t)number - (uint64_t)t->base;
        if (offset >= BUCKETS_MAX)
            return false;
        if (offset >= t->used)
            t->used = (size_t)offset + 1;
    }
    return true;
}

/* The bucket of a time, as an index. */
static size_t bucket_of(struct buckets *t, int64_t time_ns)
{
    if (time_ns < EARLIEST)
        time_ns = EARLIEST; /* a bucket must not begin before what 64 bits can say */
    uint64_t inside = (uint64_t)time_ns - (uint64_t)t->last_start;
    if (t->used && t->last_start != INT64_MAX && inside < (uint64_t)widths[t->level])
        return t->last;
    int64_t number = divide(time_ns, widths[t->level]);
    while (!cover(t, number)) {
        coarsen(t);
        number = divide(time_ns, widths[t->level]);
    }
    t->last = (size_t)(number - t->base);
    t->last_start = number * widths[t->level];
    return t->last;
}

void ps_buckets_add_key(struct buckets *t, const struct ps_key *key)
{
    struct bucket_run run = {.width = 0};
    if (key->time_ns == PS_TIME_NONE)
        return;
    ps_bucket_run_add(&run, t, key);
    ps_bucket_run_end(&run, t);
}

void ps_bucket_run_end(struct bucket_run *run, struct buckets *t)
{
    if (run->width == 0)
        return;
    struct bucket *bucket = &t->bucket[bucket_of(t, run->time_ns)];
    ps_count_sum(&bucket->all, &run->others);
    for (int c = 0; c < PS_CLASS_COUNT; c++) {
        ps_count_sum(&bucket->all, &run->by_class[c]);
        ps_count_sum(&bucket->by_class[c], &run->by_class[c]);
    }
}

void ps_bucket_run_turn(struct bucket_run *run, struct buckets *t, int64_t time_ns)
{
    ps_bucket_run_end(run, t);
    bucket_of(t, time_ns); /* there is one from now on; which one may still change */
    int64_t earliest = time_ns < EARLIEST ? EARLIEST : time_ns;
    *run =
        (struct bucket_run){.start = (uint64_t)t->last_start, .width = (uint64_t)widths[t->level], .time_ns = time_ns};
    if (earliest != time_ns)
        *run = (struct bucket_run){.start = (uint64_t)time_ns, .width = 1, .time_ns = time_ns};
}

void ps_buckets_merge(struct buckets *t, const struct buckets *part)
{
    if (part->used == 0)
        return;
    while (t->used && t->level < part->level)
        coarsen(t);
    if (!t->used)
        t->level = part->level;
    for (size_t i = 0; i < part->used; i++) {
        int64_t start = (part->base + (int64_t)i) * widths[part->level];
        if (part->bucket[i].all.packets == 0)
            continue;
        size_t at = bucket_of(t, start);
        ps_count_sum(&t->bucket[at].all, &part->bucket[i].all);
        for (int c = 0; c < PS_CLASS_COUNT; c++)
            ps_count_sum(&t->bucket[at].by_class[c], &part->bucket[i].by_class[c]);
    }
}

size_t ps_buckets_count(const struct buckets *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->used; i++)
        n += t->bucket[i].all.packets > 0;
    return n;
}

void ps_buckets_collect(const struct buckets *t, struct ps_time_row *ret_rows, int64_t *ret_width_ns)
{
    size_t n = 0;
    for (size_t i = 0; i < t->used; i++) {
        if (t->bucket[i].all.packets == 0)
            continue;
        ret_rows[n].start_ns = (t->base + (int64_t)i) * widths[t->level];
        ret_rows[n].all = t->bucket[i].all;
        memcpy(ret_rows[n].by_class, t->bucket[i].by_class, sizeof(ret_rows[n].by_class));
        n++;
    }
    *ret_width_ns = widths[t->level];
}
