/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What stands in a section: which interfaces are described, and which of them a packet belongs to.
 *
 * An input may hold several link types, so an interface is an input and a link type; it is described before its first
 * packet, in every file anew.  A packet without time can only be written as a simple packet block, which belongs to the
 * section's first interface and has the captured length that this allows: where that does not fit, another section
 * begins.
 */
#include <errno.h>
#include <stdlib.h>

#include "portsniff/hash.h"
#include "portsniff/printable.h"
#include "saver.h"

/* Bytes that the clock of an early interface adds to its description. */
#define EARLY_EXTRA 12U
#define FIRST_SLOTS 16U

static struct ps_block_interface description_of(const struct ps_save *save, const struct ps_save_origin *origin)
{
    return (struct ps_block_interface){
        .name = origin->name,
        .filter = save->options.filter,
        .snapshot_length = origin->snapshot_length,
    };
}

struct ps_save_origin *ps_save_origin_of(struct ps_save *save, size_t number)
{
    while (number >= save->origin_count) {
        const struct ps_save_interface unknown = {.link_type = -1};
        if (ps_save_interface(save, &unknown, NULL) < 0)
            return NULL;
    }
    return &save->origin[number];
}

int ps_save_interface(struct ps_save *save, const struct ps_save_interface *interface, struct ps_error *error)
{
    if (save->origin_count == save->origin_room) {
        size_t room = save->origin_room ? save->origin_room * 2 : 4;
        struct ps_save_origin *larger = realloc(save->origin, room * sizeof(*larger));
        if (!larger)
            return ps_error_set(error, "cannot prepare saving: memory is out.");
        save->origin = larger;
        save->origin_room = room;
    }
    struct ps_save_origin origin = {.link_type = interface->link_type, .snapshot_length = interface->snapshot_length};
    if (interface->name) {
        size_t size = strnlen(interface->name, PS_OPTION_MAX) + 1;
        origin.name = malloc(size);
        if (origin.name)
            ps_printable(origin.name, size, interface->name);
    }
    const struct ps_block_interface description = description_of(save, &origin);
    save->scratch.used = 0;
    ps_block_interface(&save->scratch, &description);
    if (save->scratch.failed || (interface->name && !origin.name)) {
        free(origin.name);
        return ps_error_set(error, "cannot prepare saving: memory is out.");
    }
    origin.description = save->scratch.used;
    save->origin[save->origin_count++] = origin;
    return 0;
}

/* --- which interfaces are described --- */

static uint64_t key_of(const struct ps_save *save, const struct ps_save_origin *origin, uint16_t link_type, bool early)
{
    uint64_t number = (uint64_t)(origin - save->origin);
    return (number << 17 | (uint64_t)early << 16 | link_type) + 1;
}

/* The slot of a key, or the free one where it would be.  The table has free ones. */
static struct ps_save_slot *find(const struct ps_save_described *described, uint64_t key)
{
    size_t at = (size_t)ps_hash_word(ps_hash_seed(), key);
    while (described->slot[at & (described->room - 1)].key != 0 &&
           described->slot[at & (described->room - 1)].key != key)
        at++;
    return &described->slot[at & (described->room - 1)];
}

/* Half of the slots stay free. */
static bool grow(struct ps_save_described *described)
{
    if (described->room > 0 && described->count < described->room / 2)
        return true;
    struct ps_save_described larger = {.room = described->room ? described->room * 2 : FIRST_SLOTS,
                                       .count = described->count};
    larger.slot = calloc(larger.room, sizeof(*larger.slot));
    if (!larger.slot)
        return false;
    for (size_t i = 0; i < described->room; i++)
        if (described->slot[i].key != 0)
            *find(&larger, described->slot[i].key) = described->slot[i];
    free(described->slot);
    *described = larger;
    return true;
}

void ps_save_described_finish(struct ps_save_described *described)
{
    free(described->slot);
    *described = (struct ps_save_described){0};
}

/* --- what a packet needs --- */

static bool fits_simple(const struct ps_save *save, const struct ps_save_origin *origin, const struct ps_packet *packet)
{
    uint32_t snapshot_length = packet->captured < packet->original ? packet->captured : 0;
    return save->simple_first && save->simple_origin == origin - save->origin &&
           save->simple_link_type == packet->link_type && save->simple_snapshot_length == snapshot_length;
}

static bool knows_link(const struct ps_save_origin *origin)
{
    return origin->link_type >= 0 || origin->has_described;
}

/* Bytes that a first description adds, with the statistics that may follow; some of them may have been kept free
 * before.
 * */
