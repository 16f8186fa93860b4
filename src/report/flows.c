/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Order and sums of flows, for the views of them.
 */
#include "flows.h"

#include <string.h>

#include "views.h"

/* The snapshot's own order, by bytes, decides ties: all rows are of one array. */
static int by_rank(const struct ps_flow_row *a, const struct ps_flow_row *b, uint64_t of_a, uint64_t of_b)
{
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    return a < b ? -1 : a > b;
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_flow_row *a = *(const struct ps_flow_row *const *)left;
    const struct ps_flow_row *b = *(const struct ps_flow_row *const *)right;
    return by_rank(a, b, a->to_server.packets + a->to_client.packets, b->to_server.packets + b->to_client.packets);
}

static int by_connections(const void *left, const void *right)
{
    const struct ps_flow_row *a = *(const struct ps_flow_row *const *)left;
    const struct ps_flow_row *b = *(const struct ps_flow_row *const *)right;
    return by_rank(a, b, a->connections, b->connections);
}

/* By the server's port: the flows of a service stand together. */
static int by_port(const void *left, const void *right)
{
    const struct ps_flow_row *a = *(const struct ps_flow_row *const *)left;
    const struct ps_flow_row *b = *(const struct ps_flow_row *const *)right;
    if (a->server_port != b->server_port)
        return a->server_port < b->server_port ? -1 : 1;
    if (a->transport != b->transport)
        return (int)a->transport - (int)b->transport;
    return a < b ? -1 : a > b;
}

/* A flow has one client: that order is the one by bytes. */
static int (*const orders[PS_SORT_COUNT])(const void *, const void *) = {
    [PS_SORT_PACKETS] = by_packets,
    [PS_SORT_PORT] = by_port,
    [PS_SORT_FLOWS] = by_connections,
};

static void add_row(struct ps_flow_row *sum, const struct ps_flow_row *row)
{
    ps_count_add(&sum->to_server, &row->to_server);
    ps_count_add(&sum->to_client, &row->to_client);
    sum->payload_to_server += row->payload_to_server;
    sum->payload_to_client += row->payload_to_client;
    sum->connections += row->connections;
}

const struct ps_report_flows *ps_report_flows(struct ps_report *report, size_t shown)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct ps_report_flows *flows = ps_report_alloc(report, 1, sizeof(*flows));
    int (*order)(const void *, const void *) = orders[report->options->sort];
    if (flows == NULL)
        return NULL;
    flows->report = report;
    if (order != NULL) {
        flows->order = ps_report_order(report, snapshot->flow, snapshot->flow_count, sizeof(*snapshot->flow), order);
        if (flows->order == NULL)
            return NULL;
    }
    for (size_t i = 0; i < snapshot->flow_count; i++) {
        const struct ps_flow_row *row = ps_report_flow(flows, i);
        flows->bytes += row->to_server.bytes + row->to_client.bytes;
        if (i >= shown)
            add_row(&flows->other, row);
    }
    flows->bytes += snapshot->rest.flow.to_server.bytes + snapshot->rest.flow.to_client.bytes;
    add_row(&flows->other, &snapshot->rest.flow);
    flows->bytes += snapshot->evicted_flows.bytes;
    add_row(&flows->other, &snapshot->evicted_flow_sum);
    return flows;
}

static bool in_network(const struct ps_network *network, const struct ps_address *address)
{
    unsigned whole = network->prefix / 8, rest = network->prefix % 8;
    if (memcmp(network->address.octet, address->octet, whole) != 0)
        return false;
    return rest == 0 || ((network->address.octet[whole] ^ address->octet[whole]) & (0xff00u >> rest) & 0xffu) == 0;
}

static bool is_local(const struct ps_report_options *options, const struct ps_address *address, uint8_t family)
{
    for (size_t i = 0; i < options->local_count; i++)
        if (options->local[i].family == family && in_network(&options->local[i], address))
            return true;
    return false;
}

enum ps_local_end ps_flow_local_end(const struct ps_report_options *options, const struct ps_flow_row *flow)
{
    bool client = is_local(options, &flow->client, flow->family);
    bool server = is_local(options, &flow->server, flow->family);
    return client == server ? PS_LOCAL_NONE : client ? PS_LOCAL_CLIENT : PS_LOCAL_SERVER;
}

const struct ps_flow_row *ps_report_flow(const struct ps_report_flows *flows, size_t index)
{
    if (index == PS_INDEX_OTHER)
        return &flows->other;
    return flows->order != NULL ? flows->order[index] : &flows->report->snapshot->flow[index];
}
