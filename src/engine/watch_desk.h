/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where intervals are shown and added up, beside the loop: to make rows of a large interval may take longer than the
 * kernel's buffer lasts, so a thread of its own does it.  Orders are done one by one, in the order in which they are
 * given.  Who gives orders faster than they are done has to wait: memory is bounded, and what is lost meanwhile is counted.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_DESK_H
#define PORTSNIFF_ENGINE_WATCH_DESK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "watch_parts.h"
#include "watch_report.h"

/* Orders that may wait while one is done, as long as they hold no more packets than this: what a part needs grows with
 * them.  One may wait in any case. */
#define PS_DESK_WAITING 64
#define PS_DESK_PACKETS 500000

enum watch_order_kind {
    WATCH_ORDER_PART,   /* show an interval and add it to the whole */
    WATCH_ORDER_ALL,    /* show everything: the whole, and `part` behind it if there is one */
    WATCH_ORDER_RESIZE, /* read the width of the terminal anew */
    WATCH_ORDER_REOPEN, /* begin the output's file anew */
};

struct watch_order {
    struct watch_order *next;
    enum watch_order_kind kind;
    struct watch_part *part; /* owned, or NULL */
};

struct watch_desk {
    struct watch_report *report;
    struct ps_account *total; /* what was shown so far; the desk's alone until it is closed */
    struct watch_facts facts; /* of that: inputs as they stood then, losses added up */
    uint64_t max_memory;      /* for what is put together for WATCH_ORDER_ALL */
    pthread_t thread;
    bool is_thread; /* false: orders are done at once by who gives them */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct watch_order *head, *tail;
    unsigned waiting;
    uint64_t waiting_packets;
    bool closing;
    atomic_bool failed; /* memory was out: nothing is shown any more */
    atomic_bool ended;  /* the output cannot be written any more */
};

/* After privileges were given up.  Close it. */
void ps_watch_desk_open(struct watch_desk *desk, struct watch_report *report, struct ps_account *total,
                        uint64_t max_memory);
/* Gives an order; `part` (NULL where none belongs to it) passes over.  false: memory is out. */
bool ps_watch_desk_order(struct watch_desk *desk, enum watch_order_kind kind, struct watch_part *part);
/* Waits until every order is done, and ends the thread. */
void ps_watch_desk_close(struct watch_desk *desk);

#endif
