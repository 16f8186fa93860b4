/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage errors and "did you mean": a word is near when few letters were added, left out, changed or
 * swapped with their neighbour (the restricted Damerau-Levenshtein distance).
 */
#include "usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer words are never near anything that portsniff knows. */
#define WORD_MAX 32

int ps_cli_usage(struct ps_error *error, const char *format, ...)
{
    struct ps_error sentence;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence.text, sizeof(sentence.text), format, arguments);
    va_end(arguments);
    /* Leaves room for the hint, which has to survive however long the sentence is. */
    return ps_error_set(error, "%.*s\n  portsniff --help lists the options.", (int)(sizeof(sentence.text) - 48),
                        sentence.text);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Both words shorter than WORD_MAX. Three rows of the usual table are enough. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    const size_t length = strlen(b);

    for (size_t j = 0; j <= length; j++)
        above[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            row[j] = smaller(above[j] + 1, row[j - 1] + 1);
            row[j] = smaller(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *const free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[length];
}

void ps_nearest_offer(struct ps_nearest *nearest, const char *word)
{
    const size_t typed_length = strlen(nearest->typed);

    if (typed_length >= WORD_MAX || strlen(word) >= WORD_MAX)
        return;
    const size_t d = distance(nearest->typed, word);
    /* About one slip in three letters; more would be guessing. */
    if (d > (typed_length + 1) / 3)
        return;
    if (nearest->word == NULL || d < nearest->distance) {
        nearest->word = word;
        nearest->distance = d;
    }
}
