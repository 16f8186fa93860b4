/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends in groups: an end is (protocol, address, port) within its space of addresses.
 *
 * An item's key holds all of an IPv4 end but the protocol; of an IPv6 end it is a keyed hash of 64 bits, in which even
 * 100 million ends meet by accident in one of 4,000 runs.
 */
#include "ends.h"

#include <stdlib.h>
#include <string.h>

#include "portsniff/scratch.h"

/* An item's value, from the top: family and transport (PS_ITEM_KIND_BITS), 6 bits free, the worker, whether the end
 * listens, the peer's port, the number of the flow among those that the worker asked for, the end. */
#define KIND_SHIFT   PS_ITEM_VALUE_BITS
#define WORKER_SHIFT 50
#define LISTENS      (UINT64_C(1) << 49)
#define PEER_SHIFT   33
#define FLOW_SHIFT   1
#define FLOWS_MOST   (UINT64_C(1) << 32)
_Static_assert(PS_WORKERS_MAX <= 16, "a worker has four bits");

/* Bits for the ends of a flow, of which each takes two: then about one end of 25 is taken for one that is there twice, until
 * that would take more memory than it is worth. */
#define PLACES      16u
#define WORDS_LEAST 16u
#define WORDS_MOST  (UINT32_C(1) << 20) /* 16 MiB */

bool ps_ends_init(struct ends *ends, size_t flows, unsigned workers)
{
    *ends = (struct ends){.workers = workers, .words = WORDS_LEAST};
    bool made = flows <= FLOWS_MOST;
    while (ends->words < WORDS_MOST && ends->words * 64 < flows * PLACES)
        ends->words *= 2;
    for (unsigned i = 0; made && i < workers; i++) {
        ends->noted[i] = ps_scratch_get(ends->words, sizeof(*ends->noted[i]));
        made = ends->noted[i] != NULL;
    }
    return made;
}

void ps_ends_finish(struct ends *ends)
{
    size_t asked = 0;
    for (unsigned i = 0; i < ends->workers; i++) {
        asked += ends->asked[i];
        ps_parts_finish(&ends->parts[i]);
        ps_scratch_put(ends->noted[i], ends->words, sizeof(*ends->noted[i]));
        ends->noted[i] = NULL;
    }
    ps_scratch_put(ends->of, 2 * asked, sizeof(*ends->of));
    ends->of = NULL;
}

static uint64_t key_of(const struct flows *flows, const struct flow *flow, int end)
{
    uint64_t port = end ? flow->key.port_b : flow->key.port_a, space = flow->key.space;
    if (flow->key.family == 4)
        return (uint64_t)(end ? flow->key.b : flow->key.a) << 32 | port << 16 | space;
    struct ps_address address = ps_flows_address(flows, flow, end);
    uint64_t word[2];
    memcpy(word, address.octet, sizeof(address.octet));
    return ps_hash_four(ps_hash_seed(), word[0], word[1], port << 16 | space, 6);
}

static uint64_t kind_of(const struct flow *flow)
{
    return (uint64_t)flow->key.transport | (flow->key.family == 4 ? 0 : 8);
}

/* --- who is alone --- */

static struct ends_place place_of(const struct ends *ends, unsigned worker, const struct flows *flows,
                                  const struct flow *flow, int end)
{
    uint64_t hash = ps_hash_pair(ps_hash_seed(), key_of(flows, flow, end), kind_of(flow));
    struct ends_place place = {
        .noted = &ends->noted[worker][hash >> 32 & (ends->words - 1)],
        .bits = UINT64_C(1) << (hash & 63) | UINT64_C(1) << (hash >> 6 & 63),
    };
    __builtin_prefetch(place.noted, 1);
    return place;
}

/* A place that was never found is nowhere. */
static void note(const struct ends_place *place)
{
    if (place->noted) {
        place->noted->again |= (place->noted->once & place->bits) == place->bits ? place->bits : 0;
        place->noted->once |= place->bits;
    }
}

void ps_ends_note(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end)
{
    struct ends_ahead *ahead = &ends->ahead[worker];
    struct ends_place *place = &ahead->place[ahead->next++ % ENDS_AHEAD];
    note(place);
    *place = place_of(ends, worker, flows, flow, end);
}

struct ends_place ps_ends_place(const struct ends *ends, const struct flows *flows, const struct flow *flow, int end)
{
    return place_of(ends, 0, flows, flow, end);
}

/* Adds what another worker noted to what the first one did, and counts those that are not alone. */
static bool sum_noted(void *context, unsigned worker, size_t from, size_t to)
{
    struct ends *ends = context;
    size_t several = 0;
    for (size_t i = from; i < to; i++) {
        struct ends_noted *sum = &ends->noted[0][i];
        for (unsigned w = 1; w < ends->workers; w++) {
            const struct ends_noted *more = &ends->noted[w][i];
            sum->again |= more->again | (sum->once & more->once);
            sum->once |= more->once;
        }
        several += (size_t)__builtin_popcountll(sum->again);
    }
    ends->asked[worker] = several;
    return true;
}

