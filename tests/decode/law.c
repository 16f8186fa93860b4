/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every prefix of a frame, as it may be captured and as it may be sent, held against the next longer one.
 */
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "row.h"
#include "support/decode_law.h"

static void check_prefixes(enum mode mode, uint16_t link_type, const uint8_t *data, uint32_t length, bool sent)
{
    struct claim longer, shorter;
    const char *broken = law_claim(row_decoder(mode), link_type, data, length, length, &longer);
    unsigned changes = 0, tunnels = longer.key.hop_count;
    for (uint32_t n = length; !broken && n-- > 0; longer = shorter) {
        broken = law_claim(row_decoder(mode), link_type, data, n, sent ? n : length, &shorter);
        if (!broken)
            broken = law_within(&shorter, &longer, mode == INNER, sent);
        if (broken)
            fail_msg("%u of %u bytes, %s: %s does not hold", n, length, sent ? "sent" : "captured", broken);
        changes += shorter.key.row == PS_ROW_PORTS && !law_same_ports(&shorter, &longer);
    }
    if (broken)
        fail_msg("%s does not hold", broken);
    assert_true(changes <= tunnels);
}

void law_prefixes(uint16_t link_type, const uint8_t *data, uint32_t length)
{
    for (enum mode mode = OUTER; mode <= INNER; mode++) {
        check_prefixes(mode, link_type, data, length, false);
        check_prefixes(mode, link_type, data, length, true);
    }
}
