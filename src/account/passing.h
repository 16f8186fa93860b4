/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What passes by a flow table that has no place for it: flows of which one packet is known.  A flood of them must neither
 * push out the flows that last nor cost much more than counting does; so such a packet is counted at once, in its ports, its
 * hosts and its service, and becomes no entry.
 *
 * A service remembers of what passed by in which direction it went, by what class of client port and with what outcome;
 * of the evidence for its side, the weakest that there was.  Who its clients and servers were is told of the first
 * PASSING_CROWDS services.
 */
#ifndef PORTSNIFF_ACCOUNT_PASSING_H
#define PORTSNIFF_ACCOUNT_PASSING_H

#include <stdbool.h>

#include "flow_items.h"
#include "hosts.h"
#include "pairs.h"
#include "portsniff/account.h"
#include "services.h"

#define PASSING_CROWDS 512

struct passing; /* passing.c */

/* `named`: see ps_roles_create.  NULL when memory is out. */
struct passing *ps_passing_create(ps_port_named *named);
void ps_passing_destroy(struct passing *passing);
/* Counts an item: a packet, of a flow that has no other one, and in `hosts`; at the latest in ps_passing_count(), until which
 * the item must live.  `ends`: its addresses, if IPv6.  False when memory is out. */
bool ps_passing_add(struct passing *passing, struct hosts *hosts, const struct flow_item *item,
                    const struct flow_ends *ends);
/* Counts what still waits for it.  False when memory is out. */
bool ps_passing_count(struct passing *passing, struct hosts *hosts);
/* Whether counters may soon run over: then it is to be added up and cleared. */
bool ps_passing_full(const struct passing *passing);
/* Adds up how many flows passed by, and what they carried. */
void ps_passing_sum(const struct passing *passing, struct ps_count *flows, struct ps_flow_row *sum);
/* The same by service and by port.  False when memory is out. */
bool ps_passing_collect(const struct passing *passing, struct services *services, struct pairs *pairs);
/* Begins anew. */
void ps_passing_clear(struct passing *passing);

#endif
