/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows packet by packet, and what is to become of them.
 */
#ifndef PORTSNIFF_TESTS_FLOW_TABLE_H
#define PORTSNIFF_TESTS_FLOW_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/snapshot.h"

#define STEPS       20
#define CLIENT_PORT 50000
#define SERVER_PORT 443
#define NEVER       (UINT32_C(1) << 31) /* a gap: the packet has no time */

/* A packet: '>' from the client, '<' from the server, '!' an ICMP error about the client's packet, 0: no more. */
struct step {
    char way;
    unsigned flags;
    uint32_t sequence, payload;
    uint32_t gap_ms; /* since the packet before; 0: one millisecond */
};

struct flow_case {
    const char *name;
    struct step step[STEPS];
    enum ps_evidence evidence;
    uint32_t outcome[PS_OUTCOME_COUNT];
    enum ps_outcome state;
    uint64_t again;    /* bytes */
    unsigned rtts;     /* handshakes measured */
    unsigned rtt_ms;   /* the shortest one, where it is looked at */
    uint8_t transport; /* 0: TCP */
};

extern const struct flow_case flow_cases[];
extern const size_t flow_case_count;

#endif
