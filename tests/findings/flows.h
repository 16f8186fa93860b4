/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Snapshots made by hand, for the tests of findings.
 */
#ifndef PORTSNIFF_TESTS_FINDINGS_FLOWS_H
#define PORTSNIFF_TESTS_FINDINGS_FLOWS_H

#include "portsniff/findings.h"

#define SECOND INT64_C(1000000000)

/* A snapshot that grows; add flows, then collect. Failures end the test program. */
struct capture {
    struct ps_snapshot snapshot;
    size_t size;
    int64_t now_ns; /* time of the next flow; each advances it by a millisecond */
};

void capture_init(struct capture *capture);
void capture_finish(struct capture *capture);

/* 192.0.2.`host` in its lowest byte, 10.x.y.z above 255. */
struct ps_address v4(uint32_t host);
/* 2001:db8:: and the host. */
struct ps_address v6(uint32_t host);

/* Adds a flow as it is, but for times and number of connections where they are 0. The returned flow may be changed
 * until the next one is added. */
struct ps_flow_row *add_row(struct capture *capture, const struct ps_flow_row *row);
/* A TCP connection, IPv4, whose handshake was seen, of which `outcome` became; with the packets that go with it, and
 * content both ways where it worked. */
struct ps_flow_row *add_tcp(struct capture *capture, uint32_t client, uint16_t client_port, uint32_t server,
                            uint16_t server_port, enum ps_outcome outcome);
/* A UDP question, IPv4; content goes with it. */
struct ps_flow_row *add_udp(struct capture *capture, uint32_t client, uint16_t client_port, uint32_t server,
                            uint16_t server_port, enum ps_outcome outcome);

/* Collects the findings, without names of services. */
void collect(struct capture *capture);
/* How many findings have this kind. */
size_t count_kind(const struct capture *capture, const char *kind);
/* The only finding of this kind; the test fails when there is none or more. */
const struct ps_finding *only(const struct capture *capture, const char *kind);
/* The only finding has this kind and says this. */
void assert_says(const struct capture *capture, const char *kind, const char *what);
/* There is no finding; when there is, the test shows it. */
void assert_nothing(const struct capture *capture);

#endif
