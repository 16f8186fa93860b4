/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads that live for one loop.  Where one cannot be made, its share is done by the caller.
 */
#include "portsniff/parallel.h"

#include <pthread.h>

/* Fewer things than this are done before a thread is made. */
#define WORTH_A_THREAD 8192u

struct worker {
    pthread_t thread;
    ps_share *share;
    void *context;
    size_t from, to;
    unsigned number;
    bool runs, good;
};

unsigned ps_workers(unsigned threads, size_t count)
{
    size_t workers = count / WORTH_A_THREAD;
    if (workers > threads)
        workers = threads;
    if (workers > PS_WORKERS_MAX)
        workers = PS_WORKERS_MAX;
    return workers > 0 ? (unsigned)workers : 1;
}

static void *run(void *argument)
{
    struct worker *worker = argument;
    worker->good = worker->share(worker->context, worker->number, worker->from, worker->to);
    return NULL;
}

bool ps_parallel(unsigned workers, size_t count, ps_share *share, void *context)
{
    struct worker worker[PS_WORKERS_MAX];
    bool good = true;
    for (unsigned i = workers; i-- > 0;) {
        worker[i] = (struct worker){
            .share = share,
            .context = context,
            .number = i,
            .from = count / workers * i,
            .to = i + 1 == workers ? count : count / workers * (i + 1),
        };
        if (i > 0)
            worker[i].runs = pthread_create(&worker[i].thread, NULL, run, &worker[i]) == 0;
    }
    for (unsigned i = 0; i < workers; i++) {
        if (worker[i].runs)
            pthread_join(worker[i].thread, NULL);
        else
            run(&worker[i]);
        good = good && worker[i].good;
    }
    return good;
}
