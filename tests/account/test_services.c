/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Services are sums of flows; peers; a full table folds the quiet ones, and nothing is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "account/services.h"
#include "packets.h"
#include "support/fragment_model.h"

#define UDP PS_TRANSPORT_UDP

static void assert_count(struct ps_count got, struct ps_count expected)
{
    assert_int_equal(got.packets, expected.packets);
    assert_int_equal(got.bytes, expected.bytes);
}

static struct ps_count plus(struct ps_count a, struct ps_count b)
{
    return (struct ps_count){a.packets + b.packets, a.bytes + b.bytes};
}

/* --- sums of flows --- */

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)(model_number(seed) % n);
}

static void random_packets(struct packets *packets, size_t count)
{
    static const unsigned flags[] = {SYN, SYN | ACK, ACK, FIN | ACK, RST};
    static const uint16_t ports[] = {22, 80, 1024, 8080, 50000, 50001};
    uint64_t seed = 11;
    while (packets->count < count) {
        uint8_t family = below(&seed, 3) ? 4 : 6;
        struct end from = {family, below(&seed, 6), ports[below(&seed, 6)]};
        struct end to = {family, below(&seed, 6), ports[below(&seed, 6)]};
        if (below(&seed, 2))
            packets_tcp(packets, from, to, flags[below(&seed, 5)], below(&seed, 3) * 1000, below(&seed, 2) * 70);
        else
            packets_add(packets, (uint8_t)(UDP + below(&seed, 2)), from, to, below(&seed, 2) * 50);
        packets->now_ns += below(&seed, 3) * SECOND;
    }
}

/* The service of `row`, added up from the flow rows, as far as it is a plain sum. */
static struct ps_service_row by_hand(const struct ps_snapshot *snapshot, const struct ps_service_row *row)
{
    struct ps_service_row sum = {.transport = row->transport, .port = row->port};
    for (size_t i = 0; i < snapshot->flow_count; i++) {
        const struct ps_flow_row *flow = &snapshot->flow[i];
        if (flow->transport != row->transport || flow->server_port != row->port)
            continue;
        struct ps_count all = plus(flow->to_server, flow->to_client), none = {0};
        bool peers = flow->evidence == PS_EVIDENCE_PEERS;
        sum.to_server = plus(sum.to_server, peers ? all : flow->to_server);
        sum.to_client = plus(sum.to_client, peers ? none : flow->to_client);
        sum.by_evidence[flow->evidence] = plus(sum.by_evidence[flow->evidence], all);
        sum.flows += flow->connections;
        sum.client_class[ps_port_class(flow->client_port)] += flow->connections;
        for (int o = 0; o < PS_OUTCOME_COUNT; o++)
            sum.outcome[o] += flow->outcome[o];
        if (flow->transport == PS_TRANSPORT_TCP)
            sum.tcp_payload_bytes += flow->payload_to_server + flow->payload_to_client;
    }
    return sum;
}

static bool is_new(const struct ps_address *seen, size_t count, const struct ps_address *address)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&seen[i], address, sizeof(*address)) == 0)
            return false;
    return true;
}

/* Different addresses on one side of a service; an IPv4 address is no IPv6 one here, since those begin with fd. */
static uint64_t addresses_by_hand(const struct ps_snapshot *snapshot, const struct ps_service_row *row, bool servers)
{
    struct ps_address seen[32];
    size_t count = 0;
    for (size_t i = 0; i < snapshot->flow_count; i++) {
        const struct ps_flow_row *flow = &snapshot->flow[i];
        if (flow->transport != row->transport || flow->server_port != row->port)
            continue;
        for (int server = 0; server < 2; server++) {
            const struct ps_address *address = server ? &flow->server : &flow->client;
            bool counts = server == servers || flow->evidence == PS_EVIDENCE_PEERS;
            if (counts && is_new(seen, count, address))
                seen[count++] = *address;
        }
    }
    return count;
}

