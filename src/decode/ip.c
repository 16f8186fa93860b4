/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200), AH (RFC 4302).  Lengths are those the headers state, cut to
 * what the frame holds; bytes behind them are padding.  A wrong version nibble is not guessed around.
 */
#include "walk.h"

/* Notes that this packet is the first fragment of a datagram. */
static void note_first(struct ps_walk *w, const struct ps_datagram *of)
{
    if (!w->fragments)
        return;
    if (!w->fragmented)
        w->fragments->later = false, w->fragments->first_count = 0;
    w->fragmented = true;
    uint32_t n = w->fragments->first_count;
    if (n == PS_FIRSTS_MAX)
        return;
    w->fragments->first[n].of = *of;
    w->first_found[n] = (uint8_t)w->found_count;
    w->fragments->first_count = n + 1;
}

/* `header`: bytes between the cursor and the fragment's content. */
static enum step stop_later(struct ps_walk *w, const struct ps_datagram *of, uint32_t header)
{
    uint64_t content = (uint64_t)w->in.at + header;
    if (w->fragments) {
        if (!w->fragmented)
            w->fragments->first_count = 0;
        w->fragmented = true;
        w->fragments->later = true;
        w->fragments->later_of = *of;
        w->fragments->later_payload = w->wire_end > content ? (uint32_t)(w->wire_end - content) : 0;
        w->fragments->later_network = w->ip_length;
    }
    return ps_walk_stop(w, PS_ROW_LATER_FRAGMENT, PS_DETAIL_NONE, 0);
}

/* What an IP header's protocol number names, the cursor standing behind that header. */
static enum step upper(struct ps_walk *w, uint8_t protocol)
{
    w->ip_protocol = protocol;
    enum step step = ps_step_of_ip_protocol(protocol);
    if (step == STEP_PORTS)
        return step;
    switch (step) {
    case STEP_STOP:
    case STEP_NONE:
        ps_walk_icmp(w);
        return ps_walk_stop(w, PS_ROW_OTHER_PROTOCOL, PS_DETAIL_IP_PROTOCOL, protocol);
    case STEP_IPV4:
        ps_walk_hop(w, w->ip_family == 4 ? PS_TUNNEL_IPIP : PS_TUNNEL_4IN6, 0, 0);
        return step;
    case STEP_IPV6:
        ps_walk_hop(w, w->ip_family == 4 ? PS_TUNNEL_6IN4 : PS_TUNNEL_6IN6, 0, 0);
        return step;
    default:
        return step;
    }
}

/* An IP header of this version lies at the cursor as a whole: from now on addresses are those in it. */
static void reach(struct ps_walk *w, uint8_t family)
{
    w->ip_family = family;
    w->ip_at = w->in.at;
    w->ip_length = (uint32_t)(w->wire_end - w->in.at);
}

enum step ps_walk_ipv4(struct ps_walk *w)
{
    uint32_t start = w->in.at;
    if (!ps_bytes_has(&w->in, 20))
        return ps_walk_short(w, PS_FAULT_IPV4);
    if (ps_u8(&w->in, 0) >> 4 != 4)
        return ps_walk_bad(w, PS_FAULT_IPV4);
    reach(w, 4);
    uint32_t header = (ps_u8(&w->in, 0) & 15u) * 4;
    uint32_t total = ps_be16(&w->in, 2);
    if (header < 20 || (total > 0 && total < header))
        return ps_walk_bad(w, PS_FAULT_IPV4);
    if (total > 0) /* 0: segmentation offload, to the end of the frame */
        ps_walk_limit(w, total);
    w->ip_length = (uint32_t)(w->wire_end - start);

    uint16_t fragment = ps_be16(&w->in, 6);
    uint8_t protocol = ps_u8(&w->in, 9);
    w->ip_protocol = protocol;
    if (fragment & 0x3fff) { /* an offset, or more fragments */
        struct ps_datagram datagram = {.identification = ps_be16(&w->in, 4), .protocol = protocol, .family = 4};
        ps_bytes_copy(&w->in, 12, datagram.source.octet, 4);
        ps_bytes_copy(&w->in, 16, datagram.destination.octet, 4);
        if (fragment & 0x1fff)
            return stop_later(w, &datagram, header);
        note_first(w, &datagram);
    }
    ps_bytes_skip(&w->in, header);
    return upper(w, protocol);
}

