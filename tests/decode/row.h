/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One frame and what its key must say, in words; a table of them is a test program.
 */
#ifndef PORTSNIFF_TESTS_ROW_H
#define PORTSNIFF_TESTS_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/decode.h"

enum mode {
    OUTER, /* UDP tunnels are not looked through */
    INNER,
};

struct row {
    const char *name;
    const char *frame;   /* for frame_build */
    const char *counts;  /* "tcp 1000>80", "non-ip: ARP", "truncated: IPv4 header" ... */
    const char *hops;    /* "vlan 5, vxlan/4789 7"; NULL: there is none */
    const char *lengths; /* "network/payload" in bytes; NULL: not looked at */
    const char *ip;      /* "4.0": family and which of the frame's IP headers the addresses are of; "-": none */
    uint16_t link;       /* 0 stands for Ethernet here, PS_TEST_NULL for link type 0 */
    enum mode mode;
    uint32_t captured; /* bytes of the frame that are captured; 0: all */
};

#define PS_TEST_NULL 0xffff

/* Runs the tests "NAME" of a table; each row is checked as it is, and for every prefix of its frame: what is cut off may
 * take answers away and never makes up others.  Returns the exit status. */
int rows_run(const char *table, const struct row *row, size_t count);

/* A decoder in one of the modes, crediting fragments; made once. */
const struct ps_decoder *row_decoder(enum mode mode);
/* Decodes one packet, whose first key is the answer; valid until the next call. */
const struct ps_keys *row_decode(enum mode mode, uint16_t link_type, const uint8_t *data, uint32_t captured,
                                 uint32_t original);
/* What the key counts as, in the words of `counts`. */
const char *row_counts(const struct ps_key *key, char *to, size_t size);
/* The same for `hops`. */
const char *row_hops(const struct ps_keys *keys, char *to, size_t size);

#endif
