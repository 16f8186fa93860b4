/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of what is saved, field by field.
 */
#include "blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "block.h"
#include "capture/collect.h"

#define SECOND INT64_C(1000000000)
#define NOON   (INT64_C(1795348800) * SECOND) /* 2026-11-22 12:00:00 UTC */

static void a_section_says_who_wrote_it(void **state)
{
    struct utsname system;
    struct blocks blocks;
    char name[256];
    (void)state;
    save_done(saver(&(struct ps_save_options){.path = "a.pcapng", .comment = "before the change"}, false));
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "S");
    const struct block *section = &blocks.block[0];
    assert_int_equal(block_u32(section, 0), 0x1a2b3c4d);
    assert_int_equal(block_u16(section, 4), 1);
    assert_int_equal(block_u16(section, 6), 0);
    assert_int_equal(block_u32(section, 8), UINT32_MAX); /* length not told */
    assert_int_equal(block_u32(section, 12), UINT32_MAX);
    assert_int_equal(uname(&system), 0);
    snprintf(name, sizeof(name), "%s %s", system.sysname, system.release);
    assert_text_option(section, 16, 1, "before the change");
    assert_text_option(section, 16, 2, system.machine);
    assert_text_option(section, 16, 3, name);
    assert_text_option(section, 16, 4, "portsniff " PS_VERSION);
    blocks_finish(&blocks);
}

static void nobody_asked_for_a_comment(void **state)
{
    struct blocks blocks;
    (void)state;
    save_done(saver(&(struct ps_save_options){.path = "a.pcapng"}, false));
    blocks_read(&blocks, "a.pcapng");
    assert_no_option(&blocks.block[0], 16, 1);
    blocks_finish(&blocks);
}

static void an_interface_is_described(void **state)
{
    static const struct ps_save_interface interface = {.name = "eth0", .link_type = 113, .snapshot_length = 96};
    struct ps_save *save;
    struct ps_error error;
    struct blocks blocks;
    uint16_t length;
    (void)state;
    const struct ps_save_options options = {.path = "a.pcapng", .filter = "tcp port 443"};
    assert_int_equal(ps_save_open(&options, &save, &error), 0);
    assert_int_equal(ps_save_interface(save, &interface, &error), 0);
    assert_int_equal(ps_save_begin(save, &error), 0);
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SI");
    const struct block *block = &blocks.block[1];
    assert_int_equal(block_u16(block, 0), 113);
    assert_int_equal(block_u16(block, 2), 0);
    assert_int_equal(block_u32(block, 4), 96);
    assert_text_option(block, 8, 2, "eth0");
    const uint8_t *filter = block_option(block, 8, 11, &length);
    assert_non_null(filter);
    assert_int_equal(length, 1 + strlen("tcp port 443"));
    assert_int_equal(filter[0], 0); /* as text */
    assert_memory_equal(filter + 1, "tcp port 443", strlen("tcp port 443"));
    const uint8_t *resolution = block_option(block, 8, 9, &length);
    assert_non_null(resolution);
    assert_int_equal(length, 1);
    assert_int_equal(resolution[0], 9);
    assert_no_option(block, 8, 14);
    blocks_finish(&blocks);
}

static void a_name_cannot_steer_a_terminal(void **state)
{
    static const struct ps_save_interface interface = {.name = "et\x1bh\xff", .link_type = 1};
    struct ps_save *save;
    struct ps_error error;
    struct blocks blocks;
    (void)state;
    assert_int_equal(ps_save_open(&(struct ps_save_options){.path = "a.pcapng"}, &save, &error), 0);
    assert_int_equal(ps_save_interface(save, &interface, &error), 0);
    assert_int_equal(ps_save_begin(save, &error), 0);
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    assert_text_option(block_nth(&blocks, INTERFACE, 0), 8, 2, "et?h?");
    assert_no_option(block_nth(&blocks, INTERFACE, 0), 8, 11);
    blocks_finish(&blocks);
}

/* Lengths on both sides of each multiple of four. */
static void a_packet_is_padded(void **state)
{
    static const uint32_t lengths[] = {0, 1, 2, 3, 4, 5, 60, 61, 1514};
    const size_t count = sizeof(lengths) / sizeof(lengths[0]);
    struct blocks blocks;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, true);
    for (size_t i = 0; i < count; i++) {
        struct ps_packet packet = packet_of(NOON + (int64_t)i, lengths[i], (unsigned)i);
        packet.original = lengths[i] + 7;
        save_one(save, &packet);
    }
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    for (size_t i = 0; i < count; i++) {
        const struct block *block = block_nth(&blocks, ENHANCED, i);
        const uint64_t time = (uint64_t)NOON + i;
        assert_int_equal(block->length, 32 + (lengths[i] + 3) / 4 * 4);
        assert_int_equal(block_u32(block, 0), 0);
        assert_int_equal(block_u32(block, 4), time >> 32);
        assert_int_equal(block_u32(block, 8), time & UINT32_MAX);
        assert_int_equal(block_u32(block, 12), lengths[i]);
        assert_int_equal(block_u32(block, 16), lengths[i] + 7);
        for (uint32_t at = 0; at < block->body_length - 20; at++)
            assert_int_equal(block->body[20 + at], at < lengths[i] ? build_payload((unsigned)i, at) : 0);
    }
    blocks_finish(&blocks);
}

