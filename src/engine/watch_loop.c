/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop of a live capture: what comes in is counted; signals are flags, timers are looked at between batches, and
 * nothing waits but ps_source_next().
 */
#include <stdlib.h>

#include "tell.h"
#include "watch_signals.h"
#include "watch_state.h"

/* How often the output, the saved file and the service manager are looked after. */
#define CHORE_NS INT64_C(250000000)

/* --- counting --- */

/* Counts a decoded batch, cut where an interval ends. */
static int count_batch(struct watch *w, struct ps_error *error)
{
    size_t from = 0, n = w->keys.count;
    for (size_t i = 0; i < n; i++) {
        int64_t time_ns = w->keys.key[i].time_ns;
        if (!ps_beats_passed(&w->beats, time_ns))
            continue;
        ps_account_add(w->parts.tail->account, w->fragments, &w->keys, from, i);
        from = i;
        if (watch_advance(w, time_ns, error))
            return -1;
    }
    ps_account_add(w->parts.tail->account, w->fragments, &w->keys, from, n);
    return ps_account_failed(w->parts.tail->account) ? watch_out_of_memory(error) : 0;
}

/* Leaves only the first `n` packets of the batch; the others are not counted for their input either. */
static int cut_batch(struct watch *w, size_t n, struct ps_error *error)
{
    if (!w->beyond)
        w->beyond = calloc(ps_source_input_count(w->source), sizeof(*w->beyond));
    if (!w->beyond)
        return watch_out_of_memory(error);
    for (size_t i = n; i < w->batch.count; i++) {
        struct ps_count *beyond = &w->beyond[w->batch.packet[i].source];
        beyond->packets++;
        beyond->bytes += w->batch.packet[i].original;
    }
    w->batch.count = n;
    return 0;
}

static int take_batch(struct watch *w, struct ps_error *error)
{
    uint64_t limit = w->config->count;
    if (limit && w->batch.count > limit - w->packets && cut_batch(w, (size_t)(limit - w->packets), error))
        return -1;
    if (w->batch.count == 0)
        return 0;
    w->packets += w->batch.count;
    ps_saver_batch(&w->saver, &w->batch);
    ps_decode(w->decoder, &w->batch, &w->keys);
    return count_batch(w, error);
}

/* --- signals and chores --- */

/* Everything so far, also what is not over: that goes to the desk as a copy, for counting goes on in it. */
static int show_all(struct watch *w, struct ps_error *error)
{
    struct watch_facts facts;
    struct watch_part *open = watch_parts_copy(&w->parts);
    if (!open || watch_facts_of_all(w, &facts)) {
        watch_part_destroy(open);
        return watch_out_of_memory(error);
    }
    return watch_desk_order(&w->desk, WATCH_ORDER_ALL, open, &facts) ? 0 : watch_out_of_memory(error);
}

/* An order without anything to go with it. */
static int order(struct watch *w, enum watch_order_kind kind, struct ps_error *error)
{
    return watch_desk_order(&w->desk, kind, NULL, NULL) ? 0 : watch_out_of_memory(error);
}

/* A hangup means "begin your files anew" to who writes into a file, and "the terminal is gone" to who was started there. */
static int hang_up(struct watch *w, struct ps_error *error)
{
    if (w->to_file)
        return order(w, WATCH_ORDER_REOPEN, error);
    if (w->on_terminal)
        watch_signals.end = 1;
    return 0;
}

static int heed_signals(struct watch *w, struct ps_error *error)
{
    int result = 0;
    if (watch_signals.hangup) {
        watch_signals.hangup = 0;
        result = hang_up(w, error);
    }
    if (!result && watch_signals.resize) {
        watch_signals.resize = 0;
        result = order(w, WATCH_ORDER_RESIZE, error);
    }
    if (!result && watch_signals.report) {
        watch_signals.report = 0;
        result = show_all(w, error);
    }
    return result;
}

/* What is done now and then, packets or not. */
static void do_chores(struct watch *w)
{
    int64_t steady = w->beats.last.steady_ns;
    if (steady < w->chore_ns)
        return;
    w->chore_ns = steady + CHORE_NS;
    ps_saver_tick(&w->saver, w->source, w->beats.last.real_ns);
    ps_notify_alive(&w->notify, steady);
    if (!w->to_file)
        w->deserted = w->deserted || ps_output_deserted(&w->report.output);
    for (const char *notice; (notice = ps_source_notice(w->source));) {
        struct ps_error told;
        ps_error_set(&told, "%s", notice);
        ps_tell(&told);
    }
}

static bool wants_end(const struct watch *w)
{
    return watch_signals.end || w->deserted || atomic_load(&w->desk.ended) ||
           w->beats.last.steady_ns >= w->deadline_ns || (w->config->count && w->packets >= w->config->count);
}

/* --- the loop --- */

int watch_loop(struct watch *w, struct ps_error *error)
{
    for (;;) {
        if (!w->stopping && wants_end(w)) {
            w->stopping = true;
            ps_notify_send(&w->notify, "STOPPING=1");
            ps_source_stop(w->source);
        }
        int64_t before = w->beats.last.real_ns;
        uint64_t number = w->beats.now.number;
        enum ps_next next = ps_source_next(w->source, &w->batch);
        if (next == PS_NEXT_END)
            return watch_look(w, error);
        if (next == PS_NEXT_ERROR) {
            *error = *ps_source_error(w->source);
            return -1;
        }
        if (watch_look(w, error) || (next == PS_NEXT_BATCH && take_batch(w, error)))
            return -1;
        bool empty = next == PS_NEXT_NONE_YET && w->beats.now.number == number;
        if (ps_beats_due(&w->beats, empty ? before : INT64_MIN) &&
            watch_advance(w, w->beats.last.real_ns - PS_BEAT_GRACE, error))
            return -1;
        if (watch_hand_out(w, false, error) || heed_signals(w, error))
            return -1;
        do_chores(w);
    }
}
