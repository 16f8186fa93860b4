/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps what a source yields, so that a test can look at all of it at once.
 */
#include "collect.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void keep_packet(struct collected *collected, const struct ps_packet *packet)
{
    if (collected->count == collected->room) {
        collected->room = collected->room ? collected->room * 2 : 64;
        collected->packet = realloc(collected->packet, collected->room * sizeof(*collected->packet));
        assert_non_null(collected->packet);
    }
    struct ps_packet *kept = &collected->packet[collected->count++];
    uint8_t *copy = malloc(packet->captured + 1);
    assert_non_null(copy);
    memcpy(copy, packet->data, packet->captured);
    *kept = *packet;
    kept->data = copy;
}

static const char *copy_text(const char *text)
{
    return text ? strdup(text) : NULL;
}

void collected_inputs(struct collected *collected, const struct ps_source *source)
{
    collected->input_count = ps_source_input_count(source);
    collected->input = calloc(collected->input_count, sizeof(*collected->input));
    assert_non_null(collected->input);
    for (size_t i = 0; i < collected->input_count; i++) {
        struct ps_input *kept = &collected->input[i];
        *kept = *ps_source_input(source, i);
        kept->name = copy_text(kept->name);
        kept->format = copy_text(kept->format);
        kept->damage = copy_text(kept->damage);
        kept->problem = copy_text(kept->problem);
    }
    ps_source_progress(source, &collected->done, &collected->total);
}

void collect(const struct ps_source_options *options, struct collected *ret_collected)
{
    static struct ps_batch batch;
    struct ps_source *source = NULL;
    *ret_collected = (struct collected){0};
    ret_collected->opened = ps_source_open(options, &source, &ret_collected->error);
    if (ret_collected->opened < 0) {
        assert_null(source);
        return;
    }
    while ((ret_collected->last = ps_source_next(source, &batch)) <= PS_NEXT_NONE_YET) {
        ret_collected->none_yet += ret_collected->last == PS_NEXT_NONE_YET;
        ret_collected->batches += ret_collected->last == PS_NEXT_BATCH;
        if (ret_collected->last == PS_NEXT_BATCH)
            assert_in_range(batch.count, 1, PS_BATCH_MAX);
        for (size_t i = 0; ret_collected->last == PS_NEXT_BATCH && i < batch.count; i++)
            keep_packet(ret_collected, &batch.packet[i]);
    }
    if (ret_collected->last == PS_NEXT_ERROR)
        ret_collected->error = *ps_source_error(source);
    assert_int_equal(ps_source_next(source, &batch), ret_collected->last);
    collected_inputs(ret_collected, source);
    ps_source_close(source);
}

void collect_path(const char *path, enum ps_reader reader, struct collected *ret_collected)
{
    struct ps_source_options options = {.paths = &path, .path_count = 1, .reader = reader};
    collect(&options, ret_collected);
}

void collect_paths(const char *const *paths, size_t count, struct collected *ret_collected)
{
    struct ps_source_options options = {.paths = paths, .path_count = count};
    collect(&options, ret_collected);
}

void collect_build(const struct build *build, enum ps_reader reader, struct collected *ret_collected)
{
    write_build("capture", build);
    collect_path("capture", reader, ret_collected);
}

/* The copies are the collection's own, whatever their type says. */
static void free_copy(const void *copy)
{
    union {
        const void *fixed;
        void *own;
    } both = {.fixed = copy};
    free(both.own);
}

void collected_finish(struct collected *collected)
{
    for (size_t i = 0; i < collected->count; i++)
        free_copy(collected->packet[i].data);
    free(collected->packet);
    for (size_t i = 0; i < collected->input_count; i++) {
        free_copy(collected->input[i].name);
        free_copy(collected->input[i].format);
        free_copy(collected->input[i].damage);
        free_copy(collected->input[i].problem);
    }
    free(collected->input);
    *collected = (struct collected){0};
}

void assert_packet(const struct collected *collected, size_t index, int64_t time_ns, uint32_t captured,
                   uint32_t original, uint16_t link_type, unsigned seed)
{
    assert_true(index < collected->count);
    const struct ps_packet *packet = &collected->packet[index];
    if (packet->time_ns != time_ns)
        fail_msg("packet %zu: time %" PRId64 ", not %" PRId64, index, packet->time_ns, time_ns);
    assert_int_equal(packet->captured, captured);
    assert_int_equal(packet->original, original);
    assert_int_equal(packet->link_type, link_type);
    for (uint32_t i = 0; i < captured; i++) {
        if (packet->data[i] != build_payload(seed, i))
            fail_msg("packet %zu: byte %" PRIu32 " differs", index, i);
    }
}

void assert_clean(const struct collected *collected, size_t packets)
{
    if (collected->opened < 0)
        fail_msg("not opened: %s", collected->error.text);
    assert_int_equal(collected->last, PS_NEXT_END);
    if (collected->input[0].damaged)
        fail_msg("damaged: %s", collected->input[0].damage);
    assert_false(collected->input[0].failed);
    assert_null(collected->input[0].damage);
    assert_int_equal(collected->count, packets);
}

void assert_damage(const struct collected *collected, size_t packets, uint64_t offset, const char *damage)
{
    if (collected->opened < 0)
        fail_msg("not opened: %s", collected->error.text);
    assert_int_equal(collected->last, PS_NEXT_END);
    assert_true(collected->input[0].damaged);
    assert_string_equal(collected->input[0].damage, damage);
    assert_int_equal(collected->input[0].damage_offset, offset);
    assert_int_equal(collected->count, packets);
    assert_int_equal(collected->input[0].packets, packets);
}

void assert_refused(const struct collected *collected, const char *sentence)
{
    assert_int_equal(collected->opened, -1);
    assert_string_equal(collected->error.text, sentence);
}

void assert_same(const struct collected *a, const struct collected *b)
{
    assert_int_equal(a->opened, b->opened);
    if (a->opened < 0)
        return;
    assert_int_equal(a->last, b->last);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct ps_packet *one = &a->packet[i], *other = &b->packet[i];
        if (one->time_ns != other->time_ns || one->captured != other->captured || one->original != other->original ||
            one->link_type != other->link_type || memcmp(one->data, other->data, one->captured) != 0)
            fail_msg("packet %zu differs", i);
    }
    assert_int_equal(a->input_count, b->input_count);
    for (size_t i = 0; i < a->input_count; i++) {
        assert_int_equal(a->input[i].damaged, b->input[i].damaged);
        assert_int_equal(a->input[i].failed, b->input[i].failed);
        assert_int_equal(a->input[i].packets, b->input[i].packets);
        assert_int_equal(a->input[i].bytes, b->input[i].bytes);
    }
}

static char folder[64];

int enter_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/portsniff-capture-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

/* Removes the files of a folder, and those of the folders in it. */
static void empty_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, NULL);
    for (int i = 0; i < count; i++) {
        char name[512];
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        bool dots = strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0;
        if (!dots && unlink(name) < 0) {
            empty_folder(name);
            rmdir(name);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

int leave_folder(void **state)
{
    (void)state;
    empty_folder(folder);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

void write_file(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

void write_build(const char *name, const struct build *build)
{
    write_file(name, build->bytes, build->length);
}
