/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What speaks where: services on ports that are not theirs, and logins in clear text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flows.h"
#include "portsniff/application.h"

#define ODD   "service-on-other-port"
#define CLEAR "clear-text-login"

/* One connection per row, TCP with content both ways unless the row says otherwise. */
static const struct {
    const char *name;
    uint16_t client_port, port;
    enum ps_application application;
    enum ps_evidence evidence;
    const char *kind; /* NULL: nothing is told */
    enum ps_severity severity;
    enum ps_transport transport;
} rows[] = {
    {"SSH on 443", 40000, 443, PS_APPLICATION_SSH, PS_EVIDENCE_HANDSHAKE, ODD, PS_SEVERITY_WARNING, 0},
    {"HTTP on 22", 40000, 22, PS_APPLICATION_HTTP, PS_EVIDENCE_HANDSHAKE, ODD, PS_SEVERITY_WARNING, 0},
    {"SSH on 3306", 40000, 3306, PS_APPLICATION_SSH, PS_EVIDENCE_HANDSHAKE, ODD, PS_SEVERITY_WARNING, 0},
    {"SSH on a free port", 40000, 4711, PS_APPLICATION_SSH, PS_EVIDENCE_HANDSHAKE, ODD, PS_SEVERITY_NOTE, 0},
    {"SSH on a free port below 1024", 40000, 1001, PS_APPLICATION_SSH, PS_EVIDENCE_HANDSHAKE, ODD, PS_SEVERITY_WARNING,
     0},
    {"SSH on 443, the server listens", 40000, 443, PS_APPLICATION_SSH, PS_EVIDENCE_LISTENER, ODD, PS_SEVERITY_WARNING,
     0},
    {"SSH on 443, guessed", 40000, 443, PS_APPLICATION_SSH, PS_EVIDENCE_CLASS, ODD, PS_SEVERITY_WARNING, 0},
    {"SSH between 22 and 443, guessed", 22, 443, PS_APPLICATION_SSH, PS_EVIDENCE_NAME, NULL, 0, 0},
    {"SSH from 22 to 443", 22, 443, PS_APPLICATION_SSH, PS_EVIDENCE_LISTENER, ODD, PS_SEVERITY_WARNING, 0},
    {"SSH on 22", 40000, 22, PS_APPLICATION_SSH, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"TLS on 443", 40000, 443, PS_APPLICATION_TLS, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"TLS on 8443", 40000, 8443, PS_APPLICATION_TLS, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"HTTP on 8080", 40000, 8080, PS_APPLICATION_HTTP, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"HTTP on 9200", 40000, 9200, PS_APPLICATION_HTTP, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"unknown on 443", 40000, 443, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"unknown on 22", 40000, 22, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"SCTP, where no homes are known", 40000, 443, PS_APPLICATION_SSH, PS_EVIDENCE_REQUEST, NULL, 0, PS_TRANSPORT_SCTP},
    {"Telnet", 40000, 23, PS_APPLICATION_TELNET, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_WARNING, 0},
    {"23, not recognised", 40000, 23, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_WARNING, 0},
    {"23, guessed", 40000, 23, PS_APPLICATION_NONE, PS_EVIDENCE_NAME, CLEAR, PS_SEVERITY_WARNING, 0},
    {"23, peers", 23, 23, PS_APPLICATION_NONE, PS_EVIDENCE_PEERS, NULL, 0, 0},
    {"23 with TLS", 40000, 23, PS_APPLICATION_TLS, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"24 is no login", 40000, 24, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"FTP", 40000, 21, PS_APPLICATION_FTP, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_WARNING, 0},
    {"FTP data", 40000, 20, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"rlogin", 1022, 513, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_WARNING, 0},
    {"rsh", 1022, 514, PS_APPLICATION_NONE, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_WARNING, 0},
    {"syslog on rsh's port", 40000, 514, PS_APPLICATION_SYSLOG, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"POP3", 40000, 110, PS_APPLICATION_POP3, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_NOTE, 0},
    {"POP3 in TLS", 40000, 995, PS_APPLICATION_TLS, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"IMAP", 40000, 143, PS_APPLICATION_IMAP, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_NOTE, 0},
    {"LDAP", 40000, 389, PS_APPLICATION_LDAP, PS_EVIDENCE_HANDSHAKE, CLEAR, PS_SEVERITY_NOTE, 0},
    {"LDAP over UDP", 40000, 389, PS_APPLICATION_LDAP, PS_EVIDENCE_REQUEST, NULL, 0, PS_TRANSPORT_UDP},
    {"SMTP", 40000, 25, PS_APPLICATION_SMTP, PS_EVIDENCE_HANDSHAKE, NULL, 0, 0},
    {"SSH on Telnet's port is told once", 40000, 23, PS_APPLICATION_SSH, PS_EVIDENCE_HANDSHAKE, ODD,
     PS_SEVERITY_WARNING, 0},
};

