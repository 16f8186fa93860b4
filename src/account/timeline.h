/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic over time, in buckets whose width adapts to the span: the smallest of a fixed row of widths (each a multiple of
 * the one before) with which the whole span fits into TIMELINE_BUCKETS.  The result depends on the set of packets alone,
 * not on their order or on how they were cut into parts.
 */
#ifndef PORTSNIFF_ACCOUNT_TIMELINE_H
#define PORTSNIFF_ACCOUNT_TIMELINE_H

#include <stdbool.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

#define TIMELINE_BUCKETS 1000

struct timeline; /* timeline.c */

struct timeline *ps_timeline_create(void);
void ps_timeline_destroy(struct timeline *timeline);
/* Packets without a time, and those that wait, are passed over. */
void ps_timeline_add(struct timeline *timeline, const struct ps_keys *keys, size_t from, size_t to);
void ps_timeline_add_key(struct timeline *timeline, const struct ps_key *key);
void ps_timeline_merge(struct timeline *timeline, const struct timeline *part);
/* Buckets that are not empty, at most TIMELINE_BUCKETS. */
size_t ps_timeline_count(const struct timeline *timeline);
void ps_timeline_collect(const struct timeline *timeline, struct ps_time_row *ret_rows, int64_t *ret_width_ns);

#endif
