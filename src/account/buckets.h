/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic over time, in buckets whose width adapts to the span: the smallest of a fixed row of widths (each a multiple of
 * the one before) with which the whole span fits into BUCKETS_MAX.  The result depends on the set of packets alone,
 * not on their order or on how they were cut into parts.
 */
#ifndef PORTSNIFF_ACCOUNT_BUCKETS_H
#define PORTSNIFF_ACCOUNT_BUCKETS_H

#include <stdbool.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

#define BUCKETS_MAX 1000

struct buckets; /* buckets.c */

struct buckets *ps_buckets_create(void);
void ps_buckets_destroy(struct buckets *timeline);
/* One packet; without a time it is passed over. */
void ps_buckets_add_key(struct buckets *timeline, const struct ps_key *key);
void ps_buckets_merge(struct buckets *timeline, const struct buckets *part);
/* Buckets that are not empty, at most BUCKETS_MAX. */
size_t ps_buckets_count(const struct buckets *timeline);
void ps_buckets_collect(const struct buckets *timeline, struct ps_time_row *ret_rows, int64_t *ret_width_ns);

/* Packets one after another: most fall into the bucket of the one before, and are added up here until another one does. */
struct bucket_run {
    uint64_t start, width; /* of the bucket, nanoseconds; width 0: of none */
    int64_t time_ns;       /* one in the bucket */
    struct ps_count others, by_class[PS_CLASS_COUNT];
};

void ps_bucket_run_end(struct bucket_run *run, struct buckets *timeline);
/* Ends the run, and begins another one in the bucket of `time_ns`. */
void ps_bucket_run_turn(struct bucket_run *run, struct buckets *timeline, int64_t time_ns);

/* The key has a time and does not wait. */
static inline void ps_bucket_run_add(struct bucket_run *run, struct buckets *timeline, const struct ps_key *key)
{
    if ((uint64_t)key->time_ns - run->start >= run->width)
        ps_bucket_run_turn(run, timeline, key->time_ns);
    uint16_t low = key->source_port < key->destination_port ? key->source_port : key->destination_port;
    struct ps_count *count = key->row == PS_ROW_PORTS ? &run->by_class[ps_port_class(low)] : &run->others;
    count->packets++;
    count->bytes += key->wire;
}

#endif
