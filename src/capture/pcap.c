/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads pcap files (draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds, and the record headers of
 * 24 bytes that Kuznetzov's patched libpcap wrote.
 *
 * Refuses other major versions than 2 and set bits in the reserved part of the link type field.  Never guesses: what
 * the magic number says holds, and reading stops at the first record that cannot be right.  In versions before 2.3, and
 * in some files of version 2.3, the two lengths of a record stand in the other order.
 */
#include <stdio.h>
#include <stdlib.h>

#include "parser.h"
#include "trouble.h"

#define FILE_HEADER 24U

#define MAGIC_MICRO    0xa1b2c3d4U
#define MAGIC_NANO     0xa1b23c4dU
#define MAGIC_MODIFIED 0xa1b2cd34U

/* The reserved part of the link type field; above it stand the length of the frame check sequence and its flag. */
#define LINK_RESERVED 0x03ff0000U

struct pcap {
    struct ps_parser parser;
    struct ps_pcap_form form;
};

static struct pcap *pcap_of(struct ps_parser *parser)
{
    return (struct pcap *)(void *)parser;
}

static inline uint32_t number(const struct ps_bytes *bytes, uint32_t offset, bool big_endian)
{
    return big_endian ? ps_be32(bytes, offset) : ps_le32(bytes, offset);
}

/* The lengths of the record at the cursor as they are meant. */
static inline void read_lengths(const struct ps_pcap_form *form, const struct ps_bytes *bytes, bool big_endian,
                                uint32_t *ret_captured, uint32_t *ret_original)
{
    uint32_t first = number(bytes, 8, big_endian), second = number(bytes, 12, big_endian);
    bool swapped = form->order != PS_CAPTURED_FIRST && (form->order == PS_ORIGINAL_FIRST || first > second);
    *ret_captured = swapped ? second : first;
    *ret_original = swapped ? first : second;
}

/* The packet of the record at the cursor, made where it will stay: a copy of it would wait for its parts. */
static inline void read_packet(const struct ps_pcap_form *form, const struct ps_bytes *bytes, bool big_endian,
                               struct ps_packet *ret_packet)
{
    int64_t second = number(bytes, 0, big_endian), fraction = number(bytes, 4, big_endian);
    ret_packet->data = bytes->base + bytes->at + form->header;
    ret_packet->time_ns = second * 1000000000 + fraction * form->fraction_ns;
    read_lengths(form, bytes, big_endian, &ret_packet->captured, &ret_packet->original);
    ret_packet->link_type = form->link_type;
    ret_packet->source = form->source;
}

/* Whether the record at the cursor, which is `offset` bytes behind the place that the window stands at, is there as a
 * whole.  If not, it says what is wanted, or that the record cannot be right. */
static inline bool check_record(struct ps_parser *parser, const struct ps_bytes *bytes, uint32_t offset,
                                uint32_t header, uint32_t captured)
{
    if (captured > PS_CAPTURED_MAX) {
        parser->over = true;
        ps_facts_damage(parser->facts, parser->window.offset + offset,
                        "has a record at which %s captured bytes are claimed", ps_grouped(captured).text);
        return false;
    }
    if (ps_bytes_reach(bytes, header, captured))
        return true;
    parser->wanted = header + captured;
    return false;
}

/* Makes packets of the complete records in the window.  Inlined for each byte order. */
static inline void walk(struct pcap *pcap, struct ps_batch *batch, bool big_endian)
{
    struct ps_bytes bytes = ps_window_bytes(&pcap->parser.window);
    const uint32_t start = bytes.at, header = pcap->form.header;
    pcap->parser.wanted = header;
    while (batch->count < PS_BATCH_MAX && ps_bytes_has(&bytes, header)) {
        struct ps_packet *packet = &batch->packet[batch->count];
        read_packet(&pcap->form, &bytes, big_endian, packet);
        if (!check_record(&pcap->parser, &bytes, bytes.at - start, header, packet->captured))
            break;
        batch->count++;
        ps_bytes_skip(&bytes, header + packet->captured);
    }
    ps_window_consume(&pcap->parser.window, bytes.at - start);
}

/* The content ended, or failed, before the next record was complete. */
static void note_end(struct ps_parser *parser, enum ps_window_state state)
{
    const struct ps_window *window = &parser->window;
    char what[48];
    snprintf(what, sizeof(what), "packet %s", ps_grouped(parser->facts->input.packets_read + 1).text);
    ps_trouble_note(parser->facts, window, state, window->end > window->at, window->offset, what);
    parser->over = true;
}

static enum ps_fill fill(struct ps_parser *parser, struct ps_batch *batch)
{
    struct pcap *pcap = pcap_of(parser);
    while (!parser->over) {
        if (pcap->form.big_endian)
            walk(pcap, batch, true);
        else
            walk(pcap, batch, false);
        if (batch->count > 0) {
            parser->facts->input.packets_read += batch->count;
            return PS_FILL_PACKETS;
        }
        if (parser->over)
            break;
        enum ps_window_state state = ps_window_need(&parser->window, parser->wanted);
        if (state == PS_WINDOW_INTERRUPTED)
            return PS_FILL_NOTHING;
        if (state != PS_WINDOW_READY)
            note_end(parser, state);
    }
    return PS_FILL_OVER;
}

/* Follows the chain of records: nothing but the lengths is looked at.  Inlined for each byte order. */
static inline void follow(struct pcap *pcap, struct ps_block *block, uint32_t limit, bool big_endian)
{
    struct ps_bytes bytes = ps_window_bytes(&pcap->parser.window);
    const uint32_t start = bytes.at, header = pcap->form.header, room = block->room;
    uint32_t count = block->count;
    uint64_t sum = 0;
    pcap->parser.wanted = header;
    while (count < room && bytes.at < limit && ps_bytes_has(&bytes, header)) {
        uint32_t captured, original;
        read_lengths(&pcap->form, &bytes, big_endian, &captured, &original);
        if (!check_record(&pcap->parser, &bytes, bytes.at - start, header, captured))
            break;
        block->place[count++] = bytes.at;
        sum += original;
        ps_bytes_skip(&bytes, header + captured);
    }
    pcap->parser.facts->input.packets_read += count - block->count;
    block->packets += count - block->count;
    block->bytes += sum;
    block->count = count;
    ps_window_consume(&pcap->parser.window, bytes.at - start);
}

static void index_block(struct ps_parser *parser, struct ps_block *block, uint32_t limit)
{
    struct pcap *pcap = pcap_of(parser);
    if (pcap->form.big_endian)
        follow(pcap, block, limit, true);
    else
        follow(pcap, block, limit, false);
}

static inline void make_packets(const struct ps_pcap_form *form, struct ps_bytes bytes, const uint32_t *place,
                                size_t count, struct ps_packet *ret_packet, bool big_endian)
{
    for (size_t i = 0; i < count; i++) {
        bytes.at = place[i];
        read_packet(form, &bytes, big_endian, &ret_packet[i]);
    }
}

void ps_pcap_packets(const struct ps_pcap_form *form, const uint8_t *buffer, uint32_t end, const uint32_t *place,
                     size_t count, struct ps_packet *ret_packet)
{
    if (form->big_endian)
        make_packets(form, ps_bytes_of(buffer, end), place, count, ret_packet, true);
    else
        make_packets(form, ps_bytes_of(buffer, end), place, count, ret_packet, false);
}

static void destroy(struct ps_parser *parser)
{
    struct pcap *pcap = pcap_of(parser);
    ps_window_finish(&pcap->parser.window);
    free(pcap);
}

static const struct ps_parser_kind pcap_kind = {.fill = fill,
                                                .index = index_block,
                                                .note_end = note_end,
                                                .destroy = destroy};

static int read_header(const struct ps_bytes *bytes, struct ps_facts *facts, struct ps_pcap_header *ret_header)
{
    bool big_endian = ps_u8(bytes, 0) == 0xa1;
    uint32_t magic = number(bytes, 0, big_endian);
    *ret_header = (struct ps_pcap_header){
        .complete = ps_bytes_has(bytes, FILE_HEADER),
        .big_endian = big_endian,
        .modified = magic == MAGIC_MODIFIED,
        .fraction_ns = magic == MAGIC_NANO ? 1 : 1000,
    };
    facts->input.format = magic == MAGIC_NANO ? "pcap-ns" : magic == MAGIC_MODIFIED ? "pcap-modified" : "pcap";
    if (!ret_header->complete)
        return 0;

    unsigned major = big_endian ? ps_be16(bytes, 4) : ps_le16(bytes, 4);
    ret_header->minor = big_endian ? ps_be16(bytes, 6) : ps_le16(bytes, 6);
    if (major != 2)
        return ps_error_set(&facts->problem,
                            "%s is a pcap file of version %u.%u, which is not known; versions 2.0 to 2.4 are read.",
                            facts->name, major, ret_header->minor);
    uint32_t link = number(bytes, 20, big_endian);
    if (link & LINK_RESERVED)
        return ps_error_set(&facts->problem,
                            "%s has reserved bits set in its link type field (0x%08x), so what its packets are is not "
                            "known; write it again with a current capture program.",
                            facts->name, link);
    ret_header->link_type = (uint16_t)link;
    ps_facts_link_type(facts, ret_header->link_type);
    return 0;
}

int ps_pcap_header(struct ps_stream *stream, struct ps_facts *facts, struct ps_pcap_header *ret_header)
{
    const uint8_t *peeked;
    ptrdiff_t length = ps_stream_peek(stream, FILE_HEADER, &peeked);
    if (length < 0)
        return ps_error_set(&facts->problem, "reading %s was interrupted by a signal.", facts->name);
    struct ps_bytes bytes = ps_bytes_of(peeked, (uint32_t)length);
    return read_header(&bytes, facts, ret_header);
}

/* Steps over the file header, or ends the reading where the file ends inside of it. */
static void leave_header(struct pcap *pcap)
{
    enum ps_window_state state = ps_window_need(&pcap->parser.window, FILE_HEADER);
    if (state == PS_WINDOW_READY) {
        ps_window_consume(&pcap->parser.window, FILE_HEADER);
        return;
    }
    ps_trouble_note(pcap->parser.facts, &pcap->parser.window, state, true, 0, "its file header");
    pcap->parser.over = true;
}

int ps_pcap_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, struct ps_parser **ret_parser)
{
    struct ps_pcap_header header = {0};
    if (ps_pcap_header(stream, facts, &header) < 0)
        return -1;
    struct pcap *pcap = calloc(1, sizeof(*pcap));
    if (!pcap || ps_window_init(&pcap->parser.window, stream) < 0) {
        free(pcap);
        return ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
    }
    pcap->parser.kind = &pcap_kind;
    pcap->parser.facts = facts;
    pcap->parser.source = source;
    pcap->parser.form = &pcap->form;
    pcap->form = (struct ps_pcap_form){
        .big_endian = header.big_endian,
        .order = header.minor < 3    ? PS_ORIGINAL_FIRST
                 : header.minor == 3 ? PS_SHORTER_FIRST
                                     : PS_CAPTURED_FIRST,
        .header = header.modified ? 24 : 16,
        .fraction_ns = header.fraction_ns,
        .link_type = header.link_type,
        .source = source,
    };
    leave_header(pcap);
    *ret_parser = &pcap->parser;
    return 0;
}
