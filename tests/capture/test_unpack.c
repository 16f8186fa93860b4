/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compressed captures: every kind, members behind each other, layers, and damage.
 */
#include "collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const kinds[] = {"gzip", "bzip2", "xz", "zstd", "lz4"};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Packets of 200 bytes that do not compress well, so that cuts fall between them. */
static void build_capture(struct build *build, unsigned packets)
{
    build_init(build, false);
    build_pcap(build, BUILD_PCAP_NANO, 1);
    uint32_t state = 12345;
    for (unsigned i = 0; i < packets; i++) {
        build_record_header(build, i, i, 200, 200);
        for (unsigned at = 0; at < 200; at++) {
            state = state * 1664525 + 1013904223;
            build_fill(build, (uint8_t)(state >> 24), 1);
        }
    }
}

static void every_kind_is_read(void **state)
{
    (void)state;
    struct build build;
    struct collected plain;
    build_capture(&build, 3000);
    collect_build(&build, PS_READER_AUTO, &plain);
    assert_clean(&plain, 3000);
    for (size_t i = 0; i < KINDS; i++) {
        print_message("# %s\n", kinds[i]);
        struct build packed;
        struct collected got;
        char format[32];
        build_pack(&build, kinds[i], &packed);
        collect_build(&packed, PS_READER_AUTO, &got);
        assert_clean(&got, 3000);
        assert_same(&plain, &got);
        snprintf(format, sizeof(format), "pcap-ns+%s", kinds[i]);
        assert_string_equal(got.input[0].format, format);
        assert_int_equal(got.total, packed.length);
        assert_int_equal(got.done, packed.length);
        collected_finish(&got);
        build_finish(&packed);
    }
    collected_finish(&plain);
    build_finish(&build);
}

/* Parts compressed one by one and put behind each other are one capture. */
static void members_are_one_content(void **state)
{
    (void)state;
    struct build build;
    struct collected plain;
    build_capture(&build, 1000);
    collect_build(&build, PS_READER_AUTO, &plain);
    for (size_t i = 0; i < KINDS; i++) {
        struct build all, part = build;
        struct collected got;
        build_init(&all, false);
        for (unsigned j = 0; j < 3; j++) { /* cut in the middle of records */
            struct build packed;
            part.bytes = build.bytes + (size_t)j * 50001;
            part.length = j < 2 ? 50001 : build.length - (size_t)2 * 50001;
            build_pack(&part, kinds[i], &packed);
            build_bytes(&all, packed.bytes, packed.length);
            build_finish(&packed);
        }
        collect_build(&all, PS_READER_AUTO, &got);
        assert_clean(&got, 1000);
        assert_same(&plain, &got);
        collected_finish(&got);
        build_finish(&all);
    }
    collected_finish(&plain);
    build_finish(&build);
}

static void layers_are_all_undone(void **state)
{
    (void)state;
    struct build build;
    build_capture(&build, 20);
    for (size_t outer = 0; outer < KINDS; outer++) {
        for (size_t inner = 0; inner < KINDS; inner++) {
            if (inner == outer)
                continue;
            struct build one, two;
            struct collected got;
            char format[48];
            build_pack(&build, kinds[inner], &one);
            build_pack(&one, kinds[outer], &two);
            collect_build(&two, PS_READER_AUTO, &got);
            assert_clean(&got, 20);
            snprintf(format, sizeof(format), "pcap-ns+%s+%s", kinds[inner], kinds[outer]);
            assert_string_equal(got.input[0].format, format);
            collected_finish(&got);
            build_finish(&two);
            build_finish(&one);
        }
    }
    build_finish(&build);
}

/* Whether a kind is unpacked by its own library in this build, so that nothing in front of damage is lost. */
static bool is_exact(const char *kind)
{
#ifdef PS_HAVE_ZLIB
    if (strcmp(kind, "gzip") == 0)
        return true;
#endif
#ifdef PS_HAVE_LZMA
    if (strcmp(kind, "xz") == 0)
        return true;
#endif
    (void)kind;
    return false;
}

/* A compressed file that is cut off gives the packets in front of the cut, and says what happened. */
static void a_cut_is_damage(void **state)
{
    (void)state;
    struct build build;
    build_capture(&build, 3000);
    for (size_t i = 0; i < KINDS; i++) {
        struct build packed;
        build_pack(&build, kinds[i], &packed);
        for (unsigned part = 1; part < 16; part++) {
            struct build cut = packed;
            struct collected got;
            cut.length = packed.length * part / 16;
            collect_build(&cut, PS_READER_AUTO, &got);
            const size_t expected = 3000 * part / 16; /* noise does not compress: content is cut where the file is */
            if (got.opened < 0) {
                assert_false(is_exact(kinds[i]));
                assert_non_null(strstr(got.error.text, "cannot be unpacked"));
                continue;
            }
            char damage[64];
            snprintf(damage, sizeof(damage), "has damaged %s data behind packet ", kinds[i]);
            assert_true(got.input[0].damaged);
            assert_ptr_equal(strstr(got.input[0].damage, damage), got.input[0].damage);
            assert_int_equal(got.input[0].damage_offset, 24 + got.count * 216);
            assert_in_range(got.count, 0, expected + 100);
            if (is_exact(kinds[i]))
                assert_in_range(got.count, expected - 10, expected + 100);
            assert_memory_equal(got.packet[got.count / 2].data, build.bytes + 24 + got.count / 2 * 216 + 16, 200);
            collected_finish(&got);
        }
        build_finish(&packed);
    }
    build_finish(&build);
}

