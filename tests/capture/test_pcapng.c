/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pcapng: blocks, sections, interfaces and what is damage.
 */
#include "collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MICRO INT64_C(1000)

/* One section with two interfaces and every kind of block that is read. */
static void build_mixed(struct build *build, bool big_endian)
{
    build_init(build, big_endian);
    build_section(build, 1, 0);
    build_interface(build, 1, 40, NULL);
    build_interface(build, 113, 0, NULL);
    build_enhanced(build, 0, 1700000000123456, 37, 1500, 1);
    build_block(build, 0x0bad, 30); /* unknown */
    build_enhanced(build, 1, 5, 0, 64, 2);
    build_simple(build, 40, 1514, 3); /* cut by the first interface's snapshot length */
    build_block(build, 4, 8);         /* name resolution */
    build_simple(build, 17, 17, 4);
    build_obsolete(build, 1, UINT64_C(1) << 40, 9, 8, 5);
    build_statistics(build, 0, 3, 5);
}

static void assert_mixed(const struct collected *got, size_t from)
{
    assert_packet(got, from, 1700000000123456 * MICRO, 37, 1500, 1, 1);
    assert_packet(got, from + 1, 5 * MICRO, 0, 64, 113, 2);
    assert_packet(got, from + 2, PS_TIME_NONE, 40, 1514, 1, 3);
    assert_packet(got, from + 3, PS_TIME_NONE, 17, 17, 1, 4);
    assert_packet(got, from + 4, (INT64_C(1) << 40) * MICRO, 9, 8, 113, 5);
}

static void every_block_in_both_orders(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct build build;
        struct collected got;
        build_mixed(&build, big_endian);
        collect_build(&build, PS_READER_NATIVE, &got);
        assert_clean(&got, 5);
        assert_mixed(&got, 0);
        assert_string_equal(got.input[0].format, "pcapng");
        assert_int_equal(got.input[0].link_type_count, 2);
        assert_int_equal(got.input[0].link_types[0], 1);
        assert_int_equal(got.input[0].link_types[1], 113);
        assert_true(got.input[0].has_drops);
        assert_int_equal(got.input[0].dropped_by_interface, 3);
        assert_int_equal(got.input[0].dropped_by_kernel, 5);
        collected_finish(&got);
        build_finish(&build);
    }
}

/* Each section has its own byte order and its own interfaces. */
static void sections_of_both_orders(void **state)
{
    (void)state;
    struct build build, second;
    struct collected got;
    build_mixed(&build, false);
    build_mixed(&second, true);
    build_bytes(&build, second.bytes, second.length);
    build_section(&build, 1, 2); /* a later minor version */
    build_interface(&build, 276, 0, NULL);
    build_enhanced(&build, 0, 1, 2, 2, 9);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 11);
    assert_mixed(&got, 0);
    assert_mixed(&got, 5);
    assert_packet(&got, 10, MICRO, 2, 2, 276, 9);
    assert_int_equal(got.input[0].link_type_count, 3);
    assert_int_equal(got.input[0].dropped_by_interface, 6);
    assert_int_equal(got.input[0].dropped_by_kernel, 10);
    collected_finish(&got);
    build_finish(&second);
    build_finish(&build);
}

static void the_last_statistics_of_an_interface_count(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, false);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_interface(&build, 1, 0, NULL);
    build_statistics(&build, 0, 10, UINT64_MAX);
    build_statistics(&build, 1, 7, 100);
    build_statistics(&build, 0, 12, 1);
    build_statistics(&build, 1, UINT64_MAX, UINT64_MAX); /* says nothing, changes nothing */
    build_statistics(&build, 2, 1000, 1000);             /* of an interface that is not there */
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 0);
    assert_int_equal(got.input[0].dropped_by_interface, 19);
    assert_int_equal(got.input[0].dropped_by_kernel, 101);
    collected_finish(&got);
    build_finish(&build);
}

static void without_drop_counts_there_are_none(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, true);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_statistics(&build, 0, UINT64_MAX, UINT64_MAX);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 0);
    assert_false(got.input[0].has_drops);
    collected_finish(&got);
    build_finish(&build);
}