static void times_before_1970_have_an_interface(void **state)
{
    static const int64_t times[] = {-1, -86400 * SECOND, 0, -INT64_C(9223372036) * SECOND, INT64_MAX};
    const size_t count = sizeof(times) / sizeof(times[0]);
    struct blocks blocks;
    struct collected got;
    uint16_t length;
    int64_t offset;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, true);
    for (size_t i = 0; i < count; i++) {
        struct ps_packet packet = packet_of(times[i], 60, 1);
        save_one(save, &packet);
    }
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SIIPPPPP");
    const uint8_t *value = block_option(block_nth(&blocks, INTERFACE, 1), 8, 14, &length);
    assert_non_null(value);
    assert_int_equal(length, sizeof(offset));
    memcpy(&offset, value, sizeof(offset));
    assert_true(offset == -INT64_C(9223372036));
    blocks_finish(&blocks);
    collect_path("a.pcapng", PS_READER_NATIVE, &got);
    assert_clean(&got, count);
    for (size_t i = 0; i < count; i++)
        assert_true(got.packet[i].time_ns == times[i]);
    collected_finish(&got);
}

/* The earliest times lie before what any offset in whole seconds reaches. */
static void the_earliest_time_is_the_nearest(void **state)
{
    struct collected got;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, true);
    struct ps_packet packet = packet_of(-INT64_MAX, 60, 1);
    save_one(save, &packet);
    save_done(save);
    collect_path("a.pcapng", PS_READER_NATIVE, &got);
    assert_clean(&got, 1);
    assert_true(got.packet[0].time_ns == -INT64_C(9223372036) * SECOND);
    collected_finish(&got);
}

/* --- packets without time --- */

static void packets_without_time_stay_so(void **state)
{
    static const struct {
        const char *name;
        struct {
            bool timed;
            uint32_t captured, original;
            uint16_t link_type;
        } packet[4];
        const char *blocks;
    } rows[] = {
        {"alike", {{false, 60, 60, 1}, {false, 61, 61, 1}, {false, 9, 9, 1}}, "SIppp"},
        {"with others", {{false, 60, 60, 1}, {true, 61, 61, 1}, {false, 9, 9, 1}, {true, 8, 8, 1}}, "SIpIPpP"},
        {"others first", {{true, 60, 60, 1}, {false, 61, 61, 1}, {false, 9, 9, 1}}, "SIPSIpp"},
        {"cut off", {{false, 60, 90, 1}, {false, 60, 91, 1}, {false, 60, 60, 1}}, "SIppSIp"},
        {"other links", {{false, 60, 60, 1}, {false, 60, 60, 101}, {true, 60, 60, 1}}, "SIpSIpIP"},
    };
    (void)state;
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, false);
        struct blocks blocks;
        struct collected got;
        size_t count = 0;
        for (; count < 4 && rows[row].packet[count].captured > 0; count++) {
            struct ps_packet packet = packet_of(PS_TIME_NONE, rows[row].packet[count].captured, (unsigned)count);
            packet.time_ns = rows[row].packet[count].timed ? NOON : PS_TIME_NONE;
            packet.original = rows[row].packet[count].original;
            packet.link_type = rows[row].packet[count].link_type;
            save_one(save, &packet);
        }
        save_done(save);
        blocks_read(&blocks, "a.pcapng");
        assert_blocks(&blocks, rows[row].blocks);
        blocks_finish(&blocks);
        collect_path("a.pcapng", PS_READER_NATIVE, &got);
        assert_clean(&got, count);
        for (size_t i = 0; i < count; i++)
            assert_packet(&got, i, rows[row].packet[i].timed ? NOON : PS_TIME_NONE, rows[row].packet[i].captured,
                          rows[row].packet[i].original, rows[row].packet[i].link_type, (unsigned)i);
        collected_finish(&got);
    }
}

/* --- statistics --- */

