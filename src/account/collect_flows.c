/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows become rows: with the server on its side, what became of its connections, and what it speaks; and rows become
 * services.
 */
#include "collect_flows.h"

#include <stdlib.h>
#include <string.h>

#include "portsniff/application.h"
#include "roles.h"

/* What the first payloads speak: the one named most often, the earlier one of two. */
static uint16_t application_of(const struct flow *flow)
{
    unsigned looks = FLOW_LOOKS_OF(flow->flags), most = 0, best = 0;
    for (unsigned i = 0; i < looks; i++) {
        unsigned application = flow->look[i] & 63u, votes = 0;
        for (unsigned j = 0; application && j < looks; j++)
            votes += (flow->look[j] & 63u) == application;
        if (votes > most) {
            most = votes;
            best = application;
        }
    }
    return (uint16_t)best;
}

static struct ps_count count_from(const struct flow *flow, int end)
{
    return (struct ps_count){.packets = flow->packets[end], .bytes = flow->bytes[end]};
}

static void set_outcomes(struct ps_flow_row *row, const struct flow *flow, const struct flow_extra *extra,
                         const struct role *role)
{
    struct flow_segment current = ps_flow_current(flow);
    row->state = (uint8_t)ps_flow_outcome(row->transport, &current, role->server, role->request);
    row->outcome[row->state]++;
    row->connections = 1;
    if (!extra)
        return;
    for (int i = 0; i < PS_OUTCOME_COUNT; i++)
        row->outcome[i] += extra->outcome[i];
    row->outcome[role->request ? PS_OUTCOME_UNANSWERED : PS_OUTCOME_ONE_WAY] += extra->one_way[!role->server];
    row->outcome[PS_OUTCOME_ONE_WAY] += extra->one_way[role->server];
    row->connections = 0;
    for (int i = 0; i < PS_OUTCOME_COUNT; i++)
        row->connections += row->outcome[i];
}

/* Stretches that a part kept open are connections of their own where nobody merged them. */
static void set_open_ends(struct ps_flow_row *row, const struct flow_extra *extra, const struct role *role)
{
    const struct flow_segment *open[2] = {extra && extra->has_lead ? &extra->lead : NULL,
                                          extra && extra->has_opening ? &extra->opening : NULL};
    for (int i = 0; i < 2; i++) {
        if (!open[i] || !((FLOW_SEEN(open[i]->flags, 0) | FLOW_SEEN(open[i]->flags, 1)) & SEEN_ANY))
            continue; /* none, or an ICMP error only */
        row->payload_to_server += open[i]->payload[!role->server];
        row->payload_to_client += open[i]->payload[role->server];
        row->outcome[ps_flow_outcome(row->transport, open[i], role->server, role->request)]++;
        row->connections++;
    }
}

static void make_row(const struct flows *flows, const struct flow *flow, const struct role *role,
                     struct ps_flow_row *row)
{
    const struct flow_extra *extra = ps_flows_extra(flows, flow);
    int server = role->server, client = !server;
    *row = (struct ps_flow_row){
        .transport = flow->key.transport,
        .family = flow->key.family,
        .evidence = (uint8_t)role->evidence,
        .client = ps_flows_address(flows, flow, client),
        .server = ps_flows_address(flows, flow, server),
        .client_port = client ? flow->key.port_b : flow->key.port_a,
        .server_port = server ? flow->key.port_b : flow->key.port_a,
        .application = application_of(flow),
        .to_server = count_from(flow, client),
        .to_client = count_from(flow, server),
        .payload_to_server = flow->payload[client] + (extra ? extra->payload[client] : 0),
        .payload_to_client = flow->payload[server] + (extra ? extra->payload[server] : 0),
        .first_ns = flow->first_ns,
        .last_ns = flow->last_ns,
    };
    set_outcomes(row, flow, extra, role);
    set_open_ends(row, extra, role);
}

void ps_collect_flow(const struct flows *flows, const struct roles *roles, const struct flow *flow,
                     struct ps_flow_row *ret_row)
{
    struct role role = ps_roles_of(roles, flow);
    make_row(flows, flow, &role, ret_row);
}

static int compare_flows(const void *left, const void *right)
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

static int compare_services(const void *left, const void *right)
{
    const struct ps_service_row *a = left, *b = right;
    uint64_t bytes_a = a->to_server.bytes + a->to_client.bytes, bytes_b = b->to_server.bytes + b->to_client.bytes;
    if (bytes_a != bytes_b)
        return bytes_a < bytes_b ? 1 : -1;
    if (a->transport != b->transport)
        return a->transport < b->transport ? -1 : 1;
    return a->port < b->port ? -1 : a->port > b->port;
}

/* Rows of all flows that have packets. */
static bool make_rows(const struct flows *flows, const struct roles *roles, struct services *services,
                      struct ps_snapshot *s)
{
    bool folded = true;
    for (size_t i = 0; folded && i < ps_flows_count(flows); i++) {
        struct flow flow;
        ps_flows_load(flows, i, &flow);
        if (flow.packets[0] + flow.packets[1] == 0)
            continue;
        ps_collect_flow(flows, roles, &flow, &s->flow[s->flow_count]);
        folded = ps_services_add(services, flows, &flow, &s->flow[s->flow_count++]);
    }
    return folded;
}

bool ps_collect_flows(struct flows *flows, const struct flows *before, ps_port_named *named, struct ps_snapshot *s)
{
    size_t count = ps_flows_count(flows);
    const struct services *evicted = ps_flows_evicted(flows, s);
    struct roles *roles = ps_flows_prepare(flows) ? ps_roles_create(flows, before, named) : NULL;
    struct services *services = ps_services_create();
    if (services)
        ps_services_limit(services, ps_flows_service_limit(flows));
    s->flow = calloc(count ? count : 1, sizeof(*s->flow));
    bool made = roles && services && s->flow && make_rows(flows, roles, services, s) &&
                (!evicted || ps_services_merge(services, evicted));
    if (made) {
        s->service_count = ps_services_count(services);
        ps_services_evicted(services, s);
        s->service = calloc(s->service_count ? s->service_count : 1, sizeof(*s->service));
    }
    if (made && s->service) {
        ps_services_collect(services, ps_flows_rtt(flows), s->service);
        qsort(s->flow, s->flow_count, sizeof(*s->flow), compare_flows);
        qsort(s->service, s->service_count, sizeof(*s->service), compare_services);
        s->duplicate_packets = ps_flows_duplicates(flows);
    }
    ps_roles_destroy(roles);
    ps_services_destroy(services);
    return s->service != NULL;
}
