/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Later fragments are credited to the ports of their datagram's first fragment, in whatever order they come, without
 * reassembly (RFC 791 section 3.2, RFC 8200 section 4.5).
 *
 * The rule: where an identification was used again, the last first fragment before the packet counts, or, if there is
 * none, the first one behind it.  What a first fragment stands for is a node.  A node is settled (these ports, or none)
 * or open: the awaiting node of a datagram whose first fragment was not met yet, or a first fragment that holds a later
 * fragment of another datagram (a tunnel inside fragments) and is linked to that one's node.  Packets and nodes that
 * depend on an open node hang on its lists and are settled with it.  First fragments that depend on one another in a
 * circle stand for what they have themselves, whichever link closed it: the answer is the same however a capture is cut.
 *
 * Memory is bounded: datagrams live in two generations; when the young one is full, the old one is dropped and what
 * waits in it is counted without ports.  Nothing here runs for packets that are not fragments.
 */
#include "account_private.h"

#include <stdlib.h>
#include <string.h>

#include "portsniff/hash.h"

#define GENERATION_MAX ((size_t)1 << 19) /* datagrams in one generation */
#define WAITERS_MAX    ((size_t)1 << 19) /* packets that wait at one time */
#define LINKS_MAX      64                /* nodes that wait for one another in a row */

/* What later fragments count under. */
struct identity {
    struct ps_address source, destination;
    uint16_t source_port, destination_port;
    uint8_t transport; /* PS_TRANSPORT_NONE: no ports */
    uint8_t family;
};

/* A packet that waits; its key holds what it counts under when nothing comes. */
struct waiter {
    struct waiter *next;
    struct ps_account *account;
    uint32_t payload, network; /* of the fragment itself, for when it is credited */
    struct ps_key key;
};

struct node {
    uint32_t references; /* by table entries, by the list it is in, and by its own lists while they hold something */
    bool settled;
    bool awaiting;            /* stands for a first fragment that is still to come, has nothing itself */
    bool circular;            /* takes nothing from its target */
    struct identity identity; /* settled: the answer; open: what counts when the node it is linked to has no ports */
    struct node *target;      /* open and linked: the node it waits for, which lives as long */
    struct node *dependents;  /* nodes linked to this one */
    struct node *next;        /* in its target's list */
    struct node *work;        /* in settle()'s work list */
    struct waiter *waiters;   /* in order of arrival */
    struct waiter **waiters_end;
};

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
    size_t waiting; /* packets on all lists */
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
}

uint64_t ps_fragments_overflow(const struct ps_fragments *f)
{
    return f->overflow;
}

/* --- nodes --- */

static struct node *node_create(bool awaiting)
{
    struct node *node = calloc(1, sizeof(*node));
    if (node) {
        node->awaiting = awaiting;
        node->waiters_end = &node->waiters;
    }
    return node;
}

static void node_release(struct node *node)
{
    if (node && --node->references == 0)
        free(node);
}

/* `payload`, `network`: of the fragment that is credited; its packet may be a tunnel's with other lengths. */
static void apply(struct ps_key *key, const struct identity *identity, uint32_t payload, uint32_t network)
{
    if (identity->transport == PS_TRANSPORT_NONE)
        return;
    key->payload = payload;
    key->network = network;
    key->source = identity->source;
    key->destination = identity->destination;
    key->source_port = identity->source_port;
    key->destination_port = identity->destination_port;
    key->transport = identity->transport;
    key->family = identity->family;
    key->row = PS_ROW_PORTS;
    key->detail_kind = PS_DETAIL_NONE;
    key->detail = 0;
}

static void settle_waiters(struct ps_fragments *f, struct node *node)
{
    struct waiter *waiter = node->waiters;
    if (!waiter)
        return;
    while (waiter) {
        struct waiter *next = waiter->next;
        apply(&waiter->key, &node->identity, waiter->payload, waiter->network);
        ps_account_settle(waiter->account, &waiter->key);
        free(waiter);
        f->waiting--;
        waiter = next;
    }
    node->waiters = NULL;
    node->waiters_end = &node->waiters;
    node->references--; /* the caller holds another one */
}

/* Moves a node's dependents to the front of the work list, settled with its answer. */
static struct node *settle_dependents(struct node *node, struct node *work)
{
    struct node *dependent = node->dependents;
    node->dependents = NULL;
    while (dependent) {
        struct node *next = dependent->next;
        if (dependent->settled) {
            node_release(dependent);
        } else {
            dependent->settled = true;
            if (node->identity.transport != PS_TRANSPORT_NONE && !dependent->circular)
                dependent->identity = node->identity;
            dependent->work = work; /* takes over the list's reference */
            work = dependent;
        }
        node->references--; /* the caller holds another one */
        dependent = next;
    }
    return work;
}

/* Settles a node and, one after another without recursion, all that depend on it. */
static void settle(struct ps_fragments *f, struct node *node, const struct identity *answer)
{
    if (node->settled)
        return;
    node->settled = true;
    if (answer && answer->transport != PS_TRANSPORT_NONE)
        node->identity = *answer;
    node->references++; /* for the work list */
    node->work = NULL;
    for (struct node *work = node; work;) {
        struct node *now = work;
        work = settle_dependents(now, now->work);
        settle_waiters(f, now);
        node_release(now);
    }
}

enum dependence {
    INDEPENDENT,
    CIRCLE,
    TOO_LONG
};

/* Whether `node` waits, over links, for `other`.  A chain longer than any real nesting of tunnels is not followed, so
 * that nobody can make this walk long. */
static enum dependence depends_on(const struct node *node, const struct node *other)
{
    for (int links = 0; node && !node->settled; links++) {
        if (node == other)
            return CIRCLE;
        if (links == LINKS_MAX)
            return TOO_LONG;
        node = node->target;
    }
    return INDEPENDENT;
}

