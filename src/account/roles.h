/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which end of a flow is the server, and how sure that is.
 *
 * Decided when a snapshot is collected, over all flows at once: evidence that comes late in a capture counts as much as
 * evidence that comes early, and the order of packets cannot matter.
 */
#ifndef PORTSNIFF_ACCOUNT_ROLES_H
#define PORTSNIFF_ACCOUNT_ROLES_H

#include <stdbool.h>

#include "flows.h"
#include "portsniff/account.h"

struct role {
    int server; /* end: 0 is A, 1 is B */
    enum ps_evidence evidence;
    bool request; /* the payload proves that the client asked */
};

struct roles; /* roles.c: what the flows together show of their ends */

/* Reads every flow once.  `named`: whether a port has a registered service name.  `before`: flows of the capture before
 * this part of it, whose handshakes count here too; or NULL.  NULL when memory is out. */
struct roles *ps_roles_create(const struct flows *flows, const struct flows *before, ps_port_named *named);
void ps_roles_destroy(struct roles *roles);
struct role ps_roles_of(const struct roles *roles, const struct flow *flow);

#endif