static void clocks(void **state)
{
    static const struct {
        const char *name;
        bool has_resolution;
        uint8_t resolution;
        int64_t offset; /* seconds */
        uint64_t units;
        int64_t time_ns;
    } rows[] = {
        {"microseconds by default", false, 0, 0, 1234567, 1234567000},
        {"seconds", true, 0, 0, 1700000000, INT64_C(1700000000000000000)},
        {"milliseconds", true, 3, 0, 1700000000123, INT64_C(1700000000123000000)},
        {"microseconds", true, 6, 0, 1, 1000},
        {"nanoseconds", true, 9, 0, 1700000000123456789, INT64_C(1700000000123456789)},
        {"tenths of nanoseconds", true, 10, 0, 19, 1},
        {"picoseconds", true, 12, 0, 1999, 1},
        {"10^-28 seconds", true, 28, 0, UINT64_C(10000000000000000000), 1},
        {"10^-29 seconds are never a nanosecond", true, 29, 0, UINT64_MAX, 0},
        {"10^-127 seconds", true, 127, 0, UINT64_MAX, 0},
        {"2^0 seconds", true, 0x80, 0, 3, INT64_C(3000000000)},
        {"2^-1 seconds", true, 0x81, 0, 3, INT64_C(1500000000)},
        {"2^-10 seconds", true, 0x8a, 0, 1025, INT64_C(1000976562)},
        {"2^-32 seconds", true, 0xa0, 0, (UINT64_C(7) << 32) + (UINT64_C(1) << 31), INT64_C(7500000000)},
        {"2^-63 seconds", true, 0xbf, 0, UINT64_C(1) << 63, INT64_C(1000000000)},
        {"2^-127 seconds", true, 0xff, 0, UINT64_MAX, 0},
        {"an offset", true, 6, 1000, 5, INT64_C(1000000005000)},
        {"an offset backwards", true, 6, -1000, 5, INT64_C(-999999995000)},
        {"the largest time", true, 9, 0, INT64_MAX, INT64_MAX},
        {"a time too large", true, 9, 0, (uint64_t)INT64_MAX + 1, INT64_MAX},
        {"seconds too large", true, 0, 0, UINT64_MAX, INT64_MAX},
        {"2^-1 seconds too large", true, 0x81, 0, UINT64_MAX, INT64_MAX},
        {"an offset too large", true, 6, INT64_MAX, 1000, INT64_MAX},
        {"an offset too small", true, 6, INT64_MIN, 0, -INT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].name);
        struct build build, options;
        struct collected got;
        build_init(&build, i % 2);
        build_init(&options, i % 2);
        build_option(&options, 2, "eth0", 4); /* if_name: stepped over */
        if (rows[i].has_resolution)
            build_option_u8(&options, 9, rows[i].resolution);
        build_option(&options, 1, "odd", 3); /* padded */
        if (rows[i].offset)
            build_option_u64(&options, 14, (uint64_t)rows[i].offset);
        build_option(&options, 0, NULL, 0);
        build_option_u8(&options, 9, 0); /* behind the end of options: not read */
        build_section(&build, 1, 0);
        build_interface(&build, 1, 0, &options);
        build_enhanced(&build, 0, rows[i].units, 4, 4, 1);
        collect_build(&build, PS_READER_NATIVE, &got);
        assert_clean(&got, 1);
        assert_packet(&got, 0, rows[i].time_ns, 4, 4, 1, 1);
        collected_finish(&got);
        build_finish(&options);
        build_finish(&build);
    }
}

/* An option that is longer than its block ends the options, not the reading. */
static void broken_options_are_left_alone(void **state)
{
    static const struct {
        uint16_t code, length;
    } rows[] = {{9, 0xffff}, {9, 0}, {14, 4}, {2, 5}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct build build, options;
        struct collected got;
        build_init(&build, false);
        build_init(&options, false);
        build_u16(&options, rows[i].code);
        build_u16(&options, rows[i].length);
        build_u32(&options, 0);
        build_section(&build, 1, 0);
        build_interface(&build, 1, 0, &options);
        build_enhanced(&build, 0, 7, 4, 4, 1);
        collect_build(&build, PS_READER_NATIVE, &got);
        assert_clean(&got, 1);
        assert_packet(&got, 0, 7 * MICRO, 4, 4, 1, 1);
        collected_finish(&got);
        build_finish(&options);
        build_finish(&build);
    }
}

