/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pcap: every variant, its versions, and what is damage.
 */
#include "collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static const struct variant {
    const char *name;
    uint32_t magic;
    bool big_endian;
    uint32_t header; /* bytes of a record header */
    int64_t unit_ns;
    const char *format;
} variants[] = {
    {"little-endian, microseconds", BUILD_PCAP_MICRO, false, 16, 1000, "pcap"},
    {"big-endian, microseconds", BUILD_PCAP_MICRO, true, 16, 1000, "pcap"},
    {"little-endian, nanoseconds", BUILD_PCAP_NANO, false, 16, 1, "pcap-ns"},
    {"big-endian, nanoseconds", BUILD_PCAP_NANO, true, 16, 1, "pcap-ns"},
    {"little-endian, modified", BUILD_PCAP_MODIFIED, false, 24, 1000, "pcap-modified"},
    {"big-endian, modified", BUILD_PCAP_MODIFIED, true, 24, 1000, "pcap-modified"},
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static void build_variant(struct build *build, const struct variant *variant)
{
    build_init(build, variant->big_endian);
    build_pcap(build, variant->magic, 113);
    build_record(build, 1700000000, 123456, 60, 1500, 1);
    build_record(build, 4000000000, 999999, 0, 64, 2); /* behind 2038, nothing captured */
    build_record(build, 0, 0, 5, 3, 3);                /* captured longer than original */
}

static void every_variant_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < VARIANTS; i++) {
        const struct variant *variant = &variants[i];
        print_message("# %s\n", variant->name);
        struct build build;
        struct collected got;
        build_variant(&build, variant);
        collect_build(&build, PS_READER_AUTO, &got);
        assert_clean(&got, 3);
        assert_string_equal(got.input[0].format, variant->format);
        assert_packet(&got, 0, 1700000000 * SECOND + 123456 * variant->unit_ns, 60, 1500, 113, 1);
        assert_packet(&got, 1, 4000000000 * SECOND + 999999 * variant->unit_ns, 0, 64, 113, 2);
        assert_packet(&got, 2, 0, 5, 3, 113, 3);
        assert_int_equal(got.input[0].packets, 3);
        assert_int_equal(got.input[0].packets_read, 3);
        assert_int_equal(got.input[0].bytes, 1500 + 64 + 3);
        assert_int_equal(got.input[0].link_type_count, 1);
        assert_int_equal(got.input[0].link_types[0], 113);
        assert_false(got.input[0].has_drops);
        assert_int_equal(got.done, build.length);
        assert_int_equal(got.total, build.length);
        collected_finish(&got);
        build_finish(&build);
    }
}

/* A file that is cut off after `length` bytes: what was whole is there, and the damage says where it ends. */
static void check_cut(const struct build *build, const struct variant *variant, size_t length)
{
    struct build cut = *build;
    struct collected got;
    cut.length = length;
    collect_build(&cut, PS_READER_AUTO, &got);
    const size_t ends[] = {24, 24 + variant->header + 60, 24 + 2 * variant->header + 60, build->length};
    if (length < 4) {
        assert_int_equal(got.opened, -1);
    } else if (length < 24) {
        assert_damage(&got, 0, 0, "ends inside its file header");
    } else {
        size_t whole = 0;
        while (whole < 3 && ends[whole + 1] <= length)
            whole++;
        char damage[64];
        snprintf(damage, sizeof(damage), "ends inside packet %zu", whole + 1);
        if (ends[whole] == length)
            assert_clean(&got, whole);
        else
            assert_damage(&got, whole, ends[whole], damage);
        for (size_t i = 0; i < whole; i++)
            assert_memory_equal(got.packet[i].data, build->bytes + ends[i] + variant->header, got.packet[i].captured);
    }
    collected_finish(&got);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < VARIANTS; i++) {
        struct build build;
        build_variant(&build, &variants[i]);
        for (size_t length = 0; length <= build.length; length++)
            check_cut(&build, &variants[i], length);
        build_finish(&build);
    }
}

