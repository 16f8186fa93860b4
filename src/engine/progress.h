/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line on standard error for work that takes long, when somebody sits there.
 */
#ifndef PORTSNIFF_ENGINE_PROGRESS_H
#define PORTSNIFF_ENGINE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/source.h"

struct progress {
    bool wanted;
    bool shown;
    int64_t next_ns; /* monotonic time of the next line */
};

/* Nothing is shown in the first second, nor when `quiet`, nor when standard error is no terminal. */
void ps_progress_start(struct progress *progress, bool quiet);
/* Called once per batch. */
void ps_progress_step(struct progress *progress, const struct ps_source *source, uint64_t packets);
/* Takes the line away. */
void ps_progress_stop(struct progress *progress);

#endif
