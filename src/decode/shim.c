/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands between a link layer and IP: 802.1Q and other tags, LLC and SNAP (IEEE 802.2, RFC 1042), MPLS (RFC 3032,
 * RFC 4385), PPPoE (RFC 2516), PPP (RFC 1661), MACsec without encryption, TRILL (RFC 6325), NSH (RFC 8300).
 */
#include "walk.h"

enum step ps_walk_ethertype(struct ps_walk *w, uint16_t ethertype)
{
    enum {
        LENGTH_MAX = 1500
    };
    if (ethertype <= LENGTH_MAX) {
        ps_walk_limit(w, ethertype);
        return STEP_LLC;
    }
    enum step step = ps_step_of_ethertype(ethertype);
    if (step == STEP_STOP || step == STEP_NONE)
        return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, ethertype);
    return step;
}

/* A tag of `size` bytes with the next EtherType behind it. */
static enum step tag(struct ps_walk *w, uint32_t size)
{
    if (!ps_bytes_has(&w->in, size + 2))
        return ps_walk_short(w, PS_FAULT_TAG);
    uint16_t type = ps_be16(&w->in, size);
    ps_bytes_skip(&w->in, size + 2);
    return ps_walk_ethertype(w, type);
}

static enum step vlan_tag(struct ps_walk *w)
{
    if (ps_bytes_has(&w->in, 4))
        ps_walk_hop(w, PS_TUNNEL_VLAN, 0, ps_be16(&w->in, 0) & 0x0fffu);
    return tag(w, 2);
}

static enum step llc(struct ps_walk *w)
{
    enum {
        SNAP = 0xaa,
        IP = 0x06,
        UI = 3
    };
    if (!ps_bytes_has(&w->in, 3))
        return ps_walk_short(w, PS_FAULT_LLC);
    uint8_t dsap = ps_u8(&w->in, 0), ssap = ps_u8(&w->in, 1), control = ps_u8(&w->in, 2);
    ps_bytes_skip(&w->in, (control & 3) == 3 ? 3 : 4);
    if (dsap == SNAP && ssap == SNAP && control == UI)
        return STEP_SNAP;
    if (dsap == IP && control == UI)
        return STEP_IPV4;
    return ps_walk_foreign(w, PS_DETAIL_LLC, dsap);
}

static enum step snap(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 5))
        return ps_walk_short(w, PS_FAULT_LLC);
    uint32_t oui = ps_be32(&w->in, 0) >> 8;
    uint16_t type = ps_be16(&w->in, 3);
    ps_bytes_skip(&w->in, 5);
    if ((oui == 0x000000 || oui == 0x0000f8 || oui == 0x080007) && type > 1500)
        return ps_walk_ethertype(w, type);
    if (oui == 0x0080c2 && (type == 1 || type == 7)) /* bridged Ethernet, RFC 2684 */
        return STEP_ETHERNET;
    return ps_walk_foreign(w, PS_DETAIL_SNAP, type);
}

/* The stack, then what its first nibble says: RFC 4928 section 3, RFC 4385. */
static enum step mpls(struct ps_walk *w)
{
    uint32_t entry = 0;
    do {
        if (!ps_bytes_has(&w->in, 4))
            return ps_walk_short(w, PS_FAULT_MPLS);
        entry = ps_be32(&w->in, 0);
        ps_bytes_skip(&w->in, 4);
    } while (!(entry & 0x100)); /* bottom of stack */
    ps_walk_hop(w, PS_TUNNEL_MPLS, 0, entry >> 12);
    if (!ps_bytes_has(&w->in, 1))
        return ps_walk_short(w, PS_FAULT_MPLS);
    switch (ps_u8(&w->in, 0) >> 4) {
    case 4:
        return STEP_IPV4;
    case 6:
        return STEP_IPV6;
    case 0: /* pseudowire control word */
        ps_bytes_skip(&w->in, 4);
        return STEP_ETHERNET;
    case 1: /* associated channel */
        return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, 0x8847);
    default:
        return STEP_ETHERNET;
    }
}

static enum step pppoe(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 6))
        return ps_walk_short(w, PS_FAULT_PPP);
    if (ps_u8(&w->in, 1) != 0) /* not session data */
        return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, 0x8863);
    uint32_t length = ps_be16(&w->in, 4);
    ps_walk_hop(w, PS_TUNNEL_PPPOE, 0, ps_be16(&w->in, 2));
    ps_bytes_skip(&w->in, 6);
    ps_walk_limit(w, length);
    return STEP_PPP;
}

