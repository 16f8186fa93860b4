/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets into the flow table.  Looking for an entry is waiting for memory: so a few items ahead of the one that is being
 * added its entry is asked for, and some more ahead the slot that leads there.
 */
#include "flows.h"

#include <stdlib.h>
#include <string.h>

#include "flow_fast.h"
#include "flows_private.h"
#include "hosts.h"
#include "pairs.h"
#include "portsniff/application.h"
#include "portsniff/bytes.h"

/* Items between asking for memory and using it. */
#define SLOT_AHEAD 32
#define HOT_AHEAD  20
#define COLD_AHEAD 8

struct flows *ps_flows_create(bool at_start)
{
    struct flows *f = calloc(1, sizeof(*f));
    if (!f)
        return NULL;
    f->at_start = at_start;
    f->aged_ns = PS_TIME_NONE;
    f->arena = ps_arena_create();
    if (f->arena)
        return f;
    free(f);
    return NULL;
}

void ps_flows_destroy(struct flows *f)
{
    if (!f)
        return;
    for (unsigned p = 0; p < FLOW_PARTS; p++) {
        free(f->part[p].extra);
        ps_rtt_destroy(f->part[p].rtt);
    }
    ps_services_destroy(f->evicted);
    ps_pairs_destroy(f->left_pairs);
    ps_hosts_destroy(f->left_hosts);
    ps_gate_finish(&f->gate);
    ps_passing_destroy(f->passing);
    ps_rtt_destroy(f->rtt);
    ps_arena_destroy(f->arena);
    free(f);
}

bool ps_flows_make_room(struct flows *f, size_t n)
{
    if (!f->limit)
        return true;
    size_t count = ps_flows_count(f);
    return ps_flows_mind_gate(f, n) && (count == 0 || count + n <= f->limit || ps_flows_evict(f));
}

/* --- the first payloads --- */

/* Looks at the payload, while what the flow speaks is not known yet. */
static void look(struct flow_hot *hot, struct flow_cold *cold, const struct flow_item *item)
{
    unsigned looks = FLOW_LOOKS_OF(hot->flags);
    const struct flow_packet *packet = &item->packet;
    if (packet->payload == 0)
        return;
    unsigned end = packet->flags & FLOW_PACKET_FROM_B ? 1 : 0;
    struct ps_bytes payload = ps_bytes_of(item->payload, packet->captured);
    ps_bytes_limit(&payload, packet->payload);
    struct ps_speech speech =
        ps_application_of((enum ps_transport)hot->key.transport, end ? hot->key.port_b : hot->key.port_a,
                          end ? hot->key.port_a : hot->key.port_b, payload, packet->payload);
    /* Kept as the end that is the server, if the payload tells: 1 for A, 2 for B. */
    unsigned server = speech.way == PS_WAY_UNKNOWN ? 0 : (speech.way == PS_WAY_ANSWER) == (end == 0) ? 1 : 2;
    cold->look[looks] = (uint8_t)((unsigned)speech.application | server << 6);
    hot->flags += 1u << FLOW_LOOKS_SHIFT;
}

/* --- the long way --- */

/* Whether the flow's last packet is near in time, as far as both have one. */
static bool is_near(const struct flow *flow, int64_t time_ns)
{
    if (flow->last_ns == PS_TIME_NONE || time_ns == PS_TIME_NONE)
        return true;
    uint64_t before = (uint64_t)flow->last_ns, now = (uint64_t)time_ns;
    return (flow->last_ns < time_ns ? now - before : before - now) <= DUPLICATE_NS;
}

static void note_copy(struct flow_part *part, struct flow *flow, const struct flow_packet *packet)
{
    int end = packet->flags & FLOW_PACKET_FROM_B ? 1 : 0;
    if (packet->flags & FLOW_PACKET_LATE)
        return;
    if (!is_near(flow, packet->time_ns)) /* after a pause, neither end's last packet is near: not the answer's either */
        flow->digest[0] = flow->digest[1] = 0;
    if (packet->digest && flow->digest[end] == packet->digest)
        part->duplicates++;
    flow->digest[end] = packet->digest;
}

/* False: memory is out. */
static bool add_slowly(struct flow_part *part, size_t number, const struct flow_packet *packet)
{
    struct flow flow;
    struct flow_context context = ps_part_context(part);
    ps_part_unpack(part, number, &flow);
    if (packet->flags & FLOW_PACKET_QUOTED) {
        /* A packet that was refused: its flow, if need be made, knows that this end was tried. */
        int tried = packet->flags & FLOW_PACKET_FROM_B ? 0 : 1;
        flow.flags |= FLOW_REFUSED(tried) | FLOW_FROM_ICMP(tried);
    } else {
        note_copy(part, &flow, packet);
        ps_flow_add(&context, &flow, packet);
    }
    return ps_part_pack(part, number, &flow) && !context.failed;
}

/* --- many packets --- */

/* Where the entry of an item probably lies: what its slot says.  A ring, as items go by. */
#define RING 64
_Static_assert(HOT_AHEAD < RING, "the ring holds what was asked for");

struct ahead {
    struct flow_hot *hot[RING]; /* NULL: there was none yet */
    uint32_t number[RING];
};

static inline struct flow_part *part_of(struct flows *f, const struct flow_item *item)
{
    return &f->part[ps_flow_part_of(item->hash)];
}

static inline void ask_for_slot(const struct flow_part *part, const struct flow_item *item)
{
    __builtin_prefetch(&part->slot[(uint32_t)item->hash & part->mask]);
}

/* The slot that leads to the entry stands at the hash's place or next to it; a piece of the hash tells which one it is, so
 * that only the right entry is asked for. */
