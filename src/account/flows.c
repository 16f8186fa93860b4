/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table: slots of (hash, number) over flows that lie in chunks and never move.  A batch goes through in passes:
 * hash and prefetch the slots, then prefetch the flows, then add, so that cache misses overlap.
 */
#include "flows.h"

#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "flows_private.h"
#include "portsniff/application.h"
#include "portsniff/bytes.h"
#include "portsniff/hash.h"

struct flows *ps_flows_create(bool at_start)
{
    struct flows *f = calloc(1, sizeof(*f));
    if (!f)
        return NULL;
    f->at_start = at_start;
    f->addresses = ps_addresses_create();
    f->rtt = ps_rtt_create();
    if (!f->addresses || !f->rtt) {
        ps_flows_destroy(f);
        return NULL;
    }
    return f;
}

void ps_flows_destroy(struct flows *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->chunks; i++)
        free(f->chunk[i]);
    free(f->chunk);
    free(f->slot);
    free(f->extra);
    ps_services_destroy(f->evicted);
    ps_addresses_destroy(f->addresses);
    ps_rtt_destroy(f->rtt);
    free(f);
}

static bool key_equal(const struct flow_key *a, const struct flow_key *b)
{
    uint64_t x[2], y[2]; /* two comparisons instead of a call */
    memcpy(x, a, sizeof(x));
    memcpy(y, b, sizeof(y));
    return x[0] == y[0] && x[1] == y[1];
}

/* --- room --- */

bool ps_flows_grow_slots(struct flows *f, size_t slots)
{
    uint64_t *slot = calloc(slots, sizeof(*slot));
    if (!slot)
        return false;
    for (size_t i = 0; i < f->count; i++) {
        uint64_t hash = ps_flows_hash(&ps_flows_at(f, i)->key);
        size_t at = hash & (slots - 1);
        while (slot[at])
            at = (at + 1) & (slots - 1);
        slot[at] = (hash & ~UINT64_C(0xffffffff)) | (i + 1);
    }
    free(f->slot);
    f->slot = slot;
    f->mask = slots - 1;
    return true;
}

static bool grow_chunks(struct flows *f)
{
    struct flow **chunk = realloc(f->chunk, (f->chunks + 1) * sizeof(struct flow *));
    if (!chunk)
        return false;
    f->chunk = chunk;
    struct flow *flows = aligned_alloc(64, FLOWS_CHUNK * sizeof(struct flow));
    if (!flows)
        return false;
    f->chunk[f->chunks++] = flows;
    return true;
}

/* Room for `n` more flows, within the limit, and as many addresses. */
static bool reserve(struct flows *f, size_t n)
{
    if (f->limit && f->count > 0 && f->count + n > f->limit && !ps_flows_evict(f))
        return false;
    size_t slots = f->slot ? f->mask + 1 : FIRST_SLOTS;
    while ((f->count + n) * 2 > slots)
        slots *= 2;
    if ((!f->slot || slots != f->mask + 1) && !ps_flows_grow_slots(f, slots))
        return false;
    while (f->count + n > f->chunks * FLOWS_CHUNK)
        if (!grow_chunks(f))
            return false;
    return ps_addresses_reserve(f->addresses, n * 2);
}

/* The flow of `key`, made when it is new. Room must have been reserved. */
static struct flow *flow_of(struct flows *f, const struct flow_key *key, uint64_t hash)
{
    size_t at = hash & f->mask;
    for (; f->slot[at]; at = (at + 1) & f->mask) {
        struct flow *flow = ps_flows_at(f, (uint32_t)f->slot[at] - 1);
        if ((f->slot[at] ^ hash) >> 32 == 0 && key_equal(&flow->key, key))
            return flow;
    }
    struct flow *flow = ps_flows_at(f, f->count);
    memset(flow, 0, sizeof(*flow));
    flow->key = *key;
    ps_flow_begin(flow, f->at_start);
    f->slot[at] = (hash & ~UINT64_C(0xffffffff)) | ++f->count;
    return flow;
}

static struct flow_extra *make_extra(void *owner, struct flow *flow)
{
    struct flows *f = owner;
    if (flow->extra)
        return &f->extra[flow->extra - 1];
    if (f->extra_count == f->extra_room) {
        size_t room = f->extra_room ? f->extra_room * 2 : 64;
        struct flow_extra *extra = realloc(f->extra, room * sizeof(*extra));
        if (!extra)
            return NULL;
        f->extra = extra;
        f->extra_room = room;
    }
    memset(&f->extra[f->extra_count], 0, sizeof(f->extra[0]));
    flow->extra = (uint32_t)++f->extra_count;
    return &f->extra[flow->extra - 1];
}

static struct flow_context context_of(struct flows *f)
{
    return (struct flow_context){.extra = make_extra, .owner = f, .rtt = f->rtt};
}

