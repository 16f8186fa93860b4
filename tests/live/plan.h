/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbered packets: what packet i is depends on the plan and on i, never on the packets before it, so that whoever knows
 * how many were sent knows what a counter must have found.
 */
#ifndef PORTSNIFF_TESTS_LIVE_PLAN_H
#define PORTSNIFF_TESTS_LIVE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PLAN_FRAME_MAX    1522 /* two VLAN tags included */
#define PLAN_SOURCE_AT    34   /* where the ports lie in a frame of PLAN_UDP */
#define PLAN_KINDS_MAX    16
#define PLAN_IMIX         0 /* as a length: 60, 576 and 1514 bytes, 7:4:1 */
#define PLAN_MIX_FIRST    0xbf58476d1ce4e5b9u
#define PLAN_MIX_SECOND   0x94d049bb133111ebu
#define PLAN_DATAGRAM_ONE 66 /* bytes of the frame that holds a datagram's first fragment */
#define PLAN_DATAGRAM_TWO 90 /* of the one that holds the rest */

enum plan_kind {
    PLAN_UDP,
    PLAN_TCP,
    PLAN_IPV6,     /* UDP and TCP */
    PLAN_VLAN,     /* one tag, 0x8100 */
    PLAN_QINQ,     /* two tags, 0x88a8 and 0x8100 */
    PLAN_FRAGMENT, /* packets 2k and 2k + 1 are the two fragments of one UDP datagram */
    PLAN_ICMP,     /* no ports */
    PLAN_KIND_COUNT
};

extern const char *const plan_kind_name[PLAN_KIND_COUNT];

struct plan {
    uint64_t seed;   /* of plan_seed() */
    uint32_t ports;  /* how many, a power of two */
    uint32_t base;   /* the first of them; base + ports is at most 65536 */
    uint32_t hosts;  /* addresses on each side, a power of two up to 65536 */
    uint16_t length; /* bytes of a frame without its tags, or PLAN_IMIX */
    enum plan_kind kind[PLAN_KINDS_MAX];
    size_t kinds;
};

/* Neighbouring numbers give sequences that have nothing to do with each other. */
uint64_t plan_seed(uint64_t number);

/* Writes packet i to `to` (PLAN_FRAME_MAX bytes); returns its length. */
size_t plan_packet(const struct plan *plan, uint64_t i, uint8_t *to);

struct tally;
/* NULL when memory is out. */
struct tally *plan_tally_create(void);
void plan_tally_destroy(struct tally *tally);
/* Counts packet i: from the plan, not from its bytes. */
void plan_tally_add(struct tally *tally, const struct plan *plan, uint64_t i);
/* Tab-separated, the format that bench/check.py reads: "all - packets bytes - -", "ports - packets bytes - -", then
 * "udp 53 sent_packets sent_bytes received_packets received_bytes". */
void plan_tally_write(const struct tally *tally, FILE *file);

#endif
