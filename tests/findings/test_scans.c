/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scans, from both sides of every threshold; and the busy clients that are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flows.h"
#include "portsniff/application.h"

#define VERTICAL   "vertical-scan"
#define HORIZONTAL "horizontal-scan"

/* So many targets of one client, in this order, each tried once. */
struct mix {
    unsigned refused, silent, half_open, empty, used;
};

static const struct {
    const char *name;
    struct mix mix;
    bool told;
} wide[] = {
    {"20 refused", {20, 0, 0, 0, 0}, true},
    {"19 refused", {19, 0, 0, 0, 0}, false},
    {"20 silent", {0, 20, 0, 0, 0}, true},
    {"20 half-open", {0, 0, 20, 0, 0}, true},
    {"20 of all kinds in vain", {7, 6, 7, 0, 0}, true},
    {"16 of 20 in vain", {16, 0, 0, 0, 4}, true},
    {"15 of 20 in vain", {15, 0, 0, 0, 5}, false},
    {"80 of 100 in vain", {40, 30, 10, 0, 20}, true},
    {"79 of 100 in vain", {40, 30, 9, 0, 21}, false},
    {"20 connected without a byte", {0, 0, 0, 20, 0}, false},
    {"16 without a byte, 4 refused", {4, 0, 0, 16, 0}, true},
    {"17 without a byte, 3 refused", {3, 0, 0, 17, 0}, false},
    {"100 used", {0, 0, 0, 0, 100}, false},
};

/* Adds the targets of a mix: ports of server 7 from 2000 on, or port 2000 of servers from 1001 on, not neighbours. */
static void add_mix(struct capture *capture, const struct mix *mix, bool vertical, unsigned times)
{
    static const enum ps_outcome outcomes[] = {PS_OUTCOME_REFUSED, PS_OUTCOME_UNANSWERED, PS_OUTCOME_HALF_OPEN,
                                               PS_OUTCOME_CLOSED, PS_OUTCOME_CLOSED};
    const unsigned counts[] = {mix->refused, mix->silent, mix->half_open, mix->empty, mix->used};
    unsigned target = 0;
    for (size_t kind = 0; kind < 5; kind++) {
        for (unsigned i = 0; i < counts[kind]; i++, target++) {
            for (unsigned again = 0; again < times; again++) {
                uint16_t from = (uint16_t)(40000 + target * 8 + again);
                struct ps_flow_row *flow = vertical
                                               ? add_tcp(capture, 9, from, 7, (uint16_t)(2000 + target), outcomes[kind])
                                               : add_tcp(capture, 9, from, 1024 + 256 * target, 2000, outcomes[kind]);
                if (kind == 3)
                    flow->payload_to_server = flow->payload_to_client = 0;
            }
        }
    }
}

static void thresholds(bool vertical)
{
    const char *kind = vertical ? VERTICAL : HORIZONTAL;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        add_mix(&capture, &wide[i].mix, vertical, 1);
        collect(&capture);
        if (count_kind(&capture, kind) != wide[i].told)
            fail_msg("%s: %zu scans", wide[i].name, count_kind(&capture, kind));
        if (wide[i].told)
            assert_int_equal(only(&capture, kind)->severity, PS_SEVERITY_WARNING);
        capture_finish(&capture);
    }
}

static void vertical_thresholds(void **state)
{
    (void)state;
    thresholds(true);
}

static void horizontal_thresholds(void **state)
{
    (void)state;
    thresholds(false);
}

/* A check-up comes back. */
static void check_ups(void **state)
{
    (void)state;
    static const struct mix half_open = {0, 0, 20, 0, 0}, empty = {4, 0, 0, 16, 0};
    for (unsigned times = 2; times <= 3; times++) {
        for (unsigned i = 0; i < 2; i++) {
            struct capture capture;
            capture_init(&capture);
            add_mix(&capture, i == 0 ? &half_open : &empty, false, times);
            collect(&capture);
            assert_int_equal(count_kind(&capture, HORIZONTAL), times == 2);
            capture_finish(&capture);
        }
    }
}

static void words_of_vertical(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 1000; i++)
        add_tcp(&capture, 9, 50000, 7, 1 + i, i % 400 == 22 ? PS_OUTCOME_HALF_OPEN : PS_OUTCOME_REFUSED);
    collect(&capture);
    assert_says(&capture, VERTICAL, "192.0.2.9 tried 1,000 TCP ports of 192.0.2.7, 3 answered.");
    const struct ps_finding *finding = only(&capture, VERTICAL);
    assert_int_equal(finding->packets, 997 * 2 + 3 * 3);
    assert_int_equal(finding->address.octet[3], 9);
    assert_false(finding->has_port);
    capture_finish(&capture);
}

static void words_of_many_vertical(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 50; i++) {
        add_tcp(&capture, 9, 50000, 7, 1 + i, PS_OUTCOME_REFUSED);
        if (i < 20)
            add_tcp(&capture, 9, 50000, 8, 1 + i, PS_OUTCOME_UNANSWERED);
    }
    collect(&capture);
    assert_says(&capture, VERTICAL,
                "192.0.2.9 tried many ports of 2 servers, up to 50 TCP ports of 192.0.2.7, none answered.");
    capture_finish(&capture);
}

