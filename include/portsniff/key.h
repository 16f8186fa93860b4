/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What decoding makes of a packet: a key.  Room: decode.
 *
 * "Not understood" is data: a key says what was reached, what stopped the walk and why, so that every packet lands in
 * exactly one row of the ledger.
 */
#ifndef PORTSNIFF_KEY_H
#define PORTSNIFF_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/packet.h"

/* Protocols whose header begins with a source and a destination port. */
enum ps_transport {
    PS_TRANSPORT_NONE,
    PS_TRANSPORT_TCP,
    PS_TRANSPORT_UDP,
    PS_TRANSPORT_UDPLITE,
    PS_TRANSPORT_SCTP,
    PS_TRANSPORT_DCCP,
    PS_TRANSPORT_COUNT
};

/* The rows of the ledger. */
enum ps_row {
    PS_ROW_PORTS,            /* counted by port */
    PS_ROW_OTHER_PROTOCOL,   /* an IP protocol without ports; detail: IP protocol number */
    PS_ROW_LATER_FRAGMENT,   /* a later fragment that could not be credited */
    PS_ROW_TRUNCATED,        /* captured (or sent) too short to hold what its headers announce */
    PS_ROW_MALFORMED,        /* a header contradicts itself */
    PS_ROW_NON_IP,           /* something else than IP; detail says what */
    PS_ROW_UNSUPPORTED_LINK, /* a link type without a decoder; detail: LINKTYPE number */
    PS_ROW_COUNT
};

/* What `detail` of a key means. */
enum ps_detail {
    PS_DETAIL_NONE,
    PS_DETAIL_ETHERTYPE,   /* EtherType */
    PS_DETAIL_LLC,         /* destination SAP of an LLC header */
    PS_DETAIL_SNAP,        /* low 16 bits of the OUI's protocol number, OUI not Ethernet's */
    PS_DETAIL_PPP,         /* PPP protocol number */
    PS_DETAIL_IP_PROTOCOL, /* IP protocol number */
    PS_DETAIL_LINK_TYPE,   /* LINKTYPE number */
    PS_DETAIL_WLAN,        /* 802.11: enum ps_wlan_detail */
    PS_DETAIL_FAMILY,      /* address family of a loopback header, or an NLPID */
    PS_DETAIL_FAULT,       /* enum ps_fault */
    PS_DETAIL_COUNT
};

enum ps_wlan_detail {
    PS_WLAN_MANAGEMENT,
    PS_WLAN_CONTROL,
    PS_WLAN_NULL_DATA, /* a data frame without a body */
    PS_WLAN_PROTECTED, /* encrypted */
    PS_WLAN_FRAGMENT,
    PS_WLAN_OTHER,
    PS_WLAN_COUNT
};

/* Which header was cut off or contradicted itself. */
enum ps_fault {
    PS_FAULT_LINK, /* link-layer header */
    PS_FAULT_TAG,  /* VLAN and other tags */
    PS_FAULT_LLC,  /* LLC or SNAP */
    PS_FAULT_MPLS, /* label stack */
    PS_FAULT_PPP,  /* PPP or PPPoE */
    PS_FAULT_IPV4, /* IPv4 header */
    PS_FAULT_IPV6, /* IPv6 header */
    PS_FAULT_IPV6_EXTENSION,
    PS_FAULT_AH,
    PS_FAULT_GRE,
    PS_FAULT_TUNNEL,    /* another tunnel header */
    PS_FAULT_TRANSPORT, /* fewer than the four bytes that hold the ports */
    PS_FAULT_NESTING,   /* more headers than are followed */
    PS_FAULT_COUNT
};

/* What a packet may be wrapped in.  The order is that of the tables in reports. */
enum ps_tunnel {
    PS_TUNNEL_VLAN,   /* id: VLAN identifier, 12 bits */
    PS_TUNNEL_MPLS,   /* id: bottom label, 20 bits */
    PS_TUNNEL_PPPOE,  /* id: session */
    PS_TUNNEL_GRE,    /* id: key, 0 when there is none */
    PS_TUNNEL_NVGRE,  /* id: virtual subnet, 24 bits */
    PS_TUNNEL_ERSPAN, /* id: session, 10 bits */
    PS_TUNNEL_PPTP,   /* GRE version 1; id: call */
    PS_TUNNEL_IPIP,   /* IPv4 in IPv4; no id, likewise below */
    PS_TUNNEL_6IN4,
    PS_TUNNEL_4IN6,
    PS_TUNNEL_6IN6,
    PS_TUNNEL_ETHERIP,
    PS_TUNNEL_AH,     /* id: security parameters index */
    PS_TUNNEL_NSH,    /* id: service path */
    PS_TUNNEL_VXLAN,  /* id: VNI */
    PS_TUNNEL_GENEVE, /* id: VNI */
    PS_TUNNEL_GTPU,   /* id: TEID */
    PS_TUNNEL_TEREDO,
    PS_TUNNEL_COUNT
};

