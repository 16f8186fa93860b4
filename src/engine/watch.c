/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live capture from its opening to its last report.  Order matters: what needs privileges is opened, then they are given
 * up, then threads are made, which have none.
 */
#include "watch.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "confine.h"
#include "tell.h"
#include "watch_signals.h"
#include "watch_state.h"

/* Without -t. */
#define INTERVAL_DEFAULT UINT64_C(10000000000)

/* Pieces of at least so many bytes go back to the system when they are freed, and so does as much at the heap's end. */
#define HEAP_MAPS  (256 << 10)
#define HEAP_TRIMS (1 << 20)

/* Intervals are counted by one thread and given back by another, for weeks: one heap for all, since each would keep what
 * the other ones need, and limits that do not grow with the largest piece that ever was.  What cannot be set stays as it
 * is. */
static void set_heap(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, HEAP_MAPS);
    mallopt(M_TRIM_THRESHOLD, HEAP_TRIMS);
}

int ps_watch_out_of_memory(struct ps_error *error)
{
    return ps_error_set(error, "memory is out: the traffic has more to count than fits here; --max-memory bounds the "
                               "tables, a filter makes them smaller.");
}

/* How inputs and losses stand at the end. */
static int facts_of_all(struct watch *w, struct watch_facts *facts, struct ps_error *error)
{
    int result = ps_watch_facts_of(&w->hand[0], facts, error);
    for (size_t i = 1; !result && i < w->hand_count; i++) {
        struct watch_facts other;
        result = ps_watch_facts_of(&w->hand[i], &other, error);
        if (!result) {
            ps_watch_facts_add(facts, &other);
            ps_watch_facts_finish(&other);
        } else {
            ps_watch_facts_finish(facts);
        }
    }
    return result;
}

/* Everything was handed out: shows it. */
static int finish(struct watch *w, struct ps_error *error)
{
    struct watch_facts facts;
    ps_watch_desk_close(&w->desk);
    if (atomic_load(&w->desk.failed))
        return ps_watch_out_of_memory(error);
    if (facts_of_all(w, &facts, error))
        return -1;
    int result = ps_watch_report_all(&w->report, w->total, &facts, true);
    ps_watch_facts_finish(&facts);
    return result ? ps_watch_out_of_memory(error) : 0;
}

/* What is needed before privileges are given up: interfaces, names, output, the directory of what is saved. */
static int open_outside(struct watch *w, struct ps_error *error)
{
    ps_notify_open(&w->notify);
    w->on_terminal = isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
    if (ps_watch_hands_open(w, error) || ps_watch_report_open(&w->report, w->config, error) ||
        ps_saver_open(&w->saver, w->config, error))
        return -1;
    w->to_file = ps_output_is_file(&w->report.output);
    return 0;
}

/* Tables.  The bound is for all of them together: half is for the whole, a quarter for the interval that counts, and as
 * much for those that wait or are shown, which are seldom as large. */
static int open_tables(struct watch *w, uint64_t memory, struct ps_error *error)
{
    w->decoder = ps_decoder_create(&w->config->decode);
    w->total = ps_account_create();
    if (!w->decoder || !w->total)
        return ps_watch_out_of_memory(error);
    ps_account_set_evidence(w->total, ps_service_registered, NULL);
    ps_account_limit(w->total, memory / 2);
    return 0;
}

/* Captures until something ends it. */
static int capture(struct watch *w, uint64_t interval_ns, uint64_t memory, struct ps_error *error)
{
    struct ps_error joining;
    ps_watch_desk_open(&w->desk, &w->report, w->total, memory / 2);
    int result = ps_watch_hands_start(w, interval_ns, memory / 4, error);
    w->deadline_ns = INT64_MAX;
    if (w->config->duration_ns)
        w->deadline_ns = ps_watch_now().steady_ns + (int64_t)w->config->duration_ns;
    if (!result) {
        ps_notify_send(&w->notify, "READY=1");
        result = ps_watch_loop(&w->hand[0], error);
    }
    if (ps_watch_hands_join(w, &joining) && !result) {
        *error = joining;
        result = -1;
    }
    if (result)
        return result;
    ps_saver_end(&w->saver, w->hand[0].source); /* what it could not save is missing in the last interval */
    return ps_watch_hands_end(w, error);
}

static int watch(struct watch *w, struct ps_error *error)
{
    const struct ps_config *config = w->config;
    uint64_t memory = config->max_memory ? config->max_memory : WATCH_MEMORY_DEFAULT;
    ps_watch_signals_catch();
    if (open_outside(w, error) || ps_confine(config, &w->report.output, ps_saver_directory(&w->saver), error) ||
        ps_saver_begin(&w->saver, w->hand[0].source, error))
        return -1;
    w->report.interval_ns = config->interval_ns ? config->interval_ns : INTERVAL_DEFAULT;
    ps_watch_report_first(&w->report);
    int result = open_tables(w, memory, error);
    if (!result)
        result = capture(w, w->report.interval_ns, memory, error);
    if (!result)
        result = finish(w, error);
    ps_watch_desk_close(&w->desk);
    return result;
}

static void watch_close(struct watch *w)
{
    ps_watch_hands_close(w);
    ps_account_destroy(w->total);
    ps_decoder_destroy(w->decoder);
    ps_saver_close(&w->saver);
    ps_watch_report_close(&w->report);
    ps_notify_close(&w->notify);
    pthread_mutex_destroy(&w->gather_lock);
    free(w);
}

enum ps_exit ps_watch_run(const struct ps_config *config)
{
    struct ps_error error = {.text = ""}, written;
    set_heap();
    struct watch *w = calloc(1, sizeof(*w));
    if (!w) {
        ps_watch_out_of_memory(&error);
        ps_tell(&error);
        return PS_EXIT_FAILED;
    }
    w->config = config;
    w->notify.fd = -1;
    pthread_mutex_init(&w->gather_lock, NULL);
    int result = watch(w, &error);
    if (ps_watch_report_end(&w->report, !result, &written) && !result) {
        error = written;
        result = error.text[0] ? -1 : 0; /* a reader that has seen enough is no failure */
    }
    ps_tell(&error);
    bool opened = w->hand_count > 0 && w->hand[0].source;
    enum ps_exit status = opened ? ps_tell_inputs(w->hand[0].source) : PS_EXIT_COMPLETE;
    /* A source that ends by itself has lost its interfaces; it has told why. */
    bool lost = opened && !w->hand[0].stopping;
    if (result || lost || ps_saver_stopped(&w->saver))
        status = PS_EXIT_FAILED;
    watch_close(w);
    return status;
}
