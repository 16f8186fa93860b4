/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The temporary (ephemeral) ports of every client, RFC 6335 section 6 and RFC 6056: which range they came from, whether
 * one by one or at random, and how many were in use at one time towards one service.
 *
 * Leaves out what is no temporary port: numbers below 1024, the same number at both ends, ends that are peers. Says no
 * more than the flows do: a port that is closed may still be held by the client's kernel (TIME-WAIT, RFC 9293
 * section 3.6.1), which no capture shows, so that the peak is a lower bound.
 */
#include "ephemeral.h"

#include <stdlib.h>
#include <string.h>

#include "order.h"

/* Ranges that systems draw from, smallest first: IANA's (Windows, macOS), Linux's, everything unprivileged. */
static const struct range {
    uint16_t low, high;
} ranges[] = {{49152, 65535}, {32768, 60999}, {1024, 65535}};

#define RANGES (sizeof ranges / sizeof ranges[0])

/* Below 8 ports neither order nor range shows: that 7 ports from Linux's range all lie in IANA's too is a matter of
 * 0.42 to the 7th, one client in 400; and 3 steps up can be chance. */
#define FEW 8u

/* A step of at most so much is "the next port": systems that count up share the counter between all destinations,
 * and Linux takes every second port. */
#define STEP_MOST 8

struct tally {
    const struct ps_work *work;
    uint32_t *seen; /* per port: the last group it was used in */
    uint32_t group;
    struct ps_order *ends;          /* for the sweep, twice as many as flows */
    uint64_t all, in_range[RANGES]; /* distinct ports of all clients */
    struct ps_ephemeral_row *row;
    size_t count, size;
};

static bool is_temporary(const struct ps_flow_row *flow)
{
    return flow->evidence != PS_EVIDENCE_PEERS && flow->client_port >= 1024 && flow->client_port != flow->server_port;
}

/* The smallest range that holds 95 of 100 ports; the last one holds all that are temporary. */
static size_t range_of(uint64_t all, const uint64_t in_range[RANGES])
{
    size_t i = 0;
    while (i + 1 < RANGES && in_range[i] * 100 < all * 95)
        i++;
    return i;
}

/* Steps from one new port to the next, where the times tell which was first. */
struct steps {
    const struct ps_flow_row *last;
    uint64_t all, small;
};

static void step_to(struct steps *steps, const struct ps_flow_row *flow)
{
    const struct ps_flow_row *last = steps->last;
    steps->last = flow;
    if (last == NULL || last->first_ns == PS_TIME_NONE || last->first_ns == flow->first_ns)
        return;
    int step = flow->client_port - last->client_port;
    steps->all++;
    steps->small += step > 0 && step <= STEP_MOST;
}

/* Sequential: three of four steps are small ones, the others being other programs and the end of the range. Of random
 * ports one step in thousands is small, so that one of four is far from it. */
static void settle_order(struct ps_ephemeral_row *row, const struct steps *steps)
{
    row->order = PS_ORDER_UNKNOWN;
    if (steps->all + 1 < FEW)
        return;
    if (steps->small * 4 >= steps->all * 3)
        row->order = PS_ORDER_SEQUENTIAL;
    else if (steps->small * 4 <= steps->all)
        row->order = PS_ORDER_RANDOM;
}

static void use_port(struct ps_ephemeral_row *row, uint16_t port, uint64_t in_range[RANGES])
{
    row->distinct++;
    if (port < row->lowest)
        row->lowest = port;
    if (port > row->highest)
        row->highest = port;
    for (size_t i = 0; i < RANGES; i++)
        in_range[i] += port >= ranges[i].low && port <= ranges[i].high;
}

/* Ports of the flows [from, to) of by_client, in the order of time. */
static void tally_ports(struct tally *tally, size_t from, size_t to, struct ps_ephemeral_row *row)
{
    uint64_t in_range[RANGES] = {0};
    struct steps steps = {.last = NULL};
    tally->group++;
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &tally->work->flow[tally->work->by_client[i]];
        if (!is_temporary(flow))
            continue;
        row->connections += flow->connections;
        if (tally->seen[flow->client_port] == tally->group)
            continue;
        tally->seen[flow->client_port] = tally->group;
        use_port(row, flow->client_port, in_range);
        step_to(&steps, flow);
    }
    row->reused = row->connections - row->distinct;
    settle_order(row, &steps);
    size_t range = range_of(row->distinct, in_range);
    row->range_low = ranges[range].low;
    row->range_high = ranges[range].high;
    tally->all += row->distinct;
    for (size_t i = 0; i < RANGES; i++)
        tally->in_range[i] += in_range[i];
}

/* Until when the port of a flow was surely in use. A port that came back was free in between, nobody knows how long:
 * only its first moment counts. */
