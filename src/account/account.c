/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of one stretch of time.  Counting goes table by table over a batch, so that each table's memory is touched
 * in one go.
 */
#include "portsniff/account.h"

#include <stdlib.h>

#include "account_private.h"
#include "flows.h"
#include "front.h"
#include "stretch.h"

struct ps_account {
    struct flows *flows;
    ps_port_named *named;
    const struct ps_account *before;
    struct front front;
    struct times times;
    struct stretch own;      /* for ps_account_add() */
    struct stretch *current; /* what is settled now belongs to this stretch; NULL: to none */
    uint64_t waiting;        /* packets that the fragment cache holds for this account */
    bool limited;
    bool abandoned;
    bool failed;
};

static struct ps_account *create(bool at_start)
{
    struct ps_account *a = calloc(1, sizeof(*a));
    if (!a)
        return NULL;
    ps_times_init(&a->times);
    ps_stretch_init(&a->own);
    a->flows = ps_flows_create(at_start);
    if (!ps_front_init(&a->front) || !a->flows) {
        ps_account_destroy(a);
        return NULL;
    }
    return a;
}

struct ps_account *ps_account_create(void)
{
    return create(true);
}

struct ps_account *ps_account_create_part(void)
{
    return create(false);
}

void ps_account_set_evidence(struct ps_account *a, ps_port_named *named, const struct ps_account *before)
{
    a->named = named;
    a->before = before;
}

/* What a table's entry costs at worst: itself at a quarter load while the table grows, and the row made of it.  Of a flow:
 * its entry, its slots with those that were outgrown, what its role is told from, and either its row or, with IPv6, its
 * ends. */
#define FLOW_COST    (sizeof(struct flow_hot) + sizeof(struct flow_cold) + 44 + 44 + 160)
#define PAIR_COST    ((size_t)4 * 72 + sizeof(struct ps_pair_row))
#define HOST_COST    ((size_t)4 * 56 + sizeof(struct ps_host_row))
#define TUNNEL_COST  ((size_t)4 * 24 + sizeof(struct ps_tunnel_row))
#define SERVICE_COST UINT64_C(1000) /* in two tables while a snapshot is made, and the row */
/* All ports of two protocols: counters, and the rows made of them; and what the program takes without any table. */
#define FIXED_COST   (UINT64_C(40) << 20)
/* What passes by the flow table, by port and protocol: for this, there is no room in the smallest bounds. */
#define PASSING_COST (UINT64_C(36) << 20)

void ps_account_limit(struct ps_account *a, uint64_t bytes)
{
    ps_account_limit_share(a, bytes, 1);
}

void ps_account_limit_share(struct ps_account *a, uint64_t bytes, unsigned shares)
{
    a->limited = true;
    uint64_t left = ((bytes < PS_MEMORY_LEAST ? PS_MEMORY_LEAST : bytes) - FIXED_COST) / shares;
    if (left > 2 * PASSING_COST) {
        left -= PASSING_COST;
        ps_flows_set_gate(a->flows);
    }
    ps_flows_limit(a->flows, (size_t)(left / 2 / FLOW_COST), (size_t)(left / 5 / SERVICE_COST), a->named);
    ps_flows_limit_left(a->flows, (size_t)(left / 20 * 3 / PAIR_COST), (size_t)(left / 40 * 3 / HOST_COST));
    ps_tunnels_limit(a->front.tunnels, (size_t)(left / 50 / TUNNEL_COST));
    ps_hosts_limit(a->front.hosts, (size_t)(left / 40 * 3 / HOST_COST));
}

void ps_account_destroy(struct ps_account *a)
{
    if (!a)
        return;
    ps_flows_destroy(a->flows);
    ps_front_finish(&a->front);
    ps_stretch_finish(&a->own);
    free(a);
}

void ps_account_order(struct ps_account *a, struct stretch *stretch, struct ps_fragments *fragments)
{
    a->current = stretch;
    ps_stretch_order(stretch, &a->front, a, fragments);
    a->current = NULL;
    ps_times_merge(&a->times, &stretch->times);
    stretch->failed |= !ps_flows_make_room(a->flows, stretch->items.count);
}

