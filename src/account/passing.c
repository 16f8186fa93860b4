/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See passing.h.  Counters lie by port in pages, so that a short interval does not pay for 65,536 ports.  What counting a
 * packet costs is the memory that it touches: so all that is usual of a port, and of the service at it, is one cache line.
 */
#include "passing.h"

#include <stdlib.h>
#include <string.h>

#include "distinct.h"
#include "passing_sides.h"
#include "portsniff/arena.h"
#include "portsniff/port_class.h"
#include "sums.h"

#define PAGE  256 /* ports */
#define PAGES (65536 / PAGE)

/* What passed by one port, and by the service there.  All of it is added up before the bytes of all ports together need
 * more than 32 bits. */
struct passing_port {
    uint32_t packets[2], wire[2], network[2], payload[2]; /* 0: sent by the port, 1: received */
    /* of the service: */
    uint32_t client_class[PS_CLASS_COUNT]; /* packets, and so flows */
    uint32_t to_server;                    /* of these */
    uint32_t bytes[2];                     /* 0: to its clients, 1: to the server */
    uint32_t payload_both;
    uint16_t crowd;   /* 1 + its number; 0: none */
    uint8_t evidence; /* the weakest */
    uint8_t outcome;  /* what became of its flows, but for those in struct unusual */
};
_Static_assert(sizeof(struct passing_port) == 64, "one cache line");

/* Flows with another outcome than the first flow of their service. */
struct unusual {
    uint32_t outcome[PS_OUTCOME_COUNT];
};

/* Who came to a service. */
struct crowd {
    struct distinct clients, servers;
};

/* Packets that are to be counted: some at a time, so that their ports can be asked for some packets ahead. */
#define WAITING 64
#define AHEAD   12

struct waiting {
    const struct flow_item *item;
    const struct flow_ends *ends;
    struct passing_port *port[2]; /* of its ends A and B */
};

struct passing {
    struct ps_arena *arena;
    struct passing_port *port[PS_TRANSPORT_COUNT][PAGES]; /* PAGE each, or NULL */
    struct unusual *unusual[PS_TRANSPORT_COUNT][PAGES];   /* the same */
    struct passing_sides sides;
    struct crowd *crowd; /* PASSING_CROWDS; the first `crowds` are somebody's */
    size_t crowds;
    struct waiting waiting[WAITING];
    size_t waiting_count;
    /* since the last clear: */
    struct ps_count to[2];  /* flows of one packet: 0: to a client, 1: to a server */
    uint64_t payload_to[2]; /* bytes */
    struct ps_traffic range[PS_CLASS_COUNT][PS_CLASS_COUNT];
    struct ps_traffic pairs[2]; /* 0: from the higher port to the lower one, 1: back, or between equal ones */
};

struct passing *ps_passing_create(ps_port_named *named)
{
    struct passing *passing = calloc(1, sizeof(*passing));
    if (!passing)
        return NULL;
    passing->sides.named = named;
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
    ps_sides_finish(&passing->sides);
    free(passing->crowd);
    ps_arena_destroy(passing->arena);
    free(passing);
}

void ps_passing_clear(struct passing *passing)
{
    leave_crowds(passing);
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++)
        for (size_t i = 0; i < PAGES; i++) {
            if (passing->port[t][i])
                memset(passing->port[t][i], 0, PAGE * sizeof(struct passing_port));
            if (passing->unusual[t][i])
                memset(passing->unusual[t][i], 0, PAGE * sizeof(struct unusual));
        }
    memset(passing->to, 0, sizeof(passing->to));
    memset(passing->payload_to, 0, sizeof(passing->payload_to));
    memset(passing->range, 0, sizeof(passing->range));
    memset(passing->pairs, 0, sizeof(passing->pairs));
}

bool ps_passing_full(const struct passing *passing)
{
    const struct ps_traffic *pairs = passing->pairs;
    return pairs[0].bytes + pairs[1].bytes > UINT32_MAX / 2 ||
           pairs[0].network_bytes + pairs[1].network_bytes > UINT32_MAX / 2;
}

/* --- counting --- */

