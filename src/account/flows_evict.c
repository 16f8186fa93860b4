/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bounded memory: when the flow table is full, quiet flows are folded into their services and leave.  Totals stay exact;
 * what is lost is the row of the flow, and what its later packets could have told about its role.
 *
 * Flows lie in the order in which they came.  The youngest quarter stays, since a flow that has just begun is quiet too;
 * of the others those with the fewest packets go, about half of the table.
 */
#include <stdlib.h>

#include "ranks.h"

#include "collect_flows.h"
#include "flows_private.h"
#include "roles.h"

void ps_flows_limit(struct flows *f, size_t limit, size_t services, ps_port_named *named)
{
    f->limit = limit;
    f->service_limit = services;
    f->named = named;
}

size_t ps_flows_service_limit(const struct flows *f)
{
    return f->service_limit;
}

const struct services *ps_flows_evicted(const struct flows *f, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->evicted_flows = f->evicted_count;
    ret_snapshot->evicted_flow_sum = f->evicted_sum;
    return f->evicted;
}

static uint64_t packets_of(const struct flow *flow)
{
    return (uint64_t)flow->packets[0] + flow->packets[1];
}

static void sum_row(struct ps_flow_row *sum, const struct ps_flow_row *row)
{
    sum->to_server.packets += row->to_server.packets;
    sum->to_server.bytes += row->to_server.bytes;
    sum->to_client.packets += row->to_client.packets;
    sum->to_client.bytes += row->to_client.bytes;
    sum->payload_to_server += row->payload_to_server;
    sum->payload_to_client += row->payload_to_client;
    sum->connections += row->connections;
}

static void make_services(struct flows *f)
{
    if (f->evicted)
        return;
    f->evicted = ps_services_create();
    if (f->evicted)
        ps_services_limit(f->evicted, f->service_limit);
}

static bool fold(struct flows *f, const struct roles *roles, const struct flow *flow)
{
    struct ps_flow_row row;
    if (packets_of(flow) == 0 && flow->bytes[0] + flow->bytes[1] == 0)
        return true; /* known from an ICMP error only: it would be no row */
    f->evicted_count.packets++;
    f->evicted_count.bytes += flow->bytes[0] + flow->bytes[1];
    ps_collect_flow(f, roles, flow, &row);
    sum_row(&f->evicted_sum, &row);
    return ps_services_add(f->evicted, f, flow, &row);
}

/* Moves a flow that stays to its new place, with its extra and its addresses. */
static bool keep(struct flows *f, struct flow *to, const struct flow *from, struct addresses *addresses,
                 struct flow_extra *extra, size_t *extra_count)
{
    struct ps_address a = ps_flows_address(f, from, 0), b = ps_flows_address(f, from, 1);
    *to = *from;
    if (to->key.family == 6) {
        if (!ps_addresses_reserve(addresses, 2))
            return false;
        to->key.a = ps_addresses_number(addresses, &a);
        to->key.b = ps_addresses_number(addresses, &b);
    }
    if (to->extra) {
        extra[*extra_count] = f->extra[to->extra - 1];
        to->extra = (uint32_t)++ * extra_count;
    }
    return true;
}

/* Folds and moves every flow. */
static bool sweep(struct flows *f, const struct roles *roles, struct addresses *addresses, struct flow_extra *extra)
{
    size_t candidates = f->count - f->count / 4, kept = 0, extra_count = 0;
    struct ranks ranks = {{0}};
    for (size_t i = 0; i < candidates; i++)
        ps_ranks_add(&ranks, packets_of(ps_flows_at(f, i)));
    uint64_t enough = ps_ranks_enough(&ranks, f->count);
    for (size_t i = 0; i < f->count; i++) {
        const struct flow *flow = ps_flows_at(f, i);
        bool stays = i >= candidates || packets_of(flow) >= enough;
        if (stays ? !keep(f, ps_flows_at(f, kept++), flow, addresses, extra, &extra_count) : !fold(f, roles, flow))
            return false;
    }
    f->count = kept;
    free(f->extra);
    f->extra = extra;
    f->extra_count = extra_count;
    ps_addresses_destroy(f->addresses);
    f->addresses = addresses;
    return ps_flows_grow_slots(f, f->mask + 1);
}

bool ps_flows_evict(struct flows *f)
{
    struct roles *roles = ps_roles_create(f, NULL, f->named);
    struct addresses *addresses = ps_addresses_create();
    struct flow_extra *extra = calloc(f->extra_room ? f->extra_room : 1, sizeof(*extra));
    make_services(f);
    /* A table that could not be swept in full is not used any more: the account has failed. */
    bool swept = roles && addresses && extra && f->evicted && sweep(f, roles, addresses, extra);
    if (!swept && f->addresses != addresses)
        ps_addresses_destroy(addresses);
    if (!swept && f->extra != extra)
        free(extra);
    if (swept && f->extra_room == 0)
        f->extra_room = 1;
    ps_roles_destroy(roles);
    return swept;
}

bool ps_flows_merge_evicted(struct flows *f, const struct flows *part)
{
    make_services(f);
    f->evicted_count.packets += part->evicted_count.packets;
    f->evicted_count.bytes += part->evicted_count.bytes;
    sum_row(&f->evicted_sum, &part->evicted_sum);
    return f->evicted && ps_services_merge(f->evicted, part->evicted);
}
