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
#include <stddef.h>
#include <stdint.h>

#include "flows.h"
#include "portsniff/account.h"

struct role {
    int server; /* end: 0 is A, 1 is B */
    enum ps_evidence evidence;
    bool request; /* the payload proves that the client asked */
};

struct roles {
    const struct flows *flows, *before;
    ps_port_named *named;
    unsigned workers;
    const struct role_watch *watch; /* while they are told; or NULL */
    uint8_t *of;                    /* by flow, packed: see ps_roles_of */
    size_t count;
};

/* Told of every flow once, when its server is known; by several workers at a time. */
struct role_watch {
    void (*see)(void *owner, unsigned worker, const struct flow *flow, int server);
    void *owner;
};

/* `workers`: threads that do it, see ps_workers.  `watch` may be NULL.  `named`: whether a port has a registered service name.  `before`: flows of the capture
 * before this part of it, whose handshakes count here too; or NULL.  NULL when memory is out. */
struct roles *ps_roles_create(const struct flows *flows, const struct flows *before, ps_port_named *named,
                              unsigned workers, const struct role_watch *watch);
void ps_roles_destroy(struct roles *roles);

#define ROLE_SERVER_B  1u
#define ROLE_REQUEST   2u
#define ROLE_EVIDENCE  2 /* shift: enum ps_evidence */
/* While roles are told. */
#define ROLE_UNDECIDED (0xfu << ROLE_EVIDENCE)
#define ROLE_ASKED     (0xeu << ROLE_EVIDENCE)
#define ROLE_LISTENS   0x80u

/* The role of flow number `index`. */
static inline struct role ps_roles_of(const struct roles *roles, size_t index)
{
    uint8_t packed = roles->of[index];
    return (struct role){
        .server = packed & ROLE_SERVER_B ? 1 : 0,
        .evidence = (enum ps_evidence)(packed >> ROLE_EVIDENCE),
        .request = packed & ROLE_REQUEST,
    };
}

#endif
