/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A heap that is made when it is full: most rows are compared with its top only.
 */
#include "portsniff/best.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 16u

void ps_best_init(struct ps_best *best, size_t limit, size_t size, ps_compare *compare,
                  void (*leave)(void *owner, const void *row), void *owner)
{
    *best = (struct ps_best){.limit = limit, .size = size, .compare = compare, .leave = leave, .owner = owner};
}

void ps_best_finish(struct ps_best *best)
{
    free(best->row);
    best->row = NULL;
    best->count = best->room = 0;
}

static char *row_at(const struct ps_best *best, size_t index)
{
    return best->row + index * best->size;
}

/* Puts `row` where the heap has a gap, at `at` or below it. */
static void sift(struct ps_best *best, size_t at, const void *row)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < best->count && best->compare(row_at(best, child + 1), row_at(best, child)) > 0)
            child++;
        if (child >= best->count || best->compare(row_at(best, child), row) <= 0)
            break;
        memcpy(row_at(best, at), row_at(best, child), best->size);
        at = child;
    }
    memcpy(row_at(best, at), row, best->size);
}

/* The last row is in front of all others. */
static bool make_heap(struct ps_best *best)
{
    char *row = malloc(best->size);
    if (row == NULL)
        return false;
    for (size_t i = best->count / 2; i-- > 0;) {
        memcpy(row, row_at(best, i), best->size);
        sift(best, i, row);
    }
    free(row);
    return true;
}

static bool grow(struct ps_best *best)
{
    size_t room = best->room != 0 ? best->room * 2 : ROOM_FIRST;
    if (best->limit != 0 && room > best->limit)
        room = best->limit;
    char *row = room <= SIZE_MAX / best->size ? realloc(best->row, room * best->size) : NULL;
    if (row == NULL)
        return false;
    best->row = row;
    best->room = room;
    return true;
}

bool ps_best_offer(struct ps_best *best, const void *row)
{
    if (best->limit == 0 || best->count < best->limit) {
        if (best->count == best->room && !grow(best))
            return false;
        memcpy(row_at(best, best->count++), row, best->size);
        return best->count != best->limit || make_heap(best);
    }
    bool stays = best->compare(row, best->row) < 0;
    if (best->leave != NULL)
        best->leave(best->owner, stays ? best->row : row);
    if (stays)
        sift(best, 0, row);
    return true;
}

void *ps_best_take(struct ps_best *best, ps_compare *compare, size_t *ret_count)
{
    char *row = best->row != NULL ? best->row : malloc(best->size);
    *ret_count = best->count;
    if (row != NULL && best->count > 0)
        qsort(row, best->count, best->size, compare);
    best->row = NULL;
    best->count = best->room = 0;
    return row;
}