static enum step ppp(struct ps_walk *w)
{
    enum {
        IPV4 = 0x0021,
        IPV6 = 0x0057,
        MPLS = 0x0281,
        MPLS_MULTICAST = 0x0283,
        MULTILINK = 0x003d
    };
    if (ps_u8(&w->in, 0) == 0xff && !ps_bytes_has(&w->in, 2))
        return ps_walk_short(w, PS_FAULT_PPP);
    if (ps_be16(&w->in, 0) == 0xff03) /* HDLC address and control */
        ps_bytes_skip(&w->in, 2);
    uint32_t size = ps_u8(&w->in, 0) & 1 ? 1 : 2; /* a protocol number may be compressed to one byte */
    if (!ps_bytes_has(&w->in, size))
        return ps_walk_short(w, PS_FAULT_PPP);
    uint16_t protocol = size == 1 ? ps_u8(&w->in, 0) : ps_be16(&w->in, 0);
    ps_bytes_skip(&w->in, size);
    switch (protocol) {
    case IPV4:
        return STEP_IPV4;
    case IPV6:
        return STEP_IPV6;
    case MPLS:
    case MPLS_MULTICAST:
        return STEP_MPLS;
    case MULTILINK: /* RFC 1990: only the beginning of a packet can be read */
        if (!ps_bytes_has(&w->in, 4))
            return ps_walk_short(w, PS_FAULT_PPP);
        if (ps_u8(&w->in, 0) & 0x80) {
            ps_bytes_skip(&w->in, 4);
            return STEP_PPP;
        }
        break;
    default:
        break;
    }
    return ps_walk_foreign(w, PS_DETAIL_PPP, protocol);
}

static enum step macsec(struct ps_walk *w)
{
    enum {
        ENCRYPTED_OR_CHANGED = 0x0c,
        EXPLICIT_CHANNEL = 0x20
    };
    if (!ps_bytes_has(&w->in, 6))
        return ps_walk_short(w, PS_FAULT_TAG);
    uint8_t control = ps_u8(&w->in, 0);
    if (control & ENCRYPTED_OR_CHANGED)
        return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, 0x88e5);
    return tag(w, control & EXPLICIT_CHANNEL ? 14 : 6);
}

static enum step trill(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 6))
        return ps_walk_short(w, PS_FAULT_TAG);
    ps_bytes_skip(&w->in, 6 + (ps_be16(&w->in, 0) >> 6 & 0x1fu) * 4);
    return STEP_ETHERNET;
}

static enum step nsh(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 8))
        return ps_walk_short(w, PS_FAULT_TAG);
    uint32_t size = (ps_be16(&w->in, 0) & 0x3fu) * 4;
    uint8_t next = ps_u8(&w->in, 3);
    if (size < 8)
        return ps_walk_bad(w, PS_FAULT_TAG);
    ps_walk_hop(w, PS_TUNNEL_NSH, 0, ps_be32(&w->in, 4) >> 8);
    ps_bytes_skip(&w->in, size);
    static const enum step steps[] = {
        [1] = STEP_IPV4, [2] = STEP_IPV6, [3] = STEP_ETHERNET, [4] = STEP_NSH, [5] = STEP_MPLS};
    if (next >= sizeof(steps) / sizeof(steps[0]) || steps[next] == STEP_STOP)
        return ps_walk_foreign(w, PS_DETAIL_ETHERTYPE, 0x894f);
    return steps[next];
}

enum step ps_walk_shim(struct ps_walk *w, enum step step)
{
    switch (step) {
    case STEP_VLAN_TAG:
        return vlan_tag(w);
    case STEP_LLC:
        return llc(w);
    case STEP_SNAP:
        return snap(w);
    case STEP_MPLS:
        return mpls(w);
    case STEP_PPPOE:
        return pppoe(w);
    case STEP_PPP:
        return ppp(w);
    case STEP_BACKBONE_TAG: /* service tag, then a whole Ethernet frame */
        ps_bytes_skip(&w->in, 4);
        return STEP_ETHERNET;
    case STEP_METADATA_TAG:
    case STEP_E_TAG:
        return tag(w, 6);
    case STEP_VN_TAG:
    case STEP_HSR_TAG:
    case STEP_R_TAG:
        return tag(w, 4);
    case STEP_MACSEC:
        return macsec(w);
    case STEP_TRILL:
        return trill(w);
    case STEP_NSH:
        return nsh(w);
    default:
        return ps_walk_foreign(w, PS_DETAIL_NONE, 0);
    }
}
