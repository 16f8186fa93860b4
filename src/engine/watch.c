/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live capture: packets become counts as they come, intervals end by the clock, and everything ends with a report of the
 * whole.  What comes in is decided here and nowhere else: signals are flags, timers are looked at between batches, and
 * nothing waits but ps_source_next().
 */
#include "watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"
#include "portsniff/account.h"
#include "saver.h"
#include "tell.h"
#include "watch_report.h"
#include "watch_signals.h"

/* Without -t. */
#define INTERVAL_DEFAULT UINT64_C(10000000000)
/* Without --max-memory: tables that a run of months must not outgrow. */
#define MEMORY_DEFAULT   (UINT64_C(256) << 20)
/* How often the output, the saved file and the service manager are looked after. */
#define CHORE_NS         INT64_C(250000000)

struct watch {
    const struct ps_config *config;
    struct ps_source *source;
    struct ps_decoder *decoder;
    struct ps_fragments *fragments; /* NULL: later fragments are not credited */
    struct watch_parts parts;
    struct ps_account *total; /* intervals that were shown */
    struct ps_beats beats;
    struct watch_report report;
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
    bool on_terminal;        /* started from a terminal, so a hangup means that it is gone */
    struct ps_batch batch;
    struct ps_keys keys;
};

static int out_of_memory(struct ps_error *error)
{
    return ps_error_set(error, "memory is out: the traffic has more to count than fits here; --max-memory bounds the "
                               "tables, a filter makes them smaller.");
}

static struct ps_moment now(void)
{
    struct timespec real, steady;
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &steady);
    return (struct ps_moment){
        .real_ns = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec,
        .steady_ns = (int64_t)steady.tv_sec * 1000000000 + steady.tv_nsec,
    };
}

/* --- intervals --- */

/* What was lost so far. */
static struct watch_loss loss_now(struct watch *w)
{
    struct watch_loss sum = {0};
    for (size_t i = 0; i < ps_source_input_count(w->source); i++) {
        struct ps_loss loss;
        ps_source_loss(w->source, i, &loss);
        sum.kernel += loss.kernel;
        sum.interface += loss.interface;
        sum.has_interface |= loss.has_interface;
        sum.has_backlog |= loss.has_backlog;
        if (loss.backlog > sum.backlog) /* of the whole host, so the inputs' numbers do not add up */
            sum.backlog = loss.backlog;
    }
    return sum;
}

static struct watch_loss loss_between(const struct watch_loss *before, const struct watch_loss *after)
{
    struct watch_loss loss = *after;
    loss.kernel -= before->kernel;
    loss.interface -= before->interface;
    loss.backlog -= before->backlog;
    return loss;
}

/* The present interval is over: notes when it was and what was lost in it. */
static void close_part(struct watch *w, struct watch_part *part, struct ps_span span)
{
    struct watch_loss lost = loss_now(w);
    uint64_t unsaved = ps_saver_missed(&w->saver);
    part->span = span;
    part->loss = loss_between(&w->lost, &lost);
    part->unsaved = unsaved - w->unsaved;
    w->lost = lost;
    w->unsaved = unsaved;
}

static int turn_part(struct watch *w, struct ps_span span, struct ps_error *error)
{
    struct watch_part *over = watch_parts_turn(&w->parts, w->beats.last.steady_ns);
    if (!over)
        return out_of_memory(error);
    close_part(w, over, span);
    return 0;
}

/* Shows what is over and adds it to the whole. */
static int hand_out(struct watch *w, bool end, struct ps_error *error)
{
    if (w->fragments && !end && watch_parts_abandon(&w->parts, w->beats.last.steady_ns))
        ps_fragments_give_up(w->fragments);
    int result = 0;
    for (struct watch_part *part; !result && (part = watch_parts_take(&w->parts, end));) {
        w->report.packets = w->packets;
        result = watch_report_part(&w->report, part, w->total);
        if (!result)
            ps_account_merge(w->total, part->account);
        watch_part_destroy(part);
    }
    return result || ps_account_failed(w->total) ? out_of_memory(error) : 0;
}

