/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The crank: batches become keys, keys become counts, counts become reports.  Knows the order of things and nothing of
 * packets, tables or formats.
 */
#include "portsniff/engine.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "confine.h"
#include "inputs.h"
#include "intervals.h"
#include "output.h"
#include "pipeline.h"
#include "portsniff/account.h"
#include "portsniff/findings.h"
#include "progress.h"
#include "saver.h"
#include "self.h"
#include "tell.h"
#include "terminal.h"
#include "watch.h"

struct engine {
    const struct ps_config *config;
    struct ps_report_options report;
    struct ps_names *names;
    struct ps_source *source;
    struct ps_decoder *decoder;
    struct ps_fragments *fragments; /* NULL: later fragments are not credited */
    struct intervals intervals;
    struct ps_account *total; /* intervals that were handed out; unused without -t */
    struct self self;
    struct output output;
    bool output_open;
    struct saver saver;
    struct progress progress;
    uint64_t packets;        /* counted so far */
    struct ps_count *beyond; /* by input: yielded by the source, but behind the -c limit; NULL: nothing */
    bool csv_begun;
    struct ps_batch batch;
    struct ps_keys keys;
};

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t reading; /* inputs are open: there is something to report */

static void on_signal(int number)
{
    if (reading && !interrupted && number != SIGHUP) {
        interrupted = 1;
        return;
    }
    ps_output_abandon();
    signal(number, SIG_DFL);
    raise(number); /* ends the run once this function has returned */
}

/* The first Ctrl-C ends the reading and shows what was counted, the second one ends the program. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction before;
        /* Who started this may have wanted the signal to be ignored. */
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

/* --- snapshots --- */

/* `before`: what was counted before `account`, or NULL. */
static int take_snapshot(struct engine *e, struct ps_account *account, const struct ps_account *before,
                         struct ps_snapshot *s)
{
    struct ps_wish wish = before ? ps_report_wish_interval(&e->report) : ps_report_wish(&e->report);
    wish.threads = before ? 1 : ps_pipeline_threads(e->config);
    ps_snapshot_init(s);
    ps_account_set_evidence(account, ps_service_registered, before);
    if (ps_account_failed(account) || ps_inputs_add(e->source, e->beyond, s) || ps_findings_watch(s, &wish) ||
        ps_account_collect(account, &wish, s) || ps_findings_collect(s, e->names))
        return -1;
    s->generator = "portsniff " PS_VERSION;
    s->filter = e->config->source.filter;
    s->mode_tunnels = e->config->decode.tunnels_inner ? "inner" : "outer";
    s->mode_fragments = e->config->decode.fragments_credit ? "credit" : "header";
    s->fragments_overflow = e->fragments ? ps_fragments_overflow(e->fragments) : 0;
    s->lower_bound = s->dropped_by_kernel || s->dropped_by_interface;
    s->saving = e->config->save.path != NULL;
    s->packets_not_saved = ps_saver_missed(&e->saver);
    if (e->config->self)
        ps_self_measure(&e->self, e->packets, &s->self);
    return 0;
}

/* --- reports --- */

static int write_interval(struct engine *e, const struct ps_snapshot *s)
{
    if (e->report.format == PS_FORMAT_TEXT)
        return ps_report_write_interval(s, e->names, &e->report, &e->output.out);
    e->report.csv_header = !e->csv_begun;
    e->csv_begun = true;
    return ps_report_write(s, e->names, &e->report, &e->output.out);
}

/* Packets of which none has a time are an interval without borders: intervals add up to the whole.  In a text they are
 * in the report of the whole alone; a line of rates has nothing to say of them. */
static bool is_shown(const struct engine *e, const struct interval *interval, const struct ps_snapshot *s)
{
    return interval->set || (s->total.packets > 0 && e->report.format != PS_FORMAT_TEXT);
}

/* Shows a closed interval and adds it to the total. */
static int hand_out(struct engine *e, struct interval *interval, struct ps_error *error)
{
    struct ps_snapshot s;
    int result = take_snapshot(e, interval->account, e->total, &s);
    s.interval_set = true;
    s.interval_start_ns = interval->set ? interval->start_ns : PS_TIME_NONE;
    s.interval_end_ns = interval->set ? interval->end_ns : PS_TIME_NONE;
    s.interval_number = interval->number;
    if (!result && is_shown(e, interval, &s))
        result = write_interval(e, &s);
    ps_snapshot_finish(&s);
    if (!result) {
        ps_account_merge(e->total, interval->account);
        /* What later intervals are told of servers would be less than was seen. */
        result = ps_account_failed(e->total) ? -1 : 0;
    }
    ps_out_flush(&e->output.out);
    return result ? ps_tell_memory_out(error) : 0;
}

