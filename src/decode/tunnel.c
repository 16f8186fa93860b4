/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels right behind an IP header: GRE (RFC 2784, 2890, source routes of RFC 1701, version 1 of RFC 2637), and in it
 * NVGRE (RFC 7637), ERSPAN, WCCP; EtherIP (RFC 3378) and Ethernet in IP (protocol 143).
 */
#include "walk.h"

enum {
    GRE_CHECKSUM_OR_ROUTES = 0xc000,
    GRE_ROUTES = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGMENT = 0x0080
};
enum {
    TYPE_BRIDGED = 0x6558,
    TYPE_EOIP = 0x6400,
    TYPE_ERSPAN = 0x88be,
    TYPE_ERSPAN_3 = 0x22eb,
    TYPE_WCCP = 0x883e
};

static enum step erspan(struct ps_walk *w, uint16_t flags, uint16_t type)
{
    if (type == TYPE_ERSPAN && !(flags & GRE_SEQUENCE)) { /* type I has no header */
        ps_walk_hop(w, PS_TUNNEL_ERSPAN, 0, 0);
        return STEP_ETHERNET;
    }
    if (!ps_bytes_has(&w->in, 8))
        return ps_walk_short(w, PS_FAULT_TUNNEL);
    uint8_t version = ps_u8(&w->in, 0) >> 4;
    ps_walk_hop(w, PS_TUNNEL_ERSPAN, 0, ps_be16(&w->in, 2) & 0x3ffu);
    if (version == 1) {
        ps_bytes_skip(&w->in, 8);
        return STEP_ETHERNET;
    }
    if (version != 2)
        return ps_walk_bad(w, PS_FAULT_TUNNEL);
    if (!ps_bytes_has(&w->in, 12))
        return ps_walk_short(w, PS_FAULT_TUNNEL);
    bool subheader = ps_u8(&w->in, 11) & 1;
    ps_bytes_skip(&w->in, subheader ? 20 : 12);
    return STEP_ETHERNET;
}

/* Source route entries up to an empty one.  False when that does not come. */
static bool source_routes(struct ps_walk *w)
{
    while (ps_bytes_has(&w->in, 4)) {
        uint16_t family = ps_be16(&w->in, 0);
        uint8_t size = ps_u8(&w->in, 3);
        ps_bytes_skip(&w->in, 4u + size);
        if (family == 0 && size == 0)
            return true;
    }
    return false;
}

/* What GRE carries. */
static enum step gre_payload(struct ps_walk *w, uint16_t flags, uint16_t type, uint32_t key)
{
    if (type == TYPE_ERSPAN || type == TYPE_ERSPAN_3)
        return erspan(w, flags, type);
    if (flags & 7) {
        ps_walk_hop(w, PS_TUNNEL_PPTP, 0, key & 0xffff);
    } else if (type == TYPE_BRIDGED && flags & GRE_KEY) {
        ps_walk_hop(w, PS_TUNNEL_NVGRE, 0, key >> 8);
    } else {
        ps_walk_hop(w, PS_TUNNEL_GRE, 0, key);
    }
    if (type == TYPE_BRIDGED || type == TYPE_EOIP)
        return STEP_ETHERNET;
    if (type == TYPE_WCCP) { /* version 2 puts four bytes before the packet */
        if (ps_bytes_has(&w->in, 1) && ps_u8(&w->in, 0) >> 4 != 4)
            ps_bytes_skip(&w->in, 4);
        return STEP_IPV4;
    }
    if (type > 1535)
        return ps_walk_ethertype(w, type);
    return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, type);
}

enum step ps_walk_gre(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 4))
        return ps_walk_short(w, PS_FAULT_GRE);
    uint16_t flags = ps_be16(&w->in, 0), type = ps_be16(&w->in, 2);
    unsigned version = flags & 7;
    uint32_t key = 0;
    if (version > 1)
        return ps_walk_bad(w, PS_FAULT_GRE);
    ps_bytes_skip(&w->in, 4);
    if (flags & GRE_CHECKSUM_OR_ROUTES)
        ps_bytes_skip(&w->in, 4);
    if (flags & GRE_KEY) {
        key = ps_be32(&w->in, 0);
        ps_bytes_skip(&w->in, 4);
    }
    if (flags & GRE_SEQUENCE)
        ps_bytes_skip(&w->in, 4);
    if (version == 1 && flags & GRE_ACKNOWLEDGMENT)
        ps_bytes_skip(&w->in, 4);
    if ((flags & GRE_ROUTES && !source_routes(w)) || w->in.at > w->in.end)
        return ps_walk_short(w, PS_FAULT_GRE);
    return gre_payload(w, flags, type, key);
}

enum step ps_walk_etherip(struct ps_walk *w)
{
    ps_walk_hop(w, PS_TUNNEL_ETHERIP, 0, 0);
    if (w->ip_protocol == 97)
        ps_bytes_skip(&w->in, 2);
    return STEP_ETHERNET;
}
