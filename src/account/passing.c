/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See passing.h.  Counters lie by port in pages, so that a short interval does not pay for 65,536 ports; of a port, what it
 * sent and received is one cache line, what passed by it as a service the one behind.
 */
#include "passing.h"

#include <stdlib.h>
#include <string.h>

#include "distinct.h"
#include "portsniff/arena.h"
#include "portsniff/port_class.h"
#include "sums.h"

#define PAGE  256 /* ports */
#define PAGES (65536 / PAGE)

/* What passed by one service.  All of it is added up before the bytes of all services together need more than 32 bits. */
struct passing_service {
    uint32_t packets_to_server, packets_to_client; /* and so flows */
    uint32_t bytes_to_server, bytes_to_client;
    uint32_t tcp_payload;
    uint32_t client_class[PS_CLASS_COUNT];
    uint32_t outcome[PS_OUTCOME_COUNT];
    uint16_t crowd;   /* 1 + its number; 0: none */
    uint8_t evidence; /* the weakest */
    uint8_t zero;
};
_Static_assert(sizeof(struct passing_service) == 64, "one cache line");

struct passing_port {
    struct ps_traffic sent, received;
    struct passing_service service;
};
_Static_assert(sizeof(struct passing_port) == 128, "two cache lines");

/* Who came to a service. */
struct crowd {
    struct distinct clients, servers;
};

/* What the TCP flags of a flow's only packet say. */
struct verdict {
    bool known;
    int8_t server;      /* 0: its source is the server, 1: its destination, -1: nothing */
    uint8_t outcome[2]; /* enum ps_outcome, where the source, the destination is the server */
};

struct passing {
    ps_port_named *named;
    struct ps_arena *arena;
    struct passing_port *port[PS_TRANSPORT_COUNT][PAGES]; /* PAGE each, or NULL */
    uint8_t *names[PS_TRANSPORT_COUNT];                   /* a bit a port: it has a registered name */
    struct verdict verdict[PS_TRANSPORT_COUNT][256][2];
    struct crowd *crowd; /* PASSING_CROWDS; the first `crowds` are somebody's */
    size_t crowds;
    /* since the last clear: */
    struct ps_count flows;
    struct ps_flow_row sum;
    struct ps_traffic range[PS_CLASS_COUNT][PS_CLASS_COUNT];
    struct ps_traffic a_to_b, b_to_a; /* from the lower port to the higher one, and back */
};

struct passing *ps_passing_create(ps_port_named *named)
{
    struct passing *passing = calloc(1, sizeof(*passing));
    if (!passing)
        return NULL;
    passing->named = named;
    passing->arena = ps_arena_create();
    passing->crowd = calloc(PASSING_CROWDS, sizeof(*passing->crowd));
    if (passing->arena && passing->crowd)
        return passing;
    ps_passing_destroy(passing);
    return NULL;
}

static void leave_crowds(struct passing *passing)
{
    for (size_t i = 0; i < passing->crowds; i++) {
        ps_distinct_finish(&passing->crowd[i].clients);
        ps_distinct_finish(&passing->crowd[i].servers);
    }
    memset(passing->crowd, 0, passing->crowds * sizeof(*passing->crowd));
    passing->crowds = 0;
}

void ps_passing_destroy(struct passing *passing)
{
    if (!passing)
        return;
    leave_crowds(passing);
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++)
        free(passing->names[t]);
    free(passing->crowd);
    ps_arena_destroy(passing->arena);
    free(passing);
}

void ps_passing_clear(struct passing *passing)
{
    leave_crowds(passing);
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++)
        for (size_t i = 0; i < PAGES; i++)
            if (passing->port[t][i])
                memset(passing->port[t][i], 0, PAGE * sizeof(struct passing_port));
    passing->flows = (struct ps_count){0};
    passing->sum = (struct ps_flow_row){0};
    memset(passing->range, 0, sizeof(passing->range));
    passing->a_to_b = passing->b_to_a = (struct ps_traffic){0};
}

bool ps_passing_full(const struct passing *passing)
{
    return passing->flows.bytes > UINT32_MAX / 2 || passing->flows.packets > UINT32_MAX / 2;
}

