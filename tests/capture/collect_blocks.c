/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a source by blocks, as an engine with several threads does: claims and indexing take turns, loading and making
 * packets do not.
 */
#include "collect.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source_private.h"

#define THREADS_MAX 8

struct crew {
    struct ps_source *source;
    pthread_mutex_t mutex;
    pthread_cond_t turned;
    uint64_t claimed; /* blocks */
    uint64_t indexed, kept;
    enum ps_next last; /* PS_NEXT_END or PS_NEXT_ERROR once there is nothing to claim */
    bool over;
    const char *broken; /* what went wrong: a thread must not fail a test by itself */
    struct collected *collected;
};

static void wait_turn(struct crew *crew, const uint64_t *turn, uint64_t number)
{
    pthread_mutex_lock(&crew->mutex);
    while (*turn != number)
        pthread_cond_wait(&crew->turned, &crew->mutex);
    pthread_mutex_unlock(&crew->mutex);
}

static void end_turn(struct crew *crew, uint64_t *turn)
{
    pthread_mutex_lock(&crew->mutex);
    ++*turn;
    pthread_cond_broadcast(&crew->turned);
    pthread_mutex_unlock(&crew->mutex);
}

static void interrupted(struct crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->collected->none_yet++;
    pthread_mutex_unlock(&crew->mutex);
}

/* Claims under the lock, so that one thread at a time does. */
static bool claim(struct crew *crew, struct ps_block *block, uint64_t *ret_number)
{
    enum ps_next got = PS_NEXT_END;
    pthread_mutex_lock(&crew->mutex);
    while (!crew->over && (got = ps_source_claim(crew->source, block)) == PS_NEXT_NONE_YET)
        crew->collected->none_yet++;
    *ret_number = crew->claimed;
    if (!crew->over && got == PS_NEXT_BATCH) {
        crew->claimed++;
    } else if (!crew->over) {
        crew->over = true;
        if (crew->last != PS_NEXT_ERROR)
            crew->last = got;
    }
    pthread_mutex_unlock(&crew->mutex);
    return got == PS_NEXT_BATCH;
}

/* Packets of one block, their data copied. */
struct pile {
    struct ps_packet *packet;
    size_t count, batches;
};

static const char *take_in(const struct ps_block *block, struct pile *ret_pile)
{
    struct ps_batch *batch = malloc(sizeof(*batch));
    size_t total = ps_block_count(block);
    *ret_pile = (struct pile){.packet = calloc(total ? total : 1, sizeof(struct ps_packet))};
    const char *broken = NULL;
    for (size_t from = 0, stands; !broken && from < total; from += stands, ret_pile->batches++) {
        stands = ps_block_batch(block, from, batch);
        if (stands == 0 || stands > total - from || batch->count > stands || batch->count > PS_BATCH_MAX)
            broken = "a batch of the wrong size";
        for (size_t i = 0; !broken && i < batch->count; i++) {
            struct ps_packet *packet = &ret_pile->packet[ret_pile->count++];
            *packet = batch->packet[i];
            uint8_t *copy = malloc(packet->captured + 1);
            memcpy(copy, packet->data, packet->captured);
            packet->data = copy;
        }
    }
    free(batch);
    return broken;
}

static void keep_pile(struct collected *collected, struct pile *pile)
{
    size_t room = collected->count + pile->count;
    if (room > collected->room) {
        collected->room = room * 2;
        collected->packet = realloc(collected->packet, collected->room * sizeof(*collected->packet));
    }
    if (pile->count > 0)
        memcpy(collected->packet + collected->count, pile->packet, pile->count * sizeof(*pile->packet));
    collected->count = room;
    collected->batches += pile->batches;
    free(pile->packet);
}

