/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libpcap's reader and the project's own give the same packets.
 */
#include "collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Reads the build by both roads and compares. */
static void compare(const struct build *build)
{
    struct collected native, libpcap;
    collect_build(build, PS_READER_NATIVE, &native);
    collect_build(build, PS_READER_LIBPCAP, &libpcap);
    assert_same(&native, &libpcap);
    if (native.opened == 0) {
        assert_int_equal(native.input[0].link_type_count, libpcap.input[0].link_type_count);
        assert_string_equal(native.input[0].format, libpcap.input[0].format);
        assert_int_equal(native.input[0].packets_read, libpcap.input[0].packets_read);
    } else {
        assert_string_equal(native.error.text, libpcap.error.text);
    }
    collected_finish(&native);
    collected_finish(&libpcap);
}

static void build_pcap_packets(struct build *build, uint32_t magic, uint16_t minor, uint16_t link, bool big_endian)
{
    build_init(build, big_endian);
    build_pcap_version(build, magic, 2, minor, link);
    for (unsigned i = 0; i < 300; i++)
        build_record(build, 4294967295U - i, i, 50 + i, minor < 3 ? 50 + i : 1000, i);
    build_record(build, 1, 999, 262144, 262144, 1);
    build_record(build, 1, 999, 0, 0, 1);
}

static void every_pcap_variant(void **state)
{
    static const uint32_t magics[] = {BUILD_PCAP_MICRO, BUILD_PCAP_NANO, BUILD_PCAP_MODIFIED};
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct build build;
        build_pcap_packets(&build, magics[i / 2], 4, 1, i % 2);
        compare(&build);
        build_finish(&build);
    }
}

static void old_versions(void **state)
{
    (void)state;
    for (uint16_t minor = 0; minor < 5; minor++) {
        struct build build;
        build_pcap_packets(&build, BUILD_PCAP_MICRO, minor, 1, minor % 2);
        compare(&build);
        build_finish(&build);
    }
}

/* The link type of a pcap file is told as the file has it, that of pcapng as libpcap would write it. */
static void link_types(void **state)
{
    static const uint16_t links[] = {0, 1, 9, 12, 14, 50, 100, 101, 104, 105, 106, 108, 113, 127, 228, 246, 258, 276};
    (void)state;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        struct build build;
        build_init(&build, false);
        build_pcap(&build, BUILD_PCAP_NANO, links[i]);
        build_record(&build, 1, 1, 64, 64, 1);
        compare(&build);
        build_finish(&build);
        if (links[i] == 12 || links[i] == 14)
            continue;
        build_init(&build, false);
        build_section(&build, 1, 0);
        build_interface(&build, links[i], 0, NULL);
        build_enhanced(&build, 0, 1, 64, 64, 1);
        compare(&build);
        build_finish(&build);
    }
}

static void pcapng_in_both_orders(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct build build, options;
        build_init(&build, big_endian);
        build_init(&options, big_endian);
        build_option_u8(&options, 9, 9);
        build_option_u64(&options, 14, 3600);
        build_option(&options, 0, NULL, 0);
        build_section(&build, 1, 0);
        build_interface(&build, 113, 0, &options);
        build_block(&build, 4, 100);
        for (unsigned i = 0; i < 300; i++)
            build_enhanced(&build, 0, UINT64_C(1700000000000000000) + i, i, 1500, i);
        build_obsolete(&build, 0, 7, 40, 40, 1);
        compare(&build);
        build_finish(&options);
        build_finish(&build);
    }
}

static void cut_files(void **state)
{
    (void)state;
    struct build build;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    build_record(&build, 1, 1, 10, 10, 1);
    build_record(&build, 1, 1, 10, 10, 2);
    for (; build.length > 0; build.length--) {
        compare(&build);
        struct collected got;
        collect_build(&build, PS_READER_LIBPCAP, &got);
        if (got.opened == 0 && got.input[0].damaged && build.length > 24) {
            assert_int_equal(got.input[0].damage_offset, build.length > 50 ? 50 : 24);
            assert_string_equal(got.input[0].damage,
                                build.length > 50 ? "ends inside packet 2" : "ends inside packet 1");
        }
        collected_finish(&got);
    }
    build_finish(&build);
}

static void compressed_files(void **state)
{
    (void)state;
    struct build build, packed;
    build_pcap_packets(&build, BUILD_PCAP_MICRO, 4, 1, false);
    build_pack(&build, "gzip", &packed);
    compare(&packed);
    build_finish(&packed);
    build_finish(&build);
}

/* What libpcap refuses at once is read by the native parser after all. */
static void what_libpcap_refuses(void **state)
{
    (void)state;
    struct build build;
    build_init(&build, false);
    build_section(&build, 1, 0); /* no interface: libpcap wants one */
    compare(&build);
    build_finish(&build);
}

/* libpcap gives up at an interface of another link type: said as damage, in its words. */
static void interfaces_of_different_link_types(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, false);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    build_enhanced(&build, 0, 1, 4, 4, 1);
    size_t end = build.length;
    build_interface(&build, 113, 0, NULL);
    build_enhanced(&build, 1, 1, 4, 4, 1);
    collect_build(&build, PS_READER_LIBPCAP, &got);
    assert_int_equal(got.count, 1);
    assert_true(got.input[0].damaged);
    assert_int_equal(got.input[0].damage_offset, end);
    assert_non_null(strstr(got.input[0].damage, "has a record that libpcap does not read ("));
    collected_finish(&got);
    build_finish(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pcap_variant),
        cmocka_unit_test(old_versions),
        cmocka_unit_test(link_types),
        cmocka_unit_test(pcapng_in_both_orders),
        cmocka_unit_test(cut_files),
        cmocka_unit_test(compressed_files),
        cmocka_unit_test(what_libpcap_refuses),
        cmocka_unit_test(interfaces_of_different_link_types),
    };
    return cmocka_run_group_tests_name("capture-libpcap", tests, enter_folder, leave_folder);
}
