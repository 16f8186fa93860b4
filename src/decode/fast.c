/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ordinary packets, decoded without the walk: Ethernet (also Linux cooked, BSD loopback, raw IP) with at most two VLAN tags; IPv4
 * (RFC 791) without options and fragments or IPv6 (RFC 8200) without extension headers; TCP (RFC 9293), UDP (RFC 768)
 * that cannot be a tunnel, or ICMP (RFC 792, RFC 4443) that quotes nothing.
 *
 * A few compares say whether a packet is one; whatever is not, or is too short anywhere, is left to the walk, which
 * says why.  What is written here is what the walk would write: tests/decode/test_fast.c compares.
 */
#include "walk.h"

enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW = 101,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
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

    ETHERNET_HEADER = 14,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
};

/* What IP carries.  At least 8 bytes of it were captured, be they padding. */
struct carried {
    struct ps_bytes in;      /* the captured bytes from its header on, padding included */
    uint32_t at;             /* offset of its header in the frame */
    uint32_t captured;       /* bytes of it that were captured, without padding */
    uint32_t length;         /* bytes of it on the wire */
    uint32_t identification; /* of the IPv4 header */
    uint32_t protocol;
};

/* Cuts what follows an IP header to the length that the header states, as ps_walk_limit() does. */
static inline void measure(struct carried *c, const struct ps_packet *packet, uint32_t stated)
{
    uint32_t sent = packet->original > packet->captured ? packet->original : packet->captured;
    uint32_t captured = packet->captured - c->at, length = sent - c->at;
    c->captured = stated < captured ? stated : captured;
    c->length = stated < length ? stated : length;
}

/* What is the same in all packets with ports.  From `detail` to `space` everything is 0, which one or two stores do. */
static inline void fill_common(struct ps_key *key, const struct ps_packet *packet)
{
    _Static_assert(PS_ROW_PORTS == 0 && PS_DETAIL_NONE == 0, "rows of packets with ports are zeros");
    key->time_ns = packet->time_ns;
    key->wire = packet->original;
    key->link_type = packet->link_type;
    key->hop_count = 0;
    memset((uint8_t *)key + offsetof(struct ps_key, detail), 0,
           offsetof(struct ps_key, link_type) - offsetof(struct ps_key, detail));
}

/* `header`: bytes of the transport header. */
static inline void fill_ports(struct ps_key *key, const struct carried *c, uint32_t header)
{
    uint32_t ports = ps_be32(&c->in, 0);
    key->destination_port = (uint16_t)ports;
    key->source_port = (uint16_t)(ports >> 16);
    key->payload = c->length > header ? c->length - header : 0;
    key->payload_at = c->captured > header ? c->at + header : 0;
}

/* False, here and below: not ordinary. */
static inline bool tcp(struct ps_key *key, const struct carried *c)
{
    const struct ps_bytes *in = &c->in;
    if (c->captured < TCP_HEADER || !ps_bytes_has(in, TCP_HEADER)) /* the second is what the compiler understands */
        return false;
    uint64_t numbers = (uint64_t)ps_be32(in, 4) << 32 | ps_be32(in, 8); /* of sequence and acknowledgment */
    uint32_t word = ps_be32(in, 12);                                    /* data offset, flags, window */
    fill_ports(key, c, word >> 28 << 2);
    key->tcp_seq = (uint32_t)(numbers >> 32);
    key->transport = PS_TRANSPORT_TCP;
    key->tcp_flags = (uint8_t)(word >> 16);
    key->digest = ps_digest(c->identification, ps_be16(in, 16), numbers, word);
    key->flags = PS_KEY_SEQUENCE;
    return true;
}

static bool is_tunnel_port(const struct ps_decoder *decoder, uint16_t port)
{
    return decoder->tunnel_port_bits[port / 8] >> port % 8 & 1;
}

static inline bool may_be_tunnel(const struct ps_decoder *decoder, const struct ps_bytes *in)
{
    const uint8_t *like = decoder->tunnel_port_like;
    return (like[ps_u8(in, 1)] | like[ps_u8(in, 3)]) != 0 &&
           (is_tunnel_port(decoder, ps_be16(in, 0)) || is_tunnel_port(decoder, ps_be16(in, 2)));
}