static void words_of_horizontal(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint32_t i = 1; i <= 254; i++) {
        add_tcp(&capture, 300, 50000, i, 22, i == 7 ? PS_OUTCOME_HALF_OPEN : PS_OUTCOME_UNANSWERED);
        if (i <= 100)
            add_tcp(&capture, 300, 50000, i, 23, PS_OUTCOME_UNANSWERED);
    }
    add_tcp(&capture, 301, 50000, 7, 22, PS_OUTCOME_CLOSED);
    collect(&capture);
    assert_says(&capture, HORIZONTAL, "10.0.1.44 tried 2 ports at many servers, 22/tcp at 254 of them, 1 answered.");
    capture_finish(&capture);
    capture_init(&capture);
    for (uint32_t i = 1; i <= 20; i++)
        add_tcp(&capture, 300, 50000, i, 22, PS_OUTCOME_UNANSWERED);
    collect(&capture);
    assert_says(&capture, HORIZONTAL, "10.0.1.44 tried 22/tcp at 20 servers, none answered.");
    capture_finish(&capture);
}

/* Neighbours, one port: fewer are enough. */
static const struct {
    const char *name;
    int64_t pause_ns;
    unsigned refused, open;
    uint32_t spread; /* hosts between two targets */
    bool told;
} sweeps[] = {
    {"8 refused", SECOND / 1000, 8, 0, 1, true},         {"7 refused", SECOND / 1000, 7, 0, 1, false},
    {"half refused", SECOND / 1000, 4, 4, 1, true},      {"3 of 8 refused", SECOND / 1000, 3, 5, 1, false},
    {"within a minute", SECOND * 60 / 7, 8, 0, 1, true}, {"more than a minute", SECOND * 61 / 7, 8, 0, 1, false},
    {"not neighbours", SECOND / 1000, 8, 0, 256, false},
};

static void small_sweeps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sweeps / sizeof sweeps[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        unsigned count = sweeps[i].refused + sweeps[i].open;
        for (unsigned target = 0; target < count; target++) {
            bool refused = target < sweeps[i].refused;
            struct ps_flow_row *flow =
                add_tcp(&capture, 9, (uint16_t)(40000 + target), (1u << 16) + target * sweeps[i].spread, 22,
                        refused ? PS_OUTCOME_REFUSED : PS_OUTCOME_CLOSED);
            flow->payload_to_server = 0; /* the server's greeting is no use */
            capture.now_ns += sweeps[i].pause_ns - SECOND / 1000;
        }
        collect(&capture);
        if (count_kind(&capture, HORIZONTAL) != sweeps[i].told)
            fail_msg("%s", sweeps[i].name);
        if (sweeps[i].told)
            assert_int_equal(only(&capture, HORIZONTAL)->severity, PS_SEVERITY_NOTE);
        capture_finish(&capture);
    }
}

static void one_that_is_used_is_no_sweep(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 9; i++)
        add_tcp(&capture, 9, 40000 + i, 20 + i, 22, i == 0 ? PS_OUTCOME_CLOSED : PS_OUTCOME_REFUSED);
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* Probes without SYN, as FIN scans send them, and what is left of long connections. */
static void one_way(void **state)
{
    (void)state;
    for (uint64_t packets = 1; packets <= 3; packets++) {
        struct capture capture;
        capture_init(&capture);
        for (uint16_t i = 0; i < 30; i++) {
            struct ps_flow_row *flow = add_tcp(&capture, 9, 50000, 7, 1 + i, PS_OUTCOME_ONE_WAY);
            flow->to_server.packets = packets;
            flow->evidence = PS_EVIDENCE_NAME;
        }
        collect(&capture);
        assert_int_equal(count_kind(&capture, VERTICAL), packets <= 2);
        capture_finish(&capture);
    }
}

/* From one side, a connection looks like a try that nobody answered, but for its content. */
static void capture_of_one_direction(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 100; i++) {
        struct ps_flow_row *flow = add_tcp(&capture, 9, 40000 + i, 1024 + 256u * i, 443, PS_OUTCOME_UNANSWERED);
        flow->to_server.packets = 12;
        flow->payload_to_server = 700;
        add_udp(&capture, 9, 45000 + i, 1024 + 256u * i, 53, PS_OUTCOME_UNANSWERED);
    }
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

static void udp_scan(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 40; i++)
        add_udp(&capture, 9, 50000, 7, 100 + i, i < 3 ? PS_OUTCOME_REFUSED : PS_OUTCOME_ONE_WAY);
    collect(&capture);
    assert_says(&capture, VERTICAL, "192.0.2.9 tried 40 UDP ports of 192.0.2.7, none answered.");
    capture_finish(&capture);
}

static void traceroute(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 90; i++)
        add_udp(&capture, 9, 50000, 7, 33434 + i, i < 87 ? PS_OUTCOME_ONE_WAY : PS_OUTCOME_REFUSED);
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

