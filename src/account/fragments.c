/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Later fragments are credited to the ports of their datagram's first fragment, in whatever order they come, without
 * reassembly (RFC 791 section 3.2, RFC 8200 section 4.5).
 *
 * The rule: where an identification was used again, the last first fragment before the packet counts, or, if there is
 * none, the first one behind it.  What a first fragment stands for is a node (fragment_nodes.h).
 *
 * Memory is bounded: datagrams live in two generations; when the young one is full, the old one is dropped and what
 * waits in it is counted without ports.  Nothing here runs for packets that are not fragments.
 */
#include "account_private.h"

#include <stdlib.h>
#include <string.h>

#include "fragment_nodes.h"
#include "portsniff/hash.h"

#define GENERATION_MAX ((size_t)1 << 19) /* datagrams in one generation */
#define WAITERS_MAX    ((size_t)1 << 19) /* packets that wait at one time, and first fragments that wait for others */

struct datagram_entry {
    struct ps_datagram key; /* family 0: empty */
    struct node *awaiting;  /* for packets before any first fragment; NULL: none came, or they are settled */
    struct node *first;     /* the first of the first fragments; kept only where parts may be merged */
    struct node *last;      /* the last of them so far */
};

static uint64_t datagram_hash(const struct ps_datagram *key)
{
    uint64_t word[5];
    _Static_assert(sizeof(*key) == sizeof(word), "a datagram is five words without padding");
    memcpy(word, key, sizeof(word));
    return ps_hash_words(ps_hash_seed(), word, 5);
}

#define TABLE_NAME          datagram_table
#define TABLE_ENTRY         struct datagram_entry
#define TABLE_KEY           const struct ps_datagram *
#define TABLE_USED(e)       ((e)->key.family != 0)
#define TABLE_EQUAL(e, k)   (memcmp(&(e)->key, (k), sizeof(*(k))) == 0)
#define TABLE_HASH_ENTRY(e) datagram_hash(&(e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = *(k))
#include "table_template.h"

struct ps_fragments {
    bool at_start;
    struct datagram_table young, old;
    size_t generation_max, waiters_max;
    struct waits waits;
    uint64_t overflow;
};

struct ps_fragments *ps_fragments_create(bool at_start)
{
    struct ps_fragments *f = calloc(1, sizeof(*f));
    if (f) {
        f->at_start = at_start;
        ps_fragments_bound(f, GENERATION_MAX, WAITERS_MAX);
    }
    return f;
}

void ps_fragments_bound(struct ps_fragments *f, size_t datagrams, size_t waiters)
{
    f->generation_max = datagrams;
    f->waiters_max = waiters;
    f->waits.links_max = waiters;
}

void ps_fragments_limit(struct ps_fragments *f, uint64_t bytes)
{
    size_t each =
        (size_t)(bytes / 1024); /* a datagram with its node, and a packet that waits: less than 512 bytes each */
    ps_fragments_bound(f, each < GENERATION_MAX ? each : GENERATION_MAX, each < WAITERS_MAX ? each : WAITERS_MAX);
}

uint64_t ps_fragments_overflow(const struct ps_fragments *f)
{
    return f->overflow + f->waits.cut;
}

/* --- datagrams --- */

/* A datagram leaves the cache: packets that wait for its first fragment are counted now. */
static void entry_close(struct ps_fragments *f, struct datagram_entry *entry)
{
    if (entry->awaiting && !entry->awaiting->settled) {
        if (entry->first)
            ps_node_link(&f->waits, entry->awaiting, entry->first);
        else
            ps_node_settle(&f->waits, entry->awaiting, NULL);
    }
}

static void entry_release(struct datagram_entry *entry)
{
    ps_node_release(entry->awaiting);
    ps_node_release(entry->first);
    ps_node_release(entry->last);
}

static void table_close(struct ps_fragments *f, struct datagram_table *table)
{
    for (size_t i = 0; table->slot && i <= table->mask; i++)
        if (table->slot[i].key.family)
            entry_close(f, &table->slot[i]);
}

static void table_drop(struct datagram_table *table)
{
    for (size_t i = 0; table->slot && i <= table->mask; i++)
        if (table->slot[i].key.family)
            entry_release(&table->slot[i]);
    datagram_table_free(table);
}

/* The old generation goes, the young one becomes old. */
static void next_generation(struct ps_fragments *f)
{
    size_t waiting = f->waits.packets;
    table_close(f, &f->old);
    f->overflow += waiting - f->waits.packets;
    table_drop(&f->old);
    f->old = f->young;
    f->young = (struct datagram_table){0};
}

static struct datagram_entry *find(struct datagram_table *table, uint64_t hash, const struct ps_datagram *key)
{
    for (size_t at = hash & table->mask; table->slot && table->slot[at].key.family; at = (at + 1) & table->mask)
        if (memcmp(&table->slot[at].key, key, sizeof(*key)) == 0)
            return &table->slot[at];
    return NULL;
}

/* The entry of a datagram, in the young generation from now on unless it lives in the old one.  NULL: memory is out. */
static struct datagram_entry *entry_at(struct ps_fragments *f, const struct ps_datagram *key)
{
    uint64_t hash = datagram_hash(key);
    struct datagram_entry *entry = find(&f->young, hash, key);
    if (!entry)
        entry = find(&f->old, hash, key);
    if (entry)
        return entry;
    if (f->young.count >= f->generation_max)
        next_generation(f);
    if (!datagram_table_reserve(&f->young, 1))
        return NULL;
    return datagram_table_at(&f->young, hash, key);
}

