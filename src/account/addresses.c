/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interned IPv6 addresses: a table from address to number, and an array back.
 */
#include "addresses.h"

#include <string.h>

#include "portsniff/hash.h"

struct address_entry {
    uint64_t word[2];
    uint32_t number_plus_1; /* 0: empty */
    uint32_t zero;
};

static uint64_t address_hash(const uint64_t word[2])
{
    return ps_hash_pair(ps_hash_seed(), word[0], word[1]);
}

#define TABLE_NAME          address_table
#define TABLE_ENTRY         struct address_entry
#define TABLE_KEY           const uint64_t *
#define TABLE_USED(e)       ((e)->number_plus_1 != 0)
#define TABLE_EQUAL(e, k)   ((e)->word[0] == (k)[0] && (e)->word[1] == (k)[1])
#define TABLE_HASH_ENTRY(e) address_hash((e)->word)
#define TABLE_SET_KEY(e, k) ((e)->word[0] = (k)[0], (e)->word[1] = (k)[1])
#include "table_template.h"

struct addresses {
    struct address_table table;
    struct ps_address *of; /* by number */
    size_t room;
};

struct addresses *ps_addresses_create(void)
{
    return calloc(1, sizeof(struct addresses));
}

void ps_addresses_destroy(struct addresses *addresses)
{
    if (!addresses)
        return;
    address_table_free(&addresses->table);
    free(addresses->of);
    free(addresses);
}

bool ps_addresses_reserve(struct addresses *addresses, size_t n)
{
    size_t wanted = addresses->table.count + n, room = addresses->room ? addresses->room : 1024;
    if (!address_table_reserve(&addresses->table, n))
        return false;
    if (wanted <= addresses->room)
        return true;
    while (room < wanted)
        room *= 2;
    struct ps_address *of = realloc(addresses->of, room * sizeof(*of));
    if (!of)
        return false;
    addresses->of = of;
    addresses->room = room;
    return true;
}

uint32_t ps_addresses_number(struct addresses *addresses, const struct ps_address *address)
{
    uint64_t word[2];
    memcpy(word, address->octet, sizeof(word));
    struct address_entry *entry = address_table_at(&addresses->table, address_hash(word), word);
    if (!entry->number_plus_1) {
        entry->number_plus_1 = (uint32_t)addresses->table.count;
        addresses->of[entry->number_plus_1 - 1] = *address;
    }
    return entry->number_plus_1 - 1;
}

bool ps_addresses_find(const struct addresses *addresses, const struct ps_address *address, uint32_t *ret_number)
{
    const struct address_table *table = &addresses->table;
    uint64_t word[2];
    memcpy(word, address->octet, sizeof(word));
    for (size_t at = address_hash(word) & table->mask; table->slot && table->slot[at].number_plus_1;
         at = (at + 1) & table->mask) {
        if (table->slot[at].word[0] != word[0] || table->slot[at].word[1] != word[1])
            continue;
        *ret_number = table->slot[at].number_plus_1 - 1;
        return true;
    }
    return false;
}

struct ps_address ps_addresses_get(const struct addresses *addresses, uint32_t number)
{
    return addresses->of[number];
}
