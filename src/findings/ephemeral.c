/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The temporary (ephemeral) ports of every client, RFC 6335 section 6 and RFC 6056: which range they came from, whether
 * one by one or at random, and how many were in use at one time towards one service.
 *
 * Leaves out what is no temporary port: numbers below 1024, the same number at both ends, ends that are peers. Says no
 * more than the flows do: a port that is closed may still be held by the client's kernel (TIME-WAIT, RFC 9293
 * section 3.6.1), which no capture shows, so that the peak is a lower bound.
 *
 * Most clients are only counted: rows are made of those that a report shows.
 */
#include "ephemeral.h"

#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "ports_used.h"
#include "portsniff/best.h"
#include "portsniff/parallel.h"

/* Smallest first, but for Linux's, which is not asked before IANA's. */
static const struct range {
    uint16_t low, high;
} ranges[PS_RANGE_COUNT] =
    {[PS_RANGE_IANA] = {49152, 65535}, [PS_RANGE_LINUX] = {32768, 60999}, [PS_RANGE_UNPRIVILEGED] = {1024, 65535}};

/* No client with a lower peak is short of ports. */
#define FULL_LEAST ((65535u - 49152u + 1) * PS_EXHAUSTION_PERCENT / 100)

/* What one worker makes of its clients. */
struct tally {
    const struct ps_snapshot *snapshot;
    struct ps_rest rest; /* its counts of clients that are not shown */
    uint32_t *seen;      /* per port: the last group it was used in; NULL: not needed yet */
    uint32_t group;
    uint64_t all, in_range[PS_RANGE_COUNT]; /* distinct ports of all clients */
    struct ps_best best;
    /* Rows that are not shown: distinct ports by their own range, and of clients with few ports by the ranges that these
     * would fit as well. */
    uint64_t drawn[PS_RANGE_COUNT], drawn_few[PS_RANGE_COUNT][1 << PS_RANGE_COUNT];
    struct ps_ephemeral_row *full;
    size_t full_count, full_room;
};

/* The smallest range that holds 95 of 100 ports; the last one holds all that are temporary. */
static enum ps_range range_of(uint64_t all, const uint64_t in_range[PS_RANGE_COUNT])
{
    unsigned i = 0;
    while (i + 1 < PS_RANGE_COUNT && in_range[i] * 100 < all * 95)
        i++;
    return (enum ps_range)i;
}

static void set_range(struct ps_ephemeral_row *row, enum ps_range range)
{
    row->range_low = ranges[range].low;
    row->range_high = ranges[range].high;
}

static enum ps_range range_at(const struct ps_ephemeral_row *row)
{
    enum ps_range range = PS_RANGE_IANA;
    while (ranges[range].low != row->range_low)
        range++;
    return range;
}

static bool fits(const struct ps_ephemeral_row *row, enum ps_range range)
{
    return row->lowest >= ranges[range].low && row->highest <= ranges[range].high;
}

/* --- counting a client's ports --- */

static void use_port(struct ps_ephemeral_row *row, uint16_t port, uint64_t in_range[PS_RANGE_COUNT])
{
    row->distinct++;
    if (port < row->lowest)
        row->lowest = port;
    if (port > row->highest)
        row->highest = port;
    for (size_t i = 0; i < PS_RANGE_COUNT; i++)
        in_range[i] += port >= ranges[i].low && port <= ranges[i].high;
}

static uint64_t connections_of(const struct tally *tally, const struct ps_use *use)
{
    struct ps_flow_row flow;
    if (use->connections < PS_USE_MANY || !ps_snapshot_flow(tally->snapshot, use->index, &flow))
        return use->connections;
    return flow.connections;
}

/* Whether a port of this client is new; `item`: those before it. */
static bool is_new(struct tally *tally, const struct ps_item *item, size_t before, uint16_t port)
{
    if (tally->seen != NULL) {
        bool known = tally->seen[port] == tally->group;
        tally->seen[port] = tally->group;
        return !known;
    }
    for (size_t i = 0; i < before; i++)
        if (ps_use_of(&item[i]).port == port)
            return false;
    return true;
}

static int tally_ports(struct tally *tally, const struct ps_item *item, size_t count, struct ps_ephemeral_row *row)
{
    uint64_t in_range[PS_RANGE_COUNT] = {0};
    if (count > PS_PORTS_FEW && tally->seen == NULL) {
        tally->seen = calloc((size_t)UINT16_MAX + 1, sizeof *tally->seen);
        if (tally->seen == NULL)
            return -1;
    }
    tally->group++;
    for (size_t i = 0; i < count; i++) {
        struct ps_use use = ps_use_of(&item[i]);
        row->connections += connections_of(tally, &use);
        if (is_new(tally, item, i, use.port))
            use_port(row, use.port, in_range);
    }
    row->reused = row->connections - row->distinct;
    set_range(row, range_of(row->distinct, in_range));
    tally->all += row->distinct;
    for (size_t i = 0; i < PS_RANGE_COUNT; i++)
        tally->in_range[i] += in_range[i];
    return 0;
}

