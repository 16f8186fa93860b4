/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each table against counting by hand, over keys that make it grow; the order of rows; equal ports; the ledger.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "portsniff/account.h"

struct counted {
    struct key_list list;
    struct ps_snapshot snapshot;
};

static void count_list(const struct key_list *list, struct ps_snapshot *ret_snapshot)
{
    static struct ps_keys keys;
    struct ps_account *account = ps_account_create();
    assert_non_null(account);
    for (size_t from = 0; from < list->count; from += PS_BATCH_MAX) {
        size_t to = from + PS_BATCH_MAX < list->count ? from + PS_BATCH_MAX : list->count;
        key_list_batch(list, from, to, &keys);
        ps_account_add(account, NULL, &keys, 0, keys.count);
    }
    ps_snapshot_init(ret_snapshot);
    assert_int_equal(ps_account_collect(account, NULL, ret_snapshot), 0);
    ps_account_destroy(account);
}

static int setup(void **state)
{
    static struct counted counted;
    struct variety variety = {3000, 2000, 1000, 1500, 7200000000000};
    uint64_t seed = 77;
    key_list_random(&seed, &variety, 6000, &counted.list);
    count_list(&counted.list, &counted.snapshot);
    *state = &counted;
    return 0;
}

static int teardown(void **state)
{
    struct counted *counted = *state;
    key_list_free(&counted->list);
    ps_snapshot_finish(&counted->snapshot);
    return 0;
}

static void add(struct ps_traffic *traffic, const struct ps_key *key)
{
    traffic->packets++;
    traffic->bytes += key->wire;
    traffic->network_bytes += key->network;
    traffic->payload_bytes += key->payload;
}

static void assert_traffic(const struct ps_traffic *got, const struct ps_traffic *expected)
{
    assert_int_equal(got->packets, expected->packets);
    assert_int_equal(got->bytes, expected->bytes);
    assert_int_equal(got->network_bytes, expected->network_bytes);
    assert_int_equal(got->payload_bytes, expected->payload_bytes);
}

static void pairs_by_hand(void **state)
{
    const struct counted *c = *state;
    uint64_t packets = 0;
    for (size_t r = 0; r < c->snapshot.pair_count; r++) {
        const struct ps_pair_row *row = &c->snapshot.pair[r];
        struct ps_traffic forth = {0}, back = {0};
        assert_true(row->port_a <= row->port_b);
        for (size_t i = 0; i < c->list.count; i++) {
            const struct ps_key *key = &c->list.key[i];
            if (key->row != PS_ROW_PORTS || key->transport != row->transport)
                continue;
            if (key->source_port == row->port_a && key->destination_port == row->port_b)
                add(&forth, key);
            else if (key->source_port == row->port_b && key->destination_port == row->port_a)
                add(&back, key);
        }
        assert_traffic(&row->a_to_b, &forth);
        assert_traffic(&row->b_to_a, &back);
        packets += forth.packets + back.packets;
    }
    assert_true(c->snapshot.pair_count > 2048); /* it has grown */
    assert_int_equal(c->snapshot.ledger[0].count.packets, packets);
}

static void ports_by_hand(void **state)
{
    const struct counted *c = *state;
    struct ps_traffic sent = {0};
    for (size_t r = 0; r < c->snapshot.port_count; r += 7) {
        const struct ps_port_row *row = &c->snapshot.port[r];
        struct ps_traffic from = {0}, to = {0};
        for (size_t i = 0; i < c->list.count; i++) {
            const struct ps_key *key = &c->list.key[i];
            if (key->row != PS_ROW_PORTS || key->transport != row->transport)
                continue;
            if (key->source_port == row->port)
                add(&from, key);
            if (key->destination_port == row->port)
                add(&to, key);
        }
        assert_traffic(&row->sent, &from);
        assert_traffic(&row->received, &to);
    }
    for (size_t r = 0; r < c->snapshot.port_count; r++)
        sent.packets += c->snapshot.port[r].sent.packets;
    assert_int_equal(sent.packets, c->snapshot.ledger[0].count.packets);
}

static void ranges_by_hand(void **state)
{
    const struct counted *c = *state;
    struct ps_traffic range[PS_CLASS_COUNT][PS_CLASS_COUNT] = {0};
    uint64_t ports[PS_CLASS_COUNT] = {0};
    for (size_t i = 0; i < c->list.count; i++) {
        const struct ps_key *key = &c->list.key[i];
        if (key->row == PS_ROW_PORTS)
            add(&range[ps_port_class(key->source_port)][ps_port_class(key->destination_port)], key);
    }
    for (size_t r = 0; r < c->snapshot.port_count; r++)
        ports[ps_port_class(c->snapshot.port[r].port)]++;
    for (int s = 0; s < PS_CLASS_COUNT; s++) {
        assert_int_equal(c->snapshot.ports_in_class[s], ports[s]);
        for (int d = 0; d < PS_CLASS_COUNT; d++)
            assert_traffic(&c->snapshot.range[s][d], &range[s][d]);
    }
}

