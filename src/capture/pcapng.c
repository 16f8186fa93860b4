/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads pcapng (draft-ietf-opsawg-pcapng): any number of sections, each in its own byte order, any number of interfaces
 * with link types, snapshot lengths and clocks of their own; enhanced, simple and obsolete packet blocks, and interface
 * statistics.  Every other block is stepped over, unread and without being held in memory.
 *
 * Refuses other major versions than 1.  Reading stops at the first block whose lengths contradict each other or exceed
 * 16 MiB.
 */
#include <stdio.h>
#include <stdlib.h>

#include "parser.h"
#include "pcapng_interface.h"
#include "trouble.h"

#define BLOCK_SECTION    0x0a0d0d0aU
#define BLOCK_INTERFACE  1U
#define BLOCK_PACKET     2U /* obsolete */
#define BLOCK_SIMPLE     3U
#define BLOCK_STATISTICS 5U
#define BLOCK_ENHANCED   6U

#define BLOCK_MIN 12U
#define BLOCK_MAX (16U * 1024 * 1024)

/* So many interfaces are nothing but an attack on memory. */
#define INTERFACES_MAX 65536U

struct pcapng {
    struct ps_parser parser;
    struct ps_window window;
    bool over;
    bool big_endian;                /* the current section */
    struct ps_interface *interface; /* of the current section; owned */
    uint32_t interface_count, interface_room;

    uint32_t wanted;      /* bytes that the next block needs in the window */
    bool skipping;        /* the block that begins at skip_offset is being stepped over: */
    uint32_t skip_left;   /* bytes before its second length */
    uint32_t skip_length; /* its first length */
    uint64_t skip_offset;
};

/* A block that lies in the window as a whole. */
struct block {
    uint32_t type;
    uint64_t offset;
    struct ps_bytes body; /* without type and lengths */
};

static struct pcapng *pcapng_of(struct ps_parser *parser)
{
    return (struct pcapng *)(void *)parser;
}

static inline uint32_t number(const struct pcapng *pcapng, const struct ps_bytes *bytes, uint32_t offset)
{
    return pcapng->big_endian ? ps_be32(bytes, offset) : ps_le32(bytes, offset);
}

static inline uint16_t number16(const struct pcapng *pcapng, const struct ps_bytes *bytes, uint32_t offset)
{
    return pcapng->big_endian ? ps_be16(bytes, offset) : ps_le16(bytes, offset);
}

static bool is_packet(uint32_t type)
{
    return type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_PACKET;
}

static bool is_read(uint32_t type)
{
    return is_packet(type) || type == BLOCK_SECTION || type == BLOCK_INTERFACE || type == BLOCK_STATISTICS;
}

/* Every block handler returns 0, or -1 after it noted damage; reading is over then. */

static int refuse_captured(struct pcapng *pcapng, const struct block *block, uint32_t captured)
{
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a record at which %s captured bytes are claimed",
                    ps_grouped(captured).text);
    return -1;
}

static int refuse_short(struct pcapng *pcapng, const struct block *block)
{
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a packet block that is too short");
    return -1;
}

static int refuse_interface(struct pcapng *pcapng, const struct block *block, uint32_t interface)
{
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a packet of interface %s, which it never describes",
                    ps_grouped(interface).text);
    return -1;
}

/* Notes link types as packets bring them. */
static inline void meet(struct pcapng *pcapng, struct ps_interface *interface)
{
    if (interface->met)
        return;
    interface->met = true;
    ps_facts_link_type(pcapng->parser.facts, interface->link_type);
}

/* Enhanced and obsolete packet blocks differ in the width of the interface number only. */
static inline int read_packet(struct pcapng *pcapng, const struct block *block, struct ps_batch *batch)
{
    const struct ps_bytes *body = &block->body;
    uint32_t index = block->type == BLOCK_ENHANCED ? number(pcapng, body, 0) : number16(pcapng, body, 0);
    uint32_t captured = number(pcapng, body, 12);
    if (!ps_bytes_has(body, 20))
        return refuse_short(pcapng, block);
    if (index >= pcapng->interface_count)
        return refuse_interface(pcapng, block, index);
    if (captured > PS_CAPTURED_MAX || !ps_bytes_reach(body, 20, captured))
        return refuse_captured(pcapng, block, captured);
    struct ps_interface *interface = &pcapng->interface[index];
    meet(pcapng, interface);
    batch->packet[batch->count++] = (struct ps_packet){
        .data = body->base + body->at + 20,
        .time_ns = ps_clock_time(&interface->clock, (uint64_t)number(pcapng, body, 4) << 32 | number(pcapng, body, 8)),
        .captured = captured,
        .original = number(pcapng, body, 16),
        .link_type = interface->link_type,
        .source = pcapng->parser.source,
    };
    return 0;
}