/* The fragment header, RFC 8200 section 4.5.  Returns false for a later fragment, and the walk has ended. */
static bool fragment_header(struct ps_walk *w, uint8_t next)
{
    uint16_t fragment = ps_be16(&w->in, 2);
    if ((fragment & 0xfff9) == 0) /* atomic */
        return true;
    struct ps_bytes ip = {.base = w->in.base, .at = w->ip_at, .end = w->in.end};
    struct ps_datagram datagram = {.identification = ps_be32(&w->in, 4), .protocol = next, .family = 6};
    ps_bytes_copy(&ip, 8, datagram.source.octet, 16);
    ps_bytes_copy(&ip, 24, datagram.destination.octet, 16);
    if (fragment & 0xfff8) {
        stop_later(w, &datagram, 8);
        return false;
    }
    note_first(w, &datagram);
    return true;
}

enum {
    IPV6_HOP_BY_HOP = 0,
    IPV6_ROUTING = 43,
    IPV6_FRAGMENT = 44,
    IPV6_AH = 51,
    IPV6_DESTINATION = 60,
    IPV6_MOBILITY = 135,
    IPV6_HIP = 139,
    IPV6_SHIM6 = 140
};

/* Skips extension headers by their length, options unread; the work is bounded by the packet's length. */
static enum step extension_headers(struct ps_walk *w, uint8_t protocol)
{
    for (;;) {
        bool known = protocol == IPV6_HOP_BY_HOP || protocol == IPV6_ROUTING || protocol == IPV6_FRAGMENT ||
                     protocol == IPV6_AH || protocol == IPV6_DESTINATION || protocol == IPV6_MOBILITY ||
                     protocol == IPV6_HIP || protocol == IPV6_SHIM6;
        if (!known)
            return upper(w, protocol);
        w->ip_protocol = protocol;
        if (!ps_bytes_has(&w->in, 8))
            return ps_walk_short(w, PS_FAULT_IPV6_EXTENSION);
        uint8_t next = ps_u8(&w->in, 0);
        uint32_t length = ps_u8(&w->in, 1);
        if (protocol == IPV6_FRAGMENT) {
            if (!fragment_header(w, next))
                return STEP_STOP;
            ps_bytes_skip(&w->in, 8);
        } else if (protocol == IPV6_AH) {
            ps_walk_hop(w, PS_TUNNEL_AH, 0, ps_be32(&w->in, 4));
            ps_bytes_skip(&w->in, (length + 2) * 4);
        } else {
            ps_bytes_skip(&w->in, (length + 1) * 8);
        }
        protocol = next;
    }
}

enum step ps_walk_ipv6(struct ps_walk *w)
{
    uint32_t start = w->in.at;
    if (!ps_bytes_has(&w->in, 40))
        return ps_walk_short(w, PS_FAULT_IPV6);
    if (ps_u8(&w->in, 0) >> 4 != 6)
        return ps_walk_bad(w, PS_FAULT_IPV6);
    reach(w, 6);
    uint32_t length = ps_be16(&w->in, 4);
    uint8_t next = ps_u8(&w->in, 6);
    if (length > 0) /* 0: a jumbogram or segmentation offload, to the end of the frame */
        ps_walk_limit(w, 40 + (uint64_t)length);
    w->ip_length = (uint32_t)(w->wire_end - start);
    ps_bytes_skip(&w->in, 40);
    return extension_headers(w, next);
}

enum step ps_walk_ah(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 8))
        return ps_walk_short(w, PS_FAULT_AH);
    uint8_t next = ps_u8(&w->in, 0);
    ps_walk_hop(w, PS_TUNNEL_AH, 0, ps_be32(&w->in, 4));
    ps_bytes_skip(&w->in, (ps_u8(&w->in, 1) + 2u) * 4);
    return upper(w, next);
}
