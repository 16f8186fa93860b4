/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading by blocks comes to the same packets, counts and words as reading by batches: for whole files and damaged ones,
 * with seams everywhere, and by several threads.
 */
#include "compare.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#ifndef SOURCE_ROOT
#define SOURCE_ROOT "."
#endif

/* Tiny blocks are for small files: large ones would take too long. */
static size_t first_way_for(size_t length)
{
    return length > 100000 ? 3 : length > 2000 ? 1 : 0;
}

static void check_build(const struct build *build, const char *name)
{
    write_build("capture", build);
    if (compare_path("capture", first_way_for(build->length)))
        fail_msg("%s", name);
}

/* --- files from elsewhere --- */

/* Every file of a folder. */
static void check_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), files = 0, different = 0;
    if (count < 0)
        skip();
    for (int i = 0; i < count; i++) {
        char path[2048];
        struct stat status;
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            files++;
            different += compare_path(path, first_way_for((size_t)status.st_size));
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(files > 0);
    assert_int_equal(different, 0);
}

static void bundled_captures(void **state)
{
    (void)state;
    check_folder(SOURCE_ROOT "/pcaps");
}

static void captures_of_the_corpus(void **state)
{
    (void)state;
    char folder[1024];
    const char *named = getenv("PORTSNIFF_CORPUS");
    snprintf(folder, sizeof(folder), "%s/pcaps", named ? named : SOURCE_ROOT "/../shared/corpus");
    check_folder(folder);
}

/* --- files made here --- */

/* The variants of pcap: byte orders, units, record headers, and the old versions whose lengths are swapped. */
static const struct variant {
    const char *name;
    uint32_t magic;
    bool big_endian;
    uint16_t minor;
} variants[] = {
    {"little-endian, microseconds", BUILD_PCAP_MICRO, false, 4},
    {"big-endian, microseconds", BUILD_PCAP_MICRO, true, 4},
    {"little-endian, nanoseconds", BUILD_PCAP_NANO, false, 4},
    {"big-endian, nanoseconds", BUILD_PCAP_NANO, true, 4},
    {"little-endian, modified", BUILD_PCAP_MODIFIED, false, 4},
    {"big-endian, modified", BUILD_PCAP_MODIFIED, true, 4},
    {"version 2.2", BUILD_PCAP_MICRO, false, 2},
    {"version 2.3", BUILD_PCAP_MICRO, true, 3},
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static void begin_variant(struct build *build, const struct variant *variant)
{
    build_init(build, variant->big_endian);
    build_pcap_version(build, variant->magic, 2, variant->minor, 113);
}

static void every_variant(void **state)
{
    static const uint32_t sizes[] = {60, 0, 1514, 1, 9000, 59, 70000, 262144};
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        struct build build;
        begin_variant(&build, &variants[v]);
        for (unsigned i = 0; i < 16; i++)
            build_record(&build, i, i, sizes[i % 8], sizes[i % 8], i);
        check_build(&build, variants[v].name);
        build_finish(&build);
    }
}

static void pcapng_with_many_sections(void **state)
{
    (void)state;
    struct build build;
    build_all_kinds(&build);
    check_build(&build, "all kinds of blocks");
    for (unsigned i = 0; i < 400; i++) {
        build.big_endian = i % 3 == 0;
        build_section(&build, 1, 0);
        build_interface(&build, (uint16_t)(i % 11), 0, NULL);
        build_enhanced(&build, 0, i, i, i, i);
    }
    check_build(&build, "many sections");
    build_finish(&build);
}

/* Records and blocks of pcapng that are longer than many blocks, read or stepped over. */
static void pcapng_longer_than_blocks(void **state)
{
    (void)state;
    struct build build;
    build_init(&build, true);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_enhanced(&build, 0, 1, 60, 60, 1);
    build_block(&build, 0x7fffffff, 1100000);
    build_enhanced(&build, 0, 2, 262144, 262144, 2);
    size_t padded = build.length; /* a packet block in which far more stands than its packet */
    build_enhanced(&build, 0, 3, 900000, 900000, 3);
    build_patch_u32(&build, padded + 20, 50);
    build_enhanced(&build, 0, 4, 61, 61, 4);
    build_block(&build, 10, 262144 - 12);
    build_enhanced(&build, 0, 5, 62, 62, 5);
    check_build(&build, "long blocks");
    build_finish(&build);
}

