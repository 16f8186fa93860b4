/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table: every packet with ports belongs to one flow.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOWS_H
#define PORTSNIFF_ACCOUNT_FLOWS_H

#include <stdbool.h>
#include <stddef.h>

#include "flow.h"
#include "flow_items.h"
#include "portsniff/account.h"
#include "portsniff/key.h"
#include "rtt.h"

struct flows;    /* flows.c */
struct services; /* services.c */
struct pairs;    /* pairs.c */
struct hosts;    /* hosts.c */

/* `at_start`: see ps_fragments_create. */
struct flows *ps_flows_create(bool at_start);
void ps_flows_destroy(struct flows *flows);
/* At most about `limit` flows stay in the table (0: no limit); others are folded into services, with roles told as in
 * ps_roles_create. */
void ps_flows_limit(struct flows *flows, size_t limit, size_t services, ps_port_named *named);
/* Floods of new flows do not come into the table (gate.h); they are counted all the same. */
void ps_flows_set_gate(struct flows *flows);
/* Likewise port pairs and hosts of the flows that left (0: no limit). */
void ps_flows_limit_left(struct flows *flows, size_t pairs, size_t hosts);
/* At most so many services are kept apart; 0: no limit. */
size_t ps_flows_service_limit(const struct flows *flows);
/* Services of the flows that left the table (NULL: none did), and in the snapshot how many they were. */
const struct services *ps_flows_evicted(const struct flows *flows, struct ps_snapshot *ret_snapshot);

/* What they had carried; NULL: none left. */
const struct pairs *ps_flows_left_pairs(const struct flows *flows);
const struct hosts *ps_flows_left_hosts(const struct flows *flows);

/* Room for `n` more flows within the limit: quiet ones leave where there is none.  Called by one thread alone, before
 * items are added.  False: memory is out. */
bool ps_flows_make_room(struct flows *flows, size_t n);
/* Counts items: those whose numbers stand in `which`, n of them, in this order; NULL: the first n.  Parts of the table are
 * independent: items of different parts may be added by different threads at a time.  False: memory is out. */
bool ps_flows_add(struct flows *flows, const struct flow_items *items, const uint32_t *which, size_t n);
/* Flows that are over for long leave, so that a table that lives for months keeps its size.  `last_ns`: the time of the last
 * packet.  False: memory is out. */
bool ps_flows_age(struct flows *flows, int64_t last_ns);
/* `part` follows directly in the capture. */
bool ps_flows_merge(struct flows *flows, const struct flows *part);

/* To be called before flows are read: joins what parts hold apart.  False: memory is out. */
bool ps_flows_prepare(struct flows *flows);
/* Flows in the table, those without a packet (known from ICMP errors only) among them. */
size_t ps_flows_count(const struct flows *flows);
/* A copy of flow number `index`.  Of IPv6 flows, key.a and key.b stand for both addresses in this table. */
void ps_flows_load(const struct flows *flows, size_t index, struct flow *ret_flow);
/* It will be loaded soon: its memory is asked for. */
void ps_flows_ask_for(const struct flows *flows, size_t index);
/* The flow of `flows` that has the same ends as `flow` of `other`; false: there is none. */
bool ps_flows_find(const struct flows *flows, const struct flows *other, const struct flow *flow,
                   struct flow *ret_flow);
/* NULL: the flow has none. */
const struct flow_extra *ps_flows_extra(const struct flows *flows, const struct flow *flow);
/* The address of end A or B. */
struct ps_address ps_flows_address(const struct flows *flows, const struct flow *flow, int end);
/* Handshakes of connections that are over; NULL: none were measured. */
const struct rtt *ps_flows_rtt(const struct flows *flows);
/* Packets that were the same as the one before from the same end: captured twice. */
uint64_t ps_flows_duplicates(const struct flows *flows);

#endif
