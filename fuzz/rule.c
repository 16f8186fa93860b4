/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules of fuzz targets.  Knows UTF-8 (RFC 3629) by itself: what is checked here must not check itself.
 */
#include "rule.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

void rule_broken(const char *what)
{
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

void rule_same(uint64_t one, uint64_t other, const char *what)
{
    if (one == other)
        return;
    fprintf(stderr, "does not hold: %s (%" PRIu64 " and %" PRIu64 ")\n", what, one, other);
    abort();
}

/* Octets of the character at `text`, 0 when it is none that a terminal may see: a control character of ISO 6429 (C0, DEL,
 * C1), a broken sequence, a longer form than needed, a surrogate, or beyond U+10FFFF. */
static size_t printable_length(const uint8_t *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (text[0] < 0x80)
        return text[0] >= ' ' && text[0] != 0x7f;
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    uint32_t character = text[0] & (0xffu >> (length + 1));
    if (text[0] < 0xc0 || text[0] >= 0xf8)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (text[i] & 0x3f);
    }
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character < least[length] || character < 0xa0 || surrogate || character > 0x10ffff ? 0 : length;
}

void rule_printable(const char *text, bool lines, const char *what)
{
    for (const uint8_t *at = (const uint8_t *)text; *at;) {
        size_t length = lines && *at == '\n' ? 1 : printable_length(at);
        rule(length > 0, what);
        at += length;
    }
}
