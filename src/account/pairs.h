/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per (protocol, port pair), both directions.  The table that every packet with ports goes into: ports and range
 * classes are sums over it (see ports.h), so that the hot path pays for one table, not three.
 */
#ifndef PORTSNIFF_ACCOUNT_PAIRS_H
#define PORTSNIFF_ACCOUNT_PAIRS_H

#include <stdbool.h>

#include "ports.h"
#include "portsniff/key.h"
#include "portsniff/snapshot.h"

struct pair_entry {
    uint64_t key; /* transport << 32 | lower port << 16 | higher port; 0: empty (no transport is 0) */
    struct ps_traffic a_to_b, b_to_a;
};
_Static_assert(sizeof(struct pair_entry) == 72, "a pair is a little more than a cache line");

struct pairs; /* pairs.c */

struct pairs *ps_pairs_create(void);
void ps_pairs_destroy(struct pairs *pairs);
/* Counts the keys in [from, to) whose row is PS_ROW_PORTS. False when memory is out. */
bool ps_pairs_add(struct pairs *pairs, const struct ps_keys *keys, size_t from, size_t to);
/* One key, off the hot path. */
bool ps_pairs_add_key(struct pairs *pairs, const struct ps_key *key);
bool ps_pairs_merge(struct pairs *pairs, const struct pairs *part);
/* At most `pairs` stay in the table (0: no limit); those that leave are counted in their ports. */
void ps_pairs_limit(struct pairs *pairs, size_t limit);
/* What left the table: its ports (NULL: nothing did), and in the snapshot how many pairs, and their traffic. */
const struct ports *ps_pairs_evicted(const struct pairs *pairs, struct ps_snapshot *ret_snapshot);
size_t ps_pairs_count(const struct pairs *pairs);
/* Writes ps_pairs_count() rows, unsorted. */
void ps_pairs_collect(const struct pairs *pairs, struct ps_pair_row *ret_rows);

#endif
