/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which end of a flow is the server: each kind of evidence alone, and against the next weaker kind, which names the other
 * end.  The order of packets never matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "packets.h"
#include "support/fragment_model.h"

#define UDP       PS_TRANSPORT_UDP
#define SHUFFLES  20
#define REQUEST   "GET /index.html HTTP/1.1\r\nHost: one.example\r\n\r\n"
#define ANSWER    "HTTP/1.1 200 OK\r\nServer: one\r\n\r\n"
#define GROUP_V4  0xe00000fbu /* 224.0.0.251 */
#define EVERYBODY 0xffffffffu
#define NAMED     40000

/* One flow is asked for: between `server` and `client`. */
struct scene {
    const char *name;
    void (*make)(struct packets *packets, struct end server, struct end client);
    struct end server, client;
    enum ps_evidence evidence;
};

static bool is_named(enum ps_transport transport, uint16_t port)
{
    return transport != PS_TRANSPORT_NONE && port == NAMED;
}

/* --- what the capture holds --- */

static void one_packet(struct packets *packets, struct end server, struct end client)
{
    packets_add(packets, UDP, client, server, 10);
}

static void both_ways(struct packets *packets, struct end server, struct end client)
{
    packets_add(packets, UDP, client, server, 10);
    packets_add(packets, UDP, server, client, 10);
}

static void mid_stream(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, client, server, ACK, 1, 10);
    packets_tcp(packets, server, client, ACK, 1, 10);
}

/* Other clients, with ports of their own. */
static void peers(struct packets *packets, struct end server, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        packets_add(packets, UDP, (struct end){server.family, 100 + i, (uint16_t)(51000 + i)}, server, 10);
}

static void two_more_peers(struct packets *packets, struct end server, struct end client)
{
    one_packet(packets, server, client);
    peers(packets, server, 2);
}

static void one_more_peer(struct packets *packets, struct end server, struct end client)
{
    one_packet(packets, server, client);
    peers(packets, server, 1);
}

/* A client that always uses one source port, towards one service on many hosts. */
static void fixed_source_port(struct packets *packets, struct end server, struct end client)
{
    one_packet(packets, server, client);
    for (uint32_t i = 0; i < 20; i++)
        packets_add(packets, UDP, client, (struct end){server.family, 200 + i, server.port}, 10);
}

/* Both ends have many peers: that says nothing. */
static void many_on_both_sides(struct packets *packets, struct end server, struct end client)
{
    one_packet(packets, server, client);
    peers(packets, server, 5);
    peers(packets, client, 5);
}

static void group_of_a_busy_end(struct packets *packets, struct end server, struct end client)
{
    one_packet(packets, server, client);
    peers(packets, client, 5);
}

static void refused(struct packets *packets, struct end server, struct end client)
{
    packets_add(packets, UDP, client, server, 10);
    packets_refuse(packets, UDP, client, server);
}

/* The client is gone when the answer comes. */
static void answer_refused(struct packets *packets, struct end server, struct end client)
{
    both_ways(packets, server, client);
    packets_refuse(packets, UDP, server, client);
}

static void listener(struct packets *packets, struct end server, struct end other)
{
    packets_tcp(packets, other, server, SYN, 1, 0);
    packets_tcp(packets, server, other, SYN | ACK, 1, 0);
}

static void known_listener(struct packets *packets, struct end server, struct end client)
{
    mid_stream(packets, server, client);
    listener(packets, server, (struct end){server.family, 100, 51000});
}

static void syn_to_nobody(struct packets *packets, struct end server, struct end client)
{
    mid_stream(packets, server, client);
    packets_tcp(packets, (struct end){server.family, 100, 51000}, client, SYN, 1, 0);
}

static void refused_syn(struct packets *packets, struct end server, struct end client)
{
    mid_stream(packets, server, client);
    packets_tcp(packets, (struct end){server.family, 100, 51000}, client, SYN, 1, 0);
    packets_tcp(packets, client, (struct end){server.family, 100, 51000}, RST | ACK, 0, 0);
}

static void both_listen(struct packets *packets, struct end server, struct end client)
{
    mid_stream(packets, server, client);
    listener(packets, server, (struct end){server.family, 100, 51000});
    listener(packets, client, (struct end){server.family, 101, 51001});
}

static void listener_with_refused_answer(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, server, client, ACK, 1, 10);
    packets_refuse(packets, PS_TRANSPORT_TCP, server, client);
    listener(packets, server, (struct end){server.family, 100, 51000});
}

static void request(struct packets *packets, struct end server, struct end client)
{
    packets_say(packets, client, server, REQUEST);
}

static void answer(struct packets *packets, struct end server, struct end client)
{
    packets_say(packets, server, client, ANSWER);
}

static void request_of_a_listener(struct packets *packets, struct end server, struct end client)
{
    request(packets, server, client);
    listener(packets, client, (struct end){server.family, 100, 51000});
}

static void syn(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, client, server, SYN, 1, 0);
}

static void syn_ack(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, server, client, SYN | ACK, 1, 0);
}

