/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See stretch.h.  Nothing here allocates per packet: arrays grow to the size of the largest stretch.
 */
#include "stretch.h"

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

/* The first one, none, or one that is not the latest. */
__attribute__((noinline)) static void note_odd_time(struct times *times, int64_t time_ns)
{
    if (time_ns == PS_TIME_NONE) {
        times->untimed++;
        return;
    }
    if (times->closing_ns == PS_TIME_NONE)
        times->opening_ns = times->first_ns = times->last_ns = time_ns;
    else
        times->disordered += time_ns < times->closing_ns;
    if (time_ns < times->first_ns)
        times->first_ns = time_ns;
    times->closing_ns = time_ns;
}

static inline void note_time(struct times *times, int64_t time_ns)
{
    if (time_ns >= times->last_ns && times->last_ns != PS_TIME_NONE)
        times->last_ns = times->closing_ns = time_ns;
    else
        note_odd_time(times, time_ns);
}

void ps_stretch_init(struct stretch *stretch)
{
    memset(stretch, 0, sizeof(*stretch));
}

void ps_stretch_finish(struct stretch *stretch)
{
    ps_items_finish(&stretch->items);
    free(stretch->before);
    free(stretch->pending);
    free(stretch->which);
    free(stretch->order);
}

void ps_stretch_begin(struct stretch *stretch)
{
    stretch->items.count = stretch->items.ends_count = stretch->own = stretch->pending_count = 0;
    ps_times_init(&stretch->times);
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
static void note_fragment(struct stretch *stretch, struct ps_keys *keys, size_t i)
{
    struct ps_key *key = &keys->key[i];
    const struct ps_fragments_seen *seen = &keys->fragments[key->fragments - 1];
    if (!hold(&stretch->pending, &stretch->pending_room, stretch->pending_count + 1, sizeof(*stretch->pending))) {
        stretch->failed = true;
        return;
    }
    struct pending *pending = &stretch->pending[stretch->pending_count++];
    pending->item = (uint32_t)stretch->items.count;
    pending->open = seen->later;
    pending->key = *key;
    memcpy(&pending->seen, seen,
           offsetof(struct ps_fragments_seen, first) + seen->first_count * sizeof(seen->first[0]));
    if (seen->later) {
        struct flow_item *item = &stretch->items.item[stretch->items.count++];
        memset(item, 0, sizeof(*item));
        item->packet.flags = FLOW_PACKET_OPEN;
        key->row = PS_ROW_COUNT; /* no table counts it now */
        key->flags = 0;
    }
}

void ps_stretch_scan(struct stretch *stretch, struct front *front, struct ps_keys *keys, size_t from, size_t to,
                     bool credit)
{
    struct front_sums sums = {.wrapped = false};
    const struct ps_packet *packet = keys->batch ? keys->batch->packet : NULL;
    if (!ps_items_reserve(&stretch->items, (to - from) * 2)) { /* a packet with ports may quote another one */
        stretch->failed = true;
        return;
    }
    for (size_t i = from; i < to; i++) {
        struct ps_key *key = &keys->key[i];
        note_time(&stretch->times, key->time_ns);
        if (key->fragments && credit)
            note_fragment(stretch, keys, i);
        if (key->row == PS_ROW_PORTS) {
            ps_front_add_ports(front, &sums, key);
            ps_items_add(&stretch->items, key, packet ? &packet[i] : NULL);
        } else {
            ps_front_add_other(front, &sums, key);
        }
        if (key->quoted) /* behind the packet that it refuses, which may be in this batch */
            ps_items_add_quoted(&stretch->items, &keys->quoted[key->quoted - 1]);
    }
    stretch->own = stretch->items.count;
    ps_front_add_batch(front, &sums, keys, from, to);
}

/* Puts the item of a later fragment where its place was kept. */
static void fill_item(struct stretch *stretch, const struct pending *pending)
{
    struct flow_item *item = ps_items_add(&stretch->items, &pending->key, NULL);
    if (!pending->key.digest)
        item->packet.flags |= FLOW_PACKET_LATE;
    stretch->items.item[pending->item] = *item;
    stretch->items.count--;
}

void ps_stretch_order(struct stretch *stretch, struct front *front, struct ps_account *account,
                      struct ps_fragments *fragments)
{
    for (size_t i = 0; i < stretch->pending_count; i++) {
        struct pending *pending = &stretch->pending[i];
        stretch->position = pending->item;
        bool waits = ps_fragments_take(fragments, account, &pending->seen, &pending->key);
        if (!pending->open || waits)
            continue;
        ps_front_add_key(front, &pending->key);
        if (pending->key.row != PS_ROW_PORTS)
            continue;
        if (!ps_items_reserve(&stretch->items, 1))
            stretch->failed = true;
        else
            fill_item(stretch, pending);
    }
}

bool ps_stretch_settled(struct stretch *stretch, const struct ps_key *key)
{
    size_t late = stretch->items.count - stretch->own;
    if (!ps_items_reserve(&stretch->items, 1) ||
        !hold(&stretch->before, &stretch->before_room, late + 1, sizeof(*stretch->before)))
        return false;
    stretch->before[late] = stretch->position;
    ps_items_add(&stretch->items, key, NULL)->packet.flags |= FLOW_PACKET_LATE;
    return true;
}

static bool hold_which(struct stretch *stretch)
{
    if (!hold(&stretch->which, &stretch->which_room, stretch->items.count, sizeof(*stretch->which)))
        stretch->failed = true;
    return !stretch->failed;
}

/* Nothing was settled meanwhile, and nothing waits: the items are as they came. */
static bool is_plain(const struct stretch *stretch)
{
    return stretch->pending_count == 0 && stretch->items.count == stretch->own;
}

/* The items in their order, those that were settled before the one that settled them; returns how many. */
static size_t line_up(struct stretch *stretch, uint32_t *which)
{
    const struct flow_items *items = &stretch->items;
    size_t late = stretch->own, n = 0;
    for (size_t i = 0; i < stretch->own; i++) {
        while (late < items->count && stretch->before[late - stretch->own] <= i)
            which[n++] = (uint32_t)late++;
        if (!(items->item[i].packet.flags & FLOW_PACKET_OPEN))
            which[n++] = (uint32_t)i;
    }
    while (late < items->count)
        which[n++] = (uint32_t)late++;
    return n;
}

size_t ps_stretch_line_up(struct stretch *stretch, const uint32_t **ret_which)
{
    *ret_which = NULL;
    if (is_plain(stretch))
        return stretch->own;
    size_t n = hold_which(stretch) ? line_up(stretch, stretch->which) : 0;
    *ret_which = stretch->which;
    return n;
}

/* `order`: of the items; NULL: as they lie. */
static inline void divide(struct stretch *stretch, const uint32_t *order, size_t n)
{
    const struct flow_item *item = stretch->items.item;
    uint32_t next[FLOW_PARTS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        next[ps_flow_part_of(item[order ? order[i] : i].hash)]++;
    for (unsigned p = 0; p < FLOW_PARTS; p++) {
        uint32_t count = next[p];
        stretch->begin[p] = next[p] = sum;
        sum += count;
    }
    stretch->begin[FLOW_PARTS] = sum;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = order ? order[i] : (uint32_t)i;
        stretch->which[next[ps_flow_part_of(item[at].hash)]++] = at;
    }
}

void ps_stretch_divide(struct stretch *stretch)
{
    size_t n = stretch->items.count;
    memset(stretch->begin, 0, sizeof(stretch->begin));
    if (!hold_which(stretch))
        return;
    if (is_plain(stretch)) {
        divide(stretch, NULL, n);
        return;
    }
    if (!hold(&stretch->order, &stretch->order_room, n, sizeof(*stretch->order)))
        stretch->failed = true;
    else
        divide(stretch, stretch->order, line_up(stretch, stretch->order));
}
