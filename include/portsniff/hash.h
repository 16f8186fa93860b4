/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A keyed hash for tables whose keys come from the network.  Room: base.
 *
 * Two rounds of a 64x64->128 bit multiply, folded, over words that were mixed with a seed of the process: somebody who
 * chooses addresses and ports cannot know which of them collide.  The seed never shows in any output: rows are sorted.
 */
#ifndef PORTSNIFF_HASH_H
#define PORTSNIFF_HASH_H

#include <stdint.h>
#include <string.h>

/* Two random words, the same for the life of the process; drawn at the first call, before threads start. */
const uint64_t *ps_hash_seed(void);

static inline uint64_t ps_hash_fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Hash of one word. */
static inline uint64_t ps_hash_word(const uint64_t seed[2], uint64_t word)
{
    return ps_hash_fold(ps_hash_fold(word ^ seed[0], seed[1] | 1), 0x9e3779b97f4a7c15u ^ seed[1]);
}

/* Hash of two words. */
static inline uint64_t ps_hash_pair(const uint64_t seed[2], uint64_t first, uint64_t second)
{
    return ps_hash_fold(ps_hash_fold(first ^ seed[0], second ^ seed[1]) ^ seed[1],
                        0x9e3779b97f4a7c15u ^ seed[0] ^ second);
}

/* Hash of `count` words. */
static inline uint64_t ps_hash_words(const uint64_t seed[2], const uint64_t *word, unsigned count)
{
    uint64_t hash = seed[0] ^ count;
    for (unsigned i = 0; i < count; i++)
        hash = ps_hash_pair(seed, hash, word[i]);
    return hash;
}

#endif
