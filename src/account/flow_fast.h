/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ordinary packet: it continues a connection whose beginning was worked on the long way, and comes in order.  All it
 * needs is the short form's cache line.  Whatever is not ordinary is refused and goes the long way (ps_flow_add), which
 * would have done the same with what is taken here; tests hold one against the other.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_FAST_H
#define PORTSNIFF_ACCOUNT_FLOW_FAST_H

#include "flow_items.h"

#define FLOW_FIN 1u
#define FLOW_SYN 2u
#define FLOW_RST 4u
#define FLOW_ACK 16u

/* A copy comes within this; what comes later was sent again, and may well be the same in every byte. */
#define DUPLICATE_NS 10000000u

/* Whether the sequence numbers of a segment with payload change nothing but the top. */
static inline bool fast_range(struct flow_hot *hot, const struct flow_packet *packet, unsigned end, unsigned seen)
{
    if (!(packet->flags & PS_KEY_SEQUENCE))
        return true;
    if (!(seen & SEEN_SEQUENCE))
        return false;
    uint32_t top = hot->top[end], next = packet->tcp_seq + packet->payload;
    int32_t behind = (int32_t)(top - packet->tcp_seq), above = (int32_t)(next - top);
    if (behind > hot->range[end] || behind == INT32_MIN)
        return false; /* perhaps below the range */
    if (above <= 0)
        return true;
    if (next < top)
        return false; /* the numbers begin anew */
    uint32_t range = hot->range[end] + (uint32_t)above;
    hot->range[end] = range < UINT16_MAX ? (uint16_t)range : UINT16_MAX;
    hot->top[end] = next;
    return true;
}

/* Counts a packet, or changes nothing and returns false.  *duplicates is raised when it is a copy. */
static inline bool ps_flow_add_fast(struct flow_hot *hot, const struct flow_packet *packet, uint64_t *duplicates)
{
    unsigned end = packet->flags >> 7, seen = FLOW_SEEN(hot->flags, end), add = SEEN_ANY;
    uint64_t gap = (uint64_t)packet->time_ns - (uint64_t)hot->last_ns;
    uint32_t overhead = hot->overhead[end] + packet->wire - packet->network;
    uint32_t headers = hot->headers[end] + packet->network - packet->payload;
    uint32_t bytes = hot->bytes[end] + packet->wire;
    bool plain = packet->time_ns >= hot->last_ns && hot->last_ns != PS_TIME_NONE &&
                 !(packet->flags & ~(FLOW_PACKET_FROM_B | PS_KEY_SEQUENCE)) && packet->network <= packet->wire &&
                 overhead <= UINT16_MAX && packet->payload <= packet->network && headers <= UINT16_MAX &&
                 bytes >= packet->wire && hot->packets[end] < UINT16_MAX &&
                 !(packet->tcp_flags & (FLOW_SYN | FLOW_RST));
    if (!plain)
        return false;
    if (hot->key.transport == PS_TRANSPORT_TCP) {
        add |= packet->tcp_flags & FLOW_FIN ? SEEN_FIN : 0u;
        if (packet->tcp_flags & FLOW_ACK) {
            if (!(seen & SEEN_ACK) || hot->flags & FLOW_AWAITS_ACK)
                return false;
        }
        if (packet->payload && !fast_range(hot, packet, end, seen))
            return false;
    } else if ((hot->flags >> FLOW_PHASE_SHIFT & 3) == PHASE_LEAD || gap > (uint64_t)FLOW_IDLE_NS) {
        return false;
    }
    add |= packet->payload ? SEEN_DATA : 0u;
    if (gap > DUPLICATE_NS)
        hot->digest[0] = hot->digest[1] = 0;
    *duplicates += packet->digest && hot->digest[end] == packet->digest;
    hot->digest[end] = packet->digest;
    hot->flags |= (uint32_t)add << (end * 8);
    hot->bytes[end] = bytes;
    hot->headers[end] = (uint16_t)headers;
    hot->overhead[end] = (uint16_t)overhead;
    hot->packets[end]++;
    hot->last_ns = packet->time_ns;
    return true;
}

#endif
