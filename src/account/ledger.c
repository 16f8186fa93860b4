/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger: one plain counter for what nearly every packet is, a table for the reasons of the others.
 */
#include "ledger.h"

#include "portsniff/hash.h"
#include "sums.h"

struct ledger_entry {
    uint32_t key; /* row << 24 | detail kind << 16 | detail; 0: empty (row 0, ports, stands apart) */
    uint32_t zero;
    struct ps_count count;
};

#define TABLE_NAME          ledger_table
#define TABLE_ENTRY         struct ledger_entry
#define TABLE_KEY           uint32_t
#define TABLE_USED(e)       ((e)->key != 0)
#define TABLE_EQUAL(e, k)   ((e)->key == (k))
#define TABLE_HASH_ENTRY(e) ps_hash_word(ps_hash_seed(), (e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = (k))
#include "table_template.h"

struct ledger {
    struct ps_count ports;
    struct ledger_table table;
};
_Static_assert(PS_ROW_PORTS == 0, "the table's keys are never 0 for the other rows");

struct ledger *ps_ledger_create(void)
{
    return calloc(1, sizeof(struct ledger));
}

void ps_ledger_destroy(struct ledger *ledger)
{
    if (ledger)
        ledger_table_free(&ledger->table);
    free(ledger);
}

bool ps_ledger_add_key(struct ledger *ledger, const struct ps_key *key)
{
    struct ps_count *count = &ledger->ports;
    if (key->row != PS_ROW_PORTS) {
        uint32_t which = (uint32_t)key->row << 24 | (uint32_t)key->detail_kind << 16 | key->detail;
        if (!ledger_table_reserve(&ledger->table, 1))
            return false;
        count = &ledger_table_at(&ledger->table, ps_hash_word(ps_hash_seed(), which), which)->count;
    }
    count->packets++;
    count->bytes += key->wire;
    return true;
}

void ps_ledger_add_ports(struct ledger *ledger, const struct ps_count *count)
{
    ps_count_sum(&ledger->ports, count);
}

bool ps_ledger_merge(struct ledger *ledger, const struct ledger *part)
{
    if (!ledger_table_reserve(&ledger->table, part->table.count))
        return false;
    ledger->ports.packets += part->ports.packets;
    ledger->ports.bytes += part->ports.bytes;
    for (size_t i = 0; part->table.slot && i <= part->table.mask; i++) {
        const struct ledger_entry *from = &part->table.slot[i];
        if (!from->key)
            continue;
        struct ledger_entry *to = ledger_table_at(&ledger->table, ps_hash_word(ps_hash_seed(), from->key), from->key);
        to->count.packets += from->count.packets;
        to->count.bytes += from->count.bytes;
    }
    return true;
}

size_t ps_ledger_count(const struct ledger *ledger)
{
    return ledger->table.count + 1;
}

void ps_ledger_collect(const struct ledger *ledger, struct ps_ledger_row *ret_rows)
{
    size_t n = 0;
    ret_rows[n++] = (struct ps_ledger_row){.row = PS_ROW_PORTS, .count = ledger->ports};
    for (size_t i = 0; ledger->table.slot && i <= ledger->table.mask; i++) {
        const struct ledger_entry *entry = &ledger->table.slot[i];
        if (entry->key)
            ret_rows[n++] = (struct ps_ledger_row){
                .row = (uint8_t)(entry->key >> 24),
                .detail_kind = (uint8_t)(entry->key >> 16),
                .detail = (uint16_t)entry->key,
                .count = entry->count,
            };
    }
}
