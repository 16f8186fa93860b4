/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Distinct counts.  4096 registers give a standard error of 1.04 / sqrt(4096) = 1.6 percent.
 */
#include "distinct.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/account.h"
#include "portsniff/hash.h"

#define BITS      12
#define REGISTERS (1u << BITS)

double ps_distinct_error(void)
{
    return 104.0 / sqrt(REGISTERS);
}

void ps_distinct_finish(struct distinct *d)
{
    free(d->set);
    free(d->registers);
    *d = (struct distinct){0};
}

static uint64_t address_hash(const struct ps_address *address, uint8_t family)
{
    static const uint64_t fixed[2] = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707345)};
    uint64_t word[3] = {0, 0, family};
    memcpy(word, address->octet, sizeof(address->octet));
    uint64_t hash = ps_hash_words(fixed, word, 3);
    return hash ? hash : 1;
}

static void registers_add(uint8_t *registers, uint64_t hash)
{
    uint32_t which = (uint32_t)(hash >> (64 - BITS));
    uint64_t rest = hash << BITS | (UINT64_C(1) << (BITS - 1));
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    if (rank > registers[which])
        registers[which] = rank;
}

/* Where a hash is looked for first.  It has no seed itself, so that somebody could choose addresses that meet. */
static uint32_t place_of(uint64_t hash, uint32_t mask)
{
    return (uint32_t)ps_hash_word(ps_hash_seed(), hash) & mask;
}

/* From the exact set to registers. */
static bool convert(struct distinct *d)
{
    d->registers = calloc(REGISTERS, 1);
    if (!d->registers)
        return false;
    for (uint32_t i = 0; d->set && i <= d->mask; i++)
        if (d->set[i])
            registers_add(d->registers, d->set[i]);
    free(d->set);
    d->set = NULL;
    return true;
}

static bool grow(struct distinct *d)
{
    uint32_t slots = d->set ? (d->mask + 1) * 2 : 8;
    uint64_t *set = calloc(slots, sizeof(*set));
    if (!set)
        return false;
    for (uint32_t i = 0; d->set && i <= d->mask; i++) {
        uint32_t at = place_of(d->set[i], slots - 1);
        while (d->set[i] && set[at])
            at = (at + 1) & (slots - 1);
        if (d->set[i])
            set[at] = d->set[i];
    }
    free(d->set);
    d->set = set;
    d->mask = slots - 1;
    return true;
}

static bool add_hash(struct distinct *d, uint64_t hash)
{
    if (d->registers) {
        registers_add(d->registers, hash);
        return true;
    }
    if ((!d->set || d->count * 2 > d->mask) && !grow(d))
        return false;
    uint32_t at = place_of(hash, d->mask);
    while (d->set[at] && d->set[at] != hash)
        at = (at + 1) & d->mask;
    if (d->set[at])
        return true;
    d->set[at] = hash;
    return ++d->count <= DISTINCT_EXACT || convert(d);
}

bool ps_distinct_add(struct distinct *d, const struct ps_address *address, uint8_t family)
{
    return add_hash(d, address_hash(address, family));
}

size_t ps_distinct_bytes(const struct distinct *d)
{
    return (d->registers ? REGISTERS : 0) + (d->set ? ((size_t)d->mask + 1) * sizeof(*d->set) : 0);
}

bool ps_distinct_shrink(struct distinct *d)
{
    return !d->set || ps_distinct_bytes(d) <= REGISTERS || convert(d);
}

bool ps_distinct_merge(struct distinct *d, const struct distinct *part)
{
    if (part->registers && !d->registers && !convert(d))
        return false;
    for (uint32_t i = 0; part->registers && i < REGISTERS; i++)
        if (part->registers[i] > d->registers[i])
            d->registers[i] = part->registers[i];
    for (uint32_t i = 0; part->set && i <= part->mask; i++)
        if (part->set[i] && !add_hash(d, part->set[i]))
            return false;
    return true;
}

uint64_t ps_distinct_count(const struct distinct *d, bool *ret_estimated)
{
    *ret_estimated = d->registers != NULL;
    if (!d->registers)
        return d->count;
    double sum = 0;
    uint32_t empty = 0;
    for (uint32_t i = 0; i < REGISTERS; i++) {
        sum += ldexp(1.0, -d->registers[i]);
        empty += d->registers[i] == 0;
    }
    double alpha = 0.7213 / (1 + 1.079 / REGISTERS);
    double estimate = alpha * REGISTERS * REGISTERS / sum;
    if (estimate <= 2.5 * REGISTERS && empty > 0)
        estimate = REGISTERS * log((double)REGISTERS / empty);
    return (uint64_t)(estimate + 0.5);
}
