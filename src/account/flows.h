/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table: every packet with ports belongs to one flow.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOWS_H
#define PORTSNIFF_ACCOUNT_FLOWS_H

#include <stdbool.h>
#include <stddef.h>

#include "flow.h"
#include "portsniff/account.h"
#include "portsniff/key.h"
#include "rtt.h"

struct flows;    /* flows.c */
struct services; /* services.c */

/* `at_start`: see ps_fragments_create. */
struct flows *ps_flows_create(bool at_start);
void ps_flows_destroy(struct flows *flows);
/* At most about `limit` flows stay in the table (0: no limit); others are folded into services, with roles told as in
 * ps_roles_create. */
void ps_flows_limit(struct flows *flows, size_t limit, size_t services, ps_port_named *named);
/* At most so many services are kept apart; 0: no limit. */
size_t ps_flows_service_limit(const struct flows *flows);
/* Services of the flows that left the table (NULL: none did), and in the snapshot how many they were. */
const struct services *ps_flows_evicted(const struct flows *flows, struct ps_snapshot *ret_snapshot);
/* Counts the keys in [from, to) whose row is PS_ROW_PORTS, and what ICMP errors among them quote. False: memory is out. */
bool ps_flows_add(struct flows *flows, const struct ps_keys *keys, size_t from, size_t to);
bool ps_flows_add_key(struct flows *flows, const struct ps_key *key);
/* `part` follows directly in the capture. */
bool ps_flows_merge(struct flows *flows, const struct flows *part);

/* Flows in the table, those without a packet (known from ICMP errors only) among them. */
size_t ps_flows_count(const struct flows *flows);
const struct flow *ps_flows_get(const struct flows *flows, size_t index);
/* The flow of `flows` that has the same ends as `flow` of `other`; NULL: there is none. */
const struct flow *ps_flows_find(const struct flows *flows, const struct flows *other, const struct flow *flow);
/* NULL: the flow has none. */
const struct flow_extra *ps_flows_extra(const struct flows *flows, const struct flow *flow);
/* The address of end A or B. */
struct ps_address ps_flows_address(const struct flows *flows, const struct flow *flow, int end);
const struct rtt *ps_flows_rtt(const struct flows *flows);
/* Packets that were the same as the one before from the same end: captured twice. */
uint64_t ps_flows_duplicates(const struct flows *flows);

#endif
