/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way of a stretch of packets into an account.  What does not mind the order is counted at once (scan); what does is
 * noted and done when the packets before it are through (order, flows).
 */
#ifndef PORTSNIFF_ACCOUNT_STRETCH_H
#define PORTSNIFF_ACCOUNT_STRETCH_H

#include "flow_items.h"
#include "front.h"
#include "portsniff/account.h"

/* A packet that has to do with fragments: what it counts under may depend on others. */
struct pending {
    uint32_t item; /* its place among the items */
    bool open;     /* it is a later fragment, and not counted yet */
    struct ps_key key;
    struct ps_fragments_seen seen;
};

/* The times of a stretch of packets. */
struct times {
    int64_t first_ns, last_ns; /* earliest and latest; PS_TIME_NONE: no packet has a time */
    int64_t opening_ns;        /* of the first packet read that has a time */
    int64_t closing_ns;        /* of the last packet read that has a time */
    uint64_t untimed, disordered;
};

void ps_times_init(struct times *times);
/* `part` follows directly. */
void ps_times_merge(struct times *times, const struct times *part);

struct stretch {
    struct flow_items items; /* of the packets in their order; behind them those that were settled meanwhile */
    size_t own;              /* items of the packets themselves */
    uint32_t *before;        /* of each item behind those: the item before which it was settled */
    size_t before_room;
    struct pending *pending;
    size_t pending_count, pending_room;
    uint32_t *which; /* items by part of the table */
    size_t which_room;
    uint32_t *order; /* of the items, while they are divided */
    size_t order_room;
    size_t begin[FLOW_PARTS + 1]; /* in `which` */
    struct times times;
    uint32_t position; /* while being put in order: the item that is at its turn */
    bool failed;       /* memory was out */
};

void ps_stretch_init(struct stretch *stretch);
void ps_stretch_finish(struct stretch *stretch);
/* Forgets the stretch before. */
void ps_stretch_begin(struct stretch *stretch);
/* Counts key[from] to key[to - 1] in `front` and notes what needs an order.  `credit`: later fragments are to be credited; their
 * keys are then not to be looked at any more. */
void ps_stretch_scan(struct stretch *stretch, struct front *front, struct ps_keys *keys, size_t from, size_t to,
                     bool credit);
/* Fragments, in the order of the packets.  What is settled by that goes to ps_account_settle(). */
void ps_stretch_order(struct stretch *stretch, struct front *front, struct ps_account *account,
                      struct ps_fragments *fragments);
/* A packet of an earlier stretch, or this one, is settled at this point.  False: memory is out. */
bool ps_stretch_settled(struct stretch *stretch, const struct ps_key *key);
/* Puts the items in their order: their numbers, or NULL when they lie in it.  Returns how many there are. */
size_t ps_stretch_line_up(struct stretch *stretch, const uint32_t **ret_which);
/* Divides the items by part of the flow table, in their order. */
void ps_stretch_divide(struct stretch *stretch);

#endif