static inline bool udp(const struct ps_decoder *decoder, struct ps_key *key, const struct carried *c)
{
    if (c->captured < UDP_HEADER || may_be_tunnel(decoder, &c->in))
        return false;
    uint32_t word = ps_be32(&c->in, 4); /* length, checksum */
    fill_ports(key, c, UDP_HEADER);
    key->tcp_seq = word; /* as the walk leaves it: without PS_KEY_SEQUENCE it says nothing */
    key->transport = PS_TRANSPORT_UDP;
    key->tcp_flags = 0;
    key->digest = ps_digest(c->identification, word & 0xffff, 0, 0);
    key->flags = 0;
    return true;
}

/* ICMP that quotes no packet. */
__attribute__((noinline)) static bool icmp(struct ps_key *key, uint32_t protocol, uint8_t type)
{
    bool quiet = key->family == 4 ? protocol == ICMP && type != ICMP_UNREACHABLE
                                  : protocol == ICMPV6 && type != ICMPV6_UNREACHABLE;
    if (!quiet)
        return false;
    key->destination_port = key->source_port = 0;
    key->payload = key->tcp_seq = key->payload_at = key->space = 0;
    key->transport = PS_TRANSPORT_NONE;
    key->tcp_flags = 0;
    key->digest = key->flags = 0;
    key->row = PS_ROW_OTHER_PROTOCOL;
    key->detail = (uint16_t)protocol;
    key->detail_kind = PS_DETAIL_IP_PROTOCOL;
    return true;
}

static inline bool upper(const struct ps_decoder *decoder, struct ps_key *key, const struct carried *c)
{
    if (c->protocol == TCP)
        return tcp(key, c);
    if (c->protocol == UDP)
        return udp(decoder, key, c);
    return icmp(key, c->protocol, ps_u8(&c->in, 0));
}

static inline bool ipv4(struct ps_key *key, const struct ps_packet *packet, const struct ps_bytes *ip, uint32_t at,
                        struct carried *ret_carried)
{
    if (!ps_bytes_has(ip, IPV4_HEADER + UDP_HEADER))
        return false;
    uint32_t first = ps_be32(ip, 0), second = ps_be32(ip, 4), total = first & 0xffff;
    if (first >> 24 != 0x45 || (second & 0x3fff) != 0 || total <= IPV4_HEADER)
        return false;
    ret_carried->in = ps_bytes_from(ip, IPV4_HEADER);
    ret_carried->at = at + IPV4_HEADER;
    ret_carried->identification = second >> 16;
    ret_carried->protocol = ps_u8(ip, 9);
    measure(ret_carried, packet, total - IPV4_HEADER);
    memset(&key->source, 0, sizeof(key->source) + sizeof(key->destination));
    ps_bytes_copy(ip, 12, key->source.octet, 4);
    ps_bytes_copy(ip, 16, key->destination.octet, 4);
    key->network = ret_carried->length + IPV4_HEADER;
    key->family = 4;
    return true;
}

static inline bool ipv6(struct ps_key *key, const struct ps_packet *packet, const struct ps_bytes *ip, uint32_t at,
                        struct carried *ret_carried)
{
    if (!ps_bytes_has(ip, IPV6_HEADER + UDP_HEADER))
        return false;
    uint32_t second = ps_be32(ip, 4), length = second >> 16;
    if (ps_u8(ip, 0) >> 4 != 6 || length == 0)
        return false;
    ret_carried->in = ps_bytes_from(ip, IPV6_HEADER);
    ret_carried->at = at + IPV6_HEADER;
    ret_carried->identification = 0;
    ret_carried->protocol = second >> 8 & 0xff;
    measure(ret_carried, packet, length);
    ps_bytes_copy(ip, 8, key->source.octet, 16);
    ps_bytes_copy(ip, 24, key->destination.octet, 16);
    key->network = ret_carried->length + IPV6_HEADER;
    key->family = 6;
    return true;
}