static inline void ask_for_hot(struct flows *f, const struct flow_item *item, struct ahead *ahead, size_t at)
{
    const struct flow_part *part = part_of(f, item);
    uint32_t tag = ps_slot_tag(item->hash), slot = part->slot[(uint32_t)item->hash & part->mask];
    for (size_t next = 1; slot && (slot & ~SLOT_NUMBER) != tag; next++)
        slot = part->slot[((uint32_t)item->hash + next) & part->mask];
    ahead->hot[at % RING] = NULL;
    if (slot) {
        uint32_t number = (slot & SLOT_NUMBER) - 1;
        struct flow_hot *hot = ps_part_hot(part, number);
        __builtin_prefetch(hot, 1);
        ahead->hot[at % RING] = hot;
        ahead->number[at % RING] = number;
    } else if (f->gate.closed) {
        ps_gate_ask(&f->gate, item);
    }
}

/* The rest of the entry is needed while its payload is looked at; addresses that are not in the key, always. */
static inline void ask_for_cold(const struct flow_part *part, const struct flow_item *item, const struct ahead *ahead,
                                size_t at)
{
    const struct flow_hot *hot = ahead->hot[at % RING];
    if (!hot)
        return;
    if (item->payload && FLOW_LOOKS_OF(hot->flags) < FLOW_LOOKS)
        __builtin_prefetch(ps_part_cold(part, ahead->number[at % RING]), 1);
    if (hot->key.family == 6)
        __builtin_prefetch(ps_part_ends(part, hot->key.a));
}

static inline const struct flow_ends *ends_of(const struct flow_items *items, const struct flow_item *item)
{
    return item->key.family == 6 ? &items->ends[item->key.a] : NULL;
}

/* What is not an ordinary packet of a flow that was where its slot led. */
__attribute__((noinline)) static bool add_other(struct flows *f, struct flow_part *part, const struct flow_items *items,
                                                const struct flow_item *item)
{
    const struct flow_ends *ends = ends_of(items, item);
    if (f->gate.closed && ps_part_look_up(part, item->hash, &item->key, ends) == SIZE_MAX &&
        ps_gate_passes(&f->gate, item, ends)) {
        return ps_passing_add(f->passing, f->left_hosts, item, ends);
    }
    size_t number = ps_part_find(f, part, item->hash, &item->key, ends);
    struct flow_hot *hot = ps_part_hot(part, number);
    if (item->payload && FLOW_LOOKS_OF(hot->flags) < FLOW_LOOKS)
        look(hot, ps_part_cold(part, number), item);
    return ps_flow_add_fast(hot, &item->packet, &part->duplicates) || add_slowly(part, number, &item->packet);
}

static inline bool add_item(struct flows *f, struct flow_part *part, const struct flow_items *items,
                            const struct flow_item *item, struct flow_hot *hot)
{
    if (hot && ps_part_same(part, hot, &item->key, ends_of(items, item)) &&
        (!item->payload || FLOW_LOOKS_OF(hot->flags) == FLOW_LOOKS) &&
        ps_flow_add_fast(hot, &item->packet, &part->duplicates))
        return true;
    return add_other(f, part, items, item);
}

static inline const struct flow_item *nth(const struct flow_items *items, const uint32_t *which, size_t i)
{
    return &items->item[which ? which[i] : i];
}

/* Behind the last item, that one is asked for again and again, which costs less than asking whether there is another one. */
static inline bool add_items(struct flows *f, const struct flow_items *items, const uint32_t *which, size_t n)
{
    struct ahead ahead;
    bool added = true;
    for (size_t i = 0; i < n && i < SLOT_AHEAD; i++)
        ask_for_slot(part_of(f, nth(items, which, i)), nth(items, which, i));
    for (size_t i = 0; i < n && i < HOT_AHEAD; i++)
        ask_for_hot(f, nth(items, which, i), &ahead, i);
    for (size_t i = 0; i < n; i++) {
        size_t slot = i + SLOT_AHEAD < n ? i + SLOT_AHEAD : n - 1, hot = i + HOT_AHEAD < n ? i + HOT_AHEAD : n - 1,
               cold = i + COLD_AHEAD < n ? i + COLD_AHEAD : n - 1;
        const struct flow_item *of[4] = {nth(items, which, slot), nth(items, which, hot), nth(items, which, cold),
                                         nth(items, which, i)};
        ask_for_slot(part_of(f, of[0]), of[0]);
        ask_for_hot(f, of[1], &ahead, hot);
        ask_for_cold(part_of(f, of[2]), of[2], &ahead, cold);
        added &= add_item(f, part_of(f, of[3]), items, of[3], ahead.hot[i % RING]);
    }
    return added;
}

/* Room for all of them, each in its part. */
static bool reserve(struct flows *f, const struct flow_items *items, const uint32_t *which, size_t n)
{
    uint32_t count[FLOW_PARTS] = {0};
    for (size_t i = 0; i < n; i++)
        count[ps_flow_part_of(nth(items, which, i)->hash)]++;
    for (unsigned p = 0; p < FLOW_PARTS; p++)
        if (count[p] && !ps_part_reserve(f, &f->part[p], count[p]))
            return false;
    return true;
}

bool ps_flows_add(struct flows *f, const struct flow_items *items, const uint32_t *which, size_t n)
{
    if (!reserve(f, items, which, n))
        return false;
    bool added = which ? add_items(f, items, which, n) : add_items(f, items, NULL, n);
    return (!f->passing || ps_passing_count(f->passing, f->left_hosts)) && added;
}
