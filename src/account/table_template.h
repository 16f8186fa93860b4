/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Open addressing, power of two, key inline: one template for every table of this room, so that probing is inlined where
 * it is hot.  Include after defining
 *
 *   TABLE_NAME    prefix of the functions and name of the struct
 *   TABLE_ENTRY   entry type; all-zero bytes are an empty slot
 *   TABLE_KEY     key type
 *   TABLE_USED(e), TABLE_EQUAL(e, k), TABLE_HASH_ENTRY(e), TABLE_SET_KEY(e, k)
 *   TABLE_PACKETS(e)   for tables whose quiet entries may leave; else it is left out
 *
 * NAME_reserve() makes room before a batch, so that NAME_at() cannot fail and never moves an entry.  Load stays at or
 * below one half; the seeded hash keeps probe runs short whoever chooses the keys.
 *
 * In a table that is bounded, the quiet half leaves when it is full (NAME_evict).  That costs a pass over the table, so it
 * must not be had for entries that would leave the next time: those do not come in at all (NAME_admit).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ranks.h"

#define TABLE_JOIN_(a, b) a##b
#define TABLE_JOIN(a, b)  TABLE_JOIN_(a, b)
#define TABLE_FN(verb)    TABLE_JOIN(TABLE_NAME, verb)

struct TABLE_NAME {
    TABLE_ENTRY *slot;
    size_t mask; /* slots - 1; 0 while there are none */
    size_t count;
#ifdef TABLE_PACKETS
    uint64_t enough; /* packets that an entry needed to stay when quiet ones left last; 0: none did yet */
    size_t refused;  /* entries that did not come in since then */
#endif
};

static inline bool TABLE_FN(_grow)(struct TABLE_NAME *table, size_t slots)
{
    TABLE_ENTRY *old = table->slot, *slot = calloc(slots, sizeof(*slot));
    if (!slot)
        return false;
    for (size_t i = 0; old && i <= table->mask; i++) {
        if (!TABLE_USED(&old[i]))
            continue;
        size_t at = TABLE_HASH_ENTRY(&old[i]) & (slots - 1);
        while (TABLE_USED(&slot[at]))
            at = (at + 1) & (slots - 1);
        slot[at] = old[i];
    }
    free(old);
    table->slot = slot;
    table->mask = slots - 1;
    return true;
}

/* Room for `n` more entries; false when memory is out (the table stays as it is). */
static inline bool TABLE_FN(_reserve)(struct TABLE_NAME *table, size_t n)
{
    size_t slots = table->slot ? table->mask + 1 : 1024;
    if (table->slot && (table->count + n) * 2 <= slots)
        return true;
    while ((table->count + n) * 2 > slots)
        slots *= 2;
    return TABLE_FN(_grow)(table, slots);
}

/* The entry of `key`, made when it is new.  Room must have been reserved. */
static inline TABLE_ENTRY *TABLE_FN(_at)(struct TABLE_NAME *table, uint64_t hash, TABLE_KEY key)
{
    size_t at = hash & table->mask;
    while (TABLE_USED(&table->slot[at])) {
        if (TABLE_EQUAL(&table->slot[at], key))
            return &table->slot[at];
        at = (at + 1) & table->mask;
    }
    TABLE_SET_KEY(&table->slot[at], key);
    table->count++;
    return &table->slot[at];
}

#ifdef TABLE_PACKETS
/* Hands the quiet half of the entries to `leave` and takes them out.  False when `leave` says so or memory is out; the
 * table is not to be used any more then. */
static inline bool TABLE_FN(_evict)(struct TABLE_NAME *table, bool (*leave)(void *owner, const TABLE_ENTRY *entry),
                                    void *owner)
{
    struct ranks ranks = {{0}};
    for (size_t i = 0; i <= table->mask; i++)
        if (TABLE_USED(&table->slot[i]))
            ps_ranks_add(&ranks, TABLE_PACKETS(&table->slot[i]));
    uint64_t enough = ps_ranks_enough(&ranks, table->count);
    for (size_t i = 0; i <= table->mask; i++) {
        TABLE_ENTRY *entry = &table->slot[i];
        if (!TABLE_USED(entry) || TABLE_PACKETS(entry) >= enough)
            continue;
        if (!leave(owner, entry))
            return false;
        memset(entry, 0, sizeof(*entry));
        table->count--;
    }
    table->enough = enough < RANKS ? enough : RANKS;
    table->refused = 0;
    return TABLE_FN(_grow)(table, table->mask + 1); /* the others to where they are found */
}

/* Room for an entry of `packets` that is not there yet; at most `limit` (0: no limit) are to be there. */
static inline enum room TABLE_FN(_admit)(struct TABLE_NAME *table, size_t limit, uint64_t packets,
                                         bool (*leave)(void *owner, const TABLE_ENTRY *entry), void *owner)
{
    if (limit && table->count >= limit) {
        if (packets < table->enough) {
            table->refused++;
            return ROOM_NONE;
        }
        if (!TABLE_FN(_evict)(table, leave, owner))
            return ROOM_FAILED;
    }
    return TABLE_FN(_reserve)(table, 1) ? ROOM_MADE : ROOM_FAILED;
}

/* Now and then: where many did not come in, the quiet half leaves, so that those that come next get their chance to stay,
 * also quiet ones.  False as with NAME_evict. */
static inline bool TABLE_FN(_refresh)(struct TABLE_NAME *table, size_t limit,
                                      bool (*leave)(void *owner, const TABLE_ENTRY *entry), void *owner)
{
    return table->refused == 0 || table->refused / 4 < limit || TABLE_FN(_evict)(table, leave, owner);
}
#endif

static inline void TABLE_FN(_free)(struct TABLE_NAME *table)
{
    free(table->slot);
    *table = (struct TABLE_NAME){0};
}

#undef TABLE_NAME
#undef TABLE_ENTRY
#undef TABLE_KEY
#undef TABLE_USED
#undef TABLE_EQUAL
#undef TABLE_HASH_ENTRY
#undef TABLE_SET_KEY
#undef TABLE_PACKETS
#undef TABLE_FN
#undef TABLE_JOIN
#undef TABLE_JOIN_
