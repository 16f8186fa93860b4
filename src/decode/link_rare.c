/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Link layers that are met in special places only: older local networks, ATM, InfiniBand, capture headers of BSD, Solaris
 * and Juniper.  ps_walk_link() has made sure that their fixed headers are there.
 */
#include "walk.h"

/* IP over Fibre Channel (RFC 2625), FDDI, Token Ring: addresses, then LLC. */
static enum step token_ring(struct ps_walk *w)
{
    if ((ps_u8(&w->in, 1) & 0xc0) != 0x40)
        return ps_walk_foreign(w, PS_DETAIL_NONE, 0);
    uint32_t routing = ps_u8(&w->in, 8) & 0x80 ? ps_u8(&w->in, 14) & 0x1fu : 0;
    ps_bytes_skip(&w->in, 14 + routing);
    return STEP_LLC;
}

static enum step fddi(struct ps_walk *w)
{
    uint8_t control = ps_u8(&w->in, 0) & 0xf0;
    if (control != 0x50 && control != 0xd0)
        return ps_walk_foreign(w, PS_DETAIL_NONE, 0);
    ps_bytes_skip(&w->in, 13);
    return STEP_LLC;
}

/* RFC 1201; `at`: offset of the type byte.  Later ARCNET fragments have no IP header. */
static enum step arcnet(struct ps_walk *w, uint32_t at)
{
    enum {
        IPV4 = 212,
        ARP = 213,
        RARP = 214,
        IPV6 = 196,
        IPV4_OLD = 240
    };
    uint8_t type = ps_u8(&w->in, at);
    ps_bytes_skip(&w->in, at + 1);
    if (type >= IPV4 && type <= RARP) {
        if (!ps_bytes_has(&w->in, 3))
            return ps_walk_short(w, PS_FAULT_LINK);
        uint8_t split = ps_u8(&w->in, 0);
        ps_bytes_skip(&w->in, split == 0xff ? 7 : 3);
        if (split != 0xff && split != 0 && !(split & 1))
            return ps_walk_foreign(w, PS_DETAIL_NONE, 0);
    }
    if (type == IPV4 || type == IPV4_OLD)
        return STEP_IPV4;
    if (type == IPV6)
        return STEP_IPV6;
    return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, type == ARP ? 0x0806 : type == RARP ? 0x8035 : type);
}

static enum step sunatm(struct ps_walk *w)
{
    enum {
        LLC_ENCAPSULATED = 2
    };
    uint8_t kind = ps_u8(&w->in, 0) & 0x0f;
    ps_bytes_skip(&w->in, 4);
    return kind == LLC_ENCAPSULATED ? STEP_LLC : ps_walk_foreign(w, PS_DETAIL_NONE, 0);
}

static enum step atm_clip(struct ps_walk *w)
{
    bool llc = ps_be16(&w->in, 0) == 0xaaaa && ps_u8(&w->in, 2) == 3;
    return llc ? STEP_LLC : STEP_IPV4;
}

/* An EtherType at `at`, the packet right behind it (IP over InfiniBand, FireWire). */
static enum step type_at(struct ps_walk *w, uint32_t at, uint32_t header)
{
    uint16_t type = ps_be16(&w->in, at);
    ps_bytes_skip(&w->in, header);
    return ps_walk_ethertype(w, type);
}

static enum step ipnet(struct ps_walk *w)
{
    enum {
        INET = 2,
        INET6 = 26
    };
    uint8_t kind = ps_u8(&w->in, 1);
    ps_bytes_skip(&w->in, 24);
    return kind == INET ? STEP_IPV4 : kind == INET6 ? STEP_IPV6 : ps_walk_foreign(w, PS_DETAIL_FAMILY, kind);
}

/* Endace's record header: time stamp, type, flags, lengths; extension headers of eight bytes; Ethernet behind two bytes
 * of padding. */
