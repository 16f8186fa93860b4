/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Temporary ports: which count, order, reuse, peak, range.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flows.h"

static const struct ps_ephemeral_row *only_row(struct capture *capture)
{
    collect(capture);
    assert_int_equal(capture->snapshot.ephemeral_count, 1);
    return &capture->snapshot.ephemeral[0];
}

static void add_ports(struct capture *capture, const uint16_t *port, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_tcp(capture, 9, port[i], 7, 443, PS_OUTCOME_CLOSED);
}

static void nothing(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    collect(&capture);
    assert_int_equal(capture.snapshot.ephemeral_count, 0);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* What is no temporary port makes no row. */
static void others(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_tcp(&capture, 1, 1022, 7, 513, PS_OUTCOME_CLOSED);
    add_udp(&capture, 2, 5353, 7, 5353, PS_OUTCOME_ESTABLISHED);
    add_tcp(&capture, 3, 40000, 7, 443, PS_OUTCOME_CLOSED)->evidence = PS_EVIDENCE_PEERS;
    add_tcp(&capture, 4, 40000, 7, 443, PS_OUTCOME_CLOSED)->transport = PS_TRANSPORT_SCTP;
    collect(&capture);
    assert_int_equal(capture.snapshot.ephemeral_count, 0);
    capture_finish(&capture);
}

static void sums(void **state)
{
    (void)state;
    static const uint16_t ports[] = {40000, 40100, 39000, 40100};
    struct capture capture;
    capture_init(&capture);
    add_ports(&capture, ports, 3);
    add_tcp(&capture, 9, 40100, 8, 80, PS_OUTCOME_CLOSED)->connections = 3;
    add_tcp(&capture, 9, 900, 7, 443, PS_OUTCOME_CLOSED); /* does not widen the range */
    const struct ps_ephemeral_row *row = only_row(&capture);
    assert_int_equal(row->lowest, 39000);
    assert_int_equal(row->highest, 40100);
    assert_int_equal(row->distinct, 3);
    assert_int_equal(row->connections, 6);
    assert_int_equal(row->reused, 3);
    assert_int_equal(row->peak, 1);
    assert_int_equal(row->family, 4);
    assert_int_equal(row->client.octet[3], 9);
    capture_finish(&capture);
}

static const struct {
    const char *name;
    uint16_t port[8];
    unsigned count;
    int order;
} orders[] = {
    {"8 ports, one by one", {50000, 50001, 50002, 50003, 50004, 50005, 50006, 50007}, 8, PS_ORDER_SEQUENTIAL},
    {"7 ports are too few", {50000, 50001, 50002, 50003, 50004, 50005, 50006}, 7, PS_ORDER_UNKNOWN},
    {"every second port", {50000, 50002, 50004, 50006, 50008, 50010, 50012, 50014}, 8, PS_ORDER_SEQUENTIAL},
    {"steps of 8", {50000, 50008, 50016, 50024, 50032, 50040, 50048, 50056}, 8, PS_ORDER_SEQUENTIAL},
    {"steps of 9", {50000, 50009, 50018, 50027, 50036, 50045, 50054, 50063}, 8, PS_ORDER_RANDOM},
    {"down", {50007, 50006, 50005, 50004, 50003, 50002, 50001, 50000}, 8, PS_ORDER_RANDOM},
    {"the range has an end", {65533, 65534, 65535, 49152, 49153, 49154, 49155, 49156}, 8, PS_ORDER_SEQUENTIAL},
    {"random", {50231, 61234, 49999, 60111, 51234, 58212, 53003, 64999}, 8, PS_ORDER_RANDOM},
    {"1 of 7 steps is small", {50231, 50232, 49999, 60111, 51234, 58212, 53003, 64999}, 8, PS_ORDER_RANDOM},
    {"2 of 7 steps are small", {50231, 50232, 50233, 60111, 51234, 58212, 53003, 64999}, 8, PS_ORDER_UNKNOWN},
    {"5 of 7 steps are small", {50231, 50232, 50233, 50234, 50235, 50236, 53003, 64999}, 8, PS_ORDER_UNKNOWN},
    {"6 of 7 steps are small", {50231, 50232, 50233, 50234, 50235, 50236, 50237, 64999}, 8, PS_ORDER_SEQUENTIAL},
};

static void order_of_use(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        add_ports(&capture, orders[i].port, orders[i].count);
        /* The order in the table is another one than that of time. */
        struct ps_flow_row first = capture.snapshot.flow[0];
        capture.snapshot.flow[0] = capture.snapshot.flow[3];
        capture.snapshot.flow[3] = first;
        if ((int)only_row(&capture)->order != orders[i].order)
            fail_msg("%s: %d", orders[i].name, (int)capture.snapshot.ephemeral[0].order);
        capture_finish(&capture);
    }
}

