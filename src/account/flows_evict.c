/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bounded memory: when the flow table is full, quiet flows are folded into their services and leave.  Totals stay exact;
 * what is lost is the row of the flow, and what its later packets could have told about its role.
 *
 * Flows lie in the order in which they came.  The youngest quarter stays, since a flow that has just begun is quiet too;
 * of the others those with the fewest packets go, about half of the table, of one-packet flows three quarters.
 *
 * A flood of new flows goes through here as a whole, so it must be cheap: what a flow is folded into is asked for some
 * flows ahead, and a flow that is too quiet for a place of its own among services or pairs goes into their sums at once.
 */
#include <stdlib.h>

#include "ranks.h"

#include "collect_flows.h"
#include "collect_sums.h"
#include "flows_private.h"
#include "hosts.h"
#include "pairs.h"
#include "roles.h"

/* In a bounded table, flows for each port whose handshakes are remembered when they are over: a histogram takes more than
 * a flow, and there would be one for each port in each part. */
#define FLOWS_PER_RTT 16

/* Where memory is out, that will show later. */
static void limit_rtt(struct flow_part *part, size_t histograms)
{
    if (!part->rtt)
        part->rtt = ps_rtt_create();
    if (part->rtt)
        ps_rtt_limit(part->rtt, histograms);
}

void ps_flows_limit(struct flows *f, size_t limit, size_t services, ps_port_named *named)
{
    for (unsigned p = 0; limit > 0 && p < FLOW_PARTS; p++)
        limit_rtt(&f->part[p], limit / FLOW_PARTS / FLOWS_PER_RTT + 1);
    f->limit = limit;
    f->service_limit = services;
    f->named = named;
}

void ps_flows_set_gate(struct flows *f)
{
    f->has_gate = true;
}

size_t ps_flows_service_limit(const struct flows *f)
{
    return f->service_limit;
}

const struct services *ps_flows_evicted(const struct flows *f, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->evicted_flows = f->evicted_count;
    ret_snapshot->evicted_flow_sum = f->evicted_sum;
    return f->evicted;
}

static void sum_row(struct ps_flow_row *sum, const struct ps_flow_row *row)
{
    sum->to_server.packets += row->to_server.packets;
    sum->to_server.bytes += row->to_server.bytes;
    sum->to_client.packets += row->to_client.packets;
    sum->to_client.bytes += row->to_client.bytes;
    sum->payload_to_server += row->payload_to_server;
    sum->payload_to_client += row->payload_to_client;
    sum->connections += row->connections;
}

void ps_flows_limit_left(struct flows *f, size_t pairs, size_t hosts)
{
    f->pair_limit = pairs;
    f->host_limit = hosts;
}

const struct pairs *ps_flows_left_pairs(const struct flows *f)
{
    return f->left_pairs;
}

const struct hosts *ps_flows_left_hosts(const struct flows *f)
{
    return f->left_hosts;
}

/* The tables for flows that leave. False when memory is out. */
static bool make_tables(struct flows *f)
{
    if (!f->evicted)
        f->evicted = ps_services_create();
    if (!f->left_pairs)
        f->left_pairs = ps_pairs_create();
    if (!f->left_hosts)
        f->left_hosts = ps_hosts_create();
    if (!f->evicted || !f->left_pairs || !f->left_hosts)
        return false;
    ps_services_limit(f->evicted, f->service_limit);
    ps_pairs_limit(f->left_pairs, f->pair_limit);
    ps_hosts_limit(f->left_hosts, f->host_limit);
    return ps_services_refresh(f->evicted) && ps_pairs_refresh(f->left_pairs);
}

static bool fold(struct flows *f, const struct roles *roles, size_t index, const struct flow *flow)
{
    struct ps_flow_row row;
    if (flow->packets[0] + flow->packets[1] == 0)
        return true; /* known from an ICMP error only: it would be no row */
    f->evicted_count.packets++;
    f->evicted_count.bytes += flow->bytes[0] + flow->bytes[1];
    ps_collect_flow(f, roles, index, flow, &row);
    sum_row(&f->evicted_sum, &row);
    return ps_services_add(f->evicted, f, flow, &row) && ps_collect_leaving(f, flow, f->left_pairs, f->left_hosts);
}

