/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per (protocol, port pair), both directions.  A pair is the sum of its flows, made when a snapshot is collected;
 * the table here holds what flows that left their table had carried.
 */
#ifndef PORTSNIFF_ACCOUNT_PAIRS_H
#define PORTSNIFF_ACCOUNT_PAIRS_H

#include <stdbool.h>

#include "ports.h"
#include "portsniff/snapshot.h"

/* transport << 32 | lower port << 16 | higher port; never 0, since no transport is. */
typedef uint64_t pair_key;

static inline pair_key ps_pair_key(uint8_t transport, uint16_t one, uint16_t other)
{
    uint64_t low = one < other ? one : other, high = one < other ? other : one;
    return (uint64_t)transport << 32 | low << 16 | high;
}

/* A pair's row that counts nothing yet. */
static inline struct ps_pair_row ps_pair_row_of(pair_key key)
{
    return (struct ps_pair_row){
        .transport = (uint8_t)(key >> 32), .port_a = (uint16_t)(key >> 16), .port_b = (uint16_t)key};
}

struct pairs; /* pairs.c */

struct pairs *ps_pairs_create(void);
void ps_pairs_destroy(struct pairs *pairs);
/* A pair is going to be added soon: asks for the memory it will need. */
void ps_pairs_ask(const struct pairs *pairs, pair_key key);
/* Pairs that were never told apart: how many, and what they carried.  Returns where that is to be counted by port; NULL when
 * memory is out. */
struct ports *ps_pairs_add_others(struct pairs *pairs, uint64_t count, const struct ps_traffic *a_to_b,
                                  const struct ps_traffic *b_to_a);
/* Adds what a pair carried. False when memory is out. */
bool ps_pairs_add(struct pairs *pairs, const struct ps_pair_row *pair);
bool ps_pairs_merge(struct pairs *pairs, const struct pairs *part);
/* At most `pairs` stay in the table (0: no limit); those that leave are counted in their ports. */
void ps_pairs_limit(struct pairs *pairs, size_t limit);
/* Now and then: where many found no room, quiet pairs go, so that others get their chance.  False when memory is out. */
bool ps_pairs_refresh(struct pairs *pairs);
/* What left the table: its ports (NULL: nothing did), and in the snapshot how many pairs, and their traffic. */
const struct ports *ps_pairs_evicted(const struct pairs *pairs, struct ps_snapshot *ret_snapshot);
/* Pairs in the table, by a number below ps_pairs_slots(); false where there is none. */
size_t ps_pairs_slots(const struct pairs *pairs);
bool ps_pairs_get(const struct pairs *pairs, size_t slot, struct ps_pair_row *ret_row);

#endif
