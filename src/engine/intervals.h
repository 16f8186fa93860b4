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
    uint64_t max_memory;          /* see ps_account_limit_share; 0: none */
    uint64_t width_ns;            /* 0: one interval without borders, the whole capture */
    struct interval *head, *tail; /* oldest, and the one that packets go to now */
    uint64_t count;
    uint64_t idle; /* that were opened on the way, one by one */
    bool idle_cut; /* there were more of them than PS_IDLE_INTERVALS_ALL */
};

/* Idle intervals in a row that are shown one by one; a longer gap becomes one long interval. */
#define PS_IDLE_INTERVALS_MAX 1000

/* Idle intervals that are shown one by one in all: times that are far apart make an endless output of a small capture.
 * As many as a day has seconds, about. */
#define PS_IDLE_INTERVALS_ALL 100000

/* Intervals that may be open at one time; then the older half is not waited for any more, which bounds memory.  Where
 * memory has a bound, the second number holds: half of the bound is for them together, the other one for the whole. */
#define PS_OPEN_INTERVALS_MAX     256
#define PS_OPEN_INTERVALS_BOUNDED 4

/* Whether too many are open; then those to be closed are marked for ps_fragments_give_up(). */
bool ps_intervals_abandon(struct intervals *intervals);
/* `max_memory`: bound for all accounts and the whole together, bytes; 0: none. */
bool ps_intervals_init(struct intervals *intervals, uint64_t width_ns, uint64_t max_memory);
void ps_intervals_finish(struct intervals *intervals);
/* Whether a packet of this time belongs to the present interval (`tail`).  Time that runs backwards stays in it. */
bool ps_intervals_hold(const struct intervals *intervals, int64_t time_ns);
/* Opens one more interval on the way to this time, which the present one does not hold; those that are over can be taken
 * out before the next step.  False when memory is out. */
bool ps_intervals_step(struct intervals *intervals, int64_t time_ns);
/* Takes the oldest interval out when it is closed (at the `end` of the capture: any); else NULL.  The caller destroys it
 * with ps_interval_destroy. */
struct interval *ps_intervals_take(struct intervals *intervals, bool end);
void ps_interval_destroy(struct interval *interval);

#endif