/* --- who is the server --- */

static struct flow_extra *no_extra(void *owner, struct flow *flow)
{
    (void)owner;
    (void)flow;
    return NULL;
}

/* What the rules for flows say of a flow that has this packet only, as if end A had sent it. */
static struct verdict judge(uint8_t transport, uint8_t tcp_flags, bool payload)
{
    struct flow flow = {.key = {.transport = transport, .family = 4}};
    struct rtt *rtt = NULL;
    struct flow_context context = {.extra = no_extra, .rtt = &rtt};
    struct flow_packet packet = {.wire = 60, .network = 40, .payload = payload ? 1 : 0, .tcp_flags = tcp_flags};
    ps_flow_begin(&flow, true);
    ps_flow_add(&context, &flow, &packet);
    struct flow_segment segment = ps_flow_current(&flow);
    return (struct verdict){
        .known = true,
        .server = (int8_t)ps_flow_server(&flow),
        .outcome = {(uint8_t)ps_flow_outcome(transport, &segment, 0, false),
                    (uint8_t)ps_flow_outcome(transport, &segment, 1, false)},
    };
}

static const struct verdict *verdict_of(struct passing *passing, uint8_t transport, const struct flow_packet *packet)
{
    struct verdict *verdict = &passing->verdict[transport][packet->tcp_flags][packet->payload > 0];
    if (!verdict->known)
        *verdict = judge(transport, packet->tcp_flags, packet->payload > 0);
    return verdict;
}

static bool make_names(struct passing *passing, uint8_t transport)
{
    uint8_t *names = calloc(65536 / 8, 1);
    if (!names)
        return false;
    for (unsigned port = 0; passing->named && port < 65536; port++)
        if (passing->named((enum ps_transport)transport, (uint16_t)port))
            names[port / 8] |= (uint8_t)(1u << port % 8);
    passing->names[transport] = names;
    return true;
}

static bool is_named(const struct passing *passing, const struct flow_key *key, unsigned end)
{
    uint16_t port = end ? key->port_b : key->port_a;
    return passing->names[key->transport][port / 8] >> port % 8 & 1;
}

static bool is_group(const struct flow_key *key, const struct flow_ends *ends, unsigned end)
{
    uint8_t octet[4];
    if (key->family == 6)
        return (end ? ends->b : ends->a).octet[0] == 0xff;
    memcpy(octet, end ? &key->b : &key->a, sizeof(octet));
    return (octet[0] & 0xf0) == 0xe0 || (octet[0] & octet[1] & octet[2] & octet[3]) == 0xff;
}

/* The rungs of the ladder of evidence (roles.c) that ask no other flow. */
static unsigned server_of(const struct passing *passing, const struct verdict *verdict, const struct flow_item *item,
                          const struct flow_ends *ends, enum ps_evidence *ret_evidence)
{
    const struct flow_key *key = &item->key;
    unsigned source = item->packet.flags & FLOW_PACKET_FROM_B ? 1 : 0;
    *ret_evidence = PS_EVIDENCE_HANDSHAKE;
    if (verdict->server >= 0)
        return source ^ (unsigned)verdict->server;
    bool group[2] = {is_group(key, ends, 0), is_group(key, ends, 1)};
    *ret_evidence = PS_EVIDENCE_MULTICAST;
    if (group[0] != group[1])
        return group[1];
    *ret_evidence = PS_EVIDENCE_PEERS;
    if (key->port_a == key->port_b)
        return 1;
    bool named[2] = {is_named(passing, key, 0), is_named(passing, key, 1)};
    *ret_evidence = PS_EVIDENCE_NAME;
    if (named[0] != named[1])
        return named[1];
    bool same = ps_port_class(key->port_a) == ps_port_class(key->port_b);
    *ret_evidence = same ? PS_EVIDENCE_NUMBER : PS_EVIDENCE_CLASS;
    return key->port_b < key->port_a;
}

/* --- counting --- */

static const struct passing_port *known(const struct passing *passing, uint8_t transport, uint16_t port)
{
    const struct passing_port *page = passing->port[transport][port / PAGE];
    return page ? &page[port % PAGE] : NULL;
}