static int64_t surely_until(const struct ps_flow_row *flow)
{
    return flow->connections > 1 || flow->last_ns < flow->first_ns ? flow->first_ns : flow->last_ns;
}

/* The most of the flows [from, to) of by_target that were there at one time; they stand in the order of time. */
static uint64_t peak_of(const struct tally *tally, size_t from, size_t to)
{
    const struct ps_work *work = tally->work;
    size_t ends = 0, ended = 0;
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[work->by_target[i]];
        if (is_temporary(flow) && flow->first_ns != PS_TIME_NONE)
            tally->ends[ends++].key = ps_order_time(surely_until(flow));
    }
    ps_order_sort(tally->ends, tally->ends + ends, ends);
    uint64_t now = 0, peak = 0;
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[work->by_target[i]];
        if (!is_temporary(flow) || flow->first_ns == PS_TIME_NONE)
            continue;
        for (; tally->ends[ended].key < ps_order_time(flow->first_ns); ended++)
            now--;
        now++;
        peak = now > peak ? now : peak;
    }
    return peak;
}

/* Whether the target of `flow` comes before the row's, where both have the same peak. */
static bool is_before(const struct ps_flow_row *flow, const struct ps_ephemeral_row *row)
{
    int order = memcmp(&flow->server, &row->peak_server, sizeof flow->server);
    return order != 0 ? order < 0 : flow->server_port < row->peak_port;
}

static void find_peak(const struct tally *tally, size_t from, size_t to, struct ps_ephemeral_row *row)
{
    for (size_t at = from; at < to;) {
        size_t end = ps_work_target_end(tally->work, at);
        uint64_t peak = peak_of(tally, at, end);
        const struct ps_flow_row *flow = &tally->work->flow[tally->work->by_target[at]];
        if (peak > row->peak || (peak > 0 && peak == row->peak && is_before(flow, row))) {
            row->peak = peak;
            row->peak_server = flow->server;
            row->peak_port = flow->server_port;
        }
        at = end;
    }
}

static int add_row(struct tally *tally, const struct ps_ephemeral_row *row)
{
    if (tally->count == tally->size) {
        size_t size = tally->size > 0 ? tally->size * 2 : 64;
        struct ps_ephemeral_row *grown = realloc(tally->row, size * sizeof *grown);
        if (grown == NULL)
            return -1;
        tally->row = grown;
        tally->size = size;
    }
    tally->row[tally->count++] = *row;
    return 0;
}

/* One client and transport: flows [from, to) of by_client, and of by_target as well, where the same clients have the
 * same places. */
static int add_client(struct tally *tally, size_t from, size_t to)
{
    const struct ps_flow_row *flow = &tally->work->flow[tally->work->by_client[from]];
    if (flow->transport != PS_TRANSPORT_TCP && flow->transport != PS_TRANSPORT_UDP)
        return 0;
    struct ps_ephemeral_row row = {
        .client = flow->client, .family = flow->family, .transport = flow->transport, .lowest = UINT16_MAX};
    tally_ports(tally, from, to, &row);
    if (row.distinct == 0)
        return 0;
    find_peak(tally, from, to, &row);
    return add_row(tally, &row);
}

/* A client with few ports is taken to draw from the range of all clients together, if its ports lie there. */
static void settle_ranges(struct tally *tally)
{
    size_t common = range_of(tally->all, tally->in_range);
    if (common + 1 == RANGES)
        return;
    for (size_t i = 0; i < tally->count; i++) {
        struct ps_ephemeral_row *row = &tally->row[i];
        if (row->distinct < FEW && row->lowest >= ranges[common].low && row->highest <= ranges[common].high) {
            row->range_low = ranges[common].low;
            row->range_high = ranges[common].high;
        }
    }
}

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

static int add_clients(struct tally *tally)
{
    for (size_t from = 0; from < tally->work->count;) {
        size_t to = ps_work_client_end(tally->work, from);
        if (add_client(tally, from, to) != 0)
            return -1;
        from = to;
    }
    settle_ranges(tally);
    if (tally->count > 0)
        qsort(tally->row, tally->count, sizeof *tally->row, compare_rows);
    return 0;
}

int ps_ephemeral_collect(const struct ps_work *work, struct ps_ephemeral_row **ret_rows, size_t *ret_count)
{
    struct tally tally = {
        .work = work,
        .seen = calloc((size_t)UINT16_MAX + 1, sizeof *tally.seen),
        .ends = calloc(2 * work->count + 1, sizeof *tally.ends),
    };
    int failed = tally.seen == NULL || tally.ends == NULL ? -1 : add_clients(&tally);
    free(tally.seen);
    free(tally.ends);
    if (failed != 0) {
        free(tally.row);
        return -1;
    }
    *ret_rows = tally.row;
    *ret_count = tally.count;
    return 0;
}
