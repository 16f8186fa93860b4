/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends in groups: an end is (protocol, address, port) within its space of addresses.
 *
 * An item's key holds all of an IPv4 end but the protocol; of an IPv6 end it is a keyed hash of 64 bits, in which even
 * 100 million ends meet by accident in one of 4,000 runs.
 */
#include "ends.h"

#include "portsniff/scratch.h"

/* An item's value, from the top: family and transport (PS_ITEM_KIND_BITS), 10 bits free, whether the end listens, the
 * peer's port, the flow's number, the end. */
#define KIND_SHIFT PS_ITEM_VALUE_BITS
#define LISTENS    (UINT64_C(1) << 49)
#define PEER_SHIFT 33
#define FLOW_SHIFT 1
#define FLOWS_MOST (UINT64_C(1) << 32)

bool ps_ends_init(struct ends *ends, size_t flows, unsigned workers)
{
    *ends = (struct ends){.count = flows, .workers = workers};
    bool made = flows <= FLOWS_MOST;
    for (unsigned i = 0; i < workers; i++)
        made = ps_parts_init(&ends->parts[i], 2 * flows) && made;
    return made;
}

void ps_ends_finish(struct ends *ends)
{
    for (unsigned i = 0; i < ends->workers; i++)
        ps_parts_finish(&ends->parts[i]);
    ps_scratch_put(ends->of, 2 * ends->count, sizeof(*ends->of));
    ends->of = NULL;
}

static uint64_t key_of(const struct flows *flows, const struct flow *flow, int end)
{
    uint64_t port = end ? flow->key.port_b : flow->key.port_a, space = flow->key.space;
    if (flow->key.family == 4)
        return (uint64_t)(end ? flow->key.b : flow->key.a) << 32 | port << 16 | space;
    struct ps_address address = ps_flows_address(flows, flow, end);
    uint64_t word[3] = {0, 0, port << 16 | space};
    memcpy(word, address.octet, sizeof(address.octet));
    return ps_hash_words(ps_hash_seed(), word, 3);
}

static uint64_t kind_of(const struct flow *flow)
{
    return ((uint64_t)flow->key.transport | (flow->key.family == 4 ? 0 : 8)) << KIND_SHIFT;
}

bool ps_ends_listens(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end)
{
    return ps_parts_add(&ends->parts[worker], key_of(flows, flow, end), kind_of(flow) | LISTENS);
}

bool ps_ends_ask(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, size_t index)
{
    uint64_t kind = kind_of(flow), number = (uint64_t)index << FLOW_SHIFT;
    ends->asked[worker] = true;
    return ps_parts_add(&ends->parts[worker], key_of(flows, flow, 0),
                        kind | (uint64_t)flow->key.port_b << PEER_SHIFT | number) &&
           ps_parts_add(&ends->parts[worker], key_of(flows, flow, 1),
                        kind | (uint64_t)flow->key.port_a << PEER_SHIFT | number | 1);
}

/* What the items of one end say together. */
static uint32_t answer_of(const struct ps_item *item, size_t count)
{
    uint32_t flows = 0, flags = 0;
    uint16_t peer[ENDS_FAN_IN];
    unsigned peers = 0;
    for (size_t i = 0; i < count; i++) {
        if (item[i].value & LISTENS) {
            flags |= END_LISTENS;
            continue;
        }
        flows += flows < END_FAN_IN - 1;
        uint16_t port = (uint16_t)(item[i].value >> PEER_SHIFT);
        bool known = peers == ENDS_FAN_IN;
        for (unsigned p = 0; !known && p < peers; p++)
            known = peer[p] == port;
        if (!known)
            peer[peers++] = port;
    }
    return flows | flags | (peers == ENDS_FAN_IN ? END_FAN_IN : 0);
}

static void settle_part(struct ends *ends, const struct ps_item *item, size_t count)
{
    for (size_t from = 0; item && from < count;) {
        size_t to = ps_group_end(item, from, count);
        uint32_t answer = answer_of(&item[from], to - from);
        for (; from < to; from++)
            if (!(item[from].value & LISTENS))
                ends->of[item[from].value & ((UINT64_C(1) << PEER_SHIFT) - 1)] = answer;
    }
}

static bool settle_parts(void *context, unsigned worker, size_t from, size_t to)
{
    (void)worker;
    struct ends *ends = context;
    struct ps_groups groups = {.from = NULL};
    bool good = true;
    for (size_t part = from; good && part < to; part++) {
        size_t count = 0;
        const struct ps_item *item = ps_parts_group(&ends->parts[0], part, &groups, &count);
        good = item != NULL;
        settle_part(ends, item, count);
    }
    ps_groups_finish(&groups);
    return good;
}

bool ps_ends_settle(struct ends *ends)
{
    bool asked = false;
    for (unsigned i = 0; i < ends->workers; i++)
        asked |= ends->asked[i];
    if (!asked)
        return true;
    for (unsigned i = 1; i < ends->workers; i++)
        ps_parts_join(&ends->parts[0], &ends->parts[i]);
    ends->of = ps_scratch_get(2 * ends->count, sizeof(*ends->of));
    return ends->of && ps_parallel(ends->workers, ps_parts_count(&ends->parts[0]), settle_parts, ends);
}
