/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows out of the table, and those of one part of a capture into those of the part before it.
 */
#include <string.h>

#include "flow_run.h"
#include "flows_private.h"

/* --- reading --- */

size_t ps_flows_count(const struct flows *f)
{
    size_t count = 0;
    for (unsigned p = 0; p < FLOW_PARTS; p++)
        count += f->part[p].count;
    return count;
}

bool ps_flows_prepare(struct flows *f)
{
    bool prepared = ps_flows_settle_passing(f);
    ps_rtt_destroy(f->rtt);
    f->rtt = NULL;
    for (unsigned p = 0; p < FLOW_PARTS && prepared; p++) {
        if (!f->part[p].rtt)
            continue;
        if (!f->rtt)
            f->rtt = ps_rtt_create();
        prepared = f->rtt && ps_rtt_merge(f->rtt, f->part[p].rtt);
    }
    return prepared;
}

void ps_part_load(const struct flows *f, unsigned p, size_t number, struct flow *flow)
{
    ps_part_unpack(&f->part[p], number, flow);
    flow->part = (uint8_t)p;
}

void ps_flows_load(const struct flows *f, size_t index, struct flow *flow)
{
    unsigned p = 0;
    while (index >= f->part[p].count)
        index -= f->part[p++].count;
    ps_part_load(f, p, index, flow);
}

struct flow_run ps_flows_run(const struct flows *f, size_t index, size_t most)
{
    unsigned p = 0;
    while (index >= f->part[p].count)
        index -= f->part[p++].count;
    const struct flow_part *part = &f->part[p];
    size_t count = part->count - index, side_by_side = CHUNK - index % CHUNK;
    count = count < side_by_side ? count : side_by_side;
    return (struct flow_run){
        .hot = ps_part_hot(part, index),
        .cold = ps_part_cold(part, index),
        .extras = part->extra,
        .count = count < most ? count : most,
        .part = (uint8_t)p,
    };
}

void ps_flows_ask_for(const struct flows *f, size_t index)
{
    unsigned p = 0;
    while (index >= f->part[p].count)
        index -= f->part[p++].count;
    __builtin_prefetch(ps_part_hot(&f->part[p], index));
    __builtin_prefetch(ps_part_cold(&f->part[p], index));
}

struct ps_address ps_flows_address(const struct flows *f, const struct flow *flow, int end)
{
    uint32_t word = end ? flow->key.b : flow->key.a;
    struct ps_address address = {{0}};
    if (flow->key.family == 6) {
        const struct flow_ends *ends = ps_part_ends(&f->part[flow->part], flow->key.a);
        return end ? ends->b : ends->a;
    }
    memcpy(address.octet, &word, sizeof(word));
    return address;
}

bool ps_flows_find(const struct flows *f, const struct flows *other, const struct flow *flow, struct flow *ret_flow)
{
    struct flow_key key = flow->key;
    struct flow_ends ends;
    bool wide = key.family == 6;
    if (wide) {
        ends = (struct flow_ends){ps_flows_address(other, flow, 0), ps_flows_address(other, flow, 1)};
        key.b = ps_flow_ends_word(&ends);
    }
    uint64_t hash = ps_flow_hash(&key, wide ? &ends : NULL);
    unsigned p = ps_flow_part_of(hash);
    size_t number = ps_part_look_up(&f->part[p], hash, &key, wide ? &ends : NULL);
    if (number == SIZE_MAX)
        return false;
    ps_part_load(f, p, number, ret_flow);
    return true;
}

const struct flow_extra *ps_flows_extra(const struct flows *f, const struct flow *flow)
{
    return flow->extra ? &f->part[flow->part].extra[flow->extra - 1] : NULL;
}

const struct rtt *ps_flows_rtt(const struct flows *f)
{
    return f->rtt;
}

uint64_t ps_flows_duplicates(const struct flows *f)
{
    uint64_t duplicates = 0;
    for (unsigned p = 0; p < FLOW_PARTS; p++)
        duplicates += f->part[p].duplicates;
    return duplicates;
}

/* --- parts of a capture --- */

/* One flow of the part that follows. */
static bool merge_flow(struct flows *f, struct flow_part *to, const struct flow_part *from, size_t number)
{
    const struct flow_hot *hot = ps_part_hot(from, number);
    const struct flow_ends *ends = hot->key.family == 6 ? ps_part_ends(from, hot->key.a) : NULL;
    if (!ps_part_reserve(f, to, 1))
        return false;
    size_t at = ps_part_find(f, to, ps_part_hash(from, number), &hot->key, ends);
    struct flow flow, more;
    struct flow_context context = ps_part_context(to);
    ps_part_unpack(to, at, &flow);
    ps_part_unpack(from, number, &more);
    ps_flow_merge(&context, &flow, &more, more.extra ? &from->extra[more.extra - 1] : NULL);
    return ps_part_pack(to, at, &flow) && !context.failed;
}

static bool merge_part(struct flows *f, struct flow_part *to, const struct flow_part *from)
{
    bool merged = true;
    for (size_t i = 0; merged && i < from->count; i++)
        merged = ps_flows_make_room(f, 1) && merge_flow(f, to, from, i);
    to->duplicates += from->duplicates;
    if (merged && from->rtt) {
        if (!to->rtt)
            to->rtt = ps_rtt_create();
        merged = to->rtt && ps_rtt_merge(to->rtt, from->rtt);
    }
    return merged;
}

bool ps_flows_merge(struct flows *f, const struct flows *part)
{
    for (unsigned p = 0; p < FLOW_PARTS; p++)
        if (!merge_part(f, &f->part[p], &part->part[p]))
            return false;
    return !part->evicted || ps_flows_merge_evicted(f, part);
}
