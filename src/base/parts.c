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

void ps_groups_finish(struct ps_groups *groups)
{
    ps_scratch_put(groups->from, groups->room, sizeof(*groups->from));
    ps_scratch_put(groups->to, groups->room, sizeof(*groups->to));
    ps_scratch_put(groups->group, 2 * groups->room, sizeof(*groups->group));
    ps_scratch_put(groups->slot, 4 * groups->room, sizeof(*groups->slot));
    *groups = (struct ps_groups){.from = NULL};
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

struct ps_parts_block *ps_parts_grow(struct ps_parts *parts, size_t part)
{
    struct ps_parts_slab *slab = parts->slab;
    if (slab == NULL || slab->used + sizeof(slab->block[0]) > slab->bytes) {
        size_t bytes = slab_size(parts);
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

static void join_part(struct ps_parts *parts, struct ps_parts *more, size_t part)
{
    struct ps_parts_block *last = more->part[part], *first = last;
    if (last == NULL)
        return;
    while (first->next != NULL)
        first = first->next;
    first->next = parts->part[part];
    parts->count[part] += more->count[part] + (first->next != NULL ? first->next->count : 0);
    parts->part[part] = last;
    more->part[part] = NULL;
    more->count[part] = 0;
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
    groups->from = ps_scratch_get(groups->room, sizeof(*groups->from));
    groups->to = ps_scratch_get(groups->room, sizeof(*groups->to));
    groups->group = ps_scratch_get(2 * groups->room, sizeof(*groups->group));
    groups->slot = ps_scratch_get(4 * groups->room, sizeof(*groups->slot));
    return groups->from != NULL && groups->to != NULL && groups->group != NULL && groups->slot != NULL;
}

/* Copies a part together, in the order in which its items came. */
static void load(const struct ps_parts *parts, size_t part, struct ps_item *to, size_t count)
{
    size_t end = count;
    for (const struct ps_parts_block *block = parts->part[part]; block != NULL; block = block->next) {
        end -= block->count;
        memcpy(&to[end], block->item, block->count * sizeof(block->item[0]));
    }
}

/* Gives every item the number of its group, and counts them. Returns how many groups there are. */
static uint32_t number(struct ps_groups *groups, const uint64_t seed[2], size_t count, uint32_t *size)
{
    size_t slots = 2;
    uint32_t *slot = groups->slot, *group = groups->group, found = 0;
    while (slots < 2 * count)
        slots *= 2;
    memset(slot, 0, slots * sizeof(*slot));
    for (size_t i = 0; i < count; i++) {
        const struct ps_item *item = &groups->from[i];
        size_t at = (size_t)ps_hash_word(seed, item->key) & (slots - 1);
        /* A slot leads to the first item of a group; `to` is free until items move there. */
        while (slot[at] != 0 && !ps_item_same(&groups->to[slot[at] - 1], item))
            at = (at + 1) & (slots - 1);
        if (slot[at] == 0) {
            groups->to[found] = *item;
            size[found] = 0;
            slot[at] = ++found;
        }
        group[i] = slot[at] - 1;
        size[group[i]]++;
    }
    return found;
}

const struct ps_item *ps_parts_group(const struct ps_parts *parts, size_t part, struct ps_groups *groups,
                                     size_t *ret_count)
{
    const struct ps_parts_block *last = parts->part[part];
    size_t count = parts->count[part] + (last != NULL ? last->count : 0);
    if (count > UINT32_MAX / 4 || !make_room(groups, count))
        return NULL;
    load(parts, part, groups->from, count);
    uint32_t *next = groups->group + groups->room, found = number(groups, parts->seed, count, next);
    for (uint32_t i = 0, sum = 0; i < found; i++) {
        uint32_t size = next[i];
        next[i] = sum;
        sum += size;
    }
    for (size_t i = 0; i < count; i++)
        groups->to[next[groups->group[i]]++] = groups->from[i];
    *ret_count = count;
    return groups->to;
}
