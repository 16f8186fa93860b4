/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts are chains of blocks, which are cut from slabs.  Within a part, a small table gives every key the number of its
 * group; then items move to their groups, as in a counting sort, where somebody wants them side by side.
 */
#include "portsniff/parts.h"

#include <stddef.h>
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
    char padding[24]; /* so that items begin where a cache line does */
    struct ps_parts_block block[];
};
_Static_assert((sizeof(struct ps_parts_slab) + offsetof(struct ps_parts_block, item)) % 64 == 0,
               "items in whole lines");

bool ps_parts_init(struct ps_parts *parts, size_t expected)
{
    *parts = (struct ps_parts){.seed = ps_hash_seed()};
    while (parts->bits < BITS_MAX && expected >> parts->bits > PART_ITEMS)
        parts->bits++;
    size_t count = ps_parts_count(parts);
    parts->part = calloc(count, sizeof(void *));
    parts->at = calloc(count, sizeof(*parts->at));
    return parts->part != NULL && parts->at != NULL;
}

void ps_groups_finish(struct ps_groups *groups)
{
    ps_scratch_put(groups->to, groups->room, sizeof(*groups->to));
    ps_scratch_put(groups->group, groups->room, sizeof(*groups->group));
    ps_scratch_put(groups->size, groups->room, sizeof(*groups->size));
    ps_scratch_put(groups->slot, 4 * groups->room, sizeof(*groups->slot));
    *groups = (struct ps_groups){.to = NULL};
}

void ps_parts_finish(struct ps_parts *parts)
{
    for (struct ps_parts_slab *slab = parts->slab; slab != NULL;) {
        struct ps_parts_slab *next = slab->next;
        ps_scratch_put(slab, 1, slab->bytes);
        slab = next;
    }
    free(parts->part);
    free(parts->at);
    *parts = (struct ps_parts){.part = NULL};
}

/* Where there is one part only, slabs grow with what is in them. */
static size_t slab_size(const struct ps_parts *parts)
{
    if (parts->bits > 0)
        return SLAB_BYTES;
    size_t bytes = parts->slab == NULL ? SLAB_BYTES_FIRST : parts->slab->bytes * 2;
    return bytes < SLAB_BYTES ? bytes : SLAB_BYTES;
}

/* No more items go into the last block of a part. */
static void close_last(struct ps_parts *parts, size_t part)
{
    if (parts->part[part] != NULL)
        parts->part[part]->count = (uint64_t)(parts->at[part].next - parts->part[part]->item);
}

static struct ps_parts_slab *add_slab(struct ps_parts *parts)
{
    size_t bytes = slab_size(parts);
    struct ps_parts_slab *slab = ps_scratch_take(1, bytes);
    if (slab == NULL)
        return NULL;
    slab->next = parts->slab;
    slab->bytes = bytes;
    slab->used = sizeof(*slab);
    parts->slab = slab;
    return slab;
}

bool ps_parts_grow(struct ps_parts *parts, size_t part)
{
    struct ps_parts_slab *slab = parts->slab;
    if (slab == NULL || slab->used + sizeof(slab->block[0]) > slab->bytes)
        slab = add_slab(parts);
    if (slab == NULL)
        return false;
    struct ps_parts_block *block = &slab->block[(slab->used - sizeof(*slab)) / sizeof(slab->block[0])];
    slab->used += sizeof(*block);
    close_last(parts, part);
    block->next = parts->part[part];
    parts->part[part] = block;
    parts->at[part] = (struct ps_parts_end){block->item, &block->item[PS_PARTS_BLOCK]};
    return true;
}

static void join_part(struct ps_parts *parts, struct ps_parts *more, size_t part)
{
    struct ps_parts_block *last = more->part[part], *first = last;
    if (last == NULL)
        return;
    while (first->next != NULL)
        first = first->next;
    close_last(parts, part);
    first->next = parts->part[part];
    parts->part[part] = last;
    parts->at[part] = more->at[part];
    more->part[part] = NULL;
    more->at[part] = (struct ps_parts_end){NULL, NULL};
}

