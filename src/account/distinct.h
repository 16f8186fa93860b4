/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many different addresses: exactly while they are few, by HyperLogLog when they are many (Flajolet, Fusy, Gandouet,
 * Meunier: "HyperLogLog", 2007).  The hash has no seed: the same capture gives the same number everywhere.
 */
#ifndef PORTSNIFF_ACCOUNT_DISTINCT_H
#define PORTSNIFF_ACCOUNT_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/key.h"

/* Addresses that are told apart one by one. */
#define DISTINCT_EXACT 4096

struct distinct {
    uint64_t *set;      /* open addressing, 0 is empty; NULL: nothing yet, or counted by registers */
    uint32_t mask;      /* slots - 1 */
    uint32_t count;     /* in the set */
    uint8_t *registers; /* NULL: the set is exact */
};

/* All zero is an empty one. */
void ps_distinct_finish(struct distinct *distinct);
/* False when memory is out. */
bool ps_distinct_add(struct distinct *distinct, const struct ps_address *address, uint8_t family);
bool ps_distinct_merge(struct distinct *distinct, const struct distinct *part);
/* Memory that it takes, in bytes. */
size_t ps_distinct_bytes(const struct distinct *distinct);
/* An exact set that takes more memory than registers do becomes registers.  False when memory is out. */
bool ps_distinct_shrink(struct distinct *distinct);
uint64_t ps_distinct_count(const struct distinct *distinct, bool *ret_estimated);

#endif
