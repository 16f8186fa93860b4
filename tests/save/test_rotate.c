/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One file after the other: each limit from both sides, and what is deleted.
 */
#include "blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "block.h"
#include "capture/collect.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define NOON   (INT64_C(1795348800) * SECOND) /* 2026-11-22 12:00:00 UTC */

static int64_t size_of(const char *name)
{
    struct stat there;
    assert_int_equal(stat(name, &there), 0);
    return there.st_size;
}

static size_t packets_of(const char *name)
{
    struct collected got;
    collect_path(name, PS_READER_NATIVE, &got);
    size_t count = got.count;
    assert_clean(&got, count);
    collected_finish(&got);
    return count;
}

static void save_at(struct ps_save *save, int64_t time_ns, uint32_t captured)
{
    struct ps_packet packet = packet_of(time_ns, captured, 1);
    save_one(save, &packet);
}

static void remove_all(void)
{
    char names[4096], *rest = names;
    snprintf(names, sizeof(names), "%s", files_here());
    for (char *name; (name = strsep(&rest, " ")) && *name;)
        unlink(name);
}

static int clean(void **state)
{
    (void)state;
    remove_all();
    return 0;
}

static void by_count(void **state)
{
    (void)state;
    for (size_t count = 0; count <= 5; count++) {
        static const char *const files[] = {
            NULL,
            "a_00001_20261122120000.pcapng ",
            "a_00001_20261122120000.pcapng ",
            "a_00001_20261122120000.pcapng a_00002_20261122120002.pcapng ",
            "a_00001_20261122120000.pcapng a_00002_20261122120002.pcapng ",
            "a_00001_20261122120000.pcapng a_00002_20261122120002.pcapng a_00003_20261122120004.pcapng ",
        };
        struct ps_save_facts facts;
        remove_all();
        struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_packets = 2}, true);
        assert_string_equal(files_here(), "");
        for (size_t i = 0; i < count; i++)
            save_at(save, NOON + (int64_t)i * SECOND, 60);
        assert_true(ps_save_end(save, NULL));
        ps_save_facts(save, &facts);
        assert_int_equal(facts.files, count ? (count + 1) / 2 : 1);
        assert_int_equal(facts.packets, count);
        assert_int_equal(facts.deleted + facts.missed, 0);
        assert_null(facts.problem);
        if (files[count])
            assert_string_equal(files_here(), files[count]);
        ps_save_close(save);
    }
    assert_int_equal(packets_of("a_00001_20261122120000.pcapng"), 2);
    assert_int_equal(packets_of("a_00003_20261122120004.pcapng"), 1);
}

/* Nothing came: there is one capture, and it is empty. */
static void nothing_to_rotate(void **state)
{
    struct ps_save_facts facts;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_packets = 2}, true);
    assert_true(ps_save_tick(save, NOON, NULL));
    assert_true(ps_save_end(save, NULL));
    ps_save_facts(save, &facts);
    assert_int_equal(facts.files, 1);
    assert_string_equal(facts.last, "a_00001_20261122120000.pcapng");
    ps_save_close(save);
    assert_int_equal(packets_of("a_00001_20261122120000.pcapng"), 0);
}

/* Bytes of a file with so many packets of 60 bytes and no statistics. */
static uint64_t size_with(size_t packets)
{
    struct ps_save *save = saver(&(struct ps_save_options){.path = "size.pcapng"}, false);
    for (size_t i = 0; i < packets; i++)
        save_at(save, NOON, 60);
    save_done(save);
    uint64_t size = (uint64_t)size_of("size.pcapng");
    unlink("size.pcapng");
    return size;
}

/* The third packet fits exactly, or is one byte too much; statistics are kept room for. */
static void by_size(void **state)
{
    const uint64_t three = size_with(3) + PS_BLOCK_STATISTICS_MAX;
    (void)state;
    for (uint64_t limit = three - 1; limit <= three; limit++) {
        struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_bytes = limit}, false);
        for (int i = 0; i < 4; i++)
            save_at(save, NOON, 60);
        save_done(save);
        assert_string_equal(files_here(), "a_00001_20261122120000.pcapng a_00002_20261122120000.pcapng ");
        assert_int_equal(packets_of("a_00001_20261122120000.pcapng"), limit == three ? 3 : 2);
    }
}

