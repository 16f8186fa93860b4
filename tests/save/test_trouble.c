/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Saving that cannot go on: what is said, what is left in the file, and that counting would go on.
 */
#include "blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/collect.h"

#define SECOND INT64_C(1000000000)
#define NOON   (INT64_C(1795348800) * SECOND) /* 2026-11-22 12:00:00 UTC */

/* A batch of full packets that follow each other, their number in the time. */
static const struct ps_batch *batch_from(uint64_t first)
{
    static struct ps_batch batch;
    static uint8_t data[1514];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = build_payload(3, i);
    batch.count = PS_BATCH_MAX;
    for (size_t i = 0; i < batch.count; i++)
        batch.packet[i] = (struct ps_packet){.data = data,
                                             .time_ns = NOON + (int64_t)(first + i),
                                             .captured = sizeof(data),
                                             .original = sizeof(data),
                                             .link_type = 1};
    return &batch;
}

/* Saves batches until it stops; fails when it does not within 64 MB. */
static void save_until_it_stops(struct ps_save *save, struct ps_error *error, struct ps_save_facts *facts)
{
    uint64_t counted = 0;
    bool good = true;
    while (good && counted < 160 * PS_BATCH_MAX) {
        good = ps_save_batch(save, batch_from(counted), error);
        counted += PS_BATCH_MAX;
    }
    assert_false(good);
    /* Told once only, and everything is taken from then on. */
    assert_true(ps_save_batch(save, batch_from(counted), NULL));
    assert_true(ps_save_tick(save, NOON, NULL));
    assert_true(ps_save_end(save, NULL));
    ps_save_facts(save, facts);
    assert_string_equal(facts->problem, error->text);
    assert_int_equal(facts->packets + facts->missed, counted + PS_BATCH_MAX);
}

/* The file holds the first `packets` packets, and ends with a whole one. */
static void assert_prefix(const char *path, uint64_t packets)
{
    struct collected got;
    collect_path(path, PS_READER_NATIVE, &got);
    assert_clean(&got, (size_t)packets);
    for (size_t i = 0; i < got.count; i++)
        assert_true(got.packet[i].time_ns == NOON + (int64_t)i);
    collected_finish(&got);
}

static void assert_says(const char *text, const char *begin, const char *end)
{
    if (strncmp(text, begin, strlen(begin)) != 0 || strlen(text) < strlen(end) ||
        strcmp(text + strlen(text) - strlen(end), end) != 0)
        fail_msg("%s", text);
}

/* The limit falls into the first, a middle and the last byte of a block, between blocks, and into the first chunk. */
static void a_limit_for_the_size_of_files(void **state)
{
    static const rlim_t limits[] = {1000, 262144, 300000, 300001, 300002, 300003, 1000000, 1048576};
    struct rlimit before;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct ps_error error;
        struct ps_save_facts facts;
        struct rlimit limit = {limits[i], before.rlim_max};
        char end[256];
        struct stat there;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        struct ps_save *save = saver(&(struct ps_save_options){.path = "limit.pcapng"}, true);
        save_until_it_stops(save, &error, &facts);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(facts.problem_number, EFBIG);
        snprintf(end, sizeof(end),
                 "%u packets are saved in it, no more will be, and counting goes on. Raise the limit (ulimit -f), or "
                 "begin another file earlier (--rotate-size), and start anew.",
                 (unsigned)facts.packets);
        assert_says(error.text, "cannot write to limit.pcapng: File too large; ", end);
        assert_prefix("limit.pcapng", facts.packets);
        assert_int_equal(stat("limit.pcapng", &there), 0);
        assert_int_equal(there.st_size, facts.bytes);
        assert_true((rlim_t)there.st_size <= limits[i] && (rlim_t)there.st_size + 1548 > limits[i]);
        ps_save_close(save);
    }
}

/* A packed file ends after its last whole stretch. */
static void packed_files_stay_whole(void **state)
{
    static const char *const paths[] = {"limit.pcapng.gz", "limit.pcapng.zst"};
    struct rlimit before;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (size_t i = 0; i < 2; i++) {
        struct ps_error error;
        struct ps_save_facts facts;
        struct rlimit limit = {20000, before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        struct ps_save *save = saver(&(struct ps_save_options){.path = paths[i]}, true);
        save_until_it_stops(save, &error, &facts);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(facts.problem_number, EFBIG);
        assert_prefix(paths[i], facts.packets);
        ps_save_close(save);
    }
}

/* A file system of one megabyte, in a mount namespace of our own. */
static void a_disk_that_is_full(void **state)
{
    struct ps_error error;
    struct ps_save_facts facts;
    (void)state;
    assert_int_equal(mkdir("small", 0700), 0);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "small", "tmpfs", 0, "size=1m") != 0)
        skip();
    struct ps_save *save = saver(&(struct ps_save_options){.path = "small/a.pcapng"}, true);
    save_until_it_stops(save, &error, &facts);
    assert_int_equal(facts.problem_number, ENOSPC);
    assert_says(error.text, "cannot write to small/a.pcapng: No space left on device; ",
                "Make room, or keep fewer files (--rotate-keep), and start anew.");
    assert_true(facts.packets > 500);
    assert_prefix("small/a.pcapng", facts.packets);
    ps_save_close(save);
    unlink("small/a.pcapng");

    /* Two files of a third of it each fit for ever. */
    save = saver(&(struct ps_save_options){.path = "small/b", .rotate_bytes = 300000, .keep_files = 2}, true);
    for (uint64_t at = 0; at < 5000; at += PS_BATCH_MAX)
        assert_true(ps_save_batch(save, batch_from(at), &error));
    save_done(save);
    umount("small");
}

