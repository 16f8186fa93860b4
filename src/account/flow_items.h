/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a packet means to the flow table, worked out beforehand: one cache line, with its hash.  Making items needs no
 * table, so several threads can do it at a time; adding them is what has an order.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_ITEMS_H
#define PORTSNIFF_ACCOUNT_FLOW_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "flow_store.h"

struct flow_item {
    uint64_t hash;
    struct flow_key key; /* IPv6: as in struct flow_hot, a being an index into the items' own `ends` */
    struct flow_packet packet;
    const uint8_t *payload; /* packet.captured bytes; they live as long as the batch or block */
};
_Static_assert(sizeof(struct flow_item) == 64, "one cache line");

/* An array of items with the addresses of those that are IPv6. */
struct flow_items {
    struct flow_item *item; /* owned */
    struct flow_ends *ends; /* owned */
    size_t count, room;
    size_t ends_count, ends_room;
};

void ps_items_finish(struct flow_items *items);
/* Room for `n` more. False when memory is out. */
bool ps_items_reserve(struct flow_items *items, size_t n);
/* Appends what a key with ports means; room must have been reserved.  `data`: the packet's bytes, or NULL. */
struct flow_item *ps_items_add(struct flow_items *items, const struct ps_key *key, const struct ps_packet *packet);
/* Appends what an ICMP error quotes. */
void ps_items_add_quoted(struct flow_items *items, const struct ps_quoted *quoted);

/* The part of the table that a hash belongs to. */
#define FLOW_PARTS 16
static inline unsigned ps_flow_part_of(uint64_t hash)
{
    return (unsigned)(hash >> 60);
}

/* What stands in key.b for the addresses of an IPv6 flow. */
uint32_t ps_flow_ends_word(const struct flow_ends *ends);
/* The hash of a flow's key. `ends`: of an IPv6 flow. */
uint64_t ps_flow_hash(const struct flow_key *key, const struct flow_ends *ends);

#endif
