/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorting words by some of their bits.  Room: base.
 */
#ifndef PORTSNIFF_SORT_H
#define PORTSNIFF_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts by the bits from `low` on, ascending; what is equal there stays in the order it had.  `scratch` has room for as
 * many. */
void ps_radix_sort(uint64_t *word, uint64_t *scratch, size_t count, unsigned low);

#endif
