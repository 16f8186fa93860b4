/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of the pcapng parser share: finding blocks, and reading them.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_PCAPNG_PRIVATE_H
#define PORTSNIFF_CAPTURE_PCAPNG_PRIVATE_H

#include "parser.h"
#include "pcapng_interface.h"

#define PS_PCAPNG_SECTION    0x0a0d0d0aU
#define PS_PCAPNG_INTERFACE  1U
#define PS_PCAPNG_PACKET     2U /* obsolete */
#define PS_PCAPNG_SIMPLE     3U
#define PS_PCAPNG_STATISTICS 5U
#define PS_PCAPNG_ENHANCED   6U

struct ps_pcapng {
    struct ps_parser parser;
    bool big_endian;                /* the current section */
    struct ps_interface *interface; /* of the current section; owned */
    uint32_t interface_count, interface_room;

    bool skipping;        /* the block that begins at skip_offset is being stepped over: */
    uint32_t skip_left;   /* bytes before its second length */
    uint32_t skip_length; /* its first length */
    uint64_t skip_offset;
};

/* A block that lies in the window as a whole. */
struct ps_pcapng_block {
    uint32_t type;
    uint64_t offset;
    struct ps_bytes body; /* without type and lengths */
};

/* A number in the byte order of the current section. */
static inline uint32_t ps_pcapng_u32(const struct ps_pcapng *pcapng, const struct ps_bytes *bytes, uint32_t offset)
{
    return pcapng->big_endian ? ps_be32(bytes, offset) : ps_le32(bytes, offset);
}

static inline uint16_t ps_pcapng_u16(const struct ps_pcapng *pcapng, const struct ps_bytes *bytes, uint32_t offset)
{
    return pcapng->big_endian ? ps_be16(bytes, offset) : ps_le16(bytes, offset);
}

/* Reads a block of a kind that is read, and appends its packet, if it is one, to the batch; leaves others alone.  0, or
 * -1 after it noted damage. */
int ps_pcapng_read_block(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block, struct ps_batch *batch);

#endif
