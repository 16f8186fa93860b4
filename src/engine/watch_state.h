/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of a live capture share.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_STATE_H
#define PORTSNIFF_ENGINE_WATCH_STATE_H

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
struct watch {
    const struct ps_config *config;
    struct ps_source *source;
    struct ps_decoder *decoder;
    struct ps_fragments *fragments; /* NULL: later fragments are not credited */
    struct watch_parts parts;
    struct ps_account *total; /* intervals that were shown */
    struct ps_beats beats;
    struct watch_report report; /* the desk's alone while that is open */
    struct watch_desk desk;
    struct saver saver;
    struct notify notify;
    struct watch_loss lost;  /* altogether, when the latest interval ended */
    uint64_t unsaved;        /* the same */
    uint64_t packets;        /* counted so far */
    struct ps_count *beyond; /* by input: yielded by the source behind the -c limit */
    int64_t deadline_ns;     /* steady time at which -a ends it; INT64_MAX: never */
    int64_t chore_ns;        /* steady time of the next chores */
    bool stopping;           /* the source was told to end */
    bool deserted;           /* nobody reads the output any more */
    bool to_file;            /* the output is a file, not a terminal or a pipe */
    bool on_terminal;        /* started from a terminal, so a hangup means that it is gone */
    struct ps_batch batch;
    struct ps_keys keys;
};

/* A sentence; returns -1. */
int watch_out_of_memory(struct ps_error *error);

/* --- watch_intervals.c: each returns 0, or -1 with a sentence --- */

/* Both clocks. */
struct ps_moment watch_now(void);
/* What was lost so far. */
struct watch_loss watch_loss_now(struct watch *w);
/* Looks at the clock, which may have been set. */
int watch_look(struct watch *w, struct ps_error *error);
/* Ends intervals until the present one holds `time_ns`. */
int watch_advance(struct watch *w, int64_t time_ns, struct ps_error *error);
/* Has what is over shown and added to the whole; at the `end` also the present one, which watch_close_last() ended. */
int watch_hand_out(struct watch *w, bool end, struct ps_error *error);
/* What a report of everything says besides.  0, or -1 when memory is out. */
int watch_facts_of_all(struct watch *w, struct watch_facts *facts);
/* The last interval ends now. */
void watch_close_last(struct watch *w);

/* --- watch_loop.c --- */

/* Until the source ends, which it does when it was told to and has yielded what the kernel held.  0, or -1. */
int watch_loop(struct watch *w, struct ps_error *error);

#endif
