/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The service table.
 */
#include "services.h"

#include <stddef.h>
#include <string.h>

#include "choose.h"
#include "portsniff/hash.h"
#include "portsniff/port_class.h"
#include "service_details.h"
#include "sums.h"

/* Bytes of details that a service may have in a bounded table: those that have more live on those that have less. */
#define DETAILS_EACH 1000

struct service {
    uint32_t key; /* transport << 16 | port; 0: empty */
    struct ps_service_row row;
    struct service_details details;
};

struct service_slot {
    uint32_t key;
    uint32_t zero;
    struct service *service;
};

static uint64_t service_packets(const struct service *service)
{
    return service->row.to_server.packets + service->row.to_client.packets;
}

#define TABLE_NAME          service_table
#define TABLE_ENTRY         struct service_slot
#define TABLE_KEY           uint32_t
#define TABLE_USED(e)       ((e)->key != 0)
#define TABLE_EQUAL(e, k)   ((e)->key == (k))
#define TABLE_HASH_ENTRY(e) ps_hash_word(ps_hash_seed(), (e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = (k))
#define TABLE_PACKETS(e)    service_packets((e)->service)
#include "table_template.h"

#define PORTS 65536

struct services {
    struct service_table table;
    size_t limit;                           /* 0: none */
    size_t details;                         /* bytes that they take in all */
    uint64_t *folded;                       /* a bit for each (transport, port) that was; NULL: none was */
    uint64_t evicted;                       /* how many bits are set */
    struct ps_service_row evicted_sum;      /* of those; its port means nothing */
    uint64_t evicted_bytes[PS_CLASS_COUNT]; /* by the range class of their ports */
};

struct services *ps_services_create(void)
{
    return calloc(1, sizeof(struct services));
}

static void service_free(struct service *service)
{
    if (!service)
        return;
    ps_details_finish(&service->details);
    free(service);
}

void ps_services_destroy(struct services *services)
{
    for (size_t i = 0; services && services->table.slot && i <= services->table.mask; i++)
        service_free(services->table.slot[i].service);
    if (services)
        service_table_free(&services->table);
    free(services ? services->folded : NULL);
    free(services);
}

static void merge_row(struct ps_service_row *to, const struct ps_service_row *from)
{
    ps_count_sum(&to->to_server, &from->to_server);
    ps_count_sum(&to->to_client, &from->to_client);
    to->flows += from->flows;
    for (int i = 0; i < PS_EVIDENCE_COUNT; i++)
        ps_count_sum(&to->by_evidence[i], &from->by_evidence[i]);
    for (int i = 0; i < PS_CLASS_COUNT; i++)
        to->client_class[i] += from->client_class[i];
    for (int i = 0; i < PS_OUTCOME_COUNT; i++)
        to->outcome[i] += from->outcome[i];
    to->tcp_payload_bytes += from->tcp_payload_bytes;
    to->retransmitted_bytes += from->retransmitted_bytes;
}

/* A service is now also in the sum.  False when memory is out. */
static bool note_folded(struct services *services, uint32_t key)
{
    if (!services->folded && !(services->folded = calloc((size_t)PS_TRANSPORT_COUNT * PORTS / 64, sizeof(uint64_t))))
        return false;
    uint64_t *word = &services->folded[key / 64], bit = UINT64_C(1) << key % 64;
    services->evicted += !(*word & bit);
    *word |= bit;
    return true;
}

static bool fold(struct services *services, const struct service *service)
{
    const struct ps_service_row *row = &service->row;
    merge_row(&services->evicted_sum, row);
    services->evicted_bytes[ps_port_class(row->port)] += row->to_server.bytes + row->to_client.bytes;
    return note_folded(services, service->key);
}

/* Quiet services go into one sum. */
static bool leave(void *owner, const struct service_slot *slot)
{
    struct services *services = owner;
    bool folded = fold(services, slot->service);
    services->details -= ps_details_bytes(&slot->service->details);
    service_free(slot->service);
    return folded;
}

void ps_services_limit(struct services *services, size_t limit)
{
    services->limit = limit;
}

void ps_services_evicted(const struct services *services, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->evicted_services = services->evicted;
    ret_snapshot->evicted_service_sum = services->evicted_sum;
    memcpy(ret_snapshot->evicted_service_bytes, services->evicted_bytes, sizeof(services->evicted_bytes));
}

bool ps_services_refresh(struct services *services)
{
    return service_table_refresh(&services->table, services->limit, leave, services);
}

/* NULL: it is not there. */
static struct service *known(const struct service_table *table, uint64_t hash, uint32_t key)
{
    for (size_t at = hash & table->mask; table->slot && table->slot[at].key; at = (at + 1) & table->mask)
        if (table->slot[at].key == key)
            return table->slot[at].service;
    return NULL;
}

void ps_services_ask_place(const struct services *services, uint8_t transport, uint16_t port)
{
    uint32_t key = (uint32_t)transport << 16 | port;
    if (services->table.slot)
        __builtin_prefetch(&services->table.slot[ps_hash_word(ps_hash_seed(), key) & services->table.mask]);
}

