/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of one flow: its connections, their outcomes, handshake times and bytes sent again.  Every row is counted
 * with the client at the lower address and with the client at the higher one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "account/flow_stretch.h"
#include "flow_table.h"
#include "packets.h"

#define CASES_MAX 100

static uint8_t transport_of(const struct flow_case *row)
{
    return row->transport ? row->transport : PS_TRANSPORT_TCP;
}

static void add_step(struct packets *packets, const struct flow_case *row, const struct step *step, struct end client,
                     struct end server)
{
    struct end from = step->way == '<' ? server : client, to = step->way == '<' ? client : server;
    if (step->gap_ms && step->gap_ms != NEVER)
        packets->now_ns += (step->gap_ms - 1) * MILLISECOND;
    int64_t next_ns = packets->now_ns + (step->gap_ms == NEVER ? 0 : MILLISECOND);
    struct ps_key *key = step->way == '!' ? packets_refuse(packets, transport_of(row), client, server)
                         : row->transport ? packets_add(packets, row->transport, from, to, step->payload)
                                          : packets_tcp(packets, from, to, step->flags, step->sequence, step->payload);
    packets->now_ns = next_ns;
    if (step->gap_ms == NEVER)
        key->time_ns = PS_TIME_NONE;
}

/* What any row says of its packets, whatever became of its connections. */
static void check_sums(const struct flow_case *row, const struct ps_flow_row *flow)
{
    uint64_t packets[2] = {0}, payload[2] = {0};
    for (const struct step *step = row->step; step->way; step++) {
        packets[step->way == '<'] += step->way != '!';
        payload[step->way == '<'] += step->payload;
    }
    assert_int_equal(flow->to_server.packets, packets[0]);
    assert_int_equal(flow->to_client.packets, packets[1]);
    assert_int_equal(flow->payload_to_server, payload[0]);
    assert_int_equal(flow->payload_to_client, payload[1]);
    uint64_t headers = row->transport ? 42 : 54;
    assert_int_equal(flow->to_server.bytes, packets[0] * headers + payload[0]);
    assert_int_equal(flow->to_client.bytes, packets[1] * headers + payload[1]);
}

static void check_service(const struct flow_case *row, const struct ps_snapshot *snapshot)
{
    const struct ps_service_row *service = service_at(snapshot, transport_of(row), SERVER_PORT);
    assert_int_equal(snapshot->service_count, 1);
    assert_int_equal(service->retransmitted_bytes, row->again);
    assert_int_equal(service->rtt_count, row->rtts);
    uint64_t rtt = row->rtt_ms * (uint64_t)MILLISECOND; /* a bucket's border is up to a fifth higher */
    assert_true(!rtt || (service->rtt_p50_ns >= rtt && service->rtt_p50_ns <= rtt + rtt / 5));
}

static void check(const struct flow_case *row, uint8_t family, bool client_lower)
{
    struct end client = {family, client_lower ? 7 : 9, CLIENT_PORT}, server = {family, 8, SERVER_PORT};
    struct packets packets;
    struct ps_snapshot snapshot;
    uint32_t connections = 0;
    packets_init(&packets);
    for (const struct step *step = row->step; step->way; step++)
        add_step(&packets, row, step, client, server);
    packets_collect(&packets, NULL, &snapshot);
    assert_int_equal(snapshot.flow_count, 1);
    const struct ps_flow_row *flow = flow_between(&snapshot, client, server);
    assert_int_equal(flow->server_port, SERVER_PORT);
    assert_int_equal(flow->evidence, row->evidence);
    for (int i = 0; i < PS_OUTCOME_COUNT; i++) {
        assert_int_equal(flow->outcome[i], row->outcome[i]);
        connections += row->outcome[i];
    }
    assert_int_equal(flow->connections, connections);
    assert_int_equal(flow->state, row->state);
    if (family == 4) {
        check_sums(row, flow);
        check_service(row, &snapshot);
    }
    ps_snapshot_finish(&snapshot);
    packets_free(&packets);
}

static void check_row(void **state)
{
    const struct flow_case *row = *state;
    check(row, 4, true);
    check(row, 4, false);
    check(row, 6, true);
    check(row, 6, false);
}

/* --- what no capture of this size shows --- */

static struct flow_extra *one_extra(void *owner, struct flow *flow)
{
    flow->extra = 1;
    return owner;
}

static void packets_beyond_32_bits(void **state)
{
    (void)state;
    struct flow_extra extra = {.retransmitted = 0};
    struct flow_context context = {.extra = one_extra, .owner = &extra};
    struct flow flow = {.key.transport = PS_TRANSPORT_UDP};
    ps_flow_begin(&flow, true);
    ps_flow_count_packets(&context, &flow, 1, UINT32_MAX);
    assert_int_equal(flow.extra, 0);
    assert_int_equal(flow.packets[1], UINT32_MAX);
    ps_flow_count_packets(&context, &flow, 1, 1);
    assert_int_equal(flow.packets[1], 0);
    assert_int_equal(extra.packets_high[1], 1);
    ps_flow_count_packets(&context, &flow, 1, (UINT64_C(3) << 32) + 5);
    assert_int_equal(flow.packets[1], 5);
    assert_int_equal(extra.packets_high[1], 4);
    assert_int_equal(extra.packets_high[0], 0);
    assert_false(context.failed);
}

static struct flow_extra *no_extra(void *owner, struct flow *flow)
{
    (void)owner;
    (void)flow;
    return NULL;
}

static void out_of_memory_is_noticed(void **state)
{
    (void)state;
    struct flow_context context = {.extra = no_extra};
    struct flow flow = {.key.transport = PS_TRANSPORT_UDP};
    struct ps_key key = {.time_ns = 0, .wire = 60};
    ps_flow_begin(&flow, true);
    ps_flow_add(&context, &flow, &key, 0);
    assert_false(context.failed);
    key.time_ns = FLOW_IDLE_NS + 1;
    ps_flow_add(&context, &flow, &key, 0);
    assert_true(context.failed);
}

static void pauses(void **state)
{
    (void)state;
    assert_false(ps_flow_paused(PS_TIME_NONE, 5));
    assert_false(ps_flow_paused(5, PS_TIME_NONE));
    assert_false(ps_flow_paused(0, FLOW_IDLE_NS));
    assert_true(ps_flow_paused(0, FLOW_IDLE_NS + 1));
    assert_false(ps_flow_paused(FLOW_IDLE_NS + 1, 0)); /* backwards */
    assert_false(ps_flow_paused(-5, FLOW_IDLE_NS - 5));
    assert_true(ps_flow_paused(-5, FLOW_IDLE_NS - 4));
    assert_true(ps_flow_paused(PS_TIME_NONE + 1, INT64_MAX)); /* farther apart than 63 bits */
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(packets_beyond_32_bits),
        cmocka_unit_test(out_of_memory_is_noticed),
        cmocka_unit_test(pauses),
    };
    enum {
        OTHERS = sizeof(others) / sizeof(others[0])
    };
    struct CMUnitTest tests[CASES_MAX + OTHERS];
    size_t n = 0;
    if (flow_case_count > CASES_MAX)
        return EXIT_FAILURE;
    for (; n < flow_case_count; n++)
        tests[n] = (struct CMUnitTest){
            .name = flow_cases[n].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&flow_cases[n]};
    memcpy(tests + n, others, sizeof(others));
    return _cmocka_run_group_tests("flow", tests, n + OTHERS, NULL, NULL);
}