/* Ends intervals until the present one holds `time_ns`. */
static int advance(struct watch *w, int64_t time_ns, struct ps_error *error)
{
    int result = 0;
    while (!result && time_ns >= w->beats.now.end_ns) {
        result = turn_part(w, ps_beats_advance(&w->beats, time_ns, PS_BEAT_IDLE_MAX), error);
        if (!result)
            result = hand_out(w, false, error);
    }
    return result;
}

/* Looks at the clock, which may have been set. */
static int look(struct watch *w, struct ps_error *error)
{
    int64_t set = ps_beats_look(&w->beats, now());
    if (!set)
        return 0;
    int64_t would_be = w->beats.last.real_ns - set;
    if (advance(w, would_be, error) || turn_part(w, ps_beats_cut(&w->beats, would_be, w->beats.last.real_ns), error))
        return -1;
    struct ps_error told;
    ps_error_set(&told, "the clock was set %s by %" PRId64 " s; the present interval ends there, and another begins.",
                 set < 0 ? "back" : "ahead", (set < 0 ? -set : set) / 1000000000);
    ps_tell(&told);
    return hand_out(w, false, error);
}

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
        if (advance(w, time_ns, error))
            return -1;
    }
    ps_account_add(w->parts.tail->account, w->fragments, &w->keys, from, n);
    return ps_account_failed(w->parts.tail->account) ? out_of_memory(error) : 0;
}

/* Leaves only the first `n` packets of the batch; the others are not counted for their input either. */
static int cut_batch(struct watch *w, size_t n, struct ps_error *error)
{
    if (!w->beyond)
        w->beyond = calloc(ps_source_input_count(w->source), sizeof(*w->beyond));
    if (!w->beyond)
        return out_of_memory(error);
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
        return out_of_memory(error);
    ps_account_set_evidence(all, ps_service_registered, NULL);
    ps_account_limit(all, w->config->max_memory ? w->config->max_memory : MEMORY_DEFAULT);
    ps_account_merge(all, w->total);
    for (const struct watch_part *part = w->parts.head; part; part = part->next)
        ps_account_merge(all, part->account);
    struct watch_loss lost = loss_now(w);
    w->report.packets = w->packets;
    int result = watch_report_all(&w->report, all, &lost, ps_saver_missed(&w->saver), false);
    ps_account_destroy(all);
    return result ? out_of_memory(error) : 0;
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
    ps_saver_tick(&w->saver, w->beats.last.real_ns);
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

/* Until the source ends, which it does when it was told to and has yielded what the kernel held. */
static int turn(struct watch *w, struct ps_error *error)
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
            return look(w, error);
        if (next == PS_NEXT_ERROR) {
            *error = *ps_source_error(w->source);
            return -1;
        }
        if (look(w, error) || (next == PS_NEXT_BATCH && take_batch(w, error)))
            return -1;
        bool empty = next == PS_NEXT_NONE_YET && w->beats.now.number == number;
        if (ps_beats_due(&w->beats, empty ? before : INT64_MIN) &&
            advance(w, w->beats.last.real_ns - PS_BEAT_GRACE, error))
            return -1;
        if (hand_out(w, false, error) || heed_signals(w, error))
            return -1;
        do_chores(w);
    }
}

/* The last interval ends now, and everything is shown. */
static int finish(struct watch *w, struct ps_error *error)
{
    if (advance(w, w->beats.last.real_ns, error))
        return -1;
    if (w->fragments)
        ps_fragments_settle(w->fragments);
    ps_saver_end(&w->saver, w->source);
    close_part(w, w->parts.tail, ps_beats_cut(&w->beats, w->beats.last.real_ns, w->beats.last.real_ns));
    if (hand_out(w, true, error))
        return -1;
    w->report.packets = w->packets;
    return watch_report_all(&w->report, w->total, &w->lost, w->unsaved, true) ? out_of_memory(error) : 0;
}

