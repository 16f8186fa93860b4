/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The most important sights of a detector: at most PS_SIGHTS_MAX, sorted; the rest is a number.
 */
#include <string.h>

#include "work.h"

#define DIFFER(a, b) ((a) < (b) ? -1 : (a) > (b) ? 1 : 0)

int ps_sight_compare(const struct ps_sight *a, const struct ps_sight *b)
{
    int order = DIFFER(b->severity, a->severity);
    if (order == 0)
        order = DIFFER(b->extent.packets, a->extent.packets);
    if (order == 0)
        order = DIFFER(a->port, b->port);
    if (order == 0)
        order = DIFFER(a->transport, b->transport);
    if (order == 0)
        order = DIFFER(a->family, b->family);
    if (order == 0)
        order = memcmp(&a->address, &b->address, sizeof a->address);
    return order;
}

void ps_work_see(struct ps_work *work, const struct ps_sight *sight)
{
    struct ps_sights *sights = &work->sights;
    size_t at = sights->count;
    while (at > 0 && ps_sight_compare(sight, &sights->sight[at - 1]) < 0)
        at--;
    if (sights->count == PS_SIGHTS_MAX) {
        const struct ps_sight *out = at == PS_SIGHTS_MAX ? sight : &sights->sight[PS_SIGHTS_MAX - 1];
        if (sights->more == 0 || out->severity > sights->more_severity)
            sights->more_severity = out->severity;
        sights->more++;
        if (at == PS_SIGHTS_MAX)
            return;
        sights->count--;
    }
    memmove(&sights->sight[at + 1], &sights->sight[at], (sights->count - at) * sizeof *sight);
    sights->sight[at] = *sight;
    sights->count++;
}

void ps_extent_init(struct ps_extent *extent)
{
    *extent = (struct ps_extent){.first_ns = PS_TIME_NONE, .last_ns = PS_TIME_NONE};
}

void ps_extent_add(struct ps_extent *extent, const struct ps_flow_row *flow)
{
    extent->packets += flow->to_server.packets + flow->to_client.packets;
    if (flow->first_ns != PS_TIME_NONE && (extent->first_ns == PS_TIME_NONE || flow->first_ns < extent->first_ns))
        extent->first_ns = flow->first_ns;
    if (flow->last_ns != PS_TIME_NONE && flow->last_ns > extent->last_ns)
        extent->last_ns = flow->last_ns;
}
