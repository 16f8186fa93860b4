/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is taken piece by piece and given back as a whole: for tables that only grow.  It comes in slabs that grow
 * with what was taken, so that a short interval costs a page or two and a large table lies in huge pages: faults and
 * address translation are most of what fresh memory costs.  Pieces may be taken by several threads at a time.  Room: base.
 */
#ifndef PORTSNIFF_ARENA_H
#define PORTSNIFF_ARENA_H

#include <stddef.h>

struct ps_arena;

/* NULL when memory is out. */
struct ps_arena *ps_arena_create(void);
/* Gives all pieces back.  NULL is fine. */
void ps_arena_destroy(struct ps_arena *arena);
/* `size` bytes of zeros at a multiple of 64; NULL when memory is out. */
void *ps_arena_take(struct ps_arena *arena, size_t size);

#endif
