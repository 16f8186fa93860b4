/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows become rows: with the server on its side, what became of its connections, and what it speaks; and rows become
 * services.
 */
#include "collect_flows.h"

#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "collect_sums.h"
#include "portsniff/application.h"
#include "portsniff/parallel.h"
#include "roles.h"
#include "service_ranks.h"
#include "sums.h"

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

void ps_collect_flow(const struct flows *flows, const struct roles *roles, size_t index, const struct flow *flow,
                     struct ps_flow_row *ret_row)
{
    struct role role = ps_roles_of(roles, index);
    make_row(flows, flow, &role, ret_row);
}

static bool has_packets(const struct flow *flow)
{
    return flow->packets[0] + flow->packets[1] != 0;
}

/* --- the flows of a snapshot, read again --- */

static bool get_flow(const void *owner, size_t index, struct ps_flow_row *ret_row)
{
    const struct roles *roles = owner;
    struct flow flow;
    ps_flows_load(roles->flows, index, &flow);
    if (!has_packets(&flow))
        return false;
    ps_collect_flow(roles->flows, roles, index, &flow, ret_row);
    return true;
}

static void destroy_source(void *owner)
{
    ps_roles_destroy(owner);
}

/* --- once over all flows --- */

/* What one worker makes of its flows. */
struct gatherer {
    struct services *services; /* those that are shown, or all when that is told at the end */
    struct service_ranks ranks;
    struct ports *ports;
    struct ps_best best; /* flow rows */
    struct ps_rest rest;
    struct ps_count port_zero;
    bool failed; /* memory was out */
};

struct gathering {
    const struct flows *flows;
    struct roles *roles;
    bool ranked; /* only services that the ranks show get a row */
    struct ps_snapshot *snapshot;
    unsigned workers;
    struct gatherer by[PS_WORKERS_MAX];
};

static void add_to_rest(void *owner, const void *left)
{
    struct ps_rest *rest = owner;
    const struct ps_flow_row *row = left;
    rest->flows++;
    ps_count_sum(&rest->flow.to_server, &row->to_server);
    ps_count_sum(&rest->flow.to_client, &row->to_client);
    rest->flow.payload_to_server += row->payload_to_server;
    rest->flow.payload_to_client += row->payload_to_client;
    rest->flow.connections += row->connections;
}

/* Bytes per service, where they decide which services are made. */
static void rank_service(void *owner, unsigned worker, const struct flow *flow, int server)
{
    struct gathering *g = owner;
    struct gatherer *by = &g->by[worker];
    uint16_t port = server ? flow->key.port_b : flow->key.port_a;
    if (has_packets(flow))
        by->failed |= !ps_service_ranks_add(&by->ranks, flow->key.transport, port, flow->packets[0] + flow->packets[1],
                                            flow->bytes[0] + flow->bytes[1]);
}

static bool choose_services(struct gathering *g)
{
    struct service_ranks *ranks = &g->by[0].ranks;
    bool good = !g->by[0].failed;
    for (unsigned w = 1; w < g->workers; w++) {
        const struct service_ranks *more = &g->by[w].ranks;
        good = good && !g->by[w].failed;
        for (size_t i = 0; good && i < more->count; i++) {
            const struct service_rank *rank = &more->rank[i];
            good = ps_service_ranks_add(ranks, rank->transport, rank->port, rank->packets, rank->bytes);
        }
    }
    return good && ps_service_ranks_choose(ranks, g->snapshot->wish.top, g->snapshot->wish.sort);
}

static bool tell_roles(struct gathering *g, const struct flows *before, ps_port_named *named)
{
    const struct ps_wish *wish = &g->snapshot->wish;
    struct role_watch watch = {.see = rank_service, .owner = g};
    bool limited = ps_flows_evicted(g->flows, g->snapshot) || ps_flows_service_limit(g->flows);
    g->ranked = wish->top && ps_service_ranks_suffice(wish->sort) && !limited;
    g->roles = ps_roles_create(g->flows, before, named, g->workers, g->ranked ? &watch : NULL);
    return g->roles && (!g->ranked || choose_services(g));
}

void ps_port_zero_add(struct ps_count *zero, const struct ps_pair_row *pair)
{
    if (pair->port_a != 0)
        return; /* the lower one of the two */
    zero->packets += pair->a_to_b.packets + pair->b_to_a.packets;
    zero->bytes += pair->a_to_b.bytes + pair->b_to_a.bytes;
}

static bool gather_row(struct gathering *g, unsigned worker, size_t index, const struct flow *flow)
{
    const struct ps_snapshot *s = g->snapshot;
    struct gatherer *by = &g->by[worker];
    struct ps_flow_row row;
    ps_collect_flow(g->flows, g->roles, index, flow, &row);
    if (s->watch.owner && !s->watch.see(s->watch.owner, worker, index, &row))
        return false;
    if (!(s->wish.tables & PS_TABLE_FLOWS))
        add_to_rest(&by->rest, &row);
    else if (!ps_best_offer(&by->best, &row))
        return false;
    if (!g->ranked || ps_service_shown(&g->by[0].ranks, row.transport, row.server_port))
        return ps_services_add(by->services, g->flows, flow, &row);
    ps_services_add_rest(&by->rest, g->flows, flow, &row);
    return true;
}

