/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is sure to be there for somebody else.  Room: base.
 *
 * Some libraries do not survive that memory is out: libseccomp crashes or makes another filter than it was asked for,
 * the parser of libpcap's filters ends the process.  So what they need is taken from the system before they are called.
 */
#ifndef PORTSNIFF_RESERVE_H
#define PORTSNIFF_RESERVE_H

#include <stddef.h>

/* From now on the heap has `size` bytes in pieces of at most 16 KiB, or larger ones, without asking the system, as long as
 * nobody else uses them up.  Returns what is to be freed with free() once they are not needed any more, or NULL when memory
 * is out. */
void *ps_reserve(size_t size);

#endif
