/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See lane.h.  Nothing here allocates per packet: arrays grow to the size of the largest stretch.
 */
#include "lane.h"

#include <stdlib.h>
#include <string.h>

#include "account_private.h"

void ps_times_init(struct times *times)
{
    *times = (struct times){PS_TIME_NONE, PS_TIME_NONE, PS_TIME_NONE, PS_TIME_NONE, 0, 0};
}

void ps_times_merge(struct times *times, const struct times *part)
{
    times->untimed += part->untimed;
    times->disordered += part->disordered;
    if (part->closing_ns == PS_TIME_NONE)
        return;
    if (times->closing_ns == PS_TIME_NONE) {
        times->opening_ns = part->opening_ns;
        times->first_ns = part->first_ns;
        times->last_ns = part->last_ns;
    } else {
        times->disordered += part->opening_ns < times->closing_ns;
        if (part->first_ns < times->first_ns)
            times->first_ns = part->first_ns;
        if (part->last_ns > times->last_ns)
            times->last_ns = part->last_ns;
    }
    times->closing_ns = part->closing_ns;
}

static inline void note_time(struct times *times, int64_t time_ns)
{
    if (time_ns == PS_TIME_NONE) {
        times->untimed++;
        return;
    }
    if (times->closing_ns == PS_TIME_NONE) {
        times->opening_ns = times->first_ns = times->last_ns = time_ns;
    } else {
        times->disordered += time_ns < times->closing_ns;
        if (time_ns < times->first_ns)
            times->first_ns = time_ns;
        if (time_ns > times->last_ns)
            times->last_ns = time_ns;
    }
    times->closing_ns = time_ns;
}

void ps_lane_init(struct lane *lane)
{
    memset(lane, 0, sizeof(*lane));
}

void ps_lane_finish(struct lane *lane)
{
    ps_items_finish(&lane->items);
    free(lane->before);
    free(lane->pending);
    free(lane->which);
}

void ps_lane_begin(struct lane *lane)
{
    lane->items.count = lane->items.ends_count = lane->own = lane->pending_count = 0;
    ps_times_init(&lane->times);
}

/* Makes *array hold `n` elements of `size` bytes. */
static bool hold(void *array, size_t *room, size_t n, size_t size)
{
    void *old, *larger;
    size_t wanted = *room ? *room : 64;
    if (n <= *room)
        return true;
    while (wanted < n)
        wanted *= 2;
    memcpy(&old, array, sizeof(old));
    larger = realloc(old, wanted * size);
    if (!larger)
        return false;
    memcpy(array, &larger, sizeof(larger));
    *room = wanted;
    return true;
}

/* Keeps what a fragment says until its turn. */
static void note_fragment(struct lane *lane, struct ps_keys *keys, size_t i)
{
    struct ps_key *key = &keys->key[i];
    const struct ps_fragments_seen *seen = &keys->fragments[key->fragments - 1];
    if (!hold(&lane->pending, &lane->pending_room, lane->pending_count + 1, sizeof(*lane->pending))) {
        lane->failed = true;
        return;
    }
    struct pending *pending = &lane->pending[lane->pending_count++];
    pending->item = (uint32_t)lane->items.count;
    pending->open = seen->later;
    pending->key = *key;
    memcpy(&pending->seen, seen,
           offsetof(struct ps_fragments_seen, first) + seen->first_count * sizeof(seen->first[0]));
    if (seen->later) {
        struct flow_item *item = &lane->items.item[lane->items.count++];
        memset(item, 0, sizeof(*item));
        item->packet.flags = FLOW_PACKET_OPEN;
        key->row = PS_ROW_COUNT; /* no table counts it now */
        key->flags = 0;
    }
}

void ps_lane_scan(struct lane *lane, struct front *front, struct ps_keys *keys, size_t from, size_t to, bool credit)
{
    if (!ps_items_reserve(&lane->items, (to - from) * 2)) { /* a packet with ports may quote another one */
        lane->failed = true;
        return;
    }
    for (size_t i = from; i < to; i++) {
        struct ps_key *key = &keys->key[i];
        note_time(&lane->times, key->time_ns);
        if (key->fragments && credit)
            note_fragment(lane, keys, i);
        if (key->row == PS_ROW_PORTS)
            ps_items_add(&lane->items, key, keys->batch ? &keys->batch->packet[i] : NULL);
        if (key->quoted) /* behind the packet that it refuses, which may be in this batch */
            ps_items_add_quoted(&lane->items, &keys->quoted[key->quoted - 1]);
    }
    lane->own = lane->items.count;
    ps_front_add(front, keys, from, to);
}

/* Puts the item of a later fragment where its place was kept. */
static void fill_item(struct lane *lane, const struct pending *pending)
{
    struct flow_item *item = ps_items_add(&lane->items, &pending->key, NULL);
    if (!pending->key.digest)
        item->packet.flags |= FLOW_PACKET_LATE;
    lane->items.item[pending->item] = *item;
    lane->items.count--;
}

void ps_lane_order(struct lane *lane, struct front *front, struct ps_account *account, struct ps_fragments *fragments)
{
    for (size_t i = 0; i < lane->pending_count; i++) {
        struct pending *pending = &lane->pending[i];
        lane->position = pending->item;
        bool waits = ps_fragments_take(fragments, account, &pending->seen, &pending->key);
        if (!pending->open || waits)
            continue;
        ps_front_add_key(front, &pending->key);
        if (pending->key.row != PS_ROW_PORTS)
            continue;
        if (!ps_items_reserve(&lane->items, 1))
            lane->failed = true;
        else
            fill_item(lane, pending);
    }
}

bool ps_lane_settled(struct lane *lane, const struct ps_key *key)
{
    size_t late = lane->items.count - lane->own;
    if (!ps_items_reserve(&lane->items, 1) || !hold(&lane->before, &lane->before_room, late + 1, sizeof(*lane->before)))
        return false;
    lane->before[late] = lane->position;
    ps_items_add(&lane->items, key, NULL)->packet.flags |= FLOW_PACKET_LATE;
    return true;
}

static inline void put(struct lane *lane, size_t *next, size_t i)
{
    const struct flow_item *item = &lane->items.item[i];
    if (!(item->packet.flags & FLOW_PACKET_OPEN))
        lane->which[next[ps_flow_part_of(item->hash)]++] = (uint32_t)i;
}

void ps_lane_divide(struct lane *lane)
{
    const struct flow_items *items = &lane->items;
    size_t next[FLOW_PARTS], count[FLOW_PARTS] = {0}, late = lane->own, sum = 0;
    if (!hold(&lane->which, &lane->which_room, items->count, sizeof(*lane->which))) {
        lane->failed = true;
        memset(lane->begin, 0, sizeof(lane->begin));
        return;
    }
    for (size_t i = 0; i < items->count; i++)
        count[ps_flow_part_of(items->item[i].hash)] += !(items->item[i].packet.flags & FLOW_PACKET_OPEN);
    for (unsigned p = 0; p < FLOW_PARTS; p++) {
        lane->begin[p] = next[p] = sum;
        sum += count[p];
    }
    lane->begin[FLOW_PARTS] = sum;
    for (size_t i = 0; i < lane->own; i++) {
        while (late < items->count && lane->before[late - lane->own] <= i)
            put(lane, next, late++);
        put(lane, next, i);
    }
    while (late < items->count)
        put(lane, next, late++);
}
