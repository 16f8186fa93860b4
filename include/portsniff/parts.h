/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many items in groups: those with the same key side by side.  Room: base.
 *
 * Items go into parts by the hash of their key, as they come; a part fits the cache, and is grouped there when all are
 * in.  That costs one write to memory and one read for an item, where a table of all keys costs a miss for each.
 */
#ifndef PORTSNIFF_PARTS_H
#define PORTSNIFF_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/hash.h"

/* The key is `key` and the upper PS_ITEM_KIND_BITS of `value`. */
#define PS_ITEM_KIND_BITS  4
#define PS_ITEM_VALUE_BITS (64 - PS_ITEM_KIND_BITS)
struct ps_item {
    uint64_t key;
    uint64_t value;
};

/* Items of a block: an odd number of cache lines, so that the blocks of many parts, which are filled at the same pace, do not
 * compete for the same lines of a cache. */
#define PS_PARTS_BLOCK 259

struct ps_parts_block {
    struct ps_parts_block *next; /* the one before it */
    uint64_t count;              /* see ps_parts_block_count */
    struct ps_item item[PS_PARTS_BLOCK];
};
_Static_assert(sizeof(struct ps_parts_block) / 64 % 2 == 1, "an odd number of cache lines");

struct ps_parts_slab; /* parts.c */

/* Where the next item of a part goes. */
struct ps_parts_end {
    struct ps_item *next, *end; /* equal: into a new block */
};

struct ps_parts {
    struct ps_parts_end *at;
    struct ps_parts_block **part; /* its last block, which leads to those before it; NULL: no item */
    unsigned bits;                /* 2 to the power of it: how many parts */
    const uint64_t *seed;
    struct ps_parts_slab *slab; /* where blocks come from */
};

/* Where a part is grouped; all zero at first. */
struct ps_groups {
    struct ps_item *to; /* the part in groups */
    uint32_t *slot, *group, *size;
    size_t room; /* items of the largest part so far */
};

/* `expected`: about how many items there will be; 0 of them is fine.  False when memory is out; finish it in any case. */
bool ps_parts_init(struct ps_parts *parts, size_t expected);
void ps_parts_finish(struct ps_parts *parts);
/* A new block for a part. False when memory is out. */
bool ps_parts_grow(struct ps_parts *parts, size_t part);

static inline size_t ps_parts_count(const struct ps_parts *parts)
{
    return (size_t)1 << parts->bits;
}

/* Adds one item. False when memory is out. */
static inline bool ps_parts_add(struct ps_parts *parts, uint64_t key, uint64_t value)
{
    size_t part = (size_t)(ps_hash_word(parts->seed, key) >> 32) & (((size_t)1 << parts->bits) - 1);
    struct ps_parts_end *at = &parts->at[part];
    if (at->next == at->end && !ps_parts_grow(parts, part))
        return false;
    *at->next++ = (struct ps_item){key, value};
    return true;
}

/* Items of one of a part's blocks. */
static inline size_t ps_parts_block_count(const struct ps_parts *parts, size_t part, const struct ps_parts_block *block)
{
    return block == parts->part[part] ? (size_t)(parts->at[part].next - block->item) : block->count;
}

/* Moves all items of `more`, which expected as many, behind those of `parts`. */
void ps_parts_join(struct ps_parts *parts, struct ps_parts *more);
/* Numbers the groups of a part: groups->group holds the number of the group of each item, in the order of its blocks and of
 * the items in each of these, and groups->size how many items each group has.  False when memory is out. */
bool ps_parts_number(const struct ps_parts *parts, size_t part, struct ps_groups *groups, size_t *ret_items,
                     size_t *ret_groups);
/* The items of one part in groups, in the order in which they came within each; they stay in `groups` until the next call.
 * NULL when memory is out. */
const struct ps_item *ps_parts_group(const struct ps_parts *parts, size_t part, struct ps_groups *groups,
                                     size_t *ret_count);
void ps_groups_finish(struct ps_groups *groups);

static inline bool ps_item_same(const struct ps_item *a, const struct ps_item *b)
{
    return a->key == b->key && (a->value ^ b->value) >> PS_ITEM_VALUE_BITS == 0;
}

/* Where the group that begins at `from` ends. */
static inline size_t ps_group_end(const struct ps_item *item, size_t from, size_t count)
{
    size_t to = from + 1;
    while (to < count && ps_item_same(&item[from], &item[to]))
        to++;
    return to;
}

#endif