/* The check at the end of the data does not fit: all packets are there, and the damage is named. */
static void a_wrong_checksum_is_damage(void **state)
{
    (void)state;
    if (!is_exact("gzip"))
        skip();
    struct build build, packed;
    struct collected got;
    build_capture(&build, 100);
    build_pack(&build, "gzip", &packed);
    packed.bytes[packed.length - 8] ^= 1;
    collect_build(&packed, PS_READER_AUTO, &got);
    assert_damage(&got, 100, build.length, "has damaged gzip data behind packet 100 (the data contradict themselves)");
    collected_finish(&got);
    build_finish(&packed);
    build_finish(&build);
}

/* A changed bit makes nonsense of the content before the library sees it: the compressed data are blamed all the same. */
static void the_cause_of_nonsense_is_named(void **state)
{
    (void)state;
    if (!is_exact("gzip"))
        skip();
    struct build build, packed;
    struct collected got;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < 500; i++)
        build_record(&build, i, i * 977 % 1000000, 60 + i % 7, 60, i);
    build_pack(&build, "gzip", &packed);
    packed.bytes[packed.length / 2] ^= 16;
    collect_build(&packed, PS_READER_AUTO, &got);
    assert_in_range(got.count, 50, 499);
    assert_true(got.input[0].damaged);
    assert_ptr_equal(strstr(got.input[0].damage, "has damaged gzip data behind packet "), got.input[0].damage);
    collected_finish(&got);
    build_finish(&packed);
    build_finish(&build);
}

/* A capture that is cut off and was then compressed is like the capture that is cut off. */
static void a_cut_inside_whole_data(void **state)
{
    (void)state;
    struct build build;
    build_capture(&build, 100);
    build.length -= 50;
    for (size_t i = 0; i < KINDS; i++) {
        struct build packed;
        struct collected got;
        build_pack(&build, kinds[i], &packed);
        collect_build(&packed, PS_READER_AUTO, &got);
        assert_damage(&got, 99, 24 + 99 * 216, "ends inside packet 100");
        collected_finish(&got);
        build_finish(&packed);
    }
    build_finish(&build);
}

static void what_is_no_capture_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct build text, packed;
        struct collected got;
        build_init(&text, false);
        build_bytes(&text, "Dear reader", 11);
        build_pack(&text, kinds[i], &packed);
        collect_build(&packed, PS_READER_AUTO, &got);
        assert_refused(&got, "capture is not a capture (it starts with \"Dear reader\"); pcap and pcapng are read, "
                             "also compressed.");
        build_finish(&packed);

        build_finish(&text);
        if (strcmp(kinds[i], "lz4") == 0) /* libarchive 3.6 crashes on writing nothing as lz4 */
            continue;
        build_init(&text, false);
        build_pack(&text, kinds[i], &packed);
        collect_build(&packed, PS_READER_AUTO, &got);
        assert_int_equal(got.opened, -1);
        assert_non_null(strstr(got.error.text, "capture is empty once it is unpacked"));
        build_finish(&packed);
        build_finish(&text);
    }
}

/* A file that begins like compressed data and goes on as nonsense. */
static void nonsense_behind_a_magic_number(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"\x1f\x8b", 2},
        {"\x1f\x8b garbage", 10},
        {"BZh", 3},
        {"BZh9 garbage", 12},
        {"\xfd\x37zXZ\0 garbage", 14},
        {"\x28\xb5\x2f\xfd garbage", 12},
        {"\x04\x22\x4d\x18 garbage", 12},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct collected got;
        write_file("nonsense", rows[i].bytes, rows[i].length);
        collect_path("nonsense", PS_READER_AUTO, &got);
        assert_int_equal(got.opened, -1);
        assert_ptr_equal(strstr(got.error.text, "nonsense cannot be unpacked ("), got.error.text);
    }
}

/* What follows the last member and is none does not matter. */
static void bytes_behind_the_last_member(void **state)
{
    (void)state;
    struct build build, packed;
    struct collected got;
    build_capture(&build, 50);
    build_pack(&build, "gzip", &packed);
    build_fill(&packed, 0, 512);
    collect_build(&packed, PS_READER_AUTO, &got);
    assert_clean(&got, 50);
    collected_finish(&got);
    build_finish(&packed);
    build_finish(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(members_are_one_content),
        cmocka_unit_test(layers_are_all_undone),
        cmocka_unit_test(a_cut_is_damage),
        cmocka_unit_test(a_wrong_checksum_is_damage),
        cmocka_unit_test(the_cause_of_nonsense_is_named),
        cmocka_unit_test(a_cut_inside_whole_data),
        cmocka_unit_test(what_is_no_capture_inside),
        cmocka_unit_test(nonsense_behind_a_magic_number),
        cmocka_unit_test(bytes_behind_the_last_member),
    };
    return cmocka_run_group_tests_name("capture-unpack", tests, enter_folder, leave_folder);
}
