/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pair table.  A batch goes through in two passes, hash and prefetch first, then probe and add, so that the cache
 * misses of a batch overlap.
 */
#include "pairs.h"

#include "portsniff/hash.h"
#include "sums.h"

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
    return (struct ps_pair_row){
        .transport = (uint8_t)(entry->key >> 32),
        .port_a = (uint16_t)(entry->key >> 16),
        .port_b = (uint16_t)entry->key,
        .a_to_b = entry->a_to_b,
        .b_to_a = entry->b_to_a,
    };
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

/* Quiet pairs go into their ports. */
static bool leave(void *owner, const struct pair_entry *entry)
{
    struct pairs *pairs = owner;
    struct ps_pair_row row = row_of(entry);
    pairs->evicted_pairs++;
    ps_traffic_sum(&pairs->evicted_a_to_b, &row.a_to_b);
    ps_traffic_sum(&pairs->evicted_b_to_a, &row.b_to_a);
    return ps_ports_add_pair(pairs->evicted, &row);
}

static bool evict(struct pairs *pairs)
{
    if (!pairs->evicted)
        pairs->evicted = ps_ports_create();
    return pairs->evicted && pair_table_evict(&pairs->table, leave, pairs);
}

/* Room for `n` more pairs, within the limit. */
static bool make_room(struct pairs *pairs, size_t n)
{
    if (pairs->limit && pairs->table.count > 0 && pairs->table.count + n > pairs->limit && !evict(pairs))
        return false;
    return pair_table_reserve(&pairs->table, n);
}

static uint64_t pair_key(const struct ps_key *key)
{
    uint64_t s = key->source_port, d = key->destination_port;
    uint64_t low = s < d ? s : d, high = s < d ? d : s;
    return (uint64_t)key->transport << 32 | low << 16 | high;
}

static void traffic_add(struct ps_traffic *traffic, const struct ps_key *key)
{
    traffic->packets++;
    traffic->bytes += key->wire;
    traffic->network_bytes += key->network;
    traffic->payload_bytes += key->payload;
}

static void entry_add(struct pair_entry *entry, const struct ps_key *key)
{
    bool forth = key->source_port <= key->destination_port;
    traffic_add(forth ? &entry->a_to_b : &entry->b_to_a, key);
}

bool ps_pairs_add(struct pairs *pairs, const struct ps_keys *keys, size_t from, size_t to)
{
    struct pair_table *table = &pairs->table;
    if (!make_room(pairs, to - from))
        return false;
    const uint64_t *seed = ps_hash_seed();
    uint64_t key[PS_BATCH_MAX], hash[PS_BATCH_MAX];
    uint16_t index[PS_BATCH_MAX];
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        if (keys->key[i].row != PS_ROW_PORTS)
            continue;
        key[n] = pair_key(&keys->key[i]);
        hash[n] = ps_hash_word(seed, key[n]);
        const char *slot = (const char *)&table->slot[hash[n] & table->mask];
        __builtin_prefetch(slot, 1);
        __builtin_prefetch(slot + sizeof(struct pair_entry) - 1, 1);
        index[n++] = (uint16_t)i;
    }
    for (size_t i = 0; i < n; i++)
        entry_add(pair_table_at(table, hash[i], key[i]), &keys->key[index[i]]);
    return true;
}

bool ps_pairs_add_key(struct pairs *pairs, const struct ps_key *key)
{
    if (!make_room(pairs, 1))
        return false;
    uint64_t pair = pair_key(key);
    entry_add(pair_table_at(&pairs->table, ps_hash_word(ps_hash_seed(), pair), pair), key);
    return true;
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
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++) {
        const struct pair_entry *from = &part->table.slot[i];
        if (!from->key)
            continue;
        if (!make_room(pairs, 1))
            return false;
        struct pair_entry *to = pair_table_at(&pairs->table, ps_hash_word(ps_hash_seed(), from->key), from->key);
        ps_traffic_sum(&to->a_to_b, &from->a_to_b);
        ps_traffic_sum(&to->b_to_a, &from->b_to_a);
    }
    return true;
}

size_t ps_pairs_count(const struct pairs *pairs)
{
    return pairs->table.count;
}

void ps_pairs_collect(const struct pairs *pairs, struct ps_pair_row *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; pairs->table.slot && i <= pairs->table.mask; i++) {
        const struct pair_entry *entry = &pairs->table.slot[i];
        if (entry->key)
            ret_rows[n++] = row_of(entry);
    }
}
