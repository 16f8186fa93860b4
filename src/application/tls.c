/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS over TCP (RFC 8446, RFC 5246; the hello in SSL 2.0's clothes: RFC 5246 appendix E.2) and QUIC's long headers (RFC
 * 9000, RFC 9369, RFC 8999; Google's older ones by their version).  DTLS is not named, nor are QUIC's short headers, which
 * have nothing to know them by.
 */
#include "signature.h"

enum {
    CHANGE_CIPHER_SPEC = 20,
    ALERT = 21,
    HANDSHAKE = 22,
    APPLICATION_DATA = 23,
    RECORD_MOST = 16384 + 2048,
};

/* Whether a record header stands at `at`: type, version 3.0 to 3.4, a possible length. */
static bool record_header(const struct ps_payload *p, uint32_t at)
{
    uint8_t type = ps_u8(&p->in, at);
    uint16_t length = ps_be16(&p->in, at + 3);
    return ps_bytes_reach(&p->in, at, 5) && type >= CHANGE_CIPHER_SPEC && type <= APPLICATION_DATA &&
           ps_u8(&p->in, at + 1) == 3 && ps_u8(&p->in, at + 2) <= 4 && length > 0 && length <= RECORD_MOST;
}

/* Behind the first record comes another one, or nothing; where too little of it is there, that must fit. */
static bool next_record_fits(const struct ps_payload *p)
{
    uint32_t next = 5u + ps_be16(&p->in, 3);
    if (!ps_bytes_reach(&p->in, next, 5))
        return !ps_bytes_reach(&p->in, next, 2) || ps_u8(&p->in, next + 1) == 3;
    return record_header(p, next);
}

/* ClientHello and ServerHello begin alike: type, 24-bit length, version, 32 random bytes, session identifier. */
static bool hello(const struct ps_payload *p)
{
    uint32_t record = ps_be16(&p->in, 3), length = ps_be32(&p->in, 5) & 0xffffff;
    if (!ps_bytes_reach(&p->in, 0, 11) || length < 38 || (length + 4 > record && record < 1024))
        return false;
    bool version = ps_u8(&p->in, 9) == 3 && ps_u8(&p->in, 10) <= 4;
    return version && ps_u8(&p->in, 43) <= 32;
}

static bool handshake(const struct ps_payload *p, enum ps_way *ret_way)
{
    switch (ps_u8(&p->in, 5)) {
    case 1: /* ClientHello */
        if (!hello(p))
            return false;
        *ret_way = PS_WAY_REQUEST;
        return true;
    case 2: /* ServerHello */
        if (!hello(p))
            return false;
        *ret_way = PS_WAY_ANSWER;
        return true;
    case 11: /* Certificate: of either side */
        return ps_bytes_reach(&p->in, 0, 9) && next_record_fits(p);
    case 16: /* ClientKeyExchange */
        if (!ps_bytes_reach(&p->in, 0, 9) || (ps_be32(&p->in, 5) & 0xffffff) + 4u > ps_be16(&p->in, 3) ||
            !next_record_fits(p))
            return false;
        *ret_way = PS_WAY_REQUEST;
        return true;
    default:
        return false;
    }
}

bool ps_application_tls(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!record_header(p, 0) || !ps_bytes_reach(&p->in, 0, 7))
        return false;
    uint16_t length = ps_be16(&p->in, 3);
    switch (ps_u8(&p->in, 0)) {
    case HANDSHAKE:
        return handshake(p, ret_way);
    case CHANGE_CIPHER_SPEC:
        return length == 1 && ps_u8(&p->in, 5) == 1 && next_record_fits(p);
    case ALERT: /* in the clear: level and description; else as long as a cipher makes it */
        return (length == 2 ? ps_u8(&p->in, 5) == 1 || ps_u8(&p->in, 5) == 2 : length >= 18 && length <= 64) &&
               next_record_fits(p);
    default: /* TLS 1.3 says 3.3 here, and a cipher adds a tag */
        return ps_u8(&p->in, 2) >= 1 && ps_u8(&p->in, 2) <= 3 && length >= 17 && next_record_fits(p);
    }
}

/* Length with the top bit set, type 1, version 3.x, and three lengths that must add up. */
bool ps_application_sslv2_hello(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t length = ps_be16(&p->in, 0) & 0x7fffu;
    uint32_t ciphers = ps_be16(&p->in, 5), session = ps_be16(&p->in, 7), challenge = ps_be16(&p->in, 9);
    if (!ps_bytes_reach(&p->in, 0, 11) || ps_u8(&p->in, 2) != 1 || ps_u8(&p->in, 3) != 3 || ps_u8(&p->in, 4) > 3)
        return false;
    if (!ciphers || ciphers % 3 || (session != 0 && session != 16) || challenge < 16 || challenge > 32 ||
        length != 9 + ciphers + session + challenge || length + 2 != p->length)
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

/* --- QUIC --- */

enum {
    QUIC_Q046 = 0x51303436
};

enum quic_type {
    QUIC_INITIAL,
    QUIC_0RTT,
    QUIC_HANDSHAKE,
    QUIC_RETRY
};

static bool quic_version(uint32_t version)
{
    return version == 1 || version == 0x6b3343cf ||            /* RFC 9000, RFC 9369 */
           (version >= 0xff000017 && version <= 0xff000022) || /* drafts 23 to 34 */
           version >> 8 == 0xfaceb0 ||                         /* Facebook's */
           version == 0x51303530 ||                            /* Q050 */
           version == 0x54303530 || version == 0x54303531;     /* T050, T051 */
}

/* RFC 9000 section 15: versions that clients state to be told the real ones. */
static bool quic_greased(uint32_t version)
{
    return (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

/* RFC 9369 section 3.2 turns the types by one. */
static enum quic_type quic_type(uint8_t first, uint32_t version)
{
    unsigned bits = first >> 4 & 3u;
    return (enum quic_type)(version == 0x6b3343cf ? (bits + 3) & 3u : bits);
}

/* RFC 9000 section 16: the top two bits say how long a number is.  Moves `at` behind it. */
static bool quic_number(const struct ps_payload *p, uint32_t *at, uint64_t *ret_value)
{
    uint32_t size = 1u << (ps_u8(&p->in, *at) >> 6);
    if (!ps_bytes_reach(&p->in, *at, size))
        return false;
    uint64_t value = ps_u8(&p->in, *at) & 0x3fu;
    for (uint32_t i = 1; i < size; i++)
        value = value << 8 | ps_u8(&p->in, *at + i);
    *at += size;
    *ret_value = value;
    return true;
}

/* An answer to a version that the server does not know: a list of four-byte versions, one of them known. */
static bool quic_negotiation(const struct ps_payload *p, uint32_t at)
{
    if ((p->length - at) % 4 || p->length - at > 64)
        return false;
    for (; ps_bytes_reach(&p->in, at, 4); at += 4)
        if (quic_version(ps_be32(&p->in, at)))
            return true;
    return false;
}

/* Token and length of an Initial packet; a token is sent by clients only (RFC 9000 section 17.2.2). */
static bool quic_initial(const struct ps_payload *p, uint32_t at, enum ps_way *ret_way)
{
    uint64_t token, length;
    if (!quic_number(p, &at, &token) || token > p->length - at)
        return false;
    if (token)
        *ret_way = PS_WAY_REQUEST;
    at += (uint32_t)token;
    if (at < ps_payload_captured(p) && (!quic_number(p, &at, &length) || length < 20 || length > p->length - at))
        return false;
    return true;
}

bool ps_application_quic(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t version = ps_be32(&p->in, 1), destination = ps_u8(&p->in, 5);
    if (version == QUIC_Q046) /* both lengths in one byte: 8 bytes to the server, or 8 from it */
        return p->length >= 64 && (destination == 0x50 || destination == 0x05);
    if (!ps_bytes_reach(&p->in, 6, destination + 1) || destination > 20)
        return false;
    uint32_t source = ps_u8(&p->in, 6 + destination), at = 7 + destination + source;
    if (source > 20 || at >= p->length)
        return false;
    if (version == 0) {
        *ret_way = PS_WAY_ANSWER;
        return quic_negotiation(p, at);
    }
    if (!(ps_u8(&p->in, 0) & 0x40))
        return false;
    if (quic_greased(version) && destination >= 8 && p->length >= 1200) {
        *ret_way = PS_WAY_REQUEST;
        return quic_initial(p, at, ret_way);
    }
    if (!quic_version(version))
        return false;
    switch (quic_type(ps_u8(&p->in, 0), version)) {
    case QUIC_INITIAL:
        return quic_initial(p, at, ret_way);
    case QUIC_0RTT:
        *ret_way = PS_WAY_REQUEST;
        return true;
    case QUIC_RETRY:
        *ret_way = PS_WAY_ANSWER;
        return true;
    default:
        return true;
    }
}

/* Google's QUIC up to Q043: flags with the version bit, connection identifier, "Q0" and two digits.  Only clients send a
 * version with data behind it. */
bool ps_application_quic_google(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!ps_application_says(p, 9, "Q0") || !ps_is_digit(ps_u8(&p->in, 11)) || !ps_is_digit(ps_u8(&p->in, 12)) ||
        p->length < 64)
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}
