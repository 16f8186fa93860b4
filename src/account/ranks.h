/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who leaves a full table: the quiet half.  How many packets an entry needs to stay follows from one pass over the table.
 */
#ifndef PORTSNIFF_ACCOUNT_RANKS_H
#define PORTSNIFF_ACCOUNT_RANKS_H

#include <stddef.h>
#include <stdint.h>

/* Entries with so many packets or more are equally busy. */
#define RANKS 64

/* What a new entry finds in a table with a bound. */
enum room {
    ROOM_FAILED, /* memory is out */
    ROOM_NONE,   /* it is too quiet to come in */
    ROOM_MADE,
};

struct ranks {
    size_t entries[RANKS]; /* by their packets */
};

static inline void ps_ranks_add(struct ranks *ranks, uint64_t packets)
{
    if (packets < RANKS)
        ranks->entries[packets]++;
}

/* The least number of packets with which no more than about half of `count` entries stay; UINT64_MAX: all are busy, and
 * all go. */
static inline uint64_t ps_ranks_enough(const struct ranks *ranks, size_t count)
{
    size_t sum = 0;
    for (uint64_t packets = 0; packets < RANKS; packets++) {
        sum += ranks->entries[packets];
        if (sum * 2 >= count)
            return packets + 1;
    }
    return UINT64_MAX;
}

#endif