/* With all statistics a file is as large as the limit says, and never larger, whatever stands in it. */
static void by_size_with_statistics(void **state)
{
    static const struct ps_save_counts counts = {
        .has_received = true, .has_dropped_by_kernel = true, .has_dropped_by_interface = true};
    const uint64_t least = size_with(1) + PS_BLOCK_STATISTICS_MAX;
    bool exact = false;
    (void)state;
    for (uint64_t limit = least; limit < least + 1200; limit += 4) {
        uint64_t packets = 0;
        struct ps_save_facts facts;
        struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_bytes = limit}, false);
        ps_save_statistics(save, 0, &counts);
        ps_save_statistics(save, 1, &counts);
        for (unsigned i = 0; i < 60; i++) {
            struct ps_packet packet = packet_of(NOON, 1 + i % 59, 1);
            packet.source = i % 7 == 6;
            packet.link_type = i % 11 == 10 ? 101 : 1;
            if (i % 13 == 12)
                packet.time_ns = PS_TIME_NONE;
            save_one(save, &packet);
        }
        assert_true(ps_save_end(save, NULL));
        ps_save_facts(save, &facts);
        for (uint64_t i = 1; i <= facts.files; i++) {
            char name[64];
            snprintf(name, sizeof(name), "a_%05u_20261122120000.pcapng", (unsigned)i);
            size_t inside = packets_of(name);
            packets += inside;
            exact = exact || (uint64_t)size_of(name) == limit;
            assert_true((uint64_t)size_of(name) <= limit || inside == 1);
        }
        assert_int_equal(packets, 60);
        ps_save_close(save);
        remove_all();
    }
    assert_true(exact);
}

/* A packet that is larger than any file may be has one to itself. */
static void a_packet_above_the_limit(void **state)
{
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_bytes = 400}, true);
    save_at(save, NOON, 4);
    save_at(save, NOON, 1500);
    save_at(save, NOON, 4);
    save_done(save);
    assert_int_equal(packets_of("a_00001_20261122120000.pcapng"), 1);
    assert_int_equal(packets_of("a_00002_20261122120000.pcapng"), 1);
    assert_int_equal(packets_of("a_00003_20261122120000.pcapng"), 1);
}

static void by_time(void **state)
{
    static const struct {
        const char *name;
        int64_t times[5]; /* behind NOON; 0 ends a row that has begun */
        const char *files;
    } rows[] = {
        {"one nanosecond before the border", {1, MINUTE - 1}, "a_00001_20261122120000.pcapng "},
        {"at the border", {MINUTE - 1, MINUTE}, "a_00001_20261122120059.pcapng a_00002_20261122120100.pcapng "},
        {"aligned to the clock, not to the first packet",
         {MINUTE - 1, MINUTE + MINUTE / 2, 2 * MINUTE - 1},
         "a_00001_20261122120059.pcapng a_00002_20261122120130.pcapng "},
        {"empty periods have no file", {1, 5 * MINUTE}, "a_00001_20261122120000.pcapng a_00002_20261122120500.pcapng "},
        {"late packets stay in the file that is open",
         {1, MINUTE, 1, MINUTE + 1},
         "a_00001_20261122120000.pcapng a_00002_20261122120100.pcapng "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_ns = MINUTE}, true);
        for (size_t k = 0; k < 5 && rows[i].times[k]; k++)
            save_at(save, NOON + rows[i].times[k], 60);
        save_done(save);
        assert_string_equal(files_here(), rows[i].files);
        remove_all();
    }
}

/* Packets without time belong to whatever is open; the first one with a time decides which period that is. */
static void by_time_without_time(void **state)
{
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_ns = MINUTE}, false);
    save_at(save, NOON, 60);
    save_at(save, PS_TIME_NONE, 60);
    save_at(save, NOON + MINUTE - 1, 60);
    save_at(save, NOON + MINUTE, 60);
    save_at(save, PS_TIME_NONE, 60);
    save_done(save);
    assert_string_equal(files_here(), "a_00001_20261122120000.pcapng a_00002_20261122120100.pcapng ");
    remove_all();
    save = saver(&(struct ps_save_options){.path = "a", .rotate_ns = MINUTE, .rotate_packets = 2}, false);
    save_at(save, NOON, 60);
    save_at(save, NOON, 60);
    save_at(save, PS_TIME_NONE, 60); /* named by the packet before */
    save_at(save, NOON + 1, 60);
    save_at(save, NOON + MINUTE, 60);
    save_done(save);
    assert_string_equal(files_here(),
                        "a_00001_20261122120000.pcapng a_00002_20261122120000.pcapng a_00003_20261122120100.pcapng ");
}

/* A time that never comes again must not begin a file for every packet. */
static void the_end_of_time(void **state)
{
    struct ps_save_facts facts;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_ns = MINUTE}, true);
    for (int i = 0; i < 4; i++)
        save_at(save, INT64_MAX, 60);
    assert_true(ps_save_end(save, NULL));
    ps_save_facts(save, &facts);
    assert_int_equal(facts.files, 1);
    ps_save_close(save);
}

/* The clock ends a file, one second late for packets that are; and begins none. */
static void a_quiet_link(void **state)
{
    struct blocks blocks;
    static const struct ps_save_counts counts = {.has_received = true};
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_ns = MINUTE}, true);
    ps_save_statistics(save, 0, &counts);
    save_at(save, NOON + 7, 60);
    assert_true(ps_save_tick(save, NOON + MINUTE + SECOND - 1, NULL));
    blocks_read(&blocks, "a_00001_20261122120000.pcapng");
    assert_blocks(&blocks, "SIP");
    blocks_finish(&blocks);
    assert_true(ps_save_tick(save, NOON + MINUTE + SECOND, NULL));
    blocks_read(&blocks, "a_00001_20261122120000.pcapng");
    assert_blocks(&blocks, "SIPT");
    assert_time_option(&blocks.block[3], 12, 2, NOON + 7);
    assert_time_option(&blocks.block[3], 12, 3, NOON + MINUTE);
    blocks_finish(&blocks);
    assert_true(ps_save_tick(save, NOON + 9 * MINUTE, NULL));
    assert_string_equal(files_here(), "a_00001_20261122120000.pcapng ");
    save_at(save, NOON + 9 * MINUTE, 60);
    save_done(save);
    assert_string_equal(files_here(), "a_00001_20261122120000.pcapng a_00002_20261122120900.pcapng ");
}

