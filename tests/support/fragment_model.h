/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What packets in fragments count under, said in the plainest way: the whole capture is known, every question is
 * answered by looking through it.  Slow on purpose; the cache of src/account is held against it.
 *
 * Each first fragment stands for the ports inside it, or, when it holds a later fragment of another datagram, for what
 * that one's first fragment stands for.  First fragments that stand for one another in a circle stand for what they have
 * themselves.
 */
#ifndef PORTSNIFF_TESTS_FRAGMENT_MODEL_H
#define PORTSNIFF_TESTS_FRAGMENT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/key.h"

#define MODEL_PACKETS   256
#define MODEL_FIRSTS    3
#define MODEL_DATAGRAMS 16

/* One packet: outermost first, the first fragments that it is, then perhaps a later one. */
struct model_packet {
    unsigned ports; /* source port that it counts under by itself; 0: none */
    unsigned first_count;
    struct {
        unsigned datagram; /* from 0 */
        bool has_ports;    /* the ports lie inside of it */
    } first[MODEL_FIRSTS];
    bool later;
    unsigned later_of;
};

/* The source port that packet `i` counts under; 0: none. */
unsigned model_ports(const struct model_packet *packet, size_t count, size_t i);

/* The batch's keys for packets[from] to packets[to - 1], at most PS_BATCH_MAX. Wire bytes: 1000 + the packet's number. */
void model_keys(const struct model_packet *packet, size_t from, size_t to, struct ps_keys *ret_keys);

/* A stream out of a seed: `datagrams` different ones, so that small numbers use them again and again. */
void model_random(uint64_t *seed, struct model_packet *ret_packet, size_t count, unsigned datagrams);

/* splitmix64. */
uint64_t model_number(uint64_t *seed);

#endif
