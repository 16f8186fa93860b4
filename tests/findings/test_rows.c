/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows as a whole: sorted, bounded, the same for any order of flows, silent about ordinary traffic, and quick.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "flows.h"
#include "portsniff/application.h"
#include "work.h"

/* Each refusing port gets 3 tries, and one more for each step of its number. */
static void add_refusing_ports(struct capture *capture, unsigned count)
{
    for (uint16_t i = 0; i < count; i++)
        add_tcp(capture, 300u + i, 40000, 7, 2000 + i, PS_OUTCOME_REFUSED)->to_server.packets = 3u + i;
}

static void bounded(void **state)
{
    (void)state;
    for (unsigned count = PS_SIGHTS_MAX - 1; count <= PS_SIGHTS_MAX + 2; count++) {
        struct capture capture;
        capture_init(&capture);
        add_refusing_ports(&capture, count);
        collect(&capture);
        size_t rows = capture.snapshot.finding_count, told = count < PS_SIGHTS_MAX ? count : PS_SIGHTS_MAX;
        assert_int_equal(rows, told + (count > PS_SIGHTS_MAX));
        for (size_t i = 0; i < told; i++) /* most packets first */
            assert_int_equal(capture.snapshot.finding[i].port, 2000 + count - 1 - i);
        if (count > PS_SIGHTS_MAX) {
            const struct ps_finding *rest = &capture.snapshot.finding[rows - 1];
            assert_string_equal(rest->what, count == PS_SIGHTS_MAX + 1 ? "And 1 more: ports that only refuse."
                                                                       : "And 2 more: ports that only refuse.");
            assert_string_equal(rest->kind, "port-refuses");
            assert_int_equal(rest->packets, 0);
            assert_int_equal(rest->first_ns, PS_TIME_NONE);
        }
        capture_finish(&capture);
    }
}

/* A warning that comes late pushes a note out. */
static void severe_first(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < PS_SIGHTS_MAX; i++) {
        struct ps_flow_row *flow = add_tcp(&capture, 1, 40000, 7, 4711 + i, PS_OUTCOME_CLOSED);
        flow->application = PS_APPLICATION_SSH;
        flow->to_server.packets = 1000;
    }
    add_tcp(&capture, 1, 40000, 8, 443, PS_OUTCOME_CLOSED)->application = PS_APPLICATION_SSH;
    collect(&capture);
    assert_int_equal(capture.snapshot.finding_count, PS_SIGHTS_MAX + 1);
    assert_int_equal(capture.snapshot.finding[0].port, 443);
    assert_int_equal(capture.snapshot.finding[PS_SIGHTS_MAX].severity, PS_SEVERITY_NOTE);
    assert_string_equal(capture.snapshot.finding[PS_SIGHTS_MAX].what,
                        "And 1 more: services on ports that are not theirs.");
    capture_finish(&capture);
}

/* Something of everything. */
static void add_everything(struct capture *capture)
{
    for (uint16_t i = 0; i < 30; i++) {
        add_tcp(capture, 9, 50000, 7, 100 + i, PS_OUTCOME_REFUSED);
        add_tcp(capture, 10, 50000 + i, 100u + i, 22, PS_OUTCOME_UNANSWERED);
        add_tcp(capture, 11u + i % 2, (uint16_t)(40000 + 7 * i), 8, 443, PS_OUTCOME_CLOSED)->application =
            i % 3 == 0 ? PS_APPLICATION_SSH : PS_APPLICATION_TLS;
        add_tcp(capture, 13, 41000 + i, 8, 23, PS_OUTCOME_CLOSED);
        add_tcp(capture, 14, 80, 20u + i, 8000 + i, PS_OUTCOME_CLOSED);
    }
    add_refusing_ports(capture, 15);
    capture->snapshot.total.packets = 1000;
    capture->snapshot.duplicate_packets = 100;
    capture->snapshot.disordered_packets = 100;
    capture->snapshot.port_zero.packets = 3;
}

static void assert_sorted(const struct ps_snapshot *snapshot)
{
    for (size_t i = 1; i < snapshot->finding_count; i++) {
        const struct ps_finding *a = &snapshot->finding[i - 1], *b = &snapshot->finding[i];
        assert_true(a->severity >= b->severity);
        if (a->severity != b->severity)
            continue;
        assert_true(a->packets >= b->packets);
        if (a->packets != b->packets)
            continue;
        int kinds = strcmp(a->kind, b->kind);
        assert_true(kinds < 0 || (kinds == 0 && a->port <= b->port));
    }
}

