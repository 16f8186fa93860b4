/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gate of a bounded flow table.  While most packets are the first of a flow, as in a scan or a flood, it is closed: a new
 * flow comes in with its second packet, if that follows before 65,536 others, and its first one passes by (passing.h).  So
 * flows that last are not pushed out by flows that do not.
 */
#ifndef PORTSNIFF_ACCOUNT_GATE_H
#define PORTSNIFF_ACCOUNT_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow_items.h"

struct gate {
    bool closed;
    uint32_t *mark;      /* of flows that passed by, the last ones; NULL: it was never closed */
    uint64_t made;       /* flows that came into the table before this window */
    size_t seen, passed; /* items in this window, and those of them that passed by */
};

void ps_gate_finish(struct gate *gate);
/* `items` more are coming to a table of `count` flows, at most `limit`, into which `made` ever came.  Opens or closes the
 * gate now and then.  False when memory is out. */
bool ps_gate_turn(struct gate *gate, size_t items, size_t count, size_t limit, uint64_t made);

/* --- for every packet of a flow that is not in the table, while the gate is closed --- */

#define GATE_MARKS 65536

/* Without a seed, since what stays in a bounded table must be the same whenever the same capture is counted. */
static inline uint64_t ps_gate_hash(const struct flow_item *item, const struct flow_ends *ends)
{
    uint64_t word[2], wide[4] = {0};
    memcpy(word, &item->key, sizeof(word));
    if (ends)
        memcpy(wide, ends, sizeof(wide));
    uint64_t first = ends ? wide[0] ^ wide[1] * 3 ^ wide[2] * 5 ^ wide[3] * 7 : word[0];
    uint64_t hash = (first * UINT64_C(0x9e3779b97f4a7c15)) ^ (word[1] * UINT64_C(0xc2b2ae3d27d4eb4f));
    return (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

/* An item may stand before the gate soon: asks for the memory that this will need. */
static inline void ps_gate_ask(const struct gate *gate, const struct flow_item *item)
{
    if (item->key.family == 4)
        __builtin_prefetch(&gate->mark[ps_gate_hash(item, NULL) >> 48], 1);
}

/* Whether an item stays outside; what may come in is a flow that was just seen. */
static inline bool ps_gate_passes(struct gate *gate, const struct flow_item *item, const struct flow_ends *ends)
{
    if (item->packet.flags & ~(FLOW_PACKET_FROM_B | PS_KEY_SEQUENCE) || !item->key.port_a || !item->key.port_b)
        return false; /* what is no ordinary packet is rare */
    uint64_t hash = ps_gate_hash(item, ends);
    uint32_t *mark = &gate->mark[hash >> 48], now = (uint32_t)(hash >> 16) | 1;
    bool seen = *mark == now;
    *mark = now;
    gate->passed += !seen;
    return !seen;
}

#endif
