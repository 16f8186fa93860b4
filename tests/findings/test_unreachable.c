/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports that only refuse or never answer, and those that merely look like it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flows.h"
#include "portsniff/application.h"

#define REFUSES "port-refuses"
#define SILENT  "port-silent"

/* So many TCP flows with each outcome, from one client or each from its own. */
static const struct {
    const char *name;
    const char *kind; /* NULL: nothing is told */
    unsigned count[PS_OUTCOME_COUNT];
    bool one_client;
} rows[] = {
    {"3 refused", REFUSES, {[PS_OUTCOME_REFUSED] = 3}, true},
    {"2 refused, one client", NULL, {[PS_OUTCOME_REFUSED] = 2}, true},
    {"2 refused, two clients", REFUSES, {[PS_OUTCOME_REFUSED] = 2}, false},
    {"1 refused", NULL, {[PS_OUTCOME_REFUSED] = 1}, false},
    {"1 refused, 1 unanswered", NULL, {[PS_OUTCOME_REFUSED] = 1, [PS_OUTCOME_UNANSWERED] = 1}, false},
    {"3 unanswered", SILENT, {[PS_OUTCOME_UNANSWERED] = 3}, false},
    {"2 unanswered", NULL, {[PS_OUTCOME_UNANSWERED] = 2}, false},
    {"1 refused, 2 unanswered", REFUSES, {[PS_OUTCOME_REFUSED] = 1, [PS_OUTCOME_UNANSWERED] = 2}, false},
    {"9 refused, 1 worked", NULL, {[PS_OUTCOME_REFUSED] = 9, [PS_OUTCOME_CLOSED] = 1}, false},
    {"9 unanswered, 1 worked", NULL, {[PS_OUTCOME_UNANSWERED] = 9, [PS_OUTCOME_ESTABLISHED] = 1}, false},
    {"9 unanswered, 1 half-open", NULL, {[PS_OUTCOME_UNANSWERED] = 9, [PS_OUTCOME_HALF_OPEN] = 1}, false},
    {"9 unanswered, 1 reset", NULL, {[PS_OUTCOME_UNANSWERED] = 9, [PS_OUTCOME_RESET] = 1}, false},
};

static void tcp(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        uint16_t port = 40000;
        for (unsigned outcome = 0; outcome < PS_OUTCOME_COUNT; outcome++) {
            for (unsigned k = 0; k < rows[i].count[outcome]; k++, port++)
                add_tcp(&capture, rows[i].one_client ? 9 : port, port, 7, 8443, (enum ps_outcome)outcome);
        }
        collect(&capture);
        if (capture.snapshot.finding_count != (rows[i].kind != NULL))
            fail_msg("%s: %zu findings", rows[i].name, capture.snapshot.finding_count);
        if (rows[i].kind != NULL)
            assert_int_equal(only(&capture, rows[i].kind)->port, 8443);
        capture_finish(&capture);
    }
}

static void words(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 48; i++)
        add_tcp(&capture, i % 3, 40000 + i, 7, 25, PS_OUTCOME_REFUSED);
    collect(&capture);
    assert_says(&capture, REFUSES, "25/tcp at 192.0.2.7 refused all 48 tries (3 clients).");
    assert_int_equal(only(&capture, REFUSES)->packets, 96);
    add_tcp(&capture, 1, 45000, 7, 25, PS_OUTCOME_UNANSWERED);
    collect(&capture);
    assert_says(&capture, REFUSES,
                "25/tcp at 192.0.2.7 refused 48 and left unanswered the others of 49 tries (3 clients).");
    capture_finish(&capture);
}

/* TCP asks again with the same SYN: three of them are three tries. */
static void syn_again(void **state)
{
    (void)state;
    for (uint64_t packets = 2; packets <= 3; packets++) {
        struct capture capture;
        capture_init(&capture);
        add_tcp(&capture, 1, 40000, 7, 8080, PS_OUTCOME_UNANSWERED)->to_server.packets = packets;
        collect(&capture);
        if (packets == 2)
            assert_nothing(&capture);
        else
            assert_says(&capture, SILENT, "8080/tcp at 192.0.2.7 answered none of 3 tries (1 client).");
        capture_finish(&capture);
    }
}

