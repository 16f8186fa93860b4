/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory for a moment: large arrays that live while a snapshot is made.  Room: base.
 *
 * From 2 MiB they are mapped by themselves, with huge pages asked for, and go back to the system when they are put
 * back; smaller ones come from the heap.
 */
#ifndef PORTSNIFF_SCRATCH_H
#define PORTSNIFF_SCRATCH_H

#include <stddef.h>

/* `count` zeroed elements of `size` bytes; never NULL for 0 of them, so that NULL means that memory is out. */
void *ps_scratch_get(size_t count, size_t size);
/* Gives back what ps_scratch_get() returned for the same numbers. `memory` may be NULL. */
void ps_scratch_put(void *memory, size_t count, size_t size);

#endif
