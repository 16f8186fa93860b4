/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ordinary packets, decoded without the walk: Ethernet (also Linux cooked and raw IP) with at most two VLAN tags; IPv4
 * (RFC 791) without options and fragments or IPv6 (RFC 8200) without extension headers; TCP (RFC 9293), UDP (RFC 768)
 * that cannot be a tunnel, or ICMP (RFC 792, RFC 4443) that quotes nothing.
 *
 * A few compares say whether a packet is one; whatever is not, or is too short anywhere, is left to the walk, which
 * says why.  What is written here is what the walk would write: tests/decode/test_fast.c compares.  TCP and UDP share
 * one path without branches between them, since nothing can predict which of them comes next.
 */
#include "walk.h"

enum {
    LINK_ETHERNET = 1,
    LINK_RAW = 101,
    LINK_SLL = 113,
    LINK_SLL2 = 276,

    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    TYPE_VLAN = 0x8100,
    TYPE_SERVICE_VLAN = 0x88a8,

    ICMP = 1,
    TCP = 6,
    UDP = 17,
    ICMPV6 = 58,
    ICMP_UNREACHABLE = 3,
    ICMPV6_UNREACHABLE = 1,

    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
};

/* What IP carries. */
struct carried {
    struct ps_bytes in;      /* the captured bytes from its header on, padding included */
    uint32_t at;             /* offset of its header in the frame */
    uint32_t captured;       /* bytes of it that were captured, without padding */
    uint32_t length;         /* bytes of it on the wire */
    uint32_t identification; /* of the IPv4 header */
    uint8_t protocol;
};

/* Cuts what follows an IP header to the length that the header states, as ps_walk_limit() does. */
static inline void measure(struct carried *c, const struct ps_packet *packet, uint32_t stated)
{
    uint32_t sent = packet->original > packet->captured ? packet->original - c->at : packet->captured - c->at;
    c->captured = packet->captured - c->at;
    c->length = stated < sent ? stated : sent;
    c->captured = stated < c->captured ? stated : c->captured;
}

static inline uint16_t digest_of(const struct ps_bytes *in, bool tcp, uint32_t identification, uint32_t checksum)
{
    const uint32_t factor = 2654435761u;
    uint32_t digest = identification * 40503u + checksum;
    uint32_t words = ((digest ^ ps_be32(in, 4)) * factor ^ ps_be32(in, 8)) * factor;
    words = (words ^ ps_be32(in, 12)) * factor;
    digest = tcp ? words : digest;
    return checksum ? (uint16_t)(digest ^ digest >> 16) : 0;
}

/* TCP or UDP, of which 20 bytes were captured, be they padding. */
static inline void fill_ports(struct ps_key *key, const struct carried *c)
{
    const struct ps_bytes *in = &c->in;
    bool tcp = c->protocol == TCP;
    uint32_t ports = ps_be32(in, 0), word = ps_be32(in, 12), tcp_checksum = ps_be16(in, 16);
    uint32_t header = tcp ? (word >> 28) * 4 : UDP_HEADER;
    uint32_t checksum = tcp ? tcp_checksum : ps_be16(in, 6);
    key->source_port = (uint16_t)(ports >> 16);
    key->destination_port = (uint16_t)ports;
    key->payload = c->length > header ? c->length - header : 0;
    key->tcp_seq = ps_be32(in, 4);
    key->payload_at = c->captured > header ? c->at + header : 0;
    key->transport = tcp ? PS_TRANSPORT_TCP : PS_TRANSPORT_UDP;
    key->tcp_flags = tcp ? (uint8_t)(word >> 16) : 0;
    key->digest = digest_of(in, tcp, c->identification, checksum);
    key->flags = tcp ? PS_KEY_SEQUENCE : 0;
    key->row = PS_ROW_PORTS;
    key->detail = 0;
    key->detail_kind = PS_DETAIL_NONE;
}

/* A short UDP datagram at the end of the captured bytes. */
static inline void fill_short_udp(struct ps_key *key, const struct carried *c)
{
    uint8_t copy[TCP_HEADER] = {0};
    struct carried padded = *c;
    ps_bytes_copy(&c->in, 0, copy, UDP_HEADER);
    padded.in = ps_bytes_of(copy, sizeof(copy));
    fill_ports(key, &padded);
}

static inline void fill_icmp(struct ps_key *key, const struct carried *c)
{
    key->source_port = key->destination_port = 0;
    key->payload = key->tcp_seq = key->payload_at = 0;
    key->transport = PS_TRANSPORT_NONE;
    key->tcp_flags = 0;
    key->digest = key->flags = 0;
    key->row = PS_ROW_OTHER_PROTOCOL;
    key->detail = c->protocol;
    key->detail_kind = PS_DETAIL_IP_PROTOCOL;
}

static inline bool may_be_tunnel(const struct ps_decoder *decoder, const struct ps_bytes *in)
{
    const uint8_t *bits = decoder->tunnel_port_bits;
    uint16_t source = ps_be16(in, 0), destination = ps_be16(in, 2);
    return (bits[source / 8] >> source % 8 | bits[destination / 8] >> destination % 8) & 1;
}

/* Whatever IP carries.  At least 8 bytes of it were captured, be they padding.  False: not ordinary. */
static inline bool upper(const struct ps_decoder *decoder, struct ps_key *key, const struct carried *c)
{
    if (c->protocol == TCP || c->protocol == UDP) {
        if (c->captured < (c->protocol == TCP ? TCP_HEADER : UDP_HEADER))
            return false;
        if (c->protocol == UDP && may_be_tunnel(decoder, &c->in))
            return false;
        if (ps_bytes_has(&c->in, TCP_HEADER))
            fill_ports(key, c);
        else
            fill_short_udp(key, c);
        return true;
    }
    uint8_t type = ps_u8(&c->in, 0);
    bool quiet = key->family == 4 ? c->protocol == ICMP && type != ICMP_UNREACHABLE
                                  : c->protocol == ICMPV6 && type != ICMPV6_UNREACHABLE;
    if (!quiet || c->captured == 0)
        return false;
    fill_icmp(key, c);
    return true;
}

