/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys become items.  End A is the lower of (address, port), as memcmp() orders addresses.
 */
#include "flow_items.h"

#include <stdlib.h>
#include <string.h>

#include "portsniff/hash.h"

void ps_items_finish(struct flow_items *items)
{
    free(items->item);
    free(items->ends);
    *items = (struct flow_items){.item = NULL};
}

bool ps_items_reserve(struct flow_items *items, size_t n)
{
    if (items->count + n > items->room) {
        size_t room = items->room ? items->room * 2 : 64;
        while (room < items->count + n)
            room *= 2;
        struct flow_item *item = aligned_alloc(64, room * sizeof(*item));
        if (!item)
            return false;
        if (items->count)
            memcpy(item, items->item, items->count * sizeof(*item));
        free(items->item);
        items->item = item;
        items->room = room;
    }
    if (items->ends_count + n > items->ends_room) {
        size_t room = items->room;
        struct flow_ends *ends = realloc(items->ends, room * sizeof(*ends));
        if (!ends)
            return false;
        items->ends = ends;
        items->ends_room = room;
    }
    return true;
}

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

/* Both products have the seed in both factors, as in ps_hash_pair(). Never 0. */
static uint64_t ends_hash(const uint64_t *seed, const struct flow_ends *ends)
{
    uint64_t a[2], b[2];
    memcpy(a, ends->a.octet, sizeof(a));
    memcpy(b, ends->b.octet, sizeof(b));
    return (ps_hash_fold(a[0] ^ seed[0], b[0] ^ seed[1]) ^
            rotate(ps_hash_fold(a[1] ^ rotate(seed[1], 17), b[1] ^ rotate(seed[0], 29)), 23)) |
           1;
}

static inline uint64_t hash_of(const uint64_t *seed, const struct flow_key *key, uint64_t both)
{
    uint64_t word[2];
    memcpy(word, key, sizeof(word));
    return ps_hash_pair(seed, both ? both : word[0], word[1]);
}

static inline uint32_t word_of_ends(uint64_t both)
{
    return (uint32_t)(both >> 16);
}

uint32_t ps_flow_ends_word(const struct flow_ends *ends)
{
    return word_of_ends(ends_hash(ps_hash_seed(), ends));
}

uint64_t ps_flow_hash(const struct flow_key *key, const struct flow_ends *ends)
{
    const uint64_t *seed = ps_hash_seed();
    return hash_of(seed, key, ends ? ends_hash(seed, ends) : 0);
}

static uint16_t fold_space(uint32_t space)
{
    return (uint16_t)(space ^ space >> 16);
}

static inline uint32_t word_of(const struct ps_address *address)
{
    uint32_t word;
    memcpy(&word, address->octet, sizeof(word));
    return word;
}

/* Sets the item's key and hash.  Returns the end that is the source. */
static inline int set_key(struct flow_items *items, struct flow_item *item, const struct ps_address *source,
                          uint16_t source_port, const struct ps_address *destination, uint16_t destination_port)
{
    const uint64_t *seed = ps_hash_seed();
    uint64_t both = 0;
    bool forth;
    if (item->key.family == 4) {
        uint32_t s = word_of(source), d = word_of(destination);
        forth = s == d ? source_port <= destination_port : __builtin_bswap32(s) < __builtin_bswap32(d);
        item->key.a = forth ? s : d;
        item->key.b = forth ? d : s;
    } else {
        int order = memcmp(source->octet, destination->octet, sizeof(source->octet));
        forth = order < 0 || (order == 0 && source_port <= destination_port);
        item->key.a = (uint32_t)items->ends_count;
        struct flow_ends *ends = &items->ends[items->ends_count++];
        ends->a = forth ? *source : *destination;
        ends->b = forth ? *destination : *source;
        both = ends_hash(seed, ends);
        item->key.b = word_of_ends(both);
    }
    item->key.port_a = forth ? source_port : destination_port;
    item->key.port_b = forth ? destination_port : source_port;
    item->hash = hash_of(seed, &item->key, both);
    return forth ? 0 : 1;
}

struct flow_item *ps_items_add(struct flow_items *items, const struct ps_key *key, const struct ps_packet *packet)
{
    struct flow_item *item = &items->item[items->count++];
    item->key.transport = key->transport;
    item->key.family = key->family;
    item->key.space = key->space ? fold_space(key->space) : 0;
    int end = set_key(items, item, &key->source, key->source_port, &key->destination, key->destination_port);
    item->packet.time_ns = key->time_ns;
    item->packet.wire = key->wire;
    item->packet.network = key->network;
    item->packet.payload = key->payload;
    item->packet.tcp_seq = key->tcp_seq;
    item->packet.digest = key->digest;
    item->packet.tcp_flags = key->tcp_flags;
    item->packet.flags = (uint8_t)((key->flags & PS_KEY_SEQUENCE) | (end ? FLOW_PACKET_FROM_B : 0));
    bool there = packet && key->payload_at && key->payload_at < packet->captured;
    item->payload = there ? packet->data + key->payload_at : NULL;
    item->packet.captured = there ? packet->captured - key->payload_at : 0;
    return item;
}

void ps_items_add_quoted(struct flow_items *items, const struct ps_quoted *quoted)
{
    struct flow_item *item = &items->item[items->count++];
    memset(item, 0, sizeof(*item));
    item->key.transport = quoted->transport;
    item->key.family = quoted->family;
    int end =
        set_key(items, item, &quoted->source, quoted->source_port, &quoted->destination, quoted->destination_port);
    item->packet.flags = FLOW_PACKET_QUOTED | (end ? FLOW_PACKET_FROM_B : 0);
}
