/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is true of decoding every frame, whatever it holds: the key is well formed, and cutting bytes off a frame may take
 * its ports away, or lay open those of the tunnel around them, but never adds a tunnel, changes one, or turns ports into
 * others.
 */
#ifndef PORTSNIFF_TESTS_DECODE_LAW_H
#define PORTSNIFF_TESTS_DECODE_LAW_H

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/decode.h"

/* What decoding says of one packet. */
struct claim {
    struct ps_key key;
    struct ps_hop hop[PS_HOPS_MAX];
    struct ps_fragments_seen seen; /* all zero when there is none */
};

/* Decodes one packet.  NULL, or what is wrong with the form of its key. */
const char *law_claim(const struct ps_decoder *decoder, uint16_t link_type, const uint8_t *data, uint32_t captured,
                      uint32_t original, struct claim *ret_claim);

/* NULL, or how `part`, said of the first bytes of a frame, contradicts `whole`, said of more of its bytes.  `inner`: UDP
 * tunnels are looked through; `sent`: the shorter one was that short on the wire too. */
const char *law_within(const struct claim *part, const struct claim *whole, bool inner, bool sent);

/* Whether both count under the same ports. */
bool law_same_ports(const struct claim *a, const struct claim *b);

#endif