static bool gather_flows(void *context, unsigned worker, size_t from, size_t to)
{
    struct gathering *g = context;
    struct gatherer *by = &g->by[worker];
    struct pair_source *pairs = g->snapshot->pairs.owner;
    bool good = true;
    if (pairs)
        ps_collect_pairs_share(pairs, worker, from);
    for (size_t i = from; good && i < to; i++) {
        struct flow flow;
        struct ps_pair_row pair;
        ps_flows_load(g->flows, i, &flow);
        if (!has_packets(&flow))
            continue;
        ps_collect_pair(g->flows, &flow, &pair);
        ps_port_zero_add(&by->port_zero, &pair);
        if (pairs)
            ps_collect_pairs_add(pairs, worker, &flow.key, i);
        good = ps_ports_add_pair(by->ports, &pair) && gather_row(g, worker, i, &flow);
    }
    return good;
}

/* Adds what another worker made to what the first one did. */
static bool join(struct gathering *g, struct gatherer *more)
{
    struct gatherer *to = &g->by[0];
    ps_count_sum(&to->port_zero, &more->port_zero);
    to->rest.flows += more->rest.flows - 1; /* the sum itself is none */
    add_to_rest(&to->rest, &more->rest.flow);
    ps_services_sum_rest(&to->rest, &more->rest);
    bool good = ps_ports_merge(to->ports, more->ports) && ps_services_merge(to->services, more->services);
    for (size_t i = 0; good && i < more->best.count; i++)
        good = ps_best_offer(&to->best, more->best.row + i * more->best.size);
    return good;
}

static bool gather(struct gathering *g)
{
    struct ps_snapshot *s = g->snapshot;
    struct gatherer *first = &g->by[0];
    size_t count = ps_flows_count(g->flows);
    const struct services *evicted = ps_flows_evicted(g->flows, s);
    bool good = !s->watch.owner || s->watch.begin(s->watch.owner, s, count, g->workers);
    good = good && ps_collect_pairs_begin(g->flows, s) && ps_parallel(g->workers, count, gather_flows, g);
    for (unsigned w = 1; good && w < g->workers; w++)
        good = join(g, &g->by[w]);
    if (!good || (evicted && !ps_services_merge(first->services, evicted)))
        return false;
    ps_services_evicted(first->services, s);
    ps_count_sum(&s->port_zero, &first->port_zero);
    s->rest = first->rest;
    s->flow = ps_best_take(&first->best, ps_flow_row_compare, &s->flow_count);
    if (g->ranked)
        s->rest.services = first->ranks.count - ps_services_count(first->services);
    return s->flow && ps_services_collect(first->services, ps_flows_rtt(g->flows), s) && ps_collect_pairs_end(s);
}

/* `ports`: the first worker's. */
static bool make_workers(struct gathering *g, struct ports *ports)
{
    const struct ps_wish *wish = &g->snapshot->wish;
    bool made = true;
    for (unsigned w = 0; w < g->workers; w++) {
        struct gatherer *by = &g->by[w];
        ps_best_init(&by->best, wish->top, sizeof(struct ps_flow_row), ps_choose_flows(wish->sort), add_to_rest,
                     &by->rest);
        by->services = ps_services_create();
        by->ports = w > 0 ? ps_ports_create() : ports;
        made = made && by->services && by->ports;
        if (by->services)
            ps_services_limit(by->services, ps_flows_service_limit(g->flows));
        if (by->ports && !(wish->tables & PS_TABLE_PORTS))
            ps_ports_without_rows(by->ports);
    }
    return made;
}

static void finish_workers(struct gathering *g)
{
    for (unsigned w = 0; w < g->workers; w++) {
        ps_best_finish(&g->by[w].best);
        ps_service_ranks_finish(&g->by[w].ranks);
        ps_services_destroy(g->by[w].services);
        if (w > 0)
            ps_ports_destroy(g->by[w].ports);
    }
}

bool ps_collect_flows(struct flows *flows, const struct flows *before, ps_port_named *named, struct ports *ports,
                      struct ps_snapshot *s)
{
    struct gathering *g = calloc(1, sizeof(*g));
    if (!g)
        return false;
    *g = (struct gathering){.flows = flows, .snapshot = s};
    g->workers = ps_workers(s->wish.threads, ps_flows_count(flows));
    bool gathered = make_workers(g, ports) && ps_flows_prepare(flows) && tell_roles(g, before, named) && gather(g);
    s->duplicate_packets = ps_flows_duplicates(flows);
    finish_workers(g);
    if (g->roles)
        s->flows = (struct ps_flow_source){
            .owner = g->roles, .count = ps_flows_count(flows), .get = get_flow, .destroy = destroy_source};
    free(g);
    return gathered;
}