void ps_services_ask(const struct services *services, uint8_t transport, uint16_t port)
{
    uint32_t key = (uint32_t)transport << 16 | port;
    const struct service *service = known(&services->table, ps_hash_word(ps_hash_seed(), key), key);
    for (size_t at = 0; service && at < offsetof(struct service, details.rtt); at += 64)
        __builtin_prefetch((const uint8_t *)service + at, 1);
}

/* Quiet services leave while there is more known of all than there is room for.  False when memory is out. */
static bool bound_details(struct services *services)
{
    while (services->limit && services->details / DETAILS_EACH > services->limit && services->table.count > 0)
        if (!service_table_evict(&services->table, leave, services))
            return false;
    return true;
}

/* What was known of a service took `before` bytes, and now there is more.  False when memory is out. */
static bool note_details(struct services *services, struct service *service, size_t before)
{
    bool good = !services->limit || ps_details_shrink(&service->details);
    services->details += ps_details_bytes(&service->details) - before;
    return good;
}

/* The service of a key, to which `packets` are to be added; made when it is new and there is room for it. */
static enum room service_at(struct services *services, uint32_t key, uint64_t packets, struct service **ret_service)
{
    uint64_t hash = ps_hash_word(ps_hash_seed(), key);
    if (!bound_details(services))
        return ROOM_FAILED;
    *ret_service = known(&services->table, hash, key);
    if (*ret_service)
        return ROOM_MADE;
    enum room room = service_table_admit(&services->table, services->limit, packets, leave, services);
    struct service *service = room == ROOM_MADE ? calloc(1, sizeof(*service)) : NULL;
    if (!service)
        return room == ROOM_NONE ? ROOM_NONE : ROOM_FAILED;
    *service = (struct service){.key = key, .row = {.transport = (uint8_t)(key >> 16), .port = (uint16_t)key}};
    service_table_at(&services->table, hash, key)->service = service;
    *ret_service = service;
    return ROOM_MADE;
}

static void add_counts(struct ps_service_row *service, const struct ps_flow_row *row)
{
    ps_count_sum(&service->to_server, &row->to_server);
    ps_count_sum(row->evidence == PS_EVIDENCE_PEERS ? &service->to_server : &service->to_client, &row->to_client);
    ps_count_sum(&service->by_evidence[row->evidence], &row->to_server);
    ps_count_sum(&service->by_evidence[row->evidence], &row->to_client);
    service->flows += row->connections;
    service->client_class[ps_port_class(row->client_port)] += row->connections;
    for (int i = 0; i < PS_OUTCOME_COUNT; i++)
        service->outcome[i] += row->outcome[i];
}

static void sum_stretch(struct ps_service_row *row, const struct flow_segment *stretch)
{
    row->tcp_payload_bytes += stretch->payload[0] + stretch->payload[1];
    row->retransmitted_bytes += ps_flow_retransmitted(PS_TRANSPORT_TCP, stretch);
}

/* What one stretch of a connection adds. */
static bool add_stretch(struct service *service, const struct flow_segment *stretch)
{
    int64_t rtt = ps_flow_rtt(PS_TRANSPORT_TCP, stretch);
    sum_stretch(&service->row, stretch);
    return rtt < 0 || ps_details_add_rtt(&service->details, (uint64_t)rtt);
}

static bool add_tcp(struct service *service, const struct flows *flows, const struct flow *flow)
{
    const struct flow_extra *extra = ps_flows_extra(flows, flow);
    struct flow_segment current = ps_flow_current(flow);
    if (!add_stretch(service, &current))
        return false;
    if (!extra)
        return true;
    service->row.tcp_payload_bytes += extra->payload[0] + extra->payload[1];
    service->row.retransmitted_bytes += extra->retransmitted;
    /* In a part that nobody merged, the connections that it begins with count as they are. */
    return (!extra->has_lead || add_stretch(service, &extra->lead)) &&
           (!extra->has_opening || add_stretch(service, &extra->opening));
}

/* What a flow adds to the sum of services that are not told apart, and to their bytes by class. */
static void add_to_sum(struct ps_service_row *sum, uint64_t bytes[PS_CLASS_COUNT], const struct flows *flows,
                       const struct flow *flow, const struct ps_flow_row *row)
{
    add_counts(sum, row);
    bytes[ps_port_class(row->server_port)] += row->to_server.bytes + row->to_client.bytes;
    if (row->transport != PS_TRANSPORT_TCP)
        return;
    const struct flow_extra *extra = ps_flows_extra(flows, flow);
    struct flow_segment current = ps_flow_current(flow);
    sum_stretch(sum, &current);
    if (!extra)
        return;
    sum->tcp_payload_bytes += extra->payload[0] + extra->payload[1];
    sum->retransmitted_bytes += extra->retransmitted;
    if (extra->has_lead)
        sum_stretch(sum, &extra->lead);
    if (extra->has_opening)
        sum_stretch(sum, &extra->opening);
}

