/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading by blocks what is no plain file: compressed captures, pipes, several inputs; and filters.
 */
#include "compare.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void packed_captures(void **state)
{
    static const char *const kinds[] = {"gzip", "bzip2", "xz", "zstd", "lz4"};
    (void)state;
    struct build build, packed;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < 3000; i++)
        build_record(&build, i, 0, i % 1500, i % 1500, i);
    build_record(&build, 1, 0, 262144, 262144, 1);
    build_record(&build, 2, 0, 60, 60, 1);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        build_pack(&build, kinds[i], &packed);
        write_build("packed", &packed);
        assert_int_equal(compare_path("packed", 4), 0);
        for (size_t length = 0; length < packed.length; length += packed.length / 7) {
            struct build cut = packed;
            cut.length = length;
            write_build("packed", &cut);
            assert_int_equal(compare_path("packed", 5), 0);
        }
        packed.bytes[packed.length / 2] ^= 0x55;
        write_build("packed", &packed);
        assert_int_equal(compare_path("packed", 4), 0);
        build_finish(&packed);
    }
    build_finish(&build);
}

/* A source that is closed while its file is being unpacked ahead, early and late. */
static void left_in_the_middle(void **state)
{
    (void)state;
    struct build build, packed;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < 3000; i++)
        build_record(&build, i, 0, 1500, 1500, i);
    build_pack(&build, "gzip", &packed);
    write_build("packed", &packed);
    struct ps_source_options options = {.paths = (const char *[]){"packed"}, .path_count = 1};
    for (unsigned blocks = 0; blocks < 18; blocks++) {
        struct ps_source *source;
        struct ps_block *block = ps_block_create();
        assert_int_equal(ps_source_open(&options, &source, NULL), 0);
        enum ps_next got = PS_NEXT_BATCH;
        for (unsigned i = 0; i < blocks && got != PS_NEXT_END; i += got == PS_NEXT_BATCH)
            got = ps_source_claim(source, block);
        ps_source_close(source);
        ps_block_destroy(block);
    }
    build_finish(&packed);
    build_finish(&build);
}

static void packed_pcapng(void **state)
{
    (void)state;
    struct build build, packed;
    build_all_kinds(&build);
    build_block(&build, 0x7fffffff, 700000);
    build_enhanced(&build, 0, 2, 262144, 262144, 2);
    for (unsigned i = 0; i < 5000; i++)
        build_simple(&build, 0, 60, i);
    build_pack(&build, "gzip", &packed);
    write_build("packed", &packed);
    assert_int_equal(compare_path("packed", 0), 0);
    build_finish(&packed);
    build_finish(&build);
}

static void do_nothing(int number)
{
    (void)number;
}

/* A pipe in which nothing comes for a while, or a signal comes instead: the caller gets a say, and what has come is
 * handed out. */
static void a_pipe_that_keeps_silent(void **state)
{
    (void)state;
    int ends[2], before = dup(STDIN_FILENO);
    struct build build;
    struct ps_source *source;
    struct ps_source_options options = {.paths = (const char *[]){"-"}, .path_count = 1};
    struct ps_block *block = ps_block_create();
    struct sigaction action = {.sa_handler = do_nothing}, action_before;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    build_record(&build, 1, 0, 60, 60, 1);
    const size_t half = build.length + 20;
    build_record(&build, 2, 0, 61, 61, 2);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(write(ends[1], build.bytes, half), half);
    assert_int_equal(ps_source_open(&options, &source, NULL), 0);
    assert_int_equal(ps_source_claim(source, block), PS_NEXT_BATCH);
    assert_int_equal(ps_source_index(source, block), PS_NEXT_BATCH);
    assert_int_equal(ps_block_count(block), 1);
    assert_int_equal(ps_source_claim(source, block), PS_NEXT_NONE_YET);
    assert_int_equal(sigaction(SIGALRM, &action, &action_before), 0);
    ualarm(10000, 0); /* once, while it waits */
    assert_int_equal(ps_source_claim(source, block), PS_NEXT_NONE_YET);
    sigaction(SIGALRM, &action_before, NULL);
    assert_int_equal(write(ends[1], build.bytes + half, build.length - half), build.length - half);
    close(ends[1]);
    assert_int_equal(ps_source_claim(source, block), PS_NEXT_BATCH);
    assert_int_equal(ps_block_count(block), 1);
    assert_int_equal(ps_source_claim(source, block), PS_NEXT_END);
    assert_int_equal(ps_source_input(source, 0)->packets, 2);
    assert_false(ps_source_input(source, 0)->damaged);
    ps_source_close(source);
    ps_block_destroy(block);
    dup2(before, STDIN_FILENO);
    close(before);
    build_finish(&build);
}