static const struct passing_port *known(const struct passing *passing, uint8_t transport, uint16_t port)
{
    const struct passing_port *page = passing->port[transport][port / PAGE];
    return page ? &page[port % PAGE] : NULL;
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
static bool join_crowd(struct passing *passing, struct passing_port *service, const struct ps_address *client,
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

static struct unusual *unusual_at(struct passing *passing, uint8_t transport, uint16_t port)
{
    struct unusual **page = &passing->unusual[transport][port / PAGE];
    if (!*page)
        *page = ps_arena_take(passing->arena, PAGE * sizeof(**page));
    return *page ? &(*page)[port % PAGE] : NULL;
}

static uint32_t flows_of(const struct passing_port *service)
{
    uint32_t flows = 0;
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        flows += service->client_class[i];
    return flows;
}

/* A flow of another outcome than the first one's.  False: memory is out. */
__attribute__((noinline)) static bool note_unusual(struct passing *passing, struct passing_port *service,
                                                   uint8_t transport, uint16_t port, uint8_t outcome)
{
    struct unusual *unusual = unusual_at(passing, transport, port);
    if (flows_of(service) == 0)
        service->outcome = outcome;
    else if (unusual)
        unusual->outcome[outcome]++;
    return unusual != NULL;
}

static inline void add_to_service(struct passing_port *service, const struct flow_packet *packet, unsigned to_server,
                                  uint16_t client_port, enum ps_evidence evidence)
{
    service->client_class[ps_port_class(client_port)]++;
    service->to_server += to_server;
    service->bytes[to_server] += packet->wire;
    service->payload_both += packet->payload;
    service->evidence = evidence > service->evidence ? (uint8_t)evidence : service->evidence;
}

static inline void add_to_sums(struct passing *passing, const struct flow_packet *packet, unsigned to_server)
{
    passing->to[to_server].packets++;
    passing->to[to_server].bytes += packet->wire;
    passing->payload_to[to_server] += packet->payload;
}

static inline void add_to_port(struct passing_port *port, unsigned received, const struct flow_packet *packet)
{
    port->packets[received]++;
    port->wire[received] += packet->wire;
    port->network[received] += packet->network;
    port->payload[received] += packet->payload;
}

static inline void add_to_ports(struct passing *passing, const struct flow_packet *packet, uint16_t from, uint16_t to)
{
    const struct ps_traffic one = {1, packet->wire, packet->network, packet->payload};
    ps_traffic_sum(&passing->range[ps_port_class(from)][ps_port_class(to)], &one);
    ps_traffic_sum(&passing->pairs[from <= to], &one);
}

static bool add(struct passing *passing, struct hosts *hosts, const struct waiting *waiting)
{
    const struct flow_key *key = &waiting->item->key;
    const struct flow_packet *packet = &waiting->item->packet;
    const uint16_t number[2] = {key->port_a, key->port_b};
    const struct ps_address address[2] = {address_of(key, waiting->ends, 0), address_of(key, waiting->ends, 1)};
    struct lone_sides sides = ps_sides_of(&passing->sides, waiting->item, waiting->ends);
    unsigned source = packet->flags & FLOW_PACKET_FROM_B ? 1 : 0, server = sides.server;
    bool peers = sides.evidence == PS_EVIDENCE_PEERS;
    unsigned to_server = peers | (server != source);
    struct passing_port *service = waiting->port[server];
    add_to_port(waiting->port[source], 0, packet);
    add_to_port(waiting->port[!source], 1, packet);
    add_to_ports(passing, packet, number[source], number[!source]);
    if (service->outcome != sides.outcome &&
        !note_unusual(passing, service, key->transport, number[server], sides.outcome))
        return false;
    add_to_service(service, packet, to_server, number[!server], sides.evidence);
    add_to_sums(passing, packet, to_server);
    return join_crowd(passing, service, &address[!server], &address[server], key->family, peers) &&
           ps_hosts_pass(hosts, &address[source], &address[!source], key->family, packet->wire);
}

static inline void ask_for(const struct waiting *waiting)
{
    __builtin_prefetch(waiting->port[0], 1);
    __builtin_prefetch(waiting->port[1], 1);
}

bool ps_passing_count(struct passing *passing, struct hosts *hosts)
{
    const size_t n = passing->waiting_count;
    bool added = true;
    for (size_t i = 0; i < n && i < AHEAD; i++)
        ask_for(&passing->waiting[i]);
    for (size_t i = 0; i < n; i++) {
        ask_for(&passing->waiting[i + AHEAD < n ? i + AHEAD : n - 1]);
        added &= add(passing, hosts, &passing->waiting[i]);
    }
    passing->waiting_count = 0;
    return added;
}

bool ps_passing_add(struct passing *passing, struct hosts *hosts, const struct flow_item *item,
                    const struct flow_ends *ends)
{
    const struct flow_key *key = &item->key;
    struct waiting *waiting = &passing->waiting[passing->waiting_count++];
    *waiting = (struct waiting){
        .item = item,
        .ends = ends,
        .port = {port_at(passing, key->transport, key->port_a), port_at(passing, key->transport, key->port_b)}};
    bool added = waiting->port[0] && waiting->port[1] && ps_sides_open(&passing->sides, key->transport);
    passing->waiting_count -= !added;
    return added && (passing->waiting_count < WAITING || ps_passing_count(passing, hosts));
}

/* --- adding up --- */

static void note_outcomes(const struct passing *passing, const struct passing_port *from, struct ps_service_row *row)
{
    const struct unusual *page = passing->unusual[row->transport][row->port / PAGE];
    uint32_t usual = (uint32_t)row->flows;
    for (size_t i = 0; page && i < PS_OUTCOME_COUNT; i++) {
        row->outcome[i] = page[row->port % PAGE].outcome[i];
        usual -= page[row->port % PAGE].outcome[i];
    }
    row->outcome[from->outcome] = usual;
}

static bool collect_service(const struct passing *passing, const struct passing_port *from, uint8_t transport,
                            uint16_t port, struct services *services)
{
    static const struct distinct nobody;
    const struct crowd *crowd = from->crowd ? &passing->crowd[from->crowd - 1] : NULL;
    const uint32_t flows = flows_of(from);
    struct ps_service_row row = {
        .transport = transport,
        .port = port,
        .to_server = {from->to_server, from->bytes[1]},
        .to_client = {flows - from->to_server, from->bytes[0]},
        .flows = flows,
        .tcp_payload_bytes = transport == PS_TRANSPORT_TCP ? from->payload_both : 0,
    };
    row.by_evidence[from->evidence] = (struct ps_count){flows, (uint64_t)from->bytes[0] + from->bytes[1]};
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        row.client_class[i] = from->client_class[i];
    note_outcomes(passing, from, &row);
    return ps_services_add_row(services, &row, crowd ? &crowd->clients : &nobody, crowd ? &crowd->servers : &nobody);
}

void ps_passing_sum(const struct passing *passing, struct ps_count *flows, struct ps_flow_row *sum)
{
    ps_count_sum(flows, &passing->to[0]);
    ps_count_sum(flows, &passing->to[1]);
    ps_count_sum(&sum->to_client, &passing->to[0]);
    ps_count_sum(&sum->to_server, &passing->to[1]);
    sum->payload_to_client += passing->payload_to[0];
    sum->payload_to_server += passing->payload_to[1];
    sum->connections += (uint32_t)(passing->to[0].packets + passing->to[1].packets);
}

static struct ps_traffic traffic_of(const struct passing_port *from, unsigned received)
{
    return (struct ps_traffic){from->packets[received], from->wire[received], from->network[received],
                               from->payload[received]};
}

static bool collect_port(const struct passing *passing, const struct passing_port *from, uint8_t transport,
                         uint16_t port, struct services *services, struct ports *ports)
{
    struct ps_port_row row = {
        .transport = transport, .port = port, .sent = traffic_of(from, 0), .received = traffic_of(from, 1)};
    if (from->packets[0] + from->packets[1] == 0)
        return true;
    return ps_ports_add_row(ports, &row) &&
           (flows_of(from) == 0 || collect_service(passing, from, transport, port, services));
}

bool ps_passing_collect(const struct passing *passing, struct services *services, struct pairs *pairs)
{
    struct ports *ports = ps_pairs_add_others(pairs, passing->to[0].packets + passing->to[1].packets,
                                              &passing->pairs[1], &passing->pairs[0]);
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