void ps_passing_ask(const struct passing *passing, const struct flow_item *item)
{
    const struct flow_key *key = &item->key;
    const struct passing_port *port[2] = {known(passing, key->transport, key->port_a),
                                          known(passing, key->transport, key->port_b)};
    for (size_t i = 0; i < 2; i++) {
        if (!port[i])
            continue;
        __builtin_prefetch(&port[i]->sent, 1);
        __builtin_prefetch(&port[i]->service, 1);
    }
}

static struct passing_port *port_at(struct passing *passing, uint8_t transport, uint16_t port)
{
    struct passing_port **page = &passing->port[transport][port / PAGE];
    if (!*page)
        *page = ps_arena_take(passing->arena, PAGE * sizeof(**page));
    return *page ? &(*page)[port % PAGE] : NULL;
}

static struct ps_address address_of(const struct flow_key *key, const struct flow_ends *ends, unsigned end)
{
    struct ps_address address = {{0}};
    if (key->family == 6)
        return end ? ends->b : ends->a;
    memcpy(address.octet, end ? &key->b : &key->a, 4);
    return address;
}

static bool join(struct distinct *distinct, const struct ps_address *address, uint8_t family)
{
    return ps_distinct_add(distinct, address, family) && ps_distinct_shrink(distinct);
}

/* `peers`: both are both. */
static bool join_crowd(struct passing *passing, struct passing_service *service, const struct ps_address *client,
                       const struct ps_address *server, uint8_t family, bool peers)
{
    if (!service->crowd) {
        if (passing->crowds == PASSING_CROWDS)
            return true;
        service->crowd = (uint16_t)++passing->crowds;
    }
    struct crowd *crowd = &passing->crowd[service->crowd - 1];
    return join(&crowd->clients, client, family) && join(&crowd->servers, server, family) &&
           (!peers || (join(&crowd->clients, server, family) && join(&crowd->servers, client, family)));
}

static void add_to_service(struct passing_service *service, const struct flow_item *item, bool to_server,
                           uint16_t client_port, enum ps_evidence evidence, enum ps_outcome outcome)
{
    const struct flow_packet *packet = &item->packet;
    service->packets_to_server += to_server;
    service->packets_to_client += !to_server;
    service->bytes_to_server += to_server ? packet->wire : 0;
    service->bytes_to_client += to_server ? 0 : packet->wire;
    service->tcp_payload += item->key.transport == PS_TRANSPORT_TCP ? packet->payload : 0;
    service->client_class[ps_port_class(client_port)]++;
    service->outcome[outcome]++;
    if (evidence > service->evidence)
        service->evidence = (uint8_t)evidence;
}

static void add_to_sums(struct passing *passing, const struct flow_item *item, bool to_server)
{
    const struct flow_packet *packet = &item->packet;
    struct ps_flow_row *sum = &passing->sum;
    const struct ps_count one = {1, packet->wire};
    ps_count_sum(&passing->flows, &one);
    ps_count_sum(to_server ? &sum->to_server : &sum->to_client, &one);
    *(to_server ? &sum->payload_to_server : &sum->payload_to_client) += packet->payload;
}

static void add_to_ports(struct passing *passing, const struct flow_packet *packet, const uint16_t number[2],
                         struct passing_port *const port[2])
{
    const struct ps_traffic one = {1, packet->wire, packet->network, packet->payload};
    unsigned source = packet->flags & FLOW_PACKET_FROM_B ? 1 : 0;
    ps_traffic_sum(&port[source]->sent, &one);
    ps_traffic_sum(&port[!source]->received, &one);
    ps_traffic_sum(&passing->range[ps_port_class(number[source])][ps_port_class(number[!source])], &one);
    ps_traffic_sum(number[source] <= number[!source] ? &passing->a_to_b : &passing->b_to_a, &one);
}