static void *work(void *argument)
{
    struct crew *crew = argument;
    struct ps_block *block = ps_block_create();
    uint64_t number;
    while (claim(crew, block, &number)) {
        struct pile pile = {0};
        ps_source_load(crew->source, block);
        wait_turn(crew, &crew->indexed, number);
        enum ps_next got;
        while ((got = ps_source_index(crew->source, block)) == PS_NEXT_NONE_YET)
            interrupted(crew);
        end_turn(crew, &crew->indexed);
        const char *broken = take_in(block, &pile);
        wait_turn(crew, &crew->kept, number);
        if (broken)
            crew->broken = broken;
        if (got == PS_NEXT_ERROR)
            crew->last = got;
        keep_pile(crew->collected, &pile);
        end_turn(crew, &crew->kept);
    }
    ps_block_destroy(block);
    return NULL;
}

void collect_blocks(const struct ps_source_options *options, const struct by_blocks *how,
                    struct collected *ret_collected)
{
    struct crew crew = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                        .turned = PTHREAD_COND_INITIALIZER,
                        .collected = ret_collected,
                        .last = PS_NEXT_END};
    pthread_t thread[THREADS_MAX];
    assert_in_range(how->threads, 1, THREADS_MAX);
    *ret_collected = (struct collected){0};
    ret_collected->opened = ps_source_open(options, &crew.source, &ret_collected->error);
    if (ret_collected->opened < 0)
        return;
    crew.source->road.block_size = how->block_size;
    for (unsigned i = 0; i < how->threads; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, &crew), 0);
    for (unsigned i = 0; i < how->threads; i++)
        pthread_join(thread[i], NULL);
    if (crew.broken)
        fail_msg("%s", crew.broken);
    ret_collected->last = crew.last;
    if (crew.last == PS_NEXT_ERROR)
        ret_collected->error = *ps_source_error(crew.source);
    collected_inputs(ret_collected, crew.source);
    ps_source_close(crew.source);
}

static const char *same_input(const struct ps_input *a, const struct ps_input *b)
{
    static const char nothing[] = "";
#define TEXT(field) \
    (strcmp(a->field ? a->field : nothing, b->field ? b->field : nothing) != 0 || !a->field != !b->field)
    if (TEXT(name) || TEXT(format) || TEXT(problem) || a->failed != b->failed)
        return "name, format or problem";
    if (TEXT(damage) || a->damaged != b->damaged || a->damage_offset != b->damage_offset)
        return "damage";
#undef TEXT
    if (a->packets != b->packets || a->bytes != b->bytes)
        return "packets or bytes counted";
    if (a->packets_read != b->packets_read)
        return "packets read";
    if (a->link_type_count != b->link_type_count || memcmp(a->link_types, b->link_types, sizeof(a->link_types)) != 0)
        return "link types";
    if (a->has_drops != b->has_drops || a->dropped_by_kernel != b->dropped_by_kernel ||
        a->dropped_by_interface != b->dropped_by_interface)
        return "drops";
    return NULL;
}

const char *difference(const struct collected *a, const struct collected *b)
{
    static char text[400];
    if (a->opened != b->opened || a->last != b->last || strcmp(a->error.text, b->error.text) != 0)
        return "opening, or the end";
    if (a->opened == 0 && a->last == PS_NEXT_ERROR) /* then there is no report */
        return NULL;
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        const struct ps_packet *one = &a->packet[i], *other = &b->packet[i];
        if (one->time_ns == other->time_ns && one->captured == other->captured && one->original == other->original &&
            one->link_type == other->link_type && one->source == other->source &&
            memcmp(one->data, other->data, one->captured) == 0)
            continue;
        snprintf(text, sizeof(text), "packet %zu", i);
        return text;
    }
    for (size_t i = 0; i < a->input_count; i++) {
        const char *what = same_input(&a->input[i], &b->input[i]);
        if (!what)
            continue;
        snprintf(text, sizeof(text), "%s: \"%.150s\" and \"%.150s\"", what,
                 a->input[i].damage ? a->input[i].damage : "", b->input[i].damage ? b->input[i].damage : "");
        return text;
    }
    if (a->count != b->count || a->total != b->total)
        return "the number of packets or the size";
    return NULL;
}
