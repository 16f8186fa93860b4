/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was saved is read again as it was: every bundled capture, the corpus where there is one, several inputs at once,
 * packed and in several files; and whatever a killed run left behind.
 */
#include "blocks.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/collect.h"

#ifndef SOURCE_ROOT
#define SOURCE_ROOT "."
#endif

#define SECOND INT64_C(1000000000)
#define NOON   (INT64_C(1795348800) * SECOND) /* 2026-11-22 12:00:00 UTC */

/* Saves all that these files hold; returns how many files that made. */
static uint64_t save_all(const char *const *paths, size_t count, const struct ps_save_options *options)
{
    static struct ps_batch batch;
    struct ps_source *source;
    struct ps_error error = {""};
    struct ps_save_facts facts;
    struct ps_save *save;
    enum ps_next next;
    if (ps_source_open(&(struct ps_source_options){.paths = paths, .path_count = count}, &source, &error) < 0)
        return 0;
    assert_int_equal(ps_save_open(options, &save, &error), 0);
    for (size_t i = 0; i < ps_source_input_count(source); i++) {
        const struct ps_save_interface interface = {.name = ps_source_input(source, i)->name, .link_type = -1};
        assert_int_equal(ps_save_interface(save, &interface, &error), 0);
    }
    assert_int_equal(ps_save_begin(save, &error), 0);
    while ((next = ps_source_next(source, &batch)) != PS_NEXT_END && next != PS_NEXT_ERROR)
        if (next == PS_NEXT_BATCH && !ps_save_batch(save, &batch, &error))
            fail_msg("%s", error.text);
    assert_true(ps_save_end(save, &error));
    ps_save_facts(save, &facts);
    ps_save_close(save);
    ps_source_close(source);
    return facts.files;
}

/* Whether two packets are the same in all that a file can hold; the earliest second of all times is rounded. */
static bool same_packet(const struct ps_packet *a, const struct ps_packet *b)
{
    const int64_t earliest = INT64_C(-9223372036) * SECOND;
    bool same_time =
        a->time_ns == b->time_ns || (a->time_ns != PS_TIME_NONE && a->time_ns < earliest && b->time_ns == earliest);
    return same_time && a->captured == b->captured && a->original == b->original && a->link_type == b->link_type &&
           memcmp(a->data, b->data, a->captured) == 0;
}

/* What these files held is what the saved ones hold.  1 for a difference. */
static int compare(const char *const *paths, size_t count, const char *const *saved, size_t saved_count)
{
    struct collected before, after;
    int different = 0;
    collect_paths(paths, count, &before);
    collect_paths(saved, saved_count, &after);
    if (after.opened < 0 || after.last != PS_NEXT_END || before.count != after.count) {
        print_message("%s: %zu packets, saved %zu\n", paths[0], before.count, after.count);
        different = 1;
    }
    for (size_t i = 0; !different && i < before.count; i++) {
        if (same_packet(&before.packet[i], &after.packet[i]))
            continue;
        print_message("%s: packet %zu differs\n", paths[0], i);
        different = 1;
    }
    for (size_t i = 0; i < after.input_count; i++)
        different += after.input[i].damaged || after.input[i].failed;
    collected_finish(&before);
    collected_finish(&after);
    return different;
}

static int round_of(const char *path, const char *name)
{
    unlink(name);
    if (save_all(&path, 1, &(struct ps_save_options){.path = name}) == 0)
        return 0; /* cannot be read, let alone saved */
    return compare(&path, 1, &name, 1);
}

/* Every capture of a folder; how many there were. */
static int round_of_folder(const char *folder, const char *name, int *different)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), files = 0;
    for (int i = 0; i < count; i++) {
        char path[2048];
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && strstr(entries[i]->d_name, ".pcap")) {
            files++;
            *different += round_of(path, name);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return files;
}

static void bundled_captures(void **state)
{
    int different = 0;
    (void)state;
    assert_true(round_of_folder(SOURCE_ROOT "/pcaps", "copy.pcapng", &different) > 0);
    assert_int_equal(different, 0);
}

static void captures_from_elsewhere(void **state)
{
    const char *named = getenv("PORTSNIFF_CORPUS");
    char folder[1024];
    int different = 0;
    (void)state;
    snprintf(folder, sizeof(folder), "%s/pcaps", named ? named : SOURCE_ROOT "/../shared/corpus");
    if (round_of_folder(folder, "copy.pcapng", &different) == 0)
        skip();
    assert_int_equal(different, 0);
}

static void packed_captures(void **state)
{
    int different = 0;
    (void)state;
    assert_true(round_of_folder(SOURCE_ROOT "/pcaps", "copy.pcapng.gz", &different) > 0);
    assert_true(round_of_folder(SOURCE_ROOT "/pcaps", "copy.pcapng.zst", &different) > 0);
    assert_int_equal(different, 0);
}

