/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk through one packet's headers, shared by the files of this room.
 *
 * Each walker reads one header at the cursor, moves the cursor behind it and returns the step that the header names; the
 * loop in decode.c takes it.  No recursion, so that depth is one counter; no walker ever fails: where it cannot go on, it
 * notes why and returns STEP_STOP.
 */
#ifndef PORTSNIFF_DECODE_WALK_H
#define PORTSNIFF_DECODE_WALK_H

#include "portsniff/bytes.h"
#include "portsniff/decode.h"

enum step {
    STEP_STOP, /* 0, so that a table entry that is not there stops the walk */
    STEP_NONE, /* known by name, not looked into */
    /* link layers */
    STEP_ETHERNET,
    STEP_NULL_LOOPBACK,
    STEP_LOOP_LOOPBACK,
    STEP_RAW_IP,
    STEP_SLL,
    STEP_SLL2,
    STEP_PPP_OR_HDLC,
    STEP_PPP_PPPD,
    STEP_PPP_WITH_DIRECTION,
    STEP_CHDLC,
    STEP_CHDLC_WITH_DIRECTION,
    STEP_FRAME_RELAY,
    STEP_FRAME_RELAY_WITH_DIRECTION,
    STEP_WLAN,
    STEP_RADIOTAP,
    STEP_PPI,
    STEP_PRISM,
    STEP_AVS,
    STEP_NFLOG,
    STEP_PKTAP,
    STEP_ENC,
    STEP_PFLOG,
    STEP_TOKEN_RING,
    STEP_FDDI,
    STEP_FIBRE_CHANNEL,
    STEP_FIREWIRE,
    STEP_ARCNET_BSD,
    STEP_ARCNET_LINUX,
    STEP_SUNATM,
    STEP_ATM_CLIP,
    STEP_IPOIB,
    STEP_IPNET,
    STEP_ERF,
    STEP_JUNIPER_ETHERNET,
    STEP_JUNIPER_PPP,
    STEP_JUNIPER_FRAME_RELAY,
    STEP_JUNIPER_CHDLC,
    STEP_JUNIPER_ATM1,
    STEP_JUNIPER_ATM2,
    /* shims */
    STEP_LLC,
    STEP_SNAP,
    STEP_VLAN_TAG,
    STEP_BACKBONE_TAG,
    STEP_METADATA_TAG,
    STEP_VN_TAG,
    STEP_E_TAG,
    STEP_HSR_TAG,
    STEP_R_TAG,
    STEP_MACSEC,
    STEP_MPLS,
    STEP_PPPOE,
    STEP_PPP,
    STEP_TRILL,
    STEP_NSH,
    /* IP and what it carries */
    STEP_IPV4,
    STEP_IPV6,
    STEP_PORTS,
    STEP_GRE,
    STEP_AH,
    STEP_ETHERIP,
    STEP_IP_ETHERNET,
};

#define PS_TUNNEL_PORTS_STANDARD 4

struct ps_decoder {
    struct ps_decode_options options;
    struct ps_tunnel_port tunnel_port[PS_TUNNEL_PORTS_MAX + PS_TUNNEL_PORTS_STANDARD]; /* the user's come first */
    size_t tunnel_port_count;
    /* UDP ports that may be a tunnel's; none when tunnels are not looked through */
    uint8_t tunnel_port_bits[65536 / 8];
    uint8_t tunnel_port_like[256]; /* the same by a port's low byte: a small table that answers for most */
};

/* The header with ports that counts so far: the innermost one met. */
struct found {
    uint32_t ip_at;   /* offset of its IP header in the frame */
    uint32_t network; /* bytes */
    uint32_t payload; /* bytes */
    uint16_t source_port, destination_port;
    uint8_t family;
    uint8_t transport; /* enum ps_transport, NONE: nothing found */
    uint8_t tcp_flags;
    bool has_sequence;
    uint32_t tcp_seq;
    uint32_t payload_at; /* offset in the frame */
    uint16_t digest;     /* see struct ps_key */
    uint32_t hops;       /* wrappings outside of it */
};

struct ps_walk {
    const struct ps_decoder *decoder;
    struct ps_bytes in; /* captured bytes that the header at the cursor may use */
    uint64_t wire_end;  /* where those bytes end on the wire, as an offset in the frame */

    uint32_t ip_at;     /* innermost IP header: its offset */
    uint32_t ip_length; /* its length with all that follows, bytes, as stated and as the wire allows */
    uint8_t ip_family;  /* 4 or 6, 0: none met yet */
    uint8_t ip_protocol;

    uint8_t row; /* why the walk ended, unless something was found */
    uint8_t detail_kind;
    uint16_t detail;

