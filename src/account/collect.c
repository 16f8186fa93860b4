/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables become rows in their standard order: the same counts give the same order of rows, whatever order the packets
 * came in.
 */
#include <stdlib.h>
#include <string.h>

#include "account_private.h"
#include "buckets.h"
#include "collect_flows.h"
#include "hosts.h"
#include "ledger.h"
#include "pairs.h"
#include "ports.h"
#include "tunnels.h"

/* Larger first. */
static int descending(uint64_t a, uint64_t b)
{
    return a < b ? 1 : a > b ? -1 : 0;
}

static int ascending(uint64_t a, uint64_t b)
{
    return descending(b, a);
}

static int compare_tunnels(const void *left, const void *right)
{
    const struct ps_tunnel_row *a = left, *b = right;
    int order = descending(a->carried.bytes, b->carried.bytes);
    if (!order)
        order = ascending(a->kind, b->kind);
    if (!order)
        order = ascending(a->port, b->port);
    return order ? order : ascending(a->id, b->id);
}

static int compare_ledger(const void *left, const void *right)
{
    const struct ps_ledger_row *a = left, *b = right;
    int order = ascending(a->row, b->row);
    if (!order)
        order = descending(a->count.bytes, b->count.bytes);
    if (!order)
        order = ascending(a->detail_kind, b->detail_kind);
    return order ? order : ascending(a->detail, b->detail);
}

/* An array of `n` rows; never NULL for n == 0, so that NULL means that memory is out. */
static void *rows(size_t n, size_t size)
{
    return calloc(n ? n : 1, size);
}

/* Ports and ranges are sums over the pair rows. */
static int collect_ports(const struct pairs *pairs, struct ps_snapshot *s)
{
    struct ports *ports = ps_ports_create();
    const struct ports *evicted = ps_pairs_evicted(pairs, s);
    bool counted = ports && (!evicted || ps_ports_merge(ports, evicted));
    for (size_t i = 0; counted && i < s->pair_count; i++)
        counted = ps_ports_add_pair(ports, &s->pair[i]);
    if (counted) {
        s->port_count = ps_ports_count(ports);
        s->port = rows(s->port_count, sizeof(*s->port));
    }
    if (s->port) {
        ps_ports_collect(ports, s->port);
        ps_ports_collect_ranges(ports, s);
        qsort(s->port, s->port_count, sizeof(*s->port), ps_port_row_compare);
    }
    ps_ports_destroy(ports);
    return s->port ? 0 : -1;
}

/* Of the pairs that are still there: port 0 is too rare to keep a sum of those that left. */
static void collect_port_zero(struct ps_snapshot *s)
{
    for (size_t i = 0; i < s->pair_count; i++) {
        const struct ps_pair_row *pair = &s->pair[i];
        if (pair->port_a != 0)
            continue; /* the lower one of the two */
        s->port_zero.packets += pair->a_to_b.packets + pair->b_to_a.packets;
        s->port_zero.bytes += pair->a_to_b.bytes + pair->b_to_a.bytes;
    }
}

static int allocate(const struct account_view *view, struct ps_snapshot *s)
{
    s->pair_count = ps_pairs_count(view->pairs);
    s->host_count = ps_hosts_count(view->hosts);
    s->time_count = ps_buckets_count(view->timeline);
    s->tunnel_count = ps_tunnels_count(view->tunnels);
    s->ledger_count = ps_ledger_count(view->ledger);
    s->pair = rows(s->pair_count, sizeof(*s->pair));
    s->host = rows(s->host_count, sizeof(*s->host));
    s->time = rows(s->time_count, sizeof(*s->time));
    s->tunnel = rows(s->tunnel_count, sizeof(*s->tunnel));
    s->ledger = rows(s->ledger_count, sizeof(*s->ledger));
    return s->pair && s->host && s->time && s->tunnel && s->ledger ? 0 : -1;
}

int ps_account_collect(const struct ps_account *account, const struct ps_wish *wish, struct ps_snapshot *ret_snapshot)
{
    struct account_view view = ps_account_view(account);
    struct ps_snapshot *s = ret_snapshot;
    s->wish = wish ? *wish : (struct ps_wish){.tables = PS_TABLE_ALL};
    s->distinct_error = (uint32_t)(ps_distinct_error() * 1000);
    if (allocate(&view, s))
        return -1;
    ps_account_totals(account, s);
    ps_pairs_collect(view.pairs, s->pair);
    collect_port_zero(s);
    ps_hosts_collect(view.hosts, s->host);
    s->evicted_tunnels = ps_tunnels_evicted(view.tunnels, &s->evicted_tunnel_carried);
    s->evicted_hosts = ps_hosts_evicted(view.hosts, &s->evicted_host_sent, &s->evicted_host_received);
    ps_buckets_collect(view.timeline, s->time, &s->bucket_ns);
    ps_tunnels_collect(view.tunnels, s->tunnel);
    ps_ledger_collect(view.ledger, s->ledger);
    qsort(s->pair, s->pair_count, sizeof(*s->pair), ps_pair_row_compare);
    qsort(s->host, s->host_count, sizeof(*s->host), ps_host_row_compare);
    qsort(s->tunnel, s->tunnel_count, sizeof(*s->tunnel), compare_tunnels);
    qsort(s->ledger, s->ledger_count, sizeof(*s->ledger), compare_ledger);
    return collect_ports(view.pairs, s) || !ps_collect_flows(view.flows, view.flows_before, view.named, s) ? -1 : 0;
}
