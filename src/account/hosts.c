/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host table: two probes per packet, in two passes over a batch, hash and prefetch first, then probe and add, so that
 * the cache misses of a batch overlap.
 */
#include "hosts.h"

#include <string.h>

#include "portsniff/hash.h"
#include "sums.h"

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
#define TABLE_PACKETS(e)    ((e)->sent.packets + (e)->received.packets)
#include "table_template.h"

struct hosts {
    struct host_table table;
    /* The last source and the last destination that passed, since a flood often has few of them; NULL after the table
     * changed. */
    struct host_entry *last[2];
    size_t limit; /* 0: none */
    uint64_t evicted;
    struct ps_count evicted_sent, evicted_received;
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

void ps_hosts_limit(struct hosts *hosts, size_t limit)
{
    hosts->limit = limit;
}

void ps_hosts_evicted(const struct hosts *hosts, struct ps_snapshot *ret_snapshot)
{
    ret_snapshot->evicted_hosts += hosts->evicted;
    ps_count_sum(&ret_snapshot->evicted_host_sent, &hosts->evicted_sent);
    ps_count_sum(&ret_snapshot->evicted_host_received, &hosts->evicted_received);
}

/* Quiet hosts go into one sum. */
static bool leave(void *owner, const struct host_entry *entry)
{
    struct hosts *hosts = owner;
    hosts->evicted++;
    ps_count_sum(&hosts->evicted_sent, &entry->sent);
    ps_count_sum(&hosts->evicted_received, &entry->received);
    return true;
}

/* Room for `n` more hosts, within the limit. */
static bool make_room(struct hosts *hosts, size_t n)
{
    hosts->last[0] = hosts->last[1] = NULL;
    if (hosts->limit && hosts->table.count > 0 && hosts->table.count + n > hosts->limit &&
        !host_table_evict(&hosts->table, leave, hosts))
        return false;
    return host_table_reserve(&hosts->table, n);
}

bool ps_hosts_add_key(struct hosts *hosts, const struct ps_key *key)
{
    if (key->family == 0)
        return true;
    if (!make_room(hosts, 2))
        return false;
    struct host_key source, destination;
    host_key_set(&source, &key->source, key->family);
    host_key_set(&destination, &key->destination, key->family);
    count_add(&host_table_at(&hosts->table, host_hash(&source), &source)->sent, key->wire);
    count_add(&host_table_at(&hosts->table, host_hash(&destination), &destination)->received, key->wire);
    return true;
}

static bool add(struct hosts *hosts, const struct host_key *key, const struct ps_count *sent,
                const struct ps_count *received)
{
    if (!make_room(hosts, 1))
        return false;
    struct host_entry *to = host_table_at(&hosts->table, host_hash(key), key);
    ps_count_sum(&to->sent, sent);
    ps_count_sum(&to->received, received);
    return true;
}

bool ps_hosts_add_row(struct hosts *hosts, const struct ps_host_row *host)
{
    struct host_key key;
    host_key_set(&key, &host->address, host->family);
    return add(hosts, &key, &host->sent, &host->received);
}

/* NULL: it is not there. */
static struct host_entry *known(const struct host_table *table, uint64_t hash, const struct host_key *key)
{
    for (size_t at = hash & table->mask; table->slot && table->slot[at].key.family; at = (at + 1) & table->mask)
        if (host_equal(&table->slot[at].key, key))
            return &table->slot[at];
    return NULL;
}

/* A host that is not the one that passed before it.  False: memory is out. */
static bool pass_other(struct hosts *hosts, const struct host_key *key, unsigned received, uint32_t wire)
{
    uint64_t hash = host_hash(key);
    struct host_entry *host = known(&hosts->table, hash, key);
    if (!host) {
        hosts->last[0] = hosts->last[1] = NULL;
        enum room room = host_table_admit(&hosts->table, hosts->limit, 1, leave, hosts);
        if (room == ROOM_FAILED)
            return false;
        if (room == ROOM_MADE)
            host = host_table_at(&hosts->table, hash, key);
    }
    hosts->last[received] = host;
    hosts->evicted += !host;
    if (host)
        count_add(received ? &host->received : &host->sent, wire);
    else
        count_add(received ? &hosts->evicted_received : &hosts->evicted_sent, wire);
    return true;
}

static bool pass(struct hosts *hosts, const struct ps_address *address, uint8_t family, unsigned received,
                 uint32_t wire)
{
    struct host_key key;
    struct host_entry *last = hosts->last[received];
    host_key_set(&key, address, family);
    if (!last || !host_equal(&last->key, &key))
        return pass_other(hosts, &key, received, wire);
    count_add(received ? &last->received : &last->sent, wire);
    return true;
}

bool ps_hosts_pass(struct hosts *hosts, const struct ps_address *source, const struct ps_address *destination,
                   uint8_t family, uint32_t wire)
{
    return pass(hosts, source, family, 0, wire) && pass(hosts, destination, family, 1, wire);
}

bool ps_hosts_merge(struct hosts *hosts, const struct hosts *part)
{
    hosts->evicted += part->evicted;
    ps_count_sum(&hosts->evicted_sent, &part->evicted_sent);
    ps_count_sum(&hosts->evicted_received, &part->evicted_received);
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++) {
        const struct host_entry *from = &part->table.slot[i];
        if (from->key.family && !add(hosts, &from->key, &from->sent, &from->received))
            return false;
    }
    return true;
}

size_t ps_hosts_slots(const struct hosts *hosts)
{
    return hosts->table.slot ? hosts->table.mask + 1 : 0;
}

bool ps_hosts_get(const struct hosts *hosts, size_t slot, struct ps_host_row *ret_row)
{
    const struct host_entry *entry = &hosts->table.slot[slot];
    if (!entry->key.family)
        return false;
    *ret_row =
        (struct ps_host_row){.family = (uint8_t)entry->key.family, .sent = entry->sent, .received = entry->received};
    memcpy(ret_row->address.octet, entry->key.word, sizeof(ret_row->address.octet));
    return true;
}
