/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stretches of packet time, each with an account of its own, handed out in order when they are closed.
 *
 * An interval may be over and still not closed: a later fragment in it can wait for its first fragment, which settles
 * under which ports the packet counts.  Such an interval and those behind it are kept until that is known, so that the sum
 * of the intervals is the total, exactly.
 */
#ifndef PORTSNIFF_ENGINE_INTERVALS_H
#define PORTSNIFF_ENGINE_INTERVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/account.h"

struct interval {
    struct interval *next;
    struct ps_account *account;
    bool set;                 /* start and end hold; not before the first packet with a time */
    int64_t start_ns, end_ns; /* [start, end) */
    uint64_t number;          /* from 1 */
};

struct intervals {
    uint64_t max_memory;          /* see ps_account_limit; 0: none */
    uint64_t width_ns;            /* 0: one interval without borders, the whole capture */
    struct interval *head, *tail; /* oldest, and the one that packets go to now */
    uint64_t count;
};

/* Idle intervals in a row that are shown one by one; a longer gap becomes one long interval. */
#define PS_IDLE_INTERVALS_MAX 1000

/* Intervals that may be open at one time; then the older half is not waited for any more, which bounds memory. */
#define PS_OPEN_INTERVALS_MAX 256

/* Whether too many are open; then those to be closed are marked for ps_fragments_give_up(). */
bool ps_intervals_abandon(struct intervals *intervals);
/* `max_memory`: bound for each account, 0: none. */
bool ps_intervals_init(struct intervals *intervals, uint64_t width_ns, uint64_t max_memory);
void ps_intervals_finish(struct intervals *intervals);
/* The account for a packet of this time; opens new intervals on the way.  Time that runs backwards stays in the present
 * interval.  NULL when memory is out. */
struct ps_account *ps_intervals_at(struct intervals *intervals, int64_t time_ns);
/* Takes the oldest interval out when it is closed (at the `end` of the capture: any); else NULL.  The caller destroys it
 * with ps_interval_destroy. */
struct interval *ps_intervals_take(struct intervals *intervals, bool end);
void ps_interval_destroy(struct interval *interval);

#endif
