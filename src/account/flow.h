/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One flow: both directions of a 5-tuple, and the connections made on it one after another.
 *
 * Everything here can be put together from parts: what a stretch of a connection says (which flags were seen from which
 * end, the range of sequence numbers, the times of a handshake) is a sum that does not depend on where a capture was cut.
 * A part that does not begin where the capture begins keeps its first stretches open: they may belong to a connection of
 * the part before.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_H
#define PORTSNIFF_ACCOUNT_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

/* UDP and the other protocols without a common end: a pause this long ends a connection (as RFC 4787 section 4.3 and most
 * flow meters have it). */
#define FLOW_IDLE_NS INT64_C(60000000000)

/* Payloads that are looked at to tell what speaks. */
#define FLOW_LOOKS 4

/* End A is the lower of (address, port). */
struct flow_key {
    uint32_t a, b; /* IPv4 addresses, or what stands for both of IPv6: see flow_store.h */
    uint16_t port_a, port_b;
    uint8_t transport, family;
    uint16_t space; /* see struct ps_key, folded to 16 bits */
};
_Static_assert(sizeof(struct flow_key) == 16, "two words, no padding");

/* What was seen from one end, in the current connection. */
enum {
    SEEN_SYN = 1, /* SYN without ACK */
    SEEN_SYN_ACK = 2,
    SEEN_ACK = 4, /* an ordinary segment with ACK */
    SEEN_FIN = 8,
    SEEN_RST = 16,
    SEEN_DATA = 32,
    SEEN_ANY = 64,
    SEEN_SEQUENCE = 128, /* base and span hold */
};
/* Bits of flow.flags; the lowest 16 are two sets of SEEN_ bits, from end A and from end B. */
#define FLOW_SEEN(flags, end)  ((flags) >> ((end)*8) & 0xffu)
#define FLOW_REFUSED(end)      (1u << (16 + (end))) /* an ICMP error refused packets towards this end */
#define FLOW_SYN_TWICE         (1u << 18)           /* the handshake's time cannot be told */
#define FLOW_BEGUN_BY_B        (1u << 19)           /* the connection's first SYN came from B */
#define FLOW_SEGMENT_BITS      ((1u << 20) - 1)
#define FLOW_FROM_SYN(end)     (1u << (20 + (end))) /* evidence: this end once sent a SYN, or got a refusal of one */
#define FLOW_FROM_SYN_ACK(end) (1u << (22 + (end))) /* evidence: this end once sent a SYN-ACK */
#define FLOW_FROM_ICMP(end)    (1u << (24 + (end))) /* evidence: an ICMP error named this end as the one tried */
#define FLOW_PHASE_SHIFT       26                   /* enum flow_phase */
#define FLOW_LOOKS_SHIFT       28                   /* 0 to FLOW_LOOKS, three bits */
#define FLOW_LOOKS_OF(flags)   ((flags) >> FLOW_LOOKS_SHIFT & 7u)

/* Where the current stretch stands in a part of a capture. */
enum flow_phase {
    PHASE_SETTLED, /* it begins where a connection begins */
    PHASE_LEAD,    /* TCP: no SYN yet, others: ICMP errors only.  It may continue a connection of the part before */
    PHASE_OPENING, /* the first connection that begins in this part, or may continue one of the part before */
};

/* A flow, as the functions below work on it; the table keeps it in a shorter form (flow_store.h). */
struct flow {
    struct flow_key key;
    uint64_t bytes[2];   /* wire bytes, from A and from B */
    uint64_t packets[2]; /* likewise */
    uint64_t network[2]; /* bytes of the IP header and what follows */
    int64_t last_ns;     /* PS_TIME_NONE: no packet had a time */
    int64_t first_ns;
    uint32_t flags;
    uint32_t extra; /* 1 + index of a flow_extra, 0: none */
    uint16_t digest[2];
    uint8_t look[FLOW_LOOKS]; /* application | way << 6, of the first payloads */
    uint8_t part;             /* of the table that it lies in */
    /* the current connection */
    uint64_t payload[2]; /* bytes */
    uint32_t base[2];    /* lowest sequence number */
    uint64_t span[2];    /* bytes from base to the highest one */
    int64_t mark_ns[2];  /* [end]: its first ACK; where the other end sent the SYN, that SYN's time instead. 0: none */
};

/* What a flow needs to know of a packet. */
struct flow_packet {
    int64_t time_ns;
    uint32_t wire, network, payload; /* bytes */
    uint32_t captured;               /* of the payload */
    uint32_t tcp_seq;                /* valid with PS_KEY_SEQUENCE */
    uint16_t digest;
    uint8_t tcp_flags;
    uint8_t flags; /* PS_KEY_SEQUENCE, and FLOW_PACKET_... */
};
#define FLOW_PACKET_FROM_B 0x80u /* end B sent it */
#define FLOW_PACKET_LATE   0x40u /* counted under what another packet says: it tells nothing of copies */
#define FLOW_PACKET_QUOTED 0x20u /* no packet: an ICMP error refused one that the other end had sent */
#define FLOW_PACKET_OPEN   0x10u /* not known yet whether there is something to count */

/* A stretch of one connection. */
struct flow_segment {
    uint32_t flags; /* FLOW_SEGMENT_BITS */
    uint32_t base[2];
    uint64_t span[2], payload[2];
    int64_t mark_ns[2];
    int64_t first_ns, last_ns;
};

/* What does not fit the short form of a flow: the upper parts of its counters. */
struct flow_high {
    uint64_t packets[2], bytes[2], overhead[2], headers[2];
    uint32_t top[2];
};

/* What few flows have. */
struct flow_extra {
    struct flow_high high;
    bool has_lead, has_opening; /* the stretches below are kept for merging */
    struct flow_segment lead, opening;
    uint64_t payload[2];                /* of former connections */
    uint64_t retransmitted;             /* of former connections */
    uint32_t outcome[PS_OUTCOME_COUNT]; /* of former connections */
    uint32_t one_way[2];                /* former ones of protocols without handshake, seen only from A, only from B */
};

/* Times of handshakes that are over, per server port. */
struct rtt;

/* What the functions below need besides the flow itself. */
struct flow_context {
    struct flow_extra *(*extra)(void *owner, struct flow *flow); /* made when there is none; NULL: memory is out */
    void *owner;
    struct rtt **rtt; /* made when there is none */
    bool failed;
};

/* A flow that has just been made gets its first packet through flow_add too. `at_start`: see ps_fragments_create. */
void ps_flow_begin(struct flow *flow, bool at_start);
/* Counts one packet. */
void ps_flow_add(struct flow_context *context, struct flow *flow, const struct flow_packet *packet);
/* `part` continues `flow`; both have the same key and the same ends. */
void ps_flow_merge(struct flow_context *context, struct flow *flow, const struct flow *part,
                   const struct flow_extra *part_extra);

struct flow_segment ps_flow_current(const struct flow *flow);
/* The end that is the server as the flow's own handshakes show it; -1: they do not. */
int ps_flow_server(const struct flow *flow);
/* What became of a connection whose server is `server` (an end), if its own handshake does not show it. `request`: the payload asked for an answer. */
enum ps_outcome ps_flow_outcome(uint8_t transport, const struct flow_segment *segment, int server, bool request);
/* Payload bytes that were sent again, at least. */
uint64_t ps_flow_retransmitted(uint8_t transport, const struct flow_segment *segment);
/* Time from SYN to the ACK that completes the handshake; -1 when the capture does not show it. */
int64_t ps_flow_rtt(uint8_t transport, const struct flow_segment *segment);

#endif
