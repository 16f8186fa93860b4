/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Services, flows, findings and temporary ports as JSON: every count arrives under its key, what is not known is null or
 * absent as the manual says, and rows add up with what was cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "portsniff/application.h"

static void near(json_t *value, const char *path, double want)
{
    json_t *found = json_at(value, path);
    if (!json_is_number(found))
        fail_msg("%s is no number", path);
    double got = json_number_value(found);
    if (got < want - 0.0000015 || got > want + 0.0000015)
        fail_msg("%s is %f, not %f", path, got, want);
}

/* One service of which everything is known. */
static void add_service(struct document *document)
{
    sample_traffic(&document->sample, PS_TRANSPORT_TCP, 50000, 443, 10, 1000);
    sample_traffic(&document->sample, PS_TRANSPORT_TCP, 443, 50000, 20, 30000);
    struct ps_service_row *row = &document->sample.snapshot.service[0];
    row->flows = 35;
    row->clients = 7;
    row->servers = 2;
    for (unsigned i = 0; i < PS_EVIDENCE_COUNT; i++)
        row->by_evidence[i] = (struct ps_count){1 + i, 100 * (1 + i)};
    for (unsigned i = 0; i < PS_OUTCOME_COUNT; i++)
        row->outcome[i] = 2 + i;
    row->client_class[PS_CLASS_WELL_KNOWN] = 1;
    row->client_class[PS_CLASS_REGISTERED] = 14;
    row->client_class[PS_CLASS_DYNAMIC] = 20;
    row->rtt_count = 9;
    row->rtt_p50_ns = 1500;
    row->rtt_p95_ns = 2000000;
    row->rtt_p99_ns = 3000000000;
    row->tcp_payload_bytes = 29000;
    row->retransmitted_bytes = 290;
    row->application = PS_APPLICATION_TLS;
}

static void whole_service(void **state)
{
    static const char *const evidence[] = {"handshake", "request", "listener", "icmp",   "multicast",
                                           "fan_in",    "name",    "class",    "number", "peers"};
    static const char *const outcome[] = {"established", "closed",    "reset",  "refused",
                                          "unanswered",  "half_open", "one_way"};
    struct document document;
    (void)state;
    document_begin(&document);
    add_service(&document);
    document_render(&document);
    json_t *row = json_at(document.root, "services.0");
    json_expect_text(row, "protocol", "tcp");
    json_expect_text(row, "name", "https");
    json_expect_text(row, "class", "well-known");
    json_expect_text(row, "application", "tls");
    assert_int_equal(json_number(row, "port"), 443);
    assert_int_equal(json_number(row, "packets"), 30);
    assert_int_equal(json_number(row, "bytes"), 31000);
    assert_int_equal(json_number(row, "to_server.packets"), 10);
    assert_int_equal(json_number(row, "to_server.bytes"), 1000);
    assert_int_equal(json_number(row, "to_client.packets"), 20);
    assert_int_equal(json_number(row, "to_client.bytes"), 30000);
    assert_int_equal(json_number(row, "flows"), 35);
    assert_int_equal(json_number(row, "clients"), 7);
    assert_int_equal(json_number(row, "servers"), 2);
    assert_true(json_is_false(json_at(row, "clients_estimated")));
    assert_true(json_is_false(json_at(row, "servers_estimated")));
    assert_null(json_at(row, "error_percent"));
    assert_int_equal(json_object_size(json_at(row, "evidence")), PS_EVIDENCE_COUNT);
    for (size_t i = 0; i < PS_EVIDENCE_COUNT; i++) {
        json_t *count = json_object_get(json_at(row, "evidence"), evidence[i]);
        assert_int_equal(json_number(count, "packets"), 1 + i);
        assert_int_equal(json_number(count, "bytes"), 100 * (1 + i));
    }
    assert_int_equal(json_number(row, "measured_bytes"), 100 + 200 + 300 + 400);
    for (size_t i = 0; i < PS_OUTCOME_COUNT; i++)
        assert_int_equal(json_number(json_at(row, "outcomes"), outcome[i]), 2 + i);
    assert_int_equal(json_number(row, "client_ports.well_known"), 1);
    assert_int_equal(json_number(row, "client_ports.registered"), 14);
    assert_int_equal(json_number(row, "client_ports.dynamic"), 20);
    near(row, "success_rate", 9.0 / 27.0); /* 2 + 3 + 4 of 35 - 8 */
    assert_int_equal(json_number(row, "rtt.count"), 9);
    near(row, "rtt.p50_seconds", 0.0000015);
    near(row, "rtt.p95_seconds", 0.002);
    near(row, "rtt.p99_seconds", 3);
    assert_int_equal(json_number(row, "tcp_payload_bytes"), 29000);
    assert_int_equal(json_number(row, "retransmitted_bytes"), 290);
    document_end(&document);
}