void ps_account_flows(struct ps_account *a, struct stretch *stretch, unsigned first, unsigned end)
{
    size_t from = stretch->begin[first], n = stretch->begin[end] - from;
    if (!stretch->failed && n > 0)
        stretch->failed = !ps_flows_add(a->flows, &stretch->items, stretch->which + from, n);
}

void ps_account_flows_alone(struct ps_account *a, struct stretch *stretch)
{
    const uint32_t *which = NULL;
    size_t n = ps_stretch_line_up(stretch, &which);
    if (!stretch->failed && n > 0)
        stretch->failed = !ps_flows_add(a->flows, &stretch->items, which, n);
}

struct front *ps_account_front(struct ps_account *a)
{
    return &a->front;
}

bool ps_account_is_limited(const struct ps_account *a)
{
    return a->limited;
}

/* Everything of one stretch that needs the packets before it to be through. */
static void add_stretch(struct ps_account *a, struct ps_fragments *fragments)
{
    ps_account_order(a, &a->own, fragments);
    ps_account_flows_alone(a, &a->own);
    a->failed |= a->own.failed;
}

void ps_account_add(struct ps_account *a, struct ps_fragments *fragments, struct ps_keys *keys, size_t from, size_t to)
{
    ps_stretch_begin(&a->own);
    ps_stretch_scan(&a->own, &a->front, keys, from, to, fragments != NULL);
    add_stretch(a, fragments);
}

void ps_account_wait(struct ps_account *a)
{
    a->waiting++;
}

void ps_account_settle(struct ps_account *a, const struct ps_key *key)
{
    a->waiting--;
    ps_front_add_key(&a->front, key);
    if (key->row != PS_ROW_PORTS)
        return;
    if (a->current) {
        a->failed |= !ps_stretch_settled(a->current, key);
        return;
    }
    ps_stretch_begin(&a->own);
    a->failed |= !ps_stretch_settled(&a->own, key);
    add_stretch(a, NULL);
}

void ps_account_move_waiting(struct ps_account *from, struct ps_account *to, uint64_t n)
{
    from->waiting -= n;
    to->waiting += n;
}

void ps_account_fail(struct ps_account *a)
{
    a->failed = true;
}

void ps_account_merge(struct ps_account *a, const struct ps_account *part)
{
    ps_times_merge(&a->times, &part->times);
    ps_front_merge(&a->front, &part->front);
    a->failed |= !ps_flows_merge(a->flows, part->flows) || part->failed;
}

void ps_account_age(struct ps_account *a)
{
    a->failed |= !ps_flows_age(a->flows, a->times.last_ns);
}

uint64_t ps_account_waiting(const struct ps_account *a)
{
    return a->waiting;
}

void ps_account_abandon(struct ps_account *a)
{
    a->abandoned = true;
}

bool ps_account_abandoned(const struct ps_account *a)
{
    return a->abandoned;
}

bool ps_account_failed(const struct ps_account *a)
{
    return a->failed || a->front.failed;
}

struct account_view ps_account_view(const struct ps_account *a)
{
    return (struct account_view){
        .flows = a->flows,
        .flows_before = a->before ? a->before->flows : NULL,
        .named = a->named,
        .hosts = a->front.hosts,
        .timeline = a->front.timeline,
        .tunnels = a->front.tunnels,
        .ledger = a->front.ledger,
    };
}

void ps_account_totals(const struct ps_account *a, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->total = a->front.total;
    ret_snapshot->first_ns = a->times.first_ns;
    ret_snapshot->last_ns = a->times.last_ns;
    ret_snapshot->untimed_packets = a->times.untimed;
    ret_snapshot->disordered_packets = a->times.disordered;
    ret_snapshot->segmented = a->front.segmented;
    ret_snapshot->segmented_estimate = a->front.segmented_estimate;
}