    struct found found;
    uint32_t found_count;

    struct ps_quoted *quoted; /* room for one */
    bool has_quoted;

    struct ps_hop *hop; /* PS_HOPS_MAX of them */
    uint32_t hop_count;

    struct ps_fragments_seen *fragments; /* NULL: not asked for */
    bool fragmented;                     /* fragments holds something */
    uint8_t first_found[PS_FIRSTS_MAX];  /* found_count when the first fragment's header was met */
};

/* ps_key.digest: fields that differ between a sender's packets, but not between two captures of one.  They are the IPv4
 * identification, the transport checksum and, since a checksum that is left to the network card is the same for all,
 * TCP's numbers (sequence, then acknowledgment) and its word of flags and window.  0: nothing to tell by. */
static inline uint16_t ps_digest(uint32_t identification, uint32_t checksum, uint64_t numbers, uint32_t word)
{
    uint64_t rest = (uint64_t)word << 32 | identification << 16 | checksum;
    uint64_t digest = (numbers * 0x9e3779b97f4a7c15u ^ rest) * 0xd6e8feb86659fd93u;
    return checksum ? (uint16_t)(digest >> 48) : 0;
}

/* Ends the walk. */
enum step ps_walk_stop(struct ps_walk *w, enum ps_row row, enum ps_detail kind, unsigned detail);
/* A header does not fit: cut off by the capture, or too short on the wire itself. */
enum step ps_walk_short(struct ps_walk *w, enum ps_fault fault);
/* A header contradicts itself. */
enum step ps_walk_bad(struct ps_walk *w, enum ps_fault fault);
/* Something that is not IP. */
enum step ps_walk_foreign(struct ps_walk *w, enum ps_detail kind, unsigned detail);
/* What comes next is at most `n` bytes long, padding behind it is not part of it. */
void ps_walk_limit(struct ps_walk *w, uint64_t n);
/* Notes what the packet is wrapped in. */
void ps_walk_hop(struct ps_walk *w, enum ps_tunnel kind, uint16_t port, uint32_t id);
/* An IP version in the first nibble. */
enum step ps_walk_raw_ip(struct ps_walk *w);

/* Decodes packets by fast.c alone, from packet `from` on and as long as they are ordinary.  Returns the index of the first
 * one that needs the walk, or the batch's count. */
size_t ps_decode_ordinary(const struct ps_decoder *decoder, const struct ps_batch *batch, size_t from,
                          struct ps_keys *keys);
/* ps_decode() with every packet walked through: what the other must equal, for tests (decode.c). */
void ps_decode_by_walk(const struct ps_decoder *decoder, const struct ps_batch *batch, struct ps_keys *keys);
/* What stacked tags and virtual networks make of ps_key.space (decode.c). */
uint32_t ps_walk_space(const struct ps_hop *hop, uint32_t count);
/* Larger than what 1500-byte links carry, and not on a host's own loopback: made by segmentation offload, or a jumbo
 * frame (decode.c). */
bool ps_walk_oversized(const struct ps_key *key);

/* Tables (names.c). */
enum step ps_step_of_link(uint16_t link_type);
enum step ps_step_of_ethertype(uint16_t ethertype);
enum step ps_step_of_ip_protocol(uint8_t protocol);
enum ps_transport ps_transport_of(uint8_t ip_protocol);

/* The EtherType (or 802.3 length) was read and the cursor stands behind it. */
enum step ps_walk_ethertype(struct ps_walk *w, uint16_t ethertype);

/* One header each. */
enum step ps_walk_link(struct ps_walk *w, enum step step);      /* link.c: the plain link layers */
enum step ps_walk_rare_link(struct ps_walk *w, enum step step); /* link_rare.c */
enum step ps_walk_wlan(struct ps_walk *w, enum step step);      /* wlan.c: 802.11 and its capture headers */
enum step ps_walk_shim(struct ps_walk *w, enum step step);      /* shim.c: tags, LLC, MPLS, PPP */
enum step ps_walk_ipv4(struct ps_walk *w);                      /* ip.c */
enum step ps_walk_ipv6(struct ps_walk *w);
void ps_walk_icmp(struct ps_walk *w); /* icmp.c: what an error quotes; the walk has ended */
enum step ps_walk_ah(struct ps_walk *w);
enum step ps_walk_ports(struct ps_walk *w); /* transport.c */
enum step ps_walk_gre(struct ps_walk *w);   /* tunnel.c */
enum step ps_walk_etherip(struct ps_walk *w);
enum step ps_walk_udp_tunnel(struct ps_walk *w, enum ps_tunnel kind,
                             uint16_t port); /* udp_tunnel.c; cursor behind UDP */

#endif
