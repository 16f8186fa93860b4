/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port pairs and hosts of a snapshot: sums over flows.
 */
#ifndef PORTSNIFF_ACCOUNT_COLLECT_SUMS_H
#define PORTSNIFF_ACCOUNT_COLLECT_SUMS_H

#include <stdbool.h>

#include "flows.h"
#include "hosts.h"
#include "pairs.h"

/* A flow as the pair that it is part of. */
void ps_collect_pair(const struct flows *flows, const struct flow *flow, struct ps_pair_row *ret_row);
/* Adds a flow that leaves its table to what others have left. False when memory is out. */
bool ps_collect_leaving(const struct flows *flows, const struct flow *flow, struct pairs *pairs, struct hosts *hosts);
struct pair_source; /* collect_pairs.c */

/* Makes the source of pairs, if it is asked for; then each worker says at which flow its share begins and tells of those
 * that have packets; at the end the rows that were asked for are chosen.  False when memory is out. */
bool ps_collect_pairs_begin(const struct flows *flows, struct ps_snapshot *ret_snapshot);
void ps_collect_pairs_share(struct pair_source *source, unsigned worker, size_t from);
void ps_collect_pairs_add(struct pair_source *source, unsigned worker, const struct flow_key *key, size_t index);
bool ps_collect_pairs_end(struct ps_snapshot *ret_snapshot);
/* The hosts that were asked for.  `others`: those of packets without ports. */
bool ps_collect_hosts(const struct flows *flows, const struct hosts *others, struct ps_snapshot *ret_snapshot);

#endif
