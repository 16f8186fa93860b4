/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random keys, many or few different ones, and counts that are kept in the plainest way.
 */
#ifndef PORTSNIFF_TESTS_KEYS_H
#define PORTSNIFF_TESTS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/key.h"

/* How many different values the parts of a key take; large numbers make tables grow. */
struct variety {
    unsigned ports, hosts, details, tunnels;
    int64_t span_ns; /* packet times are below; 0: none has a time */
};

/* Fills ret_keys with `count` keys (at most PS_BATCH_MAX), hops included. */
void keys_random(uint64_t *seed, const struct variety *variety, size_t count, struct ps_keys *ret_keys);

/* A list of keys of any length, for counting by hand. */
struct key_list {
    struct ps_key *key;
    struct ps_hop (*hop)[PS_HOPS_MAX];
    size_t count;
};

void key_list_random(uint64_t *seed, const struct variety *variety, size_t count, struct key_list *ret_list);
/* The batch of list[from] to list[to - 1], at most PS_BATCH_MAX. */
void key_list_batch(const struct key_list *list, size_t from, size_t to, struct ps_keys *ret_keys);
void key_list_free(struct key_list *list);

#endif
