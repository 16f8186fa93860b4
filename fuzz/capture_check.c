/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feeds bytes from memory to a parser and checks what comes out.  That packets lie inside memory that exists is left to
 * the address sanitizer: every byte of every packet is read.
 */
#include "capture_check.h"

#include <stdlib.h>
#include <string.h>

struct memory_stream {
    struct ps_stream stream;
    const uint8_t *at;
    size_t left, step; /* at most `step` bytes at a time */
};

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

static ptrdiff_t memory_read(struct ps_stream *stream, void *to, size_t size)
{
    struct memory_stream *memory = (struct memory_stream *)(void *)stream;
    size_t n = memory->left < size ? memory->left : size;
    if (n > memory->step)
        n = memory->step;
    if (n > 0)
        memcpy(to, memory->at, n);
    memory->at += n;
    memory->left -= n;
    return (ptrdiff_t)n;
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

static void run(create_function *create, const uint8_t *data, size_t size, size_t step, struct outcome *ret_outcome)
{
    static const struct ps_stream_kind kind = {.read = memory_read};
    static struct ps_batch batch;
    struct memory_stream memory = {.stream = {.kind = &kind}, .at = data, .left = size, .step = step};
    struct ps_facts facts;
    struct ps_parser *parser = NULL;
    *ret_outcome = (struct outcome){0};
    must(ps_facts_init(&facts, "fuzzed") == 0);
    ret_outcome->created = create(&memory.stream, &facts, 7, &parser);
    must((ret_outcome->created == 0) == (parser != NULL));
    for (;;) {
        batch.count = 0;
        if (!parser || parser->kind->fill(parser, &batch) != PS_FILL_PACKETS)
            break;
        take(ret_outcome, &batch);
    }
    must(batch.count == 0);
    ret_outcome->input = facts.input;
    if (facts.input.damaged)
        memcpy(ret_outcome->damage, facts.damage, sizeof(facts.damage));
    if (parser)
        parser->kind->destroy(parser);
    ps_facts_finish(&facts);
}

void check_parser(create_function *create, const uint8_t *data, size_t size)
{
    struct outcome whole, pieces;
    run(create, data, size, SIZE_MAX, &whole);
    run(create, data, size, size > 4096 ? 997 : 1 + size % 13, &pieces);
    must(whole.captured <= size);
    must(whole.packets == whole.input.packets_read);
    must(!whole.input.damaged || whole.input.damage_offset <= size);
    must(whole.input.damaged == (whole.input.damage != NULL));
    must(whole.created == pieces.created);
    must(whole.hash == pieces.hash && whole.packets == pieces.packets);
    must(whole.input.damaged == pieces.input.damaged && whole.input.damage_offset == pieces.input.damage_offset);
    must(strcmp(whole.damage, pieces.damage) == 0);
    must(whole.input.dropped_by_kernel == pieces.input.dropped_by_kernel);
    must(whole.input.link_type_count == pieces.input.link_type_count);
}