static void statistics_say_what_was_lost(void **state)
{
    static const struct ps_save_counts counts = {
        .received = 1000,
        .dropped_by_kernel = 20,
        .dropped_by_interface = UINT64_C(1) << 40,
        .has_received = true,
        .has_dropped_by_kernel = true,
        .has_dropped_by_interface = true,
    };
    struct blocks blocks;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, true);
    struct ps_packet first = packet_of(NOON, 60, 1), last = packet_of(NOON + SECOND, 60, 1);
    save_one(save, &first);
    save_one(save, &last);
    ps_save_statistics(save, 0, &counts);
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SIPPT");
    const struct block *block = &blocks.block[4];
    assert_int_equal(block->length, PS_BLOCK_STATISTICS_MAX);
    assert_int_equal(block_u32(block, 0), 0);
    assert_int_equal(block_u32(block, 4), (uint64_t)(NOON + SECOND) >> 32);
    assert_int_equal(block_u32(block, 8), (uint64_t)(NOON + SECOND) & UINT32_MAX);
    assert_time_option(block, 12, 2, NOON);
    assert_time_option(block, 12, 3, NOON + SECOND);
    assert_count_option(block, 12, 4, 1000);
    assert_count_option(block, 12, 5, UINT64_C(1) << 40);
    assert_count_option(block, 12, 7, 20);
    assert_count_option(block, 12, 8, 2);
    blocks_finish(&blocks);
}

static void what_is_not_known_is_not_said(void **state)
{
    static const struct ps_save_counts counts = {.has_dropped_by_kernel = true};
    struct blocks blocks;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, true);
    ps_save_statistics(save, 0, &counts);
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SIT");
    const struct block *block = &blocks.block[2];
    assert_count_option(block, 12, 7, 0);
    assert_count_option(block, 12, 8, 0);
    assert_no_option(block, 12, 2);
    assert_no_option(block, 12, 3);
    assert_no_option(block, 12, 4);
    assert_no_option(block, 12, 5);
    blocks_finish(&blocks);
}

/* Only the last section's interfaces can be spoken of at the end. */
static void statistics_after_another_section(void **state)
{
    static const struct ps_save_counts counts = {.dropped_by_kernel = 3, .has_dropped_by_kernel = true};
    struct blocks blocks;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, false);
    struct ps_packet ethernet = packet_of(NOON, 60, 1), raw = packet_of(PS_TIME_NONE, 60, 1);
    raw.link_type = 101;
    raw.source = 1;
    save_one(save, &ethernet);
    save_one(save, &raw);
    ps_save_statistics(save, 0, &counts);
    ps_save_statistics(save, 1, &counts);
    save_done(save);
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SIPSIpITT");
    assert_int_equal(block_u16(block_nth(&blocks, INTERFACE, 2), 0), 1);
    assert_int_equal(block_u32(block_nth(&blocks, STATISTICS, 0), 0), 1);
    assert_int_equal(block_u32(block_nth(&blocks, STATISTICS, 1), 0), 0);
    blocks_finish(&blocks);
}

/* --- the parts --- */

static void whole_blocks_are_told_from_torn_ones(void **state)
{
    struct ps_block_bytes bytes = {0};
    (void)state;
    ps_block_section(&bytes, &(struct ps_block_section_texts){.comment = "x"});
    const size_t head = bytes.used;
    for (unsigned i = 0; i < 2; i++) {
        struct ps_packet packet = packet_of(NOON, 5 + i, i);
        assert_true(ps_block_need(&bytes, 64));
        ps_block_enhanced(bytes.bytes + bytes.used, &packet, 0, 0);
        bytes.used += ps_block_enhanced_size(packet.captured);
    }
    const size_t first = head + 40, second = first + 40;
    assert_int_equal(bytes.used, second);
    for (size_t cut = 0; cut <= bytes.used; cut++) {
        uint64_t packets = 10;
        size_t whole = ps_block_whole(bytes.bytes, cut, &packets);
        assert_int_equal(whole, cut >= second ? second : cut >= first ? first : cut >= head ? head : 0);
        assert_int_equal(packets, 10 + (cut >= first) + (cut >= second));
    }
    free(bytes.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_says_who_wrote_it),
        cmocka_unit_test(nobody_asked_for_a_comment),
        cmocka_unit_test(an_interface_is_described),
        cmocka_unit_test(a_name_cannot_steer_a_terminal),
        cmocka_unit_test(a_packet_is_padded),
        cmocka_unit_test(times_before_1970_have_an_interface),
        cmocka_unit_test(the_earliest_time_is_the_nearest),
        cmocka_unit_test(packets_without_time_stay_so),
        cmocka_unit_test(statistics_say_what_was_lost),
        cmocka_unit_test(what_is_not_known_is_not_said),
        cmocka_unit_test(statistics_after_another_section),
        cmocka_unit_test(whole_blocks_are_told_from_torn_ones),
    };
    return cmocka_run_group_tests_name("save-block", tests, enter_folder, leave_folder);
}
