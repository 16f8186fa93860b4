/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prefixes: cutting bytes off a frame may take its ports away, or lay open those of the tunnel around them.  It never
 * adds a tunnel, changes one, or turns ports into others.
 */
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "row.h"

/* The part of a key that a shorter frame may not contradict. */
struct claim {
    struct ps_key key;
    struct ps_hop hop[PS_HOPS_MAX];
    struct ps_fragments_seen seen;
    bool fragments;
};

static void check_form(const struct ps_keys *keys, uint32_t captured)
{
    const struct ps_key *key = &keys->key[0];
    assert_true(key->row < PS_ROW_COUNT);
    assert_true(key->detail_kind < PS_DETAIL_COUNT);
    assert_true(key->hop_count <= PS_HOPS_MAX);
    assert_true(key->family == 0 || key->family == 4 || key->family == 6);
    assert_true(key->payload <= key->network);
    assert_true(key->payload_at == 0 || key->payload_at < captured);
    assert_true(keys->quoted_count <= 1 && key->quoted <= keys->quoted_count);
    for (unsigned i = 0; i < key->hop_count; i++)
        assert_true(keys->hop[0][i].kind < PS_TUNNEL_COUNT);
    if (key->row == PS_ROW_PORTS) {
        assert_true(key->transport > PS_TRANSPORT_NONE && key->transport < PS_TRANSPORT_COUNT);
        assert_true(key->family != 0 && key->detail_kind == PS_DETAIL_NONE && key->detail == 0);
    } else {
        assert_int_equal(key->transport, PS_TRANSPORT_NONE);
        assert_int_equal(key->source_port, 0);
        assert_int_equal(key->destination_port, 0);
        assert_int_equal(key->payload, 0);
    }
    assert_true(keys->fragments_count <= 1 && key->fragments <= keys->fragments_count);
}

static struct claim claim_of(const struct ps_keys *keys, uint32_t captured)
{
    check_form(keys, captured);
    struct claim claim = {.key = keys->key[0], .fragments = keys->key[0].fragments != 0};
    memcpy(claim.hop, keys->hop[0], sizeof(claim.hop));
    if (claim.fragments)
        claim.seen = keys->fragments[keys->key[0].fragments - 1];
    return claim;
}

static bool same_ports(const struct claim *a, const struct claim *b)
{
    return a->key.transport == b->key.transport && a->key.source_port == b->key.source_port &&
           a->key.destination_port == b->key.destination_port && a->key.family == b->key.family &&
           memcmp(&a->key.source, &b->key.source, sizeof(a->key.source)) == 0 &&
           memcmp(&a->key.destination, &b->key.destination, sizeof(a->key.destination)) == 0;
}

static void check_hops(const struct claim *part, const struct claim *whole)
{
    assert_true(part->key.hop_count <= whole->key.hop_count);
    for (unsigned i = 0; i < part->key.hop_count; i++) {
        assert_int_equal(part->hop[i].kind, whole->hop[i].kind);
        assert_int_equal(part->hop[i].id, whole->hop[i].id);
        assert_int_equal(part->hop[i].port, whole->hop[i].port);
    }
}

static void check_fragments(const struct claim *part, const struct claim *whole)
{
    if (!part->fragments)
        return;
    assert_true(whole->fragments);
    assert_true(part->seen.first_count <= whole->seen.first_count);
    for (uint32_t i = 0; i < part->seen.first_count; i++) {
        assert_memory_equal(&part->seen.first[i].of, &whole->seen.first[i].of, sizeof(struct ps_datagram));
        assert_true(!part->seen.first[i].has_ports || whole->seen.first[i].has_ports);
    }
    if (part->seen.later) {
        assert_true(whole->seen.later);
        assert_memory_equal(&part->seen.later_of, &whole->seen.later_of, sizeof(struct ps_datagram));
    }
}

/* A walk that did not end for want of bytes ends in the same way when there are more. */
static void check_reason(const struct claim *part, const struct claim *whole, bool sent)
{
    uint8_t row = part->key.row;
    if (row == PS_ROW_PORTS || row == PS_ROW_TRUNCATED || (row == PS_ROW_MALFORMED && sent))
        return;
    assert_int_equal(row, whole->key.row);
    assert_int_equal(part->key.detail_kind, whole->key.detail_kind);
    assert_int_equal(part->key.detail, whole->key.detail);
}

/* `whole` says at least what `part` says.  Returns whether both count under other ports: then a tunnel lies between. */
static bool check_claim(const struct claim *part, const struct claim *whole, enum mode mode, bool sent)
{
    check_hops(part, whole);
    check_fragments(part, whole);
    check_reason(part, whole, sent);
    if (part->key.row != PS_ROW_PORTS)
        return false;
    assert_int_equal(whole->key.row, PS_ROW_PORTS);
    if (same_ports(part, whole))
        return false;
    assert_int_equal(mode, INNER);
    assert_true(whole->key.hop_count == PS_HOPS_MAX || whole->key.hop_count > 0);
    return true;
}

/* All prefixes, longest first; `sent`: the frame is short on the wire too. */
static void check_prefixes(enum mode mode, uint16_t link_type, const uint8_t *data, uint32_t length, bool sent)
{
    struct claim longer = claim_of(row_decode(mode, link_type, data, length, length), length);
    unsigned changes = 0, tunnels = longer.key.hop_count;
    for (uint32_t n = length; n-- > 0;) {
        struct claim shorter = claim_of(row_decode(mode, link_type, data, n, sent ? n : length), n);
        assert_int_equal(shorter.key.wire, sent ? n : length);
        changes += check_claim(&shorter, &longer, mode, sent);
        longer = shorter;
    }
    assert_true(changes <= tunnels);
}

void law_prefixes(uint16_t link_type, const uint8_t *data, uint32_t length)
{
    for (enum mode mode = OUTER; mode <= INNER; mode++) {
        check_prefixes(mode, link_type, data, length, false);
        check_prefixes(mode, link_type, data, length, true);
    }
}