/* Inputs merged by time and libpcap's reader: packets are copied into blocks.  And filters. */
static void other_roads(void **state)
{
    (void)state;
    static const char *const paths[] = {"one", "two", "three", "missing"};
    for (unsigned file = 0; file < 3; file++) {
        struct build build;
        build_init(&build, file == 1);
        build_pcap(&build, BUILD_PCAP_MICRO, 1);
        for (unsigned i = 0; i < 700; i++)
            build_udp_record(&build, 100 + i * (file + 1), (uint16_t)(i % 7 + 1), (uint16_t)(file + 100));
        build_record(&build, 5000, 0, 262144, 262144, 1);
        build_record(&build, 5000, 1, 262144, 262144, 2);
        build.length -= file; /* two of them are cut off */
        write_build(paths[file], &build);
        build_finish(&build);
    }
    const struct {
        const char *name;
        struct ps_source_options options;
    } rows[] = {
        {"three inputs", {.paths = paths, .path_count = 3}},
        {"one of them missing", {.paths = paths, .path_count = 4}},
        {"a filter", {.paths = paths + 1, .path_count = 1, .filter = "port 5"}},
        {"libpcap's reader and a filter",
         {.paths = paths + 1, .path_count = 1, .reader = PS_READER_LIBPCAP, .filter = "port 5"}},
        {"a filter over three", {.paths = paths, .path_count = 3, .filter = "port 5 or port 101"}},
        {"a filter that selects nothing", {.paths = paths, .path_count = 1, .filter = "port 5000"}},
        {"a filter that is wrong", {.paths = paths, .path_count = 1, .filter = "port port"}},
        {"libpcap", {.paths = paths, .path_count = 1, .reader = PS_READER_LIBPCAP}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(compare_ways(&rows[i].options, rows[i].name, 0, WAYS), 0);
}

/* The filter does not fit the link type of the second interface: the whole source fails, in the same words. */
static void a_filter_that_does_not_fit(void **state)
{
    (void)state;
    struct build build;
    build_init(&build, false);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_interface(&build, 220, 0, NULL);
    for (unsigned i = 0; i < 600; i++)
        build_enhanced(&build, i == 599, i, 60, 60, i);
    write_build("capture", &build);
    struct ps_source_options options = {.paths = (const char *[]){"capture"}, .path_count = 1, .filter = "tcp port 80"};
    struct collected got;
    collect(&options, &got);
    assert_int_equal(got.last, PS_NEXT_ERROR);
    collected_finish(&got);
    assert_int_equal(compare_ways(&options, "a filter that does not fit", 0, WAYS), 0);
    build_finish(&build);
}

/* Filters that select much, little or nothing, that fit some link types only, or are not put to the test by a packet. */
static void filters_of_all_sorts(void **state)
{
    static const char *const filters[] = {"port 5",        "less 50",           "greater 50",
                                          "wlan type mgt", "ether proto 0x800", "udp src port 3 and len > 1"};
    static const char *const names[] = {"kinds", "packed", "frames", "header", "cut"};
    (void)state;
    struct build build, packed;
    build_all_kinds(&build);
    write_build("kinds", &build);
    build_pack(&build, "gzip", &packed);
    write_build("packed", &packed);
    build_finish(&packed);
    build_finish(&build);
    build_init(&build, true);
    build_pcap(&build, BUILD_PCAP_NANO, 1);
    write_build("header", &build);
    for (unsigned i = 0; i < 500; i++)
        build_udp_record(&build, i, (uint16_t)(i % 7), 700);
    write_build("frames", &build);
    build.length = 10;
    write_build("cut", &build);
    build_finish(&build);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
            struct ps_source_options options = {.paths = &names[j], .path_count = 1, .filter = filters[i]};
            if (compare_ways(&options, names[j], 0, WAYS))
                fail_msg("%s", filters[i]);
        }
    }
    struct collected got;
    struct ps_source_options options = {.paths = &names[2], .path_count = 1, .filter = filters[5]};
    collect_blocks(&options, &(struct by_blocks){1000, 3}, &got);
    assert_clean(&got, 71);
    assert_int_equal(got.input[0].packets, 71);
    assert_int_equal(got.input[0].packets_read, 500);
    collected_finish(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_captures),      cmocka_unit_test(left_in_the_middle),
        cmocka_unit_test(packed_pcapng),        cmocka_unit_test(a_pipe_that_keeps_silent),
        cmocka_unit_test(other_roads),          cmocka_unit_test(a_filter_that_does_not_fit),
        cmocka_unit_test(filters_of_all_sorts),
    };
    return cmocka_run_group_tests_name("capture-block-roads", tests, enter_folder, leave_folder);
}