/* A captured length right at the limit and right behind it. */
static void absurd_lengths(void **state)
{
    static const struct {
        uint32_t captured;
        const char *damage; /* NULL: none */
    } rows[] = {
        {262144, NULL},
        {262145, "has a record at which 262,145 captured bytes are claimed"},
        {0x80000000, "has a record at which 2,147,483,648 captured bytes are claimed"},
        {0xc0000000, "has a record at which 3,221,225,472 captured bytes are claimed"},
        {0xffffffff, "has a record at which 4,294,967,295 captured bytes are claimed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct build build;
        struct collected got;
        build_init(&build, i % 2);
        build_pcap(&build, BUILD_PCAP_MICRO, 1);
        build_record(&build, 1, 0, 10, 10, 1);
        build_record_header(&build, 2, 0, rows[i].captured, 1);
        build_fill(&build, 0, 262145);
        collect_build(&build, PS_READER_AUTO, &got);
        if (rows[i].damage) {
            assert_damage(&got, 1, 24 + 26, rows[i].damage);
        } else { /* the zero byte that is left over begins one more record */
            assert_int_equal(got.count, 2);
            assert_int_equal(got.packet[1].captured, 262144);
            assert_string_equal(got.input[0].damage, "ends inside packet 3");
        }
        collected_finish(&got);
        build_finish(&build);
    }
}

static void lengths_are_swapped_in_old_versions(void **state)
{
    static const struct {
        const char *name;
        uint16_t minor;
        uint32_t first, second, captured, original;
    } rows[] = {
        {"2.0: original first", 0, 1500, 60, 60, 1500},
        {"2.2: original first", 2, 1500, 60, 60, 1500},
        {"2.2: also when it is the shorter one", 2, 60, 61, 61, 60},
        {"2.3: captured first", 3, 60, 1500, 60, 1500},
        {"2.3: original first", 3, 1500, 60, 60, 1500},
        {"2.4: captured first", 4, 60, 1500, 60, 1500},
        {"2.4: also when it is the longer one", 4, 61, 60, 61, 60},
        {"2.9: like 2.4", 9, 61, 60, 61, 60},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].name);
        struct build build;
        struct collected got;
        build_init(&build, false);
        build_pcap_version(&build, BUILD_PCAP_MICRO, 2, rows[i].minor, 1);
        for (unsigned seed = 0; seed < 2; seed++) {
            build_record_header(&build, seed, 0, rows[i].first, rows[i].second);
            for (uint32_t at = 0; at < rows[i].captured; at++)
                build_fill(&build, build_payload(seed, at), 1);
        }
        collect_build(&build, PS_READER_AUTO, &got);
        assert_clean(&got, 2);
        for (unsigned seed = 0; seed < 2; seed++)
            assert_packet(&got, seed, seed * SECOND, rows[i].captured, rows[i].original, 1, seed);
        collected_finish(&got);
        build_finish(&build);
    }
}

static void other_major_versions_are_refused(void **state)
{
    static const struct {
        uint16_t major;
        const char *sentence; /* NULL: read */
    } rows[] = {
        {0, "capture is a pcap file of version 0.4, which is not known; versions 2.0 to 2.4 are read."},
        {1, "capture is a pcap file of version 1.4, which is not known; versions 2.0 to 2.4 are read."},
        {2, NULL},
        {3, "capture is a pcap file of version 3.4, which is not known; versions 2.0 to 2.4 are read."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct build build;
        struct collected got;
        build_init(&build, i % 2);
        build_pcap_version(&build, BUILD_PCAP_MICRO, rows[i].major, 4, 1);
        collect_build(&build, PS_READER_AUTO, &got);
        if (rows[i].sentence)
            assert_refused(&got, rows[i].sentence);
        else
            assert_clean(&got, 0);
        collected_finish(&got);
        build_finish(&build);
    }
}

/* Only the low 16 bits are the link type; what lies between them and the frame check sequence must be 0. */
static void bits_of_the_link_type_field(void **state)
{
    static const struct {
        uint32_t field;
        bool read;
    } rows[] = {
        {0x00000001, true},  {0x0000ffff, true},  {0x04000001, true},  {0xf4000001, true},  {0xfc000001, true},
        {0x00010001, false}, {0x00800001, false}, {0x01000001, false}, {0x02000001, false}, {0xfc010001, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct build build;
        struct collected got;
        build_init(&build, i % 2);
        build_pcap(&build, BUILD_PCAP_NANO, rows[i].field);
        build_record(&build, 0, 0, 1, 1, 0);
        collect_build(&build, PS_READER_AUTO, &got);
        if (rows[i].read) {
            assert_clean(&got, 1);
            assert_int_equal(got.packet[0].link_type, rows[i].field & 0xffff);
        } else {
            assert_int_equal(got.opened, -1);
            assert_non_null(strstr(got.error.text, "reserved bits set in its link type field"));
        }
        collected_finish(&got);
        build_finish(&build);
    }
}

/* More than a buffer of packets of all sizes, among them the largest: none is lost or mixed up where buffers end. */
static void packets_across_buffers(void **state)
{
    static const uint32_t sizes[] = {0, 1, 59, 60, 1514, 9000, 65535, 262144, 100000};
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        struct build build;
        struct collected got;
        build_init(&build, variants[v].big_endian);
        build_pcap(&build, variants[v].magic, 1);
        const unsigned count = 63;
        for (unsigned i = 0; i < count; i++)
            build_record(&build, i, 0, sizes[i % 9], sizes[i % 9], i);
        collect_build(&build, PS_READER_AUTO, &got);
        assert_clean(&got, count);
        for (unsigned i = 0; i < count; i++)
            assert_packet(&got, i, i * SECOND, sizes[i % 9], sizes[i % 9], 1, i);
        collected_finish(&got);
        build_finish(&build);
    }
}

/* Small packets come many at a time; only the first batch may be short, from the bytes that were looked at. */
static void batches_are_full(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    const unsigned count = 10 * PS_BATCH_MAX;
    for (unsigned i = 0; i < count; i++)
        build_record(&build, i, 0, 4, 4, i);
    collect_build(&build, PS_READER_AUTO, &got);
    assert_clean(&got, count);
    assert_in_range(got.batches, 10, 11);
    collected_finish(&got);
    build_finish(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_is_read),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(absurd_lengths),
        cmocka_unit_test(lengths_are_swapped_in_old_versions),
        cmocka_unit_test(other_major_versions_are_refused),
        cmocka_unit_test(bits_of_the_link_type_field),
        cmocka_unit_test(packets_across_buffers),
        cmocka_unit_test(batches_are_full),
    };
    return cmocka_run_group_tests_name("capture-pcap", tests, enter_folder, leave_folder);
}
