/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory for a moment: large arrays that live while a snapshot is made.  Room: base.
 *
 * From 1 MiB they come from regions with huge pages asked for, in which what one array gives back is what the next one
 * gets: memory that the system has to find and clear costs more than most of what is done with it.  The regions go back to
 * the system when nothing of them is in use.  Smaller arrays come from the heap.
 */
#ifndef PORTSNIFF_SCRATCH_H
#define PORTSNIFF_SCRATCH_H

#include <stddef.h>

/* `count` zeroed elements of `size` bytes; never NULL for 0 of them, so that NULL means that memory is out. */
void *ps_scratch_get(size_t count, size_t size);
/* The same, with anything in them. */
void *ps_scratch_take(size_t count, size_t size);
/* Gives back what ps_scratch_get() or ps_scratch_take() returned for the same numbers. `memory` may be NULL. */
void ps_scratch_put(void *memory, size_t count, size_t size);

/* From one to the other, regions stay also when nothing of them is in use.  Every call of the one needs one of the other. */
void ps_scratch_hold(void);
void ps_scratch_release(void);

#endif
