/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON strings, RFC 8259 section 7: escaping, and UTF-8 made well-formed (RFC 3629).
 */
#include "json_string.h"

#include <stdbool.h>
#include <stdint.h>

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Length of the well-formed UTF-8 sequence at `at`, 1 to 4; 0 when there is none. Stops at NUL. */
static size_t sequence_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4 || !is_tail(at[1]))
        return 0;
    if (at[0] < 0xe0)
        return 2;
    /* No overlong forms, no surrogates, nothing above U+10FFFF: RFC 3629 section 4. */
    unsigned char low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high || !is_tail(at[2]))
        return 0;
    if (at[0] < 0xf0)
        return 3;
    return is_tail(at[3]) ? 4 : 0;
}

/* The escape of a one- or two-byte character that needs one; returns false when it needs none. */
static bool escape(struct ps_out *out, const unsigned char *at, size_t length)
{
    unsigned code = length == 1 ? at[0] : at[0] == 0xc2 ? at[1] : 0x100;
    switch (code) {
    case '"':
        ps_out_text(out, "\\\"");
        return true;
    case '\\':
        ps_out_text(out, "\\\\");
        return true;
    case '\n':
        ps_out_text(out, "\\n");
        return true;
    case '\t':
        ps_out_text(out, "\\t");
        return true;
    default:
        break;
    }
    if (code >= 0x20 && (code < 0x7f || code > 0x9f))
        return false;
    static const char hex[] = "0123456789abcdef";
    ps_out_text(out, "\\u00");
    ps_out_char(out, hex[code >> 4]);
    ps_out_char(out, hex[code & 15]);
    return true;
}

void ps_json_string(struct ps_out *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *clean = at; /* everything from here to `at` goes out as it is */
    ps_out_char(out, '"');
    while (*at != '\0') {
        size_t length = sequence_length(at);
        bool harmless = length > 2 || (length == 1 && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\');
        if (harmless) {
            at += length;
            continue;
        }
        ps_out_bytes(out, clean, (size_t)(at - clean));
        clean = at;
        if (length == 0) {
            ps_out_text(out, "\xef\xbf\xbd");
            length = 1;
            clean = at + length;
        } else if (escape(out, at, length)) {
            clean = at + length;
        }
        at += length;
    }
    ps_out_bytes(out, clean, (size_t)(at - clean));
    ps_out_char(out, '"');
}
