/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares field by field; the sizes of the fields are added up, so that none is forgotten.
 */
#include "decode_both.h"

#include <string.h>

#include "decode/walk.h"

#define FIELD(name)                                                                       \
    {                                                                                     \
#name, offsetof(struct ps_key, name), sizeof(((const struct ps_key *)NULL)->name) \
    }

static const struct {
    const char *name;
    size_t at, size;
} fields[] = {
    FIELD(time_ns),     FIELD(wire),      FIELD(network),     FIELD(payload),   FIELD(destination_port),
    FIELD(source_port), FIELD(source),    FIELD(destination), FIELD(tcp_seq),   FIELD(payload_at),
    FIELD(family),      FIELD(transport), FIELD(tcp_flags),   FIELD(hop_count), FIELD(digest),
    FIELD(flags),       FIELD(detail),    FIELD(detail_kind), FIELD(row),       FIELD(quoted),
    FIELD(fragments),   FIELD(space),     FIELD(link_type),
};

static const char *keys_differ(const struct ps_key *a, const struct ps_key *b)
{
    size_t compared = 0;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        compared += fields[i].size;
        if (memcmp((const char *)a + fields[i].at, (const char *)b + fields[i].at, fields[i].size) != 0)
            return fields[i].name;
    }
    return compared + 2 == sizeof(*a) ? NULL : "a field that is not compared";
}

static const char *hops_differ(const struct ps_keys *a, const struct ps_keys *b, size_t i)
{
    for (unsigned n = 0; n < a->key[i].hop_count && n < PS_HOPS_MAX; n++) {
        const struct ps_hop *left = &a->hop[i][n], *right = &b->hop[i][n];
        if (left->id != right->id || left->port != right->port || left->kind != right->kind)
            return "hop";
    }
    return NULL;
}

/* What keys refer to.  Both were written by the same calls since the program began, so that rests are equal too. */
static const char *rest_differs(const struct ps_keys *a, const struct ps_keys *b)
{
    if (a->count != b->count || a->batch != b->batch)
        return "count or batch";
    if (a->fragments_count != b->fragments_count ||
        memcmp(a->fragments, b->fragments, a->fragments_count * sizeof(a->fragments[0])) != 0)
        return "ps_keys.fragments";
    if (a->quoted_count != b->quoted_count || memcmp(a->quoted, b->quoted, a->quoted_count * sizeof(a->quoted[0])) != 0)
        return "ps_keys.quoted";
    return NULL;
}

const char *both_differ(const struct ps_decoder *decoder, const struct ps_batch *batch, size_t *ret_packet)
{
    static struct ps_keys fast, walked;
    for (size_t i = 0; i < batch->count; i++) { /* every field is to be written */
        memset(&fast.key[i], 0xa5, sizeof(fast.key[i]));
        memset(&walked.key[i], 0x5a, sizeof(walked.key[i]));
    }
    ps_decode(decoder, batch, &fast);
    ps_decode_by_walk(decoder, batch, &walked);
    for (size_t i = 0; i < batch->count; i++) {
        const char *different = keys_differ(&fast.key[i], &walked.key[i]);
        if (!different)
            different = hops_differ(&fast, &walked, i);
        if (different) {
            *ret_packet = i;
            return different;
        }
    }
    *ret_packet = 0;
    return rest_differs(&fast, &walked);
}

size_t both_ordinary(const struct ps_decoder *decoder, const struct ps_batch *batch)
{
    static struct ps_keys keys;
    size_t ordinary = 0;
    for (size_t i = 0; i < batch->count; i++) {
        size_t next = ps_decode_ordinary(decoder, batch, i, &keys);
        ordinary += next - i;
        i = next;
    }
    return ordinary;
}
