/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The blocks of a source: sends each down the road that fits the inputs, and copies packets out of batches where there
 * is none.
 */
#include <stdlib.h>

#include "source_private.h"

static enum ps_next out_of_memory(struct ps_source *source)
{
    ps_error_set(&source->error, "memory is out while reading the inputs.");
    source->broken = true;
    return PS_NEXT_ERROR;
}

static bool choose(struct ps_source *source)
{
    struct ps_road *road = &source->road;
    ps_road_choose(road, source->only, source->filter);
    if (road->kind != PS_ROAD_COPY)
        return true;
    road->pending = malloc(sizeof(*road->pending));
    if (road->pending)
        road->pending->count = 0;
    return road->pending != NULL;
}

/* Copies batches until the block is full, or nothing more comes. */
static enum ps_next claim_copies(struct ps_source *source, struct ps_block *block)
{
    struct ps_road *road = &source->road;
    struct ps_batch *pending = road->pending;
    if (ps_block_begin(block, road->block_size, road->room, NULL) < 0)
        return out_of_memory(source);
    block->settled = true;
    for (;;) {
        if (road->pending_at == pending->count) {
            road->pending_at = 0;
            enum ps_next next = ps_source_next(source, pending);
            if (next != PS_NEXT_BATCH) {
                pending->count = 0;
                return block->count > 0 ? PS_NEXT_BATCH : next;
            }
        }
        size_t copied = ps_road_copy(block, pending->packet + road->pending_at, pending->count - road->pending_at);
        road->pending_at += copied;
        if (block->count == 0)
            return out_of_memory(source);
        if (road->pending_at < pending->count)
            return PS_NEXT_BATCH;
    }
}

/* The filter does not fit a link type of the only input. */
static enum ps_next filter_failed(struct ps_source *source)
{
    ps_error_copy(&source->error, source->only->facts.problem.text);
    source->broken = true;
    return PS_NEXT_ERROR;
}

static enum ps_next answer(enum ps_fill fill)
{
    return fill == PS_FILL_PACKETS ? PS_NEXT_BATCH : fill == PS_FILL_NOTHING ? PS_NEXT_NONE_YET : PS_NEXT_END;
}

enum ps_next ps_source_claim(struct ps_source *source, struct ps_block *block)
{
    if (source->road.kind == PS_ROAD_NONE && !choose(source))
        return out_of_memory(source);
    if (source->road.kind == PS_ROAD_COPY)
        return claim_copies(source, block);
    block->no_memory = false;
    enum ps_fill claimed = ps_road_claim(&source->road, block);
    if (block->no_memory)
        return out_of_memory(source);
    if (source->road.kind == PS_ROAD_STREAM && source->only->filter_failed)
        return filter_failed(source);
    return answer(claimed);
}

void ps_source_load(struct ps_source *source, struct ps_block *block)
{
    if (source->road.kind == PS_ROAD_FILE)
        ps_road_load(&source->road, block);
}

enum ps_next ps_source_index(struct ps_source *source, struct ps_block *block)
{
    if (block->no_memory)
        return out_of_memory(source);
    if (block->settled) /* others may be claiming and setting what is asked for below */
        return PS_NEXT_BATCH;
    enum ps_fill indexed = ps_road_index(&source->road, block);
    return source->only->filter_failed ? filter_failed(source) : answer(indexed);
}
