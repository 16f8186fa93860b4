/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows of consecutive parts of a capture become one, as if their packets had come one by one: stretches that a part
 * left open are joined to the connection before them, or begin another one.
 */
#include <string.h>

#include "flow_stretch.h"

static void join_ranges(struct flow_segment *s, const struct flow_segment *more, int end)
{
    if (!(FLOW_SEEN(more->flags, end) & SEEN_SEQUENCE))
        return;
    bool first_known = FLOW_SEEN(s->flags, end) & SEEN_SYN, first_comes = FLOW_SEEN(more->flags, end) & SEEN_SYN;
    if (!(FLOW_SEEN(s->flags, end) & SEEN_SEQUENCE) || (first_comes && !first_known)) {
        s->base[end] = more->base[end];
        s->span[end] = more->span[end];
        return;
    }
    uint32_t top = s->base[end] + (uint32_t)s->span[end];
    int64_t start = (int64_t)s->span[end] + (int32_t)(more->base[end] - top); /* relative to s->base */
    int64_t stop = start + (int64_t)more->span[end];
    int64_t low = start < 0 && !first_known ? start : 0,
            high = stop > (int64_t)s->span[end] ? stop : (int64_t)s->span[end];
    s->base[end] += (uint32_t)low;
    s->span[end] = (uint64_t)(high - low);
}

/* `more` continues `s` in the same connection. */
static void join(struct flow_segment *s, const struct flow_segment *more)
{
    unsigned seen_before = FLOW_SEEN(s->flags, 0) | FLOW_SEEN(s->flags, 1);
    for (int end = 0; end < 2; end++) {
        join_ranges(s, more, end);
        s->payload[end] += more->payload[end];
        bool syn = FLOW_SEEN(s->flags, end) & SEEN_SYN, syn_more = FLOW_SEEN(more->flags, end) & SEEN_SYN;
        if (syn && syn_more)
            s->flags |= FLOW_SYN_TWICE;
        bool takes_over = syn_more && !(seen_before & SEEN_SYN); /* the SYN's time, instead of an ACK's */
        if (takes_over || (!syn && !s->mark_ns[!end]))
            s->mark_ns[!end] = more->mark_ns[!end];
    }
    uint32_t begun = seen_before & SEEN_SYN ? 0 : more->flags & FLOW_BEGUN_BY_B;
    s->flags |= (more->flags & ~FLOW_BEGUN_BY_B) | begun;
    if (s->last_ns == PS_TIME_NONE || (more->last_ns != PS_TIME_NONE && more->last_ns > s->last_ns))
        s->last_ns = more->last_ns;
}

/* Whether the first connection of a part is another one than the current connection of the flow before it. */
static bool opening_begins(const struct flow *flow, const struct flow_segment *opening)
{
    if (flow->key.transport != PS_TRANSPORT_TCP)
        return ps_flow_paused(flow->last_ns, opening->first_ns);
    int end = opening->flags & FLOW_BEGUN_BY_B ? 1 : 0;
    return ps_flow_syn_begins(flow->flags, flow->base, end, opening->base[end]);
}

static void merge_current(struct flow *flow, const struct flow_segment *more)
{
    struct flow_segment s = ps_flow_current(flow);
    join(&s, more);
    ps_flow_set_current(flow, &s);
}

static void add_former(struct flow_extra *to, const struct flow_extra *from)
{
    for (int i = 0; i < PS_OUTCOME_COUNT; i++)
        to->outcome[i] += from->outcome[i];
    for (int end = 0; end < 2; end++) {
        to->one_way[end] += from->one_way[end];
        to->payload[end] += from->payload[end];
    }
    to->retransmitted += from->retransmitted;
}

/* The stretches of `part`, in order, as if its packets came one by one. */
static void merge_stretches(struct flow_context *context, struct flow *flow, const struct flow *part,
                            const struct flow_extra *part_extra)
{
    enum flow_phase phase = ps_flow_phase(part);
    struct flow_segment current = ps_flow_current(part);
    if (phase == PHASE_LEAD) {
        merge_current(flow, &current);
        return;
    }
    if (part_extra && part_extra->has_lead)
        merge_current(flow, &part_extra->lead);
    bool settled = phase == PHASE_SETTLED;
    const struct flow_segment *opening = settled ? (part_extra ? &part_extra->opening : NULL) : &current;
    bool has_opening = !settled || (part_extra && part_extra->has_opening);
    if (has_opening) {
        if (ps_flow_phase(flow) == PHASE_LEAD)
            ps_flow_leave_lead(context, flow);
        else if (opening_begins(flow, opening))
            ps_flow_turn_over(context, flow);
        merge_current(flow, opening);
        ps_flow_note_times(flow, opening->first_ns); /* in a part, this stretch may be put away as its opening */
    }
    if (!settled)
        return;
    struct flow_extra *extra = has_opening || part_extra ? ps_flow_extra_of(context, flow) : NULL;
    if (has_opening)
        ps_flow_turn_over(context, flow);
    if (extra && part_extra)
        add_former(extra, part_extra);
    merge_current(flow, &current);
}

/* The first looks count, whichever part they were made in. */
static void merge_looks(struct flow *flow, const struct flow *part)
{
    unsigned n = FLOW_LOOKS_OF(flow->flags), more = FLOW_LOOKS_OF(part->flags);
    for (unsigned i = 0; i < more && n < FLOW_LOOKS; i++)
        flow->look[n++] = part->look[i];
    flow->flags = (flow->flags & ~(UINT32_MAX << FLOW_LOOKS_SHIFT)) | n << FLOW_LOOKS_SHIFT;
}

void ps_flow_merge(struct flow_context *context, struct flow *flow, const struct flow *part,
                   const struct flow_extra *part_extra)
{
    uint32_t evidence = FLOW_FROM_SYN(0) | FLOW_FROM_SYN(1) | FLOW_FROM_SYN_ACK(0) | FLOW_FROM_SYN_ACK(1) |
                        FLOW_FROM_ICMP(0) | FLOW_FROM_ICMP(1);
    flow->flags |= part->flags & evidence;
    merge_stretches(context, flow, part, part_extra);
    merge_looks(flow, part);
    for (int end = 0; end < 2; end++) {
        flow->packets[end] += part->packets[end];
        flow->bytes[end] += part->bytes[end];
        flow->network[end] += part->network[end];
        if (part->digest[end])
            flow->digest[end] = part->digest[end];
    }
    ps_flow_note_times(flow, part->first_ns);
    ps_flow_note_times(flow, part->last_ns);
}
