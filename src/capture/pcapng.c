/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads pcapng (draft-ietf-opsawg-pcapng): any number of sections, each in its own byte order, any number of interfaces
 * with link types, snapshot lengths and clocks of their own; enhanced, simple and obsolete packet blocks, and interface
 * statistics.  Every other block is stepped over, unread and without being held in memory.
 *
 * Refuses other major versions than 1.  Reading stops at the first block whose lengths contradict each other or exceed
 * 16 MiB.
 */
#include "pcapng_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "trouble.h"

#define BLOCK_MIN 12U
#define BLOCK_MAX (16U * 1024 * 1024)

static struct ps_pcapng *pcapng_of(struct ps_parser *parser)
{
    return (struct ps_pcapng *)(void *)parser;
}

static bool is_packet(uint32_t type)
{
    return type == PS_PCAPNG_ENHANCED || type == PS_PCAPNG_SIMPLE || type == PS_PCAPNG_PACKET;
}

static bool is_read(uint32_t type)
{
    return is_packet(type) || type == PS_PCAPNG_SECTION || type == PS_PCAPNG_INTERFACE || type == PS_PCAPNG_STATISTICS;
}

/* A section header says in which byte order its own lengths are. */
static int set_byte_order(struct ps_pcapng *pcapng, const struct ps_bytes *bytes, uint64_t offset)
{
    uint32_t magic = ps_be32(bytes, 8);
    if (magic == 0x1a2b3c4d || magic == 0x4d3c2b1a) {
        pcapng->big_endian = magic == 0x1a2b3c4d;
        return 0;
    }
    ps_facts_damage(pcapng->parser.facts, offset, "has a section header without a valid byte order");
    return -1;
}

static int refuse_lengths(struct ps_pcapng *pcapng, uint64_t offset, uint32_t first, uint32_t second)
{
    ps_facts_damage(pcapng->parser.facts, offset, "has a block whose two lengths differ (%s and %s)",
                    ps_grouped(first).text, ps_grouped(second).text);
    return -1;
}

/* Takes the block at the cursor, when all of it is there, and moves the cursor behind it.  1: taken; 0: not all of it
 * is there (`wanted` or `skipping` say what next); -1: damage. */
static inline int take(struct ps_pcapng *pcapng, struct ps_bytes *bytes, uint64_t offset, struct ps_batch *batch)
{
    pcapng->parser.wanted = BLOCK_MIN;
    if (!ps_bytes_has(bytes, BLOCK_MIN))
        return 0;
    uint32_t type = ps_pcapng_u32(pcapng, bytes, 0);
    if (type == PS_PCAPNG_SECTION && set_byte_order(pcapng, bytes, offset) < 0)
        return -1;
    uint32_t length = ps_pcapng_u32(pcapng, bytes, 4);
    if (length < BLOCK_MIN || length > BLOCK_MAX) {
        ps_facts_damage(pcapng->parser.facts, offset, "has a block at which a length of %s bytes is claimed",
                        ps_grouped(length).text);
        return -1;
    }
    uint32_t padded = (length + 3) & ~3U; /* some writers do not count the padding */
    if (!ps_bytes_has(bytes, padded)) {
        pcapng->parser.wanted = padded;
        if (!is_read(type) && batch->count == 0) {
            pcapng->skipping = true;
            pcapng->skip_left = padded - 4;
            pcapng->skip_length = length;
            pcapng->skip_offset = offset;
        }
        return 0;
    }
    uint32_t second = ps_pcapng_u32(pcapng, bytes, padded - 4);
    if (second != length)
        return refuse_lengths(pcapng, offset, length, second);
    struct ps_pcapng_block block = {.type = type, .offset = offset, .body = *bytes};
    ps_bytes_skip(&block.body, 8);
    ps_bytes_limit(&block.body, padded - 12);
    ps_bytes_skip(bytes, padded);
    return ps_pcapng_read_block(pcapng, &block, batch) < 0 ? -1 : 1;
}

/* Takes the blocks that lie in the window and begin in front of `limit`. */
static void walk(struct ps_pcapng *pcapng, struct ps_batch *batch, uint32_t limit)
{
    struct ps_bytes bytes = ps_window_bytes(&pcapng->parser.window);
    const uint32_t start = bytes.at;
    int taken = 1;
    while (taken > 0 && batch->count < PS_BATCH_MAX && bytes.at < limit)
        taken = take(pcapng, &bytes, pcapng->parser.window.offset + (bytes.at - start), batch);
    pcapng->parser.over = taken < 0;
    ps_window_consume(&pcapng->parser.window, bytes.at - start);
}

/* The second length of a block that was stepped over, which is in the window. */
static void end_skip(struct ps_pcapng *pcapng)
{
    struct ps_bytes bytes = ps_window_bytes(&pcapng->parser.window);
    uint32_t second = ps_pcapng_u32(pcapng, &bytes, 0);
    ps_window_consume(&pcapng->parser.window, 4);
    pcapng->skipping = false;
    if (second != pcapng->skip_length)
        pcapng->parser.over = refuse_lengths(pcapng, pcapng->skip_offset, pcapng->skip_length, second) < 0;
}

/* Steps over a block that nobody reads, as its bytes come. */
static enum ps_window_state skip(struct ps_pcapng *pcapng)
{
    struct ps_window *window = &pcapng->parser.window;
    enum ps_window_state state = ps_window_skip(window, &pcapng->skip_left);
    if (state == PS_WINDOW_READY)
        state = ps_window_need(window, 4);
    if (state == PS_WINDOW_READY)
        end_skip(pcapng);
    return state;
}

