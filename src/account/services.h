/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per (protocol, service port), each packet once: flows folded under the port of their server.
 */
#ifndef PORTSNIFF_ACCOUNT_SERVICES_H
#define PORTSNIFF_ACCOUNT_SERVICES_H

#include <stdbool.h>
#include <stddef.h>

#include "distinct.h"
#include "flows.h"
#include "portsniff/snapshot.h"

struct services; /* services.c */

struct services *ps_services_create(void);
void ps_services_destroy(struct services *services);
/* At most `limit` services are kept apart (0: no limit); quiet ones are folded into one sum. */
void ps_services_limit(struct services *services, size_t limit);
/* Now and then: where many found no room, quiet services go, so that others get their chance.  False when memory is out. */
bool ps_services_refresh(struct services *services);
/* How many were folded, and their sum, in the snapshot. */
void ps_services_evicted(const struct services *services, struct ps_snapshot *ret_snapshot);
/* A flow of this service is going to be folded soon: asks for the memory that this will need; sooner, for what leads
 * there. */
void ps_services_ask_place(const struct services *services, uint8_t transport, uint16_t port);
void ps_services_ask(const struct services *services, uint8_t transport, uint16_t port);
/* Folds one flow, whose row has been made, into its service. False when memory is out. */
bool ps_services_add(struct services *services, const struct flows *flows, const struct flow *flow,
                     const struct ps_flow_row *row);
/* The same for a flow whose service nobody wants to see: it goes into the sum in `ret_rest`. */
void ps_services_add_rest(struct ps_rest *ret_rest, const struct flows *flows, const struct flow *flow,
                          const struct ps_flow_row *row);
/* Adds the sums that ps_services_add_rest() made. */
void ps_services_sum_rest(struct ps_rest *rest, const struct ps_rest *more);
/* Adds what flows of one service carried that nobody knows one by one. `clients`, `servers`: who they were. */
bool ps_services_add_row(struct services *services, const struct ps_service_row *row, const struct distinct *clients,
                         const struct distinct *servers);
bool ps_services_merge(struct services *services, const struct services *part);
size_t ps_services_count(const struct services *services);
/* Chooses from the services those that were asked for, into the snapshot; the others go into its rest.  `rtt`: handshakes
 * of connections that are over; NULL: none.  False when memory is out. */
bool ps_services_collect(const struct services *services, const struct rtt *rtt, struct ps_snapshot *ret_snapshot);

#endif
