/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * WireGuard (its protocol paper, section 5.4) and OpenVPN's first packets (its "network protocol" documentation).  OpenVPN's
 * data packets are not named: one byte is not enough.
 */
#include "signature.h"

/* What is encrypted or a key has few zeros; a structure with small numbers has many. */
static bool looks_random(const struct ps_payload *p, uint32_t at, uint32_t n)
{
    uint32_t zeros = 0, seen = 0;
    for (; seen < n && ps_bytes_reach(&p->in, at + seen, 1); seen++)
        zeros += ps_u8(&p->in, at + seen) == 0;
    return seen >= 16 && zeros <= seen / 8;
}

/* Type, three zeros (the table saw them) and the exact length; either peer may begin, so there is no way. */
bool ps_application_wireguard(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    if (ps_le32(&p->in, 4) == 0 && ps_u8(&p->in, 0) != 4)
        return false;
    switch (ps_u8(&p->in, 0)) {
    case 1: /* initiation: sender, ephemeral key */
        return p->length == 148 && looks_random(p, 8, 32);
    case 2: /* response: sender, receiver, ephemeral key */
        return p->length == 92 && looks_random(p, 12, 32);
    case 3: /* cookie: receiver, nonce */
        return p->length == 64 && looks_random(p, 8, 24);
    default: /* data: receiver, a counter far from its end, encrypted in steps of 16 bytes */
        return p->length % 16 == 0 && ps_bytes_reach(&p->in, 12, 4) && ps_le32(&p->in, 12) < 0x100 &&
               looks_random(p, 16, 32);
    }
}

enum {
    RESET_SERVER = 8, /* P_CONTROL_HARD_RESET_SERVER_V2; clients have 7 and 10 */
};

/* Acknowledged numbers and, if there are any, the other side's session; then this packet's number, which is 0. */
static bool openvpn_reliable(const struct ps_payload *p, uint32_t at, bool server)
{
    uint8_t count = ps_u8(&p->in, at);
    uint32_t tail = 1u + count * 4u + (count ? 8u : 0u);
    if (count > 1 || (!server && count) || at + tail + 4 != p->length || !ps_bytes_reach(&p->in, at, tail + 4))
        return false;
    return ps_be32(&p->in, at + tail) == 0 && (!count || ps_be32(&p->in, at + 1) == 0);
}

/* Opcode and session; then as they are, or behind a digest with a replay number and a time. */
static bool openvpn(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const uint8_t digests[] = {16, 20, 32, 48, 64};
    bool server = ps_u8(&p->in, 0) >> 3 == RESET_SERVER;
    if (!looks_random(p, 1, 8) && (ps_be32(&p->in, 1) == 0 || ps_be32(&p->in, 5) == 0))
        return false;
    bool good = openvpn_reliable(p, 9, server);
    for (size_t i = 0; i < sizeof(digests) && !good; i++) {
        uint32_t at = 9u + digests[i]; /* number 1, a time after 2001 */
        good = ps_be32(&p->in, at) == 1 && ps_be32(&p->in, at + 4) > 1000000000 && openvpn_reliable(p, at + 8, server);
    }
    /* tls-crypt: number and time first, the rest encrypted */
    if (!good && p->length >= 54 && p->length <= 80)
        good = ps_be32(&p->in, 9) == 1 && ps_be32(&p->in, 13) > 1000000000 && looks_random(p, 17, 32);
    if (good)
        *ret_way = server ? PS_WAY_ANSWER : PS_WAY_REQUEST;
    return good;
}

bool ps_application_openvpn_udp(const struct ps_payload *p, enum ps_way *ret_way)
{
    return openvpn(p, ret_way);
}

/* Over TCP two bytes of length come first. */
bool ps_application_openvpn_tcp(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct ps_payload inner = *p;
    ps_bytes_skip(&inner.in, 2);
    uint32_t length = ps_be16(&p->in, 0);
    uint8_t first = ps_u8(&inner.in, 0);
    if (length + 2 != p->length || (first != 0x38 && first != 0x40 && first != 0x50))
        return false;
    inner.length = length;
    return openvpn(&inner, ret_way);
}