/* What a service does not have. */
static void bare_service(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_traffic(&document.sample, PS_TRANSPORT_UDP, 51820, 51820, 3, 300);
    document_render(&document);
    json_t *row = json_at(document.root, "services.0");
    assert_true(json_is_null(json_at(row, "success_rate")));
    assert_true(json_is_null(json_at(row, "rtt")));
    assert_true(json_is_null(json_at(row, "tcp_payload_bytes")));
    assert_true(json_is_null(json_at(row, "retransmitted_bytes")));
    json_expect_text(row, "application", NULL);
    assert_int_equal(json_object_size(json_at(row, "evidence")), 1);
    assert_int_equal(json_number(row, "evidence.peers.packets"), 3);
    assert_int_equal(json_number(row, "measured_bytes"), 0);
    document_end(&document);
}

static void success_rate(void **state)
{
    static const struct {
        uint64_t outcome[PS_OUTCOME_COUNT];
        double rate; /* below 0: null */
    } rows[] = {
        {{0}, -1},
        {{[PS_OUTCOME_ONE_WAY] = 5}, -1},
        {{[PS_OUTCOME_ESTABLISHED] = 1}, 1},
        {{[PS_OUTCOME_CLOSED] = 1, [PS_OUTCOME_ONE_WAY] = 3}, 1},
        {{[PS_OUTCOME_RESET] = 1, [PS_OUTCOME_REFUSED] = 1}, 0.5},
        {{[PS_OUTCOME_CLOSED] = 1, [PS_OUTCOME_HALF_OPEN] = 3}, 0.25},
        {{[PS_OUTCOME_UNANSWERED] = 1}, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct document document;
        document_begin(&document);
        sample_traffic(&document.sample, PS_TRANSPORT_TCP, 50000, 443, 10, 1000);
        memcpy(document.sample.snapshot.service[0].outcome, rows[i].outcome, sizeof(rows[i].outcome));
        document_render(&document);
        if (rows[i].rate < 0)
            assert_true(json_is_null(json_at(document.root, "services.0.success_rate")));
        else
            near(document.root, "services.0.success_rate", rows[i].rate);
        document_end(&document);
    }
}

static void estimates(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 4; bits++) {
        struct document document;
        document_begin(&document);
        sample_traffic(&document.sample, PS_TRANSPORT_TCP, 50000, 443, 10, 1000);
        document.sample.snapshot.distinct_error = 1625;
        document.sample.snapshot.service[0].clients_estimated = (bits & 1) != 0;
        document.sample.snapshot.service[0].servers_estimated = (bits & 2) != 0;
        document_render(&document);
        json_t *row = json_at(document.root, "services.0");
        assert_int_equal(json_is_true(json_at(row, "clients_estimated")), (bits & 1) != 0);
        assert_int_equal(json_is_true(json_at(row, "servers_estimated")), (bits & 2) != 0);
        if (bits == 0)
            assert_null(json_at(row, "error_percent"));
        else
            near(row, "error_percent", 1.625);
        document_end(&document);
    }
}