/* A simple packet block has neither time nor captured length; it belongs to the first interface. */
static int read_simple(struct pcapng *pcapng, const struct block *block, struct ps_batch *batch)
{
    const struct ps_bytes *body = &block->body;
    if (!ps_bytes_has(body, 4))
        return refuse_short(pcapng, block);
    if (pcapng->interface_count == 0)
        return refuse_interface(pcapng, block, 0);
    struct ps_interface *interface = &pcapng->interface[0];
    uint32_t original = number(pcapng, body, 0), captured = original;
    if (captured > ps_bytes_left(body) - 4)
        captured = ps_bytes_left(body) - 4;
    if (interface->snap && captured > interface->snap)
        captured = interface->snap;
    if (captured > PS_CAPTURED_MAX)
        return refuse_captured(pcapng, block, captured);
    meet(pcapng, interface);
    batch->packet[batch->count++] = (struct ps_packet){
        .data = body->base + body->at + 4,
        .time_ns = PS_TIME_NONE,
        .captured = captured,
        .original = original,
        .link_type = interface->link_type,
        .source = pcapng->parser.source,
    };
    return 0;
}

static int read_section(struct pcapng *pcapng, const struct block *block)
{
    unsigned major = number16(pcapng, &block->body, 4), minor = number16(pcapng, &block->body, 6);
    pcapng->interface_count = 0;
    if (major == 1)
        return 0;
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a section of pcapng version %u.%u, which is not known",
                    major, minor);
    return -1;
}

/* Makes room for one more interface. */
static int grow(struct pcapng *pcapng)
{
    if (pcapng->interface_count < pcapng->interface_room)
        return 0;
    uint32_t room = pcapng->interface_room ? pcapng->interface_room * 2 : 8;
    struct ps_interface *larger = realloc(pcapng->interface, room * sizeof(*larger));
    if (!larger)
        return -1;
    pcapng->interface = larger;
    pcapng->interface_room = room;
    return 0;
}

static int read_interface(struct pcapng *pcapng, const struct block *block)
{
    struct ps_facts *facts = pcapng->parser.facts;
    if (pcapng->interface_count == INTERFACES_MAX) {
        ps_facts_damage(facts, block->offset, "describes more than %s interfaces", ps_grouped(INTERFACES_MAX).text);
        return -1;
    }
    if (grow(pcapng) < 0) {
        ps_facts_damage(facts, block->offset, "describes more interfaces than memory holds");
        return -1;
    }
    if (ps_interface_read(block->body, pcapng->big_endian, &pcapng->interface[pcapng->interface_count]) < 0) {
        ps_facts_damage(facts, block->offset, "has an interface description that is too short");
        return -1;
    }
    pcapng->interface_count++;
    return 0;
}

static int read_block(struct pcapng *pcapng, const struct block *block, struct ps_batch *batch)
{
    switch (block->type) {
    case BLOCK_ENHANCED:
    case BLOCK_PACKET:
        return read_packet(pcapng, block, batch);
    case BLOCK_SIMPLE:
        return read_simple(pcapng, block, batch);
    case BLOCK_SECTION:
        return read_section(pcapng, block);
    case BLOCK_INTERFACE:
        return read_interface(pcapng, block);
    case BLOCK_STATISTICS: {
        uint32_t index = number(pcapng, &block->body, 0);
        if (index < pcapng->interface_count)
            ps_interface_statistics(block->body, pcapng->big_endian, &pcapng->interface[index],
                                    &pcapng->parser.facts->input);
        return 0;
    }
    default:
        return 0;
    }
}

/* A section header says in which byte order its own lengths are. */
static int set_byte_order(struct pcapng *pcapng, const struct ps_bytes *bytes, uint64_t offset)
{
    uint32_t magic = ps_be32(bytes, 8);
    if (magic == 0x1a2b3c4d || magic == 0x4d3c2b1a) {
        pcapng->big_endian = magic == 0x1a2b3c4d;
        return 0;
    }
    ps_facts_damage(pcapng->parser.facts, offset, "has a section header without a valid byte order");
    return -1;
}

static int refuse_lengths(struct pcapng *pcapng, uint64_t offset, uint32_t first, uint32_t second)
{
    ps_facts_damage(pcapng->parser.facts, offset, "has a block whose two lengths differ (%s and %s)",
                    ps_grouped(first).text, ps_grouped(second).text);
    return -1;
}

/* Takes the block at the cursor, when all of it is there, and moves the cursor behind it.  1: taken; 0: not all of it
 * is there (`wanted` or `skipping` say what next); -1: damage. */
