/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port pairs folded around the port with more partners; the rule stands in fold.h.
 */
#include "fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/best.h"
#include "portsniff/parallel.h"
#include "portsniff/scratch.h"
#include "units.h"
#include "views.h"

#define PORTS 65536u

/* By protocol and port. */
struct tables {
    uint32_t partners[PS_TRANSPORT_COUNT][PORTS]; /* different ones, itself not counted */
    uint32_t row[PS_TRANSPORT_COUNT][PORTS];      /* 1 + index of the port's row as a hub, or 0 */
    uint32_t self[PS_TRANSPORT_COUNT][PORTS];     /* likewise as a port that talks to itself */
};

struct folding {
    const struct ps_snapshot *snapshot;
    const struct ps_names *names;
    struct tables *tables;
    unsigned workers;
    struct ps_fold_row
        *row;     /* NULL while they are numbered; then those of each worker, the first one's being the sums */
    size_t count; /* of one worker */
    struct ps_fold *result;
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

/* What pairs carried, flow by flow where there is a source. */
static size_t share_count(const struct ps_snapshot *snapshot)
{
    return snapshot->pairs.owner != NULL ? snapshot->pairs.shares : snapshot->pair_count;
}

static bool get_share(const struct ps_snapshot *snapshot, size_t index, struct ps_pair_row *ret_row)
{
    if (snapshot->pairs.owner != NULL)
        return snapshot->pairs.share(snapshot->pairs.owner, index, ret_row);
    *ret_row = snapshot->pair[index];
    return true;
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

static void add_partner(struct ps_fold_row *row, const struct pair *pair, uint16_t hub)
{
    uint16_t partner = pair->a == hub ? pair->b : pair->a;
    if (row->partners == 0 || partner < row->low)
        row->low = partner;
    if (row->partners == 0 || partner > row->high)
        row->high = partner;
    row->transport = pair->transport;
    row->hub = hub;
    row->partners++;
}

static void add_traffic(struct ps_count *sum, const struct ps_traffic *more)
{
    sum->packets += more->packets;
    sum->bytes += more->bytes;
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

static void count_partners(const struct folding *f)
{
    size_t count = pair_count(f->snapshot);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = pair_at(f->snapshot, i);
        if (!is_self(&pair)) {
            f->tables->partners[pair.transport][pair.a]++;
            f->tables->partners[pair.transport][pair.b]++;
        }
    }
}

/* Gives each row its number. */
static void number_rows(struct folding *f)
{
    size_t count = pair_count(f->snapshot);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = pair_at(f->snapshot, i);
        uint32_t *row = is_self(&pair) ? &f->tables->self[pair.transport][pair.a]
                                       : &f->tables->row[pair.transport][hub_of(f->tables, f->names, &pair)];
        if (*row == 0)
            *row = (uint32_t)++f->count;
    }
}

static struct ps_fold_row *row_of(const struct folding *f, struct ps_fold_row *rows, const struct pair *pair,
                                  uint16_t hub)
{
    uint32_t number = is_self(pair) ? f->tables->self[pair->transport][hub] : f->tables->row[pair->transport][hub];
    return &rows[number - 1];
}

static void add_partners(const struct folding *f)
{
    size_t count = pair_count(f->snapshot);
    for (size_t i = 0; i < count; i++) {
        struct pair pair = pair_at(f->snapshot, i);
        uint16_t hub = hub_of(f->tables, f->names, &pair);
        add_partner(row_of(f, f->row, &pair, hub), &pair, hub);
    }
}

/* Each worker adds to rows of its own. */
static bool add_shares(void *context, unsigned worker, size_t from, size_t to)
{
    const struct folding *f = context;
    struct ps_fold_row *rows = f->row + worker * f->count;
    for (size_t i = from; i < to; i++) {
        struct ps_pair_row share;
        if (!get_share(f->snapshot, i, &share))
            continue;
        struct pair pair = {share.transport, share.port_a, share.port_b};
        uint16_t hub = hub_of(f->tables, f->names, &pair);
        struct ps_fold_row *row = row_of(f, rows, &pair, hub);
        add_traffic(&row->from_hub, pair.a == hub ? &share.a_to_b : &share.b_to_a);
        add_traffic(&row->to_hub, pair.a == hub ? &share.b_to_a : &share.a_to_b);
    }
    return true;
}

static void fill_rows(struct folding *f)
{
    add_partners(f);
    (void)ps_parallel(f->workers, share_count(f->snapshot), add_shares, f);
    for (size_t i = f->count; i < f->workers * f->count; i++) {
        ps_count_add(&f->row[i % f->count].from_hub, &f->row[i].from_hub);
        ps_count_add(&f->row[i % f->count].to_hub, &f->row[i].to_hub);
    }
}

static void leave(void *owner, const void *left)
{
    struct ps_fold *fold = owner;
    const struct ps_fold_row *row = left;
    fold->rest++;
    ps_count_add(&fold->rest_from_hub, &row->from_hub);
    ps_count_add(&fold->rest_to_hub, &row->to_hub);
}

/* The first rows, in the report's memory. */
static bool choose_rows(struct ps_report *report, const struct folding *f)
{
    ps_compare *const orders[PS_SORT_COUNT] = {
        [PS_SORT_BYTES] = by_bytes, [PS_SORT_PACKETS] = by_packets, [PS_SORT_PORT] = by_port};
    ps_compare *order = orders[report->options->sort] != NULL ? orders[report->options->sort] : by_bytes;
    struct ps_best best;
    bool good = true;
    ps_best_init(&best, report->options->top, sizeof(struct ps_fold_row), order, leave, f->result);
    for (size_t i = 0; good && i < f->count; i++)
        good = ps_best_offer(&best, &f->row[i]);
    struct ps_fold_row *rows = good ? ps_report_alloc(report, best.count, sizeof(*rows)) : NULL;
    void *chosen = rows != NULL ? ps_best_take(&best, order, &f->result->count) : NULL;
    if (chosen != NULL)
        memcpy(rows, chosen, f->result->count * sizeof(*rows));
    f->result->row = rows;
    free(chosen);
    ps_best_finish(&best);
    return chosen != NULL;
}

const struct ps_fold *ps_fold_pairs(struct ps_report *report)
{
    struct folding f = {.snapshot = report->snapshot, .names = report->names};
    f.workers = ps_workers(report->snapshot->wish.threads, share_count(report->snapshot));
    f.tables = ps_scratch_get(1, sizeof(*f.tables));
    f.result = ps_report_alloc(report, 1, sizeof(*f.result));
    bool good = f.tables != NULL && f.result != NULL;
    if (good) {
        count_partners(&f);
        number_rows(&f);
        f.row = ps_scratch_get(f.workers * f.count, sizeof(*f.row));
    }
    if (f.row != NULL) {
        fill_rows(&f);
        good = choose_rows(report, &f);
    }
    good = good && f.row != NULL;
    ps_scratch_put(f.row, f.workers * f.count, sizeof(*f.row));
    ps_scratch_put(f.tables, 1, sizeof(*f.tables));
    report->failed |= !good;
    return good ? f.result : NULL;
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