static void empty_captures(void **state)
{
    (void)state;
    struct build build;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    check_build(&build, "nothing but a file header");
    build.length = 0;
    check_build(&build, "nothing");
    build_section(&build, 1, 0);
    check_build(&build, "nothing but a section header");
    build_finish(&build);
}

/* A payload that holds record headers in a row, all of them plausible, at every alignment towards the blocks: whoever
 * guessed a border would find one there. */
static void chains_of_false_records(void **state)
{
    (void)state;
    struct build build, chain;
    build_init(&chain, false);
    chain.pcap_magic = BUILD_PCAP_MICRO;
    for (unsigned i = 0; i < 3000; i++)
        build_udp_record(&chain, 1700000000 + i, 666, 667);
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < 6; i++) {
        build_record_header(&build, 1700000000, i, (uint32_t)chain.length, (uint32_t)chain.length);
        build_bytes(&build, chain.bytes, chain.length);
        build_record(&build, 1700000001, i, 100 + i, 100 + i, i);
    }
    check_build(&build, "false records");
    struct collected got;
    struct ps_source_options options = {.paths = (const char *[]){"capture"}, .path_count = 1};
    collect_blocks(&options, &(struct by_blocks){4096, 3}, &got);
    assert_clean(&got, 12);
    collected_finish(&got);
    build_finish(&build);
    build_finish(&chain);
}

/* --- damage at every place --- */

static void check_damaged(const struct build *build, const char *name)
{
    struct ps_source_options options = {.paths = (const char *[]){"capture"}, .path_count = 1};
    write_build("capture", build);
    if (compare_ways(&options, name, 1, 3))
        fail_msg("%s", name);
}

static void check_cuts(const struct build *build, const char *name)
{
    for (size_t length = 0; length <= build->length; length++) {
        struct build cut = *build;
        cut.length = length;
        check_damaged(&cut, name);
    }
}

/* Every byte in turn becomes another one. */
static void check_changes(struct build *build, const char *name)
{
    static const uint8_t changes[] = {0xff, 0x80, 0x01};
    for (size_t at = 0; at < build->length; at++) {
        uint8_t change = changes[at % sizeof(changes)];
        build->bytes[at] ^= change;
        check_damaged(build, name);
        build->bytes[at] ^= change;
    }
}

static void damage_everywhere_in_pcap(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        struct build build;
        begin_variant(&build, &variants[v]);
        build_record(&build, 1, 2, 30, 60, 1);
        build_record(&build, 3, 4, 0, 0, 2);
        build_record(&build, 5, 6, 17, 17, 3);
        check_cuts(&build, variants[v].name);
        if (v < 2)
            check_changes(&build, variants[v].name);
        build_finish(&build);
    }
}

static void damage_everywhere_in_pcapng(void **state)
{
    (void)state;
    struct build build;
    build_all_kinds(&build);
    check_cuts(&build, "cut pcapng");
    check_changes(&build, "changed pcapng");
    build_finish(&build);
}

/* Where blocks of the usual size meet: records end there, cross the border, are cut there. */
static void damage_at_borders(void **state)
{
    (void)state;
    const size_t border = 262144;
    struct build build;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; build.length < border - 2000; i++)
        build_record(&build, i, 0, 900, 900, i);
    build_record(&build, 1, 1, (uint32_t)(border - build.length - 16 - 30), 1500, 1);
    build_record(&build, 2, 2, 14, 14, 2);
    build_record(&build, 3, 3, 100, 100, 3); /* begins right at the border */
    for (size_t length = border - 40; length <= build.length; length += 3) {
        struct build cut = build;
        cut.length = length;
        write_build("capture", &cut);
        assert_int_equal(compare_path("capture", 5), 0);
    }
    build_finish(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_captures),
        cmocka_unit_test(captures_of_the_corpus),
        cmocka_unit_test(every_variant),
        cmocka_unit_test(pcapng_with_many_sections),
        cmocka_unit_test(pcapng_longer_than_blocks),
        cmocka_unit_test(empty_captures),
        cmocka_unit_test(chains_of_false_records),
        cmocka_unit_test(damage_everywhere_in_pcap),
        cmocka_unit_test(damage_everywhere_in_pcapng),
        cmocka_unit_test(damage_at_borders),
    };
    return cmocka_run_group_tests_name("capture-block", tests, enter_folder, leave_folder);
}
