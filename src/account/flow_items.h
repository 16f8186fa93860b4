/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a packet means to the flow table, worked out beforehand: one cache line, with its hash.  Making items needs no
 * table, so several threads can do it at a time; adding them is what has an order.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_ITEMS_H
#define PORTSNIFF_ACCOUNT_FLOW_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "flow_store.h"
#include "portsniff/hash.h"

struct flow_item {
    uint64_t hash;
    struct flow_key key; /* IPv6: as in struct flow_hot, a being an index into the items' own `ends` */
    struct flow_packet packet;
    const uint8_t *payload; /* packet.captured bytes; they live as long as the batch or block */
};
_Static_assert(sizeof(struct flow_item) == 64, "one cache line");

/* An array of items with the addresses of those that are IPv6. */
struct flow_items {
    struct flow_item *item; /* owned */
    struct flow_ends *ends; /* owned */
    size_t count, room;
    size_t ends_count, ends_room;
};

void ps_items_finish(struct flow_items *items);
/* Room for `n` more. False when memory is out. */
bool ps_items_reserve(struct flow_items *items, size_t n);
/* Appends what an ICMP error quotes; room must have been reserved. */
void ps_items_add_quoted(struct flow_items *items, const struct ps_quoted *quoted);

/* The part of the table that a hash belongs to. */
#define FLOW_PARTS 16
static inline unsigned ps_flow_part_of(uint64_t hash)
{
    return (unsigned)(hash >> 60);
}

/* What stands in key.b for the addresses of an IPv6 flow. */
uint32_t ps_flow_ends_word(const struct flow_ends *ends);
/* The hash of a flow's key. `ends`: of an IPv6 flow. */
uint64_t ps_flow_hash(const struct flow_key *key, const struct flow_ends *ends);

/* --- what every packet goes through: inlined where it is hot --- */

/* Never 0. */
static inline uint64_t ps_ends_hash(const struct flow_ends *ends)
{
    uint64_t a[2], b[2];
    memcpy(a, ends->a.octet, sizeof(a));
    memcpy(b, ends->b.octet, sizeof(b));
    return ps_hash_four(ps_hash_seed(), a[0], b[0], a[1], b[1]) | 1;
}

static inline uint32_t ps_ends_word(uint64_t ends_hash)
{
    return (uint32_t)(ends_hash >> 16);
}

/* The part of the table is told by a hash without a seed: what leaves a bounded table depends on the part, and must be the
 * same whenever the same capture is counted.  Who chooses keys that all fall into one part gains nothing but that threads
 * wait for each other. */
static inline uint64_t ps_words_part(uint64_t first, uint64_t second)
{
    return (first * UINT64_C(0x9e3779b97f4a7c15) ^ second * UINT64_C(0xc2b2ae3d27d4eb4f)) &
           UINT64_C(0xf000000000000000);
}

/* `part`: see above, in the upper four bits. */
static inline uint64_t ps_words_hash(const uint64_t word[2], uint64_t ends_hash, uint64_t part)
{
    uint64_t hash = ps_hash_pair(ps_hash_seed(), ends_hash ? ends_hash : word[0], word[1]);
    return hash >> 4 | part;
}

/* The same of the addresses of an IPv6 flow, and of all that tells its part. */
static inline uint64_t ps_ends_part(const struct flow_ends *ends, uint64_t second)
{
    uint64_t a[2], b[2];
    memcpy(a, ends->a.octet, sizeof(a));
    memcpy(b, ends->b.octet, sizeof(b));
    return ps_words_part(a[0] ^ (a[1] + b[1] * 5) ^ b[0] * 3, second);
}

/* A key as two words.  Written so that they are put together in registers: a key that is written field by field and read as
 * words makes the processor wait for its own stores. */
static inline void ps_key_words(const struct flow_key *key, uint64_t ret_word[2])
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    ret_word[0] = key->a | (uint64_t)key->b << 32;
    ret_word[1] = key->port_a | (uint64_t)key->port_b << 16 | (uint64_t)key->transport << 32 |
                  (uint64_t)key->family << 40 | (uint64_t)key->space << 48;
