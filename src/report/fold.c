/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port pairs folded around the port with more partners; the rule stands in fold.h.
 */
#include "fold.h"

#include <stdio.h>
#include <stdlib.h>

#include "units.h"
#include "views.h"

#define PORTS 65536u

/* By protocol and port. */
struct tables {
    uint32_t partners[PS_TRANSPORT_COUNT][PORTS]; /* different ones, itself not counted */
    uint32_t row[PS_TRANSPORT_COUNT][PORTS];      /* 1 + index of the port's row as a hub, or 0 */
};

/* A pair by its key, see struct ps_pair_source. */
struct pair {
    uint8_t transport;
    uint16_t a, b;
};

/* All pairs: those of the source, or those in the snapshot where it has no source. */
static size_t pair_count(const struct ps_snapshot *snapshot)
{
    return snapshot->pairs.owner != NULL ? snapshot->pairs.count : snapshot->pair_count;
}

static struct pair pair_at(const struct ps_snapshot *snapshot, size_t index)
{
    if (snapshot->pairs.owner == NULL) {
        const struct ps_pair_row *row = &snapshot->pair[index];
        return (struct pair){row->transport, row->port_a, row->port_b};
    }
    uint64_t key = snapshot->pairs.key(snapshot->pairs.owner, index);
    return (struct pair){(uint8_t)(key >> 32), (uint16_t)(key >> 16), (uint16_t)key};
}

static void get_row(const struct ps_snapshot *snapshot, size_t index, struct ps_pair_row *ret_row)
{
    if (snapshot->pairs.owner == NULL)
        *ret_row = snapshot->pair[index];
    else
        snapshot->pairs.get(snapshot->pairs.owner, index, ret_row);
}

static bool is_self(const struct pair *pair)
{
    return pair->a == pair->b;
}

static uint16_t hub_of(const struct tables *tables, const struct ps_names *names, const struct pair *pair)
{
    uint16_t a = pair->a, b = pair->b;
    uint32_t partners_a = tables->partners[pair->transport][a];
    uint32_t partners_b = tables->partners[pair->transport][b];
    if (partners_a != partners_b)
        return partners_a > partners_b ? a : b;
    enum ps_transport transport = (enum ps_transport)pair->transport;
    bool named_a = ps_service_name(names, transport, a)[0] != '\0';
    bool named_b = ps_service_name(names, transport, b)[0] != '\0';
    if (named_a != named_b)
        return named_a ? a : b;
    return a < b ? a : b;
}

static void add_pair(struct ps_fold_row *row, const struct ps_pair_row *pair, uint16_t hub)
{
    uint16_t partner = pair->port_a == hub ? pair->port_b : pair->port_a;
    if (row->partners == 0 || partner < row->low)
        row->low = partner;
    if (row->partners == 0 || partner > row->high)
        row->high = partner;
    row->transport = pair->transport;
    row->hub = hub;
    row->partners++;
    bool hub_is_a = pair->port_a == hub;
    ps_traffic_add(&row->from_hub, hub_is_a ? &pair->a_to_b : &pair->b_to_a);
    ps_traffic_add(&row->to_hub, hub_is_a ? &pair->b_to_a : &pair->a_to_b);
}

/* By port; the last word in every order, so that no two rows are equal. */
static int compare_ports(const struct ps_fold_row *a, const struct ps_fold_row *b)
{
    if (a->hub != b->hub)
        return a->hub < b->hub ? -1 : 1;
    if (a->transport != b->transport)
        return a->transport < b->transport ? -1 : 1;
    return a->low < b->low ? -1 : a->low > b->low;
}

static int by_port(const void *left, const void *right)
{
    return compare_ports(left, right);
}

