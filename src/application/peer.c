/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between equals: BitTorrent's trackers, its distributed table and its transport over UDP (BEP 15, 5, 29) and STUN (RFC
 * 8489, with ICE's attributes, RFC 8445, and TURN's methods, RFC 8656).
 */
#include "signature.h"

/* A dictionary in bencoding that asks ("a" first), answers ("r") or reports an error ("e").  Nodes do both to each other. */
bool ps_application_bittorrent_dht(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    return ps_application_says(p, 0, "d1:ad2:id20:") || ps_application_says(p, 0, "d1:rd2:id20:") ||
           ps_application_says(p, 0, "d1:eli20") || ps_application_says(p, 0, "d2:ip6:");
}

/* uTP itself is too plain to name; with BitTorrent's handshake in a data packet of version 1 it is certain. */
bool ps_application_bittorrent_utp(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    return ps_application_says(p, 20,
                               "\x13"
                               "BitTorrent protocol");
}

enum stun_seen {
    STUN_ICE = 1,       /* PRIORITY, USE-CANDIDATE, ICE-CONTROLLED, ICE-CONTROLLING */
    STUN_INTEGRITY = 2, /* MESSAGE-INTEGRITY */
};

/* Attributes must fill the message; what was not captured is not judged. */
static bool stun_attributes(const struct ps_payload *p, uint32_t end, unsigned *ret_seen)
{
    unsigned seen = 0;
    uint32_t at = 20;
    while (at < end && ps_bytes_reach(&p->in, at, 4)) {
        uint16_t type = ps_be16(&p->in, at);
        if (type == 0x0024 || type == 0x0025 || type == 0x8029 || type == 0x802a)
            seen |= STUN_ICE;
        else if (type == 0x0008)
            seen |= STUN_INTEGRITY;
        at += 4 + ((ps_be16(&p->in, at + 2) + 3u) & ~3u);
    }
    if (at > end)
        return false;
    *ret_seen = seen;
    return true;
}

/* Between ICE's peers a binding request goes both ways, and its answers are signed. */
static enum ps_way stun_way(uint16_t type, unsigned seen)
{
    bool binding = (type & 0x3eef) == 0x0001;
    switch (type & 0x0110) {
    case 0x0000:
        return binding && seen ? PS_WAY_UNKNOWN : PS_WAY_REQUEST;
    case 0x0010: /* an indication */
        return PS_WAY_UNKNOWN;
    default:
        return binding && seen ? PS_WAY_UNKNOWN : PS_WAY_ANSWER;
    }
}

/* The table matched the cookie. */
bool ps_application_stun(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint16_t type = ps_be16(&p->in, 0);
    uint32_t length = ps_be16(&p->in, 2);
    unsigned seen;
    if (length % 4 || length + 20 != p->length || !ps_bytes_reach(&p->in, 0, 20) ||
        !stun_attributes(p, length + 20, &seen))
        return false;
    /* Without its attributes a binding may be a peer's. */
    *ret_way = ps_payload_whole(p) ? stun_way(type, seen) : PS_WAY_UNKNOWN;
    return true;
}