static void hosts_by_hand(void **state)
{
    const struct counted *c = *state;
    for (size_t r = 0; r < c->snapshot.host_count; r += 5) {
        const struct ps_host_row *row = &c->snapshot.host[r];
        struct ps_count sent = {0}, received = {0};
        for (size_t i = 0; i < c->list.count; i++) {
            const struct ps_key *key = &c->list.key[i];
            if (key->family != row->family)
                continue;
            if (memcmp(&key->source, &row->address, sizeof(row->address)) == 0)
                sent.packets++, sent.bytes += key->wire;
            if (memcmp(&key->destination, &row->address, sizeof(row->address)) == 0)
                received.packets++, received.bytes += key->wire;
        }
        assert_int_equal(row->sent.packets, sent.packets);
        assert_int_equal(row->sent.bytes, sent.bytes);
        assert_int_equal(row->received.packets, received.packets);
        assert_int_equal(row->received.bytes, received.bytes);
    }
    assert_true(c->snapshot.host_count > 2048);
}

static bool has_hop(const struct key_list *list, size_t i, const struct ps_tunnel_row *row)
{
    for (unsigned h = 0; h < list->key[i].hop_count; h++)
        if (list->hop[i][h].kind == row->kind && list->hop[i][h].port == row->port && list->hop[i][h].id == row->id)
            return true;
    return false;
}

static void tunnels_by_hand(void **state)
{
    const struct counted *c = *state;
    for (size_t r = 0; r < c->snapshot.tunnel_count; r += 11) {
        const struct ps_tunnel_row *row = &c->snapshot.tunnel[r];
        struct ps_count carried = {0};
        for (size_t i = 0; i < c->list.count; i++)
            if (has_hop(&c->list, i, row))
                carried.packets++, carried.bytes += c->list.key[i].wire;
        assert_int_equal(row->carried.packets, carried.packets);
        assert_int_equal(row->carried.bytes, carried.bytes);
    }
    assert_true(c->snapshot.tunnel_count > 2048);
}

static void ledger_by_hand(void **state)
{
    const struct counted *c = *state;
    uint64_t packets = 0, bytes = 0;
    for (size_t r = 0; r < c->snapshot.ledger_count; r++) {
        const struct ps_ledger_row *row = &c->snapshot.ledger[r];
        struct ps_count count = {0};
        for (size_t i = 0; i < c->list.count; i++) {
            const struct ps_key *key = &c->list.key[i];
            if (key->row == row->row && key->detail_kind == row->detail_kind && key->detail == row->detail)
                count.packets++, count.bytes += key->wire;
        }
        assert_int_equal(row->count.packets, count.packets);
        assert_int_equal(row->count.bytes, count.bytes);
        packets += count.packets;
        bytes += count.bytes;
    }
    assert_int_equal(packets, c->snapshot.total.packets);
    assert_int_equal(bytes, c->snapshot.total.bytes);
    assert_int_equal(packets, c->list.count);
}