static void flow(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_traffic(&document.sample, PS_TRANSPORT_TCP, 50000, 443, 10, 1000);
    sample_traffic(&document.sample, PS_TRANSPORT_TCP, 443, 50000, 20, 30000);
    struct ps_flow_row *sample = &document.sample.snapshot.flow[0];
    sample->application = PS_APPLICATION_SSH;
    sample->evidence = PS_EVIDENCE_FAN_IN;
    sample->state = PS_OUTCOME_HALF_OPEN;
    sample->connections = 3;
    sample->outcome[PS_OUTCOME_HALF_OPEN] = 2;
    sample->last_ns = PS_TIME_NONE;
    document_render(&document);
    json_t *row = json_at(document.root, "flows.0");
    json_expect_text(row, "protocol", "tcp");
    json_expect_text(row, "client_address", "10.1.0.7");
    assert_int_equal(json_number(row, "client_port"), 50000);
    json_expect_text(row, "server_address", "10.1.1.193");
    assert_int_equal(json_number(row, "server_port"), 443);
    json_expect_text(row, "name", "https");
    json_expect_text(row, "state", "half-open");
    json_expect_text(row, "evidence", "fan-in");
    json_expect_text(row, "application", "ssh");
    assert_int_equal(json_number(row, "connections"), 3);
    assert_int_equal(json_number(row, "outcomes.closed"), 1);
    assert_int_equal(json_number(row, "outcomes.half_open"), 2);
    assert_int_equal(json_number(row, "to_server.packets"), 10);
    assert_int_equal(json_number(row, "to_server.bytes"), 1000);
    assert_int_equal(json_number(row, "to_server.payload_bytes"), 1000 - 540);
    assert_int_equal(json_number(row, "to_client.packets"), 20);
    assert_int_equal(json_number(row, "to_client.bytes"), 30000);
    assert_int_equal(json_number(row, "to_client.payload_bytes"), 30000 - 1080);
    json_expect_text(row, "first", "2026-11-23T09:14:02.000000000Z");
    json_expect_text(row, "last", NULL);
    document_end(&document);
}

static void finding(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_finding(&document.sample, PS_SEVERITY_ALERT, "kind-a", "What \"happens\".", 12);
    sample_finding(&document.sample, PS_SEVERITY_NOTE, "kind-b", "Nothing.", 0);
    struct ps_finding *first = &document.sample.snapshot.finding[0];
    first->transport = PS_TRANSPORT_UDP;
    first->has_port = true;
    first->port = 0;
    first->family = 4;
    first->address = (struct ps_address){{192, 0, 2, 1}};
    first->first_ns = SAMPLE_START_NS;
    document_render(&document);
    json_t *row = json_at(document.root, "findings.0");
    json_expect_text(row, "severity", "alert");
    json_expect_text(row, "kind", "kind-a");
    json_expect_text(row, "what", "What \"happens\".");
    json_expect_text(row, "why", "This is why it matters.");
    json_expect_text(row, "next", "Look there next.");
    json_expect_text(row, "protocol", "udp");
    assert_int_equal(json_number(row, "port"), 0);
    json_expect_text(row, "address", "192.0.2.1");
    assert_int_equal(json_number(row, "packets"), 12);
    json_expect_text(row, "first", "2026-11-23T09:14:02.000000000Z");
    json_expect_text(row, "last", NULL);
    row = json_at(document.root, "findings.1");
    json_expect_text(row, "severity", "note");
    json_expect_text(row, "protocol", NULL);
    assert_true(json_is_null(json_at(row, "port")));
    json_expect_text(row, "address", NULL);
    document_end(&document);
}

static void temporary_ports(void **state)
{
    struct document document;
    (void)state;
    document_begin(&document);
    sample_ephemeral(&document.sample, 0x0a000001, 32768, 60999)->peak = 28232 / 4;
    sample_ephemeral(&document.sample, 0x0a000002, 49152, 65535)->order = PS_ORDER_UNKNOWN;
    document_render(&document);
    json_t *row = json_at(document.root, "ephemeral.0");
    json_expect_text(row, "client_address", "10.0.0.1");
    json_expect_text(row, "protocol", "tcp");
    assert_int_equal(json_number(row, "lowest"), 32778);
    assert_int_equal(json_number(row, "highest"), 60989);
    assert_int_equal(json_number(row, "range_low"), 32768);
    assert_int_equal(json_number(row, "range_high"), 60999);
    json_expect_text(row, "order", "random");
    assert_int_equal(json_number(row, "distinct_ports"), 40);
    assert_int_equal(json_number(row, "connections"), 50);
    assert_int_equal(json_number(row, "reused"), 10);
    assert_int_equal(json_number(row, "peak"), 7058);
    json_expect_text(row, "peak_server_address", "10.1.1.187");
    assert_int_equal(json_number(row, "peak_server_port"), 443);
    near(row, "peak_share", 0.25);
    json_expect_text(document.root, "ephemeral.1.order", NULL);
    document_end(&document);
}

