/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One part of the flow table: room, finding, and entries in and out.
 */
#include <stdlib.h>
#include <string.h>

#include "flows_private.h"
#include "portsniff/hash.h"

/* --- room --- */

void ps_part_fill_slots(struct flow_part *part)
{
    memset(part->slot, 0, (part->mask + 1) * sizeof(*part->slot));
    for (size_t i = 0; i < part->count; i++) {
        uint64_t hash = ps_part_hash(part, i);
        size_t at = (uint32_t)hash & part->mask;
        while (part->slot[at])
            at = (at + 1) & part->mask;
        part->slot[at] = ps_slot_tag(hash) | (uint32_t)(i + 1);
    }
}

static bool grow_slots(struct flows *f, struct flow_part *part, size_t slots)
{
    uint32_t *slot = ps_arena_take(f->arena, slots * sizeof(*slot));
    if (!slot)
        return false;
    part->slot = slot;
    part->mask = slots - 1;
    ps_part_fill_slots(part);
    return true;
}

/* An array that holds twice as many elements of `size` bytes; what is outgrown stays in the arena. */
static void *grow_array(struct ps_arena *arena, const void *old, size_t *room, size_t size)
{
    size_t larger = *room ? *room * 2 : 4;
    void *array = ps_arena_take(arena, larger * size);
    if (array && *room)
        memcpy(array, old, *room * size);
    if (array)
        *room = larger;
    return array;
}

/* The chunks that `count` entries need. */
static bool grow_chunks(struct flows *f, struct flow_part *part, size_t count)
{
    while (part->chunks * CHUNK < count) {
        if (part->chunks == part->chunks_room) {
            struct flow_chunk *chunk = grow_array(f->arena, part->chunk, &part->chunks_room, sizeof(*chunk));
            if (!chunk)
                return false;
            part->chunk = chunk;
        }
        struct flow_chunk *chunk = &part->chunk[part->chunks];
        chunk->hot = ps_arena_take(f->arena, CHUNK * sizeof(*chunk->hot));
        chunk->cold = ps_arena_take(f->arena, CHUNK * sizeof(*chunk->cold));
        if (!chunk->hot || !chunk->cold)
            return false;
        part->chunks++;
    }
    return true;
}

static bool grow_ends(struct flows *f, struct flow_part *part, size_t count)
{
    while (part->ends_chunks * CHUNK < count) {
        if (part->ends_chunks == part->ends_room) {
            struct flow_ends **ends = grow_array(f->arena, part->ends, &part->ends_room, sizeof(void *));
            if (!ends)
                return false;
            part->ends = ends;
        }
        part->ends[part->ends_chunks] = ps_arena_take(f->arena, CHUNK * sizeof(struct flow_ends));
        if (!part->ends[part->ends_chunks])
            return false;
        part->ends_chunks++;
    }
    return true;
}

bool ps_part_reserve(struct flows *f, struct flow_part *part, size_t n)
{
    size_t count = part->count + n, slots = part->slot ? part->mask + 1 : FIRST_SLOTS;
    if (count >= SLOT_NUMBER)
        return false;
    while (count * 2 > slots)
        slots *= 4; /* what is outgrown stays in the arena */
    if ((!part->slot || slots != part->mask + 1) && !grow_slots(f, part, slots))
        return false;
    return grow_chunks(f, part, count) && grow_ends(f, part, part->ends_count + n);
}

/* --- finding --- */

/* The number of an entry, or SIZE_MAX; *ret_at: the slot that leads to it, or would. There are slots. */
static inline size_t probe(const struct flow_part *part, uint64_t hash, const struct flow_key *key,
                           const struct flow_ends *ends, size_t *ret_at)
{
    uint32_t tag = ps_slot_tag(hash);
    size_t at = (uint32_t)hash & part->mask, found = SIZE_MAX;
    for (; part->slot[at] && found == SIZE_MAX; at = (at + 1) & part->mask) {
        size_t number = (part->slot[at] & SLOT_NUMBER) - 1;
        if ((part->slot[at] & ~SLOT_NUMBER) == tag && ps_part_same(part, ps_part_hot(part, number), key, ends))
            found = number;
    }
    *ret_at = at;
    return found;
}

size_t ps_part_look_up(const struct flow_part *part, uint64_t hash, const struct flow_key *key,
                       const struct flow_ends *ends)
{
    size_t at;
    return part->slot ? probe(part, hash, key, ends, &at) : SIZE_MAX;
}

size_t ps_part_find(struct flows *f, struct flow_part *part, uint64_t hash, const struct flow_key *key,
                    const struct flow_ends *ends)
{
    size_t at, number = probe(part, hash, key, ends, &at);
    if (number != SIZE_MAX)
        return number;
    number = part->count++;
    part->made++;
    struct flow_hot *hot = ps_part_hot(part, number);
    struct flow_cold *cold = ps_part_cold(part, number);
    struct flow flow = {.extra = 0};
    ps_flow_begin(&flow, f->at_start);
    ps_flow_pack(&flow, hot, cold, NULL);
    hot->key = *key;
    if (ends) {
        hot->key.a = (uint32_t)part->ends_count++;
        *ps_part_ends(part, hot->key.a) = *ends;
    }
    part->slot[at] = ps_slot_tag(hash) | (uint32_t)(number + 1);
    return number;
}

uint64_t ps_part_hash(const struct flow_part *part, size_t number)
{
    const struct flow_key *key = &ps_part_hot(part, number)->key;
    return ps_flow_hash(key, key->family == 6 ? ps_part_ends(part, key->a) : NULL);
}

/* --- in and out --- */

void ps_part_unpack(const struct flow_part *part, size_t number, struct flow *flow)
{
    const struct flow_cold *cold = ps_part_cold(part, number);
    ps_flow_unpack(ps_part_hot(part, number), cold, ps_part_extra(part, cold), flow);
}

struct flow_extra *ps_part_make_extra(void *owner, struct flow *flow)
{
    struct flow_part *part = owner;
    if (flow->extra)
        return &part->extra[flow->extra - 1];
    if (part->extra_count == part->extra_room) {
        size_t room = part->extra_room ? part->extra_room * 2 : 8;
        struct flow_extra *extra = realloc(part->extra, room * sizeof(*extra));
        if (!extra)
            return NULL;
        part->extra = extra;
        part->extra_room = room;
    }
    memset(&part->extra[part->extra_count], 0, sizeof(part->extra[0]));
    flow->extra = (uint32_t)++part->extra_count;
    return &part->extra[flow->extra - 1];
}

bool ps_part_pack(struct flow_part *part, size_t number, const struct flow *flow)
{
    struct flow_hot *hot = ps_part_hot(part, number);
    struct flow_cold *cold = ps_part_cold(part, number);
    struct flow_extra *extra = flow->extra ? &part->extra[flow->extra - 1] : NULL;
    if (ps_flow_pack(flow, hot, cold, extra))
        return true;
    struct flow with_extra = *flow;
    extra = ps_part_make_extra(part, &with_extra);
    return extra && ps_flow_pack(&with_extra, hot, cold, extra);
}

struct flow_context ps_part_context(struct flow_part *part)
{
    return (struct flow_context){.extra = ps_part_make_extra, .owner = part, .rtt = &part->rtt};
}
