/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What keeps a network running: NTP (RFC 5905, control messages RFC 9327), DHCP (RFC 2131), DHCPv6 (RFC 8415), TFTP (RFC
 * 1350) and RADIUS (RFC 2865, 2866, 5176).  Most have short headers, so the table binds them to their ports.
 */
#include "signature.h"

enum {
    NTP_STRATUM_MOST = 16
};

/* ntpd's own mode 7: implementation 0, 2 or 3; items of a size that fit; only answers are numbered or report errors. */
static bool ntp_private(const struct ps_payload *p, enum ps_way *ret_way)
{
    bool answer = ps_u8(&p->in, 0) & 0x80;
    uint8_t number = ps_u8(&p->in, 1) & 0x7f, implementation = ps_u8(&p->in, 2);
    uint32_t items = ps_be16(&p->in, 4) & 0x0fffu, size = ps_be16(&p->in, 6) & 0x0fffu;
    if (!ps_bytes_reach(&p->in, 0, 8) || implementation > 3 || implementation == 1 || 8 + items * size > p->length)
        return false;
    if (!answer && (number != 0 || ps_u8(&p->in, 4) >> 4 != 0))
        return false;
    *ret_way = answer ? PS_WAY_ANSWER : PS_WAY_REQUEST;
    return true;
}

static int signed_octet(uint8_t octet)
{
    return octet < 128 ? octet : octet - 256;
}

/* Modes 1, 2 and 5 run between equals and tell no way. */
bool ps_application_ntp(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint8_t first = ps_u8(&p->in, 0), second = ps_u8(&p->in, 1);
    int poll = signed_octet(ps_u8(&p->in, 2)), precision = signed_octet(ps_u8(&p->in, 3));
    unsigned version = first >> 3 & 7u, mode = first & 7u;
    if (version < 1 || version > 4)
        return false;
    if (mode == 6) { /* control: response bit, opcode, and a count that fits */
        if (!ps_bytes_reach(&p->in, 0, 12) || p->length < 12u + ps_be16(&p->in, 10))
            return false;
        *ret_way = second & 0x80 ? PS_WAY_ANSWER : PS_WAY_REQUEST;
        return true;
    }
    if (mode == 7)
        return ntp_private(p, ret_way);
    if (mode == 0 || !ps_bytes_reach(&p->in, 0, 48) || second > NTP_STRATUM_MOST || poll < -6 || poll > 17)
        return false;
    /* Clients may send anything for their precision; others have one better than a second. */
    if (mode != 3 && precision > 0)
        return false;
    if (mode == 3 || mode == 4)
        *ret_way = mode == 3 ? PS_WAY_REQUEST : PS_WAY_ANSWER;
    return true;
}

/* BOOTP's fixed part and the magic cookie. */
bool ps_application_dhcp(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint8_t operation = ps_u8(&p->in, 0);
    bool beside = ps_payload_beside(p, 67) || ps_payload_beside(p, 68);
    if (operation < 1 || operation > 2 || (!beside && (ps_u8(&p->in, 2) > 16 || ps_u8(&p->in, 240) != 53)))
        return false;
    *ret_way = operation == 1 ? PS_WAY_REQUEST : PS_WAY_ANSWER;
    return true;
}

/* Whether options of two bytes each for code and length fill the payload from `at` on. */
static bool dhcpv6_options(const struct ps_payload *p, uint32_t at)
{
    while (ps_bytes_reach(&p->in, at, 4)) {
        if (ps_be16(&p->in, at) == 0 || ps_be16(&p->in, at) > 1024)
            return false;
        at += 4u + ps_be16(&p->in, at + 2);
    }
    return at <= p->length;
}

bool ps_application_dhcpv6(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const uint8_t ways[14] = {
        [1] = PS_WAY_REQUEST, [2] = PS_WAY_ANSWER,  [3] = PS_WAY_REQUEST,  [4] = PS_WAY_REQUEST,
        [5] = PS_WAY_REQUEST, [6] = PS_WAY_REQUEST, [7] = PS_WAY_ANSWER,   [8] = PS_WAY_REQUEST,
        [9] = PS_WAY_REQUEST, [10] = PS_WAY_ANSWER, [11] = PS_WAY_REQUEST,
    };
    uint8_t type = ps_u8(&p->in, 0);
    bool relay = type == 12 || type == 13;
    if (type < 1 || type > 13 || !ps_bytes_reach(&p->in, 0, 8) || !dhcpv6_options(p, relay ? 34 : 4))
        return false;
    *ret_way = (enum ps_way)ways[type];
    return true;
}

/* "\0\1name\0octet\0": requests alone, for data moves between other ports. */
bool ps_application_tftp(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t at = 2, captured = ps_payload_captured(p);
    while (at < captured && at < 514 && ps_u8(&p->in, at) >= ' ')
        at++;
    bool nameless = at == 2 && p->destination != 69; /* an empty name is a mistake that servers are asked about */
    if (nameless || at >= captured || ps_u8(&p->in, at) != 0)
        return false;
    at++;
    uint32_t n = ps_application_says_any_case(p, at, "OCTET")      ? 5
                 : ps_application_says_any_case(p, at, "NETASCII") ? 8
                 : ps_application_says_any_case(p, at, "MAIL")     ? 4
                                                                   : 0;
    if (!n || !ps_bytes_reach(&p->in, at, n + 1) || ps_u8(&p->in, at + n) != 0)
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

/* Whether attributes, each with its own length, fill the payload behind the authenticator. */
static bool radius_attributes(const struct ps_payload *p, uint32_t length)
{
    uint32_t at = 20;
    while (ps_bytes_reach(&p->in, at, 2)) {
        if (ps_u8(&p->in, at) == 0 || ps_u8(&p->in, at + 1) < 2)
            return false;
        at += ps_u8(&p->in, at + 1);
    }
    return ps_payload_whole(p) ? at == length : at <= length + 255;
}

/* The one who asks is the access server; for 40 and 43 (RFC 5176) the roles are turned, and so is the port. */
bool ps_application_radius(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint8_t code = ps_u8(&p->in, 0);
    if (!ps_bytes_reach(&p->in, 0, 20) || ps_be16(&p->in, 2) != p->length || !radius_attributes(p, p->length))
        return false;
    switch (code) {
    case 1:
    case 4:
    case 12:
    case 40:
    case 43:
        *ret_way = PS_WAY_REQUEST;
        return true;
    case 2:
    case 3:
    case 5:
    case 11:
    case 41:
    case 42:
    case 44:
    case 45:
        *ret_way = PS_WAY_ANSWER;
        return true;
    default:
        return false;
    }
}