/* --- rows --- */

static int compare_rows(const void *left, const void *right)
{
    const struct ps_ephemeral_row *a = left, *b = right;
    if (a->peak != b->peak)
        return a->peak > b->peak ? -1 : 1;
    if (a->connections != b->connections)
        return a->connections > b->connections ? -1 : 1;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int order = memcmp(&a->client, &b->client, sizeof a->client);
    return order != 0 ? order : a->transport - b->transport;
}

/* A row that is not shown. */
static void leave(void *owner, const void *left)
{
    struct tally *tally = owner;
    const struct ps_ephemeral_row *row = left;
    struct ps_rest *rest = &tally->rest;
    rest->ephemeral++;
    rest->ephemeral_connections += row->connections;
    rest->ephemeral_reused += row->reused;
    unsigned fit = 0;
    for (unsigned i = 0; i < PS_RANGE_COUNT; i++)
        fit |= (unsigned)fits(row, (enum ps_range)i) << i;
    if (row->distinct < PS_PORTS_FEW)
        tally->drawn_few[range_at(row)][fit] += row->distinct;
    else
        tally->drawn[range_at(row)] += row->distinct;
}

static int add_full(struct tally *tally, const struct ps_ephemeral_row *row)
{
    if (tally->full_count == tally->full_room) {
        size_t room = tally->full_room > 0 ? tally->full_room * 2 : 4;
        struct ps_ephemeral_row *grown = realloc(tally->full, room * sizeof *grown);
        if (grown == NULL)
            return -1;
        tally->full = grown;
        tally->full_room = room;
    }
    tally->full[tally->full_count++] = *row;
    return 0;
}

/* The client itself, and of a lone flow its peak: what the order of rows asks for. */
static void name_client(const struct tally *tally, const struct ps_item *item, struct ps_ephemeral_row *row)
{
    struct ps_flow_row flow;
    if (row->family == 6 && ps_snapshot_flow(tally->snapshot, ps_use_of(item).index, &flow))
        row->client = flow.client;
    else
        memcpy(&row->client, &item->key, sizeof item->key);
}

/* Whether the row of a client may be one of those that are shown; `count` flows have no higher peak. */
static bool may_be_shown(const struct tally *tally, const struct ps_item *item, size_t count,
                         const struct ps_ephemeral_row *row)
{
    if (!(tally->snapshot->wish.tables & PS_TABLE_EPHEMERAL))
        return false;
    const struct ps_ephemeral_row *last = ps_best_last(&tally->best);
    if (last == NULL || count > last->peak)
        return true;
    if (count < last->peak || row->connections < last->connections)
        return false;
    struct ps_ephemeral_row most = *row;
    name_client(tally, item, &most);
    most.peak = count;
    return compare_rows(&most, last) < 0;
}

/* Whether the client may be short of ports. -1 when memory is out. */
static int may_be_full(const struct tally *tally, const struct ps_item *item, size_t count)
{
    if (count < FULL_LEAST)
        return 0;
    size_t most = ps_ports_used_most(tally->snapshot, item, count);
    return most == SIZE_MAX ? -1 : most >= FULL_LEAST;
}

/* One client and transport. */
static int add_client(struct tally *tally, const struct ps_item *item, size_t count)
{
    uint64_t kind = item->value >> PS_ITEM_VALUE_BITS;
    struct ps_ephemeral_row row = {.family = kind & 8 ? 6 : 4, .transport = (uint8_t)(kind & 7), .lowest = UINT16_MAX};
    if (tally_ports(tally, item, count, &row) != 0)
        return -1;
    bool shown = may_be_shown(tally, item, count, &row);
    int full = may_be_full(tally, item, count);
    if (!shown && full == 0) {
        leave(tally, &row);
        return 0;
    }
    name_client(tally, item, &row);
    if (full < 0 || ps_ports_used(tally->snapshot, item, count, &row) != 0)
        return -1;
    if (full > 0 && row.peak >= FULL_LEAST && add_full(tally, &row) != 0)
        return -1;
    if (shown)
        return ps_best_offer(&tally->best, &row) ? 0 : -1;
    leave(tally, &row);
    return 0;
}

/* --- all clients --- */

struct counting {
    const struct ps_parts *clients;
    unsigned workers;
    struct tally by[PS_WORKERS_MAX];
};