static void assert_service(const struct ps_service_row *got, const struct ps_service_row *expected)
{
    assert_count(got->to_server, expected->to_server);
    assert_count(got->to_client, expected->to_client);
    assert_int_equal(got->flows, expected->flows);
    for (int e = 0; e < PS_EVIDENCE_COUNT; e++)
        assert_count(got->by_evidence[e], expected->by_evidence[e]);
    for (int c = 0; c < PS_CLASS_COUNT; c++)
        assert_int_equal(got->client_class[c], expected->client_class[c]);
    for (int o = 0; o < PS_OUTCOME_COUNT; o++)
        assert_int_equal(got->outcome[o], expected->outcome[o]);
    assert_int_equal(got->tcp_payload_bytes, expected->tcp_payload_bytes);
}

static void services_are_sums(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot snapshot;
    struct ps_count all = {0};
    packets_init(&packets);
    random_packets(&packets, 3000);
    packets_collect(&packets, NULL, &snapshot);
    assert_true(snapshot.service_count > 10);
    for (size_t i = 0; i < snapshot.service_count; i++) {
        const struct ps_service_row *row = &snapshot.service[i];
        struct ps_service_row expected = by_hand(&snapshot, row);
        assert_service(row, &expected);
        assert_int_equal(row->clients, addresses_by_hand(&snapshot, row, false));
        assert_int_equal(row->servers, addresses_by_hand(&snapshot, row, true));
        assert_false(row->clients_estimated || row->servers_estimated);
        all = plus(all, plus(row->to_server, row->to_client));
    }
    assert_count(all, snapshot.total);
    ps_snapshot_finish(&snapshot);
    packets_free(&packets);
}

static void peers(void **state)
{
    (void)state;
    struct end one = {4, 1, 123}, other = {4, 2, 123};
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    packets_add(&packets, UDP, one, other, 48);
    packets_add(&packets, UDP, other, one, 48);
    packets_add(&packets, UDP, other, one, 48);
    packets_collect(&packets, NULL, &snapshot);
    const struct ps_service_row *row = service_at(&snapshot, UDP, 123);
    assert_count(row->to_server, (struct ps_count){3, 3 * (48 + 42)});
    assert_count(row->to_client, (struct ps_count){0, 0});
    assert_count(row->by_evidence[PS_EVIDENCE_PEERS], (struct ps_count){3, 3 * (48 + 42)});
    assert_int_equal(row->flows, 1);
    assert_int_equal(row->clients, 2); /* each is both */
    assert_int_equal(row->servers, 2);
    ps_snapshot_finish(&snapshot);
    packets_free(&packets);
}

/* A part that is shown by itself, as an interval is: what its first connections may continue counts as it is. */
static void part_alone(void **state)
{
    (void)state;
    struct end client = {4, 1, 50000}, server = {4, 2, 80};
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    packets_tcp(&packets, server, client, ACK, 5000, 400); /* of an earlier connection */
    packets_tcp(&packets, server, client, ACK, 5000, 400);
    for (uint32_t i = 1; i <= 3; i++) {
        packets_tcp(&packets, client, server, SYN, i * 1000, 0);
        packets_tcp(&packets, server, client, SYN | ACK, i * 7000, 0);
        packets_tcp(&packets, client, server, ACK, i * 1000 + 1, 100);
        packets_tcp(&packets, client, server, ACK, i * 1000 + 1, 100);
    }
    struct ps_account *part = ps_account_create_part();
    packets_count(&packets, 0, packets.count, part);
    account_collect(part, &snapshot);
    const struct ps_service_row *row = service_at(&snapshot, PS_TRANSPORT_TCP, 80);
    struct ps_service_row expected = by_hand(&snapshot, row);
    assert_service(row, &expected);
    assert_int_equal(row->flows, 4);
    assert_int_equal(row->tcp_payload_bytes, 800 + 600);
    assert_int_equal(row->retransmitted_bytes, 400 + 300);
    assert_int_equal(row->rtt_count, 3);
    ps_snapshot_finish(&snapshot);
    ps_account_destroy(part);
    packets_free(&packets);
}

