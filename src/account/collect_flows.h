/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow rows and service rows of a snapshot.
 */
#ifndef PORTSNIFF_ACCOUNT_COLLECT_FLOWS_H
#define PORTSNIFF_ACCOUNT_COLLECT_FLOWS_H

#include <stdbool.h>

#include "flows.h"
#include "portsniff/account.h"
#include "services.h"

/* `before`: see ps_roles_create.  `evicted`: services of flows that are no longer in the table, or NULL.  False when memory is out. */
bool ps_collect_flows(const struct flows *flows, const struct flows *before, const struct services *evicted,
                      ps_port_named *named, struct ps_snapshot *ret_snapshot);

#endif
