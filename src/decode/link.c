/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Link layers other than 802.11, as https://www.tcpdump.org/linktypes.html lists them.  Each finds what is carried and
 * leaves addresses alone.
 */
#include "walk.h"

/* BSD address families: 2 is IPv4 everywhere, IPv6 has three numbers. */
static enum step family(struct ps_walk *w, uint32_t value)
{
    if (value == 2)
        return STEP_IPV4;
    if (value == 24 || value == 28 || value == 30)
        return STEP_IPV6;
    return ps_walk_foreign(w, PS_DETAIL_FAMILY, value > UINT16_MAX ? UINT16_MAX : value);
}

/* The host's own byte order, which may be either: families are small numbers. */
static uint32_t host_family(const struct ps_bytes *in)
{
    uint32_t little = ps_le32(in, 0);
    return little < 0x10000 ? little : ps_be32(in, 0);
}

static enum step null_loopback(struct ps_walk *w)
{
    uint32_t value = host_family(&w->in);
    ps_bytes_skip(&w->in, 4);
    return family(w, value);
}

static enum step loop_loopback(struct ps_walk *w)
{
    uint32_t value = ps_be32(&w->in, 0);
    ps_bytes_skip(&w->in, 4);
    return family(w, value);
}

static enum step ethernet(struct ps_walk *w)
{
    uint16_t type = ps_be16(&w->in, 12);
    ps_bytes_skip(&w->in, 14);
    return ps_walk_ethertype(w, type);
}

/* Linux cooked: the protocol field is an EtherType unless it is small or the hardware type gives it another meaning. */
static enum step cooked(struct ps_walk *w, uint16_t protocol, uint16_t hardware)
{
    enum {
        NETLINK = 824,
        WLAN = 801,
        WLAN_PRISM = 802,
        WLAN_RADIOTAP = 803,
        LLC = 4,
        PPP = 7
    };
    if (hardware == NETLINK || (hardware >= WLAN && hardware <= WLAN_RADIOTAP))
        return ps_walk_foreign(w, PS_DETAIL_FAMILY, hardware);
    if (protocol == LLC)
        return STEP_LLC;
    if (protocol == PPP)
        return STEP_PPP;
    if (protocol > 1535)
        return ps_walk_ethertype(w, protocol);
    return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, protocol);
}

static enum step sll(struct ps_walk *w)
{
    uint16_t protocol = ps_be16(&w->in, 14), hardware = ps_be16(&w->in, 2);
    ps_bytes_skip(&w->in, 16);
    return cooked(w, protocol, hardware);
}

static enum step sll2(struct ps_walk *w)
{
    uint16_t protocol = ps_be16(&w->in, 0), hardware = ps_be16(&w->in, 8);
    ps_bytes_skip(&w->in, 20);
    return cooked(w, protocol, hardware);
}

static enum step chdlc(struct ps_walk *w)
{
    uint16_t type = ps_be16(&w->in, 2);
    ps_bytes_skip(&w->in, 4);
    return ps_walk_ethertype(w, type);
}

/* Cisco HDLC has addresses of its own; else HDLC address and control may stand before PPP. */
static enum step ppp_or_hdlc(struct ps_walk *w)
{
    uint8_t address = ps_u8(&w->in, 0);
    return address == 0x0f || address == 0x8f ? STEP_CHDLC : STEP_PPP;
}

/* RFC 2427; without an UI control byte it is Cisco's encapsulation with an EtherType. */
static enum step frame_relay(struct ps_walk *w)
{
    enum {
        UI = 3,
        PAD = 0,
        NLPID_IPV4 = 0xcc,
        NLPID_IPV6 = 0x8e,
        NLPID_SNAP = 0x80,
        NLPID_PPP = 0xcf
    };
    while (ps_bytes_has(&w->in, 1) && !(ps_u8(&w->in, 0) & 1)) /* the last address byte has bit 0 set */
        ps_bytes_skip(&w->in, 1);
    ps_bytes_skip(&w->in, 1);
    if (!ps_bytes_has(&w->in, 2))
        return ps_walk_short(w, PS_FAULT_LINK);
    if (ps_u8(&w->in, 0) != UI) {
        uint16_t type = ps_be16(&w->in, 0);
        ps_bytes_skip(&w->in, 2);
        return ps_walk_ethertype(w, type);
    }
    ps_bytes_skip(&w->in, ps_u8(&w->in, 1) == PAD ? 2 : 1);
    if (!ps_bytes_has(&w->in, 1))
        return ps_walk_short(w, PS_FAULT_LINK);
    uint8_t nlpid = ps_u8(&w->in, 0);
    ps_bytes_skip(&w->in, 1);
    switch (nlpid) {
    case NLPID_IPV4:
        return STEP_IPV4;
    case NLPID_IPV6:
        return STEP_IPV6;
    case NLPID_SNAP:
        return STEP_SNAP;
    case NLPID_PPP:
        return STEP_PPP;
    default:
        return ps_walk_foreign(w, PS_DETAIL_FAMILY, nlpid);
    }
}