/* --- keys --- */

static uint32_t number_of(struct flows *f, const struct ps_address *address, uint8_t family)
{
    if (family != 4)
        return ps_addresses_number(f->addresses, address);
    uint32_t number;
    memcpy(&number, address->octet, sizeof(number));
    return number;
}

/* As memcmp() orders them, without a call for IPv4. */
static int compare_addresses(const struct ps_address *a, const struct ps_address *b, uint8_t family)
{
    if (family != 4)
        return memcmp(a->octet, b->octet, sizeof(a->octet));
    struct ps_bytes first = ps_bytes_of(a->octet, 4), second = ps_bytes_of(b->octet, 4);
    uint32_t x = ps_be32(&first, 0), y = ps_be32(&second, 0);
    return x < y ? -1 : x > y;
}

/* The canonical key: end A is the lower of (address, port).  Returns the end that is the source. */
static int canonical(struct flows *f, struct flow_key *ret_key, const struct ps_address *source, uint16_t source_port,
                     const struct ps_address *destination, uint16_t destination_port, uint8_t family)
{
    int order = compare_addresses(source, destination, family);
    bool forth = order < 0 || (order == 0 && source_port <= destination_port);
    uint32_t s = number_of(f, source, family), d = number_of(f, destination, family);
    ret_key->a = forth ? s : d;
    ret_key->b = forth ? d : s;
    ret_key->port_a = forth ? source_port : destination_port;
    ret_key->port_b = forth ? destination_port : source_port;
    ret_key->family = family;
    return forth ? 0 : 1;
}

static uint16_t fold_space(uint32_t space)
{
    return (uint16_t)(space ^ space >> 16);
}

static int key_of_packet(struct flows *f, const struct ps_key *key, struct flow_key *ret_key)
{
    ret_key->transport = key->transport;
    ret_key->space = fold_space(key->space);
    return canonical(f, ret_key, &key->source, key->source_port, &key->destination, key->destination_port, key->family);
}

/* --- packets --- */

/* Looks at the payload, while that is not known yet. */
static void look(struct flow *flow, const struct ps_key *key, const struct ps_packet *packet, int end)
{
    unsigned looks = flow->flags >> FLOW_LOOKS_SHIFT;
    if (looks >= FLOW_LOOKS || key->payload == 0 || key->payload_at == 0)
        return;
    struct ps_bytes payload = {.base = packet->data, .at = key->payload_at, .end = packet->captured};
    ps_bytes_limit(&payload, key->payload);
    struct ps_speech speech = ps_application_of((enum ps_transport)key->transport, key->source_port,
                                                key->destination_port, payload, key->payload);
    /* Kept as the end that is the server, if the payload tells: 1 for A, 2 for B. */
    unsigned server = speech.way == PS_WAY_UNKNOWN ? 0 : (speech.way == PS_WAY_ANSWER) == (end == 0) ? 1 : 2;
    flow->look[looks] = (uint8_t)((unsigned)speech.application | server << 6);
    flow->flags += 1u << FLOW_LOOKS_SHIFT;
}

/* A copy comes within this; what comes later was sent again, and may well be the same in every byte. */
#define DUPLICATE_NS 10000000u

/* Whether the flow's last packet is near in time, as far as both have one. */
static bool is_near(const struct flow *flow, int64_t time_ns)
{
    if (flow->last_ns == PS_TIME_NONE || time_ns == PS_TIME_NONE)
        return true;
    uint64_t before = (uint64_t)flow->last_ns, now = (uint64_t)time_ns;
    return (flow->last_ns < time_ns ? now - before : before - now) <= DUPLICATE_NS;
}

static void add_packet(struct flows *f, struct flow_context *context, struct flow *flow, const struct ps_key *key,
                       int end)
{
    if (!is_near(flow, key->time_ns)) /* after a pause, neither end's last packet is near: not the answer's either */
        flow->digest[0] = flow->digest[1] = 0;
    if (key->digest && flow->digest[end] == key->digest)
        f->duplicates++;
    flow->digest[end] = key->digest;
    ps_flow_add(context, flow, key, end);
}

/* A packet that was refused: its flow, if need be made, knows that this end was tried. */
static void add_quoted(struct flows *f, const struct ps_quoted *quoted, uint32_t space)
{
    struct flow_key key = {.transport = quoted->transport, .space = fold_space(space)};
    int from = canonical(f, &key, &quoted->source, quoted->source_port, &quoted->destination, quoted->destination_port,
                         quoted->family);
    struct flow *flow = flow_of(f, &key, ps_flows_hash(&key));
    flow->flags |= FLOW_REFUSED(!from) | FLOW_FROM_ICMP(!from);
}

