/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A keyed hash for tables whose keys come from the network.  Room: base.
 *
 * Words are mixed with random words of the process and multiplied, 64x64 to 128 bits, and the halves of the product
 * folded.  Somebody who chooses addresses and ports cannot prepare keys that collide:
 * - Which products are equal in the bits that choose a slot depends on both factors, and each factor has a random word in
 *   it that he does not know and that never shows: rows are sorted, and no time or order of an output hangs on a slot.
 * - One product alone is weak where a factor happens to end in zeros, or for keys at equal distances: low bits of a product
 *   come from low bits of its factors.  So every hash has a second multiplication, whose factors are the first's
 *   folded product and other secret words.
 * - Words are bound to their place by different random words, so that swapping, repeating or combining parts of keys
 *   gains nothing.
 */
#ifndef PORTSNIFF_HASH_H
#define PORTSNIFF_HASH_H

#include <stdint.h>
#include <string.h>

#define PS_HASH_SEED 8 /* words */

/* Random words, the same for the life of the process: drawn before main() and never written again (hash.c). */
extern uint64_t ps_hash_random[PS_HASH_SEED];

/* What the functions below take as `seed`. */
static inline const uint64_t *ps_hash_seed(void)
{
    return ps_hash_random;
}

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

/* Hash of four words, such as two IPv6 addresses; `seed` has six words.  Its first two products do not wait for each
 * other. */
static inline uint64_t ps_hash_four(const uint64_t seed[6], uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t first = ps_hash_fold(a ^ seed[0], b ^ seed[1]), second = ps_hash_fold(c ^ seed[2], d ^ seed[3]);
    return ps_hash_fold(first ^ seed[4], second ^ seed[5]);
}

/* Hash of five words, such as two IPv6 addresses and what else tells flows apart; `seed` has eight words. */
static inline uint64_t ps_hash_five(const uint64_t seed[8], uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    return ps_hash_fold(ps_hash_four(seed, a, b, c, d) ^ seed[6], e ^ seed[7]);
}

/* Hash of `count` words.  Its values for a given seed never change: estimates are built on them. */
static inline uint64_t ps_hash_words(const uint64_t seed[2], const uint64_t *word, unsigned count)
{
    uint64_t hash = seed[0] ^ count;
    for (unsigned i = 0; i < count; i++)
        hash = ps_hash_pair(seed, hash, word[i]);
    return hash;
}

#endif
