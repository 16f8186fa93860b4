/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feeds bytes from memory to a parser and checks what comes out.  That packets lie inside memory that exists is left to
 * the address sanitizer: every byte of every packet is read.
 */
#include "capture_check.h"

#include <stdlib.h>
#include <string.h>

#include "memory_stream.h"
#include "road.h"

/* What one run came to. */
struct outcome {
    int created;
    uint64_t hash, packets, captured;
    struct ps_input input;
    char damage[240];
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

static void take(struct outcome *outcome, const struct ps_batch *batch)
{
    must(batch->count >= 1 && batch->count <= PS_BATCH_MAX);
    for (size_t i = 0; i < batch->count; i++) {
        const struct ps_packet *packet = &batch->packet[i];
        must(packet->captured <= PS_CAPTURED_MAX);
        must(packet->source == 7);
        uint64_t hash = mix(outcome->hash, (uint64_t)packet->time_ns);
        hash = mix(hash, (uint64_t)packet->captured << 32 | packet->original);
        hash = mix(hash, packet->link_type);
        for (uint32_t at = 0; at < packet->captured; at++)
            hash = mix(hash, packet->data[at]);
        outcome->hash = hash;
        outcome->captured += packet->captured;
        outcome->packets++;
    }
}

/* Reads by batches. */
static void by_batches(struct ps_feed *feed, struct outcome *outcome)
{
    static struct ps_batch batch;
    for (;;) {
        batch.count = 0;
        if (feed->parser->kind->fill(feed->parser, &batch) != PS_FILL_PACKETS)
            break;
        take(outcome, &batch);
    }
    must(batch.count == 0);
}

/* Reads by blocks, two of them in turns, always one of them claimed ahead. */
static void by_blocks(struct ps_feed *feed, uint32_t block_size, struct outcome *outcome)
{
    static struct ps_batch batch;
    struct ps_road road = {.block_size = block_size};
    struct ps_block *block[2] = {ps_block_create(), ps_block_create()};
    ps_road_choose(&road, feed, NULL);
    bool more = ps_road_claim(&road, block[0]) == PS_FILL_PACKETS;
    for (unsigned turn = 0; more; turn++) {
        struct ps_block *now = block[turn % 2];
        more = ps_road_claim(&road, block[(turn + 1) % 2]) == PS_FILL_PACKETS;
        if (road.kind == PS_ROAD_FILE)
            ps_road_load(&road, now);
        ps_road_index(&road, now);
        for (size_t from = 0; from < ps_block_count(now); from += batch.count) {
            must(ps_block_batch(now, from, &batch) == batch.count);
            take(outcome, &batch);
        }
    }
    must(feed->parser->over);
    must(feed->facts.input.packets == outcome->packets);
    ps_block_destroy(block[0]);
    ps_block_destroy(block[1]);
    ps_road_finish(&road);
}

/* `block_size` 0: by batches. */
static void run(create_function *create, struct ps_stream *stream, size_t size, uint32_t block_size,
                struct outcome *ret_outcome)
{
    struct ps_feed feed;
    *ret_outcome = (struct outcome){0};
    must(ps_feed_init(&feed, "fuzzed", 7, PS_READER_NATIVE) == 0);
    feed.stream = stream;
    feed.size = size;
    ret_outcome->created = create(stream, &feed.facts, 7, &feed.parser);
    must((ret_outcome->created == 0) == (feed.parser != NULL));
    if (feed.parser && block_size)
        by_blocks(&feed, block_size, ret_outcome);
    else if (feed.parser)
        by_batches(&feed, ret_outcome);
    ret_outcome->input = feed.facts.input;
    if (feed.facts.input.damaged)
        memcpy(ret_outcome->damage, feed.facts.damage, sizeof(feed.facts.damage));
    if (feed.parser)
        feed.parser->kind->destroy(feed.parser);
    ps_stream_close(stream);
    ps_facts_finish(&feed.facts);
}

static void run_memory(create_function *create, const uint8_t *data, size_t size, size_t step, uint32_t block_size,
                       struct outcome *ret_outcome)
{
    struct memory_stream memory;
    memory_stream_init(&memory, data, size, step);
    run(create, &memory.stream, size, block_size, ret_outcome);
}

static void must_equal(const struct outcome *whole, const struct outcome *other)
{
    must(whole->created == other->created);
    must(whole->hash == other->hash && whole->packets == other->packets);
    must(whole->input.packets_read == other->input.packets_read);
    must(whole->input.damaged == other->input.damaged && whole->input.damage_offset == other->input.damage_offset);
    must(strcmp(whole->damage, other->damage) == 0);
    must(whole->input.dropped_by_kernel == other->input.dropped_by_kernel);
    must(whole->input.link_type_count == other->input.link_type_count);
}

void check_parser(create_function *create, const uint8_t *data, size_t size)
{
    struct outcome whole, other;
    uint32_t block_size = 1 + (uint32_t)size * 7 % (size > 4096 ? 5000 : 90);
    run_memory(create, data, size, SIZE_MAX, 0, &whole);
    must(whole.captured <= size);
    must(whole.packets == whole.input.packets_read);
    must(!whole.input.damaged || whole.input.damage_offset <= size);
    must(whole.input.damaged == (whole.input.damage != NULL));
    run_memory(create, data, size, size > 4096 ? 997 : 1 + size % 13, 0, &other);
    must_equal(&whole, &other);
    run_memory(create, data, size, SIZE_MAX, block_size, &other);
    must_equal(&whole, &other);
    if (size == 0)
        return;
    run(create, memory_file_open(data, size), size, block_size, &other);
    must_equal(&whole, &other);
}