/* Moves a flow that stays to its new place, at or before its old one; its addresses likewise. */
static void keep(struct flow_part *part, size_t from, size_t to, struct flow_extra *extra, size_t *extra_count)
{
    struct flow_hot *hot = ps_part_hot(part, to);
    struct flow_cold *cold = ps_part_cold(part, to);
    *hot = *ps_part_hot(part, from);
    *cold = *ps_part_cold(part, from);
    if (hot->key.family == 6) {
        *ps_part_ends(part, part->ends_count) = *ps_part_ends(part, hot->key.a);
        hot->key.a = (uint32_t)part->ends_count++;
    }
    if (cold->extra) {
        extra[*extra_count] = part->extra[cold->extra - 1];
        cold->extra = (uint32_t)++ * extra_count;
    }
}

static uint64_t packets_of(const struct flow_part *part, size_t number)
{
    const struct flow_hot *hot = ps_part_hot(part, number);
    const struct flow_extra *extra = ps_part_extra(part, ps_part_cold(part, number));
    uint64_t high = extra ? extra->high.packets[0] + extra->high.packets[1] : 0;
    return (high << 16) + hot->packets[0] + hot->packets[1];
}

/* Flows between asking for what a flow is folded into and folding it: for where a service is, and for all the rest. */
#define PLACE_AHEAD 14
#define FOLD_AHEAD  7

/* Which flows are to be folded. */
struct leaving {
    bool aged;         /* those that are over for long; else the quiet ones: */
    int64_t last_ns;   /* when the last packet of all came */
    uint64_t enough;   /* packets that a flow needs to stay */
    size_t candidates; /* of the first ones in the part */
};

/* What of a part is to be folded. */
struct sweeping {
    struct flows *f;
    unsigned p;
    const struct roles *roles;
    size_t first; /* the number of its first flow */
    struct leaving leaving;
};

/* A flow that has been silent for so long is over, or as good as that: a TCP connection of which no end was seen later. */
#define AGE_NS      (UINT64_C(300) * 1000000000)
#define AGE_OPEN_NS (UINT64_C(3600) * 1000000000)
/* How often it is looked for such flows. */
#define AGE_LOOK_NS (UINT64_C(60) * 1000000000)

/* From one time to a later one; 0 when it is not later, or one of them is not known. */
static uint64_t time_since(int64_t from_ns, int64_t to_ns)
{
    bool later = from_ns != PS_TIME_NONE && to_ns != PS_TIME_NONE && from_ns < to_ns;
    return later ? (uint64_t)to_ns - (uint64_t)from_ns : 0;
}

static bool is_aged(const struct flow_hot *hot, int64_t last_ns)
{
    unsigned seen = FLOW_SEEN(hot->flags, 0) | FLOW_SEEN(hot->flags, 1);
    bool open = hot->key.transport == PS_TRANSPORT_TCP && !(seen & (SEEN_FIN | SEEN_RST)) && seen & SEEN_ACK;
    return time_since(hot->last_ns, last_ns) > (open ? AGE_OPEN_NS : AGE_NS);
}

static bool leaves(const struct flow_part *part, const struct leaving *leaving, size_t number)
{
    if (leaving->aged)
        return is_aged(ps_part_hot(part, number), leaving->last_ns);
    return number < leaving->candidates && packets_of(part, number) < leaving->enough;
}

static void ask_ahead(const struct sweeping *s, size_t number)
{
    const struct flows *f = s->f;
    for (size_t at = number + FOLD_AHEAD; at <= number + PLACE_AHEAD; at += PLACE_AHEAD - FOLD_AHEAD) {
        if (at >= f->part[s->p].count)
            return;
        const struct flow_key *key = &ps_part_hot(&f->part[s->p], at)->key;
        uint16_t port = ps_roles_of(s->roles, s->first + at).server ? key->port_b : key->port_a;
        if (at == number + PLACE_AHEAD) {
            ps_services_ask_place(f->evicted, key->transport, port);
            return;
        }
        ps_services_ask(f->evicted, key->transport, port);
        ps_pairs_ask(f->left_pairs, ps_pair_key(key->transport, key->port_a, key->port_b));
    }
}

/* Folds those that leave, and moves the others together.  Returns whether memory sufficed. */
static bool fold_some(const struct sweeping *s, struct flow_extra *extra, size_t *extra_count, size_t *kept)
{
    struct flow_part *part = &s->f->part[s->p];
    for (size_t i = 0; i < part->count; i++) {
        struct flow flow;
        ask_ahead(s, i);
        if (!leaves(part, &s->leaving, i)) {
            keep(part, i, (*kept)++, extra, extra_count);
            continue;
        }
        ps_part_load(s->f, s->p, i, &flow);
        if (!fold(s->f, s->roles, s->first + i, &flow))
            return false;
    }
    return true;
}

