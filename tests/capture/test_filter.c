/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BPF filters over captures.
 */
#include "collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void collect_filtered(const char *const *paths, size_t count, const char *filter,
                             struct collected *ret_collected)
{
    struct ps_source_options options = {.paths = paths, .path_count = count, .filter = filter};
    collect(&options, ret_collected);
}

static void collect_one(const char *path, const char *filter, struct collected *ret_collected)
{
    collect_filtered(&path, 1, filter, ret_collected);
}

/* Ten UDP packets to ports 1000 to 1009. */
static void write_ten(const char *name)
{
    struct build build;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < 10; i++)
        build_udp_record(&build, 1 + i, 53, (uint16_t)(1000 + i));
    write_build(name, &build);
    build_finish(&build);
}

static void selected_packets_only(void **state)
{
    static const struct {
        const char *filter;
        size_t packets;
    } rows[] = {
        {"udp", 10},
        {"tcp", 0},
        {"udp dst port 1003", 1},
        {"udp dst portrange 1003-1006", 4},
        {"not udp port 1000", 9},
        {"greater 43", 0},
        {"less 42", 10},
        {"", 10},
    };
    (void)state;
    write_ten("ten");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].filter);
        struct collected got;
        collect_one("ten", rows[i].filter, &got);
        assert_clean(&got, rows[i].packets);
        assert_int_equal(got.input[0].packets, rows[i].packets);
        assert_int_equal(got.input[0].bytes, rows[i].packets * BUILD_FRAME);
        assert_int_equal(got.input[0].packets_read, 10);
        collected_finish(&got);
    }
}

static void a_wrong_filter_is_refused_at_once(void **state)
{
    (void)state;
    struct collected got;
    write_ten("ten");
    collect_one("ten", "udp prot 53", &got);
    assert_int_equal(got.opened, -1);
    assert_ptr_equal(strstr(got.error.text, "the filter \"udp prot 53\" is not valid: "), got.error.text);
    const char *const paths[] = {"ten", "ten"};
    collect_filtered(paths, 2, "udp prot 53", &got);
    assert_int_equal(got.opened, -1);
}

static void write_pcapng(const char *name, const uint16_t *links, size_t count)
{
    struct build build;
    uint8_t frame[BUILD_FRAME];
    build_init(&build, false);
    build_section(&build, 1, 0);
    for (size_t i = 0; i < count; i++) {
        build_interface(&build, links[i], 0, NULL);
        build_enhanced(&build, (uint32_t)i, 1000000 * (i + 1), BUILD_FRAME, BUILD_FRAME, 0);
        build_udp_frame(frame, 53, 1000);
        memcpy(build.bytes + build.length - 4 - 44, frame, BUILD_FRAME); /* over the payload, padded to 44 */
    }
    write_build(name, &build);
    build_finish(&build);
}

static void a_filter_is_compiled_for_each_link_type(void **state)
{
    (void)state;
    const uint16_t links[] = {1, 101, 1};
    struct collected got;
    write_pcapng("mixed", links, 3);
    collect_one("mixed", "udp port 53", &got); /* for raw IP the frame is nonsense */
    assert_clean(&got, 2);
    assert_int_equal(got.input[0].packets_read, 3);
    collected_finish(&got);
}

/* 802.11 address fields do not exist for raw IP: the packets before are delivered, then it ends with a sentence. */
static void a_filter_that_does_not_fit_a_link_type(void **state)
{
    (void)state;
    const uint16_t links[] = {105, 101};
    const uint16_t raw[] = {101};
    struct collected got;
    write_pcapng("mixed", links, 2);
    collect_one("mixed", "wlan type mgt or wlan type data or wlan type ctl", &got);
    assert_int_equal(got.opened, 0);
    assert_int_equal(got.last, PS_NEXT_ERROR);
    assert_non_null(strstr(got.error.text, "cannot be used for packets of link type RAW (101): "));
    collected_finish(&got);
    write_pcapng("raw", raw, 1);
    collect_one("raw", "wlan type mgt", &got);
    assert_int_equal(got.last, PS_NEXT_ERROR);
    collected_finish(&got);
}

static void a_wrong_filter_on_nothing_at_all(void **state)
{
    (void)state;
    struct collected got;
    write_pcapng("empty", NULL, 0);
    collect_one("empty", "udp prot 53", &got);
    assert_int_equal(got.last, PS_NEXT_ERROR);
    collected_finish(&got);
    collect_one("empty", "udp port 53", &got);
    assert_clean(&got, 0);
    collected_finish(&got);
}

/* Link types whose number in files is not libpcap's. */
static void raw_ip_by_all_its_numbers(void **state)
{
    static const uint16_t links[] = {12, 14, 101, 228};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct build build;
        struct collected got;
        uint8_t frame[BUILD_FRAME];
        build_udp_frame(frame, 53, 1000);
        build_init(&build, false);
        build_pcap(&build, BUILD_PCAP_MICRO, links[i]);
        build_record_header(&build, 0, 0, BUILD_FRAME - 14, BUILD_FRAME - 14);
        build_bytes(&build, frame + 14, BUILD_FRAME - 14);
        write_build("raw", &build);
        collect_one("raw", "udp port 53", &got);
        assert_clean(&got, 1);
        assert_int_equal(got.packet[0].link_type, links[i]);
        collected_finish(&got);
        build_finish(&build);
    }
}

/* A filter that selects next to nothing gives the caller a say now and then. */
static void long_stretches_without_a_packet(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < 40000; i++)
        build_udp_record(&build, i, 53, i == 39999 ? 7 : 1000);
    write_build("long", &build);
    collect_one("long", "udp port 7", &got);
    assert_clean(&got, 1);
    assert_in_range(got.none_yet, 1, 10);
    const char *const paths[] = {"long", "long"};
    collected_finish(&got);
    collect_filtered(paths, 2, "udp port 7", &got);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.packet[0].source, 0);
    assert_int_equal(got.packet[1].source, 1);
    assert_int_equal(got.input[1].packets_read, 40000);
    collected_finish(&got);
    build_finish(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selected_packets_only),
        cmocka_unit_test(a_wrong_filter_is_refused_at_once),
        cmocka_unit_test(a_filter_is_compiled_for_each_link_type),
        cmocka_unit_test(a_filter_that_does_not_fit_a_link_type),
        cmocka_unit_test(a_wrong_filter_on_nothing_at_all),
        cmocka_unit_test(raw_ip_by_all_its_numbers),
        cmocka_unit_test(long_stretches_without_a_packet),
    };
    return cmocka_run_group_tests_name("capture-filter", tests, enter_folder, leave_folder);
}
