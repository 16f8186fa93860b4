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

enum length_order {
    CAPTURED_FIRST,
    ORIGINAL_FIRST,
    SHORTER_FIRST, /* version 2.3 had both */
};

struct pcap {
    struct ps_parser parser;
    struct ps_window window;
    bool over;
    bool big_endian;
    enum length_order order;
    uint32_t header;     /* bytes of a record header */
    int64_t fraction_ns; /* nanoseconds in one unit of the fraction of a second */
    uint16_t link_type;
    uint32_t wanted; /* bytes that the next record needs in the window */
};

static struct pcap *pcap_of(struct ps_parser *parser)
{
    return (struct pcap *)(void *)parser;
}

static inline uint32_t number(const struct ps_bytes *bytes, uint32_t offset, bool big_endian)
{
    return big_endian ? ps_be32(bytes, offset) : ps_le32(bytes, offset);
}

/* The lengths as they are meant. */
static void restore_lengths(enum length_order order, uint32_t *captured, uint32_t *original)
{
    if (order == ORIGINAL_FIRST || *captured > *original) {
        uint32_t first = *captured;
        *captured = *original;
        *original = first;
    }
}

static void refuse_record(struct pcap *pcap, uint64_t offset, uint32_t captured)
{
    pcap->over = true;
    ps_facts_damage(pcap->parser.facts, offset, "has a record at which %s captured bytes are claimed",
                    ps_grouped(captured).text);
}

/* Makes packets of the complete records in the window.  Inlined for each byte order. */
static inline void walk(struct pcap *pcap, struct ps_batch *batch, bool big_endian)
{
    struct ps_bytes bytes = ps_window_bytes(&pcap->window);
    const uint32_t start = bytes.at, header = pcap->header;
    pcap->wanted = header;
    while (batch->count < PS_BATCH_MAX && ps_bytes_has(&bytes, header)) {
        uint32_t captured = number(&bytes, 8, big_endian), original = number(&bytes, 12, big_endian);
        if (pcap->order != CAPTURED_FIRST)
            restore_lengths(pcap->order, &captured, &original);
        if (captured > PS_CAPTURED_MAX) {
            refuse_record(pcap, pcap->window.offset + (bytes.at - start), captured);
            break;
        }
        if (!ps_bytes_reach(&bytes, header, captured)) {
            pcap->wanted = header + captured;
            break;
        }
        int64_t second = number(&bytes, 0, big_endian), fraction = number(&bytes, 4, big_endian);
        batch->packet[batch->count++] = (struct ps_packet){
            .data = bytes.base + bytes.at + header,
            .time_ns = second * 1000000000 + fraction * pcap->fraction_ns,
            .captured = captured,
            .original = original,
            .link_type = pcap->link_type,
            .source = pcap->parser.source,
        };
        ps_bytes_skip(&bytes, header + captured);
    }
    ps_window_consume(&pcap->window, bytes.at - start);
}

static enum ps_fill fill(struct ps_parser *parser, struct ps_batch *batch)
{
    struct pcap *pcap = pcap_of(parser);
    while (!pcap->over) {
        if (pcap->big_endian)
            walk(pcap, batch, true);
        else
            walk(pcap, batch, false);
        if (batch->count > 0) {
            parser->facts->input.packets_read += batch->count;
            return PS_FILL_PACKETS;
        }
        if (pcap->over)
            break;
        enum ps_window_state state = ps_window_need(&pcap->window, pcap->wanted);
        if (state == PS_WINDOW_INTERRUPTED)
            return PS_FILL_NOTHING;
        if (state != PS_WINDOW_READY) {
            char what[48];
            snprintf(what, sizeof(what), "packet %s", ps_grouped(parser->facts->input.packets_read + 1).text);
            ps_trouble_note(parser->facts, &pcap->window, state, pcap->window.end > pcap->window.at,
                            pcap->window.offset, what);
            pcap->over = true;
        }
    }
    return PS_FILL_OVER;
}

static void destroy(struct ps_parser *parser)
{
    struct pcap *pcap = pcap_of(parser);
    ps_window_finish(&pcap->window);
    free(pcap);
}

static const struct ps_parser_kind pcap_kind = {.fill = fill, .destroy = destroy};

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
    enum ps_window_state state = ps_window_need(&pcap->window, FILE_HEADER);
    if (state == PS_WINDOW_READY) {
        ps_window_consume(&pcap->window, FILE_HEADER);
        return;
    }
    ps_trouble_note(pcap->parser.facts, &pcap->window, state, true, 0, "its file header");
    pcap->over = true;
}

int ps_pcap_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, struct ps_parser **ret_parser)
{
    struct ps_pcap_header header = {0};
    if (ps_pcap_header(stream, facts, &header) < 0)
        return -1;
    struct pcap *pcap = calloc(1, sizeof(*pcap));
    if (!pcap || ps_window_init(&pcap->window, stream) < 0) {
        free(pcap);
        return ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
    }
    pcap->parser = (struct ps_parser){.kind = &pcap_kind, .facts = facts, .source = source};
    pcap->big_endian = header.big_endian;
    pcap->header = header.modified ? 24 : 16;
    pcap->fraction_ns = header.fraction_ns;
    pcap->link_type = header.link_type;
    pcap->order = header.minor < 3 ? ORIGINAL_FIRST : header.minor == 3 ? SHORTER_FIRST : CAPTURED_FIRST;
    leave_header(pcap);
    *ret_parser = &pcap->parser;
    return 0;
}
