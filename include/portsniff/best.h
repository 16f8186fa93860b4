/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first rows of a table in some order, where the whole table is too long to be kept.  Room: base.
 */
#ifndef PORTSNIFF_BEST_H
#define PORTSNIFF_BEST_H

#include <stdbool.h>
#include <stddef.h>

/* As for qsort; rows that compare equal must not be told apart by anybody. */
typedef int ps_compare(const void *left, const void *right);

struct ps_best {
    char *row; /* once `limit` are there, a heap with the last one at the top */
    size_t count, room, limit, size;
    ps_compare *compare;
    void (*leave)(void *owner, const void *row); /* told of every row that does not stay */
    void *owner;
};

/* `limit` rows of `size` bytes are kept (0: all), those that `compare` puts first. */
void ps_best_init(struct ps_best *best, size_t limit, size_t size, ps_compare *compare,
                  void (*leave)(void *owner, const void *row), void *owner);
void ps_best_finish(struct ps_best *best);
/* Copies the row if it is one of the first so far. False when memory is out. */
bool ps_best_offer(struct ps_best *best, const void *row);
/* The rows in the order of `compare`, to be freed by the caller; never NULL for none, so that NULL means that memory is
 * out.  `best` is empty then. */
void *ps_best_take(struct ps_best *best, ps_compare *compare, size_t *ret_count);

/* The row that leaves next; NULL while there is room. */
static inline const void *ps_best_last(const struct ps_best *best)
{
    return best->limit != 0 && best->count == best->limit ? best->row : NULL;
}

#endif
