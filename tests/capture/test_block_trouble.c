/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading by blocks when reading itself goes wrong: interrupted, failing in the middle, from a file that changes.
 *
 * This program has a pread() of its own, which the readers get instead of the library's.
 */
#undef _FORTIFY_SOURCE /* it would make pread() an inline function */

#include "collect.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum trouble {
    NO_TROUBLE,
    INTERRUPTED, /* every second read, but not that of opening */
    IN_BITS,     /* a few bytes at a time */
    BROKEN,      /* from `bad_from` on nothing can be read */
    TRUNCATED,   /* before read number `when`, the file is cut off at `length` */
    EXTENDED,    /* before read number `when`, `length` bytes are added */
};

static struct {
    atomic_int trouble;
    atomic_uint reads;
    off_t bad_from;
    unsigned when;
    off_t length;
} now;

static void change_file(unsigned number)
{
    if (number != now.when)
        return;
    if (now.trouble == TRUNCATED)
        assert_int_equal(truncate("capture", now.length), 0);
    if (now.trouble != EXTENDED)
        return;
    FILE *file = fopen("capture", "ab");
    for (off_t i = 0; i < now.length; i++)
        fputc(0, file);
    fclose(file);
}

/* clang-tidy compares with the names that the system's header has. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
    unsigned number = atomic_fetch_add(&now.reads, 1);
    if (now.trouble == INTERRUPTED && number % 2 == 1) {
        errno = EINTR;
        return -1;
    }
    if (now.trouble == IN_BITS && size > 7)
        size = 7;
    if (now.trouble == BROKEN && offset >= now.bad_from) {
        errno = EIO;
        return -1;
    }
    if (now.trouble == BROKEN && (off_t)size > now.bad_from - offset)
        size = (size_t)(now.bad_from - offset);
    change_file(number);
    return syscall(SYS_pread64, fd, to, size, offset);
}

static void begin(enum trouble trouble)
{
    now.trouble = trouble;
    now.reads = 0;
}

static const char *const path = "capture";
static const struct ps_source_options options = {.paths = &path, .path_count = 1};
static const struct by_blocks ways[] = {{64, 1}, {64, 3}, {500, 2}, {0, 3}};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static void read_blocks(enum trouble trouble, const struct by_blocks *how, struct collected *ret_collected)
{
    begin(trouble);
    collect_blocks(&options, how, ret_collected);
    begin(NO_TROUBLE);
}

static void write_pcap(unsigned records)
{
    struct build build;
    build_init(&build, false);
    build_pcap(&build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < records; i++)
        build_record(&build, i, 0, i * 7 % 150, 150, i);
    write_build("capture", &build);
    build_finish(&build);
}

static void write_pcapng(unsigned packets)
{
    struct build build;
    build_init(&build, true);
    build_section(&build, 1, 0);
    build_interface(&build, 1, 0, NULL);
    for (unsigned i = 0; i < packets; i++) {
        build_block(&build, 4, (size_t)i % 3 * 100);
        build_enhanced(&build, 0, i, i * 7 % 150, 150, i);
    }
    write_build("capture", &build);
    build_finish(&build);
}

typedef void write_function(unsigned packets);

static write_function *const writers[] = {write_pcap, write_pcapng};

static void interrupted_reads(void **state)
{
    (void)state;
    for (size_t w = 0; w < 2; w++) {
        struct collected expected, got;
        writers[w](60);
        collect(&options, &expected);
        for (size_t i = 0; i < 2 * WAYS; i++) {
            read_blocks(i < WAYS ? IN_BITS : INTERRUPTED, &ways[i % WAYS], &got);
            assert_null(difference(&expected, &got));
            assert_true(i < WAYS || got.none_yet > 0);
            collected_finish(&got);
        }
        collected_finish(&expected);
    }
}

/* A place in the file from which on it cannot be read: what lies in front of it counts, in the words and with the offset
 * that reading by batches gives. */
static void a_disk_that_fails(void **state)
{
    (void)state;
    for (size_t w = 0; w < 2; w++) {
        writers[w](12);
        for (now.bad_from = 100; now.bad_from < 1300; now.bad_from += 3) {
            struct collected expected, got;
            begin(BROKEN);
            collect(&options, &expected);
            assert_int_equal(expected.opened, 0);
            for (size_t i = 0; i < WAYS; i++) {
                read_blocks(BROKEN, &ways[i], &got);
                const char *what = difference(&expected, &got);
                if (what)
                    fail_msg("from byte %ld: %s", (long)now.bad_from, what);
                collected_finish(&got);
            }
            if (now.bad_from == 100) {
                assert_true(expected.input[0].damaged);
                assert_non_null(strstr(expected.input[0].damage, "(reading failed: Input/output error)"));
            }
            collected_finish(&expected);
        }
    }
}

/* What was read is what one of the two files holds; it may end inside a packet. */
static void check_changed(const struct collected *got, unsigned records)
{
    assert_int_equal(got->opened, 0);
    assert_int_equal(got->last, PS_NEXT_END);
    assert_true(got->count <= records + 1);
    for (size_t i = 0; i < got->count && i < records; i++) {
        assert_int_equal(got->packet[i].captured, i * 7 % 150);
        for (uint32_t at = 0; at < got->packet[i].captured; at++)
            assert_int_equal(got->packet[i].data[at], build_payload((unsigned)i, at));
    }
    assert_int_equal(got->input[0].packets, got->count);
}

static void a_file_that_is_cut_off_meanwhile(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        for (now.when = 1; now.when < 40; now.when++) {
            struct collected got;
            write_pcap(60);
            now.length = 700;
            read_blocks(TRUNCATED, &ways[i], &got);
            check_changed(&got, 60);
            collected_finish(&got);
        }
    }
}

/* Zero bytes are added: records of nothing. */
static void a_file_that_grows_meanwhile(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        for (now.when = 1; now.when < 40; now.when++) {
            struct collected got;
            write_pcap(20);
            now.length = 16;
            read_blocks(EXTENDED, &ways[i], &got);
            check_changed(&got, 20);
            assert_in_range(got.count, 20, 21);
            assert_false(got.input[0].damaged);
            collected_finish(&got);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_reads),
        cmocka_unit_test(a_disk_that_fails),
        cmocka_unit_test(a_file_that_is_cut_off_meanwhile),
        cmocka_unit_test(a_file_that_grows_meanwhile),
    };
    return cmocka_run_group_tests_name("capture-block-trouble", tests, enter_folder, leave_folder);
}
