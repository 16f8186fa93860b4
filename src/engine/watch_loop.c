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
    w->report.beyond = w->beyond;
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

/* Everything so far, also what the present interval holds.  The tables are put together in others, and left alone. */
static int show_all(struct watch *w, struct ps_error *error)
{
    struct ps_account *all = ps_account_create();
    if (!all)
        return watch_out_of_memory(error);
    ps_account_set_evidence(all, ps_service_registered, NULL);
    ps_account_limit(all, w->config->max_memory ? w->config->max_memory : MEMORY_DEFAULT);
    ps_account_merge(all, w->total);
    for (const struct watch_part *part = w->parts.head; part; part = part->next)
        ps_account_merge(all, part->account);
    struct watch_loss lost = watch_loss_now(w);
    w->report.packets = w->packets;
    int result = watch_report_all(&w->report, all, &lost, ps_saver_missed(&w->saver), false);
    ps_account_destroy(all);
    return result ? watch_out_of_memory(error) : 0;
}

/* A hangup means "begin your files anew" to who writes into a file, and "the terminal is gone" to who was started there. */
static void hang_up(struct watch *w)
{
    if (ps_output_is_file(&w->report.output))
        watch_report_reopen(&w->report);
    else if (w->on_terminal)
        watch_signals.end = 1;
}

static int heed_signals(struct watch *w, struct ps_error *error)
{
    if (watch_signals.hangup) {
        watch_signals.hangup = 0;
        hang_up(w);
    }
    if (watch_signals.resize) {
        watch_signals.resize = 0;
        watch_report_resize(&w->report);
    }
    if (watch_signals.report) {
        watch_signals.report = 0;
        return show_all(w, error);
    }
    return 0;
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
    w->deserted = w->deserted || ps_output_deserted(&w->report.output);
    for (const char *notice; (notice = ps_source_notice(w->source));) {
        struct ps_error told;
        ps_error_set(&told, "%s", notice);
        ps_tell(&told);
    }
}

static bool wants_end(const struct watch *w)
{
    return watch_signals.end || w->deserted || w->report.output.out.failure ||
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