bool ps_passing_add(struct passing *passing, struct hosts *hosts, const struct flow_item *item,
                    const struct flow_ends *ends)
{
    const struct flow_key *key = &item->key;
    const struct flow_packet *packet = &item->packet;
    const uint16_t number[2] = {key->port_a, key->port_b};
    struct passing_port *port[2] = {port_at(passing, key->transport, number[0]),
                                    port_at(passing, key->transport, number[1])};
    if (!port[0] || !port[1] || (!passing->names[key->transport] && !make_names(passing, key->transport)))
        return false;
    enum ps_evidence evidence;
    const struct verdict *verdict = verdict_of(passing, key->transport, packet);
    unsigned source = packet->flags & FLOW_PACKET_FROM_B ? 1 : 0;
    unsigned server = server_of(passing, verdict, item, ends, &evidence);
    bool peers = evidence == PS_EVIDENCE_PEERS, to_server = server != source;
    const struct ps_address address[2] = {address_of(key, ends, 0), address_of(key, ends, 1)};
    struct passing_service *service = &port[server]->service;
    add_to_ports(passing, packet, number, port);
    add_to_service(service, item, peers || to_server, number[!server], evidence,
                   (enum ps_outcome)verdict->outcome[to_server]);
    add_to_sums(passing, item, to_server);
    return join_crowd(passing, service, &address[!server], &address[server], key->family, peers) &&
           ps_hosts_pass(hosts, &address[source], &address[!source], key->family, packet->wire);
}

/* --- adding up --- */

static bool collect_service(const struct passing *passing, const struct passing_service *from, uint8_t transport,
                            uint16_t port, struct services *services)
{
    static const struct distinct nobody;
    const struct crowd *crowd = from->crowd ? &passing->crowd[from->crowd - 1] : NULL;
    struct ps_service_row row = {
        .transport = transport,
        .port = port,
        .to_server = {from->packets_to_server, from->bytes_to_server},
        .to_client = {from->packets_to_client, from->bytes_to_client},
        .flows = (uint64_t)from->packets_to_server + from->packets_to_client,
        .tcp_payload_bytes = from->tcp_payload,
    };
    row.by_evidence[from->evidence] =
        (struct ps_count){row.flows, (uint64_t)from->bytes_to_server + from->bytes_to_client};
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        row.client_class[i] = from->client_class[i];
    for (size_t i = 0; i < PS_OUTCOME_COUNT; i++)
        row.outcome[i] = from->outcome[i];
    return ps_services_add_row(services, &row, crowd ? &crowd->clients : &nobody, crowd ? &crowd->servers : &nobody);
}

void ps_passing_sum(const struct passing *passing, struct ps_count *flows, struct ps_flow_row *sum)
{
    ps_count_sum(flows, &passing->flows);
    ps_count_sum(&sum->to_server, &passing->sum.to_server);
    ps_count_sum(&sum->to_client, &passing->sum.to_client);
    sum->payload_to_server += passing->sum.payload_to_server;
    sum->payload_to_client += passing->sum.payload_to_client;
    sum->connections += (uint32_t)passing->flows.packets;
}

static bool collect_port(const struct passing *passing, const struct passing_port *from, uint8_t transport,
                         uint16_t port, struct services *services, struct ports *ports)
{
    struct ps_port_row row = {.transport = transport, .port = port, .sent = from->sent, .received = from->received};
    if (from->sent.packets + from->received.packets == 0)
        return true;
    bool served = (from->service.packets_to_server | from->service.packets_to_client) != 0;
    return ps_ports_add_row(ports, &row) &&
           (!served || collect_service(passing, &from->service, transport, port, services));
}

bool ps_passing_collect(const struct passing *passing, struct services *services, struct pairs *pairs)
{
    struct ports *ports = ps_pairs_add_others(pairs, passing->flows.packets, &passing->a_to_b, &passing->b_to_a);
    bool collected = ports != NULL;
    for (int s = 0; collected && s < PS_CLASS_COUNT; s++)
        for (int d = 0; d < PS_CLASS_COUNT; d++)
            ps_ports_add_range(ports, (enum ps_port_class)s, (enum ps_port_class)d, &passing->range[s][d]);
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++) {
        for (size_t port = 0; collected && port < 65536; port++) {
            const struct passing_port *from = known(passing, (uint8_t)t, (uint16_t)port);
            collected = !from || collect_port(passing, from, (uint8_t)t, (uint16_t)port, services, ports);
        }
    }
    return collected;
}
