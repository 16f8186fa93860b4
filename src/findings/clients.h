/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Temporary ports as they are found among the flows: 16 bytes for each, in groups by client.
 */
#ifndef PORTSNIFF_FINDINGS_CLIENTS_H
#define PORTSNIFF_FINDINGS_CLIENTS_H

#include <string.h>

#include "portsniff/parts.h"
#include "portsniff/snapshot.h"

/* A flow whose client uses a temporary port.  An IPv6 client is told by a keyed hash of 64 bits, in which even 100 million
 * of them meet by accident in one of 4,000 runs. */
struct ps_use {
    uint64_t index; /* of the flow */
    uint16_t port;
    bool timed;
    uint8_t connections; /* PS_USE_MANY: so many or more, the flow knows */
};

#define PS_USE_MANY        127u
#define PS_USE_INDEX_BITS  36u
#define PS_USE_PORT_SHIFT  36u
#define PS_USE_TIMED_SHIFT 52u
#define PS_USE_TIMES_SHIFT 53u

static inline uint64_t ps_address_key(const struct ps_address *address, uint8_t family)
{
    uint64_t word[2];
    memcpy(word, address, sizeof word);
    return family == 6 ? ps_hash_pair(ps_hash_seed(), word[0], word[1]) : word[0];
}

/* Adds a flow to those of its client. False when memory is out. */
static inline bool ps_clients_add(struct ps_parts *clients, const struct ps_flow_row *flow, uint64_t index)
{
    uint64_t kind = (uint64_t)flow->transport | (flow->family == 6 ? 8 : 0);
    uint64_t times = flow->connections < PS_USE_MANY ? flow->connections : PS_USE_MANY;
    uint64_t timed = flow->first_ns != PS_TIME_NONE;
    return ps_parts_add(clients, ps_address_key(&flow->client, flow->family),
                        kind << PS_ITEM_VALUE_BITS | times << PS_USE_TIMES_SHIFT | timed << PS_USE_TIMED_SHIFT |
                            (uint64_t)flow->client_port << PS_USE_PORT_SHIFT | index);
}

static inline struct ps_use ps_use_of(const struct ps_item *item)
{
    return (struct ps_use){
        .index = item->value & ((UINT64_C(1) << PS_USE_INDEX_BITS) - 1),
        .port = (uint16_t)(item->value >> PS_USE_PORT_SHIFT),
        .timed = item->value >> PS_USE_TIMED_SHIFT & 1,
        .connections = (uint8_t)(item->value >> PS_USE_TIMES_SHIFT & 0x7f),
    };
}

#endif