/* Without times, or at one time, nobody knows what was first. */
static void order_without_times(void **state)
{
    (void)state;
    for (int none = 0; none < 2; none++) {
        struct capture capture;
        capture_init(&capture);
        for (uint16_t i = 0; i < 20; i++) {
            struct ps_flow_row *flow = add_tcp(&capture, 9, 50000 + i, 7, 443, PS_OUTCOME_CLOSED);
            flow->first_ns = flow->last_ns = none ? PS_TIME_NONE : SECOND;
        }
        const struct ps_ephemeral_row *row = only_row(&capture);
        assert_int_equal(row->order, PS_ORDER_UNKNOWN);
        assert_int_equal(row->peak, none ? 0 : 20);
        capture_finish(&capture);
    }
}

/* Three flows of one client; how many are there at one time. */
static const struct {
    const char *name;
    int64_t first[3], last[3]; /* seconds */
    uint32_t server[3], connections[3];
    uint64_t peak;
} sweeps[] = {
    {"one after the other", {1, 3, 5}, {2, 4, 6}, {7, 7, 7}, {1, 1, 1}, 1},
    {"all at once", {1, 2, 3}, {9, 9, 9}, {7, 7, 7}, {1, 1, 1}, 3},
    {"two at once", {1, 2, 5}, {4, 9, 9}, {7, 7, 7}, {1, 1, 1}, 2},
    {"touching", {1, 2, 3}, {2, 3, 4}, {7, 7, 7}, {1, 1, 1}, 2},
    {"in another order in the table", {5, 1, 2}, {9, 9, 9}, {7, 7, 7}, {1, 1, 1}, 3},
    {"to different servers", {1, 1, 1}, {9, 9, 9}, {7, 8, 8}, {1, 1, 1}, 2},
    {"a port that came back was free in between", {1, 2, 3}, {9, 9, 9}, {7, 7, 7}, {2, 1, 1}, 2},
};

static void peaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sweeps / sizeof sweeps[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        for (uint16_t k = 0; k < 3; k++) {
            struct ps_flow_row *flow = add_tcp(&capture, 9, 50000 + k, sweeps[i].server[k], 443, PS_OUTCOME_CLOSED);
            flow->first_ns = sweeps[i].first[k] * SECOND;
            flow->last_ns = sweeps[i].last[k] * SECOND;
            flow->connections = sweeps[i].connections[k];
        }
        const struct ps_ephemeral_row *row = only_row(&capture);
        if (row->peak != sweeps[i].peak)
            fail_msg("%s: %u", sweeps[i].name, (unsigned)row->peak);
        assert_int_equal(row->peak_server.octet[3], sweeps[i].server[2]);
        assert_int_equal(row->peak_port, 443);
        capture_finish(&capture);
    }
}

/* 100 ports, so many of them in IANA's range only (60000-65535), in both (49152-59999), in Linux's only, in neither. */
static const struct {
    const char *name;
    unsigned iana, both, linux_only, neither;
    uint16_t low;
} ranges[] = {
    {"all in IANA's", 50, 50, 0, 0, 49152},  {"all in both: the smaller one", 0, 100, 0, 0, 49152},
    {"all in Linux's", 0, 40, 60, 0, 32768}, {"95 in IANA's", 90, 5, 0, 5, 49152},
    {"94 in IANA's", 90, 4, 0, 6, 1024},     {"95 in Linux's", 0, 45, 50, 5, 32768},
    {"94 in Linux's", 0, 44, 50, 6, 1024},   {"some here, some there", 30, 20, 30, 20, 1024},
};