static void same_for_any_order(void **state)
{
    (void)state;
    struct capture one, other;
    capture_init(&one);
    capture_init(&other);
    add_everything(&one);
    add_everything(&other);
    size_t count = other.snapshot.flow_count;
    for (size_t i = 0; i < count / 2; i++) {
        struct ps_flow_row swap = other.snapshot.flow[i];
        other.snapshot.flow[i] = other.snapshot.flow[count - 1 - i];
        other.snapshot.flow[count - 1 - i] = swap;
    }
    collect(&one);
    collect(&other);
    assert_sorted(&one.snapshot);
    assert_int_equal(one.snapshot.finding_count, other.snapshot.finding_count);
    assert_true(one.snapshot.finding_count > 15);
    for (size_t i = 0; i < one.snapshot.finding_count; i++)
        assert_string_equal(one.snapshot.finding[i].what, other.snapshot.finding[i].what);
    assert_int_equal(one.snapshot.ephemeral_count, other.snapshot.ephemeral_count);
    assert_memory_equal(one.snapshot.ephemeral, other.snapshot.ephemeral,
                        one.snapshot.ephemeral_count * sizeof *one.snapshot.ephemeral);
    capture_finish(&one);
    capture_finish(&other);
}

/* Web, names, mail, time and remote shells in an office, with what goes wrong on every day. */
static void ordinary_traffic(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 600; i++) {
        uint32_t client = 10u + i % 20;
        add_udp(&capture, client, 40000 + i, 1, 53, i % 50 == 0 ? PS_OUTCOME_UNANSWERED : PS_OUTCOME_ESTABLISHED)
            ->application = PS_APPLICATION_DNS;
        add_tcp(&capture, client, 41000 + i, 1000u + 300u * (i % 40), 443,
                i % 30 == 0 ? PS_OUTCOME_RESET : PS_OUTCOME_CLOSED)
            ->application = PS_APPLICATION_TLS;
        add_udp(&capture, client, 42000 + i, 1000u + 300u * (i % 40), 443, PS_OUTCOME_ESTABLISHED)->application =
            PS_APPLICATION_QUIC;
        add_udp(&capture, client, 123, 2, 123, PS_OUTCOME_ESTABLISHED)->application = PS_APPLICATION_NTP;
        add_tcp(&capture, client, 43000 + i, 3, 22, PS_OUTCOME_ESTABLISHED)->application = PS_APPLICATION_SSH;
        add_tcp(&capture, client, 44000 + i, 4, 25, PS_OUTCOME_CLOSED)->application = PS_APPLICATION_SMTP;
        add_tcp(&capture, client, 45000 + i, 5, 993, PS_OUTCOME_ESTABLISHED)->application = PS_APPLICATION_TLS;
        add_tcp(&capture, client, 46000 + i, 6, 8080, PS_OUTCOME_CLOSED)->application = PS_APPLICATION_HTTP;
    }
    add_tcp(&capture, 12, 39000, 9, 631, PS_OUTCOME_REFUSED); /* a printer that is off */
    add_tcp(&capture, 12, 39001, 9, 631, PS_OUTCOME_UNANSWERED);
    capture.snapshot.total.packets = 30000;
    capture.snapshot.duplicate_packets = 3;
    capture.snapshot.disordered_packets = 12;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* Findings of before are replaced. */
static void collected_again(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_everything(&capture);
    collect(&capture);
    size_t count = capture.snapshot.finding_count, rows = capture.snapshot.ephemeral_count;
    collect(&capture);
    assert_int_equal(capture.snapshot.finding_count, count);
    assert_int_equal(capture.snapshot.ephemeral_count, rows);
    capture_finish(&capture);
}

#define LARGE 500000u

static double collect_seconds(struct capture *capture)
{
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    collect(capture);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Half a million flows, all over the place or all in one heap. The bound holds for builds with sanitizers, and is far
 * below what anything quadratic would take. */
static void large(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t clients, servers;
    } shapes[] = {
        {"many of both", 50000, 40000}, {"one client", 1, 60000}, {"one server", 60000, 1}, {"one pair", 1, 1}};
    for (size_t shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++) {
        struct capture capture;
        capture_init(&capture);
        uint64_t number = 7;
        for (uint32_t i = 0; i < LARGE; i++) {
            number = number * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uint32_t random = (uint32_t)(number >> 33);
            uint16_t port = (uint16_t)(random % 3 == 0 ? 443 : random % 60000);
            struct ps_flow_row *flow =
                add_tcp(&capture, 1000 + random % shapes[shape].clients, (uint16_t)(1024 + i % 64000),
                        100000 + random / 7 % shapes[shape].servers, port,
                        random % 5 == 0 ? PS_OUTCOME_REFUSED : PS_OUTCOME_CLOSED);
            flow->last_ns += (int64_t)(random % 1000) * SECOND;
        }
        double seconds = collect_seconds(&capture);
        print_message("# %s: %.3f s\n", shapes[shape].name, seconds);
        assert_true(seconds < 10);
        assert_true(capture.snapshot.ephemeral_count >= 1);
        capture_finish(&capture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounded),          cmocka_unit_test(severe_first),    cmocka_unit_test(same_for_any_order),
        cmocka_unit_test(ordinary_traffic), cmocka_unit_test(collected_again), cmocka_unit_test(large),
    };
    return cmocka_run_group_tests_name("findings-rows", tests, NULL, NULL);
}