/* `node` waits for `target`, which waits for `node`: every first fragment in the circle stands for itself. */
static void settle_circle(struct ps_fragments *f, struct node *node, struct node *target)
{
    const struct node *first = NULL;
    for (struct node *n = target; n != node; n = n->target) {
        n->circular = !n->awaiting;
        if (n->circular && !first)
            first = n;
    }
    settle(f, node, node->awaiting && first ? &first->identity : NULL);
}

/* `node` gets whatever `target` gets; at once when that is known. */
static void link_nodes(struct ps_fragments *f, struct node *node, struct node *target)
{
    if (node->settled)
        return;
    if (target->settled) {
        settle(f, node, &target->identity);
        return;
    }
    switch (depends_on(target, node)) {
    case CIRCLE:
        settle_circle(f, node, target);
        break;
    case TOO_LONG:
        settle(f, node, NULL);
        break;
    case INDEPENDENT:
        node->target = target;
        node->next = target->dependents;
        target->dependents = node;
        node->references++;
        target->references++;
        break;
    }
}

/* --- datagrams --- */

/* A datagram leaves the cache: packets that wait for its first fragment are counted now. */
static void entry_close(struct ps_fragments *f, struct datagram_entry *entry)
{
    if (entry->awaiting && !entry->awaiting->settled) {
        if (entry->first)
            link_nodes(f, entry->awaiting, entry->first);
        else
            settle(f, entry->awaiting, NULL);
    }
}

static void entry_release(struct datagram_entry *entry)
{
    node_release(entry->awaiting);
    node_release(entry->first);
    node_release(entry->last);
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
    size_t waiting = f->waiting;
    table_close(f, &f->old);
    f->overflow += waiting - f->waiting;
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
        entry->awaiting = node_create(true);
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
    node_release(before);
    if (!f->at_start) {
        if (!entry->first) {
            entry->first = node;
            node->references++;
        }
    } else if (entry->awaiting) {
        struct node *awaiting = entry->awaiting;
        entry->awaiting = NULL;
        link_nodes(f, awaiting, node);
        node_release(awaiting);
    }
}

static struct identity identity_of(const struct ps_key *key)
{
    return (struct identity){
        .source = key->source,
        .destination = key->destination,
        .source_port = key->source_port,
        .destination_port = key->destination_port,
        .transport = key->transport,
        .family = key->family,
    };
}

/* Takes note of one first fragment.  False when memory is out. */
static bool take_first(struct ps_fragments *f, const struct ps_fragments_seen *seen, uint32_t i,
                       const struct ps_key *key)
{
    struct node *node = node_create(false);
    if (!node)
        return false;
    node->references++;
    if (seen->first[i].has_ports)
        node->identity = identity_of(key);
    struct node *target = seen->later ? answer_for(f, &seen->later_of) : NULL;
    if (target)
        target->references++; /* making room for the entry may drop its table */
    struct datagram_entry *entry = entry_at(f, &seen->first[i].of);
    bool noted = entry && (target || !seen->later);
    if (noted && target)
        link_nodes(f, node, target);
    else
        settle(f, node, NULL);
    if (noted)
        entry_set_first(f, entry, node);
    node_release(target);
    node_release(node);
    return noted;
}

static bool wait_for(struct ps_fragments *f, struct node *node, struct ps_account *account,
                     const struct ps_fragments_seen *seen, const struct ps_key *key)
{
    struct waiter *waiter = malloc(sizeof(*waiter));
    if (!waiter)
        return false;
    *waiter = (struct waiter){
        .account = account, .payload = seen->later_payload, .network = seen->later_network, .key = *key};
    if (!node->waiters)
        node->references++;
    *node->waiters_end = waiter;
    node->waiters_end = &waiter->next;
    f->waiting++;
    ps_account_wait(account);
    return true;
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
            apply(key, &answer->identity, seen->later_payload, seen->later_network);
        } else if (answer && f->waiting < f->waiters_max) {
            waits = wait_for(f, answer, account, seen, key);
            noted &= waits;
        } else {
            f->overflow++;
        }
    }
    if (!noted)
        ps_account_fail(account);
    return waits;
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

/* Packets on the lists of `node` and of all that depends on it, which wait for `from`, wait for `to`. */
static void move_waiters(struct node *node, struct ps_account *from, struct ps_account *to)
{
    if (!node)
        return;
    node->work = NULL;
    for (struct node *work = node; work;) {
        struct node *now = work;
        work = now->work;
        for (struct waiter *waiter = now->waiters; waiter; waiter = waiter->next) {
            if (waiter->account == from) {
                waiter->account = to;
                ps_account_move_waiting(from, to, 1);
            }
        }
        for (struct node *d = now->dependents; d; d = d->next) {
            d->work = work;
            work = d;
        }
    }
}

/* A datagram of the part that follows; its nodes become this cache's. */
static bool merge_entry(struct ps_fragments *f, struct datagram_entry *part)
{
    struct datagram_entry *entry = entry_at(f, &part->key);
    if (!entry)
        return false;
    if (part->awaiting && entry->last) {
        link_nodes(f, part->awaiting, entry->last);
    } else if (part->awaiting && entry->awaiting) {
        link_nodes(f, part->awaiting, entry->awaiting);
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
            move_waiters(table->slot[i].awaiting, part_account, account);
    }
    f->waiting += part->waiting;
    f->overflow += part->overflow;
    part->waiting = 0;
    bool merged = merge_table(f, &part->old);
    merged &= merge_table(f, &part->young);
    if (!merged)
        ps_account_fail(account);
}