void ps_parts_join(struct ps_parts *parts, struct ps_parts *more)
{
    for (size_t part = 0; part < ps_parts_count(parts); part++)
        join_part(parts, more, part);
    struct ps_parts_slab **last = &parts->slab;
    while (*last != NULL)
        last = &(*last)->next;
    *last = more->slab;
    more->slab = NULL;
}

static bool make_room(struct ps_groups *groups, size_t count)
{
    if (count <= groups->room && groups->to != NULL)
        return true;
    ps_groups_finish(groups);
    groups->room = count + count / 4 + 64;
    groups->to = ps_scratch_take(groups->room, sizeof(*groups->to));
    groups->group = ps_scratch_take(groups->room, sizeof(*groups->group));
    groups->size = ps_scratch_take(groups->room, sizeof(*groups->size));
    groups->slot = ps_scratch_take(4 * groups->room, sizeof(*groups->slot));
    return groups->to != NULL && groups->group != NULL && groups->size != NULL && groups->slot != NULL;
}

static size_t count_items(const struct ps_parts *parts, size_t part)
{
    size_t count = 0;
    for (const struct ps_parts_block *block = parts->part[part]; block != NULL; block = block->next)
        count += ps_parts_block_count(parts, part, block);
    return count;
}

/* The number of the group of an item; `found`: how many there are so far. */
static inline uint32_t number_of(struct ps_groups *groups, const struct ps_item *item, size_t at, size_t mask,
                                 uint32_t found)
{
    /* A slot leads to the first item of a group; `to` is free until items move there. */
    while (groups->slot[at] != 0 && !ps_item_same(&groups->to[groups->slot[at] - 1], item))
        at = (at + 1) & mask;
    if (groups->slot[at] == 0) {
        groups->to[found] = *item;
        groups->size[found] = 0;
        groups->slot[at] = found + 1;
    }
    return groups->slot[at] - 1;
}

bool ps_parts_number(const struct ps_parts *parts, size_t part, struct ps_groups *groups, size_t *ret_items,
                     size_t *ret_groups)
{
    size_t count = count_items(parts, part), slots = 2, at = 0;
    uint32_t found = 0;
    if (count > UINT32_MAX / 4 || !make_room(groups, count))
        return false;
    while (slots < 2 * count)
        slots *= 2;
    memset(groups->slot, 0, slots * sizeof(*groups->slot));
    for (const struct ps_parts_block *block = parts->part[part]; block != NULL; block = block->next) {
        size_t items = ps_parts_block_count(parts, part, block);
        for (size_t i = 0; i < items; i++) {
            const struct ps_item *item = &block->item[i];
            size_t slot = (size_t)ps_hash_word(parts->seed, item->key) & (slots - 1);
            uint32_t group = number_of(groups, item, slot, slots - 1, found);
            found += group == found;
            groups->size[group]++;
            groups->group[at++] = group;
        }
    }
    *ret_items = count;
    *ret_groups = found;
    return true;
}

const struct ps_item *ps_parts_group(const struct ps_parts *parts, size_t part, struct ps_groups *groups,
                                     size_t *ret_count)
{
    size_t count, found, at = 0;
    if (!ps_parts_number(parts, part, groups, &count, &found))
        return NULL;
    uint32_t *end = groups->size, sum = 0;
    for (size_t i = 0; i < found; i++)
        end[i] = sum += end[i];
    /* Blocks come in the order from the last to the first, and so do items, each to the last free place of its group. */
    for (const struct ps_parts_block *block = parts->part[part]; block != NULL; block = block->next) {
        size_t items = ps_parts_block_count(parts, part, block);
        for (size_t i = items; i-- > 0;)
            groups->to[--end[groups->group[at + i]]] = block->item[i];
        at += items;
    }
    *ret_count = count;
    return groups->to;
}
