/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet frames for made-up traffic.
 */
#ifndef PORTSNIFF_BENCH_FRAME_H
#define PORTSNIFF_BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 1514

enum frame_protocol { /* IP protocol numbers */
    FRAME_ICMP = 1,
    FRAME_TCP = 6,
    FRAME_UDP = 17,
    FRAME_DCCP = 33,
    FRAME_SCTP = 132,
    FRAME_UDPLITE = 136
};

enum frame_tcp_flags { /* RFC 9293 section 3.1 */
    FRAME_SYN = 0x02,
    FRAME_ACK = 0x10
};

/* Who talks to whom.  IPv4 addresses stand in the last four bytes. */
struct flow {
    uint8_t client[16], server[16];
    uint16_t client_port, server_port;
    uint16_t vlan; /* 0: no tag */
    uint8_t protocol;
    bool ipv6;
};

struct frame {
    const struct flow *flow;
    bool to_client;
    uint8_t tcp_flags;
    uint16_t length;      /* wanted bytes; grows to what the headers need */
    const uint8_t *noise; /* FRAME_MAX bytes for the payload */
};

/* Writes the frame to `to` (FRAME_MAX bytes) and returns its length.  Lengths and the IPv4 header's checksum are right,
 * transport checksums are 0.  The payload begins with zeros, so that by no accident it is a tunnel's header. */
size_t frame_build(uint8_t *to, const struct frame *frame);

#endif
