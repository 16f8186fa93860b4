/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host table: two probes per packet, in the same two passes as the pair table.
 */
#include "hosts.h"

#include <string.h>

#include "portsniff/hash.h"

struct host_key {
    uint64_t word[2]; /* the address as it lies in memory */
    uint64_t family;
};

struct host_entry {
    struct host_key key; /* family 0: empty */
    struct ps_count sent, received;
};
_Static_assert(sizeof(struct host_entry) == 56, "a host fits a cache line");

static uint64_t host_hash(const struct host_key *key)
{
    return ps_hash_pair(ps_hash_seed(), key->word[0] ^ key->family, key->word[1]);
}

static bool host_equal(const struct host_key *a, const struct host_key *b)
{
    return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->family == b->family;
}

#define TABLE_NAME          host_table
#define TABLE_ENTRY         struct host_entry
#define TABLE_KEY           const struct host_key *
#define TABLE_USED(e)       ((e)->key.family != 0)
#define TABLE_EQUAL(e, k)   host_equal(&(e)->key, (k))
#define TABLE_HASH_ENTRY(e) host_hash(&(e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = *(k))
#include "table_template.h"

struct hosts {
    struct host_table table;
};

struct hosts *ps_hosts_create(void)
{
    return calloc(1, sizeof(struct hosts));
}

void ps_hosts_destroy(struct hosts *hosts)
{
    if (hosts)
        host_table_free(&hosts->table);
    free(hosts);
}

static void host_key_set(struct host_key *to, const struct ps_address *address, uint8_t family)
{
    memcpy(to->word, address->octet, sizeof(to->word));
    to->family = family;
}

static void count_add(struct ps_count *count, uint32_t wire)
{
    count->packets++;
    count->bytes += wire;
}

bool ps_hosts_add(struct hosts *hosts, const struct ps_keys *keys, size_t from, size_t to)
{
    struct host_table *table = &hosts->table;
    if (!host_table_reserve(table, (to - from) * 2))
        return false;
    struct host_key ends[PS_BATCH_MAX][2];
    uint64_t hash[PS_BATCH_MAX][2];
    uint16_t index[PS_BATCH_MAX];
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        const struct ps_key *key = &keys->key[i];
        if (key->family == 0 || key->row >= PS_ROW_COUNT)
            continue;
        host_key_set(&ends[n][0], &key->source, key->family);
        host_key_set(&ends[n][1], &key->destination, key->family);
        for (int end = 0; end < 2; end++) {
            hash[n][end] = host_hash(&ends[n][end]);
            __builtin_prefetch(&table->slot[hash[n][end] & table->mask], 1);
        }
        index[n++] = (uint16_t)i;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t wire = keys->key[index[i]].wire;
        count_add(&host_table_at(table, hash[i][0], &ends[i][0])->sent, wire);
        count_add(&host_table_at(table, hash[i][1], &ends[i][1])->received, wire);
    }
    return true;
}

bool ps_hosts_add_key(struct hosts *hosts, const struct ps_key *key)
{
    if (key->family == 0)
        return true;
    if (!host_table_reserve(&hosts->table, 2))
        return false;
    struct host_key source, destination;
    host_key_set(&source, &key->source, key->family);
    host_key_set(&destination, &key->destination, key->family);
    count_add(&host_table_at(&hosts->table, host_hash(&source), &source)->sent, key->wire);
    count_add(&host_table_at(&hosts->table, host_hash(&destination), &destination)->received, key->wire);
    return true;
}

bool ps_hosts_merge(struct hosts *hosts, const struct hosts *part)
{
    if (!host_table_reserve(&hosts->table, part->table.count))
        return false;
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++) {
        const struct host_entry *from = &part->table.slot[i];
        if (!from->key.family)
            continue;
        struct host_entry *to = host_table_at(&hosts->table, host_hash(&from->key), &from->key);
        to->sent.packets += from->sent.packets;
        to->sent.bytes += from->sent.bytes;
        to->received.packets += from->received.packets;
        to->received.bytes += from->received.bytes;
    }
    return true;
}

size_t ps_hosts_count(const struct hosts *hosts)
{
    return hosts->table.count;
}

void ps_hosts_collect(const struct hosts *hosts, struct ps_host_row *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; hosts->table.slot && i <= hosts->table.mask; i++) {
        const struct host_entry *entry = &hosts->table.slot[i];
        if (!entry->key.family)
            continue;
        struct ps_host_row *row = &ret_rows[n++];
        memcpy(row->address.octet, entry->key.word, sizeof(row->address.octet));
        row->family = (uint8_t)entry->key.family;
        row->sent = entry->sent;
        row->received = entry->received;
    }
}
