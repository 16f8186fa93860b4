/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How flows lie in the table: 64 bytes that every packet touches, and apart from them 40 that only the first packets of a
 * connection do, and those that come far out of order.  Counters are short; what runs over stands in flow_extra.high.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_STORE_H
#define PORTSNIFF_ACCOUNT_FLOW_STORE_H

#include "flow.h"

struct flow_hot {
    struct flow_key key; /* IPv6: a is an index into `ends`, b a part of the addresses' hash */
    int64_t last_ns;
    uint32_t flags; /* as in struct flow, and FLOW_AWAITS_ACK */
    uint32_t bytes[2];
    uint32_t top[2];   /* base + span: the sequence number behind the highest one */
    uint16_t range[2]; /* the span, or as much of it as fits */
    uint16_t packets[2];
    uint16_t overhead[2]; /* wire bytes less those of the network layer */
    uint16_t headers[2];  /* bytes of the network layer less payload */
    uint16_t digest[2];
};
_Static_assert(sizeof(struct flow_hot) == 64, "one cache line for every packet");

/* An end had an ACK without a time: the first one that has a time is still to come. */
#define FLOW_AWAITS_ACK (1u << 31)

struct flow_cold {
    int64_t first_ns;
    int64_t mark_ns[2];
    uint32_t base[2];
    uint32_t extra;
    uint8_t look[FLOW_LOOKS];
};
_Static_assert(sizeof(struct flow_cold) == 40, "no padding");

/* The addresses of an IPv6 flow. */
struct flow_ends {
    struct ps_address a, b;
};

/* `extra`: the flow's, or NULL.  key.a and key.b are those of the entry. */
void ps_flow_unpack(const struct flow_hot *hot, const struct flow_cold *cold, const struct flow_extra *extra,
                    struct flow *ret_flow);
/* The other way; everything but the key.  False when there is something for flow_extra.high that
 * `extra` (NULL) cannot take. */
bool ps_flow_pack(const struct flow *flow, struct flow_hot *hot, struct flow_cold *cold, struct flow_extra *extra);

#endif