/* The content ended, or failed, before the next block was complete. */
static void note_end(struct ps_parser *parser, enum ps_window_state state)
{
    struct ps_pcapng *pcapng = pcapng_of(parser);
    const struct ps_window *window = &pcapng->parser.window;
    struct ps_facts *facts = pcapng->parser.facts;
    struct ps_bytes bytes = ps_window_bytes(window);
    uint64_t read = facts->input.packets_read;
    char what[64];
    if (!pcapng->skipping && ps_bytes_has(&bytes, 4) && is_packet(ps_pcapng_u32(pcapng, &bytes, 0)))
        snprintf(what, sizeof(what), "packet %s", ps_grouped(read + 1).text);
    else if (read > 0)
        snprintf(what, sizeof(what), "the block behind packet %s", ps_grouped(read).text);
    else
        snprintf(what, sizeof(what), "a block before the first packet");
    bool cut = pcapng->skipping || ps_bytes_has(&bytes, 1);
    ps_trouble_note(facts, window, state, cut, pcapng->skipping ? pcapng->skip_offset : window->offset, what);
    pcapng->parser.over = true;
}

static enum ps_fill fill(struct ps_parser *parser, struct ps_batch *batch)
{
    struct ps_pcapng *pcapng = pcapng_of(parser);
    while (!pcapng->parser.over) {
        if (!pcapng->skipping)
            walk(pcapng, batch, UINT32_MAX);
        if (batch->count > 0) {
            parser->facts->input.packets_read += batch->count;
            return PS_FILL_PACKETS;
        }
        if (pcapng->parser.over)
            break;
        enum ps_window_state state =
            pcapng->skipping ? skip(pcapng) : ps_window_need(&pcapng->parser.window, pcapng->parser.wanted);
        if (state == PS_WINDOW_INTERRUPTED)
            return PS_FILL_NOTHING;
        if (state != PS_WINDOW_READY)
            note_end(parser, state);
    }
    return PS_FILL_OVER;
}

/* Steps over as much as lies in the window in front of `limit`.  False when more is wanted. */
static bool skip_inside(struct ps_pcapng *pcapng, uint32_t limit)
{
    struct ps_window *window = &pcapng->parser.window;
    uint32_t there = (window->end < limit ? window->end : limit) - window->at;
    uint32_t n = there < pcapng->skip_left ? there : pcapng->skip_left;
    ps_window_consume(window, n);
    pcapng->skip_left -= n;
    pcapng->parser.wanted = pcapng->skip_left > 0 ? 1 : 4;
    if (pcapng->skip_left > 0 || window->end - window->at < 4)
        return false;
    end_skip(pcapng);
    return true;
}

static void index_block(struct ps_parser *parser, struct ps_block *block, uint32_t limit)
{
    struct ps_pcapng *pcapng = pcapng_of(parser);
    const struct ps_window *window = &parser->window;
    while (!parser->over && window->at < limit && block->room - block->count >= PS_BATCH_MAX) {
        if (pcapng->skipping) {
            if (!skip_inside(pcapng, limit))
                break;
            continue;
        }
        struct ps_batch batch;
        batch.count = 0;
        walk(pcapng, &batch, limit);
        ps_block_add(block, window->buffer, batch.packet, batch.count);
        parser->facts->input.packets_read += batch.count;
        if (batch.count == 0 && !pcapng->skipping)
            break;
    }
}

static void destroy(struct ps_parser *parser)
{
    struct ps_pcapng *pcapng = pcapng_of(parser);
    ps_window_finish(&pcapng->parser.window);
    free(pcapng->interface);
    free(pcapng);
}

static const struct ps_parser_kind pcapng_kind = {.fill = fill,
                                                  .index = index_block,
                                                  .note_end = note_end,
                                                  .destroy = destroy};

/* Looks at the first section header ahead of the reading, to refuse what cannot be read.  A header that is cut off is
 * left to the reading, which calls it damaged. */
static int check_start(const struct ps_bytes *bytes, struct ps_facts *facts)
{
    if (!ps_bytes_has(bytes, 16))
        return 0;
    uint32_t magic = ps_be32(bytes, 8);
    bool big_endian = magic == 0x1a2b3c4d;
    if (!big_endian && magic != 0x4d3c2b1a)
        return ps_error_set(&facts->problem,
                            "%s is not a capture (it starts like pcapng, but has no valid byte order); "
                            "pcap and pcapng are read, also compressed.",
                            facts->name);
    unsigned major = big_endian ? ps_be16(bytes, 12) : ps_le16(bytes, 12);
    unsigned minor = big_endian ? ps_be16(bytes, 14) : ps_le16(bytes, 14);
    if (major != 1)
        return ps_error_set(&facts->problem,
                            "%s is a pcapng file of version %u.%u, which is not known; "
                            "version 1 is read.",
                            facts->name, major, minor);
    return 0;
}

int ps_pcapng_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, struct ps_parser **ret_parser)
{
    const uint8_t *peeked;
    ptrdiff_t length = ps_stream_peek(stream, 16, &peeked);
    if (length < 0)
        return ps_error_set(&facts->problem, "reading %s was interrupted by a signal.", facts->name);
    struct ps_bytes bytes = ps_bytes_of(peeked, (uint32_t)length);
    if (check_start(&bytes, facts) < 0)
        return -1;
    struct ps_pcapng *pcapng = calloc(1, sizeof(*pcapng));
    if (!pcapng || ps_window_init(&pcapng->parser.window, stream) < 0) {
        free(pcapng);
        return ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
    }
    pcapng->parser.kind = &pcapng_kind;
    pcapng->parser.facts = facts;
    pcapng->parser.source = source;
    facts->input.format = "pcapng";
    *ret_parser = &pcapng->parser;
    return 0;
}