static void known_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        const unsigned counts[] = {ranges[i].iana, ranges[i].both, ranges[i].linux_only, ranges[i].neither};
        static const uint16_t from[] = {61000, 49152, 32768, 1024};
        for (unsigned kind = 0; kind < 4; kind++) {
            for (unsigned k = 0; k < counts[kind]; k++)
                add_tcp(&capture, 9, (uint16_t)(from[kind] + k), 7, 443, PS_OUTCOME_CLOSED);
        }
        const struct ps_ephemeral_row *row = only_row(&capture);
        if (row->range_low != ranges[i].low)
            fail_msg("%s: %u", ranges[i].name, row->range_low);
        assert_int_equal(row->range_high, ranges[i].low == 32768 ? 60999 : 65535);
        capture_finish(&capture);
    }
}

/* A few ports fit more than one range: then all clients together decide. */
static void range_of_few(void **state)
{
    (void)state;
    for (unsigned few = 7; few <= 8; few++) {
        struct capture capture;
        capture_init(&capture);
        for (uint16_t i = 0; i < 100; i++)
            add_tcp(&capture, 9, 33000 + i, 7, 443, PS_OUTCOME_CLOSED);
        for (uint16_t i = 0; i < few; i++)
            add_tcp(&capture, 5, 50000 + i, 7, 443, PS_OUTCOME_CLOSED);
        add_tcp(&capture, 6, 65000, 7, 443, PS_OUTCOME_CLOSED); /* not in that range */
        collect(&capture);
        assert_int_equal(capture.snapshot.ephemeral_count, 3);
        const struct ps_ephemeral_row *row = capture.snapshot.ephemeral;
        assert_int_equal(row[0].range_low, 32768);
        assert_int_equal(row[1].client.octet[3], 5);
        assert_int_equal(row[1].range_low, few < 8 ? 32768 : 49152);
        assert_int_equal(row[2].range_low, 49152);
        capture_finish(&capture);
    }
}

/* Peak, then connections, then the address; a row for each transport. */
static void sorted(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_tcp(&capture, 4, 40000, 7, 443, PS_OUTCOME_CLOSED);
    add_udp(&capture, 4, 40000, 7, 443, PS_OUTCOME_ESTABLISHED);
    add_tcp(&capture, 3, 40000, 7, 443, PS_OUTCOME_CLOSED);
    add_tcp(&capture, 5, 40000, 7, 443, PS_OUTCOME_CLOSED)->connections = 2;
    for (uint16_t i = 0; i < 2; i++)
        add_tcp(&capture, 6, 40000 + i, 7, 443, PS_OUTCOME_CLOSED)->last_ns += SECOND;
    collect(&capture);
    static const struct {
        uint8_t client, transport;
    } expected[] = {{6, PS_TRANSPORT_TCP},
                    {5, PS_TRANSPORT_TCP},
                    {3, PS_TRANSPORT_TCP},
                    {4, PS_TRANSPORT_TCP},
                    {4, PS_TRANSPORT_UDP}};
    assert_int_equal(capture.snapshot.ephemeral_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(capture.snapshot.ephemeral[i].client.octet[3], expected[i].client);
        assert_int_equal(capture.snapshot.ephemeral[i].transport, expected[i].transport);
    }
    capture_finish(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(others),
        cmocka_unit_test(sums),
        cmocka_unit_test(order_of_use),
        cmocka_unit_test(order_without_times),
        cmocka_unit_test(peaks),
        cmocka_unit_test(known_ranges),
        cmocka_unit_test(range_of_few),
        cmocka_unit_test(sorted),
    };
    return cmocka_run_group_tests_name("findings-ephemeral", tests, NULL, NULL);
}