static void what_speaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct capture capture;
        capture_init(&capture);
        struct ps_flow_row *flow = add_tcp(&capture, 1, rows[i].client_port, 7, rows[i].port, PS_OUTCOME_CLOSED);
        flow->application = (uint16_t)rows[i].application;
        flow->evidence = (uint8_t)rows[i].evidence;
        if (rows[i].transport != PS_TRANSPORT_NONE)
            flow->transport = (uint8_t)rows[i].transport;
        collect(&capture);
        if (capture.snapshot.finding_count != (rows[i].kind != NULL))
            fail_msg("%s: %zu findings", rows[i].name, capture.snapshot.finding_count);
        if (rows[i].kind != NULL) {
            const struct ps_finding *finding = &capture.snapshot.finding[0];
            if (strcmp(finding->kind, rows[i].kind) != 0 || finding->severity != rows[i].severity)
                fail_msg("%s: %s of severity %d", rows[i].name, finding->kind, finding->severity);
            assert_true(finding->has_port);
            assert_int_equal(finding->port, rows[i].port);
            assert_int_equal(finding->packets, 11);
        }
        capture_finish(&capture);
    }
}

static void words_of_odd_service(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    for (uint16_t i = 0; i < 12; i++)
        add_tcp(&capture, i % 3, 40000 + i, 7, 443, PS_OUTCOME_CLOSED)->application = PS_APPLICATION_SSH;
    for (uint16_t i = 0; i < 30; i++) /* both share the port: only what is odd counts */
        add_tcp(&capture, 9, 41000 + i, 7, 443, PS_OUTCOME_CLOSED)->application = PS_APPLICATION_TLS;
    collect(&capture);
    assert_says(&capture, ODD, "SSH speaks on 443/tcp at 192.0.2.7 (12 connections, 3 clients).");
    const struct ps_finding *finding = only(&capture, ODD);
    assert_int_equal(finding->packets, 12 * 11);
    assert_int_equal(finding->family, 4);
    assert_int_equal(finding->address.octet[3], 7);
    assert_true(finding->first_ns == capture.snapshot.flow[0].first_ns);
    assert_true(finding->last_ns == capture.snapshot.flow[11].last_ns);
    capture_finish(&capture);
}

static void names_of_ports(void **state)
{
    (void)state;
    struct ps_names *names;
    assert_int_equal(ps_names_create(NULL, 0, &names, NULL), 0);
    struct capture capture;
    capture_init(&capture);
    struct ps_flow_row *flow = add_tcp(&capture, 1, 40000, 7, 443, PS_OUTCOME_CLOSED);
    flow->application = PS_APPLICATION_SSH;
    flow->family = 6;
    flow->client = v6(1);
    flow->server = v6(7);
    assert_int_equal(ps_findings_collect(&capture.snapshot, names), 0);
    assert_says(&capture, ODD, "SSH speaks on 443/tcp at 2001:db8::7 (1 connection, 1 client); 443 is https.");
    capture_finish(&capture);
    ps_names_destroy(names);
}

static void most_connections_name_it(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_tcp(&capture, 1, 40000, 7, 443, PS_OUTCOME_CLOSED)->application = PS_APPLICATION_SSH;
    struct ps_flow_row *flow = add_tcp(&capture, 1, 40001, 7, 443, PS_OUTCOME_CLOSED);
    flow->application = PS_APPLICATION_REDIS;
    flow->connections = 2;
    collect(&capture);
    assert_says(&capture, ODD, "Redis speaks on 443/tcp at 192.0.2.7 (2 connections, 1 client).");
    capture_finish(&capture);
}

/* A request that is sent to a wrong port is not a service. */
static void server_that_says_nothing(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    struct ps_flow_row *flow = add_tcp(&capture, 1, 40000, 7, 22, PS_OUTCOME_CLOSED);
    flow->application = PS_APPLICATION_HTTP;
    flow->payload_to_client = 0;
    collect(&capture);
    assert_nothing(&capture);
    capture_finish(&capture);
}

static void content_one_way_is_no_login(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct capture capture;
        capture_init(&capture);
        struct ps_flow_row *flow = add_tcp(&capture, 1, 40000, 7, 23, PS_OUTCOME_CLOSED);
        *(way == 0 ? &flow->payload_to_client : &flow->payload_to_server) = 0;
        collect(&capture);
        assert_nothing(&capture);
        capture_finish(&capture);
    }
}

static void words_of_login(void **state)
{
    (void)state;
    struct capture capture;
    capture_init(&capture);
    add_tcp(&capture, 1, 40000, 7, 23, PS_OUTCOME_CLOSED);
    add_tcp(&capture, 2, 40000, 7, 23, PS_OUTCOME_CLOSED);
    collect(&capture);
    assert_says(&capture, CLEAR, "Telnet in clear text on 23/tcp at 192.0.2.7 (2 connections, 2 clients).");
    capture_finish(&capture);
    capture_init(&capture);
    add_tcp(&capture, 1, 40000, 7, 143, PS_OUTCOME_CLOSED);
    collect(&capture);
    assert_says(&capture, CLEAR, "IMAP without TLS from the start on 143/tcp at 192.0.2.7 (1 connection, 1 client).");
    assert_non_null(strstr(only(&capture, CLEAR)->why, "STARTTLS"));
    capture_finish(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_speaks),
        cmocka_unit_test(words_of_odd_service),
        cmocka_unit_test(names_of_ports),
        cmocka_unit_test(most_connections_name_it),
        cmocka_unit_test(server_that_says_nothing),
        cmocka_unit_test(content_one_way_is_no_login),
        cmocka_unit_test(words_of_login),
    };
    return cmocka_run_group_tests_name("findings-services", tests, NULL, NULL);
}
