/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the flows together show of their ends: who listens, and whom many peers come to.
 */
#ifndef PORTSNIFF_ACCOUNT_ENDS_H
#define PORTSNIFF_ACCOUNT_ENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flows.h"
#include "portsniff/parallel.h"
#include "portsniff/parts.h"

/* Peers with different ports that make an end a server, while the other end has fewer than half as many. */
#define ENDS_FAN_IN 3

/* What is known of one end of a flow: how many flows have it, and two bits. */
#define END_LISTENS  (1u << 31)
#define END_FAN_IN   (1u << 30) /* ENDS_FAN_IN peers with different ports, or more */
#define END_FLOWS(e) ((e) & (END_FAN_IN - 1))

struct ends {
    struct ps_parts parts[PS_WORKERS_MAX]; /* what each worker found */
    bool asked[PS_WORKERS_MAX];
    unsigned workers;
    uint32_t *of; /* [2 * flow + end], of flows that were asked for; NULL: none was */
    size_t count; /* flows */
};

/* False when memory is out; finish it in any case. */
bool ps_ends_init(struct ends *ends, size_t flows, unsigned workers);
void ps_ends_finish(struct ends *ends);
/* This end of a flow listens: one was answered there. */
bool ps_ends_listens(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end);
/* Flow number `index` does not show its server itself: what others show of both its ends is asked for. */
bool ps_ends_ask(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, size_t index);
/* Answers for all that were asked for. False when memory is out. */
bool ps_ends_settle(struct ends *ends);

#endif