/* --- a full table --- */

/* One flow with so many packets of 100 bytes to the port. */
static void add_flow(struct services *services, uint16_t port, uint64_t packets)
{
    struct ps_flow_row row = {
        .transport = UDP,
        .family = 4,
        .evidence = PS_EVIDENCE_CLASS,
        .client = end_address((struct end){4, port, 0}),
        .server = end_address((struct end){4, 1, 0}),
        .client_port = 50000,
        .server_port = port,
        .to_server = {packets, packets * 100},
        .connections = 1,
        .outcome = {[PS_OUTCOME_ONE_WAY] = 1},
    };
    assert_true(ps_services_add(services, NULL, NULL, &row)); /* the flow itself is asked for TCP only */
}

struct summed {
    struct ps_service_row rows, others;
    uint64_t by_class[PS_CLASS_COUNT];
    struct ps_snapshot evicted;
};

static void sum_up(const struct services *services, struct summed *ret)
{
    struct ps_snapshot s;
    ps_snapshot_init(&s);
    *ret = (struct summed){.rows.port = 0};
    assert_true(ps_services_collect(services, NULL, &s));
    assert_int_equal(s.service_count, ps_services_count(services));
    const struct ps_service_row *row = s.service;
    ps_services_evicted(services, &ret->evicted);
    ret->others = ret->evicted.evicted_service_sum;
    for (size_t i = 0; i < s.service_count; i++) {
        ret->rows.to_server = plus(ret->rows.to_server, row[i].to_server);
        ret->rows.flows += row[i].flows;
        ret->rows.outcome[PS_OUTCOME_ONE_WAY] += row[i].outcome[PS_OUTCOME_ONE_WAY];
        ret->by_class[ps_port_class(row[i].port)] += row[i].to_server.bytes;
    }
    for (int c = 0; c < PS_CLASS_COUNT; c++)
        ret->by_class[c] += ret->evicted.evicted_service_bytes[c];
    ps_snapshot_finish(&s);
}

static void assert_sums(const struct services *services, uint64_t flows, struct ps_count all)
{
    struct summed sum;
    sum_up(services, &sum);
    assert_count(plus(sum.rows.to_server, sum.others.to_server), all);
    assert_int_equal(sum.rows.flows + sum.others.flows, flows);
    assert_int_equal(sum.rows.outcome[PS_OUTCOME_ONE_WAY] + sum.others.outcome[PS_OUTCOME_ONE_WAY], flows);
    assert_count(sum.others.by_evidence[PS_EVIDENCE_CLASS], sum.others.to_server);
    assert_int_equal(sum.others.client_class[PS_CLASS_DYNAMIC], sum.others.flows);
    assert_int_equal(sum.by_class[0] + sum.by_class[1] + sum.by_class[2], all.bytes);
}

static void limit_folds(void **state)
{
    (void)state;
    struct services *services = ps_services_create();
    assert_non_null(services);
    ps_services_limit(services, 100);
    for (uint16_t port = 1; port <= 3; port++) /* busy ones stay */
        add_flow(services, port, 1000);
    for (uint32_t port = 100; port < 60100; port++) {
        add_flow(services, (uint16_t)port, 1);
        assert_true(ps_services_count(services) <= 100);
    }
    struct summed sum;
    sum_up(services, &sum);
    assert_int_equal(sum.evicted.evicted_services + ps_services_count(services), 60003);
    assert_true(sum.rows.to_server.packets >= 3000);
    assert_int_equal(sum.by_class[PS_CLASS_WELL_KNOWN], 100 * (3000 + 1024 - 100));
    assert_int_equal(sum.by_class[PS_CLASS_REGISTERED], 100 * (49152 - 1024));
    assert_sums(services, 60003, (struct ps_count){63000, 6300000});
    ps_services_destroy(services);
}

