/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See pipeline.h.  The first thread is the caller; the others begin when the capture turns out to have blocks for them,
 * so that a small one pays for no thread.
 */
#include "pipeline.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tell.h"
#include "turnstile.h"

#define THREADS_MAX  256
#define ALONE_BLOCKS 2 /* blocks that the first thread reads before others are made */

/* Parts of the flow table that are counted in one go: more of them let more memory be asked for ahead, fewer let more
 * threads count at a time. */
#define GROUPS 4
#define GROUP  (PS_LANE_PARTS / GROUPS)

struct pipeline {
    const struct pipeline_job *job;
    pthread_mutex_t claiming;
    bool over;        /* no block is left to be claimed; under `claiming` */
    uint64_t claimed; /* blocks; under `claiming` */
    struct turnstile index, order, group[GROUPS];
    uint64_t packets;    /* under `order` */
    bool source_failed;  /* under `index`, or `claiming` */
    _Atomic bool failed; /* memory was out */
};

struct worker {
    struct pipeline *pipeline;
    pthread_t thread;
    struct ps_block *block;
    struct ps_lane *lane;
    struct ps_batch batch;
    struct ps_keys keys;
};

/* --- the steps --- */

static bool stopped(const struct pipeline *p)
{
    return *p->job->stop || p->failed;
}

/* False when there is no block any more. */
static bool claim(struct pipeline *p, struct ps_block *block, uint64_t *ret_number)
{
    enum ps_next next = PS_NEXT_NONE_YET;
    pthread_mutex_lock(&p->claiming);
    while (!p->over && next == PS_NEXT_NONE_YET) {
        p->over = stopped(p);
        if (!p->over)
            next = ps_source_claim(p->job->source, block);
        p->over |= next == PS_NEXT_END || next == PS_NEXT_ERROR;
        p->source_failed |= next == PS_NEXT_ERROR;
    }
    bool claimed = next == PS_NEXT_BATCH;
    if (claimed)
        *ret_number = p->claimed++;
    pthread_mutex_unlock(&p->claiming);
    return claimed;
}

static void end_claiming(struct pipeline *p, bool failed)
{
    pthread_mutex_lock(&p->claiming);
    p->over = true;
    p->source_failed |= failed;
    pthread_mutex_unlock(&p->claiming);
}

/* Whether the block has packets to be counted. */
static bool find_packets(struct pipeline *p, struct ps_block *block, uint64_t number)
{
    ps_turnstile_enter(&p->index, number);
    enum ps_next next;
    do
        next = ps_source_index(p->job->source, block);
    while (next == PS_NEXT_NONE_YET && !stopped(p));
    ps_turnstile_leave(&p->index);
    if (next != PS_NEXT_BATCH)
        end_claiming(p, next == PS_NEXT_ERROR);
    return next == PS_NEXT_BATCH;
}

/* What needs no order. */
static uint64_t decode(struct worker *w, size_t count)
{
    const struct pipeline_job *job = w->pipeline->job;
    uint64_t packets = 0;
    for (size_t from = 0; from < count;) {
        from += ps_block_batch(w->block, from, &w->batch);
        ps_decode(job->decoder, &w->batch, &w->keys);
        ps_lane_scan(w->lane, &w->keys, job->fragments != NULL);
        packets += w->batch.count;
    }
    return packets;
}

static void count_flows(struct worker *w, uint64_t number)
{
    struct pipeline *p = w->pipeline;
    if (p->job->threads == 1) {
        ps_lane_flows_alone(w->lane);
        return;
    }
    ps_lane_divide(w->lane);
    for (unsigned i = 0; i < GROUPS; i++) {
        ps_turnstile_enter(&p->group[i], number);
        ps_lane_flows(w->lane, i * GROUP, (i + 1) * GROUP);
        ps_turnstile_leave(&p->group[i]);
    }
}

/* Every block passes every turnstile, also one that has nothing to count. */
static void take_block(struct worker *w, uint64_t number)
{
    struct pipeline *p = w->pipeline;
    ps_source_load(p->job->source, w->block);
    bool found = find_packets(p, w->block, number);
    ps_lane_begin(w->lane);
    uint64_t packets = found ? decode(w, ps_block_count(w->block)) : 0;
    ps_turnstile_enter(&p->order, number);
    ps_lane_order(w->lane, p->job->fragments);
    p->packets += packets;
    ps_progress_step(p->job->progress, p->job->source, p->packets);
    ps_turnstile_leave(&p->order);
    count_flows(w, number);
    if (ps_lane_failed(w->lane))
        p->failed = true;
}

