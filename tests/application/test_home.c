/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which application belongs on which port.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "home.h"
#include "portsniff/application.h"

struct row {
    enum ps_application application;
    enum ps_transport transport;
    uint16_t port;
    int home;
};

#define AT_HOME(application, transport, port)                           \
    {                                                                   \
        PS_APPLICATION_##application, PS_TRANSPORT_##transport, port, 1 \
    }
#define STRANGE(application, transport, port)                           \
    {                                                                   \
        PS_APPLICATION_##application, PS_TRANSPORT_##transport, port, 0 \
    }

static const struct row rows[] = {
    AT_HOME(SSH, TCP, 22),           AT_HOME(SSH, TCP, 2222),      AT_HOME(SSH, TCP, 2200),
    AT_HOME(SSH, TCP, 2299),         STRANGE(SSH, TCP, 2199),      STRANGE(SSH, TCP, 2300),
    STRANGE(SSH, TCP, 443),          STRANGE(SSH, TCP, 80),        STRANGE(SSH, TCP, 53),
    STRANGE(SSH, UDP, 22),           AT_HOME(HTTP, TCP, 80),       AT_HOME(HTTP, TCP, 8000),
    AT_HOME(HTTP, TCP, 8999),        AT_HOME(HTTP, TCP, 9200),     AT_HOME(HTTP, TCP, 5601),
    AT_HOME(HTTP, TCP, 3000),        AT_HOME(HTTP, TCP, 6443 + 1), AT_HOME(HTTP, TCP, 2379),
    AT_HOME(HTTP, TCP, 631),         AT_HOME(HTTP, TCP, 5357),     AT_HOME(HTTP, UDP, 1900),
    AT_HOME(HTTP, TCP, 60000),       STRANGE(HTTP, TCP, 22),       STRANGE(HTTP, TCP, 443),
    STRANGE(HTTP, TCP, 53),          STRANGE(HTTP, TCP, 3306),     STRANGE(HTTP, TCP, 1023),
    AT_HOME(HTTP, TCP, 1024),        AT_HOME(TLS, TCP, 443),       AT_HOME(TLS, TCP, 993),
    AT_HOME(TLS, TCP, 8443),         AT_HOME(TLS, TCP, 853),       AT_HOME(TLS, TCP, 25),
    AT_HOME(TLS, TCP, 110),          AT_HOME(TLS, TCP, 143),       AT_HOME(TLS, TCP, 389),
    AT_HOME(TLS, TCP, 5432),         AT_HOME(TLS, TCP, 21),        AT_HOME(TLS, TCP, 6443),
    AT_HOME(TLS, TCP, 2379),         STRANGE(TLS, TCP, 22),        STRANGE(TLS, TCP, 53),
    STRANGE(TLS, TCP, 80),           STRANGE(TLS, TCP, 1),         AT_HOME(QUIC, UDP, 443),
    AT_HOME(QUIC, UDP, 80),          AT_HOME(QUIC, UDP, 853),      AT_HOME(QUIC, UDP, 8443),
    STRANGE(QUIC, UDP, 53),          STRANGE(QUIC, UDP, 123),      AT_HOME(DNS, UDP, 53),
    AT_HOME(DNS, TCP, 53),           AT_HOME(DNS, UDP, 5353),      STRANGE(DNS, UDP, 443),
    STRANGE(DNS, UDP, 5000),         AT_HOME(OPENVPN, UDP, 1194),  STRANGE(OPENVPN, TCP, 443),
    STRANGE(OPENVPN, UDP, 53),       AT_HOME(OPENVPN, UDP, 20000), AT_HOME(WIREGUARD, UDP, 51820),
    STRANGE(WIREGUARD, UDP, 53),     STRANGE(MYSQL, TCP, 5432),    AT_HOME(MYSQL, TCP, 3306),
    STRANGE(MYSQL, TCP, 40000),      AT_HOME(NTP, UDP, 123),       STRANGE(NTP, TCP, 123),
    AT_HOME(BITTORRENT, TCP, 50000), STRANGE(BITTORRENT, TCP, 80), AT_HOME(STUN, UDP, 50000),
    STRANGE(STUN, UDP, 53),          STRANGE(HTTP, SCTP, 8080),    STRANGE(NONE, TCP, 5000),
};

static void test_home(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (ps_application_at_home(rows[i].application, rows[i].transport, rows[i].port) != rows[i].home)
            fail_msg("%s on %u: wanted %d", ps_application_name(rows[i].application), rows[i].port, rows[i].home);
}

static void test_expected(void **state)
{
    (void)state;
    static const struct row usual[] = {
        AT_HOME(SSH, TCP, 22),     AT_HOME(HTTP, TCP, 80), AT_HOME(TLS, TCP, 443),
        AT_HOME(QUIC, UDP, 443),   AT_HOME(DNS, UDP, 53),  AT_HOME(SMTP, TCP, 25),
        AT_HOME(MYSQL, TCP, 3306), AT_HOME(NTP, UDP, 123), AT_HOME(SYSLOG, UDP, 514),
    };
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        enum ps_application application = PS_APPLICATION_NONE;
        assert_int_equal(ps_application_expected(usual[i].transport, usual[i].port, &application), 1);
        assert_int_equal(application, usual[i].application);
    }
    enum ps_application untouched = PS_APPLICATION_VNC;
    assert_int_equal(ps_application_expected(PS_TRANSPORT_TCP, 9, &untouched), 0);
    assert_int_equal(ps_application_expected(PS_TRANSPORT_UDP, 22, &untouched), 0);
    assert_int_equal(ps_application_expected(PS_TRANSPORT_SCTP, 80, &untouched), 0);
    assert_int_equal(untouched, PS_APPLICATION_VNC);
}

/* Whoever is expected is at home; and a port is expected to be one application's. */
static void test_the_table_agrees_with_itself(void **state)
{
    (void)state;
    for (uint32_t port = 0; port < 65536; port++) {
        for (int t = PS_TRANSPORT_TCP; t <= PS_TRANSPORT_UDP; t++) {
            enum ps_application application;
            if (ps_application_expected((enum ps_transport)t, (uint16_t)port, &application) &&
                !ps_application_at_home(application, (enum ps_transport)t, (uint16_t)port))
                fail_msg("%s is expected on %u and not at home", ps_application_name(application), port);
        }
    }
    for (size_t i = 0; i < ps_application_homes_count; i++) {
        const struct ps_home *a = &ps_application_homes[i];
        assert_true(a->low <= a->high && a->transports);
        for (size_t j = 0; j < i; j++) {
            const struct ps_home *b = &ps_application_homes[j];
            if (a->usual && b->usual && (a->transports & b->transports) && a->low <= b->high && b->low <= a->high)
                fail_msg("%u is usual twice", a->low);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_home),
        cmocka_unit_test(test_expected),
        cmocka_unit_test(test_the_table_agrees_with_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
