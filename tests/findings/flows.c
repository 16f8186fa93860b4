/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes snapshots by hand. The flows look like those of an ordinary capture, so that a test that changes one thing
 * changes nothing else.
 */
#include "flows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START_NS (INT64_C(1767225600) * SECOND) /* 2026-01-01 */

void capture_init(struct capture *capture)
{
    ps_snapshot_init(&capture->snapshot);
    capture->size = 0;
    capture->now_ns = START_NS;
}

void capture_finish(struct capture *capture)
{
    ps_snapshot_finish(&capture->snapshot);
}

struct ps_address v4(uint32_t host)
{
    struct ps_address address = {.octet = {192, 0, 2, (uint8_t)host}};
    if (host > 255) {
        address.octet[0] = 10;
        address.octet[1] = (uint8_t)(host >> 16);
        address.octet[2] = (uint8_t)(host >> 8);
    }
    return address;
}

struct ps_address v6(uint32_t host)
{
    struct ps_address address = {.octet = {0x20, 0x01, 0x0d, 0xb8}};
    address.octet[14] = (uint8_t)(host >> 8);
    address.octet[15] = (uint8_t)host;
    return address;
}

struct ps_flow_row *add_row(struct capture *capture, const struct ps_flow_row *row)
{
    struct ps_snapshot *snapshot = &capture->snapshot;
    if (snapshot->flow_count == capture->size) {
        capture->size = capture->size > 0 ? capture->size * 2 : 64;
        snapshot->flow = realloc(snapshot->flow, capture->size * sizeof *snapshot->flow);
        assert_non_null(snapshot->flow);
    }
    struct ps_flow_row *added = &snapshot->flow[snapshot->flow_count++];
    *added = *row;
    if (added->first_ns == 0) {
        added->first_ns = capture->now_ns;
        added->last_ns = capture->now_ns + SECOND / 2000;
        capture->now_ns += SECOND / 1000;
    }
    if (added->connections == 0)
        added->connections = 1;
    return added;
}

/* Packets to the server and to the client, as they are on a network. */
static void set_packets(struct ps_flow_row *row, uint64_t to_server, uint64_t to_client)
{
    row->to_server = (struct ps_count){to_server, to_server * 74};
    row->to_client = (struct ps_count){to_client, to_client * 74};
}

static struct ps_flow_row begin_row(uint8_t transport, uint32_t client, uint16_t client_port, uint32_t server,
                                    uint16_t server_port, enum ps_outcome outcome)
{
    struct ps_flow_row row = {
        .transport = transport,
        .family = 4,
        .client = v4(client),
        .server = v4(server),
        .client_port = client_port,
        .server_port = server_port,
        .state = (uint8_t)outcome,
    };
    row.outcome[outcome] = 1;
    return row;
}

struct ps_flow_row *add_tcp(struct capture *capture, uint32_t client, uint16_t client_port, uint32_t server,
                            uint16_t server_port, enum ps_outcome outcome)
{
    static const uint64_t packets[PS_OUTCOME_COUNT][2] = {
        [PS_OUTCOME_ESTABLISHED] = {5, 4}, [PS_OUTCOME_CLOSED] = {6, 5},     [PS_OUTCOME_RESET] = {6, 4},
        [PS_OUTCOME_REFUSED] = {1, 1},     [PS_OUTCOME_UNANSWERED] = {1, 0}, [PS_OUTCOME_HALF_OPEN] = {2, 1},
        [PS_OUTCOME_ONE_WAY] = {1, 0},
    };
    struct ps_flow_row row = begin_row(PS_TRANSPORT_TCP, client, client_port, server, server_port, outcome);
    row.evidence = PS_EVIDENCE_HANDSHAKE;
    set_packets(&row, packets[outcome][0], packets[outcome][1]);
    if (outcome <= PS_OUTCOME_RESET)
        row.payload_to_server = row.payload_to_client = 100;
    return add_row(capture, &row);
}

struct ps_flow_row *add_udp(struct capture *capture, uint32_t client, uint16_t client_port, uint32_t server,
                            uint16_t server_port, enum ps_outcome outcome)
{
    struct ps_flow_row row = begin_row(PS_TRANSPORT_UDP, client, client_port, server, server_port, outcome);
    row.evidence = outcome == PS_OUTCOME_ONE_WAY ? PS_EVIDENCE_NAME : PS_EVIDENCE_REQUEST;
    set_packets(&row, 1, outcome == PS_OUTCOME_ESTABLISHED);
    row.payload_to_server = 32;
    row.payload_to_client = outcome == PS_OUTCOME_ESTABLISHED ? 64 : 0;
    return add_row(capture, &row);
}

void collect(struct capture *capture)
{
    assert_int_equal(ps_findings_collect(&capture->snapshot, NULL), 0);
}

size_t count_kind(const struct capture *capture, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < capture->snapshot.finding_count; i++)
        count += strcmp(capture->snapshot.finding[i].kind, kind) == 0;
    return count;
}

const struct ps_finding *only(const struct capture *capture, const char *kind)
{
    const struct ps_finding *found = NULL;
    assert_int_equal(count_kind(capture, kind), 1);
    for (size_t i = 0; i < capture->snapshot.finding_count; i++) {
        if (strcmp(capture->snapshot.finding[i].kind, kind) == 0)
            found = &capture->snapshot.finding[i];
    }
    return found;
}

void assert_says(const struct capture *capture, const char *kind, const char *what)
{
    const struct ps_finding *finding = only(capture, kind);
    assert_string_equal(finding->what, what);
    assert_int_equal(capture->snapshot.finding_count, 1);
    assert_true(strlen(finding->why) > 20 && strlen(finding->next) > 20);
}

void assert_nothing(const struct capture *capture)
{
    for (size_t i = 0; i < capture->snapshot.finding_count; i++)
        print_error("%s: %s\n", capture->snapshot.finding[i].kind, capture->snapshot.finding[i].what);
    assert_int_equal(capture->snapshot.finding_count, 0);
}
