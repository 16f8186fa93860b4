/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the run itself needs: processor time and memory.
 */
#ifndef PORTSNIFF_ENGINE_SELF_H
#define PORTSNIFF_ENGINE_SELF_H

#include <stdint.h>

#include "portsniff/snapshot.h"

struct self {
    int fd; /* /proc/self/statm, which the sandbox hides; -1: not there */
};

/* Before the sandbox. */
void ps_self_open(struct self *self);
void ps_self_close(struct self *self);
/* Processor time since the start of the process, of which `packets` were counted, and memory now. */
void ps_self_measure(const struct self *self, uint64_t packets, struct ps_self_figures *ret_figures);

#endif