/* Where the blocks of build_mixed end, what packets are before that, and whether the block is a packet. */
struct border {
    size_t end;
    size_t packets;
    bool packet;
};

static size_t find_borders(const struct build *build, struct border *borders)
{
    size_t at = 0, count = 0, packets = 0;
    while (at < build->length) {
        uint32_t type = 0, length = 0;
        for (unsigned i = 0; i < 4; i++) {
            unsigned shift = 8 * (build->big_endian ? 3 - i : i);
            type |= (uint32_t)build->bytes[at + i] << shift;
            length |= (uint32_t)build->bytes[at + 4 + i] << shift;
        }
        bool packet = type == 2 || type == 3 || type == 6;
        packets += packet;
        at += length;
        borders[count++] = (struct border){.end = at, .packets = packets, .packet = packet};
    }
    return count;
}

static void check_cut(const struct build *build, const struct border *borders, size_t count, size_t length)
{
    struct build cut = *build;
    struct collected got;
    size_t block = 0;
    cut.length = length;
    while (block < count && borders[block].end <= length)
        block++;
    size_t start = block ? borders[block - 1].end : 0, packets = block ? borders[block - 1].packets : 0;
    collect_build(&cut, PS_READER_NATIVE, &got);
    if (length < 4) {
        assert_int_equal(got.opened, -1);
    } else if (start == length) {
        assert_clean(&got, packets);
    } else {
        char damage[64];
        if (borders[block].packet && length - start >= 4)
            snprintf(damage, sizeof(damage), "ends inside packet %zu", packets + 1);
        else if (packets)
            snprintf(damage, sizeof(damage), "ends inside the block behind packet %zu", packets);
        else
            snprintf(damage, sizeof(damage), "ends inside a block before the first packet");
        assert_damage(&got, packets, start, damage);
    }
    collected_finish(&got);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct build build;
        struct border borders[32];
        build_mixed(&build, big_endian);
        size_t count = find_borders(&build, borders);
        assert_int_equal(count, 11);
        for (size_t length = 0; length <= build.length; length++)
            check_cut(&build, borders, count, length);
        build_finish(&build);
    }
}

/* Bytes of the section header and of an interface description without options. */
#define SECTION   28
#define INTERFACE 20

/* A small capture: section, interface, packet 1, and behind them what a test adds. */
static size_t build_small(struct build *build)
{
    build_init(build, false);
    build_section(build, 1, 0);
    build_interface(build, 1, 0, NULL);
    build_enhanced(build, 0, 1, 4, 4, 1);
    return build->length;
}

