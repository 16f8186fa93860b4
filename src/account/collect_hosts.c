/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends of flows in groups by address, with what packets without ports and flows that left add to them.
 *
 * An item's key holds an IPv4 address; of an IPv6 address it is a keyed hash of 64 bits, in which even 100 million addresses
 * meet by accident in one of 4,000 runs.
 */
#include <string.h>

#include "choose.h"
#include "collect_sums.h"
#include "portsniff/parts.h"
#include "sums.h"

/* An item's value, from the top: the family (PS_ITEM_KIND_BITS), where it is, its number there, the end of a flow. */
#define FAMILY_6    (UINT64_C(1) << PS_ITEM_VALUE_BITS)
#define TABLE_SHIFT 56
#define NUMBER(v)   ((v) >> 1 & ((UINT64_C(1) << 55) - 1))

enum table {
    IN_FLOWS,
    IN_OTHERS,
    IN_LEFT
};

struct gathering {
    const struct flows *flows;
    const struct hosts *table[3]; /* by enum table */
    struct ps_parts parts;
};

static void host_of(const struct flows *flows, const struct flow *flow, int end, struct ps_host_row *row)
{
    *row = (struct ps_host_row){
        .address = ps_flows_address(flows, flow, end),
        .family = flow->key.family,
        .sent = {flow->packets[end], flow->bytes[end]},
        .received = {flow->packets[!end], flow->bytes[!end]},
    };
}

bool ps_collect_leaving(const struct flows *flows, const struct flow *flow, struct pairs *pairs, struct hosts *hosts)
{
    struct ps_pair_row pair;
    struct ps_host_row host[2];
    ps_collect_pair(flows, flow, &pair);
    host_of(flows, flow, 0, &host[0]);
    host_of(flows, flow, 1, &host[1]);
    return ps_pairs_add(pairs, &pair) && ps_hosts_add_row(hosts, &host[0]) && ps_hosts_add_row(hosts, &host[1]);
}

static bool put(struct gathering *g, const struct ps_address *address, uint8_t family, enum table table,
                uint64_t number)
{
    uint64_t word[2];
    memcpy(word, address->octet, sizeof(word));
    uint64_t key = family == 6 ? ps_hash_pair(ps_hash_seed(), word[0], word[1]) : word[0];
    return ps_parts_add(&g->parts, key, (family == 6 ? FAMILY_6 : 0) | (uint64_t)table << TABLE_SHIFT | number);
}

static bool put_flows(struct gathering *g)
{
    for (size_t i = 0; i < ps_flows_count(g->flows); i++) {
        struct flow flow;
        ps_flows_load(g->flows, i, &flow);
        if (flow.packets[0] + flow.packets[1] == 0)
            continue;
        for (int end = 0; end < 2; end++) {
            struct ps_address address = ps_flows_address(g->flows, &flow, end);
            if (!put(g, &address, flow.key.family, IN_FLOWS, (uint64_t)i << 1 | (uint64_t)end))
                return false;
        }
    }
    return true;
}

static bool put_table(struct gathering *g, enum table table)
{
    const struct hosts *hosts = g->table[table];
    for (size_t i = 0; hosts && i < ps_hosts_slots(hosts); i++) {
        struct ps_host_row row;
        if (ps_hosts_get(hosts, i, &row) && !put(g, &row.address, row.family, table, (uint64_t)i << 1))
            return false;
    }
    return true;
}

static void get_item(const struct gathering *g, uint64_t value, struct ps_host_row *row)
{
    enum table table = (enum table)(value >> TABLE_SHIFT & 3);
    struct flow flow;
    if (table != IN_FLOWS) {
        (void)ps_hosts_get(g->table[table], NUMBER(value), row);
        return;
    }
    ps_flows_load(g->flows, NUMBER(value), &flow);
    host_of(g->flows, &flow, (int)(value & 1), row);
}

static struct ps_host_row sum_of(const struct gathering *g, const struct ps_item *item, size_t count)
{
    struct ps_host_row sum = {.family = 0}, row = {.family = 0};
    get_item(g, item[0].value, &sum);
    for (size_t i = 1; i < count; i++) {
        get_item(g, item[i].value, &row);
        ps_count_sum(&sum.sent, &row.sent);
        ps_count_sum(&sum.received, &row.received);
    }
    return sum;
}

static bool offer_part(struct gathering *g, const struct ps_item *item, size_t count, struct ps_best *best)
{
    bool good = item != NULL;
    for (size_t from = 0, to; good && from < count; from = to) {
        to = ps_group_end(item, from, count);
        struct ps_host_row row = sum_of(g, &item[from], to - from);
        good = ps_best_offer(best, &row);
    }
    return good;
}

static bool offer_all(struct gathering *g, struct ps_best *best)
{
    struct ps_groups groups = {.to = NULL};
    bool good = true;
    for (size_t part = 0; good && part < ps_parts_count(&g->parts); part++) {
        size_t count = 0;
        const struct ps_item *item = ps_parts_group(&g->parts, part, &groups, &count);
        good = offer_part(g, item, count, best);
    }
    ps_groups_finish(&groups);
    return good;
}

static void add_to_rest(void *owner, const void *left)
{
    struct ps_rest *rest = owner;
    const struct ps_host_row *row = left;
    rest->hosts++;
    ps_count_sum(&rest->host.sent, &row->sent);
    ps_count_sum(&rest->host.received, &row->received);
}

bool ps_collect_hosts(const struct flows *flows, const struct hosts *others, struct ps_snapshot *s)
{
    struct gathering g = {.flows = flows, .table = {NULL, others, ps_flows_left_hosts(flows)}};
    ps_hosts_evicted(others, s);
    if (g.table[IN_LEFT])
        ps_hosts_evicted(g.table[IN_LEFT], s);
    if (!(s->wish.tables & PS_TABLE_HOSTS))
        return true;
    struct ps_best best;
    ps_best_init(&best, s->wish.top, sizeof(struct ps_host_row), ps_choose_hosts(s->wish.sort), add_to_rest, &s->rest);
    bool good = ps_parts_init(&g.parts, 2 * ps_flows_count(flows)) && put_flows(&g) && put_table(&g, IN_OTHERS) &&
                put_table(&g, IN_LEFT) && offer_all(&g, &best);
    s->host = good ? ps_best_take(&best, ps_host_row_compare, &s->host_count) : NULL;
    ps_best_finish(&best);
    ps_parts_finish(&g.parts);
    return s->host != NULL;
}
