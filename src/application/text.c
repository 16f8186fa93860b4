/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines, words and numbers in a payload.  Only printable ASCII is text here; other encodings are refused, because the
 * first lines of the protocols that are looked for do not need them.
 */
#include "signature.h"

enum {
    LINE_MOST = 1024
};

bool ps_application_line(const struct ps_payload *p, uint32_t at, struct ps_line *ret_line)
{
    uint32_t captured = ps_payload_captured(p);
    for (uint32_t i = at; i < captured && i - at <= LINE_MOST; i++) {
        uint8_t c = ps_u8(&p->in, i);
        if (c == '\n') {
            uint32_t length = i - at;
            if (length && ps_u8(&p->in, i - 1) == '\r')
                length--;
            *ret_line = (struct ps_line){.at = at, .length = length, .next = i + 1, .ended = true};
            return true;
        }
        bool line_end = c == '\r' && (i + 1 == captured || ps_u8(&p->in, i + 1) == '\n');
        if (!line_end && c != '\t' && (c < ' ' || c > '~'))
            return false;
    }
    if (captured < at || captured - at > LINE_MOST)
        return false;
    *ret_line = (struct ps_line){.at = at, .length = captured - at, .next = captured, .ended = false};
    return true;
}

bool ps_application_says(const struct ps_payload *p, uint32_t at, const char *text)
{
    size_t n = strlen(text);
    return ps_bytes_reach(&p->in, at, (uint32_t)n) && memcmp(p->in.base + p->in.at + at, text, n) == 0;
}

static uint8_t upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

bool ps_application_says_any_case(const struct ps_payload *p, uint32_t at, const char *text)
{
    for (; *text; text++, at++)
        if (upper(ps_u8(&p->in, at)) != (uint8_t)*text)
            return false;
    return true;
}

bool ps_application_line_holds(const struct ps_payload *p, const struct ps_line *line, const char *text)
{
    uint32_t n = (uint32_t)strlen(text);
    for (uint32_t i = 0; i + n <= line->length; i++)
        if (ps_application_says_any_case(p, line->at + i, text))
            return true;
    return false;
}

uint32_t ps_application_number(const struct ps_payload *p, uint32_t at, uint32_t most, uint32_t *ret_value)
{
    uint32_t n = 0, value = 0;
    while (n < most && n < 9 && ps_is_digit(ps_u8(&p->in, at + n)))
        value = value * 10 + (ps_u8(&p->in, at + n++) - '0');
    if (n)
        *ret_value = value;
    return n;
}

bool ps_application_printable(const struct ps_payload *p, uint32_t at, uint32_t n)
{
    uint32_t captured = ps_payload_captured(p);
    for (uint32_t i = at; i < captured && i - at < n; i++)
        if (ps_u8(&p->in, i) < ' ' || ps_u8(&p->in, i) > '~')
            return false;
    return true;
}
