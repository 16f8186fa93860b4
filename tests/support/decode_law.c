/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks claims against one another.
 */
#include "decode_law.h"

#include <stdlib.h>
#include <string.h>

#define NEED(holds)        \
    do {                   \
        if (!(holds))      \
            return #holds; \
    } while (0)

static const char *check_form(const struct ps_keys *keys, uint32_t captured, uint32_t original)
{
    const struct ps_key *key = &keys->key[0];
    NEED(keys->count == 1 && key->wire == original);
    NEED(key->row < PS_ROW_COUNT && key->detail_kind < PS_DETAIL_COUNT);
    NEED(key->hop_count <= PS_HOPS_MAX);
    NEED(key->family == 0 || key->family == 4 || key->family == 6);
    NEED(key->payload <= key->network);
    NEED(key->network <= (captured > original ? captured : original));
    NEED(key->payload_at == 0 || key->payload_at < captured);
    NEED(keys->quoted_count <= 1 && key->quoted <= keys->quoted_count);
    NEED(keys->fragments_count <= 1 && key->fragments == keys->fragments_count);
    for (unsigned i = 0; i < key->hop_count; i++)
        NEED(keys->hop[0][i].kind < PS_TUNNEL_COUNT);
    if (key->row == PS_ROW_PORTS) {
        NEED(key->transport > PS_TRANSPORT_NONE && key->transport < PS_TRANSPORT_COUNT);
        NEED(key->family != 0 && key->detail_kind == PS_DETAIL_NONE && key->detail == 0);
    } else {
        NEED(key->transport == PS_TRANSPORT_NONE && key->payload == 0);
        NEED(key->source_port == 0 && key->destination_port == 0);
    }
    if (key->fragments)
        NEED(keys->fragments[0].first_count <= PS_FIRSTS_MAX);
    return NULL;
}

const char *law_claim(const struct ps_decoder *decoder, uint16_t link_type, const uint8_t *data, uint32_t captured,
                      uint32_t original, struct claim *ret_claim)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    /* A block of its own, so that a sanitizer sees a read one byte behind the end. */
    uint8_t *exact = malloc(captured ? captured : 1);
    NEED(exact);
    if (captured)
        memcpy(exact, data, captured);
    batch.count = 1;
    batch.packet[0] = (struct ps_packet){
        .data = exact, .time_ns = 1, .captured = captured, .original = original, .link_type = link_type};
    memset(&keys.key[0], 0xa5, sizeof(keys.key[0])); /* every field is to be written */
    memset(keys.hop[0], 0xa5, sizeof(keys.hop[0]));
    ps_decode(decoder, &batch, &keys);
    free(exact);
    memset(ret_claim, 0, sizeof(*ret_claim));
    ret_claim->key = keys.key[0];
    memcpy(ret_claim->hop, keys.hop[0], sizeof(ret_claim->hop));
    if (keys.key[0].fragments)
        ret_claim->seen = keys.fragments[0];
    return check_form(&keys, captured, original);
}

bool law_same_ports(const struct claim *a, const struct claim *b)
{
    return a->key.transport == b->key.transport && a->key.source_port == b->key.source_port &&
           a->key.destination_port == b->key.destination_port && a->key.family == b->key.family &&
           memcmp(&a->key.source, &b->key.source, sizeof(a->key.source)) == 0 &&
           memcmp(&a->key.destination, &b->key.destination, sizeof(a->key.destination)) == 0;
}

static const char *check_hops(const struct claim *part, const struct claim *whole)
{
    NEED(part->key.hop_count <= whole->key.hop_count);
    for (unsigned i = 0; i < part->key.hop_count; i++) {
        NEED(part->hop[i].kind == whole->hop[i].kind);
        NEED(part->hop[i].id == whole->hop[i].id);
        NEED(part->hop[i].port == whole->hop[i].port);
    }
    return NULL;
}

static const char *check_fragments(const struct claim *part, const struct claim *whole)
{
    if (!part->key.fragments)
        return NULL;
    NEED(whole->key.fragments);
    NEED(part->seen.first_count <= whole->seen.first_count);
    for (uint32_t i = 0; i < part->seen.first_count; i++) {
        NEED(memcmp(&part->seen.first[i].of, &whole->seen.first[i].of, sizeof(struct ps_datagram)) == 0);
        NEED(!part->seen.first[i].has_ports || whole->seen.first[i].has_ports);
    }
    if (part->seen.later) {
        NEED(whole->seen.later);
        NEED(memcmp(&part->seen.later_of, &whole->seen.later_of, sizeof(struct ps_datagram)) == 0);
    }
    return NULL;
}

/* A walk that did not end for want of bytes ends in the same way when there are more. */
static const char *check_reason(const struct claim *part, const struct claim *whole, bool sent)
{
    uint8_t row = part->key.row;
    if (row == PS_ROW_PORTS || row == PS_ROW_TRUNCATED || (row == PS_ROW_MALFORMED && sent))
        return NULL;
    NEED(row == whole->key.row);
    NEED(part->key.detail_kind == whole->key.detail_kind);
    NEED(part->key.detail == whole->key.detail);
    return NULL;
}

const char *law_within(const struct claim *part, const struct claim *whole, bool inner, bool sent)
{
    const char *broken = check_hops(part, whole);
    if (!broken)
        broken = check_fragments(part, whole);
    if (!broken)
        broken = check_reason(part, whole, sent);
    if (broken || part->key.row != PS_ROW_PORTS)
        return broken;
    NEED(whole->key.row == PS_ROW_PORTS);
    NEED(law_same_ports(part, whole) || (inner && whole->key.hop_count > 0));
    return NULL;
}
