/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What saved files are called.
 */
#include "name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND  INT64_C(1000000000)
#define MORNING (INT64_C(1795424942) * SECOND) /* 2026-11-23 09:09:02 UTC */

static void names_say_what_is_in_the_file(void **state)
{
    static const struct {
        const char *path;
        enum ps_save_packing asked;
        const char *directory, *single, *rotated;
        enum ps_save_packing packing;
    } rows[] = {
        {"a.pcapng", PS_SAVE_BY_NAME, ".", "a.pcapng", "a_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
        {"a", PS_SAVE_BY_NAME, ".", "a", "a_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
        {"a.pcap", PS_SAVE_BY_NAME, ".", "a.pcap", "a_00001_20261123090902.pcap", PS_SAVE_PLAIN},
        {"d/e/a.pcapng", PS_SAVE_BY_NAME, "d/e", "a.pcapng", "a_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
        {"/a.pcapng", PS_SAVE_BY_NAME, "/", "a.pcapng", "a_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
        {"host.example", PS_SAVE_BY_NAME, ".", "host.example", "host.example_00001_20261123090902.pcapng",
         PS_SAVE_PLAIN},
        {"a.pcapng.gz", PS_SAVE_BY_NAME, ".", "a.pcapng.gz", "a_00001_20261123090902.pcapng.gz", PS_SAVE_GZIP},
        {"a.pcapng.zst", PS_SAVE_BY_NAME, ".", "a.pcapng.zst", "a_00001_20261123090902.pcapng.zst", PS_SAVE_ZSTD},
        {"a.gz", PS_SAVE_BY_NAME, ".", "a.gz", "a_00001_20261123090902.pcapng.gz", PS_SAVE_GZIP},
        {"a.gz", PS_SAVE_GZIP, ".", "a.gz", "a_00001_20261123090902.pcapng.gz", PS_SAVE_GZIP},
        {"a.pcapng", PS_SAVE_ZSTD, ".", "a.pcapng", "a_00001_20261123090902.pcapng.zst", PS_SAVE_ZSTD},
        {"a", PS_SAVE_GZIP, ".", "a", "a_00001_20261123090902.pcapng.gz", PS_SAVE_GZIP},
        {"a.pcapng", PS_SAVE_PLAIN, ".", "a.pcapng", "a_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
        {".pcapng", PS_SAVE_BY_NAME, ".", ".pcapng", ".pcapng_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
        {".gz", PS_SAVE_BY_NAME, ".", ".gz", ".gz_00001_20261123090902.pcapng", PS_SAVE_PLAIN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int rotates = 0; rotates < 2; rotates++) {
            struct ps_save_name name;
            struct ps_error error;
            char file[NAME_MAX + 1];
            assert_int_equal(ps_save_name_init(&name, rows[i].path, rows[i].asked, rotates, &error), 0);
            assert_string_equal(name.directory, rows[i].directory);
            assert_int_equal(name.packing, rows[i].packing);
            if (rotates)
                ps_save_name_rotated(&name, 1, MORNING, file);
            else
                ps_save_name_single(&name, file);
            assert_string_equal(file, rotates ? rows[i].rotated : rows[i].single);
            ps_save_name_finish(&name);
        }
    }
}

static void numbers_and_times(void **state)
{
    static const struct {
        uint64_t number;
        int64_t time_ns;
        const char *file;
    } rows[] = {
        {99999, MORNING + SECOND - 1, "a_99999_20261123090902.pcapng"},
        {100000, MORNING + SECOND, "a_100000_20261123090903.pcapng"},
        {UINT64_MAX, 0, "a_18446744073709551615_19700101000000.pcapng"},
        {1, -1, "a_00001_19691231235959.pcapng"},
        {1, -SECOND, "a_00001_19691231235959.pcapng"},
        {1, -SECOND - 1, "a_00001_19691231235958.pcapng"},
        {1, INT64_MAX, "a_00001_22620411234716.pcapng"},
        {1, -INT64_MAX, "a_00001_16770921001243.pcapng"},
    };
    struct ps_save_name name;
    struct ps_error error;
    (void)state;
    assert_int_equal(ps_save_name_init(&name, "a.pcapng", PS_SAVE_BY_NAME, true, &error), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char file[NAME_MAX + 1];
        ps_save_name_rotated(&name, rows[i].number, rows[i].time_ns, file);
        assert_string_equal(file, rows[i].file);
    }
    ps_save_name_finish(&name);
}

static void names_that_are_refused(void **state)
{
    static const struct {
        const char *path;
        enum ps_save_packing asked;
        const char *sentence;
    } rows[] = {
        {"d/", PS_SAVE_BY_NAME, "cannot save to 'd/': it names no file; add one, as in -w capture.pcapng."},
        {"", PS_SAVE_BY_NAME, "cannot save to '': it names no file; add one, as in -w capture.pcapng."},
        {".", PS_SAVE_BY_NAME, "cannot save to '.': it names no file; add one, as in -w capture.pcapng."},
        {"d/..", PS_SAVE_BY_NAME, "cannot save to 'd/..': it names no file; add one, as in -w capture.pcapng."},
        {"a.gz", PS_SAVE_ZSTD,
         "cannot save to a.gz with compression 'zstd': the name says gzip; choose another name or leave --compress "
         "out."},
        {"a.zst", PS_SAVE_PLAIN,
         "cannot save to a.zst with compression 'none': the name says zstd; choose another name or leave --compress "
         "out."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ps_save_name name;
        struct ps_error error;
        assert_int_equal(ps_save_name_init(&name, rows[i].path, rows[i].asked, false, &error), -1);
        assert_string_equal(error.text, rows[i].sentence);
        ps_save_name_finish(&name);
    }
}

/* As long as a name may be, and one longer; with room for number and time, and without. */
static void names_that_are_too_long(void **state)
{
    char path[NAME_MAX + 2];
    struct ps_save_name name;
    struct ps_error error;
    (void)state;
    for (int rotates = 0; rotates < 2; rotates++) {
        const size_t most = rotates ? NAME_MAX - 36 - strlen(".pcapng") : NAME_MAX;
        for (size_t length = most; length <= most + 1; length++) {
            memset(path, 'x', length);
            path[length] = '\0';
            int result = ps_save_name_init(&name, path, PS_SAVE_BY_NAME, rotates, &error);
            assert_int_equal(result, length == most ? 0 : -1);
            if (result == 0 && rotates) {
                char file[NAME_MAX + 1];
                ps_save_name_rotated(&name, UINT64_MAX, MORNING, file);
                assert_int_equal(strlen(file), NAME_MAX);
            }
            ps_save_name_finish(&name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_what_is_in_the_file),
        cmocka_unit_test(numbers_and_times),
        cmocka_unit_test(names_that_are_refused),
        cmocka_unit_test(names_that_are_too_long),
    };
    return cmocka_run_group_tests_name("save-name", tests, NULL, NULL);
}