static void refusal(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, server, client, RST | ACK, 0, 0);
}

static void reset_with_a_number(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, client, server, RST | ACK, 5, 0);
}

static void syn_of_who_answers(struct packets *packets, struct end server, struct end client)
{
    syn(packets, server, client);
    packets_say(packets, server, client, REQUEST);
    packets_say(packets, client, server, ANSWER);
}

/* Both send SYNs, one answers with SYN and ACK. */
static void syn_ack_of_one(struct packets *packets, struct end server, struct end client)
{
    packets_tcp(packets, server, client, SYN, 7, 0);
    packets_tcp(packets, client, server, SYN, 1, 0);
    packets_tcp(packets, server, client, SYN | ACK, 7, 0);
}

static const struct scene scenes[] = {
    {"number", one_packet, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"number: in both directions", both_ways, {4, 1, 1024}, {4, 2, 49151}, PS_EVIDENCE_NUMBER},
    {"class: 1023 and 1024", one_packet, {4, 1, 1023}, {4, 2, 1024}, PS_EVIDENCE_CLASS},
    {"class: 49151 and 49152", one_packet, {4, 1, 49151}, {4, 2, 49152}, PS_EVIDENCE_CLASS},
    {"name", one_packet, {4, 1, NAMED}, {4, 2, 40001}, PS_EVIDENCE_NAME},
    {"name against number", one_packet, {4, 1, NAMED}, {4, 2, 39999}, PS_EVIDENCE_NAME},
    {"name against class", one_packet, {4, 1, NAMED}, {4, 2, 80}, PS_EVIDENCE_NAME},
    {"fan-in", two_more_peers, {4, 1, 50500}, {4, 2, 50501}, PS_EVIDENCE_FAN_IN},
    {"fan-in against name", two_more_peers, {4, 1, 50500}, {4, 2, NAMED}, PS_EVIDENCE_FAN_IN},
    {"fan-in: two peers are too few", one_more_peer, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"fan-in: many on both sides", many_on_both_sides, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"fan-in: a fixed source port is no server", fixed_source_port, {4, 1, 50400}, {4, 2, 50500}, PS_EVIDENCE_NUMBER},
    {"multicast", one_packet, {4, GROUP_V4, 50002}, {4, 2, 50001}, PS_EVIDENCE_MULTICAST},
    {"multicast: the first address", one_packet, {4, 0xe0000000u, 50002}, {4, 2, 50001}, PS_EVIDENCE_MULTICAST},
    {"multicast: the last address", one_packet, {4, 0xefffffffu, 50002}, {4, 2, 50001}, PS_EVIDENCE_MULTICAST},
    {"multicast: below", one_packet, {4, 2, 50001}, {4, 0xdfffffffu, 50002}, PS_EVIDENCE_NUMBER},
    {"multicast: above", one_packet, {4, 2, 50001}, {4, 0xf0000000u, 50002}, PS_EVIDENCE_NUMBER},
    {"multicast: equal ports", one_packet, {4, GROUP_V4, 5353}, {4, 2, 5353}, PS_EVIDENCE_MULTICAST},
    {"multicast against fan-in", group_of_a_busy_end, {4, GROUP_V4, 50002}, {4, 2, 50001}, PS_EVIDENCE_MULTICAST},
    {"broadcast", one_packet, {4, EVERYBODY, 50002}, {4, 2, 50001}, PS_EVIDENCE_MULTICAST},
    {"ICMP", refused, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_ICMP},
    {"ICMP: equal ports", refused, {4, 1, 50002}, {4, 2, 50002}, PS_EVIDENCE_ICMP},
    {"ICMP against multicast", refused, {4, 1, 50002}, {4, GROUP_V4, 50001}, PS_EVIDENCE_ICMP},
    {"ICMP: an answer that was refused", answer_refused, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"listener", known_listener, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_LISTENER},
    {"listener against ICMP", listener_with_refused_answer, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_LISTENER},
    {"listener: SYN alone makes none", syn_to_nobody, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"listener: a refused SYN makes none", refused_syn, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"listener: both", both_listen, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"request", request, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_REQUEST},
    {"answer", answer, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_REQUEST},
    {"request against listener", request_of_a_listener, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_REQUEST},
    {"SYN", syn, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_HANDSHAKE},
    {"SYN-ACK", syn_ack, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_HANDSHAKE},
    {"RST that refuses a SYN", refusal, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_HANDSHAKE},
    {"RST with a number", reset_with_a_number, {4, 1, 50001}, {4, 2, 50002}, PS_EVIDENCE_NUMBER},
    {"SYN: equal ports", syn, {4, 1, 179}, {4, 2, 179}, PS_EVIDENCE_HANDSHAKE},
    {"SYN from both, SYN-ACK from one", syn_ack_of_one, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_HANDSHAKE},
    {"SYN against request", syn_of_who_answers, {4, 1, 50002}, {4, 2, 50001}, PS_EVIDENCE_HANDSHAKE},
    {"equal ports", mid_stream, {4, 2, 50001}, {4, 1, 50001}, PS_EVIDENCE_PEERS},
    {"equal ports, one packet", one_packet, {4, 2, 123}, {4, 1, 123}, PS_EVIDENCE_PEERS},
    {"equal ports: fan-in tells nothing", two_more_peers, {4, 2, 123}, {4, 1, 123}, PS_EVIDENCE_PEERS},
};