/* What a later fragment of this datagram stands for here and now; an open node when that is not known yet. */
static struct node *answer_for(struct ps_fragments *f, const struct ps_datagram *key)
{
    struct datagram_entry *entry = entry_at(f, key);
    if (!entry)
        return NULL;
    if (entry->last)
        return entry->last;
    if (!entry->awaiting) {
        entry->awaiting = ps_node_create(true);
        if (entry->awaiting)
            entry->awaiting->references++;
    }
    return entry->awaiting;
}

/* A first fragment becomes the one that counts for what follows; what waited for one is settled by it, where this part
 * of the capture is its beginning. */
static void entry_set_first(struct ps_fragments *f, struct datagram_entry *entry, struct node *node)
{
    struct node *before = entry->last;
    entry->last = node;
    node->references++;
    ps_node_release(before);
    if (!f->at_start) {
        if (!entry->first) {
            entry->first = node;
            node->references++;
        }
    } else if (entry->awaiting) {
        struct node *awaiting = entry->awaiting;
        entry->awaiting = NULL;
        ps_node_link(&f->waits, awaiting, node);
        ps_node_release(awaiting);
    }
}

/* Takes note of one first fragment.  False when memory is out. */
static bool take_first(struct ps_fragments *f, const struct ps_fragments_seen *seen, uint32_t i,
                       const struct ps_key *key)
{
    struct node *node = ps_node_create(false);
    if (!node)
        return false;
    node->references++;
    if (seen->first[i].has_ports)
        node->identity = ps_identity_of(key);
    struct node *target = seen->later ? answer_for(f, &seen->later_of) : NULL;
    if (target)
        target->references++; /* making room for the entry may drop its table */
    struct datagram_entry *entry = entry_at(f, &seen->first[i].of);
    bool noted = entry && (target || !seen->later);
    if (noted && target)
        ps_node_link(&f->waits, node, target);
    else
        ps_node_settle(&f->waits, node, NULL);
    if (noted)
        entry_set_first(f, entry, node);
    ps_node_release(target);
    ps_node_release(node);
    return noted;
}

bool ps_fragments_take(struct ps_fragments *f, struct ps_account *account, const struct ps_fragments_seen *seen,
                       struct ps_key *key)
{
    bool noted = true;
    for (uint32_t i = 0; i < seen->first_count; i++)
        noted &= take_first(f, seen, i, key);
    bool waits = false;
    if (seen->later) {
        struct node *answer = answer_for(f, &seen->later_of);
        noted &= answer != NULL;
        if (answer && answer->settled) {
            ps_identity_apply(key, &answer->identity, seen->later_payload, seen->later_network);
        } else if (answer && f->waits.packets < f->waiters_max) {
            waits = ps_node_wait(&f->waits, answer, account, seen, key);
            noted &= waits;
        } else {
            f->overflow++;
        }
    }
    if (!noted)
        ps_account_fail(account);
    return waits;
}

void ps_fragments_give_up(struct ps_fragments *f)
{
    size_t waiting = f->waits.packets;
    for (int generation = 0; generation < 2; generation++) {
        struct datagram_table *table = generation ? &f->young : &f->old;
        for (size_t i = 0; table->slot && i <= table->mask; i++)
            ps_node_give_up(&f->waits, table->slot[i].awaiting);
    }
    f->overflow += waiting - f->waits.packets;
}

void ps_fragments_settle(struct ps_fragments *f)
{
    table_close(f, &f->old);
    table_close(f, &f->young);
}

void ps_fragments_destroy(struct ps_fragments *f)
{
    if (!f)
        return;
    ps_fragments_settle(f);
    table_drop(&f->old);
    table_drop(&f->young);
    free(f);
}

/* --- merging --- */

/* A datagram of the part that follows; its nodes become this cache's. */
static bool merge_entry(struct ps_fragments *f, struct datagram_entry *part)
{
    struct datagram_entry *entry = entry_at(f, &part->key);
    if (!entry)
        return false;
    if (part->awaiting && entry->last) {
        ps_node_link(&f->waits, part->awaiting, entry->last);
    } else if (part->awaiting && entry->awaiting) {
        ps_node_link(&f->waits, part->awaiting, entry->awaiting);
    } else if (part->awaiting) {
        entry->awaiting = part->awaiting;
        entry->awaiting->references++;
    }
    if (part->first)
        entry_set_first(f, entry, part->first);
    if (part->last && part->last != entry->last)
        entry_set_first(f, entry, part->last);
    return true;
}

static bool merge_table(struct ps_fragments *f, struct datagram_table *part)
{
    bool merged = true;
    for (size_t i = 0; part->slot && i <= part->mask; i++)
        if (part->slot[i].key.family)
            merged &= merge_entry(f, &part->slot[i]);
    table_drop(part);
    return merged;
}

void ps_fragments_merge(struct ps_fragments *f, struct ps_account *account, struct ps_fragments *part,
                        struct ps_account *part_account)
{
    for (int generation = 0; generation < 2; generation++) {
        struct datagram_table *table = generation ? &part->young : &part->old;
        for (size_t i = 0; table->slot && i <= table->mask; i++)
            ps_node_move_waiters(table->slot[i].awaiting, part_account, account);
    }
    f->waits.packets += part->waits.packets;
    f->waits.links += part->waits.links;
    f->waits.cut += part->waits.cut;
    f->overflow += part->overflow;
    part->waits = (struct waits){.packets = 0};
    bool merged = merge_table(f, &part->old);
    merged &= merge_table(f, &part->young);
    if (!merged)
        ps_account_fail(account);
}
