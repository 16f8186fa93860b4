/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Radix sort from the lowest digit on: the time grows with the number of words and not faster.  Digits are as wide as the
 * number of words is worth it; those that are the same everywhere are left out.
 */
#include "portsniff/sort.h"

#include <string.h>

#define FEW  48u
#define MANY 16384u

#define DIGIT_FEW  8u
#define DIGIT_MANY 12u

static void insert_few(uint64_t *word, size_t count, unsigned low)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t item = word[i];
        size_t at = i;
        for (; at > 0 && word[at - 1] >> low > item >> low; at--)
            word[at] = word[at - 1];
        word[at] = item;
    }
}

/* Moves every word to its place by one digit. False, and nothing moves, when the digit is the same in all. */
static int place(const uint64_t *from, uint64_t *to, size_t count, unsigned shift, unsigned digit)
{
    size_t next[1u << DIGIT_MANY], sum = 0;
    size_t values = (size_t)1 << digit, mask = values - 1;
    memset(next, 0, values * sizeof(next[0]));
    for (size_t i = 0; i < count; i++)
        next[from[i] >> shift & mask]++;
    if (next[from[0] >> shift & mask] == count)
        return 0;
    for (size_t value = 0; value < values; value++) {
        size_t here = next[value];
        next[value] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[next[from[i] >> shift & mask]++] = from[i];
    return 1;
}

void ps_radix_sort(uint64_t *word, uint64_t *scratch, size_t count, unsigned low)
{
    if (count < FEW) {
        insert_few(word, count, low);
        return;
    }
    unsigned digit = count < MANY ? DIGIT_FEW : DIGIT_MANY;
    uint64_t *from = word, *to = scratch, all = 0;
    for (size_t i = 0; i < count; i++)
        all |= word[i];
    for (unsigned shift = low; shift < 64 && all >> shift != 0; shift += digit) {
        if (!place(from, to, count, shift, digit))
            continue;
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != word)
        memcpy(word, from, count * sizeof(*word));
}
