/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow rows and service rows of a snapshot.
 */
#ifndef PORTSNIFF_ACCOUNT_COLLECT_FLOWS_H
#define PORTSNIFF_ACCOUNT_COLLECT_FLOWS_H

#include <stdbool.h>

#include "flows.h"
#include "ports.h"
#include "portsniff/account.h"
#include "services.h"

struct roles;

/* The row of flow number `index`, of which `flow` is a copy. */
void ps_collect_flow(const struct flows *flows, const struct roles *roles, size_t index, const struct flow *flow,
                     struct ps_flow_row *ret_row);
/* `before`: see ps_roles_create.  What the flows carried is added to `ports`.  False when memory is out. */
bool ps_collect_flows(struct flows *flows, const struct flows *before, ps_port_named *named, struct ports *ports,
                      struct ps_snapshot *ret_snapshot);
/* Adds what a pair carried if one of its ports is 0. */
void ps_port_zero_add(struct ps_count *zero, const struct ps_pair_row *pair);

#endif