/* --- opening and closing --- */

/* What is needed before privileges are given up: interfaces, names, output, the directory of what is saved. */
static int open_outside(struct watch *w, struct ps_error *error)
{
    struct ps_source_options source = w->config->source;
    if (w->config->save.path && source.live.snapshot_length == 0)
        source.live.snapshot_length = PS_LIVE_SNAPSHOT_FULL;
    ps_notify_open(&w->notify);
    w->on_terminal = isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
    if (ps_source_open(&source, &w->source, error) || watch_report_open(&w->report, w->config, error) ||
        ps_saver_open(&w->saver, w->config, error))
        return -1;
    w->report.source = w->source;
    return 0;
}

/* Tables.  The bound is for all of them together: half is for the whole, the rest for the intervals, of which two are
 * there at a time. */
static int open_tables(struct watch *w, uint64_t interval_ns, struct ps_error *error)
{
    const struct ps_config *config = w->config;
    uint64_t memory = config->max_memory ? config->max_memory : MEMORY_DEFAULT;
    w->decoder = ps_decoder_create(&config->decode);
    w->total = ps_account_create();
    if (w->total) {
        ps_account_set_evidence(w->total, ps_service_registered, NULL);
        ps_account_limit(w->total, memory / 2);
    }
    if (config->decode.fragments_credit)
        w->fragments = ps_fragments_create(true);
    if (w->fragments)
        ps_fragments_limit(w->fragments, memory / 16);
    w->report.fragments = w->fragments;
    if (!w->decoder || !w->total || (config->decode.fragments_credit && !w->fragments) ||
        !watch_parts_init(&w->parts, memory / 4))
        return out_of_memory(error);
    ps_beats_start(&w->beats, interval_ns, now());
    w->deadline_ns = INT64_MAX;
    if (config->duration_ns)
        w->deadline_ns = w->beats.last.steady_ns + (int64_t)config->duration_ns;
    return 0;
}

static int watch(struct watch *w, struct ps_error *error)
{
    uint64_t interval_ns = w->config->interval_ns ? w->config->interval_ns : INTERVAL_DEFAULT;
    watch_signals_catch();
    if (open_outside(w, error) || ps_saver_begin(&w->saver, w->source, error) || open_tables(w, interval_ns, error))
        return -1;
    w->report.interval_ns = interval_ns;
    watch_report_first(&w->report);
    ps_notify_send(&w->notify, "READY=1");
    int result = turn(w, error);
    return result ? result : finish(w, error);
}

/* The fragment cache goes first: what still waits in it is counted into the accounts. */
static void watch_close(struct watch *w)
{
    ps_fragments_destroy(w->fragments);
    watch_parts_finish(&w->parts);
    ps_account_destroy(w->total);
    ps_decoder_destroy(w->decoder);
    ps_saver_close(&w->saver);
    watch_report_close(&w->report);
    ps_source_close(w->source);
    ps_notify_close(&w->notify);
    free(w->beyond);
    free(w);
}

enum ps_exit ps_watch_run(const struct ps_config *config)
{
    struct ps_error error = {.text = ""}, written;
    struct watch *w = calloc(1, sizeof(*w));
    if (!w) {
        out_of_memory(&error);
        ps_tell(&error);
        return PS_EXIT_FAILED;
    }
    w->config = config;
    w->notify.fd = -1;
    int result = watch(w, &error);
    if (watch_report_end(&w->report, !result, &written) && !result) {
        error = written;
        result = error.text[0] ? -1 : 0; /* a reader that has seen enough is no failure */
    }
    ps_tell(&error);
    enum ps_exit status = w->source ? ps_tell_inputs(w->source) : PS_EXIT_COMPLETE;
    if (result)
        status = PS_EXIT_FAILED;
    watch_close(w);
    return status;
}