static uint64_t cost_of_description(const struct ps_save_origin *origin)
{
    return origin->counted && knows_link(origin) ? 0 : origin->description + PS_BLOCK_STATISTICS_MAX;
}

static uint64_t cost_of_simple(const struct ps_save *save, const struct ps_save_origin *origin,
                               const struct ps_packet *packet, enum ps_save_road *ret_road)
{
    uint64_t cost = ps_block_simple_size(packet->captured);
    if (fits_simple(save, origin, packet)) {
        *ret_road = PS_SAVE_KNOWN;
        return cost;
    }
    *ret_road = save->described.count == 0 ? PS_SAVE_NEW_INTERFACE : PS_SAVE_NEW_SECTION;
    cost += cost_of_description(origin);
    if (*ret_road == PS_SAVE_NEW_SECTION)
        cost += save->section_header.used + save->closing_all - save->closing;
    return cost;
}

uint64_t ps_save_cost(struct ps_save *save, struct ps_save_origin *origin, const struct ps_packet *packet,
                      enum ps_save_road *ret_road)
{
    if (packet->time_ns == PS_TIME_NONE)
        return cost_of_simple(save, origin, packet, ret_road);
    uint64_t cost = ps_block_enhanced_size(packet->captured);
    bool early = packet->time_ns < 0;
    const struct ps_save_slot *slot =
        save->described.room > 0 ? find(&save->described, key_of(save, origin, packet->link_type, early)) : NULL;
    *ret_road = slot && slot->key != 0 ? PS_SAVE_KNOWN : PS_SAVE_NEW_INTERFACE;
    if (*ret_road == PS_SAVE_NEW_INTERFACE) {
        bool first = !early && origin->described_section != save->section;
        cost += first ? cost_of_description(origin) : origin->description + (early ? EARLY_EXTRA : 0);
    } else if (!early) {
        origin->section = save->section;
        origin->id = slot->id;
        origin->met_link_type = packet->link_type;
    }
    return cost;
}

void ps_save_count_closing(struct ps_save *save)
{
    save->closing = save->closing_all = 0;
    for (size_t i = 0; i < save->origin_count; i++) {
        const struct ps_save_origin *origin = &save->origin[i];
        bool counted = origin->counted && knows_link(origin), described = origin->described_section == save->section;
        save->closing += described || counted ? PS_BLOCK_STATISTICS_MAX : 0;
        save->closing += counted && !described ? origin->description : 0;
        save->closing_all += counted ? PS_BLOCK_STATISTICS_MAX + origin->description : 0;
    }
}

/* --- writing --- */

static bool put_scratch(struct ps_save *save, const struct ps_block_bytes *block)
{
    if (block->failed) {
        ps_error_set(&save->problem, "cannot go on saving: memory is out.");
        return ps_save_stop(save, ENOMEM);
    }
    uint8_t *to = ps_save_room(save, block->used);
    if (to)
        memcpy(to, block->bytes, block->used);
    return to != NULL;
}

bool ps_save_put_section(struct ps_save *save)
{
    save->section++;
    save->simple_first = false;
    save->described.count = 0;
    for (size_t i = 0; i < save->described.room; i++)
        save->described.slot[i].key = 0;
    ps_save_count_closing(save);
    return put_scratch(save, &save->section_header);
}

/* Statistics will name this interface, if there was none before. */
static void note_described(struct ps_save *save, struct ps_save_origin *origin, uint16_t link_type, uint32_t id)
{
    if (origin->described_section == save->section)
        return;
    if (origin->counted && knows_link(origin))
        save->closing -= origin->description;
    else
        save->closing += PS_BLOCK_STATISTICS_MAX;
    if (origin->counted && !knows_link(origin))
        save->closing_all += PS_BLOCK_STATISTICS_MAX + origin->description;
    origin->has_described = true;
    origin->described_section = save->section;
    origin->described_id = id;
    origin->described_link_type = link_type;
}

static bool describe(struct ps_save *save, struct ps_save_origin *origin, uint16_t link_type, bool early)
{
    struct ps_block_interface description = description_of(save, origin);
    description.link_type = link_type;
    description.offset_seconds = early ? PS_SAVE_EARLY_SECONDS : 0;
    if (!grow(&save->described)) {
        ps_error_set(&save->problem, "cannot go on saving: memory is out.");
        return ps_save_stop(save, ENOMEM);
    }
    uint32_t id = save->described.count++;
    uint64_t key = key_of(save, origin, link_type, early);
    *find(&save->described, key) = (struct ps_save_slot){.key = key, .id = id};
    if (!early)
        note_described(save, origin, link_type, id);
    save->scratch.used = 0;
    ps_block_interface(&save->scratch, &description);
    return put_scratch(save, &save->scratch);
}

