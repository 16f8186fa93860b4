/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A report file appears when it is whole, or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/output.h"

static char folder[64], report[96], other[96];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/portsniff-output-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(report, sizeof(report), "%s/report", folder);
    snprintf(other, sizeof(other), "%s/other", folder);
    return 0;
}

/* What is in the folder; removes it. */
static int teardown(void **state)
{
    (void)state;
    unlink(report);
    unlink(other);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left behind */
    return 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* "" when the file is not there. */
static const char *read_file(const char *path)
{
    static char text[256];
    FILE *file = fopen(path, "r");
    memset(text, 0, sizeof(text));
    if (!file)
        return "";
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    assert_true(n < sizeof(text));
    return text;
}

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        n += entry->d_name[0] != '.';
    closedir(directory);
    return n;
}

static void start(struct output *output, const char *path, int streams, const char *text)
{
    struct ps_error error = {.text = ""};
    assert_int_equal(ps_output_open(output, path, streams, &error), 0);
    assert_int_equal(ps_output_begin(output, &error), 0);
    ps_out_text(&output->out, text);
    ps_out_flush(&output->out);
}

static void appears_when_whole(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    struct stat there;
    mode_t before = umask(027);
    start(&output, report, 0, "new");
    assert_true(stat(report, &there) != 0);
    assert_int_equal(ps_output_finish(&output, 1, &error), 0);
    umask(before);
    assert_string_equal(read_file(report), "new");
    assert_int_equal(stat(report, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0640);
    assert_int_equal(files_in_folder(), 1);
}

static void former_report_stays_until_then(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    write_file(report, "former");
    start(&output, report, 0, "new");
    assert_string_equal(read_file(report), "former");
    assert_int_equal(ps_output_finish(&output, 1, &error), 0);
    assert_string_equal(read_file(report), "new");
    assert_int_equal(files_in_folder(), 1);
}

static void thrown_away(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    write_file(report, "former");
    start(&output, report, 0, "new");
    assert_int_equal(ps_output_finish(&output, 0, &error), 0);
    assert_string_equal(read_file(report), "former");
    assert_int_equal(files_in_folder(), 1);
}

static void streams_are_seen_at_once(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    write_file(report, "former and longer");
    start(&output, report, 1, "new");
    assert_string_equal(read_file(report), "new");
    assert_int_equal(ps_output_finish(&output, 1, &error), 0);
    assert_string_equal(read_file(report), "new");
}

/* A run that finds out that it cannot read its input has not emptied the report of the last one. */
static void streams_leave_the_former_until_begun(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    write_file(report, "former");
    assert_int_equal(ps_output_open(&output, report, 1, &error), 0);
    assert_int_equal(ps_output_finish(&output, 0, &error), 0);
    assert_string_equal(read_file(report), "former");
}

/* What a symbolic link points to is written, the link stays one. */
static void through_a_link(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    struct stat there;
    write_file(other, "former");
    assert_int_equal(symlink(other, report), 0);
    start(&output, report, 0, "new");
    assert_string_equal(read_file(other), "former");
    assert_int_equal(ps_output_finish(&output, 1, &error), 0);
    assert_string_equal(read_file(other), "new");
    assert_int_equal(lstat(report, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
    assert_int_equal(files_in_folder(), 2);
}

static void devices_stay_devices(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error;
    struct stat there;
    start(&output, "/dev/null", 0, "gone");
    assert_int_equal(ps_output_finish(&output, 1, &error), 0);
    assert_int_equal(stat("/dev/null", &there), 0);
    assert_true(S_ISCHR(there.st_mode));
}

static void full_device(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error = {.text = ""};
    if (access("/dev/full", W_OK) != 0)
        skip();
    start(&output, "/dev/full", 0, "lost");
    assert_int_equal(ps_output_finish(&output, 1, &error), -1);
    assert_non_null(strstr(error.text, "/dev/full"));
    assert_non_null(strstr(error.text, "No space left"));
}

static void cannot_be_opened(void **state)
{
    (void)state;
    struct output output;
    struct ps_error error = {.text = ""};
    char path[160];
    snprintf(path, sizeof(path), "%s/missing/report", folder);
    for (int streams = 0; streams < 2; streams++) {
        error.text[0] = '\0';
        assert_int_equal(ps_output_open(&output, path, streams, &error), -1);
        assert_non_null(strstr(error.text, path));
        assert_int_equal(ps_output_open(&output, folder, streams, &error), -1);
        assert_non_null(strstr(error.text, "directory"));
    }
    assert_int_equal(files_in_folder(), 0);
}

static void same_file_is_known(void **state)
{
    (void)state;
    write_file(report, "capture");
    assert_int_equal(symlink(report, other), 0);
    assert_true(ps_output_replaces(report, report));
    assert_true(ps_output_replaces(report, other));
    assert_true(ps_output_replaces(other, report));
    assert_false(ps_output_replaces(report, folder));
    assert_false(ps_output_replaces(report, "/dev/null"));
    assert_false(ps_output_replaces("/dev/null", "/dev/null")); /* not a file that could be lost */
    assert_false(ps_output_replaces(NULL, report));
    assert_false(ps_output_replaces("-", report));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(appears_when_whole),
        TEST(former_report_stays_until_then),
        TEST(thrown_away),
        TEST(streams_are_seen_at_once),
        TEST(streams_leave_the_former_until_begun),
        TEST(through_a_link),
        TEST(devices_stay_devices),
        TEST(full_device),
        TEST(cannot_be_opened),
        TEST(same_file_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