static void just_below_the_limit(void **state)
{
    (void)state;
    struct services *services = ps_services_create();
    ps_services_limit(services, 100);
    for (uint16_t port = 0; port < 100; port++)
        add_flow(services, port, 1);
    struct summed sum;
    sum_up(services, &sum);
    assert_int_equal(ps_services_count(services), 100);
    assert_int_equal(sum.evicted.evicted_services, 0);
    add_flow(services, 100, 1);
    sum_up(services, &sum);
    assert_true(ps_services_count(services) <= 100);
    assert_true(sum.evicted.evicted_services > 0);
    assert_sums(services, 101, (struct ps_count){101, 10100});
    ps_services_destroy(services);
}

/* All are equally busy: all may go, but none is lost. */
static void all_are_busy(void **state)
{
    (void)state;
    struct services *services = ps_services_create();
    ps_services_limit(services, 10);
    for (uint16_t port = 0; port < 500; port++)
        add_flow(services, port, 1000);
    assert_sums(services, 500, (struct ps_count){500000, 50000000});
    ps_services_destroy(services);
}

static void merged(void **state)
{
    (void)state;
    struct services *services = ps_services_create(), *part = ps_services_create();
    assert_true(services && part);
    ps_services_limit(services, 50);
    ps_services_limit(part, 20);
    for (uint16_t port = 0; port < 300; port++) {
        add_flow(services, port, 1 + port % 3);
        add_flow(part, (uint16_t)(port + 200), 2);
    }
    assert_sums(part, 300, (struct ps_count){600, 60000});
    struct summed before, of_part, after;
    sum_up(services, &before);
    sum_up(part, &of_part);
    assert_true(ps_services_merge(services, part));
    sum_up(services, &after);
    assert_true(of_part.evicted.evicted_services > 200);
    assert_true(after.evicted.evicted_services >= before.evicted.evicted_services);
    assert_true(after.evicted.evicted_services >= of_part.evicted.evicted_services);
    assert_true(after.evicted.evicted_services <= 500); /* each counts once, however often it came */
    assert_true(ps_services_count(services) <= 50);
    assert_sums(services, 600, (struct ps_count){600 + 600, 60000 + 60000});
    ps_services_destroy(services);
    ps_services_destroy(part);
}

/* Quiet services do not push others out, and are in the sum once. */
static void quiet_ones_find_no_room(void **state)
{
    (void)state;
    struct services *services = ps_services_create();
    struct summed sum;
    ps_services_limit(services, 10);
    for (int round = 0; round < 3; round++)
        for (uint16_t port = 0; port < 100; port++)
            add_flow(services, (uint16_t)(1000 + port), 1);
    sum_up(services, &sum);
    assert_true(ps_services_count(services) <= 10);
    assert_in_range(sum.evicted.evicted_services, 90, 100);
    assert_sums(services, 300, (struct ps_count){300, 30000});
    ps_services_destroy(services);
}

/* Where many found no room, the next ones get their chance; a busy one comes in at once. */
static void others_get_their_chance(void **state)
{
    (void)state;
    struct services *services = ps_services_create();
    ps_services_limit(services, 10);
    for (uint16_t port = 0; port < 60; port++)
        add_flow(services, port, 1);
    size_t full = ps_services_count(services);
    add_flow(services, 99, 1);
    assert_int_equal(ps_services_count(services), full);
    assert_true(ps_services_refresh(services));
    assert_true(ps_services_count(services) < full);
    for (uint16_t port = 0; port < 60; port++)
        add_flow(services, port, 1);
    full = ps_services_count(services);
    add_flow(services, 99, 1000);
    assert_true(ps_services_count(services) < full); /* quiet ones went */
    assert_sums(services, 122, (struct ps_count){121 + 1000, 100 * (121 + 1000)});
    ps_services_destroy(services);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_are_sums),
        cmocka_unit_test(peers),
        cmocka_unit_test(part_alone),
        cmocka_unit_test(limit_folds),
        cmocka_unit_test(just_below_the_limit),
        cmocka_unit_test(all_are_busy),
        cmocka_unit_test(merged),
        cmocka_unit_test(quiet_ones_find_no_room),
        cmocka_unit_test(others_get_their_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
