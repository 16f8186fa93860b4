/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes the blocks of pcapng that have options: sections, interfaces, statistics (draft-ietf-opsawg-pcapng, 3.5, 4.1,
 * 4.2, 4.6).  Texts come in safe: UTF-8, no longer than an option may be.
 */
#include "block.h"

#include <stdlib.h>

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define NANOSECONDS      9 /* if_tsresol: 10^-9 seconds */

enum {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    SHB_HARDWARE = 2,
    SHB_OS = 3,
    SHB_USERAPPL = 4,
    IF_NAME = 2,
    IF_TSRESOL = 9,
    IF_FILTER = 11,
    IF_TSOFFSET = 14,
    ISB_STARTTIME = 2,
    ISB_ENDTIME = 3,
    ISB_IFRECV = 4,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
    ISB_USRDELIV = 8,
};

bool ps_block_need(struct ps_block_bytes *to, size_t more)
{
    if (to->room - to->used >= more)
        return true;
    size_t room = to->room ? to->room : 256;
    while (room - to->used < more) {
        if (room > SIZE_MAX / 2)
            return false;
        room *= 2;
    }
    uint8_t *bytes = realloc(to->bytes, room);
    if (!bytes)
        return false;
    to->bytes = bytes;
    to->room = room;
    return true;
}

static void put(struct ps_block_bytes *to, const void *bytes, size_t length)
{
    if (to->failed || !ps_block_need(to, length)) {
        to->failed = true;
        return;
    }
    if (length > 0)
        memcpy(to->bytes + to->used, bytes, length);
    to->used += length;
}

static void put_u16(struct ps_block_bytes *to, uint16_t number)
{
    put(to, &number, sizeof(number));
}

static void put_u32(struct ps_block_bytes *to, uint32_t number)
{
    put(to, &number, sizeof(number));
}

/* Begins a block; returns where, for end_block. */
static size_t begin_block(struct ps_block_bytes *to, uint32_t type)
{
    size_t at = to->used;
    put_u32(to, type);
    put_u32(to, 0);
    return at;
}

static void end_block(struct ps_block_bytes *to, size_t at)
{
    uint32_t size = (uint32_t)(to->used + 4 - at);
    put_u32(to, size);
    if (!to->failed)
        memcpy(to->bytes + at + 4, &size, sizeof(size));
}

/* --- options: code, length, value, padding --- */

static void put_option(struct ps_block_bytes *to, uint16_t code, const void *value, size_t length)
{
    static const uint32_t zero;
    put_u16(to, code);
    put_u16(to, (uint16_t)length);
    put(to, value, length);
    put(to, &zero, ps_block_padded(length) - length);
}

static void put_text(struct ps_block_bytes *to, uint16_t code, const char *text)
{
    if (text)
        put_option(to, code, text, strnlen(text, PS_OPTION_MAX));
}

static void put_count(struct ps_block_bytes *to, uint16_t code, uint64_t count)
{
    put_option(to, code, &count, sizeof(count));
}

/* Times in statistics are two halves, the higher first, as in packets. */
static void put_time(struct ps_block_bytes *to, uint16_t code, int64_t time_ns)
{
    uint64_t units = time_ns > 0 ? (uint64_t)time_ns : 0;
    const uint32_t halves[2] = {(uint32_t)(units >> 32), (uint32_t)units};
    if (time_ns != PS_TIME_NONE)
        put_option(to, code, halves, sizeof(halves));
}

/* The first byte says that text follows, and not a program for a filter machine. */
static void put_filter(struct ps_block_bytes *to, const char *filter)
{
    char value[PS_OPTION_MAX];
    size_t length = filter ? strnlen(filter, PS_OPTION_MAX - 1) : 0;
    if (length == 0)
        return;
    value[0] = 0;
    memcpy(value + 1, filter, length);
    put_option(to, IF_FILTER, value, length + 1);
}

void ps_block_section(struct ps_block_bytes *to, const struct ps_block_section_texts *texts)
{
    size_t at = begin_block(to, PS_BLOCK_SECTION);
    const uint64_t unknown_length = UINT64_MAX;
    put_u32(to, BYTE_ORDER_MAGIC);
    put_u16(to, 1); /* version 1.0 */
    put_u16(to, 0);
    put(to, &unknown_length, sizeof(unknown_length));
    put_text(to, OPTION_COMMENT, texts->comment);
    put_text(to, SHB_HARDWARE, texts->hardware);
    put_text(to, SHB_OS, texts->system);
    put_text(to, SHB_USERAPPL, texts->application);
    put_u32(to, OPTION_END);
    end_block(to, at);
}

void ps_block_interface(struct ps_block_bytes *to, const struct ps_block_interface *interface)
{
    const uint8_t resolution = NANOSECONDS;
    size_t at = begin_block(to, PS_BLOCK_INTERFACE);
    put_u16(to, interface->link_type);
    put_u16(to, 0);
    put_u32(to, interface->snapshot_length);
    put_text(to, IF_NAME, interface->name);
    put_filter(to, interface->filter);
    put_option(to, IF_TSRESOL, &resolution, sizeof(resolution));
    if (interface->offset_seconds != 0)
        put_option(to, IF_TSOFFSET, &interface->offset_seconds, sizeof(interface->offset_seconds));
    put_u32(to, OPTION_END);
    end_block(to, at);
}

void ps_block_statistics(struct ps_block_bytes *to, const struct ps_block_statistics *statistics)
{
    const struct ps_save_counts *counts = &statistics->counts;
    uint64_t end = statistics->end_ns > 0 ? (uint64_t)statistics->end_ns : 0;
    size_t at = begin_block(to, PS_BLOCK_STATISTICS);
    put_u32(to, statistics->id);
    put_u32(to, (uint32_t)(end >> 32));
    put_u32(to, (uint32_t)end);
    put_time(to, ISB_STARTTIME, statistics->start_ns);
    put_time(to, ISB_ENDTIME, statistics->end_ns);
    if (counts->has_received)
        put_count(to, ISB_IFRECV, counts->received);
    if (counts->has_dropped_by_interface)
        put_count(to, ISB_IFDROP, counts->dropped_by_interface);
    if (counts->has_dropped_by_kernel)
        put_count(to, ISB_OSDROP, counts->dropped_by_kernel);
    put_count(to, ISB_USRDELIV, statistics->delivered);
    put_u32(to, OPTION_END);
    end_block(to, at);
}

size_t ps_block_whole(const uint8_t *bytes, size_t length, uint64_t *packets)
{
    size_t at = 0;
    uint32_t head[2];
    while (length - at >= sizeof(head)) {
        memcpy(head, bytes + at, sizeof(head));
        if (head[1] < 12 || head[1] > length - at)
            break;
        at += head[1];
        *packets += head[0] == PS_BLOCK_ENHANCED || head[0] == PS_BLOCK_SIMPLE;
    }
    return at;
}
