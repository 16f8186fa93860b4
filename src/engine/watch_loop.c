/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop of a live capture: what comes in is counted; signals are flags, timers are looked at between batches, and
 * nothing waits but ps_source_next(), or the desk when it is behind.
 */
#include <poll.h>
#include <stdlib.h>

#include "tell.h"
#include "watch_signals.h"
#include "watch_state.h"

/* How often the output, the saved file and the service manager are looked after. */
#define CHORE_NS INT64_C(250000000)
/* How often a hand without packets looks at the clock. */
#define PACE_MS  50

/* --- counting --- */

static void count_keys(struct watch_hand *hand, size_t from, size_t to)
{
    struct watch_part *part = hand->parts.tail;
    part->packets += to - from;
    ps_account_add(part->account, hand->fragments, &hand->keys, from, to);
}

/* Counts a decoded batch, cut where an interval ends. */
static int count_batch(struct watch_hand *hand, struct ps_error *error)
{
    size_t from = 0, n = hand->keys.count;
    for (size_t i = 0; i < n; i++) {
        int64_t time_ns = hand->keys.key[i].time_ns;
        if (!ps_beats_passed(&hand->beats, time_ns))
            continue;
        count_keys(hand, from, i);
        from = i;
        if (ps_watch_advance(hand, time_ns, error))
            return -1;
    }
    count_keys(hand, from, n);
    return ps_account_failed(hand->parts.tail->account) ? ps_watch_out_of_memory(error) : 0;
}

/* Leaves only the first `n` packets of the batch; the others are not counted for their input either. */
static int cut_batch(struct watch_hand *hand, size_t n, struct ps_error *error)
{
    if (!hand->beyond)
        hand->beyond = calloc(ps_source_input_count(hand->source), sizeof(*hand->beyond));
    if (!hand->beyond)
        return ps_watch_out_of_memory(error);
    for (size_t i = n; i < hand->batch.count; i++) {
        struct ps_count *beyond = &hand->beyond[hand->batch.packet[i].source];
        beyond->packets++;
        beyond->bytes += hand->batch.packet[i].original;
    }
    hand->batch.count = n;
    return 0;
}

/* How many of the next `count` packets are within the -c limit, of all hands together. */
static size_t claim(struct watch *w, size_t count)
{
    uint64_t limit = w->config->count, before = atomic_fetch_add(&w->packets, count);
    if (!limit || before + count <= limit)
        return count;
    size_t within = before < limit ? (size_t)(limit - before) : 0;
    atomic_fetch_sub(&w->packets, count - within);
    return within;
}

static int take_batch(struct watch_hand *hand, struct ps_error *error)
{
    size_t within = claim(hand->w, hand->batch.count);
    if (within < hand->batch.count && cut_batch(hand, within, error))
        return -1;
    if (hand->batch.count == 0)
        return 0;
    if (hand->is_leader)
        ps_saver_batch(&hand->w->saver, &hand->batch);
    ps_decode(hand->w->decoder, &hand->batch, &hand->keys);
    return count_batch(hand, error);
}

/* --- signals and chores --- */

/* Everything so far.  One hand also gives a copy of what is not over, for counting goes on in it; several would have to
 * stop for that, so then it is everything up to the latest interval. */
static int show_all(struct watch *w, struct ps_error *error)
{
    struct watch_part *open = NULL;
    if (w->hand_count == 1) {
        open = ps_watch_parts_copy(&w->hand[0].parts);
        if (!open)
            return ps_watch_out_of_memory(error);
        if (ps_watch_facts_of(&w->hand[0], &open->facts, error)) {
            ps_watch_part_destroy(open);
            return -1;
        }
    }
    return ps_watch_desk_order(&w->desk, WATCH_ORDER_ALL, open) ? 0 : ps_watch_out_of_memory(error);
}

/* An order without anything to go with it. */
static int order(struct watch *w, enum watch_order_kind kind, struct ps_error *error)
{
    return ps_watch_desk_order(&w->desk, kind, NULL) ? 0 : ps_watch_out_of_memory(error);
}

