/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accounts of intervals by the clock: the one that counts now, and those that are over and wait to be shown.
 *
 * One that is over waits for first fragments of its packets, but not longer than PS_PART_WAIT: a summary has to appear,
 * and a first fragment that was lost never comes.  They are taken out in order, so that they can be merged in order.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_PARTS_H
#define PORTSNIFF_ENGINE_WATCH_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/account.h"
#include "watch_facts.h"
#include "watch_time.h"

#define PS_PART_WAIT INT64_C(1000000000)

struct watch_part {
    struct watch_part *next;
    struct ps_account *account;
    uint64_t packets;          /* in it */
    bool is_first;             /* it begins where the capture begins */
    struct ps_span span;       /* holds once it is over */
    struct watch_facts facts;  /* the same */
    int64_t over_since_ns;     /* steady time */
    struct watch_part *others; /* the same interval as other threads counted it, owned; see ps_watch_part_join */
};

struct watch_parts {
    struct watch_part *head, *tail; /* oldest, and the one that counts now */
    uint64_t count;                 /* made so far */
    uint64_t max_memory;            /* bound for each account */
};

/* The first one begins where the capture begins.  false: memory is out. */
bool ps_watch_parts_init(struct watch_parts *parts, uint64_t max_memory);
void ps_watch_parts_finish(struct watch_parts *parts);
/* The present one is over; another begins.  Returns the one that is over, whose `span` and `facts` the caller
 * sets; NULL when memory is out. */
struct watch_part *ps_watch_parts_turn(struct watch_parts *parts, int64_t steady_ns);
/* Takes out the oldest one that is over, when nothing in it waits (at the `end`: any, also the present one); else NULL.
 * The caller destroys it. */
struct watch_part *ps_watch_parts_take(struct watch_parts *parts, bool end);
void ps_watch_part_destroy(struct watch_part *part);
/* Adds to a part what other threads counted of the same interval. */
void ps_watch_part_join(struct watch_part *part);
/* A copy of all that was not taken out, as one part.  NULL when memory is out. */
struct watch_part *ps_watch_parts_copy(const struct watch_parts *parts);
/* Whether the wait for first fragments is over for some; then they are marked for ps_fragments_give_up(). */
bool ps_watch_parts_abandon(struct watch_parts *parts, int64_t steady_ns);

#endif
