/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of made-up packets, counted in batches.
 */
#include "packets.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "support/fragment_model.h"

void packets_init(struct packets *packets)
{
    *packets = (struct packets){.now_ns = SECOND};
}

void packets_free(struct packets *packets)
{
    free(packets->key);
    free(packets->quoted);
    free(packets->text);
    *packets = (struct packets){0};
}

struct ps_address end_address(struct end end)
{
    struct ps_address address = {.octet = {10}};
    unsigned at = end.family == 6 ? 12 : 0;
    address.octet[0] = end.family == 6 ? 0xfd : (uint8_t)(end.host >> 24);
    if (end.family == 6)
        address.octet[at] = (uint8_t)(end.host >> 24);
    address.octet[at + 1] = (uint8_t)(end.host >> 16);
    address.octet[at + 2] = (uint8_t)(end.host >> 8);
    address.octet[at + 3] = (uint8_t)end.host;
    return address;
}

static void grow(struct packets *packets)
{
    if (packets->count < packets->room)
        return;
    packets->room = packets->room ? packets->room * 2 : 64;
    packets->key = realloc(packets->key, packets->room * sizeof(*packets->key));
    packets->quoted = realloc(packets->quoted, packets->room * sizeof(*packets->quoted));
    packets->text = realloc(packets->text, packets->room * sizeof(*packets->text));
    assert_true(packets->key && packets->quoted && packets->text);
}

struct ps_key *packets_add(struct packets *packets, uint8_t transport, struct end from, struct end to, uint32_t payload)
{
    grow(packets);
    packets->text[packets->count] = NULL;
    struct ps_key *key = &packets->key[packets->count++];
    uint32_t headers = (from.family == 6 ? 40u : 20u) + (transport == PS_TRANSPORT_TCP ? 20u : 8u);
    *key = (struct ps_key){
        .time_ns = packets->now_ns,
        .wire = 14 + headers + payload,
        .network = headers + payload,
        .payload = payload,
        .source_port = from.port,
        .destination_port = to.port,
        .source = end_address(from),
        .destination = end_address(to),
        .family = from.family,
        .transport = transport,
        .row = PS_ROW_PORTS,
        .link_type = 1,
    };
    if (packets->now_ns != PS_TIME_NONE)
        packets->now_ns += MILLISECOND;
    return key;
}

struct ps_key *packets_tcp(struct packets *packets, struct end from, struct end to, unsigned flags, uint32_t sequence,
                           uint32_t payload)
{
    struct ps_key *key = packets_add(packets, PS_TRANSPORT_TCP, from, to, payload);
    key->tcp_flags = (uint8_t)flags;
    key->tcp_seq = sequence;
    key->flags = PS_KEY_SEQUENCE;
    return key;
}

struct ps_key *packets_refuse(struct packets *packets, uint8_t transport, struct end from, struct end to)
{
    struct ps_key *key = packets_add(packets, PS_TRANSPORT_NONE, to, from, 0);
    key->row = PS_ROW_OTHER_PROTOCOL;
    key->detail_kind = PS_DETAIL_IP_PROTOCOL;
    key->detail = from.family == 6 ? 58 : 1;
    key->source_port = key->destination_port = 0;
    key->quoted = 1;
    packets->quoted[packets->count - 1] = (struct ps_quoted){
        .source = end_address(from),
        .destination = end_address(to),
        .source_port = from.port,
        .destination_port = to.port,
        .family = from.family,
        .transport = transport,
    };
    return key;
}

struct ps_key *packets_say(struct packets *packets, struct end from, struct end to, const char *text)
{
    assert_true(strlen(text) <= PACKETS_TEXT_MAX);
    struct ps_key *key = packets_tcp(packets, from, to, ACK, 0, (uint32_t)strlen(text));
    packets->text[packets->count - 1] = text;
    return key;
}

