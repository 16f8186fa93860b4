/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fills blocks.
 *
 * A plain file is cut into ranges of equal length, which threads read by themselves, each with a little of the next one
 * so that the record on the border is mostly there as a whole.  Where the records are is found in order, from the front:
 * the parser's window is lent the block's buffer, and follows the chain from where the block before left it.  What is
 * missing then, be it the rest of a long record or the news that the file ends or cannot be read, comes from the parser's
 * own stream, so that all trouble is told in the same words and with the same offsets as when reading batches.
 *
 * Of a pipe or compressed data a block takes the window's buffer as it is, filled and walked, and gives its own.
 */
#include "road.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linktype.h"

/* Bytes behind a range that are read with it: the rest of most records on its border, and of their header. */
#define SLACK 2048U

/* The smallest record with a packet: a simple packet block, or a record header of pcap. */
#define RECORD_MIN 16U

void ps_road_choose(struct ps_road *road, struct ps_feed *feed, struct ps_filter *filter)
{
    if (road->block_size == 0)
        road->block_size = PS_BLOCK_SIZE;
    road->room = road->block_size / RECORD_MIN + 2 * PS_BATCH_MAX;
    atomic_init(&road->over, false);
    road->feed = feed;
    road->filter = filter;
    if (!feed || !feed->parser->kind->index) {
        road->kind = PS_ROAD_COPY;
        road->filter = NULL;                                          /* batches come filtered and counted */
    } else if (ps_stream_file(feed->stream) < 0 || feed->size == 0) { /* some files of /proc say 0 */
        road->kind = PS_ROAD_STREAM;
    } else {
        road->kind = PS_ROAD_FILE;
    }
    road->size = feed ? feed->size : 0;
}

void ps_road_finish(struct ps_road *road)
{
    free(road->pending);
    road->pending = NULL;
}

/* --- counting and filtering --- */

void ps_road_sum(const struct ps_road *road)
{
    if (!road->filter || !road->feed)
        return;
    road->feed->facts.input.packets = atomic_load_explicit(&road->selected.packets, memory_order_relaxed);
    road->feed->facts.input.bytes = atomic_load_explicit(&road->selected.bytes, memory_order_relaxed);
}

static bool fits(struct ps_road *road, uint16_t link_type)
{
    if (ps_filter_prepare(road->filter, link_type, &road->feed->facts.problem) == 0)
        return true;
    road->feed->filter_failed = road->feed->parser->over = true;
    return false;
}

/* Once the input is over and without a single packet, nothing has shown yet whether the filter is right. */
static bool fits_at_end(struct ps_road *road)
{
    bool open = road->filter && road->feed->parser->over && !ps_filter_proven(road->filter);
    return !open || fits(road, PS_LINK_ETHERNET);
}

static bool fits_packets(struct ps_road *road, const struct ps_block *block)
{
    if (block->form)
        return block->count == 0 || fits(road, block->form->link_type);
    for (uint32_t i = 0; i < block->count; i++) {
        bool again = i > 0 && block->packet[i].link_type == block->packet[i - 1].link_type;
        if (!again && !fits(road, block->packet[i].link_type))
            return false;
    }
    return true;
}

/* The block is filled: its packets are counted, or it is seen to that the filter will count them. */
static enum ps_fill settle(struct ps_road *road, struct ps_block *block)
{
    if (!road->filter) {
        road->feed->facts.input.packets += block->packets;
        road->feed->facts.input.bytes += block->bytes;
        return PS_FILL_PACKETS;
    }
    block->filter = road->filter;
    block->selected = &road->selected;
    if (fits_packets(road, block) && fits_at_end(road))
        return PS_FILL_PACKETS;
    block->count = 0;
    return PS_FILL_OVER;
}

/* --- a plain file --- */

/* Whether the file has grown to `offset` or further. */
static bool has_grown(struct ps_road *road, uint64_t offset)
{
    struct stat status;
    if (fstat(ps_stream_file(road->feed->stream), &status) == 0 && (uint64_t)status.st_size > road->size)
        road->size = (uint64_t)status.st_size;
    return offset <= road->size;
}

/* A range that begins right at the end of the file is still handed out: there the end shows. */
static enum ps_fill claim_range(struct ps_road *road, struct ps_block *block)
{
    if (atomic_load_explicit(&road->over, memory_order_relaxed))
        return PS_FILL_OVER;
    if (road->next > road->size && !has_grown(road, road->next))
        return PS_FILL_OVER;
    block->start = road->next;
    block->settled = false;
    road->next += road->block_size;
    return PS_FILL_PACKETS;
}

