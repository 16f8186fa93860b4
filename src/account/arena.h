/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is taken piece by piece and given back as a whole: for tables that only grow.  It comes in slabs that grow
 * with what was taken, so that a short interval costs a page or two and a large table lies in huge pages: their faults and
 * their address translation are most of what fresh memory costs.  Pieces may be taken by several threads at a time.
 */
#ifndef PORTSNIFF_ACCOUNT_ARENA_H
#define PORTSNIFF_ACCOUNT_ARENA_H

#include <pthread.h>
#include <stddef.h>

struct arena {
    pthread_mutex_t lock;
    struct arena_slab *slabs; /* the newest first */
    size_t total;             /* bytes of all slabs */
};

void ps_arena_init(struct arena *arena);
void ps_arena_finish(struct arena *arena);
/* `size` bytes of zeros at a multiple of 64; NULL when memory is out. */
void *ps_arena_take(struct arena *arena, size_t size);

#endif
