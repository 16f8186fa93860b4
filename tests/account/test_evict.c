/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bounded tables: however many entries leave, every sum is that of the unbounded account, and what stays is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "account/account_private.h"
#include "account/flows.h"
#include "account/hosts.h"
#include "packets.h"
#include "support/fragment_model.h"

#define UDP         PS_TRANSPORT_UDP
#define FLOWS_MAX   1500 /* a batch needs up to 512 */
#define OTHERS_MAX  1200
#define BUSY        20
#define CONNECTIONS 3

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)(model_number(seed) % n);
}

/* Whether floods of new flows stay outside. */
static bool gate;

/* Small tables, although ps_account_limit allows none so small. */
static void bound(struct ps_account *account, size_t services)
{
    struct account_view view = ps_account_view(account);
    ps_flows_limit((struct flows *)(uintptr_t)view.flows, FLOWS_MAX, services, NULL);
    ps_flows_limit_left((struct flows *)(uintptr_t)view.flows, OTHERS_MAX, OTHERS_MAX);
    ps_hosts_limit((struct hosts *)(uintptr_t)view.hosts, OTHERS_MAX);
    if (gate)
        ps_flows_set_gate((struct flows *)(uintptr_t)view.flows);
}

/* --- packets --- */

/* Many flows of one packet; among them some that come back. */
static void random_packets(struct packets *packets, size_t count)
{
    uint64_t seed = 4;
    for (size_t i = 0; i < count; i++) {
        uint8_t family = below(&seed, 2) ? 4 : 6;
        struct end from = {family, below(&seed, 3000), (uint16_t)(below(&seed, 3) ? 40000 + below(&seed, 20000) : 7)};
        struct end to = {family, below(&seed, 100), (uint16_t)below(&seed, 300)};
        switch (below(&seed, 8)) {
        case 0:
            packets_refuse(packets, UDP, from, to);
            break;
        case 1:
            packets_add(packets, PS_TRANSPORT_SCTP, from, to, below(&seed, 200));
            break;
        case 2:
            packets_add(packets, UDP, from, to, below(&seed, 200));
            break;
        default:
            packets_tcp(packets, from, to, below(&seed, 2) ? SYN : ACK, below(&seed, 9), below(&seed, 200));
        }
        if (below(&seed, 4) == 0)
            packets_add(packets, UDP, to, from, 10);
    }
}

/* SYNs to different hosts and ports, each once, of which some are answered; and conversations of several connections all the while. */
static struct end busy_client(uint32_t n)
{
    return (struct end){n % 2 ? 4 : 6, 5000000 + n, (uint16_t)(50000 + n)};
}

static struct end busy_server(uint32_t n)
{
    return (struct end){n % 2 ? 4 : 6, 6000000, 443};
}

static void scan_with_conversations(struct packets *packets, uint32_t probes)
{
    for (uint32_t i = 0; i < probes; i++) {
        uint8_t family = i % 2 ? 4 : 6;
        struct end scanner = {family, 1, (uint16_t)(40000 + i % 9000)};
        struct end target = {family, 1000 + i, (uint16_t)(1 + i % 200)};
        packets_tcp(packets, scanner, target, SYN, 1, 0);
        if (i % 7 == 0) {
            packets_tcp(packets, target, scanner, SYN | ACK, 5, 0);
            packets_tcp(packets, scanner, target, ACK, 2, 0);
        }
        if (i % 10)
            continue;
        uint32_t n = i / 10 % BUSY, connection = i * CONNECTIONS / probes; /* numbers ascend while the scan goes on */
        packets_tcp(packets, busy_client(n), busy_server(n), SYN, 1000 * connection, 0);
        packets_tcp(packets, busy_server(n), busy_client(n), SYN | ACK, 9000, 0);
        packets_tcp(packets, busy_client(n), busy_server(n), ACK, 1000 * connection + 1, 100);
    }
}

/* --- sums --- */

