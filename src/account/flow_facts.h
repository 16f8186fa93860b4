/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading flows out of the table.
 *
 * For COLLECT, until the table is rebuilt (this comment goes then): `struct flow` becomes a plain, expanded copy (key, flags,
 * uint64_t packets[2], bytes[2], network[2], payload[2] of the current connection, base, span, mark_ns, first_ns, last_ns,
 * look) that ps_flows_load() fills from a compact entry; pointers into the table (ps_flows_get) go away, so write
 * `struct flow flow; ps_flows_load(flows, i, &flow);` everywhere.  ps_flows_extra(flows, &flow), ps_flows_address(flows,
 * &flow, end), ps_flow_current(&flow), ps_flow_server(&flow) stay.  IPv6 addresses: key.a and key.b are numbers that are
 * unique over the whole table, valid once ps_flows_prepare(flows) has run (call it first when collecting).
 * Payload of all connections: flow.payload[] + extra->payload[], as today.  After this lands (watch git log for "account:
 * compact flow entries") you remove the per-packet adds of pairs, and of hosts for keys with ports, from account.c yourself, in
 * the commit that derives them from flows.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_FACTS_H
#define PORTSNIFF_ACCOUNT_FLOW_FACTS_H

#include "flows.h"

/* A copy of flow number `index` (below ps_flows_count). */
static inline void ps_flows_load(const struct flows *flows, size_t index, struct flow *ret_flow)
{
    *ret_flow = *ps_flows_get(flows, index);
}

static inline void ps_flows_prepare(struct flows *flows)
{
    (void)flows;
}

#endif
