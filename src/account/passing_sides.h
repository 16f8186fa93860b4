/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which end of a flow is the server, and what became of the flow, by the only packet of it that is known: the rungs of the
 * ladder of evidence (roles.h) that ask no other flow.
 */
#ifndef PORTSNIFF_ACCOUNT_PASSING_SIDES_H
#define PORTSNIFF_ACCOUNT_PASSING_SIDES_H

#include <stdbool.h>

#include "flow_items.h"
#include "portsniff/account.h"

/* What the TCP flags of a flow's only packet say. */
struct lone_verdict {
    bool known;
    int8_t server;      /* 0: its source is the server, 1: its destination, -1: nothing */
    uint8_t outcome[2]; /* enum ps_outcome, where the source, the destination is the server */
};

struct passing_sides {
    ps_port_named *named;
    uint8_t *names[PS_TRANSPORT_COUNT]; /* a bit a port: it has a registered name; NULL: see ps_sides_open */
    struct lone_verdict verdict[PS_TRANSPORT_COUNT][256][2];
};

struct lone_sides {
    unsigned server; /* 0: end A, 1: end B */
    enum ps_evidence evidence;
    uint8_t outcome; /* enum ps_outcome */
};

void ps_sides_finish(struct passing_sides *sides);
/* To be called before the first packet of a transport.  False when memory is out. */
bool ps_sides_open(struct passing_sides *sides, uint8_t transport);
/* `ends`: the addresses, if IPv6. */
struct lone_sides ps_sides_of(struct passing_sides *sides, const struct flow_item *item, const struct flow_ends *ends);

#endif
