/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorts flows by a 64-bit key, byte by byte from the lowest (radix sort): the time grows with the number of
 * flows and not faster, and several keys are several stable sorts.
 */
#include "order.h"

#include <string.h>

#define BYTES  8u
#define VALUES 256u

/* Below this, the 8 tables cost more than they save. */
#define FEW 64u

static void insert_few(struct ps_order *order, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct ps_order item = order[i];
        size_t at = i;
        for (; at > 0 && order[at - 1].key > item.key; at--)
            order[at] = order[at - 1];
        order[at] = item;
    }
}

/* Moves every item to its place by one byte of its key; `tally`: how often each value of the byte is there. */
static void place(const struct ps_order *from, struct ps_order *to, size_t count, const size_t tally[VALUES],
                  unsigned shift)
{
    size_t next[VALUES], sum = 0;
    for (unsigned value = 0; value < VALUES; value++) {
        next[value] = sum;
        sum += tally[value];
    }
    for (size_t i = 0; i < count; i++)
        to[next[from[i].key >> shift & 0xff]++] = from[i];
}

void ps_order_sort(struct ps_order *order, struct ps_order *scratch, size_t count)
{
    if (count < FEW) {
        insert_few(order, count);
        return;
    }
    size_t tally[BYTES][VALUES] = {0};
    for (size_t i = 0; i < count; i++) {
        for (unsigned byte = 0; byte < BYTES; byte++)
            tally[byte][order[i].key >> 8 * byte & 0xff]++;
    }
    struct ps_order *from = order, *to = scratch;
    for (unsigned byte = 0; byte < BYTES; byte++) {
        if (tally[byte][from[0].key >> 8 * byte & 0xff] == count)
            continue; /* the same byte everywhere */
        place(from, to, count, tally[byte], 8 * byte);
        struct ps_order *swap = from;
        from = to;
        to = swap;
    }
    if (from != order)
        memcpy(order, from, count * sizeof *order);
}