static struct ps_count plus(struct ps_count a, struct ps_count b)
{
    return (struct ps_count){a.packets + b.packets, a.bytes + b.bytes};
}

static void assert_count(struct ps_count got, struct ps_count expected)
{
    assert_int_equal(got.packets, expected.packets);
    assert_int_equal(got.bytes, expected.bytes);
}

static struct ps_count count_of(struct ps_traffic traffic)
{
    return (struct ps_count){traffic.packets, traffic.bytes};
}

static void traffic_plus(struct ps_traffic *to, const struct ps_traffic *from)
{
    to->packets += from->packets;
    to->bytes += from->bytes;
    to->network_bytes += from->network_bytes;
    to->payload_bytes += from->payload_bytes;
}

static struct ps_count flow_sum(const struct ps_snapshot *s, uint64_t *ret_payload, uint64_t *ret_connections)
{
    struct ps_count all = plus(s->evicted_flow_sum.to_server, s->evicted_flow_sum.to_client);
    *ret_payload = s->evicted_flow_sum.payload_to_server + s->evicted_flow_sum.payload_to_client;
    *ret_connections = s->evicted_flow_sum.connections;
    assert_int_equal(s->evicted_flows.bytes, all.bytes);
    for (size_t i = 0; i < s->flow_count; i++) {
        all = plus(all, plus(s->flow[i].to_server, s->flow[i].to_client));
        *ret_payload += s->flow[i].payload_to_server + s->flow[i].payload_to_client;
        *ret_connections += s->flow[i].connections;
    }
    return all;
}

static struct ps_count service_sum(const struct ps_snapshot *s, uint64_t *ret_flows)
{
    struct ps_count all = plus(s->evicted_service_sum.to_server, s->evicted_service_sum.to_client);
    *ret_flows = s->evicted_service_sum.flows;
    for (size_t i = 0; i < s->service_count; i++) {
        all = plus(all, plus(s->service[i].to_server, s->service[i].to_client));
        *ret_flows += s->service[i].flows;
    }
    return all;
}

static struct ps_traffic pair_sum(const struct ps_snapshot *s)
{
    struct ps_traffic all = s->evicted_pair_a_to_b;
    traffic_plus(&all, &s->evicted_pair_b_to_a);
    for (size_t i = 0; i < s->pair_count; i++) {
        traffic_plus(&all, &s->pair[i].a_to_b);
        traffic_plus(&all, &s->pair[i].b_to_a);
    }
    return all;
}

static void host_sums(const struct ps_snapshot *s, struct ps_count *ret_sent, struct ps_count *ret_received)
{
    *ret_sent = s->evicted_host_sent;
    *ret_received = s->evicted_host_received;
    for (size_t i = 0; i < s->host_count; i++) {
        *ret_sent = plus(*ret_sent, s->host[i].sent);
        *ret_received = plus(*ret_received, s->host[i].received);
    }
}

/* What stays exact in every row. */
static void assert_exact(const struct ps_snapshot *got, const struct ps_snapshot *expected)
{
    assert_count(got->total, expected->total);
    assert_int_equal(got->port_count, expected->port_count);
    for (size_t i = 0; i < got->port_count; i++) {
        assert_int_equal(got->port[i].transport, expected->port[i].transport);
        assert_int_equal(got->port[i].port, expected->port[i].port);
        assert_memory_equal(&got->port[i].sent, &expected->port[i].sent, sizeof(struct ps_traffic));
        assert_memory_equal(&got->port[i].received, &expected->port[i].received, sizeof(struct ps_traffic));
    }
    assert_memory_equal(got->range, expected->range, sizeof(got->range));
    assert_memory_equal(got->ports_in_class, expected->ports_in_class, sizeof(got->ports_in_class));
    assert_int_equal(got->ledger_count, expected->ledger_count);
    for (size_t i = 0; i < got->ledger_count; i++)
        assert_count(got->ledger[i].count, expected->ledger[i].count);
}

