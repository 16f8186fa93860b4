/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of the flow table, for the files that keep it.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOWS_PRIVATE_H
#define PORTSNIFF_ACCOUNT_FLOWS_PRIVATE_H

#include <string.h>

#include "addresses.h"
#include "flows.h"
#include "portsniff/hash.h"
#include "services.h"

#define FLOWS_CHUNK 4096 /* flows that are allocated at a time */
#define FIRST_SLOTS 1024

struct flows {
    bool at_start;
    uint64_t *slot; /* upper half of the hash << 32 | number + 1; 0: empty */
    size_t mask;
    struct flow **chunk;
    size_t chunks;
    size_t count;
    struct flow_extra *extra;
    size_t extra_count, extra_room;
    struct addresses *addresses; /* IPv6 */
    struct rtt *rtt;
    uint64_t duplicates;
    size_t limit; /* 0: none */
    size_t service_limit;
    ps_port_named *named;
    struct services *evicted;      /* flows that left the table; NULL: none did */
    struct ps_count evicted_count; /* packets: how many they were */
    struct ps_flow_row evicted_sum;
};

static inline struct flow *ps_flows_at(const struct flows *f, size_t number)
{
    return &f->chunk[number / FLOWS_CHUNK][number % FLOWS_CHUNK];
}

static inline uint64_t ps_flows_hash(const struct flow_key *key)
{
    uint64_t word[2];
    memcpy(word, key, sizeof(word));
    return ps_hash_pair(ps_hash_seed(), word[0], word[1]);
}

/* Makes the slots anew. False when memory is out. */
bool ps_flows_grow_slots(struct flows *flows, size_t slots);
/* Makes room by folding quiet flows into their services. False when memory is out. */
bool ps_flows_evict(struct flows *flows);
bool ps_flows_merge_evicted(struct flows *flows, const struct flows *part);

#endif
