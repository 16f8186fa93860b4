/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels inside UDP: VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC 4380).  A port number
 * alone proves nothing: when the header does not check out, the walk ends and the UDP ports count.
 */
#include "walk.h"

/* Ends without a word: the ports found so far count. */
static enum step not_a_tunnel(struct ps_walk *w)
{
    (void)w;
    return STEP_STOP;
}

static enum step vxlan(struct ps_walk *w, uint16_t port)
{
    enum {
        VNI_VALID = 0x08
    };
    if (!ps_bytes_has(&w->in, 8) || !(ps_u8(&w->in, 0) & VNI_VALID))
        return not_a_tunnel(w);
    ps_walk_hop(w, PS_TUNNEL_VXLAN, port, ps_be32(&w->in, 4) >> 8);
    ps_bytes_skip(&w->in, 8);
    return STEP_ETHERNET;
}

static enum step geneve(struct ps_walk *w, uint16_t port)
{
    enum {
        BRIDGED = 0x6558
    };
    uint32_t header = 8 + (ps_u8(&w->in, 0) & 0x3fu) * 4;
    uint16_t type = ps_be16(&w->in, 2);
    if (!ps_bytes_has(&w->in, 8) || ps_u8(&w->in, 0) >> 6 != 0 || !ps_bytes_has(&w->in, header) || type <= 1535)
        return not_a_tunnel(w);
    ps_walk_hop(w, PS_TUNNEL_GENEVE, port, ps_be32(&w->in, 4) >> 8);
    ps_bytes_skip(&w->in, header);
    return type == BRIDGED ? STEP_ETHERNET : ps_walk_ethertype(w, type);
}

/* Skips GTP-U's extension headers; each begins with its length in four-byte units and ends with the next one's type. */
static bool gtpu_extensions(struct ps_bytes *in, uint8_t next)
{
    while (next) {
        uint32_t size = ps_u8(in, 0) * 4u;
        if (size == 0 || !ps_bytes_has(in, size))
            return false;
        next = ps_u8(in, size - 1);
        ps_bytes_skip(in, size);
    }
    return true;
}

static enum step gtpu(struct ps_walk *w, uint16_t port)
{
    enum {
        VERSION_1_PT = 3,
        G_PDU = 255,
        OPTIONAL = 7,
        EXTENSION = 4
    };
    if (!ps_bytes_has(&w->in, 8) || ps_u8(&w->in, 0) >> 4 != VERSION_1_PT || ps_u8(&w->in, 1) != G_PDU)
        return not_a_tunnel(w);
    uint8_t flags = ps_u8(&w->in, 0);
    uint32_t length = ps_be16(&w->in, 2), teid = ps_be32(&w->in, 4);
    ps_bytes_skip(&w->in, 8);
    ps_walk_limit(w, length);
    if (flags & OPTIONAL) { /* E, S and PN: four more bytes, all or none */
        bool there = ps_bytes_has(&w->in, 4);
        uint8_t next = flags & EXTENSION ? ps_u8(&w->in, 3) : 0;
        ps_bytes_skip(&w->in, 4);
        if (!there || !gtpu_extensions(&w->in, next))
            return not_a_tunnel(w);
    }
    ps_walk_hop(w, PS_TUNNEL_GTPU, port, teid);
    return ps_walk_raw_ip(w);
}

/* Authentication and origin indication may precede the IPv6 packet, which must fit the UDP length (that may reach behind
 * what was captured). */
static enum step teredo(struct ps_walk *w, uint16_t port)
{
    struct ps_bytes udp = {.base = w->in.base, .at = w->in.at - 8, .end = w->in.end};
    uint32_t udp_length = ps_be16(&udp, 4);
    uint64_t stated_end = udp_length >= 8 ? (uint64_t)udp.at + udp_length : UINT64_MAX;
    if (ps_bytes_has(&w->in, 4) && ps_be16(&w->in, 0) == 1)
        ps_bytes_skip(&w->in, 13u + ps_u8(&w->in, 2) + ps_u8(&w->in, 3));
    if (ps_bytes_has(&w->in, 2) && ps_be16(&w->in, 0) == 0)
        ps_bytes_skip(&w->in, 8);
    if (!ps_bytes_has(&w->in, 40) || ps_u8(&w->in, 0) >> 4 != 6 ||
        (uint64_t)w->in.at + 40 + ps_be16(&w->in, 4) > stated_end)
        return not_a_tunnel(w);
    ps_walk_hop(w, PS_TUNNEL_TEREDO, port, 0);
    return STEP_IPV6;
}

enum step ps_walk_udp_tunnel(struct ps_walk *w, enum ps_tunnel kind, uint16_t port)
{
    switch (kind) {
    case PS_TUNNEL_VXLAN:
        return vxlan(w, port);
    case PS_TUNNEL_GENEVE:
        return geneve(w, port);
    case PS_TUNNEL_GTPU:
        return gtpu(w, port);
    case PS_TUNNEL_TEREDO:
        return teredo(w, port);
    default:
        return not_a_tunnel(w);
    }
}
