/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps the packets of a block and makes batches of them.
 *
 * Memory is taken once and used again: fresh memory costs a page fault for every 4 KiB, which is more than reading the
 * same bytes from the page cache.  What is asked for and never used costs nothing.
 */
#include "block.h"

#include <stdlib.h>
#include <string.h>

/* The kernel copies whole pages of a file.  To a buffer that begins a few bytes behind a page the same copy takes four
 * times as long: a load right behind a store to the same place in another page waits for it. */
#define PAGE 4096U

struct ps_block *ps_block_create(void)
{
    return calloc(1, sizeof(struct ps_block));
}

void ps_block_destroy(struct ps_block *block)
{
    if (!block)
        return;
    free(block->buffer);
    free(block->place);
    free(block->packet);
    free(block);
}

int ps_block_fit(struct ps_block *block, uint32_t size)
{
    if (size <= block->size)
        return 0;
    free(block->buffer);
    size = (size + PAGE - 1) / PAGE * PAGE;
    block->buffer = aligned_alloc(PAGE, size);
    block->size = block->buffer ? size : 0;
    return block->buffer ? 0 : -1;
}

/* Makes room for packets, or for their places only. */
static int make_room(struct ps_block *block, uint32_t room, bool whole)
{
    if (room <= block->room && (block->packet || !whole))
        return 0;
    free(block->place);
    free(block->packet);
    block->packet = NULL;
    block->room = 0;
    block->place = malloc(room * sizeof(*block->place));
    if (whole)
        block->packet = malloc(room * sizeof(*block->packet));
    if (!block->place || (whole && !block->packet))
        return -1;
    block->room = room;
    return 0;
}

int ps_block_begin(struct ps_block *block, uint32_t size, uint32_t room, const struct ps_pcap_form *form)
{
    block->count = 0;
    block->packets = block->bytes = 0;
    block->end = 0;
    block->form = form;
    block->filter = NULL;
    block->no_memory = ps_block_fit(block, size) < 0 || make_room(block, room, !form) < 0;
    return block->no_memory ? -1 : 0;
}

void ps_block_add(struct ps_block *block, const uint8_t *buffer, const struct ps_packet *packet, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        block->place[block->count] = (uint32_t)(packet[i].data - buffer);
        block->packet[block->count++] = packet[i];
        block->bytes += packet[i].original;
    }
    block->packets += count;
}

size_t ps_block_count(const struct ps_block *block)
{
    return block->count;
}

/* Leaves what the filter selects, and counts it. */
static void select_packets(const struct ps_block *block, struct ps_batch *batch)
{
    uint64_t bytes = 0;
    ps_filter_select(block->filter, batch);
    for (size_t i = 0; i < batch->count; i++)
        bytes += batch->packet[i].original;
    atomic_fetch_add_explicit(&block->selected->packets, batch->count, memory_order_relaxed);
    atomic_fetch_add_explicit(&block->selected->bytes, bytes, memory_order_relaxed);
}

size_t ps_block_batch(const struct ps_block *block, size_t from, struct ps_batch *ret_batch)
{
    size_t count = block->count - from < PS_BATCH_MAX ? block->count - from : PS_BATCH_MAX;
    ret_batch->count = count;
    if (block->form) {
        ps_pcap_packets(block->form, block->buffer, block->end, block->place + from, count, ret_batch->packet);
    } else {
        memcpy(ret_batch->packet, block->packet + from, count * sizeof(*ret_batch->packet));
        for (size_t i = 0; i < count; i++)
            ret_batch->packet[i].data = block->buffer + block->place[from + i];
    }
    if (block->filter)
        select_packets(block, ret_batch);
    return count;
}
