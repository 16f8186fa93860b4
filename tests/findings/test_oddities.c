/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client ports below 1024, port 0, packets twice, clocks, and clients that run out of ports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flows.h"
#include "portsniff/application.h"

#define LOW "client-port-below-1024"

static const struct {
    const char *name;
    bool udp;
    uint16_t from, to;
    enum ps_evidence evidence;
    bool told;
} ports[] = {
    {"80 to 443", false, 80, 443, PS_EVIDENCE_HANDSHAKE, true},
    {"1023 to 443", false, 1023, 443, PS_EVIDENCE_HANDSHAKE, true},
    {"1024 to 443", false, 1024, 443, PS_EVIDENCE_HANDSHAKE, false},
    {"1 to 80", false, 1, 80, PS_EVIDENCE_HANDSHAKE, true},
    {"0 to 80 is told as port 0", false, 0, 80, PS_EVIDENCE_HANDSHAKE, false},
    {"80 to 50000, the server listens elsewhere", false, 80, 50000, PS_EVIDENCE_LISTENER, false},
    {"80 to 50000, guessed", false, 80, 50000, PS_EVIDENCE_NUMBER, false},
    {"80 to 80", false, 80, 80, PS_EVIDENCE_HANDSHAKE, false},
    {"FTP data", false, 20, 50000, PS_EVIDENCE_HANDSHAKE, false},
    {"rlogin", false, 1022, 513, PS_EVIDENCE_HANDSHAKE, false},
    {"rsh's error channel", false, 1021, 1023, PS_EVIDENCE_HANDSHAKE, false},
    {"511 to 514", false, 511, 514, PS_EVIDENCE_HANDSHAKE, true},
    {"DNS servers", true, 53, 53, PS_EVIDENCE_REQUEST, false},
    {"53 to 161", true, 53, 161, PS_EVIDENCE_REQUEST, true},
    {"DHCP", true, 68, 67, PS_EVIDENCE_REQUEST, false},
    {"DHCP relay", true, 67, 67, PS_EVIDENCE_REQUEST, false},
    {"DHCPv6", true, 546, 547, PS_EVIDENCE_REQUEST, false},
    {"NTP", true, 123, 123, PS_EVIDENCE_REQUEST, false},
    {"IKE", true, 500, 500, PS_EVIDENCE_REQUEST, false},
    {"IKE, NAT", true, 500, 4500, PS_EVIDENCE_REQUEST, false},
    {"NetBIOS", true, 137, 138, PS_EVIDENCE_REQUEST, false},
    {"SNMP trap", true, 161, 162, PS_EVIDENCE_REQUEST, false},
};

static void low_ports(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        struct ps_flow_row *flow = ports[i].udp
                                       ? add_udp(&capture, 9, ports[i].from, 7, ports[i].to, PS_OUTCOME_ESTABLISHED)
                                       : add_tcp(&capture, 9, ports[i].from, 7, ports[i].to, PS_OUTCOME_CLOSED);
        flow->evidence = (uint8_t)ports[i].evidence;
        flow->application = ports[i].to == 513 || ports[i].to == 514 ? PS_APPLICATION_TLS : PS_APPLICATION_NONE;
        collect(&capture);
        if (count_kind(&capture, LOW) != ports[i].told)
            fail_msg("%s", ports[i].name);
        capture_finish(&capture);
    }
}

/* A client of NFS uses such ports towards the mount daemon too, whose port is any. */
static void remote_procedures(void **state)
{
    (void)state;
    for (uint16_t port = 2048; port <= 2049; port++) {
        struct capture capture;
        capture_init(&capture);
        add_tcp(&capture, 9, 800, 7, port, PS_OUTCOME_CLOSED);
        add_tcp(&capture, 9, 801, 7, 51234, PS_OUTCOME_CLOSED);
        add_tcp(&capture, 7, 802, 9, 34567, PS_OUTCOME_CLOSED); /* called back */
        collect(&capture);
        assert_int_equal(count_kind(&capture, LOW), port == 2049 ? 0 : 2);
        capture_finish(&capture);
    }
}

