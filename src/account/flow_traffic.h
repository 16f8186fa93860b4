/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one end of a flow sent, over all its connections.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_TRAFFIC_H
#define PORTSNIFF_ACCOUNT_FLOW_TRAFFIC_H

#include "flow.h"
#include "portsniff/snapshot.h"

/* `extra`: the flow's, or NULL. */
static inline struct ps_traffic ps_flow_traffic(const struct flow *flow, const struct flow_extra *extra, int end)
{
    uint64_t payload = flow->payload[end];
    if (extra) {
        payload += extra->payload[end];
        payload += extra->has_lead ? extra->lead.payload[end] : 0;
        payload += extra->has_opening ? extra->opening.payload[end] : 0;
    }
    return (struct ps_traffic){
        .packets = flow->packets[end],
        .bytes = flow->bytes[end],
        .network_bytes = flow->network[end],
        .payload_bytes = payload,
    };
}

#endif