static void damaged_blocks(void **state)
{
    static const struct {
        const char *name;
        size_t at; /* where in the second packet's block of 36 bytes a number is changed */
        uint32_t number;
        const char *damage;
    } rows[] = {
        {"length too small", 4, 11, "has a block at which a length of 11 bytes is claimed"},
        {"length 0", 4, 0, "has a block at which a length of 0 bytes is claimed"},
        {"length over 16 MiB", 4, 0x1000001, "has a block at which a length of 16,777,217 bytes is claimed"},
        {"length absurd", 4, 0xffffffff, "has a block at which a length of 4,294,967,295 bytes is claimed"},
        {"length of 16 MiB is only cut off", 4, 0x1000000, "ends inside packet 2"},
        {"first length differs", 4, 32, "has a block whose two lengths differ (32 and 67,240,192)"},
        {"second length differs", 32, 40, "has a block whose two lengths differ (36 and 40)"},
        {"interface not described", 8, 1, "has a packet of interface 1, which it never describes"},
        {"interface absurd", 8, 0xffffffff, "has a packet of interface 4,294,967,295, which it never describes"},
        {"captured does not fit", 20, 5, "has a record at which 5 captured bytes are claimed"},
        {"captured absurd", 20, 0xffffffff, "has a record at which 4,294,967,295 captured bytes are claimed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].name);
        struct build build;
        struct collected got;
        size_t start = build_small(&build);
        build_enhanced(&build, 0, 1, 4, 4, 0);
        memcpy(build.bytes + start + 28, "\0\1\2\4", 4);
        build_patch_u32(&build, start + rows[i].at, rows[i].number);
        build_enhanced(&build, 0, 1, 4, 4, 3);
        collect_build(&build, PS_READER_NATIVE, &got);
        assert_damage(&got, 1, start, rows[i].damage);
        assert_packet(&got, 0, MICRO, 4, 4, 1, 1);
        collected_finish(&got);
        build_finish(&build);
    }
}

static void packets_without_interface(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct build build;
        struct collected got;
        build_init(&build, false);
        build_section(&build, 1, 0);
        if (kind == 0)
            build_simple(&build, 4, 4, 1);
        else if (kind == 1)
            build_enhanced(&build, 0, 1, 4, 4, 1);
        else
            build_obsolete(&build, 0, 1, 4, 4, 1);
        collect_build(&build, PS_READER_NATIVE, &got);
        assert_damage(&got, 0, SECTION, "has a packet of interface 0, which it never describes");
        collected_finish(&got);
        build_finish(&build);
    }
}

static void blocks_too_short_for_their_kind(void **state)
{
    static const struct {
        uint32_t type;
        size_t length;
        const char *damage; /* NULL: none */
    } rows[] = {
        {1, 4, "has an interface description that is too short"},
        {1, 8, NULL},
        {2, 16, "has a packet block that is too short"},
        {3, 0, "has a packet block that is too short"},
        {3, 4, NULL},
        {5, 0, NULL},
        {6, 16, "has a packet block that is too short"},
        {0x0a0d0d0a, 0, "has a section header without a valid byte order"},
        {0x0a0d0d0a, 4, "has a section header without a valid byte order"},
        {99, 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct build build;
        struct collected got;
        size_t start = build_small(&build);
        build_block(&build, rows[i].type, rows[i].length);
        collect_build(&build, PS_READER_NATIVE, &got);
        if (rows[i].damage)
            assert_damage(&got, 1, start, rows[i].damage);
        else
            assert_false(got.input[0].damaged);
        collected_finish(&got);
        build_finish(&build);
    }
}

static void versions(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, true);
    build_section(&build, 2, 0);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_refused(&got, "capture is a pcapng file of version 2.0, which is not known; version 1 is read.");
    collected_finish(&got);
    build_finish(&build);

    size_t start = build_small(&build);
    build_section(&build, 0, 9);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_damage(&got, 1, start, "has a section of pcapng version 0.9, which is not known");
    collected_finish(&got);
    build_finish(&build);

    build_init(&build, false);
    build_section(&build, 1, 0);
    build_patch_u32(&build, 8, 0x11223344);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_refused(&got, "capture is not a capture (it starts like pcapng, but has no valid byte order); pcap and "
                         "pcapng are read, also compressed.");
    collected_finish(&got);
    build_finish(&build);
}

/* Some writers do not count the padding of a block in its length. */
static void unpadded_lengths_are_read(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    size_t start = build_small(&build);
    build_enhanced(&build, 0, 2, 5, 5, 2); /* 37 bytes, padded to 40 */
    build_patch_u32(&build, start + 4, 37);
    build_patch_u32(&build, start + 36, 37);
    build_enhanced(&build, 0, 3, 4, 4, 3);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 3);
    assert_packet(&got, 1, 2 * MICRO, 5, 5, 1, 2);
    assert_packet(&got, 2, 3 * MICRO, 4, 4, 1, 3);
    collected_finish(&got);
    build_finish(&build);
}

#define BLOCK_MAX 16777216U