/* What asks and what answers is not certain where a datagram speaks on its own port. */
static void datagram_at_home(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_udp(&capture, 9, 443, 7, 50000, PS_OUTCOME_ESTABLISHED)->application = PS_APPLICATION_QUIC;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

static void words_of_low_ports(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_tcp(&capture, 9, 88, 7, 443, PS_OUTCOME_CLOSED);
    collect(&capture);
    assert_says(&capture, LOW,
                "192.0.2.9 is a client on a port below 1024: 1 connection, from 88/tcp to 443 at 192.0.2.7.");
    add_tcp(&capture, 9, 80, 8, 443, PS_OUTCOME_CLOSED);
    collect(&capture);
    assert_says(&capture, LOW,
                "192.0.2.9 is a client on a port below 1024: 2 connections, such as from 80/tcp to 443 at 192.0.2.8.");
    capture_finish(&capture);
}

static void port_zero(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    capture.snapshot.port_zero = (struct ps_count){1, 60};
    collect(&capture);
    assert_says(&capture, "port-zero", "1 packet comes from or goes to port 0.");
    assert_int_equal(only(&capture, "port-zero")->family, 0);
    struct ps_flow_row *flow = add_tcp(&capture, 9, 0, 7, 80, PS_OUTCOME_CLOSED);
    capture.snapshot.port_zero.packets = 1200;
    int64_t first_ns = flow->first_ns;
    collect(&capture);
    assert_says(&capture, "port-zero",
                "1,200 packets come from or go to port 0, most of them between 192.0.2.9 and 192.0.2.7.");
    const struct ps_finding *finding = only(&capture, "port-zero");
    assert_int_equal(finding->packets, 1200);
    assert_true(finding->has_port && finding->port == 0 && finding->first_ns == first_ns);
    capture_finish(&capture);
}

/* Findings about the capture as a whole: part of all packets, and whether it is told. */
static const struct {
    const char *name;
    uint64_t part, all;
    bool disorder, told;
} shares[] = {
    {"no packet twice", 0, 1000, false, false},     {"10 twice, 5%", 10, 200, false, true},
    {"9 twice, 9%", 9, 100, false, false},          {"just under 5% twice", 49, 981, false, false},
    {"all twice", 500, 1000, false, true},          {"none early", 0, 0, true, false},
    {"20 early, 1%", 20, 2000, true, true},         {"19 early, 19%", 19, 100, true, false},
    {"just under 1% early", 20, 2001, true, false}, {"all but one early", 999, 1000, true, true},
};

static void whole_capture(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        capture.snapshot.total.packets = shares[i].all;
        *(shares[i].disorder ? &capture.snapshot.disordered_packets : &capture.snapshot.duplicate_packets) =
            shares[i].part;
        capture.snapshot.first_ns = 7;
        capture.snapshot.last_ns = 8;
        collect(&capture);
        if (count_kind(&capture, shares[i].disorder ? "clock-disorder" : "duplicate-packets") != shares[i].told ||
            capture.snapshot.finding_count != shares[i].told)
            fail_msg("%s", shares[i].name);
        if (shares[i].told) {
            const struct ps_finding *finding = &capture.snapshot.finding[0];
            assert_int_equal(finding->packets, shares[i].part);
            assert_true(finding->first_ns == 7 && finding->last_ns == 8);
        }
        capture_finish(&capture);
    }
}

static void words_of_whole_capture(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    capture.snapshot.total.packets = 10000;
    capture.snapshot.duplicate_packets = 4999;
    collect(&capture);
    assert_says(&capture, "duplicate-packets",
                "4,999 of 10,000 packets (49%) are second copies of packets before them.");
    capture.snapshot.duplicate_packets = 0;
    capture.snapshot.disordered_packets = 100;
    collect(&capture);
    assert_says(&capture, "clock-disorder", "100 of 10,000 packets (1%) are earlier than the packet before them.");
    capture_finish(&capture);
}

/* Connections at one time, all to one server and port, from consecutive ports. */
static const struct {
    const char *name;
    uint16_t first;
    unsigned ports;
    bool told;
    enum ps_severity severity;
    const char *what;
} peaks[] = {
    {"just under 80% of IANA's", 49152, 13107, false, 0, NULL},
    {"80% of IANA's", 49152, 13108, true, PS_SEVERITY_WARNING,
     "192.0.2.9 used 13,108 temporary ports at once towards 443/tcp at 192.0.2.7: 80% of IANA's 49152-65535."},
    {"just under 95%", 49152, 15564, true, PS_SEVERITY_WARNING, NULL},
    {"95%", 49152, 15565, true, PS_SEVERITY_ALERT, NULL},
    {"all of Linux's", 32768, 28232, true, PS_SEVERITY_ALERT,
     "192.0.2.9 used 28,232 temporary ports at once towards 443/tcp at 192.0.2.7: 100% of Linux's 32768-60999."},
    {"80% of IANA's is not 80% of Linux's", 35000, 14000, false, 0, NULL},
};

static void exhaustion(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof peaks / sizeof peaks[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        for (unsigned k = 0; k < peaks[i].ports; k++) {
            struct ps_flow_row *flow =
                add_tcp(&capture, 9, (uint16_t)(peaks[i].first + k), 7, 443, PS_OUTCOME_ESTABLISHED);
            flow->last_ns = flow->first_ns + 60 * SECOND;
        }
        collect(&capture);
        if (capture.snapshot.finding_count != peaks[i].told)
            fail_msg("%s", peaks[i].name);
        if (peaks[i].told) {
            const struct ps_finding *finding = only(&capture, "ephemeral-ports-low");
            assert_int_equal(finding->severity, peaks[i].severity);
            assert_int_equal(finding->port, 443);
            assert_int_equal(finding->packets, 9 * peaks[i].ports);
            if (peaks[i].what != NULL)
                assert_string_equal(finding->what, peaks[i].what);
        }
        capture_finish(&capture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(low_ports),
        cmocka_unit_test(remote_procedures),
        cmocka_unit_test(datagram_at_home),
        cmocka_unit_test(words_of_low_ports),
        cmocka_unit_test(port_zero),
        cmocka_unit_test(whole_capture),
        cmocka_unit_test(words_of_whole_capture),
        cmocka_unit_test(exhaustion),
    };
    return cmocka_run_group_tests_name("findings-oddities", tests, NULL, NULL);
}
