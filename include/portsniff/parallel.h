/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A loop over many things by several threads.  Room: base.
 */
#ifndef PORTSNIFF_PARALLEL_H
#define PORTSNIFF_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

#define PS_WORKERS_MAX 16u

/* Does [from, to). False: it failed, and the whole has. */
typedef bool ps_share(void *context, unsigned worker, size_t from, size_t to);

/* How many workers `count` things are worth, at most `threads` (0 is 1) and PS_WORKERS_MAX. */
unsigned ps_workers(unsigned threads, size_t count);
/* Divides [0, count) among so many workers, in their order; the caller is worker 0.  Returns when all are done: false if one
 * failed. */
bool ps_parallel(unsigned workers, size_t count, ps_share *share, void *context);

#endif
