/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 802.11 data frames, and the headers that captures put before them: radiotap (radiotap.org), Prism, AVS.  Management,
 * control and protected frames are named, not read; an A-MSDU counts by its first subframe; no reassembly.
 */
#include "walk.h"

enum {
    RADIOTAP_TSFT = 1u,
    RADIOTAP_FLAGS = 2u,
    RADIOTAP_PADDED = 0x20
};

/* Bytes of radiotap fields before the flags field, which says whether the 802.11 header is padded to four bytes. */
static uint8_t radiotap_flags(const struct ps_bytes *in)
{
    uint32_t present = ps_le32(in, 4), word = present, at = 8;
    while (word & 1u << 31 && ps_bytes_reach(in, at, 4)) {
        word = ps_le32(in, at);
        at += 4;
    }
    if (present & RADIOTAP_TSFT)
        at = (at + 7) / 8 * 8 + 8; /* a timestamp, aligned */
    return present & RADIOTAP_FLAGS ? ps_u8(in, at) : 0;
}

static enum step frame(struct ps_walk *w, bool padded)
{
    enum {
        PROTECTED = 0x40,
        BOTH_DS = 3,
        NO_BODY = 0x40,
        QOS = 0x80,
        ORDER = 0x80,
        AGGREGATE = 0x80
    };
    if (!ps_bytes_has(&w->in, 2))
        return ps_walk_short(w, PS_FAULT_LINK);
    uint8_t kind = ps_u8(&w->in, 0), flags = ps_u8(&w->in, 1);
    unsigned type = kind >> 2 & 3;
    if (kind & 3 || type == 3)
        return ps_walk_foreign(w, PS_DETAIL_WLAN, PS_WLAN_OTHER);
    if (type != 2)
        return ps_walk_foreign(w, PS_DETAIL_WLAN, type ? PS_WLAN_CONTROL : PS_WLAN_MANAGEMENT);
    if (!ps_bytes_has(&w->in, 24))
        return ps_walk_short(w, PS_FAULT_LINK);
    if (kind & NO_BODY)
        return ps_walk_foreign(w, PS_DETAIL_WLAN, PS_WLAN_NULL_DATA);
    if (flags & PROTECTED)
        return ps_walk_foreign(w, PS_DETAIL_WLAN, PS_WLAN_PROTECTED);
    if (ps_le16(&w->in, 22) & 0x0f)
        return ps_walk_foreign(w, PS_DETAIL_WLAN, PS_WLAN_FRAGMENT);

    uint32_t header = 24 + ((flags & BOTH_DS) == BOTH_DS ? 6 : 0);
    bool aggregate = kind & QOS && ps_u8(&w->in, header) & AGGREGATE;
    if (kind & QOS)
        header += flags & ORDER ? 6 : 2; /* QoS control, and HT control */
    if (padded)
        header = (header + 3) / 4 * 4;
    ps_bytes_skip(&w->in, header);
    if (!aggregate)
        return STEP_LLC;
    if (!ps_bytes_has(&w->in, 14))
        return ps_walk_short(w, PS_FAULT_LINK);
    uint32_t subframe = ps_be16(&w->in, 12);
    ps_bytes_skip(&w->in, 14);
    ps_walk_limit(w, subframe);
    return STEP_LLC;
}

static enum step radiotap(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 8))
        return ps_walk_short(w, PS_FAULT_LINK);
    bool padded = radiotap_flags(&w->in) & RADIOTAP_PADDED;
    ps_bytes_skip(&w->in, ps_le16(&w->in, 2));
    return frame(w, padded);
}

static enum step avs(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 8))
        return ps_walk_short(w, PS_FAULT_LINK);
    ps_bytes_skip(&w->in, ps_be32(&w->in, 4));
    return frame(w, false);
}

static enum step prism(struct ps_walk *w)
{
    if (ps_be32(&w->in, 0) >> 12 == 0x80211) /* AVS where Prism is announced */
        return avs(w);
    ps_bytes_skip(&w->in, 144);
    return frame(w, false);
}

enum step ps_walk_wlan(struct ps_walk *w, enum step step)
{
    switch (step) {
    case STEP_RADIOTAP:
        return radiotap(w);
    case STEP_PRISM:
        return prism(w);
    case STEP_AVS:
        return avs(w);
    default:
        return frame(w, false);
    }
}
