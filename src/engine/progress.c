/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The progress line: rewritten in place, gone before anything else is printed.
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_NS INT64_C(1000000000)
#define EVERY_NS INT64_C(250000000)

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void ps_progress_start(struct progress *progress, bool quiet)
{
    *progress = (struct progress){.wanted = !quiet && isatty(STDERR_FILENO)};
    if (progress->wanted)
        progress->next_ns = now_ns() + FIRST_NS;
}

void ps_progress_step(struct progress *progress, const struct ps_source *source, uint64_t packets)
{
    if (!progress->wanted)
        return;
    int64_t now = now_ns();
    if (now < progress->next_ns)
        return;
    progress->next_ns = now + EVERY_NS;
    progress->shown = true;
    uint64_t done, total;
    ps_source_progress(source, &done, &total);
    if (total > 0)
        fprintf(stderr, "\r\033[Kreading: %3.0f%%  %.1f million packets", 100.0 * (double)done / (double)total,
                (double)packets / 1e6);
    else
        fprintf(stderr, "\r\033[Kreading: %.1f million packets", (double)packets / 1e6);
}

void ps_progress_stop(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
