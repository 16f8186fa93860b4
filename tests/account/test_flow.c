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

#include "account/flow_fast.h"
#include "account/flow_store.h"
#include "account/flow_stretch.h"
#include "account/rtt.h"
#include "flow_table.h"
#include "packets.h"
#include "support/fragment_model.h"

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

/* Counters that do not fit the short form go to the extra, and come back whole. */
static void counters_beyond_the_short_form(void **state)
{
    (void)state;
    const struct flow large = {
        .packets = {UINT16_MAX, UINT16_MAX + UINT64_C(1)},
        .bytes = {UINT32_MAX, (UINT64_C(7) << 32) + 5},
        .network = {UINT32_MAX - UINT16_MAX, (UINT64_C(6) << 32) + 9},
        .payload = {UINT32_MAX - 2 * UINT16_MAX, UINT64_C(5) << 32},
        .base = {5, 0xfffffff0},
        .span = {UINT32_MAX - 5, UINT64_C(3) << 32},
        .flags = FLOW_REFUSED(1),
        .first_ns = -4,
        .last_ns = 9,
        .digest = {1, 2},
        .look = {3, 4, 5, 6},
        .mark_ns = {7, 8},
    };
    struct flow_hot hot = {.key = {.a = 0}};
    struct flow_cold cold = {.extra = 0};
    struct flow_extra extra = {.retransmitted = 3};
    struct flow back = {.part = 0};
    assert_false(ps_flow_pack(&large, &hot, &cold, NULL));
    assert_true(ps_flow_pack(&large, &hot, &cold, &extra));
    ps_flow_unpack(&hot, &cold, &extra, &back);
    assert_memory_equal(&back, &large, sizeof(back));
    assert_int_equal(extra.retransmitted, 3);
}

static void counters_that_just_fit(void **state)
{
    (void)state;
    const struct flow small = {
        .packets = {UINT16_MAX, 0},
        .bytes = {UINT32_MAX, 14},
        .network = {UINT32_MAX - UINT16_MAX, 0},
        .payload = {UINT32_MAX - 2 * UINT16_MAX, 0},
        .base = {5, 0},
        .span = {UINT32_MAX - 5, 0},
    };
    struct flow_hot hot = {.key = {.a = 0}};
    struct flow_cold cold = {.extra = 0};
    struct flow back = {.part = 0};
    assert_true(ps_flow_pack(&small, &hot, &cold, NULL));
    ps_flow_unpack(&hot, &cold, NULL, &back);
    assert_memory_equal(&back, &small, sizeof(back));
    struct flow above = small;
    above.span[0]++;
    assert_false(ps_flow_pack(&above, &hot, &cold, NULL));
}

/* --- the short way --- */

static struct flow_extra *the_extra(void *owner, struct flow *flow)
{
    flow->extra = 1;
    return owner;
}

/* Packets that are nearly always in order, now and then anything. */
static struct flow_packet any_packet(uint64_t *seed, uint8_t transport, int64_t *time_ns, uint32_t next[2])
{
    static const uint8_t flags[] = {16, 16, 16, 24, 17, 2, 18, 4, 20, 0, 1, 25};
    uint64_t dice = model_number(seed);
    unsigned end = dice >> 8 & 1, odd = (unsigned)((dice >> 16) % 20);
    struct flow_packet packet = {.wire = 60, .network = 46, .digest = (uint16_t)(dice >> 60)};
    *time_ns += odd == 1 ? -3 : odd == 2 ? FLOW_IDLE_NS - 2 + (int64_t)(dice >> 24 & 3) : odd == 3 ? 20000000 : 1000;
    packet.time_ns = odd == 4 ? PS_TIME_NONE : *time_ns;
    packet.flags = end ? FLOW_PACKET_FROM_B : 0;
    packet.payload = dice >> 28 & 1 ? (uint32_t)(dice >> 32 & 1023) : 0;
    packet.wire += packet.payload;
    packet.network += packet.payload;
    if (odd == 5)
        packet.wire = odd == 5 && dice >> 50 & 1 ? UINT32_MAX - 7 : 20;
    if (transport == PS_TRANSPORT_TCP) {
        packet.tcp_flags = (dice >> 44) % 6 ? 16 : flags[(dice >> 52) % sizeof(flags)];
        packet.flags |= odd == 6 ? 0 : PS_KEY_SEQUENCE;
        packet.tcp_seq = odd == 7 ? next[end] - 700 : odd == 8 ? next[end] + (uint32_t)(dice >> 33) : next[end];
        if (odd > 8)
            next[end] += packet.payload;
    }
    return packet;
}

/* Whatever comes: where the short way takes a packet, it does what the long way does. */
static void short_way_is_the_long_way(void **state)
{
    (void)state;
    uint64_t seed = 11, taken = 0;
    for (unsigned round = 0; round < 3000; round++) {
        uint8_t transport = round % 3 ? PS_TRANSPORT_TCP : PS_TRANSPORT_UDP;
        struct flow_extra extra[2] = {{.retransmitted = 0}, {.retransmitted = 0}};
        struct flow_context context = {.extra = the_extra, .owner = &extra[0]};
        struct rtt *rtt = NULL;
        struct flow_hot hot = {.key.transport = transport};
        struct flow_cold cold = {.extra = 0};
        struct flow flow = {.key.transport = transport};
        int64_t time_ns = round;
        uint32_t next[2] = {(uint32_t)model_number(&seed), round % 2 ? UINT32_MAX - 2000 : 77};
        uint64_t copies = 0;
        context.rtt = &rtt;
        ps_flow_begin(&flow, round % 5 != 0);
        flow.extra = 1;
        for (unsigned i = 0; i < 60; i++) {
            struct flow_packet packet = any_packet(&seed, transport, &time_ns, next);
            ps_flow_pack(&flow, &hot, &cold, &extra[0]);
            struct flow_extra former = extra[0];
            ps_flow_add(&context, &flow, &packet);
            struct flow short_way;
            extra[1] = former;
            if (!ps_flow_add_fast(&hot, &packet, &copies))
                continue;
            taken++;
            ps_flow_unpack(&hot, &cold, &extra[1], &short_way);
            /* Behind `part` there is padding, which nobody sets. */
            memcpy(&short_way.part, &flow.part, offsetof(struct flow, payload) - offsetof(struct flow, part));
            short_way.key = flow.key;
            memcpy(flow.digest, short_way.digest, sizeof(flow.digest)); /* not ps_flow_add()'s business */
            assert_memory_equal(&short_way, &flow, sizeof(flow));
        }
        ps_rtt_destroy(rtt);
    }
    assert_true(taken > 50000); /* or it would have shown nothing */
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
    struct flow_packet packet = {.time_ns = 0, .wire = 60};
    ps_flow_begin(&flow, true);
    ps_flow_add(&context, &flow, &packet);
    assert_false(context.failed);
    packet.time_ns = FLOW_IDLE_NS + 1;
    ps_flow_add(&context, &flow, &packet);
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
        cmocka_unit_test(counters_beyond_the_short_form),
        cmocka_unit_test(counters_that_just_fit),
        cmocka_unit_test(short_way_is_the_long_way),
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
