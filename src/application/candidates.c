/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes candidates of the table of signatures.  A table that has outgrown them ends the program at once: no test passes
 * then.
 */
#include "candidates.h"

#include <stdlib.h>

#include "signature.h"

struct ps_candidates ps_application_candidates[2][256];
struct ps_glance ps_application_start[2 * PS_STARTS_MOST];
struct ps_glance ps_application_range[PS_RANGES_MOST];
bool ps_application_port_like[256];

static struct ps_glance glance_of(const struct ps_signature *s, size_t row)
{
    struct ps_glance glance = {.row = (uint8_t)row, .beside = s->ports != NULL};
    if (s->word_mask) {
        glance.mask = s->word_mask;
        glance.word = s->word;
        glance.at = s->word_at;
        return glance;
    }
    for (unsigned i = 0; i < 4; i++) {
        bool known = i < s->start_length;
        glance.mask = glance.mask << 8 | (known ? 0xffu : 0);
        glance.word = glance.word << 8 | (known ? (uint8_t)s->start[i] : 0u);
    }
    return glance;
}

static void note_ports(const struct ps_signature *s)
{
    for (const uint16_t *port = s->ports; port && *port; port++)
        ps_application_port_like[*port & 255] = true;
}

/* Rows with a start lie in the order of its first byte, so those of one byte lie together here too. */
static void add_starts(unsigned transport, unsigned bit, uint16_t *used)
{
    for (size_t row = 0; row < ps_application_starts_count; row++) {
        const struct ps_signature *s = &ps_application_starts[row];
        struct ps_candidates *candidates = &ps_application_candidates[transport][(uint8_t)s->start[0]];
        if (!(s->transports & bit))
            continue;
        if (candidates->starts++ == 0)
            candidates->first = *used;
        ps_application_start[(*used)++] = glance_of(s, row);
    }
}

static void add_ranges(unsigned transport, unsigned bit)
{
    for (size_t row = 0; row < ps_application_ranges_count; row++) {
        const struct ps_signature *s = &ps_application_ranges[row];
        ps_application_range[row] = glance_of(s, row);
        for (unsigned first = s->low; s->transports & bit && first <= s->high; first++)
            ps_application_candidates[transport][first].ranges |= (uint32_t)1 << row;
    }
}

__attribute__((constructor)) static void make(void)
{
    uint16_t used = 0;
    if (ps_application_starts_count > PS_STARTS_MOST || ps_application_ranges_count > PS_RANGES_MOST)
        abort();
    for (unsigned transport = 0; transport < 2; transport++) {
        unsigned bit = transport ? PS_SIGNATURE_UDP : PS_SIGNATURE_TCP;
        add_starts(transport, bit, &used);
        add_ranges(transport, bit);
    }
    for (size_t i = 0; i < ps_application_starts_count; i++)
        note_ports(&ps_application_starts[i]);
    for (size_t i = 0; i < ps_application_ranges_count; i++)
        note_ports(&ps_application_ranges[i]);
}
