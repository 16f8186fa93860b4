/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks of pcapng for tests, see blocks.h.
 */
#include "blocks.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/capture_builder.h"

/* This machine's byte order is what is written. */
static uint32_t u32_at(const uint8_t *bytes)
{
    uint32_t number;
    memcpy(&number, bytes, sizeof(number));
    return number;
}

static void take_apart(struct blocks *blocks)
{
    size_t at = 0;
    while (at < blocks->length) {
        assert_true(blocks->length - at >= 12);
        assert_true(blocks->count < sizeof(blocks->block) / sizeof(blocks->block[0]));
        struct block *block = &blocks->block[blocks->count++];
        *block = (struct block){.type = u32_at(blocks->bytes + at), .length = u32_at(blocks->bytes + at + 4)};
        assert_int_equal(block->length % 4, 0);
        assert_true(block->length >= 12 && block->length <= blocks->length - at);
        assert_int_equal(u32_at(blocks->bytes + at + block->length - 4), block->length);
        block->body = blocks->bytes + at + 8;
        block->body_length = block->length - 12;
        at += block->length;
    }
}

void blocks_of(struct blocks *blocks, const void *bytes, size_t length)
{
    *blocks = (struct blocks){.length = length, .bytes = malloc(length + 1)};
    assert_non_null(blocks->bytes);
    memcpy(blocks->bytes, bytes, length);
    take_apart(blocks);
}

void blocks_read(struct blocks *blocks, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *blocks = (struct blocks){.bytes = malloc(1 << 20)};
    assert_non_null(blocks->bytes);
    blocks->length = fread(blocks->bytes, 1, 1 << 20, file);
    assert_true(blocks->length < 1 << 20);
    fclose(file);
    take_apart(blocks);
}

void blocks_finish(struct blocks *blocks)
{
    free(blocks->bytes);
    *blocks = (struct blocks){0};
}

static char letter_of(uint32_t type)
{
    switch (type) {
    case SECTION:
        return 'S';
    case INTERFACE:
        return 'I';
    case ENHANCED:
        return 'P';
    case SIMPLE:
        return 'p';
    case STATISTICS:
        return 'T';
    default:
        return '?';
    }
}

void assert_blocks(const struct blocks *blocks, const char *types)
{
    char came[257];
    for (size_t i = 0; i < blocks->count; i++)
        came[i] = letter_of(blocks->block[i].type);
    came[blocks->count] = '\0';
    assert_string_equal(came, types);
}

const struct block *block_nth(const struct blocks *blocks, uint32_t type, size_t nth)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (blocks->block[i].type == type && nth-- == 0)
            return &blocks->block[i];
    fail_msg("there is no such block of type %u", type);
    return NULL;
}

uint32_t block_u32(const struct block *block, uint32_t offset)
{
    assert_true(offset + 4 <= block->body_length);
    return u32_at(block->body + offset);
}

uint16_t block_u16(const struct block *block, uint32_t offset)
{
    uint16_t number;
    assert_true(offset + 2 <= block->body_length);
    memcpy(&number, block->body + offset, sizeof(number));
    return number;
}

const uint8_t *block_option(const struct block *block, uint32_t offset, uint16_t code, uint16_t *ret_length)
{
    const uint8_t *found = NULL;
    for (;;) {
        uint16_t next = block_u16(block, offset), length = block_u16(block, offset + 2);
        uint32_t padded = (length + 3U) & ~3U;
        offset += 4;
        if (next == 0) {
            assert_int_equal(length, 0);
            assert_int_equal(offset, block->body_length);
            return found;
        }
        assert_true(padded <= block->body_length - offset);
        for (uint32_t i = length; i < padded; i++)
            assert_int_equal(block->body[offset + i], 0);
        if (next == code) {
            assert_null(found);
            found = block->body + offset;
            *ret_length = length;
        }
        offset += padded;
    }
}

void assert_text_option(const struct block *block, uint32_t offset, uint16_t code, const char *text)
{
    uint16_t length = 0;
    const uint8_t *value = block_option(block, offset, code, &length);
    assert_non_null(value);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(value, text, length);
}

void assert_count_option(const struct block *block, uint32_t offset, uint16_t code, uint64_t count)
{
    uint16_t length = 0;
    uint64_t got = 0;
    const uint8_t *value = block_option(block, offset, code, &length);
    assert_non_null(value);
    assert_int_equal(length, sizeof(got));
    memcpy(&got, value, sizeof(got));
    assert_true(got == count);
}

void assert_time_option(const struct block *block, uint32_t offset, uint16_t code, int64_t time_ns)
{
    uint16_t length = 0;
    const uint8_t *value = block_option(block, offset, code, &length);
    assert_non_null(value);
    assert_int_equal(length, 8);
    assert_true(((int64_t)u32_at(value) << 32 | u32_at(value + 4)) == time_ns);
}

void assert_no_option(const struct block *block, uint32_t offset, uint16_t code)
{
    uint16_t length;
    assert_null(block_option(block, offset, code, &length));
}

/* --- saving --- */

struct ps_packet packet_of(int64_t time_ns, uint32_t captured, unsigned seed)
{
    static uint8_t bytes[64][2048];
    static size_t turn;
    uint8_t *data = bytes[turn++ % 64];
    assert_true(captured <= sizeof(bytes[0]));
    for (size_t i = 0; i < captured; i++)
        data[i] = build_payload(seed, i);
    return (struct ps_packet){
        .data = data, .time_ns = time_ns, .captured = captured, .original = captured, .link_type = 1};
}

struct ps_save *saver(const struct ps_save_options *options, bool described)
{
    const struct ps_save_interface interface = {.name = "test0", .link_type = 1};
    struct ps_save *save = NULL;
    struct ps_error error = {""};
    if (ps_save_open(options, &save, &error) < 0)
        fail_msg("%s", error.text);
    if (described)
        assert_int_equal(ps_save_interface(save, &interface, &error), 0);
    if (ps_save_begin(save, &error) < 0)
        fail_msg("%s", error.text);
    return save;
}

void save_one(struct ps_save *save, const struct ps_packet *packet)
{
    static struct ps_batch batch;
    struct ps_error error;
    batch.count = 1;
    batch.packet[0] = *packet;
    if (!ps_save_batch(save, &batch, &error))
        fail_msg("%s", error.text);
}

void save_done(struct ps_save *save)
{
    struct ps_error error;
    if (!ps_save_end(save, &error))
        fail_msg("%s", error.text);
    ps_save_close(save);
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

const char *files_here(void)
{
    static char names[4096];
    struct dirent **entries;
    int count = scandir(".", &entries, no_dots, alphasort);
    size_t used = 0;
    assert_true(count >= 0);
    names[0] = '\0';
    for (int i = 0; i < count; i++) {
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s ", entries[i]->d_name);
        assert_true(used < sizeof(names));
        free(entries[i]);
    }
    free(entries);
    return names;
}