/* What stays exact together with what was folded. */
static void assert_sums(const struct ps_snapshot *got, const struct ps_snapshot *expected)
{
    struct ps_count with_ports = expected->ledger[0].count, sent, received, expected_sent, expected_received;
    uint64_t payload, connections, flows;
    assert_int_equal(expected->ledger[0].row, PS_ROW_PORTS);
    assert_count(flow_sum(got, &payload, &connections), with_ports);
    assert_int_equal(payload, pair_sum(expected).payload_bytes);
    assert_count(service_sum(got, &flows), with_ports);
    assert_int_equal(flows, connections);
    struct ps_traffic pairs = pair_sum(got), expected_pairs = pair_sum(expected);
    assert_memory_equal(&pairs, &expected_pairs, sizeof(pairs));
    assert_count(count_of(pairs), with_ports);
    host_sums(got, &sent, &received);
    host_sums(expected, &expected_sent, &expected_received);
    assert_count(sent, expected_sent);
    assert_count(received, expected_received);
}

/* The tables were bounded, many times over. */
static void assert_bounded(const struct ps_snapshot *got)
{
    assert_true(got->flow_count <= FLOWS_MAX && got->pair_count <= FLOWS_MAX + OTHERS_MAX);
    assert_true(got->host_count <= 2 * (FLOWS_MAX + OTHERS_MAX));
    assert_true(got->evicted_flows.packets > 5 * FLOWS_MAX);
    assert_true(got->evicted_pairs > 5 * OTHERS_MAX);
    assert_true(got->evicted_hosts > OTHERS_MAX);
}

static struct ps_account *bounded_account(const struct packets *packets, size_t from, size_t to, size_t services)
{
    struct ps_account *account = from ? ps_account_create_part() : ps_account_create();
    assert_non_null(account);
    bound(account, services);
    packets_count(packets, from, to, account);
    return account;
}

