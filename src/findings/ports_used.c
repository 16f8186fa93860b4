/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks at the flows of one client, in the order of time and by target.  That needs their rows, so that it is done only for
 * clients that a report shows or that may be short of ports.
 */
#include "ports_used.h"

#include <stdlib.h>
#include <string.h>

#include "clients.h"

/* A step of at most so much is "the next port": systems that count up share the counter between all destinations,
 * and Linux takes every second port. */
#define STEP_MOST 8

/* One flow. */
struct span {
    int64_t first_ns;
    int64_t until_ns; /* until when its port was surely in use */
    struct ps_address server;
    uint16_t server_port, port;
};

/* Until when the port of a flow was surely in use. A port that came back was free in between, nobody knows how long:
 * only its first moment counts. */
static int64_t surely_until(const struct ps_flow_row *flow)
{
    return flow->connections > 1 || flow->last_ns < flow->first_ns ? flow->first_ns : flow->last_ns;
}

static struct span span_of(const struct ps_flow_row *flow)
{
    return (struct span){
        .first_ns = flow->first_ns,
        .until_ns = surely_until(flow),
        .server = flow->server,
        .server_port = flow->server_port,
        .port = flow->client_port,
    };
}

static int compare_targets(const struct span *a, const struct span *b)
{
    int order = memcmp(&a->server, &b->server, sizeof a->server);
    return order != 0 ? order : (int)a->server_port - (int)b->server_port;
}

static int by_time(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    if (a->first_ns != b->first_ns)
        return a->first_ns < b->first_ns ? -1 : 1;
    int order = compare_targets(a, b);
    return order != 0 ? order : (int)a->port - (int)b->port;
}

static int by_target(const void *left, const void *right)
{
    int order = compare_targets(left, right);
    return order != 0 ? order : by_time(left, right);
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/* --- the order of ports --- */

/* Sequential: three of four steps are small ones, the others being other programs and the end of the range. Of random
 * ports one step in thousands is small, so that one of four is far from it. */
static void settle_order(struct ps_ephemeral_row *row, uint64_t steps, uint64_t small)
{
    row->order = PS_ORDER_UNKNOWN;
    if (steps + 1 < PS_PORTS_FEW)
        return;
    if (small * 4 >= steps * 3)
        row->order = PS_ORDER_SEQUENTIAL;
    else if (small * 4 <= steps)
        row->order = PS_ORDER_RANDOM;
}

/* Steps from one new port to the next, where the times tell which was first. */
static int find_order(const struct span *span, size_t count, struct ps_ephemeral_row *row)
{
    uint64_t steps = 0, small = 0;
    uint8_t *seen = calloc((size_t)UINT16_MAX + 1, sizeof *seen);
    if (seen == NULL)
        return -1;
    const struct span *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (seen[span[i].port])
            continue;
        seen[span[i].port] = 1;
        if (last != NULL && last->first_ns != PS_TIME_NONE && last->first_ns != span[i].first_ns) {
            int step = span[i].port - last->port;
            steps++;
            small += step > 0 && step <= STEP_MOST;
        }
        last = &span[i];
    }
    free(seen);
    settle_order(row, steps, small);
    return 0;
}

/* --- the peak --- */

/* The most of the flows to one target that were there at one time; `end` has room for as many. */
static uint64_t peak_of(const struct span *span, size_t count, int64_t *end)
{
    size_t ends = 0, ended = 0;
    uint64_t now = 0, peak = 0;
    for (size_t i = 0; i < count; i++)
        if (span[i].first_ns != PS_TIME_NONE)
            end[ends++] = span[i].until_ns;
    qsort(end, ends, sizeof *end, compare_times);
    for (size_t i = 0; i < count; i++) {
        if (span[i].first_ns == PS_TIME_NONE)
            continue;
        for (; end[ended] < span[i].first_ns; ended++)
            now--;
        now++;
        peak = now > peak ? now : peak;
    }
    return peak;
}

/* The highest peak, and of equal ones the first target. */
static int find_peak(const struct span *span, size_t count, struct ps_ephemeral_row *row)
{
    int64_t *end = calloc(count + 1, sizeof *end);
    if (end == NULL)
        return -1;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && compare_targets(&span[from], &span[to]) == 0;)
            to++;
        uint64_t peak = to - from > row->peak ? peak_of(&span[from], to - from, end) : 0;
        if (peak > row->peak) {
            row->peak = peak;
            row->peak_server = span[from].server;
            row->peak_port = span[from].server_port;
        }
    }
    free(end);
    return 0;
}

int ps_ports_used(const struct ps_snapshot *snapshot, const struct ps_item *item, size_t count,
                  struct ps_ephemeral_row *row)
{
    struct span *span = calloc(count, sizeof *span);
    if (span == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct ps_flow_row flow;
        if (ps_snapshot_flow(snapshot, ps_use_of(&item[i]).index, &flow))
            span[i] = span_of(&flow);
    }
    int failed = 0;
    if (row->distinct >= PS_PORTS_FEW) {
        qsort(span, count, sizeof *span, by_time);
        failed = find_order(span, count, row);
    }
    qsort(span, count, sizeof *span, by_target);
    if (failed == 0)
        failed = find_peak(span, count, row);
    free(span);
    return failed;
}

size_t ps_ports_used_most(const struct ps_snapshot *snapshot, const struct ps_item *item, size_t count)
{
    struct ps_parts targets;
    struct ps_groups groups = {.to = NULL};
    bool good = ps_parts_init(&targets, count);
    size_t most = 0;
    for (size_t i = 0; good && i < count; i++) {
        struct ps_flow_row flow;
        if (ps_snapshot_flow(snapshot, ps_use_of(&item[i]).index, &flow))
            good =
                ps_parts_add(&targets, ps_address_key(&flow.server, flow.family) ^ (uint64_t)flow.server_port << 40, 0);
    }
    for (size_t part = 0; good && part < ps_parts_count(&targets); part++) {
        size_t items = 0;
        const struct ps_item *target = ps_parts_group(&targets, part, &groups, &items);
        good = target != NULL;
        for (size_t from = 0, to; good && from < items; from = to) {
            to = ps_group_end(target, from, items);
            most = to - from > most ? to - from : most;
        }
    }
    ps_groups_finish(&groups);
    ps_parts_finish(&targets);
    return good ? most : SIZE_MAX;
}
