/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Order, sums and quotients of services, for the views of them.
 */
#include "services.h"

#include "views.h"

uint64_t ps_service_bytes(const struct ps_service_row *row)
{
    return row->to_server.bytes + row->to_client.bytes;
}

uint64_t ps_service_packets(const struct ps_service_row *row)
{
    return row->to_server.packets + row->to_client.packets;
}

uint64_t ps_service_measured(const struct ps_service_row *row)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i <= PS_EVIDENCE_MEASURED; i++)
        bytes += row->by_evidence[i].bytes;
    return bytes;
}

uint64_t ps_service_answered(const struct ps_service_row *row, uint64_t *ret_tried)
{
    uint64_t tried = 0;
    for (size_t i = 0; i < PS_OUTCOME_COUNT; i++)
        tried += i != PS_OUTCOME_ONE_WAY ? row->outcome[i] : 0;
    *ret_tried = tried;
    return row->outcome[PS_OUTCOME_ESTABLISHED] + row->outcome[PS_OUTCOME_CLOSED] + row->outcome[PS_OUTCOME_RESET];
}

/* --- orders; the snapshot's own, by bytes, decides ties: all rows are of one array --- */

static int by_rank(const struct ps_service_row *a, const struct ps_service_row *b, uint64_t of_a, uint64_t of_b)
{
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    return a < b ? -1 : a > b;
}

static int by_bytes(const void *left, const void *right)
{
    const struct ps_service_row *a = *(const struct ps_service_row *const *)left;
    const struct ps_service_row *b = *(const struct ps_service_row *const *)right;
    return by_rank(a, b, ps_service_bytes(a), ps_service_bytes(b));
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_service_row *a = *(const struct ps_service_row *const *)left;
    const struct ps_service_row *b = *(const struct ps_service_row *const *)right;
    return by_rank(a, b, ps_service_packets(a), ps_service_packets(b));
}

static int by_flows(const void *left, const void *right)
{
    const struct ps_service_row *a = *(const struct ps_service_row *const *)left;
    const struct ps_service_row *b = *(const struct ps_service_row *const *)right;
    return by_rank(a, b, a->flows, b->flows);
}

static int by_clients(const void *left, const void *right)
{
    const struct ps_service_row *a = *(const struct ps_service_row *const *)left;
    const struct ps_service_row *b = *(const struct ps_service_row *const *)right;
    return by_rank(a, b, a->clients, b->clients);
}

static int by_port(const void *left, const void *right)
{
    const struct ps_service_row *a = *(const struct ps_service_row *const *)left;
    const struct ps_service_row *b = *(const struct ps_service_row *const *)right;
    if (a->port != b->port)
        return a->port < b->port ? -1 : 1;
    return (int)a->transport - (int)b->transport;
}

static int (*const orders[PS_SORT_COUNT])(const void *, const void *) = {
    [PS_SORT_BYTES] = by_bytes, [PS_SORT_PACKETS] = by_packets, [PS_SORT_PORT] = by_port,
    [PS_SORT_FLOWS] = by_flows, [PS_SORT_CLIENTS] = by_clients,
};

static void add_row(struct ps_service_row *sum, const struct ps_service_row *row)
{
    ps_count_add(&sum->to_server, &row->to_server);
    ps_count_add(&sum->to_client, &row->to_client);
    sum->flows += row->flows;
    for (size_t i = 0; i < PS_EVIDENCE_COUNT; i++)
        ps_count_add(&sum->by_evidence[i], &row->by_evidence[i]);
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        sum->client_class[i] += row->client_class[i];
    for (size_t i = 0; i < PS_OUTCOME_COUNT; i++)
        sum->outcome[i] += row->outcome[i];
    sum->tcp_payload_bytes += row->tcp_payload_bytes;
    sum->retransmitted_bytes += row->retransmitted_bytes;
}

const struct ps_report_services *ps_report_services(struct ps_report *report, size_t shown)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct ps_report_services *services = ps_report_alloc(report, 1, sizeof(*services));
    const void *const *order = ps_report_order(report, snapshot->service, snapshot->service_count,
                                               sizeof(*snapshot->service), orders[report->options->sort]);
    if (services == NULL || order == NULL)
        return NULL;
    services->report = report;
    services->order = order;
    for (size_t i = 0; i < snapshot->service_count; i++) {
        const struct ps_service_row *row = order[i];
        services->bytes += ps_service_bytes(row);
        services->measured += ps_service_measured(row);
        if (i >= shown)
            add_row(&services->other, row);
    }
    const struct ps_service_row *unseen[] = {&snapshot->rest.service, &snapshot->evicted_service_sum};
    for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++) {
        services->bytes += ps_service_bytes(unseen[i]);
        services->measured += ps_service_measured(unseen[i]);
        add_row(&services->other, unseen[i]);
    }
    return services;
}

uint64_t ps_services_left(const struct ps_snapshot *snapshot)
{
    uint64_t ports = snapshot->port_count + snapshot->rest.ports;
    uint64_t services = snapshot->service_count + snapshot->rest.services;
    uint64_t most = ports > services ? ports - services : 0;
    return snapshot->evicted_services < most ? snapshot->evicted_services : most;
}

const struct ps_service_row *ps_report_service(const struct ps_report_services *services, size_t index)
{
    return index == PS_INDEX_OTHER ? &services->other : services->order[index];
}

struct ps_class_roles ps_class_roles(const struct ps_snapshot *snapshot)
{
    struct ps_class_roles roles = {.server = {0}};
    for (size_t i = 0; i < snapshot->service_count; i++) {
        const struct ps_service_row *row = &snapshot->service[i];
        roles.server[ps_port_class(row->port)] += ps_service_bytes(row);
    }
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        roles.server[i] += snapshot->rest.service_bytes[i] + snapshot->evicted_service_bytes[i];
    /* A packet has two ends: what is at a class and not its server's end is its client's. */
    for (size_t one = 0; one < PS_CLASS_COUNT; one++) {
        uint64_t both = 0;
        for (size_t other = 0; other < PS_CLASS_COUNT; other++)
            both += snapshot->range[one][other].bytes + snapshot->range[other][one].bytes;
        roles.client[one] = both > roles.server[one] ? both - roles.server[one] : 0;
    }
    return roles;
}
