/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of a live capture share.
 *
 * A hand is a thread that captures and counts.  Usually there is one, the leader, which also looks after signals and
 * timers.  With --threads the kernel deals flows out to several hands; each has a source, intervals and a fragment cache
 * of its own, by the same borders, and nothing in common with the others before an interval is over in all of them.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_STATE_H
#define PORTSNIFF_ENGINE_WATCH_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "notify.h"
#include "portsniff/account.h"
#include "portsniff/config.h"
#include "saver.h"
#include "watch_desk.h"
#include "watch_parts.h"
#include "watch_report.h"
#include "watch_time.h"

/* Without --max-memory: tables that a run of months must not outgrow. */
#define WATCH_MEMORY_DEFAULT (UINT64_C(512) << 20)

struct watch;

struct watch_hand {
    struct watch *w;
    struct ps_source *source;
    struct ps_fragments *fragments; /* NULL: later fragments are not credited */
    struct watch_parts parts;
    struct ps_beats beats;
    struct watch_loss lost;  /* altogether, when the latest interval ended */
    uint64_t unsaved;        /* the same */
    struct ps_count *beyond; /* by input: yielded by the source behind the -c limit */
    bool is_leader;
    bool stopping; /* the source was told to end */
    pthread_t thread;
    bool is_thread;
    int result; /* of the thread, with `error` */
    struct ps_error error;
    /* what ps_watch_gather() keeps */
    struct watch_part *over, *over_tail; /* intervals that are not over in all hands */
    struct ps_batch batch;
    struct ps_keys keys;
};

struct watch {
    const struct ps_config *config;
    struct ps_decoder *decoder;
    struct watch_hand *hand; /* the leader first */
    size_t hand_count;
    struct ps_account *total;   /* intervals that were shown; the desk's */
    struct watch_report report; /* the desk's alone while that is open */
    struct watch_desk desk;
    pthread_mutex_t gather_lock;
    struct saver saver; /* the leader's, who is alone then */
    struct notify notify;
    atomic_uint_fast64_t packets; /* counted so far */
    atomic_bool stop;             /* sources are to be told to end */
    int64_t deadline_ns;          /* steady time at which -a ends it; INT64_MAX: never */
    int64_t chore_ns;             /* steady time of the next chores */
    bool deserted;                /* nobody reads the output any more */
    bool to_file;                 /* the output is a file, not a terminal or a pipe */
    bool on_terminal;             /* started from a terminal, so a hangup means that it is gone */
};

/* A sentence; returns -1. */
int ps_watch_out_of_memory(struct ps_error *error);

/* --- watch_intervals.c: each returns 0, or -1 with a sentence --- */

/* Both clocks. */
struct ps_moment ps_watch_now(void);
/* Looks at the clock, which may have been set. */
int ps_watch_look(struct watch_hand *hand, struct ps_error *error);
/* Ends intervals until the present one holds `time_ns`. */
int ps_watch_advance(struct watch_hand *hand, int64_t time_ns, struct ps_error *error);
/* Has what is over shown and added to the whole. */
int ps_watch_hand_out(struct watch_hand *hand, struct ps_error *error);
/* The last interval ends at `end_ns`, and all are handed out. */
int ps_watch_end_last(struct watch_hand *hand, int64_t end_ns, struct ps_error *error);
/* What a report of everything says besides, of one hand. */
int ps_watch_facts_of(struct watch_hand *hand, struct watch_facts *facts, struct ps_error *error);

/* --- watch_hands.c --- */

/* Opens sources, before the sandbox: as many hands as are asked for.  0, or -1 with a sentence. */
int ps_watch_hands_open(struct watch *w, struct ps_error *error);
/* Gives them tables, and makes threads of all but the leader.  0, or -1 with a sentence. */
int ps_watch_hands_start(struct watch *w, uint64_t interval_ns, uint64_t memory, struct ps_error *error);
/* Waits for those threads.  0, or -1 with a sentence of one that failed. */
int ps_watch_hands_join(struct watch *w, struct ps_error *error);
/* Behind that: ends the last interval in all hands, and has it shown.  0, or -1 with a sentence. */
int ps_watch_hands_end(struct watch *w, struct ps_error *error);
/* Frees all of it; their fragment caches go before their accounts, in which they count what still waits. */
void ps_watch_hands_close(struct watch *w);
/* Takes an interval that is over, and has it shown once it is over in all hands.  false: memory is out. */
bool ps_watch_gather(struct watch_hand *hand, struct watch_part *part);

/* --- ps_watch_loop.c --- */

/* Until the source ends, which it does when it was told to and has yielded what the kernel held.  0, or -1 with a
 * sentence. */
int ps_watch_loop(struct watch_hand *hand, struct ps_error *error);

#endif