/* --- the threads --- */

static void *work(void *argument)
{
    struct worker *w = argument;
    uint64_t number;
    while (claim(w->pipeline, w->block, &number))
        take_block(w, number);
    return NULL;
}

static void worker_destroy(struct worker *w)
{
    if (!w)
        return;
    ps_lane_close(w->lane);
    ps_block_destroy(w->block);
    free(w);
}

static struct worker *worker_create(struct pipeline *p)
{
    struct worker *w = calloc(1, sizeof(*w));
    if (!w)
        return NULL;
    w->pipeline = p;
    w->block = ps_block_create();
    w->lane = ps_lane_open(p->job->account);
    if (w->block && w->lane)
        return w;
    worker_destroy(w);
    return NULL;
}

/* Makes the others, as many as there can be; returns how many that were. */
static unsigned start_others(struct pipeline *p, struct worker **worker, unsigned wanted)
{
    unsigned n = 0;
    while (n < wanted) {
        worker[n] = worker_create(p);
        if (!worker[n])
            break;
        if (pthread_create(&worker[n]->thread, NULL, work, worker[n]) != 0) {
            worker_destroy(worker[n]);
            break;
        }
        n++;
    }
    return n;
}

static void run(struct pipeline *p, struct worker *first)
{
    struct worker *others[THREADS_MAX];
    unsigned wanted = (p->job->threads < THREADS_MAX ? p->job->threads : THREADS_MAX) - 1, n = 0;
    uint64_t number;
    bool more = true;
    for (unsigned i = 0; i < ALONE_BLOCKS && (more = claim(p, first->block, &number)); i++)
        take_block(first, number);
    if (more) {
        n = start_others(p, others, wanted);
        work(first);
    }
    for (unsigned i = 0; i < n; i++)
        pthread_join(others[i]->thread, NULL);
    /* Only now: a lane that closes adds to tables in which another one may still settle fragments. */
    for (unsigned i = 0; i < n; i++)
        worker_destroy(others[i]);
}

/* Those that this process may use. */
static unsigned processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 1 ? (unsigned)n : 1;
}

/* On the heap: turnstiles are aligned to cache lines. */
static struct pipeline *pipeline_create(const struct pipeline_job *job)
{
    struct pipeline *p = aligned_alloc(_Alignof(struct pipeline), sizeof(*p));
    if (!p)
        return NULL;
    *p = (struct pipeline){.job = job};
    pthread_mutex_init(&p->claiming, NULL);
    bool crowded = job->threads > processors();
    ps_turnstile_init(&p->index, crowded);
    ps_turnstile_init(&p->order, crowded);
    for (unsigned i = 0; i < GROUPS; i++)
        ps_turnstile_init(&p->group[i], crowded);
    return p;
}

static void pipeline_destroy(struct pipeline *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < GROUPS; i++)
        ps_turnstile_finish(&p->group[i]);
    ps_turnstile_finish(&p->order);
    ps_turnstile_finish(&p->index);
    pthread_mutex_destroy(&p->claiming);
    free(p);
}

int ps_pipeline_run(const struct pipeline_job *job, uint64_t *ret_packets, struct ps_error *error)
{
    struct pipeline *p = pipeline_create(job);
    struct worker *first = p ? worker_create(p) : NULL;
    bool failed = !first, source_failed = false;
    *ret_packets = 0;
    if (first) {
        run(p, first);
        worker_destroy(first);
        *ret_packets = p->packets;
        failed = p->failed;
        source_failed = p->source_failed;
    }
    pipeline_destroy(p);
    if (source_failed) {
        *error = *ps_source_error(job->source);
        return -1;
    }
    if (!failed && !ps_account_failed(job->account))
        return 0;
    return ps_tell_memory_out(error);
}

unsigned ps_pipeline_threads(const struct ps_config *config)
{
    if (config->max_memory)
        return 1;
    return config->threads ? (unsigned)config->threads : processors();
}
