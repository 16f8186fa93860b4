/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live capture from its opening to its last report.
 */
#include "watch.h"

#include <stdlib.h>
#include <unistd.h>

#include "confine.h"
#include "tell.h"
#include "watch_signals.h"
#include "watch_state.h"

/* Without -t. */
#define INTERVAL_DEFAULT UINT64_C(10000000000)

int watch_out_of_memory(struct ps_error *error)
{
    return ps_error_set(error, "memory is out: the traffic has more to count than fits here; --max-memory bounds the "
                               "tables, a filter makes them smaller.");
}

/* The last interval ends now, and everything is shown. */
static int finish(struct watch *w, struct ps_error *error)
{
    if (watch_advance(w, w->beats.last.real_ns, error))
        return -1;
    if (w->fragments)
        ps_fragments_settle(w->fragments);
    ps_saver_end(&w->saver, w->source);
    watch_close_last(w);
    if (watch_hand_out(w, true, error))
        return -1;
    watch_desk_close(&w->desk);
    struct watch_facts facts;
    if (atomic_load(&w->desk.failed) || watch_facts_of_all(w, &facts))
        return watch_out_of_memory(error);
    int result = watch_report_all(&w->report, w->total, &facts, true);
    watch_facts_finish(&facts);
    return result ? watch_out_of_memory(error) : 0;
}

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
    w->to_file = ps_output_is_file(&w->report.output);
    return 0;
}

/* Tables.  The bound is for all of them together: half is for the whole, the rest for intervals, of which four may be there
 * at a time: one that counts, one that waits for fragments, one that waits to be shown, one that is shown. */
static int open_tables(struct watch *w, uint64_t interval_ns, struct ps_error *error)
{
    const struct ps_config *config = w->config;
    uint64_t memory = config->max_memory ? config->max_memory : WATCH_MEMORY_DEFAULT;
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
    if (!w->decoder || !w->total || (config->decode.fragments_credit && !w->fragments) ||
        !watch_parts_init(&w->parts, memory / 8))
        return watch_out_of_memory(error);
    watch_desk_open(&w->desk, &w->report, w->total, memory / 2);
    ps_beats_start(&w->beats, interval_ns, watch_now());
    w->deadline_ns = INT64_MAX;
    if (config->duration_ns)
        w->deadline_ns = w->beats.last.steady_ns + (int64_t)config->duration_ns;
    return 0;
}

static int watch(struct watch *w, struct ps_error *error)
{
    uint64_t interval_ns = w->config->interval_ns ? w->config->interval_ns : INTERVAL_DEFAULT;
    watch_signals_catch();
    if (open_outside(w, error) || ps_confine(w->config, &w->report.output, ps_saver_directory(&w->saver), error) ||
        ps_saver_begin(&w->saver, w->source, error))
        return -1;
    w->report.interval_ns = interval_ns;
    watch_report_first(&w->report);
    if (open_tables(w, interval_ns, error))
        return -1;
    ps_notify_send(&w->notify, "READY=1");
    int result = watch_loop(w, error);
    if (!result)
        result = finish(w, error);
    watch_desk_close(&w->desk);
    return result;
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
        watch_out_of_memory(&error);
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
    if (result || ps_saver_stopped(&w->saver))
        status = PS_EXIT_FAILED;
    watch_close(w);
    return status;
}