/* Blocks of up to 16 MiB: a packet in one, and one that nobody reads. */
static void large_blocks(void **state)
{
    (void)state;
    static uint8_t zeros[BLOCK_MAX - 12 - 24];
    struct build build;
    struct collected got;
    build_small(&build);
    build_enhanced(&build, 0, 2, 262144, 262144, 2);
    build_u32(&build, 77); /* unknown, 16 MiB */
    build_u32(&build, BLOCK_MAX);
    build_bytes(&build, zeros, sizeof(zeros));
    build_fill(&build, 0, 24);
    build_u32(&build, BLOCK_MAX);
    build_u32(&build, 6); /* a packet of 4 bytes in a block of 16 MiB */
    build_u32(&build, BLOCK_MAX);
    build_u32(&build, 0);
    build_u32(&build, 0);
    build_u32(&build, 3);
    build_u32(&build, 4);
    build_u32(&build, 4);
    build_fill(&build, build_payload(3, 0), 1);
    build_fill(&build, build_payload(3, 1), 1);
    build_fill(&build, build_payload(3, 2), 1);
    build_fill(&build, build_payload(3, 3), 1);
    build_bytes(&build, zeros, sizeof(zeros));
    build_u32(&build, BLOCK_MAX);
    build_enhanced(&build, 0, 4, 4, 4, 4);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 4);
    assert_packet(&got, 1, 2 * MICRO, 262144, 262144, 1, 2);
    assert_packet(&got, 2, 3 * MICRO, 4, 4, 1, 3);
    assert_packet(&got, 3, 4 * MICRO, 4, 4, 1, 4);
    collected_finish(&got);

    const size_t unknown = SECTION + INTERFACE + 36 + 262144 + 32;
    build_patch_u32(&build, unknown + BLOCK_MAX - 4, 5);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_damage(&got, 2, unknown, "has a block whose two lengths differ (16,777,216 and 5)");
    collected_finish(&got);
    build.length = unknown + 1000000;
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_damage(&got, 2, unknown, "ends inside the block behind packet 2");
    collected_finish(&got);
    build_finish(&build);
}

static void more_than_a_buffer_of_packets(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 59, 60, 1514, 9000, 65535, 262144, 100000};
    struct build build;
    struct collected got;
    build_init(&build, true);
    build_section(&build, 1, 0);
    for (unsigned i = 0; i < 20; i++)
        build_interface(&build, (uint16_t)(100 + i), 0, NULL);
    for (unsigned i = 0; i < 63; i++)
        build_enhanced(&build, i % 20, i, sizes[i % 9], sizes[i % 9], i);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 63);
    for (unsigned i = 0; i < 63; i++)
        assert_packet(&got, i, i * MICRO, sizes[i % 9], sizes[i % 9], (uint16_t)(100 + i % 20), i);
    assert_int_equal(got.input[0].link_type_count, 20);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(got.input[0].link_types[i], 100 + i);
    collected_finish(&got);
    build_finish(&build);
}

static void too_many_interfaces(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, false);
    build_section(&build, 1, 0);
    for (unsigned i = 0; i < 65536; i++)
        build_interface(&build, 1, 0, NULL);
    build_enhanced(&build, 65535, 1, 4, 4, 1);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_clean(&got, 1);
    collected_finish(&got);
    size_t end = build.length;
    build_interface(&build, 1, 0, NULL);
    collect_build(&build, PS_READER_NATIVE, &got);
    assert_damage(&got, 1, end, "describes more than 65,536 interfaces");
    collected_finish(&got);
    build_finish(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_in_both_orders),
        cmocka_unit_test(sections_of_both_orders),
        cmocka_unit_test(the_last_statistics_of_an_interface_count),
        cmocka_unit_test(without_drop_counts_there_are_none),
        cmocka_unit_test(clocks),
        cmocka_unit_test(broken_options_are_left_alone),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(damaged_blocks),
        cmocka_unit_test(packets_without_interface),
        cmocka_unit_test(blocks_too_short_for_their_kind),
        cmocka_unit_test(versions),
        cmocka_unit_test(unpadded_lengths_are_read),
        cmocka_unit_test(large_blocks),
        cmocka_unit_test(more_than_a_buffer_of_packets),
        cmocka_unit_test(too_many_interfaces),
    };
    return cmocka_run_group_tests_name("capture-pcapng", tests, enter_folder, leave_folder);
}
