/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keyed hash: a seed that stays, every bit of a key in every bit of its hash, and keys of which a table sees many -
 * neighbours, grids of addresses and ports, the same words in other places - spread like random ones under any seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "portsniff/hash.h"

enum {
    SEEDS = 60,
    WORDS = 5,
    SLOTS = 4096,
    KEYS = 2048
};

struct seed {
    uint64_t word[PS_HASH_SEED];
};

/* Seeds as the kernel might draw them, the same in every run. */
static struct seed seed_number(unsigned n)
{
    struct seed seed;
    uint64_t state = 0x2545f4914f6cdd1d + n * 0x9e3779b97f4a7c15;
    for (unsigned i = 0; i < PS_HASH_SEED; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        seed.word[i] = state * 0xd6e8feb86659fd93;
    }
    seed.word[1] |= 1;
    return seed;
}

typedef uint64_t hasher(const uint64_t *seed, const uint64_t *word);

static uint64_t hash_word(const uint64_t *seed, const uint64_t *word)
{
    return ps_hash_word(seed, word[0]);
}

static uint64_t hash_pair(const uint64_t *seed, const uint64_t *word)
{
    return ps_hash_pair(seed, word[0], word[1]);
}

static uint64_t hash_four(const uint64_t *seed, const uint64_t *word)
{
    return ps_hash_four(seed, word[0], word[1], word[2], word[3]);
}

static uint64_t hash_five(const uint64_t *seed, const uint64_t *word)
{
    return ps_hash_five(seed, word[0], word[1], word[2], word[3], word[4]);
}

static uint64_t hash_words(const uint64_t *seed, const uint64_t *word)
{
    return ps_hash_words(seed, word, 3);
}

static const struct {
    const char *name;
    hasher *hash;
    unsigned words;
} kinds[] = {
    {"word", hash_word, 1}, {"pair", hash_pair, 2},   {"four", hash_four, 4},
    {"five", hash_five, 5}, {"words", hash_words, 3},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void seed_stays(void **state)
{
    (void)state;
    const uint64_t *seed = ps_hash_seed();
    struct seed first;
    memcpy(&first, seed, sizeof(first));
    for (unsigned i = 0; i < PS_HASH_SEED; i++)
        for (unsigned k = 0; k < i; k++)
            assert_true(seed[i] != seed[k]);
    assert_true(seed[1] & 1);
    assert_ptr_equal(ps_hash_seed(), seed);
    assert_memory_equal(ps_hash_seed(), &first, sizeof(first));
}

/* The i-th key of a set; words that a set does not name are 0. */
typedef void set(uint32_t i, uint64_t *word);

static void neighbours(uint32_t i, uint64_t *word)
{
    word[0] = i;
}

static void high_neighbours(uint32_t i, uint64_t *word)
{
    word[0] = (uint64_t)i << 53;
}

static void middle_neighbours(uint32_t i, uint64_t *word)
{
    word[0] = (uint64_t)i << 16;
}

static void last_neighbours(uint32_t i, uint64_t *word)
{
    for (unsigned k = 1; k < WORDS; k++)
        word[k] = 0x20010db8;
    word[0] = 0x20010db800000000;
    word[1] ^= (uint64_t)i << 32;
    word[3] ^= (uint64_t)i << 48;
}

/* One client's ports times one network's servers. */
static void grid(uint32_t i, uint64_t *word)
{
    word[0] = 0x0a00000100000000 | (uint64_t)(i & 31) << 8;
    word[1] = 0x01bb000000000000 | (uint64_t)(i >> 5) << 16 | 6;
    word[2] = word[0] + 1;
    word[3] = word[1] << 3;
    word[0] ^= (uint64_t)(i >> 5) << 8; /* so that a hash of one word sees as many keys */
    word[0] ^= (uint64_t)(i & 31) << 40;
}

static void powers(uint32_t i, uint64_t *word)
{
    word[0] = (uint64_t)1 << (i % 64) | (uint64_t)1 << (i / 64 + 1) % 64;
    word[0] ^= i / 64 > i % 64 ? UINT64_MAX : 0;
    word[1] = (uint64_t)i << 40;
}

static void equal_words(uint32_t i, uint64_t *word)
{
    for (unsigned k = 0; k < WORDS; k++)
        word[k] = (uint64_t)i << 20;
}

/* a, b, c, d and c, d, a, b, as the two directions of connections are. */
static void swapped_words(uint32_t i, uint64_t *word)
{
    uint64_t client = 0x0a000000 + i / 2, server = 0xc0a80000;
    word[0] = word[1] = i & 1 ? server : client;
    word[2] = word[3] = i & 1 ? client : server;
    word[0] ^= (uint64_t)(i / 2) << 17;
    word[1] += word[0];
}

static const struct {
    const char *name;
    set *make;
} sets[] = {
    {"neighbours", neighbours},
    {"high neighbours", high_neighbours},
    {"middle neighbours", middle_neighbours},
    {"grid", grid},
    {"equal words", equal_words},
    {"swapped words", swapped_words},
    {"powers of two", powers},
    {"last neighbours", last_neighbours},
};
enum {
    SETS = sizeof(sets) / sizeof(sets[0]),
    OF_ONE_WORD = SETS - 2, /* the others have fewer different first words */
};

/* Slots in use when keys are put where `shift` bits further up say. */
static unsigned slots_used(hasher *hash, set *make, const struct seed *seed, unsigned shift)
{
    uint8_t slot[SLOTS] = {0};
    unsigned used = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        uint64_t word[WORDS] = {0};
        make(i, word);
        size_t at = hash(seed->word, word) >> shift & (SLOTS - 1);
        used += !slot[at];
        slot[at] = 1;
    }
    return used;
}

/* Random keys use 1612 slots, give or take 15; seven times that is not bad luck. */
static void keys_spread(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < (kinds[kind].words == 1 ? OF_ONE_WORD : SETS); i++) {
            for (unsigned n = 0; n < SEEDS; n++) {
                struct seed seed = seed_number(n);
                for (unsigned shift = 0; shift <= 52; shift += 26) {
                    unsigned used = slots_used(kinds[kind].hash, sets[i].make, &seed, shift);
                    if (used < 1612 - 105)
                        fail_msg("%s of %s: %u slots, seed %u, shift %u", kinds[kind].name, sets[i].name, used, n,
                                 shift);
                }
            }
        }
    }
}

/* Each bit of a key changes each bit of the hash for half of all seeds and keys. */
static void every_bit_counts(void **state)
{
    enum {
        TRIES = 1024
    };
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (unsigned bit = 0; bit < kinds[kind].words * 64; bit++) {
            unsigned changed[64] = {0};
            for (unsigned n = 0; n < TRIES; n++) {
                struct seed seed = seed_number(n);
                uint64_t word[WORDS] = {n, 1, 2, 3, 4};
                uint64_t difference = kinds[kind].hash(seed.word, word);
                word[bit / 64] ^= (uint64_t)1 << bit % 64;
                difference ^= kinds[kind].hash(seed.word, word);
                for (unsigned i = 0; i < 64; i++)
                    changed[i] += (unsigned)(difference >> i & 1);
            }
            for (unsigned i = 0; i < 64; i++)
                if (changed[i] < TRIES * 3 / 8 || changed[i] > TRIES * 5 / 8)
                    fail_msg("%s: bit %u of the key changes bit %u of the hash %u times of %d", kinds[kind].name, bit,
                             i, changed[i], TRIES);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seed_stays),
        cmocka_unit_test(keys_spread),
        cmocka_unit_test(every_bit_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
