/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNS (RFC 1035), multicast DNS (RFC 6762) and LLMNR (RFC 4795), which share the format.  Beside their ports a plausible
 * header with a name that walks is enough; elsewhere the whole message must be in order.  NetBIOS name service, which
 * borrowed the header, is not named.
 */
#include "signature.h"

enum {
    HEADER = 12,
    QR = 0x8000,
    LABEL_MOST = 63,
    NAME_MOST = 255,
    OPT = 41,
};

struct message {
    struct ps_bytes in; /* from the header on */
    uint32_t length;    /* on the wire */
    uint16_t flags;
    uint16_t questions, answers, authorities, additionals;
};

static unsigned opcode(const struct message *m)
{
    return m->flags >> 11 & 15u;
}

/* Walks a name.  Returns where it ends; 0 when it is none; UINT32_MAX when it goes on behind what was captured. */
static uint32_t name_end(const struct message *m, uint32_t at)
{
    for (uint32_t start = at; at - start <= NAME_MOST;) {
        if (!ps_bytes_reach(&m->in, at, 1))
            return at >= m->length ? 0 : UINT32_MAX;
        uint8_t size = ps_u8(&m->in, at);
        if (size == 0)
            return at + 1;
        if (size >= 0xc0) { /* a pointer: to something before it */
            if (!ps_bytes_reach(&m->in, at, 2))
                return at + 2 > m->length ? 0 : UINT32_MAX;
            uint32_t to = ps_be16(&m->in, at) & 0x3fffu;
            return to >= HEADER && to < at ? at + 2 : 0;
        }
        if (size > LABEL_MOST)
            return 0;
        at += 1u + size;
    }
    return 0;
}

/* Whether the labels of the name at `at` are what people and programs register. */
static bool name_is_ordinary(const struct message *m, uint32_t at)
{
    for (uint8_t size = ps_u8(&m->in, at); size && size <= LABEL_MOST; size = ps_u8(&m->in, at)) {
        for (uint32_t i = at + 1; i <= at + size; i++) {
            uint8_t c = ps_u8(&m->in, i);
            if (!ps_is_letter(c) && !ps_is_digit(c) && c != '-' && c != '_')
                return false;
        }
        at += 1u + size;
    }
    return true;
}

static bool read_header(const struct ps_bytes *in, uint32_t length, struct message *ret_message)
{
    if (!ps_bytes_has(in, HEADER))
        return false;
    *ret_message = (struct message){
        .in = *in,
        .length = length,
        .flags = ps_be16(in, 2),
        .questions = ps_be16(in, 4),
        .answers = ps_be16(in, 6),
        .authorities = ps_be16(in, 8),
        .additionals = ps_be16(in, 10),
    };
    return true;
}

/* Opcodes 0 to 2, 4, 5; every question takes five bytes and every record eleven at least. */
static bool header_is_possible(const struct message *m)
{
    uint64_t records = (uint64_t)m->answers + m->authorities + m->additionals;
    unsigned code = opcode(m);
    return (code <= 2 || code == 4 || code == 5) && (m->questions || records) &&
           HEADER + m->questions * 5ull + records * 11 <= m->length;
}

/* Standard queries tell; updates and notifications go both ways between servers. */
static enum ps_way way_of(const struct message *m)
{
    if (opcode(m) != 0 || m->questions != 1)
        return PS_WAY_UNKNOWN;
    if (m->flags & QR)
        return PS_WAY_ANSWER;
    return m->answers == 0 && (m->flags & 15u) == 0 ? PS_WAY_REQUEST : PS_WAY_UNKNOWN;
}

/* Beside its port: header and first name. */
static bool plausible(const struct message *m)
{
    if (!header_is_possible(m))
        return false;
    uint32_t end = name_end(m, HEADER);
    return end && (end == UINT32_MAX || end + 4 <= m->length);
}

static bool skip_record(const struct message *m, uint32_t *at)
{
    uint32_t end = name_end(m, *at);
    if (!end || end == UINT32_MAX || !ps_bytes_reach(&m->in, end, 10))
        return false;
    *at = end + 10 + ps_be16(&m->in, end + 8);
    return *at <= m->length;
}

static bool known_type(uint16_t type)
{
    return (type >= 1 && type <= 65) || type == 255 || type == 257;
}

/* Anywhere else: one ordinary question of class IN, no reserved bit, every record in its place, nothing behind. */
static bool in_order(const struct message *m)
{
    if (!header_is_possible(m) || opcode(m) != 0 || m->questions != 1 || (m->flags & 0x40) || (m->flags & 15u) > 5)
        return false;
    if (!(m->flags & QR) && (m->answers || m->authorities || m->additionals > 1))
        return false;
    uint32_t at = name_end(m, HEADER);
    if (!at || at == UINT32_MAX || at <= HEADER + 2 || !ps_bytes_reach(&m->in, at, 4) || !name_is_ordinary(m, HEADER) ||
        !known_type(ps_be16(&m->in, at)) || ps_be16(&m->in, at + 2) != 1)
        return false;
    at += 4;
    for (uint32_t n = (uint32_t)m->answers + m->authorities + m->additionals; n; n--)
        if (!skip_record(m, &at))
            return false;
    return at == m->length;
}

static bool dns_port(uint16_t port)
{
    return port == 53 || port == 5353 || port == 5355;
}

/* What leads away from the only side with the port is not believed. */
static enum ps_way way_beside_port(const struct ps_payload *p, enum ps_way way)
{
    uint16_t server = way == PS_WAY_REQUEST ? p->destination : p->source;
    uint16_t client = way == PS_WAY_REQUEST ? p->source : p->destination;
    return !dns_port(server) && dns_port(client) ? PS_WAY_UNKNOWN : way;
}

bool ps_application_dns_udp(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct message m;
    if (!read_header(&p->in, p->length, &m) || ps_payload_beside(p, 137))
        return false;
    bool beside = dns_port(p->source) || dns_port(p->destination);
    if (beside ? !plausible(&m) : !in_order(&m))
        return false;
    /* Multicast DNS between equals: everybody asks and everybody answers. */
    bool equals = p->source == 5353 && p->destination == 5353;
    *ret_way = equals ? PS_WAY_UNKNOWN : way_beside_port(p, way_of(&m));
    return true;
}

/* RFC 1035 section 4.2.2: two bytes of length first. */
bool ps_application_dns_tcp(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct message m;
    struct ps_bytes in = p->in;
    uint32_t length = ps_be16(&in, 0);
    ps_bytes_skip(&in, 2);
    ps_bytes_limit(&in, length);
    if (!read_header(&in, length, &m))
        return false;
    bool beside = ps_payload_beside(p, 53);
    if (beside ? !plausible(&m) || length + 2 < p->length / 4 : length + 2 != p->length || !in_order(&m))
        return false;
    *ret_way = way_of(&m);
    return true;
}
