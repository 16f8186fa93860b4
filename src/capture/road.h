/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How blocks are filled.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_ROAD_H
#define PORTSNIFF_CAPTURE_ROAD_H

#include <stdatomic.h>

#include "block.h"
#include "feed.h"

enum ps_road_kind {
    PS_ROAD_NONE,   /* not chosen yet */
    PS_ROAD_FILE,   /* a plain file: blocks are ranges of it, and only following the chain of records goes one by one */
    PS_ROAD_STREAM, /* one pipe or compressed file: blocks are filled one by one and take over the buffer */
    PS_ROAD_COPY,   /* anything else, as merged inputs: packets are copied out of the batches */
};

/* With PS_ROAD_FILE, what claiming and what indexing uses is apart, for they may run at the same time. */
struct ps_road {
    enum ps_road_kind kind;
    struct ps_feed *feed;        /* of PS_ROAD_FILE and PS_ROAD_STREAM; not owned */
    struct ps_filter *filter;    /* of the same; not owned; NULL: none */
    struct ps_selected selected; /* with `filter` */
    uint32_t block_size;         /* 0: PS_BLOCK_SIZE; tests want seams everywhere */
    uint32_t room;               /* packets in a block at most */
    uint64_t next, size;         /* claiming: where the next range begins, how long the file is */
    atomic_bool over;            /* indexing came to an end */
    struct ps_batch *pending;    /* PS_ROAD_COPY: packets that found no room in the block before; owned */
    size_t pending_at;
};

/* Chooses a road, with the first block.  `feed` NULL: packets do not come straight from one input. */
void ps_road_choose(struct ps_road *road, struct ps_feed *feed, struct ps_filter *filter);
void ps_road_finish(struct ps_road *road);

/* PS_FILL_PACKETS: claimed; NOTHING: a signal came; OVER: none is left, or the filter does not fit (the feed's
 * filter_failed; of PS_ROAD_FILE that is told by indexing). */
enum ps_fill ps_road_claim(struct ps_road *road, struct ps_block *block);
/* Of PS_ROAD_FILE.  `no_memory` of the block may be set afterwards. */
void ps_road_load(const struct ps_road *road, struct ps_block *block);
/* The same answers; with PACKETS there may be none.  Not for a block without memory. */
enum ps_fill ps_road_index(struct ps_road *road, struct ps_block *block);

/* Takes what the filter selected into the counts of the input. */
void ps_road_sum(const struct ps_road *road);

/* Copies packets into a block, as many as there is room for: their number.  The first one always fits; 0: memory is
 * out. */
size_t ps_road_copy(struct ps_block *block, const struct ps_packet *packet, size_t count);

#endif