#else
    memcpy(ret_word, key, sizeof(*key));
#endif
}

static inline uint32_t ps_address_word(const struct ps_address *address)
{
    uint32_t word;
    memcpy(&word, address->octet, sizeof(word));
    return word;
}

static inline uint16_t ps_fold_space(uint32_t space)
{
    return (uint16_t)(space ^ space >> 16);
}

/* Transport, family and space of a key, in their places of its second word: passed on in a register, for the same reason. */
static inline uint64_t ps_key_kind(uint8_t transport, uint8_t family, uint16_t space)
{
    return (uint64_t)transport << 32 | (uint64_t)family << 40 | (uint64_t)space << 48;
}

static inline void ps_item_set_words(struct flow_item *item, const uint64_t word[2])
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&item->key, word, sizeof(item->key));
#else
    item->key = (struct flow_key){(uint32_t)word[0],         (uint32_t)(word[0] >> 32), (uint16_t)word[1],
                                  (uint16_t)(word[1] >> 16), (uint8_t)(word[1] >> 32),  (uint8_t)(word[1] >> 40),
                                  (uint16_t)(word[1] >> 48)};
#endif
}

/* Sets the item's key and its hash.  End A is the lower of (address, port), as memcmp() orders addresses.  `kind`: see
 * ps_key_kind.  Returns whether end B is the source. */
static inline bool ps_item_set_key(struct flow_items *items, struct flow_item *item, uint8_t family, uint64_t kind,
                                   const struct ps_address *source, uint16_t source_port,
                                   const struct ps_address *destination, uint16_t destination_port)
{
    uint64_t word[2], ends_hash = 0, part;
    bool back;
    if (family == 4) {
        uint32_t s = ps_address_word(source), d = ps_address_word(destination);
        back = s == d ? source_port > destination_port : __builtin_bswap32(s) > __builtin_bswap32(d);
        word[0] = (back ? d : s) | (uint64_t)(back ? s : d) << 32;
    } else {
        int order = memcmp(source->octet, destination->octet, sizeof(source->octet));
        back = order > 0 || (order == 0 && source_port > destination_port);
        struct flow_ends *ends = &items->ends[items->ends_count];
        ends->a = back ? *destination : *source;
        ends->b = back ? *source : *destination;
        ends_hash = ps_ends_hash(ends);
        word[0] = (uint32_t)items->ends_count | (uint64_t)ps_ends_word(ends_hash) << 32;
    }
    uint32_t a = back ? destination_port : source_port, b = back ? source_port : destination_port;
    word[1] = kind | b << 16 | a;
    ps_item_set_words(item, word);
    part = family == 4 ? ps_words_part(word[0], word[1]) : ps_ends_part(&items->ends[items->ends_count++], word[1]);
    item->hash = ps_words_hash(word, ends_hash, part);
    return back;
}

/* Appends what a key with ports means; room must have been reserved.  `packet`: its bytes, or NULL. */
static inline struct flow_item *ps_items_add(struct flow_items *items, const struct ps_key *key,
                                             const struct ps_packet *packet)
{
    struct flow_item *item = &items->item[items->count++];
    uint64_t kind = ps_key_kind(key->transport, key->family, ps_fold_space(key->space));
    bool from_b = ps_item_set_key(items, item, key->family, kind, &key->source, key->source_port, &key->destination,
                                  key->destination_port);
    const uint8_t *payload = NULL;
    uint32_t captured = 0;
    if (packet && key->payload_at && key->payload_at < packet->captured) {
        payload = packet->data + key->payload_at;
        captured = packet->captured - key->payload_at;
    }
    item->packet = (struct flow_packet){
        .time_ns = key->time_ns,
        .wire = key->wire,
        .network = key->network,
        .payload = key->payload,
        .captured = captured,
        .tcp_seq = key->tcp_seq,
        .digest = key->digest,
        .tcp_flags = key->tcp_flags,
        .flags = (uint8_t)((key->flags & PS_KEY_SEQUENCE) | (from_b ? FLOW_PACKET_FROM_B : 0)),
    };
    item->payload = payload;
    return item;
}

#endif
