/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of pairs whose flows have left, within its bound.
 */
#include "pairs.h"

#include "portsniff/hash.h"
#include "sums.h"

struct pair_entry {
    pair_key key; /* 0: empty */
    struct ps_traffic a_to_b, b_to_a;
};

#define TABLE_NAME          pair_table
#define TABLE_ENTRY         struct pair_entry
#define TABLE_KEY           uint64_t
#define TABLE_USED(e)       ((e)->key != 0)
#define TABLE_EQUAL(e, k)   ((e)->key == (k))
#define TABLE_HASH_ENTRY(e) ps_hash_word(ps_hash_seed(), (e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = (k))
#define TABLE_PACKETS(e)    ((e)->a_to_b.packets + (e)->b_to_a.packets)
#include "table_template.h"

struct pairs {
    struct pair_table table;
    size_t limit;          /* 0: none */
    struct ports *evicted; /* NULL: nothing left yet */
    uint64_t evicted_pairs;
    struct ps_traffic evicted_a_to_b, evicted_b_to_a;
};

struct pairs *ps_pairs_create(void)
{
    return calloc(1, sizeof(struct pairs));
}

void ps_pairs_destroy(struct pairs *pairs)
{
    if (!pairs)
        return;
    pair_table_free(&pairs->table);
    ps_ports_destroy(pairs->evicted);
    free(pairs);
}

static struct ps_pair_row row_of(const struct pair_entry *entry)
{
    struct ps_pair_row row = ps_pair_row_of(entry->key);
    row.a_to_b = entry->a_to_b;
    row.b_to_a = entry->b_to_a;
    return row;
}

void ps_pairs_limit(struct pairs *pairs, size_t limit)
{
    pairs->limit = limit;
}

const struct ports *ps_pairs_evicted(const struct pairs *pairs, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->evicted_pairs = pairs->evicted_pairs;
    ret_snapshot->evicted_pair_a_to_b = pairs->evicted_a_to_b;
    ret_snapshot->evicted_pair_b_to_a = pairs->evicted_b_to_a;
    return pairs->evicted;
}

static bool fold(struct pairs *pairs, const struct ps_pair_row *row)
{
    if (!pairs->evicted)
        pairs->evicted = ps_ports_create();
    pairs->evicted_pairs++;
    ps_traffic_sum(&pairs->evicted_a_to_b, &row->a_to_b);
    ps_traffic_sum(&pairs->evicted_b_to_a, &row->b_to_a);
    return pairs->evicted && ps_ports_add_pair(pairs->evicted, row);
}

/* Quiet pairs go into their ports. */
static bool leave(void *owner, const struct pair_entry *entry)
{
    struct ps_pair_row row = row_of(entry);
    return fold(owner, &row);
}

bool ps_pairs_refresh(struct pairs *pairs)
{
    return pair_table_refresh(&pairs->table, pairs->limit, leave, pairs);
}

/* NULL: it is not there. */
static struct pair_entry *known(const struct pair_table *table, uint64_t hash, pair_key key)
{
    for (size_t at = hash & table->mask; table->slot && table->slot[at].key; at = (at + 1) & table->mask)
        if (table->slot[at].key == key)
            return &table->slot[at];
    return NULL;
}

static bool add(struct pairs *pairs, pair_key key, const struct ps_traffic *a_to_b, const struct ps_traffic *b_to_a)
{
    uint64_t hash = ps_hash_word(ps_hash_seed(), key);
    struct pair_entry *to = known(&pairs->table, hash, key);
    enum room room = ROOM_MADE;
    if (!to)
        room = pair_table_admit(&pairs->table, pairs->limit, a_to_b->packets + b_to_a->packets, leave, pairs);
    if (room == ROOM_NONE) {
        struct pair_entry alone = {.key = key, .a_to_b = *a_to_b, .b_to_a = *b_to_a};
        return leave(pairs, &alone);
    }
    if (room == ROOM_FAILED)
        return false;
    if (!to)
        to = pair_table_at(&pairs->table, hash, key);
    ps_traffic_sum(&to->a_to_b, a_to_b);
    ps_traffic_sum(&to->b_to_a, b_to_a);
    return true;
}

void ps_pairs_ask(const struct pairs *pairs, pair_key key)
{
    const struct pair_table *table = &pairs->table;
    if (table->slot)
        __builtin_prefetch(&table->slot[ps_hash_word(ps_hash_seed(), key) & table->mask], 1);
    if (pairs->evicted)
        ps_ports_ask(pairs->evicted, (uint8_t)(key >> 32), (uint16_t)(key >> 16), (uint16_t)key);
}

struct ports *ps_pairs_add_others(struct pairs *pairs, uint64_t count, const struct ps_traffic *a_to_b,
                                  const struct ps_traffic *b_to_a)
{
    if (!pairs->evicted)
        pairs->evicted = ps_ports_create();
    pairs->evicted_pairs += count;
    ps_traffic_sum(&pairs->evicted_a_to_b, a_to_b);
    ps_traffic_sum(&pairs->evicted_b_to_a, b_to_a);
    return pairs->evicted;
}

bool ps_pairs_add(struct pairs *pairs, const struct ps_pair_row *pair)
{
    return add(pairs, ps_pair_key(pair->transport, pair->port_a, pair->port_b), &pair->a_to_b, &pair->b_to_a);
}

bool ps_pairs_merge(struct pairs *pairs, const struct pairs *part)
{
    if (part->evicted) {
        if (!pairs->evicted)
            pairs->evicted = ps_ports_create();
        if (!pairs->evicted || !ps_ports_merge(pairs->evicted, part->evicted))
            return false;
        pairs->evicted_pairs += part->evicted_pairs;
        ps_traffic_sum(&pairs->evicted_a_to_b, &part->evicted_a_to_b);
        ps_traffic_sum(&pairs->evicted_b_to_a, &part->evicted_b_to_a);
    }
    if (!ps_pairs_refresh(pairs))
        return false;
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++) {
        const struct pair_entry *from = &part->table.slot[i];
        if (from->key && !add(pairs, from->key, &from->a_to_b, &from->b_to_a))
            return false;
    }
    return true;
}

size_t ps_pairs_slots(const struct pairs *pairs)
{
    return pairs->table.slot ? pairs->table.mask + 1 : 0;
}

bool ps_pairs_get(const struct pairs *pairs, size_t slot, struct ps_pair_row *ret_row)
{
    if (!pairs->table.slot[slot].key)
        return false;
    *ret_row = row_of(&pairs->table.slot[slot]);
    return true;
}