static inline bool ipv4(const struct ps_decoder *decoder, struct ps_key *key, const struct ps_packet *packet,
                        struct ps_bytes ip, uint32_t at)
{
    if (!ps_bytes_has(&ip, IPV4_HEADER + UDP_HEADER))
        return false;
    uint32_t total = ps_be16(&ip, 2);
    if (ps_u8(&ip, 0) != 0x45 || (ps_be16(&ip, 6) & 0x3fff) != 0 || total < IPV4_HEADER)
        return false;
    struct carried c = {.in = ps_bytes_from(&ip, IPV4_HEADER),
                        .at = at + IPV4_HEADER,
                        .identification = ps_be16(&ip, 4),
                        .protocol = ps_u8(&ip, 9)};
    measure(&c, packet, total - IPV4_HEADER);
    memset(&key->source, 0, sizeof(key->source) + sizeof(key->destination));
    ps_bytes_copy(&ip, 12, key->source.octet, 4);
    ps_bytes_copy(&ip, 16, key->destination.octet, 4);
    key->network = c.length + IPV4_HEADER;
    key->family = 4;
    return upper(decoder, key, &c);
}

static inline bool ipv6(const struct ps_decoder *decoder, struct ps_key *key, const struct ps_packet *packet,
                        struct ps_bytes ip, uint32_t at)
{
    if (!ps_bytes_has(&ip, IPV6_HEADER + UDP_HEADER))
        return false;
    uint32_t length = ps_be16(&ip, 4);
    if (ps_u8(&ip, 0) >> 4 != 6 || length == 0)
        return false;
    struct carried c = {.in = ps_bytes_from(&ip, IPV6_HEADER), .at = at + IPV6_HEADER, .protocol = ps_u8(&ip, 6)};
    measure(&c, packet, length);
    ps_bytes_copy(&ip, 8, key->source.octet, 16);
    ps_bytes_copy(&ip, 24, key->destination.octet, 16);
    key->network = c.length + IPV6_HEADER;
    key->family = 6;
    return upper(decoder, key, &c);
}

/* The headers of link layers other than Ethernet. */
static uint32_t other_link_header(const struct ps_packet *packet, const struct ps_bytes *in, uint16_t *ret_type)
{
    enum {
        WLAN = 801, /* 801-803 are 802.11, netlink is the last: there the protocol field has another meaning */
        NETLINK = 824
    };
    uint16_t hardware;
    switch (packet->link_type) {
    case LINK_RAW:
        *ret_type = ps_u8(in, 0) >> 4 == 4 ? TYPE_IPV4 : TYPE_IPV6; /* IPv6 is checked once more */
        return 0;
    case LINK_SLL:
        hardware = ps_be16(in, 2);
        *ret_type = hardware >= WLAN && hardware <= NETLINK ? 0 : ps_be16(in, 14);
        return 16;
    case LINK_SLL2:
        hardware = ps_be16(in, 8);
        *ret_type = hardware >= WLAN && hardware <= NETLINK ? 0 : ps_be16(in, 0);
        return 20;
    default:
        *ret_type = 0;
        return 0;
    }
}

/* A link layer's header: returns its length and says which EtherType it names, 0: not ordinary. */
static inline uint32_t link_header(const struct ps_packet *packet, const struct ps_bytes *in, uint16_t *ret_type)
{
    if (packet->link_type != LINK_ETHERNET)
        return other_link_header(packet, in, ret_type);
    *ret_type = ps_be16(in, 12);
    return 14;
}

/* The fields that all packets have. */
static inline void fill_common(struct ps_key *key, const struct ps_packet *packet)
{
    key->time_ns = packet->time_ns;
    key->wire = packet->original;
    key->link_type = packet->link_type;
    key->quoted = key->fragments = 0;
    key->space = 0;
}

static inline bool ordinary(const struct ps_decoder *decoder, const struct ps_packet *packet, struct ps_key *key,
                            struct ps_hop *hop)
{
    struct ps_bytes in = ps_bytes_of(packet->data, packet->captured);
    uint16_t type = 0;
    uint32_t at = link_header(packet, &in, &type), tags = 0;
    while ((type == TYPE_VLAN || type == TYPE_SERVICE_VLAN) && tags < 2) {
        hop[tags++] = (struct ps_hop){.id = ps_be16(&in, at) & 0x0fffu, .kind = PS_TUNNEL_VLAN};
        type = ps_be16(&in, at + 2);
        at += 4;
    }
    key->hop_count = (uint8_t)tags;
    fill_common(key, packet);
    struct ps_bytes ip = ps_bytes_from(&in, at);
    bool known = type == TYPE_IPV4   ? ipv4(decoder, key, packet, ip, at)
                 : type == TYPE_IPV6 ? ipv6(decoder, key, packet, ip, at)
                                     : false;
    if (!known)
        return false;
    if (tags > 1 && key->row == PS_ROW_PORTS)
        key->space = ps_walk_space(hop, tags);
    if (key->network > 1500 && ps_walk_oversized(key))
        key->flags |= PS_KEY_SEGMENTED;
    return true;
}

size_t ps_decode_ordinary(const struct ps_decoder *decoder, const struct ps_batch *batch, size_t from,
                          struct ps_keys *keys)
{
    size_t i = from;
    while (i < batch->count && ordinary(decoder, &batch->packet[i], &keys->key[i], keys->hop[i]))
        i++;
    return i;
}
