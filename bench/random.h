/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reproducible random numbers for made-up traffic: the splitmix64 generator, in integers only, so that a seed gives the
 * same bytes on every machine.  Not for secrets.
 */
#ifndef PORTSNIFF_BENCH_RANDOM_H
#define PORTSNIFF_BENCH_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

/* A word that looks random, the same for the same `word`. */
static inline uint64_t random_mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

static inline uint64_t random_word(struct random *random)
{
    random->state += 0x9e3779b97f4a7c15u;
    return random_mix(random->state);
}

/* 0 to bound - 1; `bound` from 1 to 2^32. */
static inline uint32_t random_below(struct random *random, uint64_t bound)
{
    return (uint32_t)((random_word(random) >> 32) * bound >> 32);
}

/* A rank from 0 to bound - 1 whose probability falls like 1/(rank + 1): every power of two up to the bound is as likely
 * as any other, and the ranks within one are equally likely.  `bound` from 1 to 2^32. */
static inline uint64_t random_rank(struct random *random, uint64_t bound)
{
    unsigned powers = 0;
    while (bound >> powers)
        powers++;
    for (;;) {
        unsigned power = random_below(random, powers);
        uint64_t rank = (1ULL << power) + random_below(random, 1ULL << power) - 1;
        if (rank < bound)
            return rank;
    }
}

#endif
