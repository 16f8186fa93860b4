/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fragment rule over a stream that is known as a whole.
 */
#include "fragment_model.h"

#include <string.h>

/* A first fragment: number `k` of packet `i`. */
struct place {
    size_t i;
    unsigned k;
    bool there;
};

static bool before(struct place a, size_t i, unsigned k)
{
    return a.i < i || (a.i == i && a.k < k);
}

/* The first fragment that counts for a later one of `datagram` at (i, k): the last one before, else the first behind. */
static struct place choose(const struct model_packet *packet, size_t count, unsigned datagram, size_t i, unsigned k)
{
    struct place chosen = {.there = false};
    for (size_t at = 0; at < count; at++) {
        for (unsigned n = 0; n < packet[at].first_count; n++) {
            struct place here = {at, n, true};
            if (packet[at].first[n].datagram != datagram)
                continue;
            if (before(here, i, k))
                chosen = here;
            else if (!chosen.there)
                return here;
        }
    }
    return chosen;
}

/* What a first fragment's own later part leads to. */
static struct place next_of(const struct model_packet *packet, size_t count, struct place at)
{
    const struct model_packet *p = &packet[at.i];
    return p->later ? choose(packet, count, p->later_of, at.i, at.k) : (struct place){.there = false};
}

static bool in_circle(const struct model_packet *packet, size_t count, struct place at)
{
    struct place walk = next_of(packet, count, at);
    for (size_t steps = 0; walk.there && steps <= count * MODEL_FIRSTS; steps++) {
        if (walk.i == at.i && walk.k == at.k)
            return true;
        walk = next_of(packet, count, walk);
    }
    return false;
}

static unsigned stands_for(const struct model_packet *packet, size_t count, struct place at)
{
    unsigned own = packet[at.i].first[at.k].has_ports ? packet[at.i].ports : 0;
    struct place next = next_of(packet, count, at);
    if (!next.there || in_circle(packet, count, at))
        return own;
    unsigned inner = stands_for(packet, count, next);
    return inner ? inner : own;
}

unsigned model_ports(const struct model_packet *packet, size_t count, size_t i)
{
    if (packet[i].later) {
        struct place first = choose(packet, count, packet[i].later_of, i, MODEL_FIRSTS);
        unsigned ports = first.there ? stands_for(packet, count, first) : 0;
        if (ports)
            return ports;
    }
    return packet[i].ports;
}

static struct ps_datagram datagram(unsigned number)
{
    return (struct ps_datagram){.source = {{10, 0, 0, 1}},
                                .destination = {{10, 0, 0, 2}},
                                .identification = number / 2,
                                .protocol = number % 2 ? 17 : 6,
                                .family = 4};
}

void model_keys(const struct model_packet *packet, size_t from, size_t to, struct ps_keys *ret_keys)
{
    ret_keys->count = to - from;
    ret_keys->fragments_count = ret_keys->quoted_count = 0;
    for (size_t i = from; i < to; i++) {
        const struct model_packet *p = &packet[i];
        struct ps_key *key = &ret_keys->key[i - from];
        *key = (struct ps_key){.time_ns = (int64_t)i, .wire = (uint32_t)(1000 + i), .network = 900, .family = 4};
        key->row = p->ports ? PS_ROW_PORTS : p->later ? PS_ROW_LATER_FRAGMENT : PS_ROW_OTHER_PROTOCOL;
        key->transport = p->ports ? PS_TRANSPORT_UDP : PS_TRANSPORT_NONE;
        key->source_port = (uint16_t)p->ports;
        key->destination_port = p->ports ? 60000 : 0;
        key->source.octet[0] = key->destination.octet[0] = (uint8_t)(p->ports + 1);
        if (!p->first_count && !p->later)
            continue;
        struct ps_fragments_seen *seen = &ret_keys->fragments[ret_keys->fragments_count];
        memset(seen, 0, sizeof(*seen));
        key->fragments = (uint16_t)++ret_keys->fragments_count;
        seen->later = p->later;
        seen->later_payload = 100;
        seen->later_network = 120;
        if (p->later)
            seen->later_of = datagram(p->later_of);
        seen->first_count = p->first_count;
        for (unsigned k = 0; k < p->first_count; k++) {
            seen->first[k].of = datagram(p->first[k].datagram);
            seen->first[k].has_ports = p->first[k].has_ports;
        }
    }
}

uint64_t model_number(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void model_random(uint64_t *seed, struct model_packet *ret_packet, size_t count, unsigned datagrams)
{
    for (size_t i = 0; i < count; i++) {
        struct model_packet *p = &ret_packet[i];
        *p = (struct model_packet){.ports = model_number(seed) % 3 ? (unsigned)(i + 1) : 0};
        uint64_t kind = model_number(seed) % 8;
        p->later = kind < 5;
        p->later_of = (unsigned)(model_number(seed) % datagrams);
        p->first_count = kind < 3 ? 0 : kind < 7 ? 1 : (unsigned)(model_number(seed) % MODEL_FIRSTS + 1);
        /* A plain later fragment has no ports; what lies in a tunnel has the tunnel's. */
        if (p->later && !p->first_count && model_number(seed) % 4)
            p->ports = 0;
        bool outside = p->ports == 0;
        for (unsigned k = p->first_count; k-- > 0;) {
            p->first[k].datagram = (unsigned)(model_number(seed) % datagrams);
            p->first[k].has_ports = !outside && (k + 1 < p->first_count ? p->first[k + 1].has_ports : false);
            if (!outside && !p->first[k].has_ports)
                p->first[k].has_ports = model_number(seed) % 2;
        }
    }
}