/* Netfilter log: attributes in little-endian, the packet is attribute 9. */
static enum step nflog(struct ps_walk *w)
{
    enum {
        INET = 2,
        INET6 = 10,
        PAYLOAD = 9
    };
    uint8_t kind = ps_u8(&w->in, 0);
    ps_bytes_skip(&w->in, 4);
    while (ps_bytes_has(&w->in, 4)) {
        uint32_t size = ps_le16(&w->in, 0), type = ps_le16(&w->in, 2) & 0x7fffu;
        if (size < 4)
            return ps_walk_bad(w, PS_FAULT_LINK);
        if (type == PAYLOAD) {
            ps_walk_limit(w, size);
            ps_bytes_skip(&w->in, 4);
            return kind == INET ? STEP_IPV4 : kind == INET6 ? STEP_IPV6 : ps_walk_foreign(w, PS_DETAIL_FAMILY, kind);
        }
        ps_bytes_skip(&w->in, (size + 3) & ~3u);
    }
    return ps_walk_short(w, PS_FAULT_LINK);
}

/* A header that names the link type of what follows it; not again one of its kind. */
static enum step inner_link(struct ps_walk *w, uint32_t link_type, enum step own, uint32_t header)
{
    enum step step = link_type <= UINT16_MAX ? ps_step_of_link((uint16_t)link_type) : STEP_NONE;
    ps_bytes_skip(&w->in, header);
    if (step == STEP_STOP || step == STEP_NONE || step == own)
        return ps_walk_foreign(w, PS_DETAIL_LINK_TYPE, link_type > UINT16_MAX ? UINT16_MAX : link_type);
    return step;
}

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
    if (type >= IPV4 && type <= RARP && ps_bytes_has(&w->in, 3)) {
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

static enum step pflog(struct ps_walk *w)
{
    uint32_t header = (ps_u8(&w->in, 0) + 3u) & ~3u;
    uint8_t kind = ps_u8(&w->in, 1);
    ps_bytes_skip(&w->in, header);
    return family(w, kind);
}

static enum step enc(struct ps_walk *w)
{
    uint32_t value = host_family(&w->in);
    ps_bytes_skip(&w->in, 12);
    return family(w, value);
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

/* Bytes that must be there before a walker is asked. */
static uint32_t least(enum step step)
{
    switch (step) {
    case STEP_RAW_IP:
    case STEP_PPP_OR_HDLC:
    case STEP_FRAME_RELAY:
    case STEP_PPP_WITH_DIRECTION:
    case STEP_FRAME_RELAY_WITH_DIRECTION:
        return 1;
    case STEP_PPP_PPPD:
        return 2;
    case STEP_ATM_CLIP:
        return 3;
    case STEP_ETHERNET:
    case STEP_TOKEN_RING:
        return 14;
    case STEP_SLL:
    case STEP_FIBRE_CHANNEL:
        return 16;
    case STEP_FIREWIRE:
        return 18;
    case STEP_SLL2:
        return 20;
    case STEP_IPNET:
        return 24;
    case STEP_IPOIB:
        return 44;
    case STEP_PKTAP:
        return 108;
    case STEP_PPI:
        return 8;
    case STEP_ENC:
        return 12;
    case STEP_FDDI:
        return 13;
    case STEP_ARCNET_BSD:
        return 3;
    case STEP_ARCNET_LINUX:
    case STEP_CHDLC_WITH_DIRECTION:
        return 5;
    default:
        return 4;
    }
}

static enum step skip_then(struct ps_walk *w, uint32_t n, enum step step)
{
    ps_bytes_skip(&w->in, n);
    return step;
}

/* Link layers that are met in special places only. */
static enum step rare_link(struct ps_walk *w, enum step step)
{
    switch (step) {
    case STEP_TOKEN_RING:
        return token_ring(w);
    case STEP_FDDI:
        return fddi(w);
    case STEP_FIBRE_CHANNEL:
        return skip_then(w, 16, STEP_LLC);
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
    case STEP_ENC:
        return enc(w);
    case STEP_PFLOG:
        return pflog(w);
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

enum step ps_walk_link(struct ps_walk *w, enum step step)
{
    if (!ps_bytes_has(&w->in, least(step)))
        return ps_walk_short(w, PS_FAULT_LINK);
    switch (step) {
    case STEP_ETHERNET:
        return ethernet(w);
    case STEP_NULL_LOOPBACK:
        return null_loopback(w);
    case STEP_LOOP_LOOPBACK:
        return loop_loopback(w);
    case STEP_RAW_IP:
        return ps_walk_raw_ip(w);
    case STEP_SLL:
        return sll(w);
    case STEP_SLL2:
        return sll2(w);
    case STEP_PPP_OR_HDLC:
        return ppp_or_hdlc(w);
    case STEP_PPP_PPPD:
        return skip_then(w, 2, STEP_PPP);
    case STEP_PPP_WITH_DIRECTION:
        return skip_then(w, 1, STEP_PPP_OR_HDLC);
    case STEP_CHDLC:
        return chdlc(w);
    case STEP_CHDLC_WITH_DIRECTION:
        return skip_then(w, 1, STEP_CHDLC);
    case STEP_FRAME_RELAY:
        return frame_relay(w);
    case STEP_FRAME_RELAY_WITH_DIRECTION:
        return skip_then(w, 1, STEP_FRAME_RELAY);
    case STEP_NFLOG:
        return nflog(w);
    case STEP_PPI:
        return inner_link(w, ps_le32(&w->in, 4), STEP_PPI, ps_le16(&w->in, 2));
    case STEP_PKTAP:
        return inner_link(w, ps_le32(&w->in, 8), STEP_PKTAP, ps_le32(&w->in, 0));
    default:
        return rare_link(w, step);
    }
}