static void a_reader_that_left(void **state)
{
    struct ps_error error;
    struct ps_save_facts facts;
    int ends[2], kept = dup(STDOUT_FILENO);
    (void)state;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    struct ps_save *save = NULL;
    int opened = ps_save_open(&(struct ps_save_options){.path = "-"}, &save, &error);
    int directory = opened == 0 ? ps_save_directory(save) : 0;
    int begun = opened == 0 ? ps_save_begin(save, &error) : -1;
    close(ends[0]);
    bool good = true;
    for (uint64_t at = 0; good && at < 10 * PS_BATCH_MAX; at += PS_BATCH_MAX)
        good = ps_save_batch(save, batch_from(at), &error);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    assert_int_equal(opened, 0);
    assert_int_equal(directory, -1);
    assert_int_equal(begun, 0);
    assert_false(good);
    ps_save_facts(save, &facts);
    assert_true(facts.to_standard_output);
    assert_int_equal(facts.problem_number, EPIPE);
    assert_string_equal(
        error.text, "saving to standard output stopped after 0 packets: nobody reads it any more; counting goes on.");
    ps_save_close(save);
}

/* Whoever shares a pipe may have made it non-blocking, and may read slowly and in odd pieces. */
static void a_slow_reader(void **state)
{
    int ends[2], status;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct ps_save *save;
        bool good;
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
        good = ps_save_open(&(struct ps_save_options){.path = "-"}, &save, NULL) == 0 && ps_save_begin(save, NULL) == 0;
        for (uint64_t at = 0; good && at < 8 * PS_BATCH_MAX; at += PS_BATCH_MAX)
            good = ps_save_batch(save, batch_from(at), NULL);
        _exit(good && ps_save_end(save, NULL) ? 0 : 1);
    }
    close(ends[1]);
    static uint8_t bytes[4 << 20];
    size_t used = 0;
    for (ssize_t n; (n = read(ends[0], bytes + used, 4093)) > 0;)
        used += (size_t)n;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    write_file("slow.pcapng", bytes, used);
    assert_prefix("slow.pcapng", 8 * PS_BATCH_MAX);
}

static void a_file_that_was_deleted(void **state)
{
    struct ps_error error;
    struct ps_save_facts facts;
    (void)state;
    struct ps_save *save = saver(&(struct ps_save_options){.path = "gone.pcapng"}, true);
    assert_true(ps_save_batch(save, batch_from(0), &error));
    assert_true(ps_save_tick(save, NOON, &error));
    unlink("gone.pcapng");
    assert_true(ps_save_tick(save, NOON + SECOND / 2, &error));
    assert_false(ps_save_tick(save, NOON + SECOND, &error));
    assert_string_equal(error.text,
                        "gone.pcapng was deleted while it was written, 256 packets with it; no more will be "
                        "saved, and counting goes on.");
    ps_save_facts(save, &facts);
    assert_int_equal(facts.problem_number, ENOENT);
    ps_save_close(save);
}

static void a_directory_that_went_away(void **state)
{
    struct ps_error error;
    struct ps_save_facts facts;
    (void)state;
    assert_int_equal(mkdir("away", 0700), 0);
    struct ps_save *save = saver(&(struct ps_save_options){.path = "away/a", .rotate_packets = PS_BATCH_MAX}, true);
    assert_true(ps_save_batch(save, batch_from(0), &error));
    assert_true(ps_save_tick(save, NOON, &error));
    unlink("away/a_00001_20261122120000.pcapng");
    assert_int_equal(rmdir("away"), 0);
    assert_false(ps_save_batch(save, batch_from(PS_BATCH_MAX), &error));
    ps_save_facts(save, &facts);
    assert_int_equal(facts.packets, PS_BATCH_MAX);
    assert_int_equal(facts.missed, PS_BATCH_MAX);
    ps_save_close(save);

    /* Between two files nothing is open that could be missed. */
    assert_int_equal(mkdir("away", 0700), 0);
    save = saver(&(struct ps_save_options){.path = "away/a", .rotate_ns = 60 * SECOND}, true);
    assert_true(ps_save_batch(save, batch_from(0), &error));
    assert_true(ps_save_tick(save, NOON + 120 * SECOND, &error));
    unlink("away/a_00001_20261122120000.pcapng");
    assert_int_equal(rmdir("away"), 0);
    struct ps_batch *later = malloc(sizeof(*later));
    assert_non_null(later);
    later->count = 1;
    later->packet[0] = packet_of(NOON + 200 * SECOND, 60, 1);
    assert_false(ps_save_batch(save, later, &error));
    free(later);
    assert_string_equal(error.text,
                        "cannot create away/a_00002_20261122120320.pcapng: the directory away is gone. Saving "
                        "stopped after 256 packets in 1 files; counting goes on.");
    ps_save_close(save);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_for_the_size_of_files),
        cmocka_unit_test(packed_files_stay_whole),
        cmocka_unit_test(a_disk_that_is_full),
        cmocka_unit_test(a_reader_that_left),
        cmocka_unit_test(a_slow_reader),
        cmocka_unit_test(a_file_that_was_deleted),
        cmocka_unit_test(a_directory_that_went_away),
    };
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests_name("save-trouble", tests, enter_folder, leave_folder);
}