void ps_services_sum_rest(struct ps_rest *rest, const struct ps_rest *more)
{
    merge_row(&rest->service, &more->service);
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        rest->service_bytes[i] += more->service_bytes[i];
}

void ps_services_add_rest(struct ps_rest *rest, const struct flows *flows, const struct flow *flow,
                          const struct ps_flow_row *row)
{
    add_to_sum(&rest->service, rest->service_bytes, flows, flow, row);
}

bool ps_services_add(struct services *services, const struct flows *flows, const struct flow *flow,
                     const struct ps_flow_row *row)
{
    struct service *service;
    uint32_t key = (uint32_t)row->transport << 16 | row->server_port;
    enum room room = service_at(services, key, row->to_server.packets + row->to_client.packets, &service);
    if (room == ROOM_FAILED)
        return false;
    if (room == ROOM_NONE) {
        add_to_sum(&services->evicted_sum, services->evicted_bytes, flows, flow, row);
        return note_folded(services, key);
    }
    size_t before = ps_details_bytes(&service->details);
    add_counts(&service->row, row);
    bool good = row->transport != PS_TRANSPORT_TCP || add_tcp(service, flows, flow);
    good = good && ps_details_add_speech(&service->details, row->application) &&
           ps_details_add_ends(&service->details, row);
    return note_details(services, service, before) && good;
}

static bool merge_service(struct services *services, const struct service *from)
{
    struct service *to;
    enum room room = service_at(services, from->key, service_packets(from), &to);
    if (room != ROOM_MADE)
        return room == ROOM_NONE && fold(services, from);
    size_t before = ps_details_bytes(&to->details);
    merge_row(&to->row, &from->row);
    bool good = ps_details_merge(&to->details, &from->details);
    return note_details(services, to, before) && good;
}

bool ps_services_add_row(struct services *services, const struct ps_service_row *row, const struct distinct *clients,
                         const struct distinct *servers)
{
    const struct service from = {
        .key = (uint32_t)row->transport << 16 | row->port,
        .row = *row,
        .details = {.clients = *clients, .servers = *servers},
    };
    return merge_service(services, &from);
}

bool ps_services_merge(struct services *services, const struct services *part)
{
    if (!ps_services_refresh(services))
        return false;
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++)
        if (part->table.slot[i].service && !merge_service(services, part->table.slot[i].service))
            return false;
    for (uint32_t key = 0; part->folded && key < PS_TRANSPORT_COUNT * PORTS; key++)
        if (part->folded[key / 64] >> key % 64 & 1 && !note_folded(services, key))
            return false;
    merge_row(&services->evicted_sum, &part->evicted_sum);
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        services->evicted_bytes[i] += part->evicted_bytes[i];
    return true;
}

size_t ps_services_count(const struct services *services)
{
    return services->table.count;
}

static void make_row(const struct service *service, const struct rtt *rtt, struct ps_service_row *row)
{
    struct rtt_histogram histogram = service->details.rtt ? *service->details.rtt : (struct rtt_histogram){{0}};
    *row = service->row;
    if (row->transport == PS_TRANSPORT_TCP && rtt)
        ps_rtt_get(rtt, row->port, &histogram);
    row->rtt_count = ps_rtt_histogram_count(&histogram);
    row->rtt_p50_ns = ps_rtt_percentile(&histogram, 50);
    row->rtt_p95_ns = ps_rtt_percentile(&histogram, 95);
    row->rtt_p99_ns = ps_rtt_percentile(&histogram, 99);
    row->clients = ps_distinct_count(&service->details.clients, &row->clients_estimated);
    row->servers = ps_distinct_count(&service->details.servers, &row->servers_estimated);
    row->application = ps_details_spoken(&service->details);
}

/* A service that is not among those asked for. */
static void add_to_rest(void *owner, const void *row)
{
    struct ps_rest *rest = owner;
    const struct ps_service_row *service = row;
    rest->services++;
    merge_row(&rest->service, service);
    rest->service_bytes[ps_port_class(service->port)] += service->to_server.bytes + service->to_client.bytes;
}

bool ps_services_collect(const struct services *services, const struct rtt *rtt, struct ps_snapshot *s)
{
    struct ps_best best;
    ps_best_init(&best, s->wish.top, sizeof(struct ps_service_row), ps_choose_services(s->wish.sort), add_to_rest,
                 &s->rest);
    bool good = true;
    for (size_t i = 0; good && services->table.slot && i <= services->table.mask; i++) {
        struct ps_service_row row;
        if (!services->table.slot[i].service)
            continue;
        make_row(services->table.slot[i].service, rtt, &row);
        good = ps_best_offer(&best, &row);
    }
    s->service = good ? ps_best_take(&best, ps_service_row_compare, &s->service_count) : NULL;
    ps_best_finish(&best);
    return s->service != NULL;
}
