/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON strings, RFC 8259 section 7: everything but printable ASCII is escaped, so that the output means the same in every
 * character set and steers no terminal.
 */
#include "json_string.h"

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/printable.h"

#define REPLACEMENT 0xfffdu

static void write_unit(struct ps_out *out, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    ps_out_text(out, "\\u");
    for (unsigned shift = 16; shift > 0; shift -= 4)
        ps_out_char(out, hex[unit >> (shift - 4) & 15]);
}

static void write_escape(struct ps_out *out, uint32_t code)
{
    switch (code) {
    case '"':
        ps_out_text(out, "\\\"");
        return;
    case '\\':
        ps_out_text(out, "\\\\");
        return;
    case '\n':
        ps_out_text(out, "\\n");
        return;
    case '\t':
        ps_out_text(out, "\\t");
        return;
    default:
        break;
    }
    if (code < 0x10000) {
        write_unit(out, code);
        return;
    }
    write_unit(out, 0xd800 | (code - 0x10000) >> 10);
    write_unit(out, 0xdc00 | (code & 0x3ff));
}

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void ps_json_string(struct ps_out *out, const char *text)
{
    ps_out_char(out, '"');
    while (*text != '\0') {
        const char *plain = text;
        while (is_plain(*text))
            text++;
        ps_out_bytes(out, plain, (size_t)(text - plain));
        if (*text == '\0')
            break;
        uint32_t code = REPLACEMENT;
        const size_t length = ps_utf8_read(text, &code);
        write_escape(out, code);
        text += length > 0 ? length : 1;
    }
    ps_out_char(out, '"');
}
