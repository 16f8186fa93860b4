/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fast road: frames made inside the kernel by a small XDP program that is run for live frames (BPF_PROG_RUN with
 * BPF_F_TEST_XDP_LIVE_FRAMES, Linux 5.18 and later).
 */
#ifndef PORTSNIFF_TESTS_LIVE_INJECT_H
#define PORTSNIFF_TESTS_LIVE_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "plan.h"

struct inject {
    int program, counter; /* descriptors */
    unsigned interface;   /* number */
    uint8_t frame[PLAN_FRAME_MAX];
    uint32_t length;
};

/* Packets of `plan`, which must be of PLAN_UDP alone, between one host and one other; packet `first` is the first one.
 * They leave by the interface with this number, or, with `received`, arrive on it.  False, with errno, when the kernel
 * refuses. */
bool inject_open(struct inject *inject, const struct plan *plan, unsigned interface, bool received, uint64_t first);
/* Sends the next `count` packets.  False, with errno. */
bool inject_run(struct inject *inject, uint32_t count);
void inject_close(struct inject *inject);

#endif