static int hand_out_closed(struct engine *e, bool end, struct ps_error *error)
{
    int result = 0;
    for (struct interval *interval; !result && (interval = ps_intervals_take(&e->intervals, end));) {
        result = hand_out(e, interval, error);
        ps_interval_destroy(interval);
    }
    return result;
}

static int write_final(struct engine *e, struct ps_error *error)
{
    struct ps_snapshot s;
    struct ps_account *account = e->config->interval_ns ? e->total : e->intervals.tail->account;
    int result = take_snapshot(e, account, NULL, &s);
    s.final = true;
    if (result) {
        ps_tell_memory_out(error);
    } else if (ps_tell_unsupported(e->source, &s, error)) {
        result = -1;
    } else if (!(e->config->interval_ns && e->report.format == PS_FORMAT_CSV)) {
        e->report.csv_header = true;
        result = ps_report_write(&s, e->names, &e->report, &e->output.out);
        if (result)
            ps_tell_memory_out(error);
    }
    ps_snapshot_finish(&s);
    return result;
}

/* --- the crank --- */

/* Opens intervals until one holds this time.  What is over is handed out at once: a batch, or a gap, may hold more
 * intervals than fit in memory. */
static int advance(struct engine *e, int64_t time_ns, struct ps_error *error)
{
    int result = 0;
    while (!result && !ps_intervals_hold(&e->intervals, time_ns)) {
        if (!ps_intervals_step(&e->intervals, time_ns))
            return ps_tell_memory_out(error);
        if (e->fragments && ps_intervals_abandon(&e->intervals))
            ps_fragments_give_up(e->fragments);
        result = hand_out_closed(e, false, error);
    }
    return result;
}

/* Counts one decoded batch, cut where an interval ends. */
static int count_batch(struct engine *e, struct ps_error *error)
{
    size_t from = 0, n = e->keys.count;
    int result = 0;
    for (size_t i = 0; !result && e->intervals.width_ns && i < n; i++) {
        if (ps_intervals_hold(&e->intervals, e->keys.key[i].time_ns))
            continue;
        ps_account_add(e->intervals.tail->account, e->fragments, &e->keys, from, i);
        from = i;
        result = advance(e, e->keys.key[i].time_ns, error);
    }
    if (result)
        return result;
    struct ps_account *account = e->intervals.tail->account;
    ps_account_add(account, e->fragments, &e->keys, from, n);
    if (ps_account_failed(account))
        return ps_tell_memory_out(error);
    return e->intervals.width_ns ? hand_out_closed(e, false, error) : 0;
}

/* Leaves only the first `n` packets of the batch; what is behind them was not counted for its input either. */
static int cut_batch(struct engine *e, size_t n)
{
    e->beyond = calloc(ps_source_input_count(e->source), sizeof(*e->beyond));
    if (!e->beyond)
        return -1;
    for (size_t i = n; i < e->batch.count; i++) {
        struct ps_count *beyond = &e->beyond[e->batch.packet[i].source];
        beyond->packets++;
        beyond->bytes += e->batch.packet[i].original;
    }
    e->batch.count = n;
    return 0;
}

/* Without intervals, a limit or saving there is nothing between two batches: blocks, and threads. */
static int turn_blocks(struct engine *e, struct ps_error *error)
{
    const struct ps_config *config = e->config;
    const struct pipeline_job job = {
        .source = e->source,
        .decoder = e->decoder,
        .account = e->intervals.tail->account,
        .fragments = e->fragments,
        .progress = &e->progress,
        .stop = &interrupted,
        .threads = ps_pipeline_threads(config),
    };
    return ps_pipeline_run(&job, &e->packets, error);
}

/* Reads to the end, to the -c limit or to a signal. */
static int turn(struct engine *e, struct ps_error *error)
{
    uint64_t limit = e->config->count;
    if (!limit && !e->config->interval_ns && !e->saver.save)
        return turn_blocks(e, error);
    while (!interrupted && !(limit && e->packets >= limit) && !e->output.out.failure) {
        enum ps_next next = ps_source_next(e->source, &e->batch);
        if (next == PS_NEXT_END)
            break;
        if (next == PS_NEXT_ERROR) {
            *error = *ps_source_error(e->source);
            return -1;
        }
        if (next == PS_NEXT_NONE_YET)
            continue;
        if (limit && e->batch.count > limit - e->packets && cut_batch(e, (size_t)(limit - e->packets)))
            return ps_tell_memory_out(error);
        e->packets += e->batch.count;
        ps_saver_batch(&e->saver, &e->batch);
        ps_decode(e->decoder, &e->batch, &e->keys);
        if (count_batch(e, error))
            return -1;
        ps_progress_step(&e->progress, e->source, e->packets);
    }
    return 0;
}

/* --- opening and closing --- */

static int open_output(struct engine *e, struct ps_error *error)
{
    const struct ps_config *config = e->config;
    if (ps_output_open(&e->output, config->output, config->interval_ns > 0, error))
        return -1;
    e->output_open = true;
    ps_terminal_decide(&e->report, config->color, e->output.fd);
    return 0;
}

