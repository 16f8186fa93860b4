/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A snapshot's life: it owns its arrays and nothing else.
 */
#include "portsniff/snapshot.h"

#include <stdlib.h>
#include <string.h>

void ps_snapshot_init(struct ps_snapshot *snapshot)
{
    *snapshot =
        (struct ps_snapshot){.wish = {.tables = PS_TABLE_ALL}, .first_ns = PS_TIME_NONE, .last_ns = PS_TIME_NONE};
}

void ps_snapshot_finish(struct ps_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->finding_count; i++)
        free(snapshot->finding[i].what);
    free(snapshot->finding);
    free(snapshot->ephemeral);
    free(snapshot->service);
    free(snapshot->flow);
    free(snapshot->input);
    free(snapshot->port);
    free(snapshot->pair);
    free(snapshot->host);
    free(snapshot->time);
    free(snapshot->tunnel);
    free(snapshot->ledger);
    if (snapshot->flows.owner != NULL)
        snapshot->flows.destroy(snapshot->flows.owner);
    if (snapshot->watch.owner != NULL)
        snapshot->watch.destroy(snapshot->watch.owner);
    if (snapshot->pairs.owner != NULL)
        snapshot->pairs.destroy(snapshot->pairs.owner);
    ps_snapshot_init(snapshot);
}

size_t ps_snapshot_flows(const struct ps_snapshot *snapshot)
{
    return snapshot->flows.owner != NULL ? snapshot->flows.count : snapshot->flow_count;
}

bool ps_snapshot_flow(const struct ps_snapshot *snapshot, size_t index, struct ps_flow_row *ret_row)
{
    if (snapshot->flows.owner != NULL)
        return snapshot->flows.get(snapshot->flows.owner, index, ret_row);
    *ret_row = snapshot->flow[index];
    return true;
}

/* --- standard orders --- */

/* Larger first. */
static int descending(uint64_t a, uint64_t b)
{
    return a < b ? 1 : a > b ? -1 : 0;
}

static int ascending(uint64_t a, uint64_t b)
{
    return descending(b, a);
}

int ps_flow_row_compare(const void *left, const void *right)
{
    const struct ps_flow_row *a = left, *b = right;
    uint64_t bytes_a = a->to_server.bytes + a->to_client.bytes, bytes_b = b->to_server.bytes + b->to_client.bytes;
    if (bytes_a != bytes_b)
        return bytes_a < bytes_b ? 1 : -1;
    if (a->transport != b->transport)
        return a->transport < b->transport ? -1 : 1;
    if (a->server_port != b->server_port)
        return a->server_port < b->server_port ? -1 : 1;
    if (a->client_port != b->client_port)
        return a->client_port < b->client_port ? -1 : 1;
    int order = memcmp(&a->server, &b->server, sizeof(a->server));
    if (!order)
        order = memcmp(&a->client, &b->client, sizeof(a->client));
    if (!order && a->first_ns != b->first_ns)
        order = a->first_ns < b->first_ns ? -1 : 1;
    return order;
}

int ps_service_row_compare(const void *left, const void *right)
{
    const struct ps_service_row *a = left, *b = right;
    int order = descending(a->to_server.bytes + a->to_client.bytes, b->to_server.bytes + b->to_client.bytes);
    if (!order)
        order = ascending(a->transport, b->transport);
    return order ? order : ascending(a->port, b->port);
}

int ps_port_row_compare(const void *left, const void *right)
{
    const struct ps_port_row *a = left, *b = right;
    int order = descending(a->sent.bytes + a->received.bytes, b->sent.bytes + b->received.bytes);
    if (!order)
        order = ascending(a->transport, b->transport);
    return order ? order : ascending(a->port, b->port);
}

int ps_pair_row_compare(const void *left, const void *right)
{
    const struct ps_pair_row *a = left, *b = right;
    int order = descending(a->a_to_b.bytes + a->b_to_a.bytes, b->a_to_b.bytes + b->b_to_a.bytes);
    if (!order)
        order = ascending(a->transport, b->transport);
    if (!order)
        order = ascending(a->port_a, b->port_a);
    return order ? order : ascending(a->port_b, b->port_b);
}

int ps_host_row_compare(const void *left, const void *right)
{
    const struct ps_host_row *a = left, *b = right;
    int order = descending(a->sent.bytes + a->received.bytes, b->sent.bytes + b->received.bytes);
    if (!order)
        order = ascending(a->family, b->family);
    return order ? order : memcmp(a->address.octet, b->address.octet, sizeof(a->address.octet));
}
