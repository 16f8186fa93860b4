/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Room for items, and those that are rare.
 */
#include "flow_items.h"

#include <stdlib.h>
#include <string.h>

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

uint32_t ps_flow_ends_word(const struct flow_ends *ends)
{
    return ps_ends_word(ps_ends_hash(ends));
}

uint64_t ps_flow_hash(const struct flow_key *key, const struct flow_ends *ends)
{
    uint64_t word[2];
    memcpy(word, key, sizeof(word));
    uint64_t part = ends ? ps_ends_part(ends, word[1]) : ps_words_part(word[0], word[1]);
    return ps_words_hash(word, ends ? ps_ends_hash(ends) : 0, part);
}

void ps_items_add_quoted(struct flow_items *items, const struct ps_quoted *quoted)
{
    struct flow_item *item = &items->item[items->count++];
    memset(item, 0, sizeof(*item));
    bool from_b = ps_item_set_key(items, item, quoted->family, ps_key_kind(quoted->transport, quoted->family, 0),
                                  &quoted->source, quoted->source_port, &quoted->destination, quoted->destination_port);
    item->packet.flags = FLOW_PACKET_QUOTED | (from_b ? FLOW_PACKET_FROM_B : 0);
}
