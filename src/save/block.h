/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The blocks of pcapng that are written (draft-ietf-opsawg-pcapng, 3 and 4).  Room: save.
 *
 * Numbers are in this machine's byte order, as the format wants it; each section says which that is.
 */
#ifndef PORTSNIFF_SAVE_BLOCK_H
#define PORTSNIFF_SAVE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "portsniff/packet.h"
#include "portsniff/save.h"

enum {
    PS_BLOCK_INTERFACE = 1,
    PS_BLOCK_SIMPLE = 3,
    PS_BLOCK_STATISTICS = 5,
    PS_BLOCK_ENHANCED = 6,
};
#define PS_BLOCK_SECTION 0x0a0d0d0aU

/* The longest text of an option: its length has 16 bits, and padding stays within them. */
#define PS_OPTION_MAX 65532U

/* A growing row of bytes. */
struct ps_block_bytes {
    uint8_t *bytes; /* owned */
    size_t used, room;
    bool failed; /* memory was out: what is here is not whole */
};

/* Room for `more` bytes behind those used.  False when memory is out. */
bool ps_block_need(struct ps_block_bytes *to, size_t more);

/* Texts may be NULL. */
struct ps_block_section_texts {
    const char *comment, *hardware, *system, *application;
};

/* What an interface description says. */
struct ps_block_interface {
    const char *name, *filter; /* or NULL */
    uint16_t link_type;
    uint32_t snapshot_length;
    int64_t offset_seconds; /* added to the times of its packets */
};

struct ps_block_statistics {
    uint32_t id;
    int64_t start_ns, end_ns; /* PS_TIME_NONE: not known */
    struct ps_save_counts counts;
    uint64_t delivered; /* packets written */
};

/* These append a block; `to->failed` is set when memory is out. */
void ps_block_section(struct ps_block_bytes *to, const struct ps_block_section_texts *texts);
void ps_block_interface(struct ps_block_bytes *to, const struct ps_block_interface *interface);
void ps_block_statistics(struct ps_block_bytes *to, const struct ps_block_statistics *statistics);

/* Bytes that the largest statistics block takes. */
#define PS_BLOCK_STATISTICS_MAX 100U

static inline size_t ps_block_padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* Bytes of the block of a packet. */
static inline size_t ps_block_enhanced_size(uint32_t captured)
{
    return 32 + ps_block_padded(captured);
}

static inline size_t ps_block_simple_size(uint32_t captured)
{
    return 16 + ps_block_padded(captured);
}

/* Bytes of the packet, zeros up to a multiple of four, and the block's length once more. */
static inline void ps_block_packet_tail(uint8_t *to, const struct ps_packet *packet, uint32_t size)
{
    static const uint32_t zero;
    size_t padded = ps_block_padded(packet->captured);
    if (padded > 0) {
        memcpy(to + padded - sizeof(zero), &zero, sizeof(zero)); /* the padding; of fixed length, which is quick */
        memcpy(to, packet->data, packet->captured);
    }
    memcpy(to + padded, &size, sizeof(size));
}

/* An enhanced packet block, at `to`; `units` are nanoseconds as the interface counts them. */
static inline void ps_block_enhanced(uint8_t *to, const struct ps_packet *packet, uint32_t id, uint64_t units)
{
    uint32_t size = (uint32_t)ps_block_enhanced_size(packet->captured);
    const uint32_t head[7] = {PS_BLOCK_ENHANCED, size, id, (uint32_t)(units >> 32), (uint32_t)units, packet->captured,
                              packet->original};
    memcpy(to, head, sizeof(head));
    ps_block_packet_tail(to + sizeof(head), packet, size);
}

/* A simple packet block: no time, and of the section's first interface. */
static inline void ps_block_simple(uint8_t *to, const struct ps_packet *packet)
{
    uint32_t size = (uint32_t)ps_block_simple_size(packet->captured);
    const uint32_t head[3] = {PS_BLOCK_SIMPLE, size, packet->original};
    memcpy(to, head, sizeof(head));
    ps_block_packet_tail(to + sizeof(head), packet, size);
}

/* How many of the blocks in these bytes are whole: their bytes; the packets among them are added to *packets. */
size_t ps_block_whole(const uint8_t *bytes, size_t length, uint64_t *packets);

#endif
