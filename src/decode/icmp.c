/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ICMP error quotes: "destination unreachable" of RFC 792 and RFC 4443 brings the packet that was refused back,
 * with at least the ports.  The error itself is counted as ICMP; its quote only says what became of a connection.
 */
#include "walk.h"

enum {
    ICMP = 1,
    ICMPV6 = 58,
    ICMP_UNREACHABLE = 3,
    ICMP_TOO_BIG = 4,
    ICMPV6_UNREACHABLE = 1
};

static bool quoted_ipv4(struct ps_bytes *in, struct ps_quoted *quoted)
{
    uint32_t header = (ps_u8(in, 0) & 15u) * 4;
    if (ps_u8(in, 0) >> 4 != 4 || header < 20 || (ps_be16(in, 6) & 0x1fff) != 0)
        return false;
    *quoted = (struct ps_quoted){.family = 4, .transport = (uint8_t)ps_transport_of(ps_u8(in, 9))};
    ps_bytes_copy(in, 12, quoted->source.octet, 4);
    ps_bytes_copy(in, 16, quoted->destination.octet, 4);
    ps_bytes_skip(in, header);
    return true;
}

/* Without extension headers; with them a quote is rare and tells nothing more. */
static bool quoted_ipv6(struct ps_bytes *in, struct ps_quoted *quoted)
{
    if (ps_u8(in, 0) >> 4 != 6)
        return false;
    *quoted = (struct ps_quoted){.family = 6, .transport = (uint8_t)ps_transport_of(ps_u8(in, 6))};
    ps_bytes_copy(in, 8, quoted->source.octet, 16);
    ps_bytes_copy(in, 24, quoted->destination.octet, 16);
    ps_bytes_skip(in, 40);
    return true;
}

void ps_walk_icmp(struct ps_walk *w)
{
    struct ps_bytes in = w->in;
    uint8_t type = ps_u8(&in, 0), code = ps_u8(&in, 1);
    bool v4 = w->ip_protocol == ICMP && type == ICMP_UNREACHABLE && code != ICMP_TOO_BIG;
    bool v6 = w->ip_protocol == ICMPV6 && type == ICMPV6_UNREACHABLE;
    if (!v4 && !v6)
        return;
    ps_bytes_skip(&in, 8);
    bool quotes = v4 ? quoted_ipv4(&in, w->quoted) : quoted_ipv6(&in, w->quoted);
    if (!quotes || w->quoted->transport == PS_TRANSPORT_NONE || !ps_bytes_has(&in, 4))
        return;
    w->quoted->source_port = ps_be16(&in, 0);
    w->quoted->destination_port = ps_be16(&in, 2);
    w->has_quoted = true;
}
