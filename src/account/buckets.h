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
/* Packets without a time, and those that wait, are passed over. */
void ps_buckets_add(struct buckets *timeline, const struct ps_keys *keys, size_t from, size_t to);
void ps_buckets_add_key(struct buckets *timeline, const struct ps_key *key);
void ps_buckets_merge(struct buckets *timeline, const struct buckets *part);
/* Buckets that are not empty, at most BUCKETS_MAX. */
size_t ps_buckets_count(const struct buckets *timeline);
void ps_buckets_collect(const struct buckets *timeline, struct ps_time_row *ret_rows, int64_t *ret_width_ns);

#endif