/* Two times as one: the inputs are told apart by name, and the same link type is described for each. */
static void several_inputs(void **state)
{
    static const char *const paths[] = {SOURCE_ROOT "/pcaps/office.pcapng", SOURCE_ROOT "/pcaps/office.pcapng"};
    static const char *const saved = "both.pcapng";
    (void)state;
    assert_int_equal(save_all(paths, 2, &(struct ps_save_options){.path = saved}), 1);
    assert_int_equal(compare(paths, 2, &saved, 1), 0);
}

/* Cut into files, and read as one timeline again. */
static void several_files(void **state)
{
    static const char *const path = SOURCE_ROOT "/pcaps/office.pcapng";
    static const char *const saved = "cut";
    (void)state;
    const struct ps_save_options options = {.path = "cut/a", .rotate_packets = 100};
    assert_int_equal(mkdir("cut", 0700), 0);
    assert_true(save_all(&path, 1, &options) > 2);
    assert_int_equal(compare(&path, 1, &saved, 1), 0);
}

/* Lengths on both sides of a chunk, and bytes that no packing makes smaller. */
static void large_packets_of_noise(void **state)
{
    static const char *const paths[] = {"noise.pcapng", "noise.pcapng.gz", "noise.pcapng.zst"};
    static const uint32_t lengths[] = {262144, 1, 262112, 262111, 262113, 65535, 262143, 0, 262144, 262144, 262144};
    const size_t count = sizeof(lengths) / sizeof(lengths[0]);
    static uint8_t noise[262144 + 64];
    uint64_t dice = 1;
    (void)state;
    for (size_t i = 0; i < sizeof(noise); i++) {
        dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
        noise[i] = (uint8_t)(dice >> 56);
    }
    for (size_t kind = 0; kind < 3; kind++) {
        struct collected got;
        struct ps_save *save = saver(&(struct ps_save_options){.path = paths[kind]}, true);
        for (size_t i = 0; i < 5 * count; i++) {
            const struct ps_packet packet = {.data = noise + i,
                                             .time_ns = NOON + (int64_t)i,
                                             .captured = lengths[i % count],
                                             .original = lengths[i % count],
                                             .link_type = 1};
            save_one(save, &packet);
        }
        save_done(save);
        collect_path(paths[kind], PS_READER_NATIVE, &got);
        assert_clean(&got, 5 * count);
        for (size_t i = 0; i < got.count; i++) {
            assert_int_equal(got.packet[i].captured, lengths[i % count]);
            assert_memory_equal(got.packet[i].data, noise + i, lengths[i % count]);
        }
        collected_finish(&got);
    }
}

/* --- a run that is killed --- */

/* Saves numbered packets until somebody ends it. */
static void save_for_ever(const char *path, int begun)
{
    static struct ps_batch batch = {.count = PS_BATCH_MAX};
    static uint8_t data[2000];
    struct ps_save *save;
    if (ps_save_open(&(struct ps_save_options){.path = path}, &save, NULL) < 0 || ps_save_begin(save, NULL) < 0)
        _exit(1);
    close(begun);
    for (uint64_t number = 0;; number += PS_BATCH_MAX) {
        for (size_t i = 0; i < PS_BATCH_MAX; i++)
            batch.packet[i] = (struct ps_packet){.data = data,
                                                 .time_ns = NOON + (int64_t)(number + i),
                                                 .captured = (uint32_t)((number + i) % sizeof(data)),
                                                 .original = sizeof(data),
                                                 .link_type = 1};
        if (!ps_save_batch(save, &batch, NULL) || number > 200000)
            _exit(1);
    }
}

static void kill_after(const char *path, unsigned microseconds)
{
    const struct timespec wait = {.tv_nsec = (long)microseconds * 1000};
    int ends[2], status;
    char nothing;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        save_for_ever(path, ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &nothing, 1), 0); /* it has begun */
    close(ends[0]);
    nanosleep(&wait, NULL);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static size_t assert_readable(const char *path)
{
    struct collected got;
    collect_path(path, PS_READER_NATIVE, &got);
    assert_int_equal(got.opened, 0);
    assert_int_equal(got.last, PS_NEXT_END);
    for (size_t i = 0; i < got.count; i++) {
        assert_true(got.packet[i].time_ns == NOON + (int64_t)i);
        assert_int_equal(got.packet[i].captured, i % 2000);
    }
    size_t count = got.count;
    collected_finish(&got);
    return count;
}

static void killed_at_any_moment(void **state)
{
    static const char *const paths[] = {"killed.pcapng", "killed.pcapng.gz", "killed.pcapng.zst"};
    (void)state;
    for (size_t kind = 0; kind < 3; kind++) {
        size_t most = 0;
        for (unsigned i = 0; i < 12; i++) {
            kill_after(paths[kind], i * i * 137 % 20000);
            size_t count = assert_readable(paths[kind]);
            most = count > most ? count : most;
        }
        assert_true(most > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_captures),       cmocka_unit_test(captures_from_elsewhere),
        cmocka_unit_test(packed_captures),        cmocka_unit_test(several_inputs),
        cmocka_unit_test(several_files),          cmocka_unit_test(killed_at_any_moment),
        cmocka_unit_test(large_packets_of_noise),
    };
    return cmocka_run_group_tests_name("save-round", tests, enter_folder, leave_folder);
}
