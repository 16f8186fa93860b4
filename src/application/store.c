/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Caches and brokers: Redis (RESP, "Redis serialization protocol specification"), memcached (its protocol.txt, both forms),
 * MQTT (OASIS 3.1.1 and 5.0) and AMQP (0-9-1; 1.0: ISO/IEC 19464).
 */
#include "signature.h"

/* Reads "N\r\n" at `at`.  Returns the offset behind it, 0 when it is not there. */
static uint32_t counted(const struct ps_payload *p, uint32_t at, uint32_t *ret_count)
{
    uint32_t n = ps_application_number(p, at, 8, ret_count);
    return n && ps_application_says(p, at + n, "\r\n") ? at + n + 2 : 0;
}

/* Commands that a client sends and that nobody reads back as the first of a list. */
static bool redis_command(const struct ps_payload *p, uint32_t at)
{
    static const char *const commands[] = {"PING\r",    "GET\r",    "SET\r",     "AUTH\r", "INFO\r",   "SELECT\r",
                                           "CLIENT\r",  "CONFIG\r", "COMMAND\r", "SCAN\r", "EXPIRE\r", "DEL\r",
                                           "HGETALL\r", "INCR\r",   "LPUSH\r",   "EVAL\r", NULL};
    for (const char *const *command = commands; *command; command++)
        if (ps_application_says_any_case(p, at, *command))
            return true;
    return false;
}

/* "*2\r\n$3\r\nGET\r\n...": a list whose first element has the length that it states. */
bool ps_application_redis_array(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t elements, length, at = counted(p, 1, &elements);
    if (!at || elements < 1 || elements > 1048576 || ps_u8(&p->in, at) != '$')
        return false;
    at = counted(p, at + 1, &length);
    if (!at || length < 1 || length > 64 || !ps_application_says(p, at + length, "\r\n"))
        return false;
    if (redis_command(p, at))
        *ret_way = PS_WAY_REQUEST;
    return true;
}

/* "$5\r\nhello\r\n", alone and exact.  Some clients send their commands in such pieces: no way. */
bool ps_application_redis_bulk(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    uint32_t length, at = counted(p, 1, &length);
    return at && p->length == (uint64_t)at + length + 2 && ps_application_says(p, at + length, "\r\n");
}

/* Skips a word of 1 to 250 visible characters and the space behind it; 0 when there is none. */
static uint32_t word_end(const struct ps_payload *p, uint32_t at)
{
    uint32_t from = at;
    while (at - from <= 250 && ps_u8(&p->in, at) > ' ' && ps_u8(&p->in, at) <= '~')
        at++;
    return at > from && ps_u8(&p->in, at) == ' ' ? at + 1 : 0;
}

/* "key flags expiry bytes" or "key flags bytes": `numbers` of them at least up to the end of the line. */
static bool key_and_numbers(const struct ps_payload *p, uint32_t at, unsigned numbers)
{
    uint32_t value;
    at = word_end(p, at);
    if (!at)
        return false;
    for (unsigned i = 0; i < numbers; i++) {
        uint32_t n = ps_application_number(p, at, 9, &value);
        uint8_t behind = ps_u8(&p->in, at + n);
        if (!n || (i + 1 < numbers ? behind != ' ' : behind != ' ' && behind != '\r'))
            return false;
        at += n + 1;
    }
    return true;
}

/* The table matched the verb and its space. */
static uint32_t behind_verb(const struct ps_payload *p)
{
    uint32_t at = 0;
    while (at < 8 && ps_u8(&p->in, at) != ' ')
        at++;
    return at + 1;
}

bool ps_application_memcached_command(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!key_and_numbers(p, behind_verb(p), 3))
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

bool ps_application_memcached_answer(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!key_and_numbers(p, behind_verb(p), 2))
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

/* Magic, opcode, lengths that fit each other and the payload. */
bool ps_application_memcached_binary(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint64_t key = ps_be16(&p->in, 2), extras = ps_u8(&p->in, 4), body = ps_be32(&p->in, 8);
    if (!ps_bytes_reach(&p->in, 0, 24) || ps_u8(&p->in, 1) > 0x46 || ps_u8(&p->in, 5) != 0 || key > 250 ||
        extras > 20 || body < key + extras || body + 24 != p->length || ps_be16(&p->in, 6) > 0x0fff)
        return false;
    *ret_way = ps_u8(&p->in, 0) == 0x80 ? PS_WAY_REQUEST : PS_WAY_ANSWER;
    return true;
}

/* Request, number and count of datagrams, reserved zero, then a line of the text form. */
bool ps_application_memcached_udp(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const asked[] = {"get ", "gets ", "set ", "stats", "version\r", NULL};
    static const char *const told[] = {"VALUE ", "STAT ", "STORED\r", "END\r", "VERSION ", "ERROR\r", NULL};
    if (ps_be16(&p->in, 4) == 0 || ps_be16(&p->in, 2) >= ps_be16(&p->in, 4) || ps_be16(&p->in, 6) != 0)
        return false;
    for (int way = 0; way < 2; way++) {
        for (const char *const *word = way ? told : asked; *word; word++) {
            if (ps_application_says(p, 8, *word)) {
                *ret_way = way ? PS_WAY_ANSWER : PS_WAY_REQUEST;
                return true;
            }
        }
    }
    return false;
}

/* Packet type, what remains in up to four bytes of seven bits, then name and level of the protocol. */
bool ps_application_mqtt(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t remaining = 0, at = 1;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t c = ps_u8(&p->in, at++);
        remaining |= (uint32_t)(c & 0x7f) << shift;
        if (!(c & 0x80))
            break;
        if (shift == 21)
            return false;
    }
    uint8_t level_4 = ps_u8(&p->in, at + 6), level_3 = ps_u8(&p->in, at + 8);
    bool name =
        (ps_be16(&p->in, at) == 4 && ps_application_says(p, at + 2, "MQTT") && (level_4 == 4 || level_4 == 5)) ||
        (ps_be16(&p->in, at) == 6 && ps_application_says(p, at + 2, "MQIsdp") && level_3 == 3);
    if (!name || remaining < 12 || remaining > UINT16_MAX * 8u || at + remaining < p->length / 2)
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

/* Version 3.1.1: two bytes behind the length; version 5: properties that fill the rest. */
bool ps_application_mqtt_answer(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint8_t remaining = ps_u8(&p->in, 1), code = ps_u8(&p->in, 3);
    if (!ps_bytes_reach(&p->in, 0, 4) || remaining + 2u != p->length || ps_u8(&p->in, 2) > 1)
        return false;
    bool good = remaining == 2 ? code <= 5 : remaining < 128 && ps_u8(&p->in, 4) == remaining - 3;
    if (good)
        *ret_way = PS_WAY_ANSWER;
    return good;
}

/* "AMQP" and four bytes for the version.  A server that wants another one answers in kind: no way. */
bool ps_application_amqp(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    uint32_t version = ps_be32(&p->in, 4);
    return version == 0x00000901 || version == 0x01010009 || version == 0x01010008 || version == 0x0101000a ||
           version == 0x00010000 || version == 0x02010000 || version == 0x03010000;
}

/* Method frame on channel 0, class connection, method start, version 0-9. */
bool ps_application_amqp_start(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (ps_be32(&p->in, 7) != 0x000a000a || ps_be16(&p->in, 11) != 0x0009)
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}
