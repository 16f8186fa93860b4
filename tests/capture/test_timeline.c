/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several inputs as one timeline.
 */
#include "collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

/* A capture with packets at these seconds; its `seed` marks the packets. */
static void write_times(const char *name, const uint32_t *seconds, size_t count, unsigned seed)
{
    struct build build;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (size_t i = 0; i < count; i++)
        build_record(&build, seconds[i], 0, 4, 4, seed);
    write_build(name, &build);
    build_finish(&build);
}

/* The packets came in this order: a letter per packet, 'a' for the first input. */
static void assert_order(const struct collected *got, const char *order)
{
    char came[256];
    assert_true(got->count < sizeof(came));
    for (size_t i = 0; i < got->count; i++)
        came[i] = (char)('a' + got->packet[i].source);
    came[got->count] = '\0';
    assert_string_equal(came, order);
    for (size_t i = 0; i < got->count; i++) /* the bytes are those of the input too */
        assert_int_equal(got->packet[i].data[0], build_payload(got->packet[i].source, 0));
}

static void packets_are_merged_by_time(void **state)
{
    static const struct {
        const char *name;
        uint32_t times[3][6]; /* 0 ends a row */
        const char *order;
    } rows[] = {
        {"interleaved", {{1, 4, 7}, {2, 5, 8}, {3, 6, 9}}, "abcabcabc"},
        {"behind each other, last first", {{7, 8, 9}, {4, 5, 6}, {1, 2, 3}}, "cccbbbaaa"},
        {"equal times: order of the command line", {{1, 2, 2}, {1, 2}, {1, 2}}, "abcaabc"},
        {"one inside the other", {{1, 9}, {2, 3, 4}, {5, 6}}, "abbbcca"},
        {"an empty one", {{1, 3}, {0}, {2}}, "aca"},
        {"backwards inside an input: order of the file", {{5, 1, 6}, {2, 5, 7}, {8}}, "baababc"},
        {"all empty", {{0}, {0}, {0}}, ""},
    };
    static const char *const paths[] = {"a.pcap", "b.pcap", "c.pcap"};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].name);
        struct collected got;
        for (unsigned j = 0; j < 3; j++) {
            size_t count = 0;
            while (rows[i].times[j][count])
                count++;
            write_times(paths[j], rows[i].times[j], count, j);
        }
        collect_paths(paths, 3, &got);
        assert_int_equal(got.last, PS_NEXT_END);
        assert_order(&got, rows[i].order);
        collected_finish(&got);
    }
}

/* Packets without time stay behind the one before them. */
static void packets_without_time(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    const uint32_t times[] = {1, 3, 5};
    build_init(&build, false);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_enhanced(&build, 0, 2000000, 4, 4, 0);
    build_simple(&build, 4, 4, 0);
    build_simple(&build, 4, 4, 0);
    build_enhanced(&build, 0, 4000000, 4, 4, 0);
    build_simple(&build, 4, 4, 0);
    write_build("a", &build);
    write_times("b", times, 3, 1);
    const char *const paths[] = {"a", "b"};
    collect_paths(paths, 2, &got);
    assert_order(&got, "baaabaab");
    collected_finish(&got);

    const char *const simple[] = {"b", "a"}; /* a capture that starts without time comes first */
    build_finish(&build);
    build_init(&build, false);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_simple(&build, 4, 4, 1);
    build_enhanced(&build, 0, 2000000, 4, 4, 1);
    write_build("a", &build);
    write_times("b", times, 3, 0);
    collect_paths(simple, 2, &got);
    assert_order(&got, "babaa");
    collected_finish(&got);
    build_finish(&build);
}

/* Many packets in turns: what one input's batch points to must stay while another one is read. */
static void long_inputs_in_turns(void **state)
{
    (void)state;
    static const char *const paths[] = {"a", "b", "c"};
    const unsigned each = 5000;
    struct collected got;
    for (unsigned j = 0; j < 3; j++) {
        struct build build;
        build_init(&build, j == 1);
        build_pcap(&build, BUILD_PCAP_MICRO, 1);
        for (unsigned i = 0; i < each; i++)
            build_record(&build, 3 * i + j, 0, 100 + i % 100, 200, 3 * i + j);
        write_build(paths[j], &build);
        build_finish(&build);
    }
    collect_paths(paths, 3, &got);
    assert_int_equal(got.count, 3 * each);
    for (unsigned i = 0; i < 3 * each; i++)
        assert_packet(&got, i, i * SECOND, 100 + i / 3 % 100, 200, 1, i);
    for (size_t j = 0; j < 3; j++) {
        assert_int_equal(got.input[j].packets, each);
        assert_int_equal(got.input[j].packets_read, each);
        assert_int_equal(got.input[j].bytes, each * 200);
    }
    assert_int_equal(got.done, got.total);
    collected_finish(&got);
}

/* Hundreds of files, with far fewer descriptors: behind each other in time, and all at the same time. */
static void more_files_than_descriptors(void **state)
{
    enum {
        FILES = 300,
        EACH = 40
    };
    static char names[FILES][16];
    static const char *paths[FILES];
    struct rlimit before, low;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (int together = 0; together < 2; together++) {
        for (unsigned i = 0; i < FILES; i++) {
            uint32_t times[EACH];
            /* the command line is not in the order of time */
            for (unsigned j = 0; j < EACH; j++)
                times[j] = together ? 1 + j : (FILES - i) * EACH + j;
            snprintf(names[i], sizeof(names[i]), "f%03u", i);
            paths[i] = names[i];
            write_times(names[i], times, EACH, i);
        }
        struct collected got;
        low = before;
        low.rlim_cur = 120;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
        collect_paths(paths, FILES, &got);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(got.last, PS_NEXT_END);
        assert_int_equal(got.count, FILES * EACH);
        for (unsigned i = 0; i < FILES * EACH; i++) {
            unsigned source = together ? i % FILES : FILES - 1 - i / EACH;
            assert_int_equal(got.packet[i].source, source);
            assert_int_equal(got.packet[i].time_ns, (together ? 1 + i / FILES : EACH + i) * SECOND);
        }
        for (unsigned i = 0; i < FILES; i++) {
            assert_false(got.input[i].failed || got.input[i].damaged);
            assert_int_equal(got.input[i].packets, EACH);
            assert_int_equal(got.input[i].packets_read, EACH);
            unlink(names[i]);
        }
        assert_int_equal(got.done, got.total);
        collected_finish(&got);
    }
}

/* A damaged input ends; the others go on. */
static void damage_in_one_of_them(void **state)
{
    (void)state;
    const uint32_t early[] = {1, 2, 3}, late[] = {2, 4, 6};
    static const char *const paths[] = {"a", "b"};
    struct collected got;
    write_times("a", early, 3, 0);
    write_times("b", late, 3, 1);
    assert_int_equal(truncate("a", 24 + 2 * 20 + 17), 0);
    collect_paths(paths, 2, &got);
    assert_order(&got, "aabbb");
    assert_true(got.input[0].damaged);
    assert_int_equal(got.input[0].damage_offset, 24 + 2 * 20);
    assert_string_equal(got.input[0].damage, "ends inside packet 3");
    assert_false(got.input[1].damaged);
    collected_finish(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_merged_by_time), cmocka_unit_test(packets_without_time),
        cmocka_unit_test(long_inputs_in_turns),       cmocka_unit_test(more_files_than_descriptors),
        cmocka_unit_test(damage_in_one_of_them),
    };
    return cmocka_run_group_tests_name("capture-timeline", tests, enter_folder, leave_folder);
}
