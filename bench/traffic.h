/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Made-up traffic: which packet comes next.
 */
#ifndef PORTSNIFF_BENCH_TRAFFIC_H
#define PORTSNIFF_BENCH_TRAFFIC_H

#include "frame.h"
#include "random.h"

enum mix {
    MIX_IMIX,    /* frames of 60, 576 and 1514 bytes, 7:4:1 */
    MIX_MIN,     /* 60 bytes */
    MIX_BIG,     /* 1514 bytes */
    MIX_HDR,     /* imix, captured with a snapshot length of 96 bytes */
    MIX_SCAN,    /* every packet is a flow of its own: another address, another port */
    MIX_HOSTILE, /* ports and addresses in patterns that are hard on hash tables */
    MIX_COUNT
};

extern const char *const mix_name[MIX_COUNT];

struct traffic {
    enum mix mix;
    uint64_t flows; /* how many there are to draw from; scan and hostile make their own */
    uint64_t seed;
    struct random random;
    uint64_t number;         /* packets made so far */
    uint64_t time_ns;        /* of the last packet */
    uint8_t *opened;         /* per flow: TCP handshake packets sent so far; owned */
    uint8_t noise[4096 * 2]; /* payloads are cut from here */
    struct flow flow;        /* of the last packet */
    bool to_client;
    uint16_t original, captured; /* bytes */
    uint8_t bytes[FRAME_MAX];
};

/* `flows` from 1 to 2^32.  False when memory is out. */
bool traffic_init(struct traffic *traffic, enum mix mix, uint64_t flows, uint64_t seed);
void traffic_finish(struct traffic *traffic);
/* Makes the next packet in bytes[], captured, original, time_ns; flow and to_client say what it is. */
void traffic_next(struct traffic *traffic);

#endif