static inline int take(struct pcapng *pcapng, struct ps_bytes *bytes, uint64_t offset, struct ps_batch *batch)
{
    pcapng->wanted = BLOCK_MIN;
    if (!ps_bytes_has(bytes, BLOCK_MIN))
        return 0;
    uint32_t type = number(pcapng, bytes, 0);
    if (type == BLOCK_SECTION && set_byte_order(pcapng, bytes, offset) < 0)
        return -1;
    uint32_t length = number(pcapng, bytes, 4);
    if (length < BLOCK_MIN || length > BLOCK_MAX) {
        ps_facts_damage(pcapng->parser.facts, offset, "has a block at which a length of %s bytes is claimed",
                        ps_grouped(length).text);
        return -1;
    }
    uint32_t padded = (length + 3) & ~3U; /* some writers do not count the padding */
    if (!ps_bytes_has(bytes, padded)) {
        pcapng->wanted = padded;
        if (!is_read(type) && batch->count == 0) {
            pcapng->skipping = true;
            pcapng->skip_left = padded - 4;
            pcapng->skip_length = length;
            pcapng->skip_offset = offset;
        }
        return 0;
    }
    uint32_t second = number(pcapng, bytes, padded - 4);
    if (second != length)
        return refuse_lengths(pcapng, offset, length, second);
    struct block block = {.type = type, .offset = offset, .body = *bytes};
    ps_bytes_skip(&block.body, 8);
    ps_bytes_limit(&block.body, padded - 12);
    ps_bytes_skip(bytes, padded);
    return read_block(pcapng, &block, batch) < 0 ? -1 : 1;
}

/* Takes the blocks that lie in the window. */
static void walk(struct pcapng *pcapng, struct ps_batch *batch)
{
    struct ps_bytes bytes = ps_window_bytes(&pcapng->window);
    const uint32_t start = bytes.at;
    int taken = 1;
    while (taken > 0 && batch->count < PS_BATCH_MAX)
        taken = take(pcapng, &bytes, pcapng->window.offset + (bytes.at - start), batch);
    pcapng->over = taken < 0;
    ps_window_consume(&pcapng->window, bytes.at - start);
}

/* Steps over a block that nobody reads, as its bytes come. */
static enum ps_window_state skip(struct pcapng *pcapng)
{
    struct ps_window *window = &pcapng->window;
    enum ps_window_state state = ps_window_skip(window, &pcapng->skip_left);
    if (state == PS_WINDOW_READY)
        state = ps_window_need(window, 4);
    if (state != PS_WINDOW_READY)
        return state;
    struct ps_bytes bytes = ps_window_bytes(window);
    uint32_t second = number(pcapng, &bytes, 0);
    ps_window_consume(window, 4);
    pcapng->skipping = false;
    if (second != pcapng->skip_length)
        pcapng->over = refuse_lengths(pcapng, pcapng->skip_offset, pcapng->skip_length, second) < 0;
    return PS_WINDOW_READY;
}

/* The content ended, or failed, before the next block was complete. */
static void note_end(struct pcapng *pcapng, enum ps_window_state state)
{
    const struct ps_window *window = &pcapng->window;
    struct ps_facts *facts = pcapng->parser.facts;
    struct ps_bytes bytes = ps_window_bytes(window);
    uint64_t read = facts->input.packets_read;
    char what[64];
    if (!pcapng->skipping && ps_bytes_has(&bytes, 4) && is_packet(number(pcapng, &bytes, 0)))
        snprintf(what, sizeof(what), "packet %s", ps_grouped(read + 1).text);
    else if (read > 0)
        snprintf(what, sizeof(what), "the block behind packet %s", ps_grouped(read).text);
    else
        snprintf(what, sizeof(what), "a block before the first packet");
    bool cut = pcapng->skipping || ps_bytes_has(&bytes, 1);
    ps_trouble_note(facts, window, state, cut, pcapng->skipping ? pcapng->skip_offset : window->offset, what);
    pcapng->over = true;
}

static enum ps_fill fill(struct ps_parser *parser, struct ps_batch *batch)
{
    struct pcapng *pcapng = pcapng_of(parser);
    while (!pcapng->over) {
        if (!pcapng->skipping)
            walk(pcapng, batch);
        if (batch->count > 0) {
            parser->facts->input.packets_read += batch->count;
            return PS_FILL_PACKETS;
        }
        if (pcapng->over)
            break;
        enum ps_window_state state = pcapng->skipping ? skip(pcapng) : ps_window_need(&pcapng->window, pcapng->wanted);
        if (state == PS_WINDOW_INTERRUPTED)
            return PS_FILL_NOTHING;
        if (state != PS_WINDOW_READY)
            note_end(pcapng, state);
    }
    return PS_FILL_OVER;
}

static void destroy(struct ps_parser *parser)
{
    struct pcapng *pcapng = pcapng_of(parser);
    ps_window_finish(&pcapng->window);
    free(pcapng->interface);
    free(pcapng);
}

static const struct ps_parser_kind pcapng_kind = {.fill = fill, .destroy = destroy};

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
    struct pcapng *pcapng = calloc(1, sizeof(*pcapng));
    if (!pcapng || ps_window_init(&pcapng->window, stream) < 0) {
        free(pcapng);
        return ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
    }
    pcapng->parser = (struct ps_parser){.kind = &pcapng_kind, .facts = facts, .source = source};
    facts->input.format = "pcapng";
    *ret_parser = &pcapng->parser;
    return 0;
}
