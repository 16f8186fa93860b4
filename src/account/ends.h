/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the flows together show of their ends: who listens, and whom many peers come to.
 *
 * Most ends are those of one flow only, of which the others can show nothing.  So this is learned in two rounds: first
 * every end is noted, which tells those that are alone; then only the others are asked for.
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
/* What is known of an end that is alone. */
#define END_ALONE    1u

/* Ends by a hash: two bits in a word for each. */
struct ends_noted {
    uint64_t once, again;
};

/* Where an end is noted.  Looking there is waiting for memory, which is asked for when the place is found. */
struct ends_place {
    struct ends_noted *noted; /* NULL: nowhere */
    uint64_t bits;
};

/* Places found and not used yet: a ring. */
#define ENDS_AHEAD 16
struct ends_ahead {
    struct ends_place place[ENDS_AHEAD];
    unsigned next;
};

struct ends {
    unsigned workers;
    struct ends_noted *noted[PS_WORKERS_MAX]; /* of each worker; then those of the first one are the sum */
    struct ends_ahead ahead[PS_WORKERS_MAX];
    size_t words;
    struct ps_parts parts[PS_WORKERS_MAX]; /* what each worker asked for or told */
    size_t asked[PS_WORKERS_MAX];          /* flows that each worker asked for */
    size_t first[PS_WORKERS_MAX];          /* those that the workers before it did */
    uint32_t *of;                          /* [2 * flow asked for + end]; NULL: none was */
};

/* False when memory is out; finish it in any case.  `flows`: that there are. */
bool ps_ends_init(struct ends *ends, size_t flows, unsigned workers);
void ps_ends_finish(struct ends *ends);

/* The first round: this end of a flow will be asked for, or listens. */
void ps_ends_note(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end);
/* Between the rounds.  False when memory is out. */
bool ps_ends_noted(struct ends *ends);

/* The second round: where an end was noted, some flows before it is used; and whether it is that of one flow for sure. */
struct ends_place ps_ends_place(const struct ends *ends, const struct flows *flows, const struct flow *flow, int end);
static inline bool ps_ends_alone(const struct ends_place *place)
{
    return (place->noted->again & place->bits) != place->bits;
}

/* This end of a flow listens: one was answered there. */
bool ps_ends_listens(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end);
/* A flow does not show its server itself: what others show of its ends is asked for, but for those that are `alone`. */
bool ps_ends_ask(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow,
                 const bool alone[2]);

/* Answers for all that were asked for. False when memory is out. */
bool ps_ends_settle(struct ends *ends);
/* What is known of both ends of the flow that this worker asked for as number `nth`, from 0. */
static inline const uint32_t *ps_ends_of(const struct ends *ends, unsigned worker, size_t nth)
{
    return &ends->of[2 * (ends->first[worker] + nth)];
}

#endif
