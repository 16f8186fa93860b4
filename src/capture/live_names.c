/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds the names that somebody may have meant, by the least number of slips of the finger (the restricted
 * Damerau-Levenshtein distance).  It refuses to guess when too much would have to change.
 */
#include <string.h>

#include "live_private.h"

/* Longer names are compared by their beginning. */
#define NAME_MOST 32

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t ps_edit_distance(const char *a, const char *b)
{
    const size_t rows = strnlen(a, NAME_MOST), columns = strnlen(b, NAME_MOST);
    size_t cost[NAME_MOST + 1][NAME_MOST + 1];
    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            size_t differs = a[i - 1] != b[j - 1];
            cost[i][j] = least(cost[i - 1][j - 1] + differs, least(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[rows][columns];
}

size_t ps_nearest_names(const char *wanted, const char *const *names, size_t count, const char **ret_near, size_t room)
{
    const size_t most = least(2, (strlen(wanted) + 1) / 2);
    size_t found = 0;
    for (size_t distance = 0; distance <= most; distance++) {
        for (size_t i = 0; i < count && found < room; i++) {
            if (ps_edit_distance(wanted, names[i]) == distance)
                ret_near[found++] = names[i];
        }
    }
    return found;
}