/* A hangup means "begin your files anew" to who writes into a file, and "the terminal is gone" to who was started there. */
static int hang_up(struct watch *w, struct ps_error *error)
{
    if (w->to_file)
        return order(w, WATCH_ORDER_REOPEN, error);
    if (w->on_terminal)
        ps_watch_signals.end = 1;
    return 0;
}

static int heed_signals(struct watch *w, struct ps_error *error)
{
    int result = 0;
    if (ps_watch_signals.hangup) {
        ps_watch_signals.hangup = 0;
        result = hang_up(w, error);
    }
    if (!result && ps_watch_signals.resize) {
        ps_watch_signals.resize = 0;
        result = order(w, WATCH_ORDER_RESIZE, error);
    }
    if (!result && ps_watch_signals.report) {
        ps_watch_signals.report = 0;
        result = show_all(w, error);
    }
    return result;
}

static void tell_notices(struct watch_hand *leader)
{
    for (const char *notice; (notice = ps_source_notice(leader->source));) {
        struct ps_error told;
        ps_error_set(&told, "%s", notice);
        ps_tell(&told);
    }
}

/* What is done now and then, packets or not. */
static void do_chores(struct watch_hand *leader)
{
    struct watch *w = leader->w;
    int64_t steady = leader->beats.last.steady_ns;
    if (steady < w->chore_ns)
        return;
    w->chore_ns = steady + CHORE_NS;
    ps_saver_tick(&w->saver, leader->source, leader->beats.last.real_ns);
    ps_notify_alive(&w->notify, steady);
    if (!w->to_file)
        w->deserted = w->deserted || ps_output_deserted(&w->report.output);
    tell_notices(leader);
}

static bool wants_end(const struct watch_hand *leader)
{
    const struct watch *w = leader->w;
    return ps_watch_signals.end || w->deserted || atomic_load(&w->desk.ended) ||
           leader->beats.last.steady_ns >= w->deadline_ns ||
           (w->config->count && atomic_load(&w->packets) >= w->config->count);
}

/* What only the leader does, once a round. */
static int lead(struct watch_hand *leader, struct ps_error *error)
{
    struct watch *w = leader->w;
    if (heed_signals(w, error))
        return -1;
    do_chores(leader);
    if (!atomic_load(&w->stop) && wants_end(leader)) {
        atomic_store(&w->stop, true);
        ps_notify_send(&w->notify, "STOPPING=1");
    }
    return 0;
}

/* --- the loop --- */

/* Counts what came, and ends what is over. */
static int take(struct watch_hand *hand, enum ps_next next, struct ps_error *error)
{
    int64_t before = hand->beats.last.real_ns;
    uint64_t number = hand->beats.now.number;
    if (ps_watch_look(hand, error) || (next == PS_NEXT_BATCH && take_batch(hand, error)))
        return -1;
    bool empty = next == PS_NEXT_NONE_YET && hand->beats.now.number == number;
    if (ps_beats_due(&hand->beats, empty ? before : INT64_MIN) &&
        ps_watch_advance(hand, hand->beats.last.real_ns - PS_BEAT_GRACE, error))
        return -1;
    return ps_watch_hand_out(hand, error);
}

/* There is nothing more to capture here, but the others wait for this hand's intervals. */
static int keep_pace(struct watch_hand *hand, struct ps_error *error)
{
    while (!atomic_load(&hand->w->stop)) {
        poll(NULL, 0, PACE_MS);
        if (take(hand, PS_NEXT_NONE_YET, error))
            return -1;
    }
    return 0;
}

int ps_watch_loop(struct watch_hand *hand, struct ps_error *error)
{
    for (;;) {
        if (hand->is_leader && lead(hand, error))
            return -1;
        if (!hand->stopping && atomic_load(&hand->w->stop)) {
            hand->stopping = true;
            ps_source_stop(hand->source);
        }
        enum ps_next next = ps_source_next(hand->source, &hand->batch);
        if (next == PS_NEXT_END) {
            if (hand->is_leader)
                tell_notices(hand);
            return hand->is_leader ? 0 : keep_pace(hand, error);
        }
        if (next == PS_NEXT_ERROR) {
            *error = *ps_source_error(hand->source);
            return -1;
        }
        if (take(hand, next, error))
            return -1;
    }
}