/* The lists are there when nothing is in them, and what most captures do not have is not. */
static void nothing(void **state)
{
    static const char *const lists[] = {"services", "flows", "findings", "ephemeral"};
    static const char *const absent[] = {"capture.evicted_flows", "capture.evicted_flow_bytes",
                                         "capture.duplicate_packets", "capture.port_zero"};
    struct document document;
    (void)state;
    document_begin(&document);
    document_render(&document);
    for (size_t i = 0; i < 4; i++) {
        assert_true(json_is_array(json_at(document.root, lists[i])));
        assert_int_equal(json_array_size(json_at(document.root, lists[i])), 0);
        assert_null(json_at(document.root, absent[i]));
    }
    document_end(&document);
    document_begin(&document);
    document.sample.snapshot.evicted_flows = (struct ps_count){3, 400};
    document.sample.snapshot.duplicate_packets = 5;
    document.sample.snapshot.port_zero = (struct ps_count){6, 700};
    document_render(&document);
    assert_int_equal(json_number(document.root, "capture.evicted_flows"), 3);
    assert_int_equal(json_number(document.root, "capture.evicted_flow_bytes"), 400);
    assert_int_equal(json_number(document.root, "capture.duplicate_packets"), 5);
    assert_int_equal(json_number(document.root, "capture.port_zero.packets"), 6);
    assert_int_equal(json_number(document.root, "capture.port_zero.bytes"), 700);
    document_end(&document);
}

/* A member of every row of a table, and of what was cut from it. */
static uint64_t sum(const struct document *document, const char *table, const char *member)
{
    json_t *rows = json_at(document->root, table);
    uint64_t total = json_number(json_object_get(json_at(document->root, "other"), table), member);
    for (size_t i = 0; i < json_array_size(rows); i++)
        total += json_number(json_array_get(rows, i), member);
    return total;
}

static void other_adds_up(void **state)
{
    (void)state;
    for (int sort = 0; sort < PS_SORT_COUNT; sort++) {
        for (size_t top = 1; top <= 4; top++) {
            struct document document;
            document_begin(&document);
            sample_office(&document.sample);
            document.sample.options.top = top;
            document.sample.options.sort = (enum ps_sort)sort;
            document_render(&document);
            const struct ps_count *counted = &document.sample.snapshot.ledger[0].count;
            assert_int_equal(sum(&document, "services", "packets"), counted->packets);
            assert_int_equal(sum(&document, "services", "bytes"), counted->bytes);
            assert_int_equal(sum(&document, "services", "to_server.bytes") +
                                 sum(&document, "services", "to_client.bytes"),
                             counted->bytes);
            assert_int_equal(sum(&document, "services", "flows"), document.sample.snapshot.flow_count);
            assert_int_equal(sum(&document, "flows", "connections"), document.sample.snapshot.flow_count);
            assert_int_equal(sum(&document, "flows", "to_server.packets") +
                                 sum(&document, "flows", "to_client.packets"),
                             counted->packets);
            assert_int_equal(json_array_size(json_at(document.root, "services")), top);
            document_end(&document);
        }
    }
}

static void sorting(void **state)
{
    static const struct {
        enum ps_sort sort;
        uint64_t first_service, second_service, first_flow;
    } rows[] = {
        {PS_SORT_BYTES, 443, 51820, 51820}, {PS_SORT_PACKETS, 443, 53, 51820}, {PS_SORT_PORT, 22, 53, 22},
        {PS_SORT_FLOWS, 443, 53, 22},       {PS_SORT_CLIENTS, 53, 443, 51820},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct document document;
        document_begin(&document);
        sample_office(&document.sample);
        struct ps_snapshot *snapshot = &document.sample.snapshot;
        for (size_t k = 0; k < snapshot->service_count; k++)
            snapshot->service[k].clients += snapshot->service[k].port == 53;
        for (size_t k = 0; k < snapshot->flow_count; k++)
            snapshot->flow[k].connections += snapshot->flow[k].server_port == 22;
        document.sample.options.sort = rows[i].sort;
        document_render(&document);
        assert_int_equal(json_number(document.root, "services.0.port"), rows[i].first_service);
        assert_int_equal(json_number(document.root, "services.1.port"), rows[i].second_service);
        assert_int_equal(json_number(document.root, "flows.0.server_port"), rows[i].first_flow);
        document_end(&document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_service),   cmocka_unit_test(bare_service), cmocka_unit_test(success_rate),
        cmocka_unit_test(estimates),       cmocka_unit_test(flow),         cmocka_unit_test(finding),
        cmocka_unit_test(temporary_ports), cmocka_unit_test(nothing),      cmocka_unit_test(other_adds_up),
        cmocka_unit_test(sorting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
