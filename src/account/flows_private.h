/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of the flow table, for the files that keep it.
 *
 * It has FLOW_PARTS parts, told apart by the hash, that share nothing: each may be worked on by another thread.  In a part,
 * slots of (hash, number) lead to entries that lie in chunks and never move.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOWS_PRIVATE_H
#define PORTSNIFF_ACCOUNT_FLOWS_PRIVATE_H

#include "flow_items.h"
#include "flows.h"
#include "gate.h"
#include "passing.h"
#include "portsniff/arena.h"
#include "services.h"

#define CHUNK_BITS  8 /* entries in a chunk */
#define CHUNK       ((size_t)1 << CHUNK_BITS)
#define FIRST_SLOTS 128
#define SLOT_BITS   24 /* for the number: flows in one part, at most */
#define SLOT_NUMBER ((UINT32_C(1) << SLOT_BITS) - 1)

/* The piece of the hash that stands in a slot; the slot's place and the part are other ones. */
static inline uint32_t ps_slot_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 28) & ~SLOT_NUMBER; /* below the part's bits */
}

struct flow_chunk {
    struct flow_hot *hot;
    struct flow_cold *cold;
};

struct flow_part {
    uint32_t *slot; /* a piece of the hash << SLOT_BITS | number + 1; 0: empty */
    size_t mask;    /* slots - 1; 0 while there are none */
    size_t count;
    struct flow_chunk *chunk;
    size_t chunks, chunks_room;
    struct flow_ends **ends; /* chunks of them, of IPv6 flows */
    size_t ends_chunks, ends_room;
    size_t ends_count;
    struct flow_extra *extra;
    size_t extra_count, extra_room;
    struct rtt *rtt; /* NULL: no connection was followed by another one */
    uint64_t duplicates;
    uint64_t made; /* entries, ever */
};

struct flows {
    bool at_start;
    struct flow_part part[FLOW_PARTS];
    struct ps_arena *arena;
    struct rtt *rtt; /* of all parts; NULL before flows are collected */
    size_t limit;    /* 0: none */
    size_t service_limit;
    ps_port_named *named;
    struct services *evicted; /* flows that left the table; NULL: none did */
    struct pairs *left_pairs; /* what they carried; NULL: none did */
    struct hosts *left_hosts;
    size_t pair_limit, host_limit;
    struct ps_count evicted_count; /* packets: how many they were */
    struct ps_flow_row evicted_sum;
    int64_t aged_ns; /* when it was last looked for flows that are over, by packets' time */
    bool has_gate;
    struct gate gate;
    struct passing *passing; /* what the gate kept out; NULL: it was never closed */
};

static inline struct flow_hot *ps_part_hot(const struct flow_part *part, size_t number)
{
    return &part->chunk[number >> CHUNK_BITS].hot[number % CHUNK];
}

static inline struct flow_cold *ps_part_cold(const struct flow_part *part, size_t number)
{
    return &part->chunk[number >> CHUNK_BITS].cold[number % CHUNK];
}

static inline struct flow_ends *ps_part_ends(const struct flow_part *part, size_t number)
{
    return &part->ends[number >> CHUNK_BITS][number % CHUNK];
}

static inline struct flow_extra *ps_part_extra(const struct flow_part *part, const struct flow_cold *cold)
{
    return cold->extra ? &part->extra[cold->extra - 1] : NULL;
}

/* Whether the entry is that of `key`. `ends`: the addresses, if IPv6. */
static inline bool ps_part_same(const struct flow_part *part, const struct flow_hot *hot, const struct flow_key *key,
                                const struct flow_ends *ends)
{
    uint64_t x[2], y[2]; /* two comparisons instead of a call */
    memcpy(x, &hot->key, sizeof(x));
    memcpy(y, key, sizeof(y));
    if (x[1] != y[1])
        return false;
    if (!ends)
        return x[0] == y[0];
    return hot->key.b == key->b && memcmp(ps_part_ends(part, hot->key.a), ends, sizeof(*ends)) == 0;
}

/* Room for `n` more entries. False when memory is out. */
bool ps_part_reserve(struct flows *flows, struct flow_part *part, size_t n);
/* The number of the entry of an item, made when it is new.  `ends`: its addresses, if IPv6.  Room must have been reserved. */
size_t ps_part_find(struct flows *flows, struct flow_part *part, uint64_t hash, const struct flow_key *key,
                    const struct flow_ends *ends);
/* SIZE_MAX: there is none. */
size_t ps_part_look_up(const struct flow_part *part, uint64_t hash, const struct flow_key *key,
                       const struct flow_ends *ends);
/* Makes the slots anew from the entries. */
void ps_part_fill_slots(struct flow_part *part);
void ps_part_unpack(const struct flow_part *part, size_t number, struct flow *ret_flow);
/* The same as ps_flows_load() yields it. */
void ps_part_load(const struct flows *flows, unsigned part, size_t number, struct flow *ret_flow);
/* False when memory is out. */
bool ps_part_pack(struct flow_part *part, size_t number, const struct flow *flow);
/* An extra for a flow that is being worked on. See struct flow_context. */
struct flow_extra *ps_part_make_extra(void *owner, struct flow *flow);
struct flow_context ps_part_context(struct flow_part *part);
/* The hash of an entry. */
uint64_t ps_part_hash(const struct flow_part *part, size_t number);

/* Makes room by folding quiet flows into their services. False when memory is out. */
bool ps_flows_evict(struct flows *flows);
/* Closes or opens the gate before `n` items come. */
bool ps_flows_mind_gate(struct flows *flows, size_t n);
/* Counts what passed by among the flows that left. */
bool ps_flows_settle_passing(struct flows *flows);
bool ps_flows_merge_evicted(struct flows *flows, const struct flows *part);

#endif
