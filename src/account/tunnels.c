/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tunnel table; most packets have no wrapping and cost one comparison.
 */
#include "tunnels.h"

#include "portsniff/hash.h"
#include "sums.h"

struct tunnel_entry {
    uint64_t key; /* (kind + 1) << 48 | port << 32 | id; 0: empty */
    struct ps_count carried;
};

#define TABLE_NAME          tunnel_table
#define TABLE_ENTRY         struct tunnel_entry
#define TABLE_KEY           uint64_t
#define TABLE_USED(e)       ((e)->key != 0)
#define TABLE_EQUAL(e, k)   ((e)->key == (k))
#define TABLE_HASH_ENTRY(e) ps_hash_word(ps_hash_seed(), (e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = (k))
#define TABLE_PACKETS(e)    ((e)->carried.packets)
#include "table_template.h"

struct tunnels {
    struct tunnel_table table;
    size_t limit; /* 0: none */
    uint64_t evicted;
    struct ps_count evicted_carried;
};

struct tunnels *ps_tunnels_create(void)
{
    return calloc(1, sizeof(struct tunnels));
}

void ps_tunnels_destroy(struct tunnels *tunnels)
{
    if (tunnels)
        tunnel_table_free(&tunnels->table);
    free(tunnels);
}

void ps_tunnels_limit(struct tunnels *tunnels, size_t limit)
{
    tunnels->limit = limit;
}

uint64_t ps_tunnels_evicted(const struct tunnels *tunnels, struct ps_count *ret_carried)
{
    *ret_carried = tunnels->evicted_carried;
    return tunnels->evicted;
}

/* Quiet tunnels go into one sum. */
static bool leave(void *owner, const struct tunnel_entry *entry)
{
    struct tunnels *tunnels = owner;
    tunnels->evicted++;
    ps_count_sum(&tunnels->evicted_carried, &entry->carried);
    return true;
}

/* Room for `n` more tunnels, within the limit. */
static bool make_room(struct tunnels *tunnels, size_t n)
{
    if (tunnels->limit && tunnels->table.count > 0 && tunnels->table.count + n > tunnels->limit &&
        !tunnel_table_evict(&tunnels->table, leave, tunnels))
        return false;
    return tunnel_table_reserve(&tunnels->table, n);
}

static uint64_t tunnel_key(const struct ps_hop *hop)
{
    return (uint64_t)(hop->kind + 1u) << 48 | (uint64_t)hop->port << 32 | hop->id;
}

/* The same tag twice in one packet is one row, and the packet counts there once. */
static bool listed_before(const struct ps_hop *hop, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (tunnel_key(&hop[i]) == tunnel_key(&hop[at]))
            return true;
    return false;
}

static bool add_hops(struct tunnels *tunnels, const struct ps_hop *hop, size_t count, uint32_t wire)
{
    struct tunnel_table *table = &tunnels->table;
    if (!make_room(tunnels, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (listed_before(hop, i))
            continue;
        uint64_t key = tunnel_key(&hop[i]);
        struct tunnel_entry *entry = tunnel_table_at(table, ps_hash_word(ps_hash_seed(), key), key);
        entry->carried.packets++;
        entry->carried.bytes += wire;
    }
    return true;
}

bool ps_tunnels_add(struct tunnels *tunnels, const struct ps_keys *keys, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct ps_key *key = &keys->key[i];
        if (key->hop_count && !add_hops(tunnels, keys->hop[i], key->hop_count, key->wire))
            return false;
    }
    return true;
}

bool ps_tunnels_merge(struct tunnels *tunnels, const struct tunnels *part)
{
    tunnels->evicted += part->evicted;
    ps_count_sum(&tunnels->evicted_carried, &part->evicted_carried);
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++) {
        const struct tunnel_entry *from = &part->table.slot[i];
        if (!from->key)
            continue;
        if (!make_room(tunnels, 1))
            return false;
        struct tunnel_entry *to = tunnel_table_at(&tunnels->table, ps_hash_word(ps_hash_seed(), from->key), from->key);
        to->carried.packets += from->carried.packets;
        to->carried.bytes += from->carried.bytes;
    }
    return true;
}

size_t ps_tunnels_count(const struct tunnels *tunnels)
{
    return tunnels->table.count;
}

void ps_tunnels_collect(const struct tunnels *tunnels, struct ps_tunnel_row *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; tunnels->table.slot && i <= tunnels->table.mask; i++) {
        const struct tunnel_entry *entry = &tunnels->table.slot[i];
        if (entry->key)
            ret_rows[n++] = (struct ps_tunnel_row){
                .kind = (uint8_t)((entry->key >> 48) - 1),
                .port = (uint16_t)(entry->key >> 32),
                .id = (uint32_t)entry->key,
                .carried = entry->carried,
            };
    }
}