/* Five datagrams without an answer, by one client that is answered elsewhere. */
static const struct {
    const char *name;
    uint16_t port;
    enum ps_application application;
    enum ps_outcome outcome;
    struct ps_address server;
    const char *kind;
} datagrams[] = {
    {"DNS", 53, PS_APPLICATION_DNS, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, SILENT},
    {"53, not recognised", 53, PS_APPLICATION_NONE, PS_OUTCOME_ONE_WAY, {.octet = {192, 0, 2, 7}}, SILENT},
    {"DNS on another port", 5300, PS_APPLICATION_DNS, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, SILENT},
    {"multicast DNS", 5353, PS_APPLICATION_DNS, PS_OUTCOME_UNANSWERED, {.octet = {224, 0, 0, 251}}, NULL},
    {"5353, one neighbour", 5353, PS_APPLICATION_DNS, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, NULL},
    {"to everybody", 53, PS_APPLICATION_DNS, PS_OUTCOME_UNANSWERED, {.octet = {255, 255, 255, 255}}, NULL},
    {"to the subnet", 53, PS_APPLICATION_DNS, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 255}}, NULL},
    {"NTP", 123, PS_APPLICATION_NTP, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, SILENT},
    {"syslog", 514, PS_APPLICATION_SYSLOG, PS_OUTCOME_ONE_WAY, {.octet = {192, 0, 2, 7}}, NULL},
    {"SNMP", 161, PS_APPLICATION_SNMP, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, SILENT},
    {"SNMP traps", 162, PS_APPLICATION_SNMP, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, NULL},
    {"TFTP answers from elsewhere", 69, PS_APPLICATION_TFTP, PS_OUTCOME_UNANSWERED, {.octet = {192, 0, 2, 7}}, NULL},
    {"unknown", 9995, PS_APPLICATION_NONE, PS_OUTCOME_ONE_WAY, {.octet = {192, 0, 2, 7}}, NULL},
    {"unknown, refused", 9995, PS_APPLICATION_NONE, PS_OUTCOME_REFUSED, {.octet = {192, 0, 2, 7}}, REFUSES},
};

static void udp(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof datagrams / sizeof datagrams[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        add_udp(&capture, 1, 50000, 8, 53, PS_OUTCOME_ESTABLISHED)->application = PS_APPLICATION_DNS;
        for (uint16_t k = 0; k < 5; k++) {
            struct ps_flow_row *flow = add_udp(&capture, 1, 40000 + k, 0, datagrams[i].port, datagrams[i].outcome);
            flow->application = (uint16_t)datagrams[i].application;
            flow->server = datagrams[i].server;
        }
        collect(&capture);
        if (capture.snapshot.finding_count != (datagrams[i].kind != NULL))
            fail_msg("%s: %zu findings", datagrams[i].name, capture.snapshot.finding_count);
        if (datagrams[i].kind != NULL)
            assert_int_equal(only(&capture, datagrams[i].kind)->packets, 5);
        capture_finish(&capture);
    }
}

/* Nothing comes back to anybody: the capture shows one direction only. */
static void capture_of_one_direction(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t k = 0; k < 5; k++)
        add_udp(&capture, 1, 40000 + k, 7, 53, PS_OUTCOME_UNANSWERED)->application = PS_APPLICATION_DNS;
    struct ps_flow_row *flow = add_tcp(&capture, 1, 45000, 7, 443, PS_OUTCOME_UNANSWERED);
    flow->to_server.packets = 10;
    flow->payload_to_server = 500;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

static void multicast_of_ipv6(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_udp(&capture, 1, 50000, 8, 53, PS_OUTCOME_ESTABLISHED)->application = PS_APPLICATION_DNS;
    for (uint16_t k = 0; k < 5; k++) {
        struct ps_flow_row *flow = add_udp(&capture, 1, 40000 + k, 7, 53, PS_OUTCOME_UNANSWERED);
        flow->server = (struct ps_address){.octet = {0xff, 2, [15] = 0xfb}};
        flow->family = 6;
    }
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

/* What a scan found is told as a scan; what others tried is told all the same. */
static void told_as_scan(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 100; i++)
        add_tcp(&capture, 9, 50000, 7, 1 + i, PS_OUTCOME_UNANSWERED)->to_server.packets = 4;
    for (uint16_t i = 0; i < 3; i++)
        add_tcp(&capture, 1, 40000 + i, 7, 25, PS_OUTCOME_REFUSED);
    collect(&capture);
    assert_int_equal(capture.snapshot.finding_count, 2);
    assert_int_equal(count_kind(&capture, "vertical-scan"), 1);
    assert_string_equal(only(&capture, REFUSES)->what, "25/tcp at 192.0.2.7 refused all 3 tries (1 client).");
    capture_finish(&capture);
}

/* A scanner that is answered shows that the port works. */
static void scan_shows_success(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 100; i++)
        add_tcp(&capture, 9, 50000, 7, 1 + i, i == 24 ? PS_OUTCOME_HALF_OPEN : PS_OUTCOME_REFUSED);
    for (uint16_t i = 0; i < 5; i++)
        add_tcp(&capture, 1, 40000 + i, 7, 25, PS_OUTCOME_UNANSWERED);
    collect(&capture);
    assert_int_equal(count_kind(&capture, SILENT) + count_kind(&capture, REFUSES), 0);
    capture_finish(&capture);
}

static void peers(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 5; i++)
        add_tcp(&capture, 1 + i, 5000, 7, 5000, PS_OUTCOME_UNANSWERED)->evidence = PS_EVIDENCE_PEERS;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp),
        cmocka_unit_test(words),
        cmocka_unit_test(syn_again),
        cmocka_unit_test(udp),
        cmocka_unit_test(capture_of_one_direction),
        cmocka_unit_test(multicast_of_ipv6),
        cmocka_unit_test(told_as_scan),
        cmocka_unit_test(scan_shows_success),
        cmocka_unit_test(peers),
    };
    return cmocka_run_group_tests_name("findings-unreachable", tests, NULL, NULL);
}
