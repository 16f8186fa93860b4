/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is in a block: a buffer, and where in it the packets are.  Room: capture.
 *
 * Packets are noted by their places, since a buffer may still move while a block is indexed.  Of plain pcap the place of
 * the record is all that is kept: its header is read again when packets are made, by whichever thread does that.
 */
#ifndef PORTSNIFF_CAPTURE_BLOCK_H
#define PORTSNIFF_CAPTURE_BLOCK_H

#include <stdatomic.h>

#include "filter.h"
#include "portsniff/source.h"

/* A longer captured length means a damaged file; the largest snapshot length that libpcap and Wireshark write. */
#define PS_CAPTURED_MAX 262144U

/* A block's own bytes.  A block that one thread has read and walks lies in the second-level cache of its core. */
#define PS_BLOCK_SIZE (256U * 1024)

enum ps_length_order {
    PS_CAPTURED_FIRST,
    PS_ORIGINAL_FIRST,
    PS_SHORTER_FIRST, /* version 2.3 of pcap had both */
};

/* What a pcap file says about all its records. */
struct ps_pcap_form {
    bool big_endian;
    enum ps_length_order order;
    uint32_t header;     /* bytes of a record header */
    int64_t fraction_ns; /* nanoseconds in one unit of the fraction of a second */
    uint16_t link_type;
    uint16_t source;
};

/* What a filter selected of one input's packets. */
struct ps_selected {
    _Atomic uint64_t packets, bytes;
};

struct ps_block {
    uint8_t *buffer;          /* owned; may be exchanged with that of a window */
    uint32_t size, end;       /* of the buffer; bytes in it */
    uint64_t start;           /* place of buffer[0] in the file, where a file is read by ranges */
    uint32_t *place;          /* of each packet in the buffer: of its data, or with `form` of its record; owned */
    struct ps_packet *packet; /* owned; their `data` are not set; unused with `form` */
    uint32_t count, room;
    const struct ps_pcap_form *form; /* the packets are records of pcap; NULL: they lie in `packet`; not owned */
    uint64_t packets, bytes;         /* what this block adds to the counts of its input */
    const struct ps_filter *filter;  /* applied when packets are made, and counted there; NULL: none */
    struct ps_selected *selected;    /* with `filter`; not owned */
    bool no_memory;
    bool settled; /* it needs no indexing: claiming filled it */
};

/* Empties the block and makes room for `size` bytes and `room` packets.  `form` NULL: whole packets are kept.  0, or -1
 * when memory is out (no_memory). */
int ps_block_begin(struct ps_block *block, uint32_t size, uint32_t room, const struct ps_pcap_form *form);

/* Makes the buffer hold `size` bytes; what was in it is lost.  0, or -1 when memory is out. */
int ps_block_fit(struct ps_block *block, uint32_t size);

/* Adds packets that lie in `buffer`, which is the block's or will be; there must be room. */
void ps_block_add(struct ps_block *block, const uint8_t *buffer, const struct ps_packet *packet, size_t count);

/* Makes packets of the records of pcap at `place` in the `end` bytes of `buffer`. */
void ps_pcap_packets(const struct ps_pcap_form *form, const uint8_t *buffer, uint32_t end, const uint32_t *place,
                     size_t count, struct ps_packet *ret_packet);

#endif
