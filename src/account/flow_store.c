/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows between their short form and the one that they are worked on in.
 */
#include "flow_store.h"

#include <string.h>

/* Payload of the stretches before the current one. */
static uint64_t former_payload(const struct flow_extra *extra, int end)
{
    if (!extra)
        return 0;
    uint64_t former = extra->payload[end];
    former += extra->has_lead ? extra->lead.payload[end] : 0;
    return former + (extra->has_opening ? extra->opening.payload[end] : 0);
}

void ps_flow_unpack(const struct flow_hot *hot, const struct flow_cold *cold, const struct flow_extra *extra,
                    struct flow *flow)
{
    static const struct flow_high nothing;
    const struct flow_high *high = extra ? &extra->high : &nothing;
    flow->key = hot->key;
    flow->last_ns = hot->last_ns;
    flow->first_ns = cold->first_ns;
    flow->flags = hot->flags & ~FLOW_AWAITS_ACK;
    flow->extra = cold->extra;
    memcpy(flow->look, cold->look, sizeof(flow->look));
    for (int end = 0; end < 2; end++) {
        flow->bytes[end] = high->bytes[end] << 32 | hot->bytes[end];
        flow->packets[end] = high->packets[end] << 16 | hot->packets[end];
        flow->network[end] = flow->bytes[end] - (high->overhead[end] << 16 | hot->overhead[end]);
        uint64_t headers = high->headers[end] << 16 | hot->headers[end];
        flow->payload[end] = flow->network[end] - headers - former_payload(extra, end);
        flow->digest[end] = hot->digest[end];
        flow->base[end] = cold->base[end];
        flow->span[end] = ((uint64_t)high->top[end] << 32 | hot->top[end]) - cold->base[end];
        flow->mark_ns[end] = cold->mark_ns[end];
    }
}

bool ps_flow_pack(const struct flow *flow, struct flow_hot *hot, struct flow_cold *cold, struct flow_extra *extra)
{
    struct flow_high high;
    uint64_t any = 0;
    uint32_t awaits = 0;
    for (int end = 0; end < 2; end++) {
        uint64_t overhead = flow->bytes[end] - flow->network[end], top = flow->base[end] + flow->span[end];
        uint64_t headers = flow->network[end] - flow->payload[end] - former_payload(extra, end);
        hot->bytes[end] = (uint32_t)flow->bytes[end];
        hot->packets[end] = (uint16_t)flow->packets[end];
        hot->overhead[end] = (uint16_t)overhead;
        hot->headers[end] = (uint16_t)headers;
        hot->range[end] = flow->span[end] < UINT16_MAX ? (uint16_t)flow->span[end] : UINT16_MAX;
        hot->top[end] = (uint32_t)top;
        hot->digest[end] = flow->digest[end];
        cold->base[end] = flow->base[end];
        cold->mark_ns[end] = flow->mark_ns[end];
        high.bytes[end] = flow->bytes[end] >> 32;
        high.packets[end] = flow->packets[end] >> 16;
        high.overhead[end] = overhead >> 16;
        high.headers[end] = headers >> 16;
        high.top[end] = (uint32_t)(top >> 32);
        any |= high.bytes[end] | high.packets[end] | high.overhead[end] | high.headers[end] | high.top[end];
        if (FLOW_SEEN(flow->flags, end) & SEEN_ACK && !flow->mark_ns[end])
            awaits = FLOW_AWAITS_ACK;
    }
    hot->last_ns = flow->last_ns;
    hot->flags = flow->flags | awaits;
    cold->first_ns = flow->first_ns;
    cold->extra = flow->extra;
    memcpy(cold->look, flow->look, sizeof(cold->look));
    if (extra)
        extra->high = high;
    return extra || !any;
}