/* Once the inputs are known. */
static int begin_output(struct engine *e, struct ps_error *error)
{
    const struct ps_config *config = e->config;
    for (size_t i = 0; i < ps_source_input_count(e->source); i++) {
        const char *name = ps_source_input(e->source, i)->name;
        if (ps_output_replaces(config->output, name))
            return ps_error_set(error, "%s is both read (-r) and to be written (-o); give the report another name.",
                                name);
    }
    return ps_output_begin(&e->output, error);
}

/* Of the memory that is allowed, unpacking gets a half, as far as it can make use of it. */
#define UNPACK_MEMORY_MOST (UINT64_C(256) << 20)

static int open_source(struct engine *e, struct ps_error *error)
{
    struct ps_source_options options = e->config->source;
    uint64_t half = e->config->max_memory / 2;
    options.unpack_memory = half < UNPACK_MEMORY_MOST ? half : UNPACK_MEMORY_MOST;
    return ps_source_open(&options, &e->source, error);
}

static int engine_open(struct engine *e, const struct ps_config *config, struct ps_error *error)
{
    e->config = config;
    e->report = config->report;
    ps_self_open(&e->self);
    /* To open a capture is to parse it: everything else is open before, and the rest of the system out of reach. */
    if (ps_names_create(config->services, e->report.numeric, &e->names, error) || open_output(e, error) ||
        ps_saver_open(&e->saver, config, error) ||
        ps_confine(config, &e->output, ps_saver_directory(&e->saver), error) || open_source(e, error) ||
        begin_output(e, error) || ps_saver_begin(&e->saver, e->source, error))
        return -1;
    e->decoder = ps_decoder_create(&config->decode);
    e->total = ps_account_create();
    if (e->total && config->max_memory) {
        ps_account_set_evidence(e->total, ps_service_registered, NULL);
        ps_account_limit_share(e->total, config->max_memory, config->interval_ns ? 2 : 1);
    }
    if (config->decode.fragments_credit)
        e->fragments = ps_fragments_create(true);
    if (e->fragments && config->max_memory)
        ps_fragments_limit(e->fragments, config->max_memory / 16);
    if (!e->decoder || !e->total || (config->decode.fragments_credit && !e->fragments) ||
        !ps_intervals_init(&e->intervals, config->interval_ns, config->max_memory))
        return ps_tell_memory_out(error);
    return 0;
}

/* The fragment cache goes first: what still waits in it is counted into the accounts. */
static void engine_close(struct engine *e)
{
    ps_fragments_destroy(e->fragments);
    ps_intervals_finish(&e->intervals);
    ps_account_destroy(e->total);
    ps_decoder_destroy(e->decoder);
    ps_saver_close(&e->saver);
    ps_source_close(e->source);
    ps_names_destroy(e->names);
    ps_self_close(&e->self);
    free(e->beyond);
    free(e);
}

/* Counts and reports. */
static int engine_work(struct engine *e, struct ps_error *error)
{
    reading = 1;
    ps_progress_start(&e->progress, e->config->quiet);
    int result = turn(e, error);
    ps_progress_stop(&e->progress);
    if (result)
        return result;
    ps_saver_end(&e->saver, e->source);
    if (e->fragments)
        ps_fragments_settle(e->fragments);
    if (e->config->interval_ns)
        result = hand_out_closed(e, true, error);
    if (e->intervals.idle_cut)
        ps_tell_idle(PS_IDLE_INTERVALS_ALL);
    return result ? result : write_final(e, error);
}

enum ps_exit ps_engine_run(const struct ps_config *config)
{
    if (config->source.live.interface_count > 0)
        return ps_watch_run(config);
    struct ps_error error = {.text = ""};
    struct engine *e = calloc(1, sizeof(*e));
    if (!e) {
        ps_tell_memory_out(&error);
        ps_tell(&error);
        return PS_EXIT_FAILED;
    }
    catch_signals();
    enum ps_exit status = PS_EXIT_COMPLETE;
    int result = engine_open(e, config, &error);
    if (!result)
        result = engine_work(e, &error);
    if (e->output_open) {
        struct ps_error written;
        if (ps_output_finish(&e->output, !result, &written) && !result) {
            error = written;
            result = error.text[0] ? -1 : 0; /* a reader that has seen enough is no failure */
        }
    }
    ps_tell(&error);
    if (interrupted && !result) {
        ps_error_set(&error, "stopped by a signal; the report holds the %" PRIu64 " packets read until then.",
                     e->packets);
        ps_tell(&error);
    }
    if (e->source)
        status = ps_tell_inputs(e->source);
    if (result || ps_saver_stopped(&e->saver))
        status = PS_EXIT_FAILED;
    engine_close(e);
    return status;
}