bool ps_ends_noted(struct ends *ends)
{
    for (unsigned w = 0; w < ends->workers; w++)
        for (unsigned i = 0; i < ENDS_AHEAD; i++)
            note(&ends->ahead[w].place[i]);
    bool made = ps_parallel(ends->workers, ends->words, sum_noted, ends);
    size_t several = 0;
    for (unsigned i = 0; i < ends->workers; i++) {
        several += ends->asked[i];
        ends->asked[i] = 0;
    }
    for (unsigned i = 0; i < ends->workers;
         i++) /* one that is not alone is there twice at least, and more often in truth */
        made = ps_parts_init(&ends->parts[i], 2 * several) && made;
    return made;
}

/* --- what is asked for --- */

bool ps_ends_listens(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end)
{
    return ps_parts_add(&ends->parts[worker], key_of(flows, flow, end), kind_of(flow) << KIND_SHIFT | LISTENS);
}

static bool ask(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow, int end,
                uint64_t number)
{
    uint64_t peer = end ? flow->key.port_a : flow->key.port_b;
    return ps_parts_add(&ends->parts[worker], key_of(flows, flow, end),
                        kind_of(flow) << KIND_SHIFT | (uint64_t)worker << WORKER_SHIFT | peer << PEER_SHIFT |
                            number << FLOW_SHIFT | (unsigned)end);
}

bool ps_ends_ask(struct ends *ends, unsigned worker, const struct flows *flows, const struct flow *flow,
                 const bool alone[2])
{
    uint64_t number = ends->asked[worker]++;
    return (alone[0] || ask(ends, worker, flows, flow, 0, number)) &&
           (alone[1] || ask(ends, worker, flows, flow, 1, number));
}

/* What the items of one end say together. */
struct sum {
    uint32_t flows;
    uint16_t peer[ENDS_FAN_IN];
    uint8_t peers, listens;
};

static void add_item(struct sum *sum, const struct ps_item *item)
{
    if (item->value & LISTENS) {
        sum->listens = 1;
        return;
    }
    sum->flows += sum->flows < END_FAN_IN - 1;
    uint16_t port = (uint16_t)(item->value >> PEER_SHIFT);
    bool known = sum->peers == ENDS_FAN_IN;
    for (unsigned p = 0; !known && p < sum->peers; p++)
        known = sum->peer[p] == port;
    if (!known)
        sum->peer[sum->peers++] = port;
}

static uint32_t answer_of(const struct sum *sum)
{
    return sum->flows | (sum->listens ? END_LISTENS : 0) | (sum->peers == ENDS_FAN_IN ? END_FAN_IN : 0);
}

/* What one worker settles with. */
struct settling {
    struct ps_groups groups;
    struct sum *sum; /* by group */
    size_t room;
};

static bool make_sums(struct settling *s, size_t groups)
{
    if (groups > s->room || !s->sum) {
        free(s->sum);
        s->room = groups + groups / 4 + 64;
        s->sum = malloc(s->room * sizeof(*s->sum));
    }
    if (s->sum)
        memset(s->sum, 0, groups * sizeof(*s->sum));
    return s->sum != NULL;
}

/* Where the answer to an item goes. */
static uint32_t *answer_to(const struct ends *ends, uint64_t value)
{
    size_t first = ends->first[value >> WORKER_SHIFT & (PS_WORKERS_MAX - 1)];
    return &ends->of[2 * first + (value & ((UINT64_C(1) << PEER_SHIFT) - 1))];
}

static bool settle_part(struct ends *ends, size_t part, struct settling *s)
{
    const struct ps_parts *parts = &ends->parts[0];
    size_t items, groups;
    if (!ps_parts_number(parts, part, &s->groups, &items, &groups) || !make_sums(s, groups))
        return false;
    const uint32_t *group = s->groups.group;
    for (const struct ps_parts_block *block = parts->part[part]; block; block = block->next)
        for (size_t i = 0; i < ps_parts_block_count(parts, part, block); i++)
            add_item(&s->sum[*group++], &block->item[i]);
    group = s->groups.group;
    for (const struct ps_parts_block *block = parts->part[part]; block; block = block->next)
        for (size_t i = 0; i < ps_parts_block_count(parts, part, block); i++, group++)
            if (!(block->item[i].value & LISTENS))
                *answer_to(ends, block->item[i].value) = answer_of(&s->sum[*group]);
    return true;
}

static bool settle_parts(void *context, unsigned worker, size_t from, size_t to)
{
    (void)worker;
    struct settling s = {.sum = NULL};
    bool good = true;
    for (size_t part = from; good && part < to; part++)
        good = settle_part(context, part, &s);
    ps_groups_finish(&s.groups);
    free(s.sum);
    return good;
}

bool ps_ends_settle(struct ends *ends)
{
    size_t asked = 0;
    for (unsigned i = 0; i < ends->workers; i++) {
        ends->first[i] = asked;
        asked += ends->asked[i];
    }
    if (asked == 0)
        return true;
    for (unsigned i = 1; i < ends->workers; i++)
        ps_parts_join(&ends->parts[0], &ends->parts[i]);
    ends->of = ps_scratch_take(2 * asked, sizeof(*ends->of));
    for (size_t i = 0; ends->of && i < 2 * asked; i++)
        ends->of[i] = END_ALONE; /* of those nobody asked for */
    return ends->of && ps_parallel(ends->workers, ps_parts_count(&ends->parts[0]), settle_parts, ends);
}