static void check_order(const struct scene *scene, const struct packets *packets)
{
    struct ps_snapshot snapshot;
    packets_collect(packets, is_named, &snapshot);
    const struct ps_flow_row *flow = flow_between(&snapshot, scene->server, scene->client);
    struct ps_address server = end_address(scene->server), client = end_address(scene->client);
    assert_int_equal(flow->evidence, scene->evidence);
    assert_memory_equal(&flow->server, &server, sizeof(server));
    assert_memory_equal(&flow->client, &client, sizeof(client));
    assert_int_equal(flow->server_port, scene->server.port);
    assert_int_equal(flow->client_port, scene->client.port);
    ps_snapshot_finish(&snapshot);
}

static void check_ends(const struct scene *scene)
{
    struct packets packets;
    uint64_t seed = 3;
    packets_init(&packets);
    scene->make(&packets, scene->server, scene->client);
    for (int n = 0; n < SHUFFLES; n++) {
        check_order(scene, &packets);
        packets_shuffle(&packets, &seed);
    }
    packets_free(&packets);
}

/* The hosts change places too, where no address means anything by itself. */
static void check_scene(void **state)
{
    struct scene scene = *(const struct scene *)*state;
    check_ends(&scene);
    bool plain = scene.server.host < 1000 && scene.client.host < 1000 && scene.evidence != PS_EVIDENCE_PEERS;
    if (!plain)
        return;
    uint32_t host = scene.server.host;
    scene.server.host = scene.client.host;
    scene.client.host = host;
    check_ends(&scene);
    scene.server.family = scene.client.family = 6;
    check_ends(&scene);
}

/* --- what does not fit the table --- */

static void multicast_ipv6(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    struct ps_key *key = packets_add(&packets, UDP, (struct end){6, 1, 50001}, (struct end){6, 2, 50002}, 10);
    key->destination.octet[0] = 0xff; /* RFC 4291 section 2.7 */
    packets_collect(&packets, NULL, &snapshot);
    assert_int_equal(snapshot.flow_count, 1);
    assert_int_equal(snapshot.flow[0].evidence, PS_EVIDENCE_MULTICAST);
    assert_int_equal(snapshot.flow[0].server_port, 50002);
    ps_snapshot_finish(&snapshot);
    packets_free(&packets);
}

/* The flow that an ICMP error names, without any packet of it, is no row. */
static void icmp_alone_is_no_flow(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    packets_refuse(&packets, UDP, (struct end){4, 1, 50001}, (struct end){4, 2, 50002});
    packets_collect(&packets, NULL, &snapshot);
    assert_int_equal(snapshot.flow_count, 0);
    assert_int_equal(snapshot.service_count, 0);
    ps_snapshot_finish(&snapshot);
    packets_free(&packets);
}

/* A part whose flow began earlier: the handshake of the capture before counts. */
static void handshake_of_the_capture_before(void **state)
{
    (void)state;
    struct end client = {6, 1, 50001}, server = {6, 2, 50002};
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    packets_add(&packets, UDP, (struct end){6, 7, 1}, (struct end){6, 8, 2}, 10); /* other numbers of addresses */
    syn(&packets, server, client);
    mid_stream(&packets, server, client);
    struct ps_account *before = ps_account_create(), *part = ps_account_create_part();
    packets_count(&packets, 0, 2, before);
    packets_count(&packets, 2, packets.count, part);
    account_collect(part, &snapshot);
    assert_int_equal(flow_between(&snapshot, client, server)->evidence, PS_EVIDENCE_NUMBER);
    ps_snapshot_finish(&snapshot);
    ps_account_set_evidence(part, NULL, before);
    account_collect(part, &snapshot);
    const struct ps_flow_row *flow = flow_between(&snapshot, client, server);
    assert_int_equal(flow->evidence, PS_EVIDENCE_HANDSHAKE);
    assert_int_equal(flow->server_port, 50002);
    ps_snapshot_finish(&snapshot);
    ps_account_destroy(before);
    ps_account_destroy(part);
    packets_free(&packets);
}

int main(void)
{
    enum {
        SCENES = sizeof(scenes) / sizeof(scenes[0])
    };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(multicast_ipv6),
        cmocka_unit_test(icmp_alone_is_no_flow),
        cmocka_unit_test(handshake_of_the_capture_before),
    };
    struct CMUnitTest tests[SCENES + sizeof(others) / sizeof(others[0])];
    for (size_t n = 0; n < SCENES; n++)
        tests[n] = (struct CMUnitTest){
            .name = scenes[n].name, .test_func = check_scene, .initial_state = (void *)(uintptr_t)&scenes[n]};
    memcpy(tests + SCENES, others, sizeof(others));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