void ps_road_load(const struct ps_road *road, struct ps_block *block)
{
    const struct ps_parser *parser = road->feed->parser;
    const uint32_t wanted = road->block_size + (SLACK < road->block_size ? SLACK : road->block_size);
    if (ps_block_begin(block, wanted + PS_CAPTURED_MAX, road->room, parser->form) < 0)
        return;
    while (block->end < wanted && !atomic_load_explicit(&road->over, memory_order_relaxed)) {
        ssize_t got = pread(ps_stream_file(road->feed->stream), block->buffer + block->end, wanted - block->end,
                            (off_t)(block->start + block->end));
        if (got <= 0)
            break;
        block->end += (uint32_t)got;
    }
}

/* Follows the records through the window up to `limit`, and reads what is missing.  False: a signal came. */
static bool follow(struct ps_parser *parser, struct ps_block *block, uint32_t limit)
{
    while (!parser->over) {
        parser->kind->index(parser, block, limit);
        if (parser->over || parser->window.at >= limit)
            break;
        enum ps_window_state state = ps_window_extend(&parser->window, parser->wanted);
        if (state == PS_WINDOW_INTERRUPTED)
            return false;
        if (state != PS_WINDOW_READY)
            parser->kind->note_end(parser, state);
    }
    return true;
}

static enum ps_fill index_range(struct ps_road *road, struct ps_block *block)
{
    struct ps_parser *parser = road->feed->parser;
    struct ps_window *window = &parser->window;
    if (parser->over) {
        atomic_store_explicit(&road->over, true, memory_order_relaxed);
        block->count = 0;
        fits_at_end(road);
        return PS_FILL_OVER;
    }
    if (window->offset >= block->start + road->block_size) /* inside a long record */
        return PS_FILL_PACKETS;
    window->at = (uint32_t)(window->offset - block->start);
    window->end = block->end > window->at ? block->end : window->at;
    ps_stream_seek(window->stream, block->start + window->end);
    ps_window_exchange(window, &block->buffer, &block->size);
    bool done = follow(parser, block, road->block_size);
    ps_window_exchange(window, &block->buffer, &block->size);
    block->end = window->end;
    if (!done)
        return PS_FILL_NOTHING;
    enum ps_fill settled = settle(road, block);
    if (parser->over)
        atomic_store_explicit(&road->over, true, memory_order_relaxed);
    return settled;
}

/* --- a stream --- */

/* The block gets the window's buffer, the window what was not consumed in it. */
static bool hand_over(struct ps_window *window, struct ps_block *block)
{
    const uint32_t left = window->end - window->at;
    if (ps_block_fit(block, left) < 0)
        return false;
    memcpy(block->buffer, window->buffer + window->at, left);
    block->end = window->end;
    ps_window_exchange(window, &block->buffer, &block->size);
    window->at = 0;
    window->end = left;
    return true;
}

static enum ps_fill claim_stream(struct ps_road *road, struct ps_block *block)
{
    struct ps_parser *parser = road->feed->parser;
    struct ps_window *window = &parser->window;
    if (!fits_at_end(road) || parser->over || ps_block_begin(block, road->block_size, road->room, parser->form) < 0)
        return PS_FILL_OVER;
    block->settled = true;
    if (window->at < road->block_size)
        ps_window_extend(window, road->block_size - window->at); /* trouble shows again when more is needed */
    while (!parser->over) {
        parser->kind->index(parser, block, UINT32_MAX);
        if (parser->over || block->count > 0)
            break;
        enum ps_window_state state = ps_window_need(window, parser->wanted);
        if (state == PS_WINDOW_INTERRUPTED)
            return PS_FILL_NOTHING;
        if (state != PS_WINDOW_READY)
            parser->kind->note_end(parser, state);
    }
    if (parser->over)
        ps_feed_blame(road->feed);
    if (settle(road, block) == PS_FILL_OVER || block->count == 0)
        return PS_FILL_OVER;
    block->no_memory = !hand_over(window, block);
    return PS_FILL_PACKETS;
}

/* --- all --- */

enum ps_fill ps_road_claim(struct ps_road *road, struct ps_block *block)
{
    return road->kind == PS_ROAD_FILE ? claim_range(road, block) : claim_stream(road, block);
}

enum ps_fill ps_road_index(struct ps_road *road, struct ps_block *block)
{
    return block->settled ? PS_FILL_PACKETS : index_range(road, block);
}

size_t ps_road_copy(struct ps_block *block, const struct ps_packet *packet, size_t count)
{
    size_t n = 0;
    if (block->count == 0 && ps_block_fit(block, packet[0].captured) < 0)
        return 0;
    for (; n < count && block->count < block->room && packet[n].captured <= block->size - block->end; n++) {
        struct ps_packet copy = packet[n];
        copy.data = memcpy(block->buffer + block->end, packet[n].data, packet[n].captured);
        block->end += packet[n].captured;
        ps_block_add(block, block->buffer, &copy, 1);
    }
    return n;
}