static bool add_part(struct tally *tally, const struct ps_item *item, size_t count)
{
    bool good = item != NULL;
    for (size_t from = 0, to; good && from < count; from = to) {
        to = ps_group_end(item, from, count);
        good = add_client(tally, &item[from], to - from) == 0;
    }
    return good;
}

static bool add_parts(void *context, unsigned worker, size_t from, size_t to)
{
    struct counting *c = context;
    struct ps_groups groups = {.to = NULL};
    bool good = true;
    for (size_t part = from; good && part < to; part++) {
        size_t count = 0;
        const struct ps_item *item = ps_parts_group(c->clients, part, &groups, &count);
        good = add_part(&c->by[worker], item, count);
    }
    ps_groups_finish(&groups);
    free(c->by[worker].seen);
    return good;
}

/* Adds what another worker counted to what the first one did. */
static bool join(struct tally *to, const struct tally *more)
{
    to->rest.ephemeral += more->rest.ephemeral;
    to->rest.ephemeral_connections += more->rest.ephemeral_connections;
    to->rest.ephemeral_reused += more->rest.ephemeral_reused;
    to->all += more->all;
    for (unsigned i = 0; i < PS_RANGE_COUNT; i++) {
        to->in_range[i] += more->in_range[i];
        to->drawn[i] += more->drawn[i];
        for (unsigned fit = 0; fit < 1u << PS_RANGE_COUNT; fit++)
            to->drawn_few[i][fit] += more->drawn_few[i][fit];
    }
    bool good = true;
    for (size_t i = 0; good && i < more->best.count; i++)
        good = ps_best_offer(&to->best, more->best.row + i * more->best.size);
    for (size_t i = 0; good && i < more->full_count; i++)
        good = add_full(to, &more->full[i]) == 0;
    return good;
}

/* --- the range of all clients --- */

/* A client with few ports is taken to draw from the range of all clients together, if its ports lie there. */
static void settle_rows(struct ps_ephemeral_row *row, size_t count, enum ps_range common)
{
    for (size_t i = 0; i < count && common != PS_RANGE_UNPRIVILEGED; i++)
        if (row[i].distinct < PS_PORTS_FEW && fits(&row[i], common))
            set_range(&row[i], common);
}

static void settle_rest(const struct tally *tally, enum ps_range common, struct ps_rest *rest)
{
    rest->ephemeral += tally->rest.ephemeral;
    rest->ephemeral_connections += tally->rest.ephemeral_connections;
    rest->ephemeral_reused += tally->rest.ephemeral_reused;
    for (unsigned own = 0; own < PS_RANGE_COUNT; own++) {
        rest->ephemeral_ports[own] += tally->drawn[own];
        for (unsigned fit = 0; fit < 1u << PS_RANGE_COUNT; fit++) {
            bool moves = common != PS_RANGE_UNPRIVILEGED && fit >> common & 1;
            rest->ephemeral_ports[moves ? (unsigned)common : own] += tally->drawn_few[own][fit];
        }
    }
}

static bool count_clients(struct counting *c)
{
    bool good = ps_parallel(c->workers, ps_parts_count(c->clients), add_parts, c);
    for (unsigned w = 1; good && w < c->workers; w++)
        good = join(&c->by[0], &c->by[w]);
    for (unsigned w = 1; w < c->workers; w++) {
        ps_best_finish(&c->by[w].best);
        free(c->by[w].full);
    }
    return good;
}

int ps_ephemeral_collect(struct ps_snapshot *snapshot, const struct ps_parts *clients,
                         struct ps_ephemeral *ret_ephemeral)
{
    struct counting *c = calloc(1, sizeof *c);
    if (c == NULL)
        return -1;
    *c = (struct counting){.clients = clients};
    c->workers = ps_workers(snapshot->wish.threads, ps_snapshot_flows(snapshot));
    for (unsigned w = 0; w < c->workers; w++) {
        c->by[w].snapshot = snapshot;
        ps_best_init(&c->by[w].best, snapshot->wish.top, sizeof(struct ps_ephemeral_row), compare_rows, leave,
                     &c->by[w]);
    }
    struct tally *all = &c->by[0];
    bool counted = count_clients(c);
    struct ps_ephemeral got = {.full = all->full, .full_count = all->full_count};
    if (counted)
        got.row = ps_best_take(&all->best, compare_rows, &got.count);
    ps_best_finish(&all->best);
    if (got.row != NULL) {
        enum ps_range common = range_of(all->all, all->in_range);
        settle_rows(got.row, got.count, common);
        settle_rows(got.full, got.full_count, common);
        settle_rest(all, common, &snapshot->rest);
        *ret_ephemeral = got;
    } else {
        free(got.full);
    }
    free(c);
    return got.row != NULL ? 0 : -1;
}
