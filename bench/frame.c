/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds Ethernet frames: RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 3828, RFC 9260, RFC 4340, RFC 792, RFC 4443.
 */
#include "frame.h"

#include <string.h>

#define ETHERNET_HEADER 14
#define ETHERNET_LEAST  60
#define VLAN_TAG        4
#define IPV4_HEADER     20
#define IPV6_HEADER     40
#define PAYLOAD_ZEROS   24

static void put16(uint8_t *to, size_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static size_t transport_header(uint8_t protocol)
{
    switch (protocol) {
    case FRAME_TCP:
        return 20;
    case FRAME_SCTP:
        return 12;
    case FRAME_DCCP:
        return 16;
    default:
        return 8;
    }
}

static size_t headers(const struct flow *flow)
{
    return ETHERNET_HEADER + (size_t)(flow->vlan ? VLAN_TAG : 0) + (size_t)(flow->ipv6 ? IPV6_HEADER : IPV4_HEADER) +
           transport_header(flow->protocol);
}

static size_t put_ethernet(uint8_t *to, const struct frame *frame)
{
    static const uint8_t station[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
    memcpy(to, station[frame->to_client], 6);
    memcpy(to + 6, station[!frame->to_client], 6);
    size_t at = 12;
    if (frame->flow->vlan) {
        put16(to + at, 0x8100);
        put16(to + at + 2, frame->flow->vlan);
        at += VLAN_TAG;
    }
    put16(to + at, frame->flow->ipv6 ? 0x86dd : 0x0800);
    return at + 2;
}

static void put_checksum(uint8_t *header)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < IPV4_HEADER; i += 2)
        sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(header + 10, ~sum & 0xffff);
}

static size_t put_ipv4(uint8_t *to, const struct frame *frame, size_t length)
{
    const struct flow *flow = frame->flow;
    to[0] = 0x45;
    put16(to + 2, length);
    to[6] = 0x40; /* don't fragment */
    to[8] = 64;
    to[9] = flow->protocol;
    memcpy(to + 12, (frame->to_client ? flow->server : flow->client) + 12, 4);
    memcpy(to + 16, (frame->to_client ? flow->client : flow->server) + 12, 4);
    put_checksum(to);
    return IPV4_HEADER;
}

static size_t put_ipv6(uint8_t *to, const struct frame *frame, size_t length)
{
    const struct flow *flow = frame->flow;
    to[0] = 0x60;
    put16(to + 4, length - IPV6_HEADER);
    to[6] = flow->protocol == FRAME_ICMP ? 58 : flow->protocol;
    to[7] = 64;
    memcpy(to + 8, frame->to_client ? flow->server : flow->client, 16);
    memcpy(to + 24, frame->to_client ? flow->client : flow->server, 16);
    return IPV6_HEADER;
}

static void put_transport(uint8_t *to, const struct frame *frame, size_t length)
{
    const struct flow *flow = frame->flow;
    if (flow->protocol == FRAME_ICMP) {
        to[0] = flow->ipv6 ? (frame->to_client ? 129 : 128) : (frame->to_client ? 0 : 8); /* echo */
        return;
    }
    put16(to, frame->to_client ? flow->server_port : flow->client_port);
    put16(to + 2, frame->to_client ? flow->client_port : flow->server_port);
    switch (flow->protocol) {
    case FRAME_TCP:
        to[12] = 5 << 4; /* data offset in words */
        to[13] = frame->tcp_flags;
        put16(to + 14, 0xffff);
        break;
    case FRAME_DCCP:
        to[4] = 4;          /* data offset in words */
        to[8] = 2 << 1 | 1; /* DCCP-Data with a long sequence number */
        break;
    case FRAME_SCTP:
        break;
    default: /* UDP's length; UDP-Lite's coverage of the whole */
        put16(to + 4, length);
        break;
    }
}

size_t frame_build(uint8_t *to, const struct frame *frame)
{
    size_t needed = headers(frame->flow);
    size_t length = frame->length > needed ? frame->length : needed;
    size_t zeroed = needed + PAYLOAD_ZEROS < length ? needed + PAYLOAD_ZEROS : length;
    memset(to, 0, zeroed);
    memcpy(to + zeroed, frame->noise, length - zeroed);
    /* The shortest frames of TCP are bare acknowledgements: what follows the headers is Ethernet's padding. */
    size_t end = frame->flow->protocol == FRAME_TCP && length <= ETHERNET_LEAST ? needed : length;
    size_t at = put_ethernet(to, frame);
    at += frame->flow->ipv6 ? put_ipv6(to + at, frame, end - at) : put_ipv4(to + at, frame, end - at);
    put_transport(to + at, frame, end - at);
    return length;
}
