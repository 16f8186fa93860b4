/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of one stretch of time.  Counting goes table by table over a batch, so that each table's memory is touched
 * in one go.
 */
#include "portsniff/account.h"

#include <stdlib.h>

#include "account_private.h"
#include "buckets.h"
#include "flows.h"
#include "hosts.h"
#include "ledger.h"
#include "pairs.h"
#include "tunnels.h"

struct ps_account {
    struct flows *flows;
    ps_port_named *named;
    const struct ps_account *before;
    struct pairs *pairs;
    struct hosts *hosts;
    struct buckets *timeline;
    struct tunnels *tunnels;
    struct ledger *ledger;
    struct ps_count total;
    struct ps_count segmented;
    uint64_t segmented_estimate;
    uint64_t waiting; /* packets that the fragment cache holds for this account */
    uint64_t untimed;
    uint64_t disordered;
    int64_t first_ns, last_ns; /* earliest and latest; PS_TIME_NONE: no packet has a time */
    int64_t opening_ns;        /* of the first packet read that has a time */
    int64_t closing_ns;        /* of the last packet read that has a time */
    bool abandoned;
    bool failed;
};

static struct ps_account *create(bool at_start)
{
    struct ps_account *a = calloc(1, sizeof(*a));
    if (!a)
        return NULL;
    a->first_ns = a->last_ns = a->opening_ns = a->closing_ns = PS_TIME_NONE;
    a->flows = ps_flows_create(at_start);
    a->pairs = ps_pairs_create();
    a->hosts = ps_hosts_create();
    a->timeline = ps_buckets_create();
    a->tunnels = ps_tunnels_create();
    a->ledger = ps_ledger_create();
    if (!a->flows || !a->pairs || !a->hosts || !a->timeline || !a->tunnels || !a->ledger) {
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

/* What a table's entry costs at worst: itself at a quarter load while the table grows, and the row made of it. */
#define FLOW_COST \
    (sizeof(struct flow) + 32 + sizeof(struct ps_flow_row) + 320) /* 320: its two ends, when roles are told */
#define PAIR_COST    ((size_t)4 * 72 + sizeof(struct ps_pair_row))
#define HOST_COST    ((size_t)4 * 56 + sizeof(struct ps_host_row))
#define TUNNEL_COST  ((size_t)4 * 24 + sizeof(struct ps_tunnel_row))
#define SERVICE_COST UINT64_C(1000) /* in two tables while a snapshot is made, and the row */
/* All ports of two protocols: counters, and the rows made of them; and what the program takes without any table. */
#define FIXED_COST   (UINT64_C(40) << 20)

void ps_account_limit(struct ps_account *a, uint64_t bytes)
{
    uint64_t left = (bytes < PS_MEMORY_LEAST ? PS_MEMORY_LEAST : bytes) - FIXED_COST;
    ps_flows_limit(a->flows, (size_t)(left / 10 * 4 / FLOW_COST), (size_t)(left / 10 * 3 / SERVICE_COST), a->named);
    ps_pairs_limit(a->pairs, (size_t)(left / 20 * 3 / PAIR_COST));
    ps_tunnels_limit(a->tunnels, (size_t)(left / 50 / TUNNEL_COST));
    ps_hosts_limit(a->hosts, (size_t)(left / 20 * 3 / HOST_COST));
}

void ps_account_destroy(struct ps_account *a)
{
    if (!a)
        return;
    ps_flows_destroy(a->flows);
    ps_pairs_destroy(a->pairs);
    ps_hosts_destroy(a->hosts);
    ps_buckets_destroy(a->timeline);
    ps_tunnels_destroy(a->tunnels);
    ps_ledger_destroy(a->ledger);
    free(a);
}

/* Takes note of a packet's time in the order of reading. */
static void note_time(struct ps_account *a, int64_t time_ns)
{
    if (time_ns == PS_TIME_NONE) {
        a->untimed++;
        return;
    }
    if (a->closing_ns == PS_TIME_NONE) {
        a->opening_ns = a->first_ns = a->last_ns = time_ns;
    } else {
        a->disordered += time_ns < a->closing_ns;
        if (time_ns < a->first_ns)
            a->first_ns = time_ns;
        if (time_ns > a->last_ns)
            a->last_ns = time_ns;
    }
    a->closing_ns = time_ns;
}

/* How many packets an oversized one stands for, if segmentation offload made it: full segments of a 1500-byte link. */
static uint64_t segments(const struct ps_key *key)
{
    uint32_t headers = key->network - key->payload;
    uint32_t segment = headers < 1500 ? 1500 - headers : 1;
    return key->payload ? (key->payload + segment - 1) / segment : 1;
}

static void note_packet(struct ps_account *a, const struct ps_key *key)
{
    a->total.packets++;
    a->total.bytes += key->wire;
    if (key->flags & PS_KEY_SEGMENTED) {
        a->segmented.packets++;
        a->segmented.bytes += key->wire;
        a->segmented_estimate += segments(key);
    }
}

static void take_fragments(struct ps_account *a, struct ps_fragments *fragments, struct ps_keys *keys, size_t i)
{
    struct ps_key *key = &keys->key[i];
    if (ps_fragments_take(fragments, a, &keys->fragments[key->fragments - 1], key)) {
        key->row = PS_ROW_COUNT; /* waits: no table counts it now */
        key->flags = 0;
    }
}

void ps_account_add(struct ps_account *a, struct ps_fragments *fragments, struct ps_keys *keys, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        note_time(a, keys->key[i].time_ns);
        if (keys->key[i].fragments && fragments)
            take_fragments(a, fragments, keys, i);
        if (keys->key[i].row < PS_ROW_COUNT)
            note_packet(a, &keys->key[i]);
    }
    ps_buckets_add(a->timeline, keys, from, to);
    bool counted = ps_ledger_add(a->ledger, keys, from, to) && ps_flows_add(a->flows, keys, from, to) &&
                   ps_pairs_add(a->pairs, keys, from, to) && ps_hosts_add(a->hosts, keys, from, to) &&
                   ps_tunnels_add(a->tunnels, keys, from, to);
    a->failed |= !counted;
}

void ps_account_wait(struct ps_account *a)
{
    a->waiting++;
}

void ps_account_settle(struct ps_account *a, const struct ps_key *key)
{
    a->waiting--;
    note_packet(a, key);
    ps_buckets_add_key(a->timeline, key);
    bool counted = ps_ledger_add_key(a->ledger, key) &&
                   (key->row != PS_ROW_PORTS || (ps_flows_add_key(a->flows, key) && ps_pairs_add_key(a->pairs, key))) &&
                   ps_hosts_add_key(a->hosts, key);
    a->failed |= !counted;
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

static void merge_time(struct ps_account *a, const struct ps_account *part)
{
    a->untimed += part->untimed;
    a->disordered += part->disordered;
    if (part->closing_ns == PS_TIME_NONE)
        return;
    if (a->closing_ns == PS_TIME_NONE) {
        a->opening_ns = part->opening_ns;
        a->first_ns = part->first_ns;
        a->last_ns = part->last_ns;
    } else {
        a->disordered += part->opening_ns < a->closing_ns;
        if (part->first_ns < a->first_ns)
            a->first_ns = part->first_ns;
        if (part->last_ns > a->last_ns)
            a->last_ns = part->last_ns;
    }
    a->closing_ns = part->closing_ns;
}

void ps_account_merge(struct ps_account *a, const struct ps_account *part)
{
    merge_time(a, part);
    a->total.packets += part->total.packets;
    a->total.bytes += part->total.bytes;
    a->segmented.packets += part->segmented.packets;
    a->segmented.bytes += part->segmented.bytes;
    a->segmented_estimate += part->segmented_estimate;
    ps_buckets_merge(a->timeline, part->timeline);
    bool merged = ps_ledger_merge(a->ledger, part->ledger) && ps_flows_merge(a->flows, part->flows) &&
                  ps_pairs_merge(a->pairs, part->pairs) && ps_hosts_merge(a->hosts, part->hosts) &&
                  ps_tunnels_merge(a->tunnels, part->tunnels);
    a->failed |= !merged || part->failed;
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
    return a->failed;
}

struct account_view ps_account_view(const struct ps_account *a)
{
    return (struct account_view){
        a->flows, a->before ? a->before->flows : NULL, a->named, a->pairs, a->hosts, a->timeline, a->tunnels,
        a->ledger};
}

void ps_account_totals(const struct ps_account *a, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->total = a->total;
    ret_snapshot->first_ns = a->first_ns;
    ret_snapshot->last_ns = a->last_ns;
    ret_snapshot->untimed_packets = a->untimed;
    ret_snapshot->disordered_packets = a->disordered;
    ret_snapshot->segmented = a->segmented;
    ret_snapshot->segmented_estimate = a->segmented_estimate;
}