/* The first interface of a section, for packets without time. */
static bool describe_simple(struct ps_save *save, struct ps_save_origin *origin, const struct ps_packet *packet)
{
    struct ps_block_interface description = description_of(save, origin);
    save->described.count = 1; /* not in the table: other packets need one with their own snapshot length */
    save->simple_first = true;
    save->simple_origin = (uint16_t)(origin - save->origin);
    save->simple_link_type = packet->link_type;
    save->simple_snapshot_length = packet->captured < packet->original ? packet->captured : 0;
    description.link_type = packet->link_type;
    description.snapshot_length = save->simple_snapshot_length;
    note_described(save, origin, packet->link_type, 0);
    save->scratch.used = 0;
    ps_block_interface(&save->scratch, &description);
    return put_scratch(save, &save->scratch);
}

bool ps_save_describe_known(struct ps_save *save)
{
    for (size_t i = 0; i < save->origin_count; i++)
        if (save->origin[i].link_type >= 0 &&
            !describe(save, &save->origin[i], (uint16_t)save->origin[i].link_type, false))
            return false;
    return true;
}

static bool put_simple(struct ps_save *save, struct ps_save_origin *origin, const struct ps_packet *packet,
                       enum ps_save_road road)
{
    if (road == PS_SAVE_NEW_SECTION && !ps_save_put_section(save))
        return false;
    if (road != PS_SAVE_KNOWN && !describe_simple(save, origin, packet))
        return false;
    uint8_t *to = ps_save_room(save, ps_block_simple_size(packet->captured));
    if (to)
        ps_block_simple(to, packet);
    return to != NULL;
}

bool ps_save_put_packet(struct ps_save *save, struct ps_save_origin *origin, const struct ps_packet *packet,
                        enum ps_save_road road)
{
    if (packet->time_ns == PS_TIME_NONE)
        return put_simple(save, origin, packet, road);
    bool early = packet->time_ns < 0;
    if (road == PS_SAVE_NEW_INTERFACE && !describe(save, origin, packet->link_type, early))
        return false;
    uint32_t id = find(&save->described, key_of(save, origin, packet->link_type, early))->id;
    const int64_t begin = early ? PS_SAVE_EARLY_SECONDS * 1000000000 : 0;
    uint8_t *to = ps_save_room(save, ps_block_enhanced_size(packet->captured));
    if (to)
        ps_block_enhanced(to, packet, id, packet->time_ns > begin ? (uint64_t)packet->time_ns - (uint64_t)begin : 0);
    return to != NULL;
}

/* --- statistics --- */

void ps_save_statistics(struct ps_save *save, uint16_t interface, const struct ps_save_counts *counts)
{
    bool tells = counts->has_received || counts->has_dropped_by_kernel || counts->has_dropped_by_interface;
    struct ps_save_origin *origin = tells ? ps_save_origin_of(save, interface) : NULL;
    if (!origin)
        return; /* or so little memory that the next packet ends the saving */
    origin->now = *counts;
    if (origin->counted)
        return;
    origin->counted = true;
    ps_save_count_closing(save);
}

/* How much totals grew; those that went back begin anew. */
static uint64_t growth(uint64_t now, uint64_t before)
{
    return now >= before ? now - before : now;
}

static bool put_statistics_of(struct ps_save *save, struct ps_save_origin *origin)
{
    const struct ps_save_counts *now = &origin->now, *before = &origin->before;
    struct ps_block_statistics statistics = {
        .id = origin->described_id,
        .start_ns = save->first_ns,
        .end_ns = save->last_ns,
        .counts = *now,
        .delivered = origin->delivered,
    };
    statistics.counts.received = growth(now->received, before->received);
    statistics.counts.dropped_by_kernel = growth(now->dropped_by_kernel, before->dropped_by_kernel);
    statistics.counts.dropped_by_interface = growth(now->dropped_by_interface, before->dropped_by_interface);
    origin->before = *now;
    save->scratch.used = 0;
    ps_block_statistics(&save->scratch, &statistics);
    return put_scratch(save, &save->scratch);
}

bool ps_save_put_statistics(struct ps_save *save)
{
    for (size_t i = 0; i < save->origin_count; i++) {
        struct ps_save_origin *origin = &save->origin[i];
        if (!origin->counted || !knows_link(origin))
            continue;
        uint16_t link_type = origin->has_described ? origin->described_link_type : (uint16_t)origin->link_type;
        if (origin->described_section != save->section && !describe(save, origin, link_type, false))
            return false;
        if (!put_statistics_of(save, origin))
            return false;
    }
    return true;
}
