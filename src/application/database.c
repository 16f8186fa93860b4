/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Databases: MySQL's handshake (MySQL internals, "Protocol::Handshake"), PostgreSQL's start-up (manual, "Message Formats")
 * and MongoDB's messages ("MongoDB Wire Protocol").
 */
#include "signature.h"

/* Number zero, protocol 10, a version that ends in zero, thread, scramble of eight bytes, zero. */
static bool mysql_greeting(const struct ps_payload *p)
{
    uint32_t at = 5;
    if (ps_u8(&p->in, 4) != 10 || !ps_is_digit(ps_u8(&p->in, 5)))
        return false;
    while (at < 64 && ps_u8(&p->in, at) > ' ' && ps_u8(&p->in, at) <= '~')
        at++;
    return at > 7 && ps_bytes_reach(&p->in, at, 14) && ps_u8(&p->in, at) == 0 && ps_u8(&p->in, at + 13) == 0;
}

/* "Host ... is blocked", "Too many connections": an error instead of the greeting. */
static bool mysql_refusal(const struct ps_payload *p)
{
    uint16_t code = ps_le16(&p->in, 5);
    return ps_u8(&p->in, 4) == 0xff && (code == 1040 || code == 1129 || code == 1130) && ps_bytes_reach(&p->in, 7, 8) &&
           ps_application_printable(p, 7, 8);
}

/* Number one, capabilities with the protocol of version 4.1, 19 zeros before the user's name; without a name it asks for
 * encryption. */
static bool mysql_login(const struct ps_payload *p)
{
    bool encrypt = p->length == 36 && (ps_le16(&p->in, 4) & 0x0800);
    if (!ps_bytes_reach(&p->in, 4, 32) || !(ps_le16(&p->in, 4) & 0x0200) || (p->length < 38 && !encrypt))
        return false;
    for (uint32_t i = 13; i < 32; i++)
        if (ps_u8(&p->in, i) != 0)
            return false;
    return ps_u8(&p->in, 11) == 0 || ps_u8(&p->in, 11) == 1;
}

bool ps_application_mysql(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t head = ps_le32(&p->in, 0);
    if ((head & 0xffffff) + 4 != p->length)
        return false;
    if (head >> 24 == 0 && (mysql_greeting(p) || mysql_refusal(p))) {
        *ret_way = PS_WAY_ANSWER;
        return true;
    }
    if (head >> 24 != 1 || !mysql_login(p))
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

/* Length and a code: the version 3.0 with names behind it, or a request for encryption or to cancel. */
bool ps_application_postgresql_startup(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t length = ps_be32(&p->in, 0), code = ps_be32(&p->in, 4);
    if (length != p->length || !ps_bytes_reach(&p->in, 0, 8))
        return false;
    bool good = (code >> 1 == 0x04d2162e >> 1 && length == (code & 1 ? 8u : 16u)) ||
                (code == 0x04d21630 && length == 8) ||
                ((code == 0x00030000 || code == 0x00030002) && length > 12 &&
                 (ps_application_says(p, 8, "user") || ps_application_says(p, 8, "database") ||
                  ps_application_says(p, 8, "application_name")));
    if (good)
        *ret_way = PS_WAY_REQUEST;
    return good;
}

/* 'R' with a kind of authentication whose length fits, 'E' with its severity. */
bool ps_application_postgresql_answer(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t length = ps_be32(&p->in, 1), kind = ps_be32(&p->in, 5);
    bool good;
    if (ps_u8(&p->in, 0) == 'R')
        good = ps_bytes_reach(&p->in, 0, 9) &&
               ((length == 8 && (kind == 3 || kind == 7 || kind == 9) && p->length == 9) ||
                (length == 8 && kind == 0 && (p->length == 9 || ps_u8(&p->in, 9) == 'S')) ||
                (length == 12 && kind == 5 && p->length == 13) ||
                (kind == 10 && length + 1 == p->length && ps_application_says(p, 9, "SCRAM-")));
    else
        good = length >= 12 && length + 1 == p->length &&
               (ps_application_says(p, 5, "SFATAL") || ps_application_says(p, 5, "SERROR"));
    if (good)
        *ret_way = PS_WAY_ANSWER;
    return good;
}

enum {
    OP_REPLY = 1,
    OP_QUERY = 2004,
    OP_COMPRESSED = 2012,
    OP_MSG = 2013,
    MONGODB_MOST = 48000000,
};

/* Flags, the kind of the first section, a document that fits. */
static bool mongodb_message(const struct ps_payload *p, uint32_t length)
{
    uint32_t document = ps_le32(&p->in, 21);
    return (ps_le32(&p->in, 16) & ~0x10003u) == 0 && ps_bytes_reach(&p->in, 21, 4) && ps_u8(&p->in, 20) == 0 &&
           document >= 5 && document + 21 <= length;
}

/* Flags, the name of a collection. */
static bool mongodb_query(const struct ps_payload *p)
{
    uint32_t at = 20;
    while (at < 84 && ps_u8(&p->in, at) > ' ' && ps_u8(&p->in, at) <= '~')
        at++;
    return ps_le32(&p->in, 16) < 256 && at > 22 && ps_bytes_reach(&p->in, at, 1) && ps_u8(&p->in, at) == 0;
}

bool ps_application_mongodb(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t length = ps_le32(&p->in, 0), answer_to = ps_le32(&p->in, 8), code = ps_le32(&p->in, 12);
    if (length < p->length || length > MONGODB_MOST || length < 26 || !ps_bytes_reach(&p->in, 0, 25))
        return false;
    bool good =
        code == OP_MSG     ? mongodb_message(p, length)
        : code == OP_QUERY ? (answer_to == 0 || answer_to == UINT32_MAX) && length == p->length && mongodb_query(p)
        : code == OP_REPLY
            ? answer_to != 0 && length == p->length && length >= 36 && ps_le32(&p->in, 16) < 16 &&
                  ps_le32(&p->in, 28) == 0 && ps_le32(&p->in, 32) <= 101
            : code == OP_COMPRESSED && length == p->length && ps_le32(&p->in, 16) == OP_MSG && ps_u8(&p->in, 24) <= 3;
    if (good)
        *ret_way = answer_to && code != OP_QUERY ? PS_WAY_ANSWER : PS_WAY_REQUEST;
    return good;
}
