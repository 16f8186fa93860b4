/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Protocols in ASN.1's basic encoding (X.690): SNMP (RFC 1157, 3416, 3412), LDAP (RFC 4511) and Kerberos (RFC 4120).
 * Each is an outer element that fills the payload, with a version or a number and a tag of its own behind it.
 */
#include "signature.h"

/* An element: where its content begins and how long it is. */
struct element {
    uint8_t tag;
    uint32_t at, length;
};

/* Definite lengths of up to four bytes.  The content need not be captured. */
static bool read_element(const struct ps_payload *p, uint32_t at, struct element *ret_element)
{
    if (!ps_bytes_reach(&p->in, at, 2))
        return false;
    uint32_t length = ps_u8(&p->in, at + 1), head = 2;
    if (length >= 0x80) {
        uint32_t size = length & 0x7fu;
        if (size == 0 || size > 4 || !ps_bytes_reach(&p->in, at, 2 + size))
            return false;
        length = 0;
        for (uint32_t i = 0; i < size; i++)
            length = length << 8 | ps_u8(&p->in, at + 2 + i);
        head += size;
    }
    *ret_element = (struct element){.tag = ps_u8(&p->in, at), .at = at + head, .length = length};
    return true;
}

static bool read_tagged(const struct ps_payload *p, uint32_t at, uint8_t tag, struct element *ret_element)
{
    return read_element(p, at, ret_element) && ret_element->tag == tag;
}

/* Whether the element ends where the payload does.  The subtraction cannot wrap: a header lies inside the payload. */
static bool fills(const struct ps_payload *p, const struct element *e)
{
    return e->length == p->length - e->at;
}

/* A message of version 1 or 2c: community, then the unit. */
static bool snmp_community(const struct ps_payload *p, uint32_t at, enum ps_way *ret_way)
{
    struct element community, unit;
    if (!read_tagged(p, at, 0x04, &community) || community.length > 255 ||
        !read_element(p, community.at + community.length, &unit) || !fills(p, &unit))
        return false;
    switch (unit.tag) {
    case 0xa0: /* get, get-next, set, get-bulk */
    case 0xa1:
    case 0xa3:
    case 0xa5:
    case 0xa4: /* traps go to the one who listens */
    case 0xa6:
    case 0xa7:
        *ret_way = PS_WAY_REQUEST;
        return true;
    case 0xa2: /* response: to a manager, or to an agent that informed one */
        *ret_way = PS_WAY_ANSWER;
        return true;
    default:
        return unit.tag == 0xa8;
    }
}

bool ps_application_snmp(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct element message, header;
    if (!read_tagged(p, 0, 0x30, &message) || !fills(p, &message) || ps_be16(&p->in, message.at) != 0x0201)
        return false;
    uint8_t version = ps_u8(&p->in, message.at + 2);
    uint32_t at = message.at + 3;
    if (version == 3) /* header data with four elements, the first a number */
        return read_tagged(p, at, 0x30, &header) && header.length >= 12 && header.length <= 32 &&
               ps_u8(&p->in, header.at) == 0x02;
    return version <= 1 && snmp_community(p, at, ret_way);
}

/* The operation's first content, for those that are told apart by it. */
static bool ldap_operation(const struct ps_payload *p, const struct element *operation, enum ps_way *ret_way)
{
    uint32_t inside = ps_be32(&p->in, operation->at);
    switch (operation->tag) {
    case 0x60: /* bind: a version of 2 or 3 */
        *ret_way = PS_WAY_REQUEST;
        return inside >> 8 == 0x020103 || inside >> 8 == 0x020102;
    case 0x42: /* unbind */
        *ret_way = PS_WAY_REQUEST;
        return operation->length == 0;
    case 0x63: /* search: a name, then the scope */
        *ret_way = PS_WAY_REQUEST;
        return inside >> 24 == 0x04 && operation->length > 20;
    case 0x77: /* extended: an object identifier in digits */
        *ret_way = PS_WAY_REQUEST;
        return inside >> 24 == 0x80 && ps_is_digit(ps_u8(&p->in, operation->at + 2));
    case 0x61: /* answers with a result code */
    case 0x65:
    case 0x78:
        *ret_way = PS_WAY_ANSWER;
        return inside >> 16 == 0x0a01 && operation->length >= 7;
    case 0x64: /* an entry: its name, its attributes */
        *ret_way = PS_WAY_ANSWER;
        return inside >> 24 == 0x04;
    default:
        return false;
    }
}

/* Several messages may follow each other, and a large one takes several packets. */
bool ps_application_ldap(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct element message, number, operation;
    if (!read_tagged(p, 0, 0x30, &message) || !read_tagged(p, message.at, 0x02, &number) || number.length < 1 ||
        number.length > 4 || !read_element(p, number.at + number.length, &operation) ||
        operation.length > message.length ||
        !ps_bytes_reach(&p->in, operation.at, operation.length < 4 ? operation.length : 4))
        return false;
    enum ps_way way = PS_WAY_UNKNOWN;
    if (!ldap_operation(p, &operation, &way))
        return false;
    *ret_way = way;
    return true;
}

/* Application tag, sequence, then version 5 and the message type, which is the tag again: requests number them from 1, the
 * others from 0. */
static bool kerberos(const struct ps_payload *p, uint32_t at, enum ps_way *ret_way)
{
    struct element message, sequence;
    if (!read_element(p, at, &message) || message.tag < 0x6a || !fills(p, &message) ||
        !read_tagged(p, message.at, 0x30, &sequence) || !fills(p, &sequence))
        return false;
    uint8_t type = message.tag & 0x1f;
    bool asks = type == 10 || type == 12, answers = type == 11 || type == 13 || type == 30;
    uint8_t field = asks ? 0xa1 : 0xa0;
    uint32_t in = sequence.at;
    if ((!asks && !answers) || ps_u8(&p->in, in) != field || ps_be32(&p->in, in + 1) != 0x03020105 ||
        ps_u8(&p->in, in + 5) != field + 1 || ps_be32(&p->in, in + 6) != (0x03020100u | type))
        return false;
    *ret_way = asks ? PS_WAY_REQUEST : PS_WAY_ANSWER;
    return true;
}

bool ps_application_kerberos_udp(const struct ps_payload *p, enum ps_way *ret_way)
{
    return kerberos(p, 0, ret_way);
}

/* RFC 4120 section 7.2.2: four bytes of length first.  A message may go on in the next packet: its elements then say how
 * long the whole is. */
bool ps_application_kerberos_tcp(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint64_t whole = ps_be32(&p->in, 0) + 4ull;
    if (whole < p->length || whole > 65536)
        return false;
    struct ps_payload all = *p;
    all.length = (uint32_t)whole;
    return kerberos(&all, 4, ret_way);
}
