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
    case STEP_ERF:
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
    case STEP_ENC:
        return enc(w);
    case STEP_PFLOG:
        return pflog(w);
    case STEP_PPI:
        return inner_link(w, ps_le32(&w->in, 4), STEP_PPI, ps_le16(&w->in, 2));
    case STEP_PKTAP:
        return inner_link(w, ps_le32(&w->in, 8), STEP_PKTAP, ps_le32(&w->in, 0));
    default:
        return ps_walk_rare_link(w, step);
    }
}