void packets_shuffle(struct packets *packets, uint64_t *seed)
{
    for (size_t left = packets->count; left > 1; left--) {
        size_t i = left - 1, j = (size_t)(model_number(seed) % left);
        struct ps_key key = packets->key[i];
        struct ps_quoted quoted = packets->quoted[i];
        const char *text = packets->text[i];
        packets->key[i] = packets->key[j];
        packets->quoted[i] = packets->quoted[j];
        packets->text[i] = packets->text[j];
        packets->key[j] = key;
        packets->quoted[j] = quoted;
        packets->text[j] = text;
    }
}

/* Key `i` of a batch. */
static void fill(struct ps_keys *keys, struct ps_batch *batch, size_t i, const struct packets *packets, size_t number)
{
    static uint8_t frame[PS_BATCH_MAX][1 + PACKETS_TEXT_MAX]; /* a payload never lies at 0 */
    struct ps_key *key = &keys->key[i];
    const char *text = packets->text[number];
    *key = packets->key[number];
    batch->packet[i] = (struct ps_packet){.data = frame[i]};
    if (key->quoted) {
        keys->quoted[keys->quoted_count] = packets->quoted[number];
        key->quoted = (uint16_t)++keys->quoted_count;
    }
    if (text) {
        memcpy(frame[i] + 1, text, strlen(text));
        batch->packet[i].captured = 1 + (uint32_t)strlen(text);
        key->payload_at = 1;
    }
}

void packets_count(const struct packets *packets, size_t from, size_t to, struct ps_account *account)
{
    static struct ps_keys keys;
    static struct ps_batch batch;
    assert_non_null(account);
    keys.batch = &batch;
    while (from < to) {
        keys.count = batch.count = to - from < PS_BATCH_MAX ? to - from : PS_BATCH_MAX;
        keys.quoted_count = keys.fragments_count = 0;
        for (size_t i = 0; i < keys.count; i++)
            fill(&keys, &batch, i, packets, from + i);
        ps_account_add(account, NULL, &keys, 0, keys.count);
        from += keys.count;
    }
}

void account_collect(const struct ps_account *account, struct ps_snapshot *ret_snapshot)
{
    ps_snapshot_init(ret_snapshot);
    assert_false(ps_account_failed(account));
    assert_int_equal(ps_account_collect(account, NULL, ret_snapshot), 0);
}

void packets_collect(const struct packets *packets, ps_port_named *named, struct ps_snapshot *ret_snapshot)
{
    struct ps_account *account = ps_account_create();
    assert_non_null(account);
    ps_account_set_evidence(account, named, NULL);
    packets_count(packets, 0, packets->count, account);
    account_collect(account, ret_snapshot);
    ps_account_destroy(account);
}

static bool is_end(const struct ps_address *address, uint16_t port, uint8_t family, struct end end)
{
    struct ps_address wanted = end_address(end);
    return port == end.port && family == end.family && memcmp(address, &wanted, sizeof(wanted)) == 0;
}

const struct ps_flow_row *flow_between(const struct ps_snapshot *snapshot, struct end one, struct end other)
{
    const struct ps_flow_row *found = NULL;
    for (size_t i = 0; i < snapshot->flow_count; i++) {
        const struct ps_flow_row *row = &snapshot->flow[i];
        bool forth = is_end(&row->client, row->client_port, row->family, one) &&
                     is_end(&row->server, row->server_port, row->family, other);
        bool back = is_end(&row->client, row->client_port, row->family, other) &&
                    is_end(&row->server, row->server_port, row->family, one);
        if (!forth && !back)
            continue;
        assert_null(found);
        found = row;
    }
    assert_non_null(found);
    return found;
}

const struct ps_service_row *service_at(const struct ps_snapshot *snapshot, uint8_t transport, uint16_t port)
{
    for (size_t i = 0; i < snapshot->service_count; i++)
        if (snapshot->service[i].transport == transport && snapshot->service[i].port == port)
            return &snapshot->service[i];
    fail_msg("there is no service %u/%u", transport, port);
    return NULL;
}
