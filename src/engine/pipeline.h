/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A saved capture into one account, by as many threads as are wanted, with one answer.
 *
 * The capture is cut into blocks, and each thread takes one after another through the same steps: claim, load, index,
 * decode, order, count.  Steps that mind the order of packets are entered in the order of the blocks; the flow table
 * has parts, and each part is such a step of its own, so that one thread is never far behind the other.  No thread works
 * on another one's account, so nothing has to be merged that the order of packets could have decided.
 */
#ifndef PORTSNIFF_ENGINE_PIPELINE_H
#define PORTSNIFF_ENGINE_PIPELINE_H

#include <signal.h>
#include <stdint.h>

#include "portsniff/account.h"
#include "portsniff/config.h"
#include "portsniff/decode.h"
#include "portsniff/source.h"
#include "progress.h"

struct pipeline_job {
    struct ps_source *source;
    const struct ps_decoder *decoder;
    struct ps_account *account;
    struct ps_fragments *fragments; /* NULL: later fragments are not credited */
    struct progress *progress;
    const volatile sig_atomic_t *stop; /* becomes true when no more blocks are to be read */
    unsigned threads;                  /* at least 1 */
};

/* Reads to the end or until it is told to stop.  0, or -1 with the sentence; *ret_packets holds in any case. */
int ps_pipeline_run(const struct pipeline_job *job, uint64_t *ret_packets, struct ps_error *error);

/* As many threads as are asked for, or as there are processors for this process.  In bounded memory one: what is evicted
 * depends on the moment. */
unsigned ps_pipeline_threads(const struct ps_config *config);

#endif