static void prefetch_flow(const struct flows *f, uint64_t hash)
{
    uint64_t slot = f->slot[hash & f->mask];
    if (!slot)
        return;
    const struct flow *flow = ps_flows_at(f, (uint32_t)slot - 1);
    __builtin_prefetch(flow, 1);
    __builtin_prefetch((const char *)flow + 64, 1);
}

bool ps_flows_add(struct flows *f, const struct ps_keys *keys, size_t from, size_t to)
{
    if (!reserve(f, (to - from) * 2)) /* a packet with ports may quote another one */
        return false;
    struct flow_key flow_key[PS_BATCH_MAX];
    uint64_t hash[PS_BATCH_MAX];
    uint16_t index[PS_BATCH_MAX] = {0};
    uint8_t end[PS_BATCH_MAX];
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        const struct ps_key *key = &keys->key[i];
        if (key->row == PS_ROW_PORTS) {
            end[n] = (uint8_t)key_of_packet(f, key, &flow_key[n]);
            hash[n] = ps_flows_hash(&flow_key[n]);
            __builtin_prefetch(&f->slot[hash[n] & f->mask]);
            index[n++] = (uint16_t)i;
        }
    }
    for (size_t i = 0; i < n; i++)
        prefetch_flow(f, hash[i]);
    struct flow_context context = context_of(f);
    for (size_t i = from, next = 0; i < to; i++) {
        const struct ps_key *key = &keys->key[i];
        if (next < n && index[next] == i) {
            struct flow *flow = flow_of(f, &flow_key[next], hash[next]);
            if (keys->batch)
                look(flow, key, &keys->batch->packet[i], end[next]);
            add_packet(f, &context, flow, key, end[next++]);
        }
        if (key->quoted) /* behind the packet that it refuses, which may be in this batch */
            add_quoted(f, &keys->quoted[key->quoted - 1], 0);
    }
    return !context.failed;
}

bool ps_flows_add_key(struct flows *f, const struct ps_key *key)
{
    if (!reserve(f, 1))
        return false;
    struct flow_key flow_key;
    int end = key_of_packet(f, key, &flow_key);
    struct flow_context context = context_of(f);
    add_packet(f, &context, flow_of(f, &flow_key, ps_flows_hash(&flow_key)), key, end);
    return !context.failed;
}

/* --- parts --- */

bool ps_flows_merge(struct flows *f, const struct flows *part)
{
    struct flow_context context = context_of(f);
    for (size_t i = 0; i < part->count; i++) {
        const struct flow *from = ps_flows_at(part, i);
        struct flow_key key = from->key;
        if (!reserve(f, 1))
            return false;
        if (key.family == 6) {
            struct ps_address a = ps_addresses_get(part->addresses, key.a),
                              b = ps_addresses_get(part->addresses, key.b);
            key.a = ps_addresses_number(f->addresses, &a);
            key.b = ps_addresses_number(f->addresses, &b);
        }
        ps_flow_merge(&context, flow_of(f, &key, ps_flows_hash(&key)), from, ps_flows_extra(part, from));
    }
    f->duplicates += part->duplicates;
    if (part->evicted && !ps_flows_merge_evicted(f, part))
        return false;
    return !context.failed && ps_rtt_merge(f->rtt, part->rtt);
}

/* --- reading --- */

size_t ps_flows_count(const struct flows *f)
{
    return f->count;
}

const struct flow *ps_flows_get(const struct flows *f, size_t index)
{
    return ps_flows_at(f, index);
}

const struct flow *ps_flows_find(const struct flows *f, const struct flows *other, const struct flow *flow)
{
    struct flow_key key = flow->key;
    for (int end = 0; end < 2 && key.family == 6; end++) {
        struct ps_address address = ps_flows_address(other, flow, end);
        if (!ps_addresses_find(f->addresses, &address, end ? &key.b : &key.a))
            return NULL;
    }
    uint64_t hash = ps_flows_hash(&key);
    for (size_t at = hash & f->mask; f->slot && f->slot[at]; at = (at + 1) & f->mask) {
        const struct flow *found = ps_flows_at(f, (uint32_t)f->slot[at] - 1);
        if ((f->slot[at] ^ hash) >> 32 == 0 && key_equal(&found->key, &key))
            return found;
    }
    return NULL;
}

const struct flow_extra *ps_flows_extra(const struct flows *f, const struct flow *flow)
{
    return flow->extra ? &f->extra[flow->extra - 1] : NULL;
}

struct ps_address ps_flows_address(const struct flows *f, const struct flow *flow, int end)
{
    uint32_t number = end ? flow->key.b : flow->key.a;
    if (flow->key.family != 4)
        return ps_addresses_get(f->addresses, number);
    struct ps_address address = {{0}};
    memcpy(address.octet, &number, sizeof(number));
    return address;
}

const struct rtt *ps_flows_rtt(const struct flows *f)
{
    return f->rtt;
}

uint64_t ps_flows_duplicates(const struct flows *f)
{
    return f->duplicates;
}