static void peers_of_a_swarm(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint32_t i = 0; i < 100; i++)
        add_tcp(&capture, 9, (uint16_t)(40000 + i), 1024 + 256 * i, 6881,
                i < 10 ? PS_OUTCOME_CLOSED : PS_OUTCOME_UNANSWERED)
            ->application = i < 10 ? PS_APPLICATION_BITTORRENT : PS_APPLICATION_NONE;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* A resolver asks everybody, and a few do not answer. */
static void resolver(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint32_t i = 0; i < 500; i++)
        add_udp(&capture, 9, (uint16_t)(20000 + i), 1024 + 256 * i, 53,
                i % 4 == 0 ? PS_OUTCOME_UNANSWERED : PS_OUTCOME_ESTABLISHED)
            ->application = PS_APPLICATION_DNS;
    for (size_t i = 0; i < capture.snapshot.flow_count; i++)
        capture.snapshot.flow[i].to_server.packets = 3;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* Answers that come too late are refused, and ICMP names the asker's temporary port. */
static void late_answers(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 50; i++)
        add_udp(&capture, 53, 53, 9, 40000 + i, PS_OUTCOME_REFUSED)->evidence = PS_EVIDENCE_ICMP;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

static void fetched_files(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 50; i++)
        add_tcp(&capture, 9, 40000 + i, 7, 30000 + i, PS_OUTCOME_CLOSED)->payload_to_server = 0;
    for (uint16_t i = 0; i < 19; i++)
        add_tcp(&capture, 9, 41000 + i, 7, 31000 + i, PS_OUTCOME_UNANSWERED);
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* Services that fail, without a server or port in common, and some that do not; each is tried once. */
static const struct {
    const char *name;
    unsigned refused, silent, used;
    bool told;
} failures[] = {
    {"20 fail", 10, 10, 0, true},
    {"19 fail", 10, 9, 0, false},
    {"20 of 200 fail", 15, 5, 180, true},
    {"20 of 201 fail", 15, 5, 181, false},
};

static void failing_clients(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        unsigned failed = failures[i].refused + failures[i].silent;
        for (uint16_t k = 0; k < failed + failures[i].used; k++)
            add_tcp(&capture, 9, 40000 + k, 1024 + 256u * k, 10000 + k,
                    k < failures[i].refused ? PS_OUTCOME_REFUSED
                    : k < failed            ? PS_OUTCOME_UNANSWERED
                                            : PS_OUTCOME_CLOSED);
        collect(&capture);
        if (capture.snapshot.finding_count != failures[i].told)
            fail_msg("%s: %zu findings", failures[i].name, capture.snapshot.finding_count);
        if (failures[i].told)
            assert_int_equal(only(&capture, "client-fails")->packets, 2 * failures[i].refused + failures[i].silent);
        capture_finish(&capture);
    }
}

/* The services are not told one by one, but for those that others failed at. */
static void failing_client_is_told_once(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t k = 0; k < 65; k++)
        add_tcp(&capture, 9, 40000 + k, 1024 + 256u * k, 10000 + k, PS_OUTCOME_UNANSWERED)->to_server.packets = 3;
    for (uint16_t k = 0; k < 35; k++)
        add_tcp(&capture, 9, 41000 + k, 1024 + 256u * k, 11000 + k, PS_OUTCOME_CLOSED);
    collect(&capture);
    assert_says(&capture, "client-fails",
                "192.0.2.9 failed at 65 of 100 services it tried: 0 refused, 65 did not answer.");
    assert_int_equal(only(&capture, "client-fails")->packets, 3 * 65);
    add_tcp(&capture, 8, 40000, 1024, 10000, PS_OUTCOME_UNANSWERED)->to_server.packets = 4;
    collect(&capture);
    assert_int_equal(capture.snapshot.finding_count, 2);
    assert_string_equal(only(&capture, "port-silent")->what,
                        "10000/tcp at 10.0.4.0 answered none of 4 tries (1 client).");
    capture_finish(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vertical_thresholds),
        cmocka_unit_test(horizontal_thresholds),
        cmocka_unit_test(check_ups),
        cmocka_unit_test(words_of_vertical),
        cmocka_unit_test(words_of_many_vertical),
        cmocka_unit_test(words_of_horizontal),
        cmocka_unit_test(small_sweeps),
        cmocka_unit_test(one_that_is_used_is_no_sweep),
        cmocka_unit_test(one_way),
        cmocka_unit_test(capture_of_one_direction),
        cmocka_unit_test(udp_scan),
        cmocka_unit_test(traceroute),
        cmocka_unit_test(peers_of_a_swarm),
        cmocka_unit_test(resolver),
        cmocka_unit_test(late_answers),
        cmocka_unit_test(fetched_files),
        cmocka_unit_test(failing_clients),
        cmocka_unit_test(failing_client_is_told_once),
    };
    return cmocka_run_group_tests_name("findings-scans", tests, NULL, NULL);
}
