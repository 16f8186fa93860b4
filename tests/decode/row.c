/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks rows.  The laws that every frame obeys are in law.c.
 */
#include "row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "support/frame.h"

const struct ps_decoder *row_decoder(enum mode mode)
{
    static struct ps_decoder *decoders[2];
    if (!decoders[mode]) {
        struct ps_decode_options options = {.tunnels_inner = mode == INNER, .fragments_credit = true};
        options.tunnel_port[options.tunnel_port_count++] = (struct ps_tunnel_port){8472, PS_TUNNEL_VXLAN};
        decoders[mode] = ps_decoder_create(&options);
    }
    return decoders[mode];
}

const struct ps_keys *row_decode(enum mode mode, uint16_t link_type, const uint8_t *data, uint32_t captured,
                                 uint32_t original)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    /* A block of its own, so that a sanitizer sees a read one byte behind the end. */
    uint8_t *exact = malloc(captured ? captured : 1);
    assert_non_null(exact);
    memcpy(exact, data, captured);
    batch.count = 1;
    batch.packet[0] = (struct ps_packet){
        .data = exact, .time_ns = 1, .captured = captured, .original = original, .link_type = link_type};
    memset(&keys.key[0], 0xa5, sizeof(keys.key[0])); /* every field is to be written */
    memset(keys.hop[0], 0xa5, sizeof(keys.hop[0]));
    ps_decode(row_decoder(mode), &batch, &keys);
    free(exact);
    return &keys;
}

const char *row_counts(const struct ps_key *key, char *to, size_t size)
{
    char detail[64];
    if (key->row == PS_ROW_PORTS) {
        snprintf(to, size, "%s %u>%u", ps_transport_name(key->transport), key->source_port, key->destination_port);
        return to;
    }
    ps_detail_text(detail, sizeof(detail), key->detail_kind, key->detail);
    snprintf(to, size, "%s%s%s", ps_row_name(key->row), detail[0] ? ": " : "", detail);
    return to;
}

const char *row_hops(const struct ps_keys *keys, char *to, size_t size)
{
    size_t used = 0;
    to[0] = '\0';
    for (uint32_t i = 0; i < keys->key[0].hop_count && used < size; i++) {
        const struct ps_hop *hop = &keys->hop[0][i];
        char port[8] = "";
        if (hop->port)
            snprintf(port, sizeof(port), "/%u", hop->port);
        used += (size_t)snprintf(to + used, size - used, "%s%s%s %" PRIu32, i ? ", " : "", ps_tunnel_name(hop->kind),
                                 port, hop->id);
    }
    return to;
}

/* Whether the addresses are those that the frame builder gave to IP header number `depth`. */
static bool addresses_of(const struct ps_key *key, unsigned depth)
{
    uint8_t source[16] = {10, 0, (uint8_t)depth, 1}, destination[16] = {10, 0, (uint8_t)depth, 2};
    if (key->family == 6) {
        const uint8_t six[16] = {0xfd, [13] = (uint8_t)depth};
        memcpy(source, six, sizeof(six));
        memcpy(destination, six, sizeof(six));
        source[15] = 1;
        destination[15] = 2;
    }
    return memcmp(key->source.octet, source, 16) == 0 && memcmp(key->destination.octet, destination, 16) == 0;
}

static void addresses_text(const struct ps_key *key, char *to, size_t size)
{
    static const struct ps_address zero;
    unsigned depth = 0;
    if (!key->family && memcmp(&key->source, &zero, sizeof(zero)) == 0 &&
        memcmp(&key->destination, &zero, sizeof(zero)) == 0) {
        snprintf(to, size, "-");
        return;
    }
    while (depth < 40 && !addresses_of(key, depth))
        depth++;
    snprintf(to, size, depth < 40 ? "%u.%u" : "%u.?", key->family, depth);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    static struct frame frame;
    char text[512];
    frame_build(&frame, row->frame);
    uint16_t link = row->link == 0 ? 1 : row->link == PS_TEST_NULL ? 0 : row->link;
    uint32_t captured = row->captured ? row->captured : frame.length;
    assert_true(captured <= frame.length);
    const struct ps_keys *keys = row_decode(row->mode, link, frame.byte, captured, frame.length);
    const struct ps_key *key = &keys->key[0];
    assert_string_equal(row_counts(key, text, sizeof(text)), row->counts);
    assert_string_equal(row_hops(keys, text, sizeof(text)), row->hops ? row->hops : "");
    if (row->lengths) {
        snprintf(text, sizeof(text), "%" PRIu32 "/%" PRIu32, key->network, key->payload);
        assert_string_equal(text, row->lengths);
    }
    if (row->ip) {
        addresses_text(key, text, sizeof(text));
        assert_string_equal(text, row->ip);
    }
    assert_int_equal(key->time_ns, 1);
    assert_int_equal(key->wire, frame.length);
    assert_int_equal(key->link_type, link);
    law_prefixes(link, frame.byte, frame.length);
}

int rows_run(const char *table, const struct row *row, size_t count)
{
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    assert_non_null(tests);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){
            .name = row[i].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&row[i]};
    int failed = _cmocka_run_group_tests(table, tests, count, NULL, NULL);
    free(tests);
    return failed != 0;
}