/* The quiet flows of a part, among those that are not its youngest. */
static struct leaving quiet_ones(const struct flow_part *part)
{
    struct leaving leaving = {.candidates = part->count - part->count / 4};
    struct ranks ranks = {{0}};
    for (size_t i = 0; i < leaving.candidates; i++)
        ps_ranks_add(&ranks, packets_of(part, i));
    leaving.enough = ps_ranks_enough(&ranks, part->count);
    return leaving;
}

/* Folds or moves every flow of a part. */
static bool sweep(const struct sweeping *s)
{
    struct flow_part *part = &s->f->part[s->p];
    size_t kept = 0, extra_count = 0;
    struct flow_extra *extra = calloc(part->extra_room ? part->extra_room : 1, sizeof(*extra));
    part->ends_count = 0;
    bool folded = extra && fold_some(s, extra, &extra_count, &kept);
    if (!folded) {
        free(extra);
        return false;
    }
    free(part->extra);
    part->extra = extra;
    part->extra_room = part->extra_room ? part->extra_room : 1;
    part->extra_count = extra_count;
    part->count = kept;
    if (part->slot)
        ps_part_fill_slots(part);
    return true;
}

/* Adds what passed by `from` to the flows that left `f`.  False when memory is out. */
static bool collect_passing(struct flows *f, const struct flows *from)
{
    if (!from->passing)
        return true;
    ps_passing_sum(from->passing, &f->evicted_count, &f->evicted_sum);
    return ps_passing_collect(from->passing, f->evicted, f->left_pairs);
}

bool ps_flows_settle_passing(struct flows *f)
{
    bool settled = collect_passing(f, f);
    if (f->passing)
        ps_passing_clear(f->passing);
    return settled;
}

bool ps_flows_mind_gate(struct flows *f, size_t n)
{
    uint64_t made = 0;
    if (!f->has_gate)
        return true;
    for (unsigned p = 0; p < FLOW_PARTS; p++)
        made += f->part[p].made;
    if (!ps_gate_turn(&f->gate, n, ps_flows_count(f), f->limit, made))
        return false;
    if (f->gate.closed && !f->passing && (!make_tables(f) || !(f->passing = ps_passing_create(f->named))))
        return false;
    return !f->passing || !ps_passing_full(f->passing) || ps_flows_settle_passing(f);
}

/* Sweeps all parts; `aged`: of flows that were over before `last_ns`, else of quiet ones. */
static bool sweep_all(struct flows *f, bool aged, int64_t last_ns)
{
    struct roles *roles = ps_flows_prepare(f) ? ps_roles_create(f, NULL, f->named, 1, NULL) : NULL;
    /* A table that could not be swept in full is not used any more: the account has failed. */
    bool swept = roles && make_tables(f);
    size_t first = 0;
    for (unsigned p = 0; swept && p < FLOW_PARTS; p++) {
        size_t count = f->part[p].count;
        struct sweeping s = {.f = f, .p = p, .roles = roles, .first = first};
        s.leaving = aged ? (struct leaving){.aged = true, .last_ns = last_ns} : quiet_ones(&f->part[p]);
        swept = sweep(&s);
        first += count;
    }
    ps_roles_destroy(roles);
    return swept;
}

bool ps_flows_evict(struct flows *f)
{
    return sweep_all(f, false, PS_TIME_NONE);
}

/* Sweeping costs a look at every flow, so there must be some that leave. */
bool ps_flows_age(struct flows *f, int64_t last_ns)
{
    size_t aged = 0;
    if (f->aged_ns != PS_TIME_NONE && time_since(f->aged_ns, last_ns) < AGE_LOOK_NS)
        return true;
    f->aged_ns = last_ns;
    for (unsigned p = 0; p < FLOW_PARTS; p++)
        for (size_t i = 0; i < f->part[p].count; i++)
            aged += is_aged(ps_part_hot(&f->part[p], i), last_ns);
    return aged == 0 || aged < ps_flows_count(f) / 8 || sweep_all(f, true, last_ns);
}

bool ps_flows_merge_evicted(struct flows *f, const struct flows *part)
{
    f->evicted_count.packets += part->evicted_count.packets;
    f->evicted_count.bytes += part->evicted_count.bytes;
    sum_row(&f->evicted_sum, &part->evicted_sum);
    return make_tables(f) && ps_services_merge(f->evicted, part->evicted) && collect_passing(f, part) &&
           ps_pairs_merge(f->left_pairs, part->left_pairs) && ps_hosts_merge(f->left_hosts, part->left_hosts);
}
