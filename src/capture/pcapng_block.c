/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the blocks of pcapng (draft-ietf-opsawg-pcapng, 4) that are read: sections, interfaces and their statistics, and
 * the three kinds of packets.  Everything in a block is checked against the block's end.
 */
#include "pcapng_private.h"

#include <stdlib.h>

/* So many interfaces are nothing but an attack on memory. */
#define INTERFACES_MAX 65536U

/* Every block handler returns 0, or -1 after it noted damage; reading is over then. */

static int refuse_captured(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block, uint32_t captured)
{
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a record at which %s captured bytes are claimed",
                    ps_grouped(captured).text);
    return -1;
}

static int refuse_short(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block)
{
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a packet block that is too short");
    return -1;
}

static int refuse_interface(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block, uint32_t interface)
{
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a packet of interface %s, which it never describes",
                    ps_grouped(interface).text);
    return -1;
}

/* Notes link types as packets bring them. */
static inline void meet(struct ps_pcapng *pcapng, struct ps_interface *interface)
{
    if (interface->met)
        return;
    interface->met = true;
    ps_facts_link_type(pcapng->parser.facts, interface->link_type);
}

/* Enhanced and obsolete packet blocks differ in the width of the interface number only. */
static inline int read_packet(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block, struct ps_batch *batch)
{
    const struct ps_bytes *body = &block->body;
    uint32_t index =
        block->type == PS_PCAPNG_ENHANCED ? ps_pcapng_u32(pcapng, body, 0) : ps_pcapng_u16(pcapng, body, 0);
    uint32_t captured = ps_pcapng_u32(pcapng, body, 12);
    if (!ps_bytes_has(body, 20))
        return refuse_short(pcapng, block);
    if (index >= pcapng->interface_count)
        return refuse_interface(pcapng, block, index);
    if (captured > PS_CAPTURED_MAX || !ps_bytes_reach(body, 20, captured))
        return refuse_captured(pcapng, block, captured);
    struct ps_interface *interface = &pcapng->interface[index];
    meet(pcapng, interface);
    batch->packet[batch->count++] = (struct ps_packet){
        .data = body->base + body->at + 20,
        .time_ns = ps_clock_time(&interface->clock,
                                 (uint64_t)ps_pcapng_u32(pcapng, body, 4) << 32 | ps_pcapng_u32(pcapng, body, 8)),
        .captured = captured,
        .original = ps_pcapng_u32(pcapng, body, 16),
        .link_type = interface->link_type,
        .source = pcapng->parser.source,
    };
    return 0;
}

/* A simple packet block has neither time nor captured length; it belongs to the first interface. */
static int read_simple(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block, struct ps_batch *batch)
{
    const struct ps_bytes *body = &block->body;
    if (!ps_bytes_has(body, 4))
        return refuse_short(pcapng, block);
    if (pcapng->interface_count == 0)
        return refuse_interface(pcapng, block, 0);
    struct ps_interface *interface = &pcapng->interface[0];
    uint32_t original = ps_pcapng_u32(pcapng, body, 0), captured = original;
    if (captured > ps_bytes_left(body) - 4)
        captured = ps_bytes_left(body) - 4;
    if (interface->snap && captured > interface->snap)
        captured = interface->snap;
    if (captured > PS_CAPTURED_MAX)
        return refuse_captured(pcapng, block, captured);
    meet(pcapng, interface);
    batch->packet[batch->count++] = (struct ps_packet){
        .data = body->base + body->at + 4,
        .time_ns = PS_TIME_NONE,
        .captured = captured,
        .original = original,
        .link_type = interface->link_type,
        .source = pcapng->parser.source,
    };
    return 0;
}

static int read_section(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block)
{
    unsigned major = ps_pcapng_u16(pcapng, &block->body, 4), minor = ps_pcapng_u16(pcapng, &block->body, 6);
    pcapng->interface_count = 0;
    if (major == 1)
        return 0;
    ps_facts_damage(pcapng->parser.facts, block->offset, "has a section of pcapng version %u.%u, which is not known",
                    major, minor);
    return -1;
}

/* Makes room for one more interface. */
static int grow(struct ps_pcapng *pcapng)
{
    if (pcapng->interface_count < pcapng->interface_room)
        return 0;
    uint32_t room = pcapng->interface_room ? pcapng->interface_room * 2 : 8;
    struct ps_interface *larger = realloc(pcapng->interface, room * sizeof(*larger));
    if (!larger)
        return -1;
    pcapng->interface = larger;
    pcapng->interface_room = room;
    return 0;
}

static int read_interface(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block)
{
    struct ps_facts *facts = pcapng->parser.facts;
    if (pcapng->interface_count == INTERFACES_MAX) {
        ps_facts_damage(facts, block->offset, "describes more than %s interfaces", ps_grouped(INTERFACES_MAX).text);
        return -1;
    }
    if (grow(pcapng) < 0) {
        ps_facts_damage(facts, block->offset, "describes more interfaces than memory holds");
        return -1;
    }
    if (ps_interface_read(block->body, pcapng->big_endian, &pcapng->interface[pcapng->interface_count]) < 0) {
        ps_facts_damage(facts, block->offset, "has an interface description that is too short");
        return -1;
    }
    pcapng->interface_count++;
    return 0;
}

int ps_pcapng_read_block(struct ps_pcapng *pcapng, const struct ps_pcapng_block *block, struct ps_batch *batch)
{
    switch (block->type) {
    case PS_PCAPNG_ENHANCED:
    case PS_PCAPNG_PACKET:
        return read_packet(pcapng, block, batch);
    case PS_PCAPNG_SIMPLE:
        return read_simple(pcapng, block, batch);
    case PS_PCAPNG_SECTION:
        return read_section(pcapng, block);
    case PS_PCAPNG_INTERFACE:
        return read_interface(pcapng, block);
    case PS_PCAPNG_STATISTICS: {
        uint32_t index = ps_pcapng_u32(pcapng, &block->body, 0);
        if (index < pcapng->interface_count)
            ps_interface_statistics(block->body, pcapng->big_endian, &pcapng->interface[index],
                                    &pcapng->parser.facts->input);
        return 0;
    }
    default:
        return 0;
    }
}