static enum step endace(struct ps_walk *w)
{
    enum {
        MORE = 0x80,
        HDLC = 1,
        ETHERNET = 2,
        COLOR_HDLC = 10,
        COLOR_ETHERNET = 11,
        DSM_HDLC = 15,
        DSM_ETHERNET = 16,
        HASH_HDLC = 19,
        HASH_ETHERNET = 20,
        TYPE_IPV4 = 22,
        TYPE_IPV6 = 23
    };
    uint8_t type = ps_u8(&w->in, 8);
    ps_bytes_skip(&w->in, 16);
    for (uint8_t more = type; more & MORE; ps_bytes_skip(&w->in, 8)) {
        if (!ps_bytes_has(&w->in, 8))
            return ps_walk_short(w, PS_FAULT_LINK);
        more = ps_u8(&w->in, 0);
    }
    switch (type & 0x7fu) {
    case ETHERNET:
    case COLOR_ETHERNET:
    case DSM_ETHERNET:
    case HASH_ETHERNET:
        ps_bytes_skip(&w->in, 2);
        return STEP_ETHERNET;
    case HDLC:
    case COLOR_HDLC:
    case DSM_HDLC:
    case HASH_HDLC:
        return STEP_PPP_OR_HDLC;
    case TYPE_IPV4:
        return STEP_IPV4;
    case TYPE_IPV6:
        return STEP_IPV6;
    default:
        return ps_walk_foreign(w, PS_DETAIL_FAMILY, type & 0x7fu);
    }
}

/* Juniper's capture header: "MGC", flags, perhaps extensions; `then` follows when the link layer was kept. */
static enum step juniper(struct ps_walk *w, enum step then)
{
    enum {
        EXTENSIONS = 0x80,
        NO_LINK_LAYER = 0x02
    };
    if (ps_be32(&w->in, 0) >> 8 != 0x4d4743)
        return ps_walk_bad(w, PS_FAULT_LINK);
    uint8_t flags = ps_u8(&w->in, 3);
    ps_bytes_skip(&w->in, 4);
    if (flags & EXTENSIONS)
        ps_bytes_skip(&w->in, 2u + ps_be16(&w->in, 0));
    return flags & NO_LINK_LAYER ? ps_walk_foreign(w, PS_DETAIL_NONE, 0) : then;
}

/* ATM behind Juniper's header: a cookie, then LLC. */
static enum step juniper_atm(struct ps_walk *w, uint32_t cookie)
{
    if (juniper(w, STEP_LLC) != STEP_LLC)
        return STEP_STOP;
    if (!ps_bytes_has(&w->in, cookie + 4))
        return ps_walk_short(w, PS_FAULT_LINK);
    bool cell = ps_u8(&w->in, 0) & 0x80; /* operation and maintenance */
    ps_bytes_skip(&w->in, cookie);
    uint32_t first = ps_be32(&w->in, 0) >> 8;
    if (cell || (first != 0xfefe03 && first != 0xaaaa03))
        return ps_walk_foreign(w, PS_DETAIL_NONE, 0);
    return STEP_LLC;
}

/* Link layers that are met in special places only. */
enum step ps_walk_rare_link(struct ps_walk *w, enum step step)
{
    switch (step) {
    case STEP_TOKEN_RING:
        return token_ring(w);
    case STEP_FDDI:
        return fddi(w);
    case STEP_FIBRE_CHANNEL:
        ps_bytes_skip(&w->in, 16);
        return STEP_LLC;
    case STEP_FIREWIRE:
        return type_at(w, 16, 18);
    case STEP_ARCNET_BSD:
        return arcnet(w, 2);
    case STEP_ARCNET_LINUX:
        return arcnet(w, 4);
    case STEP_SUNATM:
        return sunatm(w);
    case STEP_ATM_CLIP:
        return atm_clip(w);
    case STEP_IPOIB:
        return type_at(w, 40, 44);
    case STEP_IPNET:
        return ipnet(w);
    case STEP_ERF:
        return endace(w);
    case STEP_JUNIPER_ETHERNET:
        return juniper(w, STEP_ETHERNET);
    case STEP_JUNIPER_PPP:
        return juniper(w, STEP_PPP);
    case STEP_JUNIPER_FRAME_RELAY:
        return juniper(w, STEP_FRAME_RELAY);
    case STEP_JUNIPER_CHDLC:
        return juniper(w, STEP_CHDLC);
    case STEP_JUNIPER_ATM1:
        return juniper_atm(w, 4);
    case STEP_JUNIPER_ATM2:
        return juniper_atm(w, 8);
    default:
        return ps_walk_foreign(w, PS_DETAIL_NONE, 0);
    }
}
