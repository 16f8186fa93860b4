/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables become rows in their standard order: the same counts give the same order of rows, whatever order the packets
 * came in.
 */
#include <stdlib.h>
#include <string.h>

#include "account_private.h"
#include "buckets.h"
#include "choose.h"
#include "collect_flows.h"
#include "collect_sums.h"
#include "ledger.h"
#include "ports.h"
#include "portsniff/scratch.h"
#include "sums.h"
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

static void add_port_to_rest(void *owner, const void *left)
{
    struct ps_rest *rest = owner;
    const struct ps_port_row *row = left;
    rest->ports++;
    ps_traffic_sum(&rest->port.sent, &row->sent);
    ps_traffic_sum(&rest->port.received, &row->received);
}

/* Adds the pairs of flows that left. */
static bool add_left(struct ports *ports, const struct pairs *left, struct ps_snapshot *s)
{
    const struct ports *evicted = left ? ps_pairs_evicted(left, s) : NULL;
    bool added = !evicted || ps_ports_merge(ports, evicted);
    for (size_t i = 0; left && added && i < ps_pairs_slots(left); i++) {
        struct ps_pair_row row;
        if (!ps_pairs_get(left, i, &row))
            continue;
        ps_port_zero_add(&s->port_zero, &row);
        added = ps_ports_add_pair(ports, &row);
    }
    return added;
}

static bool choose_ports(const struct ports *ports, struct ps_snapshot *s)
{
    ps_ports_collect_ranges(ports, s);
    if (!(s->wish.tables & PS_TABLE_PORTS)) {
        s->rest.ports = ps_ports_count(ports);
        return true;
    }
    struct ps_best best;
    ps_best_init(&best, s->wish.top, sizeof(struct ps_port_row), ps_choose_ports(s->wish.sort), add_port_to_rest,
                 &s->rest);
    s->port = ps_ports_collect(ports, &best) ? ps_best_take(&best, ps_port_row_compare, &s->port_count) : NULL;
    ps_best_finish(&best);
    return s->port != NULL;
}

/* Ports and ranges are sums over flows. */
static bool collect_flows(const struct account_view *view, struct ps_snapshot *s)
{
    struct ports *ports = ps_ports_create();
    bool collected = ports && ps_collect_flows(view->flows, view->flows_before, view->named, ports, s) &&
                     add_left(ports, ps_flows_left_pairs(view->flows), s) && choose_ports(ports, s);
    ps_ports_destroy(ports);
    return collected && ps_collect_hosts(view->flows, view->hosts, s);
}

static int allocate(const struct account_view *view, struct ps_snapshot *s)
{
    s->time_count = ps_buckets_count(view->timeline);
    s->tunnel_count = ps_tunnels_count(view->tunnels);
    s->ledger_count = ps_ledger_count(view->ledger);
    s->time = rows(s->time_count, sizeof(*s->time));
    s->tunnel = rows(s->tunnel_count, sizeof(*s->tunnel));
    s->ledger = rows(s->ledger_count, sizeof(*s->ledger));
    return s->time && s->tunnel && s->ledger ? 0 : -1;
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
    s->evicted_tunnels = ps_tunnels_evicted(view.tunnels, &s->evicted_tunnel_carried);
    ps_buckets_collect(view.timeline, s->time, &s->bucket_ns);
    ps_tunnels_collect(view.tunnels, s->tunnel);
    ps_ledger_collect(view.ledger, s->ledger);
    qsort(s->tunnel, s->tunnel_count, sizeof(*s->tunnel), compare_tunnels);
    qsort(s->ledger, s->ledger_count, sizeof(*s->ledger), compare_ledger);
    ps_scratch_hold();
    bool collected = collect_flows(&view, s);
    ps_scratch_release();
    return collected ? 0 : -1;
}