struct ps_hop {
    uint32_t id;
    uint16_t port; /* UDP port by which the tunnel was known; 0 for tunnels without ports */
    uint8_t kind;  /* enum ps_tunnel */
};

/* Wrappings that are listed per packet; deeper ones are walked through but not listed. */
#define PS_HOPS_MAX 8

/* An IP address; IPv4 in the first four bytes, the rest 0. */
struct ps_address {
    uint8_t octet[16];
};

/* A datagram that was sent in fragments: RFC 791 section 3.2, RFC 8200 section 4.5. */
struct ps_datagram {
    struct ps_address source, destination;
    uint32_t identification;
    uint8_t protocol; /* IPv4 protocol, or the IPv6 fragment header's next header */
    uint8_t family;   /* 4 or 6 */
    uint8_t zero[2];
};

/* First fragments that one packet can be at different depths; at most one per followed header. */
#define PS_FIRSTS_MAX 32

/* The part of a key that only packets with fragments have. */
struct ps_fragments_seen {
    bool later;             /* the walk ended in a later fragment of `later_of` */
    uint32_t later_payload; /* bytes of the datagram's content that this fragment carries */
    uint32_t later_network; /* the same with its IP header */
    struct ps_datagram later_of;
    uint32_t first_count;
    struct {
        struct ps_datagram of;
        bool has_ports; /* the ports in the key lie inside this fragment */
    } first[PS_FIRSTS_MAX];
};

/* The packet that an ICMP error quotes (RFC 792, RFC 4443): it was refused or could not be delivered. */
struct ps_quoted {
    struct ps_address source, destination;
    uint16_t source_port, destination_port;
    uint8_t family;
    uint8_t transport;
};

/* The order is that of writing: neighbours that are known together are stored together. */
struct ps_key {
    int64_t time_ns; /* as in the packet */
    uint32_t wire;   /* bytes: the packet's original length */
    /* bytes: IP header and what follows, as stated, of the header next to what counts; 0 without IP */
    uint32_t network;
    uint32_t payload;          /* bytes behind the transport header, as stated; 0 without ports */
    uint16_t destination_port; /* host order; meaningless unless row is PS_ROW_PORTS */
    uint16_t source_port;
    struct ps_address source; /* of the IP header next to the ports, or of the innermost one reached */
    struct ps_address destination;
    uint32_t tcp_seq;    /* sequence number; valid with PS_KEY_SEQUENCE */
    uint32_t payload_at; /* offset of the payload in the frame; 0: none was captured */
    uint8_t family;      /* 4, 6, or 0 when no IP header was read */
    uint8_t transport;   /* enum ps_transport */
    uint8_t tcp_flags;   /* RFC 9293 section 3.1; SYN and ACK also of SCTP and DCCP handshakes; 0 where not captured */
    uint8_t hop_count;   /* entries of ps_keys.hop that are this packet's */
    uint16_t digest;     /* of fields that differ between any two packets, but not between two captures of one */
    uint16_t flags;      /* PS_KEY_... */
    uint16_t detail;     /* see detail_kind */
    uint8_t detail_kind; /* enum ps_detail */
    uint8_t row;         /* enum ps_row */
    uint16_t quoted;     /* 1 + index into ps_keys.quoted, 0: no ICMP error */
    uint16_t fragments;  /* 1 + index into ps_keys.fragments, 0 for the ordinary packet */
    uint32_t space;      /* 0, or what sets this packet's addresses apart: virtual networks, stacked VLANs */
    uint16_t link_type;
};
_Static_assert(sizeof(struct ps_key) == 88, "a batch of keys stays in the first-level cache");

/* IP length 0 under segmentation offload, or TCP/UDP with more than 1500 bytes of network layer: see report */
#define PS_KEY_SEGMENTED 1u
/* tcp_seq holds: eight bytes of the TCP header were captured. */
#define PS_KEY_SEQUENCE  2u

struct ps_keys {
    size_t count;
    struct ps_key key[PS_BATCH_MAX];
    struct ps_hop hop[PS_BATCH_MAX][PS_HOPS_MAX];
    size_t fragments_count;
    struct ps_fragments_seen fragments[PS_BATCH_MAX];
    const struct ps_batch *batch; /* what the keys were made of; NULL when they were made otherwise */
    size_t quoted_count;
    struct ps_quoted quoted[PS_BATCH_MAX];
};

#endif