/* Two rows of `got` in the wrong order, or the same, fail. */
#define ASSERT_ORDER(rows, count, before)          \
    for (size_t i_ = 1; i_ < (count); i_++)        \
        if (!before(&(rows)[i_ - 1], &(rows)[i_])) \
    fail_msg(#rows " %zu is not in its place", i_)

static bool pair_before(const struct ps_pair_row *a, const struct ps_pair_row *b)
{
    uint64_t x = a->a_to_b.bytes + a->b_to_a.bytes, y = b->a_to_b.bytes + b->b_to_a.bytes;
    uint64_t m = (uint64_t)a->transport << 32 | (uint32_t)a->port_a << 16 | a->port_b;
    uint64_t n = (uint64_t)b->transport << 32 | (uint32_t)b->port_a << 16 | b->port_b;
    return x > y || (x == y && m < n);
}

static bool port_before(const struct ps_port_row *a, const struct ps_port_row *b)
{
    uint64_t x = a->sent.bytes + a->received.bytes, y = b->sent.bytes + b->received.bytes;
    return x > y || (x == y && (a->transport < b->transport || (a->transport == b->transport && a->port < b->port)));
}

static bool host_before(const struct ps_host_row *a, const struct ps_host_row *b)
{
    uint64_t x = a->sent.bytes + a->received.bytes, y = b->sent.bytes + b->received.bytes;
    if (x != y || a->family != b->family)
        return x > y || (x == y && a->family < b->family);
    return memcmp(&a->address, &b->address, sizeof(a->address)) < 0;
}

static bool tunnel_before(const struct ps_tunnel_row *a, const struct ps_tunnel_row *b)
{
    uint64_t m = (uint64_t)a->kind << 48 | (uint64_t)a->port << 32 | a->id;
    uint64_t n = (uint64_t)b->kind << 48 | (uint64_t)b->port << 32 | b->id;
    return a->carried.bytes > b->carried.bytes || (a->carried.bytes == b->carried.bytes && m < n);
}

static bool ledger_before(const struct ps_ledger_row *a, const struct ps_ledger_row *b)
{
    uint32_t m = (uint32_t)a->detail_kind << 16 | a->detail, n = (uint32_t)b->detail_kind << 16 | b->detail;
    if (a->row != b->row)
        return a->row < b->row;
    return a->count.bytes > b->count.bytes || (a->count.bytes == b->count.bytes && m < n);
}

static bool time_before(const struct ps_time_row *a, const struct ps_time_row *b)
{
    return a->start_ns < b->start_ns;
}

static void assert_orders(const struct ps_snapshot *s)
{
    ASSERT_ORDER(s->pair, s->pair_count, pair_before);
    ASSERT_ORDER(s->port, s->port_count, port_before);
    ASSERT_ORDER(s->host, s->host_count, host_before);
    ASSERT_ORDER(s->tunnel, s->tunnel_count, tunnel_before);
    ASSERT_ORDER(s->ledger, s->ledger_count, ledger_before);
    ASSERT_ORDER(s->time, s->time_count, time_before);
}

static void rows_have_their_order(void **state)
{
    const struct counted *c = *state;
    assert_orders(&c->snapshot);
}

/* Every packet has the same bytes, so that the numbers alone decide. */
static void ties_are_ordered(void **state)
{
    (void)state;
    struct variety variety = {300, 300, 300, 300, 1000000000};
    struct key_list list;
    struct ps_snapshot snapshot;
    uint64_t seed = 3;
    key_list_random(&seed, &variety, 1500, &list);
    for (size_t i = 0; i < list.count; i++)
        list.key[i].wire = 100;
    count_list(&list, &snapshot);
    assert_orders(&snapshot);
    ps_snapshot_finish(&snapshot);
    key_list_free(&list);
}

static struct ps_key port_key(uint16_t source, uint16_t destination)
{
    return (struct ps_key){.time_ns = PS_TIME_NONE,
                           .wire = 100,
                           .network = 86,
                           .payload = 50,
                           .source_port = source,
                           .destination_port = destination,
                           .family = 4,
                           .transport = PS_TRANSPORT_UDP,
                           .row = PS_ROW_PORTS};
}

static void count_keys(const struct ps_key *key, size_t count, struct ps_snapshot *ret_snapshot)
{
    static struct ps_hop no_hop[PS_BATCH_MAX][PS_HOPS_MAX];
    struct key_list list = {.key = (struct ps_key *)(uintptr_t)key, .hop = no_hop, .count = count};
    count_list(&list, ret_snapshot);
}

static void equal_ports(void **state)
{
    (void)state;
    const struct ps_key keys[] = {port_key(53, 53), port_key(53, 53), port_key(53, 54)};
    struct ps_snapshot s;
    count_keys(keys, 3, &s);
    assert_int_equal(s.pair_count, 2);
    assert_int_equal(s.pair[0].port_b, 53);
    assert_int_equal(s.pair[0].a_to_b.packets, 2);
    assert_int_equal(s.pair[0].b_to_a.packets, 0);
    assert_int_equal(s.port_count, 2);
    assert_int_equal(s.port[0].port, 53);
    assert_int_equal(s.port[0].sent.packets, 3);
    assert_int_equal(s.port[0].received.packets, 2);
    assert_int_equal(s.port[1].sent.packets, 0);
    assert_int_equal(s.range[0][0].packets, 3);
    ps_snapshot_finish(&s);
}

static void edges_of_classes(void **state)
{
    (void)state;
    const struct ps_key keys[] = {port_key(0, 1023), port_key(1024, 49151), port_key(49152, 65535),
                                  port_key(1023, 49152)};
    struct ps_snapshot s;
    count_keys(keys, 4, &s);
    for (int source = 0; source < PS_CLASS_COUNT; source++)
        for (int destination = 0; destination < PS_CLASS_COUNT; destination++)
            assert_int_equal(s.range[source][destination].packets,
                             source == destination || (source == 0 && destination == 2));
    for (int range = 0; range < PS_CLASS_COUNT; range++)
        assert_int_equal(s.ports_in_class[range], 2);
    assert_int_equal(s.port_count, 6); /* port 0 is a row */
    ps_snapshot_finish(&s);
}

/* At either end, and once where it is at both. */
static void port_zero(void **state)
{
    static const struct {
        uint16_t source, destination;
        bool counts;
    } rows[] = {{0, 80, true}, {80, 0, true}, {0, 0, true}, {1, 1, false}, {1, 65535, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ps_key key = port_key(rows[i].source, rows[i].destination);
        struct ps_snapshot s;
        count_keys(&key, 1, &s);
        assert_int_equal(s.port_zero.packets, rows[i].counts);
        assert_int_equal(s.port_zero.bytes, rows[i].counts ? key.wire : 0);
        ps_snapshot_finish(&s);
    }
}

static void nothing_at_all(void **state)
{
    (void)state;
    struct ps_snapshot s;
    count_keys(NULL, 0, &s);
    assert_int_equal(s.total.packets, 0);
    assert_int_equal(s.port_count + s.pair_count + s.host_count + s.time_count + s.tunnel_count, 0);
    assert_int_equal(s.ledger_count, 1);
    assert_int_equal(s.ledger[0].row, PS_ROW_PORTS);
    assert_true(s.first_ns == PS_TIME_NONE && s.last_ns == PS_TIME_NONE);
    ps_snapshot_finish(&s);
}

static void times_and_disorder(void **state)
{
    (void)state;
    struct ps_key keys[6];
    const int64_t times[] = {PS_TIME_NONE, 50, 50, -20, PS_TIME_NONE, 10};
    struct ps_snapshot s;
    for (size_t i = 0; i < 6; i++) {
        keys[i] = port_key(1, 2);
        keys[i].time_ns = times[i];
    }
    count_keys(keys, 6, &s);
    assert_int_equal(s.first_ns, -20);
    assert_int_equal(s.last_ns, 50);
    assert_int_equal(s.untimed_packets, 2);
    assert_int_equal(s.disordered_packets, 1); /* 10 comes behind -20 */
    ps_snapshot_finish(&s);
}

/* What segmentation offload joined, as so many full segments. */
static void segments(void **state)
{
    (void)state;
    struct ps_key keys[] = {port_key(1, 2), port_key(1, 2), port_key(1, 2), port_key(1, 2)};
    const uint32_t payload[] = {1461, 2920, 2921, 64000};
    struct ps_snapshot s;
    for (size_t i = 0; i < 4; i++) {
        keys[i].flags = PS_KEY_SEGMENTED;
        keys[i].payload = payload[i];
        keys[i].network = payload[i] + 40;
        keys[i].wire = payload[i] + 54;
    }
    count_keys(keys, 4, &s);
    assert_int_equal(s.segmented.packets, 4);
    assert_int_equal(s.segmented.bytes, 1461 + 2920 + 2921 + 64000 + 4 * 54);
    assert_int_equal(s.segmented_estimate, 2 + 2 + 3 + 44);
    ps_snapshot_finish(&s);
}

static void same_tag_twice_counts_once(void **state)
{
    (void)state;
    struct ps_key key = port_key(1, 2);
    struct ps_hop hop[1][PS_HOPS_MAX] = {{{.id = 5}, {.id = 6}, {.id = 5}}};
    struct key_list list = {.key = &key, .hop = hop, .count = 1};
    struct ps_snapshot s;
    key.hop_count = 3;
    count_list(&list, &s);
    assert_int_equal(s.tunnel_count, 2);
    assert_int_equal(s.tunnel[0].carried.packets, 1);
    assert_int_equal(s.tunnel[1].carried.packets, 1);
    ps_snapshot_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_hand),
        cmocka_unit_test(ports_by_hand),
        cmocka_unit_test(ranges_by_hand),
        cmocka_unit_test(hosts_by_hand),
        cmocka_unit_test(tunnels_by_hand),
        cmocka_unit_test(ledger_by_hand),
        cmocka_unit_test(rows_have_their_order),
        cmocka_unit_test(ties_are_ordered),
        cmocka_unit_test(equal_ports),
        cmocka_unit_test(edges_of_classes),
        cmocka_unit_test(port_zero),
        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(times_and_disorder),
        cmocka_unit_test(segments),
        cmocka_unit_test(same_tag_twice_counts_once),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
