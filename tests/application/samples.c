/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes payloads from the rows of sample_table.c.
 */
#include "samples.h"

#include <string.h>

uint64_t sample_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 16;
}

uint32_t sample_write(const struct sample *sample, uint8_t *to)
{
    uint64_t state = 0x9e3779b97f4a7c15;
    uint32_t length = sample->length ? sample->length : sample->given;
    memcpy(to, sample->bytes, sample->given);
    for (uint32_t i = sample->given; i < length; i++)
        to[i] = sample->random ? (uint8_t)sample_random(&state) : 0;
    return length;
}