/* What stands before IP: where it ends in the frame, and which EtherType it names, 0: not ordinary. */
struct front {
    uint16_t at, type;
};

static struct front link_header(uint16_t link_type, const struct ps_bytes *in)
{
    enum {
        WLAN = 801, /* 801-803 are 802.11, netlink is the last: there the protocol field has another meaning */
        NETLINK = 824
    };
    uint16_t hardware;
    uint32_t family;
    switch (link_type) {
    case LINK_NULL: /* IPv4 has the number 2 in all systems, IPv6 is left to the walk */
        family = ps_le32(in, 0);
        return (struct front){4, family == 2 || family == 0x02000000 ? TYPE_IPV4 : 0};
    case LINK_ETHERNET:
        return (struct front){ETHERNET_HEADER, ps_be16(in, ETHERNET_HEADER - 2)};
    case LINK_RAW:
        return (struct front){0, ps_u8(in, 0) >> 4 == 4 ? TYPE_IPV4 : TYPE_IPV6}; /* IPv6 is checked once more */
    case LINK_IPV4:
        return (struct front){0, TYPE_IPV4};
    case LINK_IPV6:
        return (struct front){0, TYPE_IPV6};
    case LINK_SLL:
        hardware = ps_be16(in, 2);
        return (struct front){16, hardware >= WLAN && hardware <= NETLINK ? 0 : ps_be16(in, 14)};
    case LINK_SLL2:
        hardware = ps_be16(in, 8);
        return (struct front){20, hardware >= WLAN && hardware <= NETLINK ? 0 : ps_be16(in, 0)};
    default:
        return (struct front){0, 0};
    }
}

/* The same with up to two tags behind it. */
__attribute__((noinline)) static struct front tagged_header(const struct ps_packet *packet, struct ps_key *key,
                                                            struct ps_hop *hop)
{
    struct ps_bytes in = ps_bytes_of(packet->data, packet->captured);
    struct front front = link_header(packet->link_type, &in);
    uint32_t tags = 0;
    while ((front.type == TYPE_VLAN || front.type == TYPE_SERVICE_VLAN) && tags < 2) {
        hop[tags++] = (struct ps_hop){.id = ps_be16(&in, front.at) & 0x0fffu, .kind = PS_TUNNEL_VLAN};
        front.type = ps_be16(&in, front.at + 2u);
        front.at += 4;
    }
    key->hop_count = (uint8_t)tags;
    if (tags > 1)
        key->space = ps_walk_space(hop, tags);
    return front;
}

static inline bool ordinary(const struct ps_decoder *decoder, const struct ps_packet *packet, struct ps_key *key,
                            struct ps_hop *hop)
{
    struct ps_bytes in = ps_bytes_of(packet->data, packet->captured);
    struct front front = {ETHERNET_HEADER, packet->link_type == LINK_ETHERNET ? ps_be16(&in, ETHERNET_HEADER - 2) : 0};
    struct carried carried;
    fill_common(key, packet);
    if (front.type != TYPE_IPV4 && front.type != TYPE_IPV6)
        front = tagged_header(packet, key, hop);
    struct ps_bytes ip = ps_bytes_from(&in, front.at);
    if (front.type == TYPE_IPV4) {
        if (!ipv4(key, packet, &ip, front.at, &carried))
            return false;
    } else if (front.type != TYPE_IPV6 || !ipv6(key, packet, &ip, front.at, &carried)) {
        return false;
    }
    if (!upper(decoder, key, &carried))
        return false;
    if (key->network > 1500 && ps_walk_oversized(key))
        key->flags |= PS_KEY_SEGMENTED;
    return true;
}

size_t ps_decode_ordinary(const struct ps_decoder *decoder, const struct ps_batch *batch, size_t from,
                          struct ps_keys *keys)
{
    enum {
        AHEAD = 6
    };
    size_t i = from;
    for (; i < batch->count; i++) {
        if (i + AHEAD < batch->count)
            __builtin_prefetch(batch->packet[i + AHEAD].data);
        if (!ordinary(decoder, &batch->packet[i], &keys->key[i], keys->hop[i]))
            break;
    }
    return i;
}