static int by_bytes(const void *left, const void *right)
{
    const struct ps_fold_row *a = left, *b = right;
    uint64_t bytes_a = a->from_hub.bytes + a->to_hub.bytes;
    uint64_t bytes_b = b->from_hub.bytes + b->to_hub.bytes;
    if (bytes_a != bytes_b)
        return bytes_a > bytes_b ? -1 : 1;
    return compare_ports(a, b);
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_fold_row *a = left, *b = right;
    uint64_t packets_a = a->from_hub.packets + a->to_hub.packets;
    uint64_t packets_b = b->from_hub.packets + b->to_hub.packets;
    if (packets_a != packets_b)
        return packets_a > packets_b ? -1 : 1;
    return by_bytes(a, b);
}

static void count_partners(struct tables *tables, const struct ps_snapshot *snapshot)
{
    size_t count = pair_count(snapshot);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = pair_at(snapshot, i);
        if (!is_self(&pair)) {
            tables->partners[pair.transport][pair.a]++;
            tables->partners[pair.transport][pair.b]++;
        }
    }
}

/* Gives each hub the number of its row. Returns how many hubs there are; `ret_selves` become the
 * pairs of a port with itself. */
static size_t number_hubs(struct tables *tables, const struct ps_snapshot *snapshot, const struct ps_names *names,
                          size_t *ret_selves)
{
    size_t hubs = 0, selves = 0, count = pair_count(snapshot);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = pair_at(snapshot, i);
        uint32_t *row = &tables->row[pair.transport][hub_of(tables, names, &pair)];
        if (is_self(&pair))
            selves++;
        else if (*row == 0)
            *row = (uint32_t)++hubs;
    }
    *ret_selves = selves;
    return hubs;
}

/* Hubs first, then the ports that talk to themselves. */
static void fill_rows(const struct tables *tables, const struct ps_snapshot *snapshot, const struct ps_names *names,
                      struct ps_fold_row *rows, size_t hubs)
{
    struct ps_fold_row *self = rows + hubs;
    size_t count = pair_count(snapshot);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = pair_at(snapshot, i);
        struct ps_pair_row carried;
        uint16_t hub = hub_of(tables, names, &pair);
        struct ps_fold_row *row = is_self(&pair) ? self++ : &rows[tables->row[pair.transport][hub] - 1];
        get_row(snapshot, i, &carried);
        add_pair(row, &carried, hub);
    }
}

const struct ps_fold_row *ps_fold_pairs(struct ps_report *report, size_t *ret_count)
{
    int (*const orders[PS_SORT_COUNT])(const void *, const void *) = {
        [PS_SORT_BYTES] = by_bytes, [PS_SORT_PACKETS] = by_packets, [PS_SORT_PORT] = by_port};
    int (*order)(const void *, const void *) = orders[report->options->sort];
    struct tables *tables = calloc(1, sizeof(*tables));
    if (tables == NULL) {
        report->failed = true;
        return NULL;
    }
    count_partners(tables, report->snapshot);
    size_t selves = 0, hubs = number_hubs(tables, report->snapshot, report->names, &selves);
    size_t count = hubs + selves;
    struct ps_fold_row *rows = ps_report_alloc(report, count, sizeof(*rows));
    if (rows != NULL) {
        fill_rows(tables, report->snapshot, report->names, rows, hubs);
        qsort(rows, count, sizeof(*rows), order != NULL ? order : by_bytes);
        *ret_count = count;
    }
    free(tables);
    return rows;
}

void ps_fold_partners(const struct ps_report *report, const struct ps_fold_row *row, char *to, size_t size)
{
    char count[PS_UNITS_SIZE];
    if (row->partners > 1) {
        (void)snprintf(to, size, "%s ports", ps_units_count(count, row->partners, report->options->units_exact));
        return;
    }
    const char *name = ps_service_name(report->names, (enum ps_transport)row->transport, row->low);
    bool show = name[0] != '\0' && row->low != row->hub;
    (void)snprintf(to, size, "%u%s%s", (unsigned)row->low, show ? " " : "", show ? name : "");
}
