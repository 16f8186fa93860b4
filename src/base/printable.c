/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UTF-8 (RFC 3629) and the characters that no terminal must get from a stranger. Knows nothing of widths or languages.
 */
#include "portsniff/printable.h"

#include <string.h>

size_t ps_utf8_read(const char *at, uint32_t *ret_code)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)at;
    if (p[0] < 0x80) {
        *ret_code = p[0];
        return 1;
    }
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    uint32_t code = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3fu);
    }
    if (code < smallest[n] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
        return 0;
    *ret_code = code;
    return n;
}

bool ps_utf8_steers(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x0000, 0x001f},   {0x007f, 0x009f},   {0x00ad, 0x00ad},   {0x034f, 0x034f}, {0x061c, 0x061c},
        {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
        {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    return false;
}

static char *printable(char *to, size_t size, const char *text, uint32_t highest)
{
    size_t at = 0;
    while (*text != '\0' && size > 0) {
        uint32_t code = 0;
        size_t n = ps_utf8_read(text, &code);
        const bool shown = n > 0 && code <= highest && !ps_utf8_steers(code);
        n = n > 0 ? n : 1;
        if (at + n >= size)
            break;
        if (shown)
            memcpy(to + at, text, n);
        else
            memset(to + at, '?', n);
        at += n;
        text += n;
    }
    if (size > 0)
        to[at] = '\0';
    return to;
}

char *ps_printable(char *to, size_t size, const char *text)
{
    return printable(to, size, text, 0x10ffff);
}

char *ps_printable_ascii(char *to, size_t size, const char *text)
{
    return printable(to, size, text, 0x7f);
}
