/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts are chains of blocks, which are cut from slabs.  Within a part, a small table gives every key the number of its
 * group; then items move to their groups, as in a counting sort.
 */
#include "portsniff/parts.h"

#include <stdlib.h>
#include <string.h>

#include "portsniff/scratch.h"

/* Items of one part, about: with their table they fit a second-level cache. */
#define PART_ITEMS 2048u
#define BITS_MAX   12u

#define SLAB_BYTES       ((size_t)2 << 20)
#define SLAB_BYTES_FIRST ((size_t)16 << 10) /* short intervals have few flows */

struct ps_parts_slab {
    struct ps_parts_slab *next;
    size_t bytes, used;
    struct ps_parts_block block[];
};

bool ps_parts_init(struct ps_parts *parts, size_t expected)
{
    *parts = (struct ps_parts){.seed = ps_hash_seed()};
    while (parts->bits < BITS_MAX && expected >> parts->bits > PART_ITEMS)
        parts->bits++;
    size_t count = ps_parts_count(parts);
    parts->part = calloc(count, sizeof(*parts->part));
    parts->count = calloc(count, sizeof(*parts->count));
    return parts->part != NULL && parts->count != NULL;
}

static void free_room(struct ps_parts *parts)
{
    ps_scratch_put(parts->from, parts->room, sizeof(*parts->from));
    ps_scratch_put(parts->to, parts->room, sizeof(*parts->to));
    ps_scratch_put(parts->group, 2 * parts->room, sizeof(*parts->group));
    ps_scratch_put(parts->slot, 4 * parts->room, sizeof(*parts->slot));
    parts->from = parts->to = NULL;
    parts->group = parts->slot = NULL;
    parts->room = 0;
}

void ps_parts_finish(struct ps_parts *parts)
{
    for (struct ps_parts_slab *slab = parts->slab; slab != NULL;) {
        struct ps_parts_slab *next = slab->next;
        ps_scratch_put(slab, 1, slab->bytes);
        slab = next;
    }
    free(parts->part);
    free(parts->count);
    free_room(parts);
    *parts = (struct ps_parts){.part = NULL};
}

struct ps_parts_block *ps_parts_grow(struct ps_parts *parts, size_t part)
{
    struct ps_parts_slab *slab = parts->slab;
    if (slab == NULL || slab->used + sizeof(slab->block[0]) > slab->bytes) {
        size_t bytes = slab == NULL && parts->bits == 0 ? SLAB_BYTES_FIRST : SLAB_BYTES;
        slab = ps_scratch_get(1, bytes);
        if (slab == NULL)
            return NULL;
        slab->next = parts->slab;
        slab->bytes = bytes;
        slab->used = sizeof(*slab);
        parts->slab = slab;
    }
    struct ps_parts_block *block = &slab->block[(slab->used - sizeof(*slab)) / sizeof(slab->block[0])];
    slab->used += sizeof(*block);
    block->next = parts->part[part];
    if (block->next != NULL)
        parts->count[part] += block->next->count;
    parts->part[part] = block;
    return block;
}

static bool make_room(struct ps_parts *parts, size_t count)
{
    if (count <= parts->room && parts->to != NULL)
        return true;
    free_room(parts);
    parts->room = count + count / 4 + 64;
    parts->from = ps_scratch_get(parts->room, sizeof(*parts->from));
    parts->to = ps_scratch_get(parts->room, sizeof(*parts->to));
    parts->group = ps_scratch_get(2 * parts->room, sizeof(*parts->group));
    parts->slot = ps_scratch_get(4 * parts->room, sizeof(*parts->slot));
    return parts->from != NULL && parts->to != NULL && parts->group != NULL && parts->slot != NULL;
}

/* Copies a part together, in the order in which its items came. */
static void load(struct ps_parts *parts, size_t part, size_t count)
{
    size_t end = count;
    for (const struct ps_parts_block *block = parts->part[part]; block != NULL; block = block->next) {
        end -= block->count;
        memcpy(&parts->from[end], block->item, block->count * sizeof(block->item[0]));
    }
}

/* Gives every item the number of its group, and counts them. Returns how many groups there are. */
static uint32_t number(struct ps_parts *parts, size_t count, uint32_t *group, uint32_t *size)
{
    size_t slots = 2;
    while (slots < 2 * count)
        slots *= 2;
    memset(parts->slot, 0, slots * sizeof(*parts->slot));
    const uint64_t *seed = parts->seed;
    uint32_t groups = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ps_item *item = &parts->from[i];
        size_t at = (size_t)ps_hash_word(seed, item->key) & (slots - 1);
        /* A slot leads to the first item of a group; `to` is free until items move there. */
        while (parts->slot[at] != 0 && !ps_item_same(&parts->to[parts->slot[at] - 1], item))
            at = (at + 1) & (slots - 1);
        if (parts->slot[at] == 0) {
            parts->to[groups] = *item;
            size[groups] = 0;
            parts->slot[at] = ++groups;
        }
        group[i] = parts->slot[at] - 1;
        size[group[i]]++;
    }
    return groups;
}

const struct ps_item *ps_parts_group(struct ps_parts *parts, size_t part, size_t *ret_count)
{
    const struct ps_parts_block *last = parts->part[part];
    size_t count = parts->count[part] + (last != NULL ? last->count : 0);
    if (count > UINT32_MAX / 4 || !make_room(parts, count))
        return NULL;
    load(parts, part, count);
    uint32_t *group = parts->group, *next = parts->group + parts->room;
    uint32_t groups = number(parts, count, group, next);
    for (uint32_t i = 0, sum = 0; i < groups; i++) {
        uint32_t size = next[i];
        next[i] = sum;
        sum += size;
    }
    for (size_t i = 0; i < count; i++)
        parts->to[next[group[i]]++] = parts->from[i];
    *ret_count = count;
    return parts->to;
}
