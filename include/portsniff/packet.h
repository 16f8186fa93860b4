/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every source yields: a batch of packets.  Room: packet (between capture and decode).
 */
#ifndef PORTSNIFF_PACKET_H
#define PORTSNIFF_PACKET_H

#include <stddef.h>
#include <stdint.h>

/* Packets in a batch: large enough to overlap cache misses, small enough that keys stay in the L1/L2 cache. */
#define PS_BATCH_MAX 256

/* A packet without a time stamp (pcapng simple packet block). */
#define PS_TIME_NONE INT64_MIN

struct ps_packet {
    const uint8_t *data; /* `captured` bytes, owned by the source, valid until its next `next` or `close` */
    int64_t time_ns;     /* nanoseconds since 1970-01-01 UTC, or PS_TIME_NONE */
    uint32_t captured;   /* bytes at data */
    uint32_t original;   /* length on the wire, bytes, as the record says */
    uint16_t link_type;  /* LINKTYPE_ number of the file formats (tcpdump.org/linktypes), never a DLT_ */
    uint16_t source;     /* index into the source's list of inputs */
};

struct ps_batch {
    size_t count;
    struct ps_packet packet[PS_BATCH_MAX];
};

#endif
