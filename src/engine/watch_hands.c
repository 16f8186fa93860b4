/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The threads that capture, and where their intervals come together.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "watch_state.h"

/* --- intervals come together --- */

/* Takes the oldest interval of each hand that has one; the leader's stands for all. */
static struct watch_part *pop_all(struct watch *w)
{
    struct watch_part *first = NULL, *last = NULL;
    for (size_t i = 0; i < w->hand_count; i++) {
        struct watch_hand *hand = &w->hand[i];
        struct watch_part *part = hand->over;
        if (!part)
            continue;
        hand->over = part->next;
        if (!hand->over)
            hand->over_tail = NULL;
        part->next = NULL;
        if (last)
            last->others = part;
        else
            first = part;
        last = part;
    }
    return first;
}

static bool is_complete(const struct watch *w)
{
    for (size_t i = 0; i < w->hand_count; i++)
        if (!w->hand[i].over)
            return false;
    return true;
}

bool ps_watch_gather(struct watch_hand *hand, struct watch_part *part)
{
    struct watch *w = hand->w;
    pthread_mutex_lock(&w->gather_lock);
    if (hand->over_tail)
        hand->over_tail->next = part;
    else
        hand->over = part;
    hand->over_tail = part;
    bool ordered = !is_complete(w) || ps_watch_desk_order(&w->desk, WATCH_ORDER_PART, pop_all(w));
    pthread_mutex_unlock(&w->gather_lock); /* held so long, so that the order of intervals stays */
    return ordered;
}

/* --- opening --- */

int ps_watch_hands_open(struct watch *w, struct ps_error *error)
{
    struct ps_source_options options = w->config->source;
    size_t count = w->config->threads > 1 ? (size_t)w->config->threads : 1;
    if (w->config->save.path && options.live.snapshot_length == 0)
        options.live.snapshot_length = PS_LIVE_SNAPSHOT_FULL;
    if (count > 1) {
        /* Groups are numbered per network namespace; 0 is none. */
        options.live.fanout_group = (uint16_t)(1 + (unsigned)getpid() % 60000);
        options.live.fanout_members = (uint16_t)count;
    }
    w->hand = calloc(count, sizeof(*w->hand));
    if (!w->hand)
        return ps_watch_out_of_memory(error);
    w->hand_count = count;
    for (size_t i = 0; i < count; i++) {
        w->hand[i].w = w;
        w->hand[i].is_leader = i == 0;
        if (ps_source_open(&options, &w->hand[i].source, error))
            return -1;
    }
    return 0;
}

static int open_tables(struct watch_hand *hand, struct ps_moment start, uint64_t interval_ns, uint64_t memory,
                       struct ps_error *error)
{
    bool credit = hand->w->config->decode.fragments_credit;
    if (credit)
        hand->fragments = ps_fragments_create(true);
    if (hand->fragments)
        ps_fragments_limit(hand->fragments, memory / 2);
    if ((credit && !hand->fragments) || !ps_watch_parts_init(&hand->parts, memory))
        return ps_watch_out_of_memory(error);
    ps_beats_start(&hand->beats, interval_ns, start);
    return 0;
}

static void *work(void *context)
{
    struct watch_hand *hand = context;
    struct watch *w = hand->w;
    hand->result = ps_watch_loop(hand, &hand->error);
    if (hand->result)
        atomic_store(&w->stop, true);
    return NULL;
}

int ps_watch_hands_start(struct watch *w, uint64_t interval_ns, uint64_t memory, struct ps_error *error)
{
    const struct ps_moment start = ps_watch_now();
    sigset_t all, before;
    int result = 0;
    for (size_t i = 0; i < w->hand_count; i++)
        if (open_tables(&w->hand[i], start, interval_ns, memory / w->hand_count, error))
            return -1;
    sigfillset(&all); /* signals are the leader's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 1; !result && i < w->hand_count; i++) {
        result = pthread_create(&w->hand[i].thread, NULL, work, &w->hand[i]);
        w->hand[i].is_thread = !result;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result)
        return ps_error_set(error, "cannot start %zu threads here; try it with fewer.", w->hand_count);
    return 0;
}

/* --- closing --- */

int ps_watch_hands_join(struct watch *w, struct ps_error *error)
{
    int result = 0;
    atomic_store(&w->stop, true);
    for (size_t i = 1; i < w->hand_count; i++) {
        struct watch_hand *hand = &w->hand[i];
        if (!hand->is_thread)
            continue;
        pthread_join(hand->thread, NULL);
        hand->is_thread = false;
        if (hand->result && !result) {
            *error = hand->error;
            result = -1;
        }
    }
    return result;
}

int ps_watch_hands_end(struct watch *w, struct ps_error *error)
{
    for (size_t i = 0; i < w->hand_count; i++)
        if (ps_watch_look(&w->hand[i], error))
            return -1;
    int64_t end = w->hand[w->hand_count - 1].beats.last.real_ns;
    for (size_t i = 0; i < w->hand_count; i++)
        if (ps_watch_end_last(&w->hand[i], end, error))
            return -1;
    /* Hands that saw the clock being set at different moments may differ in how many intervals they have. */
    for (struct watch_part *part; (part = pop_all(w));)
        if (!ps_watch_desk_order(&w->desk, WATCH_ORDER_PART, part))
            return ps_watch_out_of_memory(error);
    return 0;
}

void ps_watch_hands_close(struct watch *w)
{
    for (size_t i = 0; i < w->hand_count; i++) {
        struct watch_hand *hand = &w->hand[i];
        ps_fragments_destroy(hand->fragments);
        ps_watch_parts_finish(&hand->parts);
        while (hand->over) {
            struct watch_part *next = hand->over->next;
            ps_watch_part_destroy(hand->over);
            hand->over = next;
        }
        ps_source_close(hand->source);
        free(hand->beyond);
    }
    free(w->hand);
    w->hand = NULL;
    w->hand_count = 0;
}