static void assert_random_sums(size_t services)
{
    struct packets packets;
    struct ps_snapshot expected, got;
    packets_init(&packets);
    random_packets(&packets, gate ? 60000 : 20000);
    packets_collect(&packets, NULL, &expected);
    struct ps_account *account = bounded_account(&packets, 0, packets.count, services);
    account_collect(account, &got);
    assert_bounded(&got);
    assert_exact(&got, &expected);
    assert_sums(&got, &expected);
    assert_int_equal(got.evicted_services > 0, services > 0);
    assert_true(!services || got.service_count <= services);
    assert_int_equal(expected.evicted_flows.packets + expected.evicted_pairs + expected.evicted_hosts, 0);
    ps_account_destroy(account);
    ps_snapshot_finish(&expected);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

static void sums_with_all_services(void **state)
{
    (void)state;
    assert_random_sums(0);
}

static void sums_with_few_services(void **state)
{
    (void)state;
    assert_random_sums(100);
}

/* Flows whose own packets show the server: their services are exact, row by row. */
static void services_of_evicted_flows(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot expected, got;
    packets_init(&packets);
    scan_with_conversations(&packets, 20000);
    packets_collect(&packets, NULL, &expected);
    struct ps_account *account = bounded_account(&packets, 0, packets.count, 0);
    account_collect(account, &got);
    assert_bounded(&got);
    assert_int_equal(got.service_count, expected.service_count);
    for (size_t i = 0; i < got.service_count; i++) {
        const struct ps_service_row *row = &got.service[i], *wanted = &expected.service[i];
        assert_int_equal(row->port, wanted->port);
        assert_count(row->to_server, wanted->to_server);
        assert_count(row->to_client, wanted->to_client);
        assert_int_equal(row->flows, wanted->flows);
        assert_int_equal(row->clients, wanted->clients);
        assert_int_equal(row->servers, wanted->servers);
        assert_int_equal(row->tcp_payload_bytes, wanted->tcp_payload_bytes);
        assert_memory_equal(row->outcome, wanted->outcome, sizeof(row->outcome));
        assert_int_equal(row->rtt_count, wanted->rtt_count);
    }
    ps_account_destroy(account);
    ps_snapshot_finish(&expected);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

static void assert_same_flow(const struct ps_flow_row *got, const struct ps_flow_row *expected)
{
    struct ps_address client = got->client, server = got->server;
    assert_memory_equal(&client, &expected->client, sizeof(client));
    assert_memory_equal(&server, &expected->server, sizeof(server));
    assert_count(got->to_server, expected->to_server);
    assert_count(got->to_client, expected->to_client);
    assert_int_equal(got->payload_to_server, expected->payload_to_server);
    assert_int_equal(got->first_ns, expected->first_ns);
    assert_int_equal(got->last_ns, expected->last_ns);
    assert_int_equal(got->evidence, expected->evidence);
    assert_int_equal(got->state, expected->state);
    assert_int_equal(got->connections, expected->connections);
    assert_memory_equal(got->outcome, expected->outcome, sizeof(got->outcome));
}

/* Busy flows stay, with what they remember of former connections and with their addresses, in either family. */
static void extras_survive(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot expected, got;
    packets_init(&packets);
    scan_with_conversations(&packets, 30000);
    packets_collect(&packets, NULL, &expected);
    struct ps_account *account = bounded_account(&packets, 0, packets.count, 0);
    account_collect(account, &got);
    for (uint32_t n = 0; n < BUSY; n++) {
        const struct ps_flow_row *row = flow_between(&got, busy_client(n), busy_server(n));
        assert_int_equal(row->connections, CONNECTIONS);
        assert_same_flow(row, flow_between(&expected, busy_client(n), busy_server(n)));
    }
    ps_account_destroy(account);
    ps_snapshot_finish(&expected);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

/* Parts that were bounded themselves, merged into a bounded account. */
static void merged(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot expected, got;
    packets_init(&packets);
    random_packets(&packets, gate ? 120000 : 20000);
    packets_collect(&packets, NULL, &expected);
    size_t third = packets.count / 3;
    struct ps_account *account = bounded_account(&packets, 0, third, 0);
    for (size_t from = third; from < packets.count; from += third) {
        size_t to = from + third < packets.count ? from + third : packets.count;
        struct ps_account *part = bounded_account(&packets, from, to, 0);
        ps_account_merge(account, part);
        ps_account_destroy(part);
    }
    account_collect(account, &got);
    assert_bounded(&got);
    assert_exact(&got, &expected);
    assert_sums(&got, &expected);
    ps_account_destroy(account);
    ps_snapshot_finish(&expected);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

/* --- behind the gate --- */

static int close_gate(void **state)
{
    (void)state;
    gate = true;
    return 0;
}

static int open_gate(void **state)
{
    (void)state;
    gate = false;
    return 0;
}

static void assert_same_service(const struct ps_service_row *got, const struct ps_service_row *expected)
{
    assert_int_equal(got->transport, expected->transport);
    assert_int_equal(got->port, expected->port);
    assert_count(got->to_server, expected->to_server);
    assert_count(got->to_client, expected->to_client);
    assert_int_equal(got->flows, expected->flows);
    assert_int_equal(got->tcp_payload_bytes, expected->tcp_payload_bytes);
    assert_memory_equal(got->by_evidence, expected->by_evidence, sizeof(got->by_evidence));
    assert_memory_equal(got->client_class, expected->client_class, sizeof(got->client_class));
    assert_memory_equal(got->outcome, expected->outcome, sizeof(got->outcome));
}

/* Flows of one packet that shows the server: what passes by the table counts as if it had been in it. */
static void flood_of_handshakes(struct packets *packets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct end client = {i % 3 && i % 8 != 2 ? 6 : 4, 100000 + i,
                             (uint16_t)(i % 2 ? 50000 + i % 999 : 20000 + i % 999)};
        struct end server = {client.family, i % 5, (uint16_t)(1 + i % 40)};
        switch (i % 8) {
        case 0:
            packets_tcp(packets, server, client, SYN | ACK, 1, 0);
            break;
        case 1:
            packets_tcp(packets, client, server, SYN, 1, 20);
            break;
        case 2:
            packets_add(packets, UDP, client, server, 30)->destination = end_address((struct end){4, 0xe0000001, 0});
            break;
        default:
            packets_tcp(packets, client, server, SYN, 1, 0);
        }
    }
}

static void flood_passes_by(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot expected, got;
    packets_init(&packets);
    flood_of_handshakes(&packets, 100000);
    packets_collect(&packets, NULL, &expected);
    struct ps_account *account = bounded_account(&packets, 0, packets.count, 0);
    assert_true(ps_flows_count(ps_account_view(account).flows) < 2000); /* it closed, and stayed so */
    account_collect(account, &got);
    assert_bounded(&got);
    assert_exact(&got, &expected);
    assert_sums(&got, &expected);
    assert_int_equal(got.evicted_flows.packets + got.flow_count, expected.flow_count);
    assert_int_equal(got.service_count, expected.service_count);
    for (size_t i = 0; i < got.service_count; i++) {
        const struct ps_service_row *row = &got.service[i];
        assert_same_service(row, &expected.service[i]);
        assert_in_range(row->clients * 100, row->flows * 90, row->flows * 110);
        assert_int_equal(row->servers, expected.service[i].servers);
    }
    ps_account_destroy(account);
    ps_snapshot_finish(&expected);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

/* Conversations that begin while the gate is closed come in with their second packet. */
static void conversation_comes_in(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot got;
    packets_init(&packets);
    flood_of_handshakes(&packets, 60000);
    struct end client = busy_client(1), server = busy_server(1);
    packets_tcp(&packets, client, server, SYN, 1000, 0);
    flood_of_handshakes(&packets, 1000);
    for (uint32_t i = 0; i < 200; i++)
        packets_tcp(&packets, i % 2 ? client : server, i % 2 ? server : client, i ? ACK : SYN | ACK, i, 10);
    struct ps_account *account = bounded_account(&packets, 0, packets.count, 0);
    account_collect(account, &got);
    const struct ps_flow_row *row = flow_between(&got, client, server);
    assert_int_equal(row->to_server.packets + row->to_client.packets, 200);
    assert_int_equal(row->evidence, PS_EVIDENCE_HANDSHAKE);
    ps_account_destroy(account);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

/* When the flood is over, new flows come in at once. */
static void gate_opens(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot got;
    packets_init(&packets);
    flood_of_handshakes(&packets, 60000);
    for (uint32_t i = 0; i < 40000; i++)
        packets_tcp(&packets, busy_client(i % BUSY), busy_server(i % BUSY), ACK, i, 10);
    struct end client = {4, 77, 60000}, server = {4, 78, 443};
    packets_tcp(&packets, client, server, SYN, 1, 0);
    struct ps_account *account = bounded_account(&packets, 0, packets.count, 0);
    account_collect(account, &got);
    assert_int_equal(flow_between(&got, client, server)->to_server.packets, 1);
    ps_account_destroy(account);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

/* --- what is over --- */

/* Of the flows of the first hour those leave that are closed or silent for long; an open connection stays for an hour, and
 * no total changes. */
static void age(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot expected, got;
    struct end client = {4, 77, 60000}, server = {4, 78, 443}, closed = {4, 77, 60001}, late = {4, 77, 60002};
    packets_init(&packets);
    flood_of_handshakes(&packets, 3000);
    packets_tcp(&packets, client, server, ACK, 1, 10);
    packets_tcp(&packets, closed, server, ACK, 1, 10);
    packets_tcp(&packets, server, closed, FIN | ACK, 1, 10);
    size_t first = packets.count;
    packets.now_ns += 301 * SECOND;
    packets_add(&packets, UDP, late, server, 10);
    packets_collect(&packets, NULL, &expected);

    struct ps_account *account = ps_account_create();
    packets_count(&packets, 0, first, account);
    ps_account_age(account); /* nothing is old */
    assert_int_equal(ps_flows_count(ps_account_view(account).flows), 3002);
    packets_count(&packets, first, packets.count, account);
    ps_account_age(account);
    account_collect(account, &got);
    assert_int_equal(got.flow_count, 2);
    assert_int_equal(flow_between(&got, client, server)->transport, PS_TRANSPORT_TCP);
    assert_int_equal(got.evicted_flows.packets, 3001);
    assert_exact(&got, &expected);
    assert_sums(&got, &expected);
    assert_int_equal(got.service_count, expected.service_count);
    for (size_t i = 0; i < got.service_count; i++)
        assert_same_service(&got.service[i], &expected.service[i]);
    ps_snapshot_finish(&got);

    packets.now_ns += 3601 * SECOND;
    packets_add(&packets, UDP, late, server, 10);
    packets_count(&packets, packets.count - 1, packets.count, account);
    ps_account_age(account);
    assert_int_equal(ps_flows_count(ps_account_view(account).flows), 1);
    ps_account_destroy(account);
    ps_snapshot_finish(&expected);
    packets_free(&packets);
}

/* What is known from ICMP errors only is no flow, and leaves as none. */
static void refusals_leave_unnoticed(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot got;
    packets_init(&packets);
    for (uint32_t i = 0; i < 10000; i++)
        packets_refuse(&packets, UDP, (struct end){4, i, 50000}, (struct end){4, 7, 50});
    struct ps_account *account = bounded_account(&packets, 0, packets.count, 0);
    account_collect(account, &got);
    assert_int_equal(got.flow_count, 0);
    assert_int_equal(got.evicted_flows.packets, 0);
    assert_int_equal(got.total.packets, 10000);
    ps_account_destroy(account);
    ps_snapshot_finish(&got);
    packets_free(&packets);
}

/* The least memory is taken where less is asked for, and leaves room enough for what fits. */
static void limit_by_bytes(void **state)
{
    (void)state;
    static const uint64_t bytes[] = {0, 1, PS_MEMORY_LEAST - 1, PS_MEMORY_LEAST, UINT64_C(1) << 40};
    struct packets packets;
    packets_init(&packets);
    scan_with_conversations(&packets, 3000);
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        struct ps_account *account = ps_account_create();
        struct ps_snapshot got;
        ps_account_limit(account, bytes[i]);
        packets_count(&packets, 0, packets.count, account);
        account_collect(account, &got);
        assert_int_equal(got.evicted_flows.packets + got.evicted_pairs + got.evicted_hosts + got.evicted_services, 0);
        assert_int_equal(got.flow_count, 3000 + BUSY);
        ps_account_destroy(account);
        ps_snapshot_finish(&got);
    }
    packets_free(&packets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_with_all_services),
        cmocka_unit_test(sums_with_few_services),
        cmocka_unit_test(services_of_evicted_flows),
        cmocka_unit_test(extras_survive),
        cmocka_unit_test(merged),
        cmocka_unit_test(refusals_leave_unnoticed),
        cmocka_unit_test(limit_by_bytes),
        cmocka_unit_test(age),
        cmocka_unit_test_setup_teardown(sums_with_all_services, close_gate, open_gate),
        cmocka_unit_test_setup_teardown(sums_with_few_services, close_gate, open_gate),
        cmocka_unit_test_setup_teardown(extras_survive, close_gate, open_gate),
        cmocka_unit_test_setup_teardown(merged, close_gate, open_gate),
        cmocka_unit_test_setup_teardown(flood_passes_by, close_gate, open_gate),
        cmocka_unit_test_setup_teardown(conversation_comes_in, close_gate, open_gate),
        cmocka_unit_test_setup_teardown(gate_opens, close_gate, open_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
