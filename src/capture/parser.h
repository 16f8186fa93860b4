/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parsers turn the content of one input into packets: one each for pcap, pcapng and libpcap's road.  Room: capture.
 *
 * All are created over a stream that was recognised (and not consumed), fill batches until they say that it is over, and
 * are destroyed; the stream stays the caller's.
 */
#ifndef PORTSNIFF_CAPTURE_PARSER_H
#define PORTSNIFF_CAPTURE_PARSER_H

#include "block.h"
#include "facts.h"
#include "window.h"

enum ps_fill {
    PS_FILL_PACKETS, /* at least one packet is in the batch */
    PS_FILL_NOTHING, /* a signal came: ask again */
    PS_FILL_OVER,    /* no packet is left, or damage keeps from going on (facts say so) */
};

struct ps_parser;

struct ps_parser_kind {
    /* Appends packets to the empty batch.  They point into the parser and stay until the next fill. */
    enum ps_fill (*fill)(struct ps_parser *parser, struct ps_batch *batch);
    /* For blocks, and NULL where a parser has none: adds the packets of the records that begin in the window in front of
     * position `limit` of its buffer.  Stops early where bytes are missing (`wanted` says how many), where the block is
     * full, or at damage (`over`).  What is in the window stays where it is. */
    void (*index)(struct ps_parser *parser, struct ps_block *block, uint32_t limit);
    /* The window ended or failed before what is wanted was there: notes what that means; `over` is set. */
    void (*note_end)(struct ps_parser *parser, enum ps_window_state state);
    void (*destroy)(struct ps_parser *parser);
};

/* The common part, embedded first in every kind of parser. */
struct ps_parser {
    const struct ps_parser_kind *kind;
    struct ps_facts *facts; /* not owned: packets_read, link types, drops, damage go there */
    uint16_t source;        /* for the packets */
    bool over;              /* nothing more is read */
    uint32_t wanted;        /* bytes that the next record needs in the window */
    struct ps_window window;
    const struct ps_pcap_form *form; /* of pcap; NULL: blocks keep whole packets */
};

/* 0 and *ret_parser; or -1 with the problem as a sentence in facts->problem.  A file that ends inside its header is not a
 * failure: it is damaged and yields no packet. */
int ps_pcap_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, struct ps_parser **ret_parser);
int ps_pcapng_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, struct ps_parser **ret_parser);

/* The file header of a pcap file. */
struct ps_pcap_header {
    bool complete; /* false: the file ends inside of it, only big_endian and fraction_ns hold */
    bool big_endian;
    bool modified;       /* record headers have 24 bytes instead of 16 */
    int64_t fraction_ns; /* nanoseconds in one unit of the fraction of a second: 1 or 1,000 */
    unsigned minor;      /* version 2.minor */
    uint16_t link_type;
};

/* Looks at the file header without consuming it; sets the facts' format and link type.  0, or -1 with the problem as a
 * sentence in facts->problem. */
int ps_pcap_header(struct ps_stream *stream, struct ps_facts *facts, struct ps_pcap_header *ret_header);

/* Both formats read by libpcap.  1 when libpcap cannot read the input (*ret_parser untouched, the stream consumed); else
 * as above. */
int ps_libpcap_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, bool pcapng,
                      struct ps_parser **ret_parser);

#endif