/* The clock is set back by an hour: files go on changing every minute. */
static void a_clock_that_is_set_back(void **state)
{
    const int64_t back = NOON - 60 * MINUTE;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_ns = MINUTE}, true);
    save_at(save, NOON, 60);
    assert_true(ps_save_tick(save, NOON, NULL));
    save_at(save, back, 60);
    assert_true(ps_save_tick(save, back, NULL));
    save_at(save, back + MINUTE - 1, 60);
    save_at(save, back + MINUTE, 60);
    save_done(save);
    assert_string_equal(files_here(), "a_00001_20261122120000.pcapng a_00002_20261122110100.pcapng ");
}

static void what_waits_is_handed_over(void **state)
{
    struct blocks blocks;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a.pcapng"}, true);
    assert_true(ps_save_tick(save, NOON, NULL));
    save_at(save, NOON, 60);
    assert_true(ps_save_tick(save, NOON + SECOND - 1, NULL));
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SI");
    blocks_finish(&blocks);
    assert_true(ps_save_tick(save, NOON + SECOND, NULL));
    blocks_read(&blocks, "a.pcapng");
    assert_blocks(&blocks, "SIP");
    blocks_finish(&blocks);
    save_done(save);
}

static void so_many_are_kept(void **state)
{
    struct ps_save_facts facts;
    const struct ps_save_options options = {.path = "a", .rotate_packets = 1, .keep_files = 2};
    (void)state;
    write_file("a_00000_20261122120000.pcapng", "other", 5); /* of another run */
    struct ps_save *save = saver(&options, true);
    for (int i = 0; i < 5; i++)
        save_at(save, NOON + i * SECOND, 60);
    assert_string_equal(files_here(), "a_00000_20261122120000.pcapng a_00004_20261122120003.pcapng "
                                      "a_00005_20261122120004.pcapng ");
    assert_true(ps_save_end(save, NULL));
    ps_save_facts(save, &facts);
    assert_int_equal(facts.files, 5);
    assert_int_equal(facts.deleted, 3);
    assert_int_equal(facts.undeletable, 0);
    assert_int_equal(facts.packets, 5);
    ps_save_close(save);
}

static void only_the_last_is_kept(void **state)
{
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_packets = 1, .keep_files = 1}, true);
    for (int i = 0; i < 3; i++)
        save_at(save, NOON, 60);
    save_done(save);
    assert_string_equal(files_here(), "a_00003_20261122120000.pcapng ");
}

/* Totals are told of the whole run, files tell what was added: sums over files are the totals. */
static void statistics_of_several_files(void **state)
{
    static const struct {
        uint64_t total, growth;
    } rows[] = {{7, 7}, {7, 0}, {10, 3}, {4, 4}}; /* the last began anew */
    struct blocks blocks;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "a", .rotate_packets = 2}, true);
    for (size_t i = 0; i < 4; i++) {
        save_at(save, NOON, 60);
        save_at(save, NOON, 60);
        ps_save_statistics(save, 0,
                           &(struct ps_save_counts){.dropped_by_kernel = rows[i].total, .has_dropped_by_kernel = true});
    }
    save_done(save);
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof(name), "a_%05zu_20261122120000.pcapng", i + 1);
        blocks_read(&blocks, name);
        assert_blocks(&blocks, "SIPPT");
        assert_count_option(&blocks.block[4], 12, 7, rows[i].growth);
        assert_count_option(&blocks.block[4], 12, 8, 2);
        blocks_finish(&blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(by_count, clean),
        cmocka_unit_test_setup(nothing_to_rotate, clean),
        cmocka_unit_test_setup(by_size, clean),
        cmocka_unit_test_setup(by_size_with_statistics, clean),
        cmocka_unit_test_setup(a_packet_above_the_limit, clean),
        cmocka_unit_test_setup(by_time, clean),
        cmocka_unit_test_setup(by_time_without_time, clean),
        cmocka_unit_test_setup(the_end_of_time, clean),
        cmocka_unit_test_setup(a_quiet_link, clean),
        cmocka_unit_test_setup(a_clock_that_is_set_back, clean),
        cmocka_unit_test_setup(what_waits_is_handed_over, clean),
        cmocka_unit_test_setup(so_many_are_kept, clean),
        cmocka_unit_test_setup(only_the_last_is_kept, clean),
        cmocka_unit_test_setup(statistics_of_several_files, clean),
    };
    return cmocka_run_group_tests_name("save-rotate", tests, enter_folder, leave_folder);
}
