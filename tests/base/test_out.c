/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffered output: into memory, into files, into pipes that close or are full; and the seed of the hash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portsniff/hash.h"
#include "portsniff/out.h"

static void into_memory(void **state)
{
    (void)state;
    struct ps_out out;
    assert_int_equal(ps_out_memory(&out), 0);
    ps_out_text(&out, "one ");
    ps_out_char(&out, '2');
    ps_out_repeat(&out, '-', 3);
    ps_out_u64(&out, 0);
    ps_out_char(&out, ' ');
    ps_out_u64(&out, UINT64_MAX);
    ps_out_format(&out, " %s=%d", "x", -5);
    ps_out_repeat(&out, '!', 0);
    ps_out_bytes(&out, "\0", 1);
    assert_string_equal(out.buffer, "one 2---0 18446744073709551615 x=-5");
    assert_int_equal(out.used, 36);
    assert_int_equal(ps_out_flush(&out), 0);
    assert_int_equal(out.used, 36); /* stays */
    assert_int_equal(ps_out_finish(&out), 0);
}

/* Around the size of the buffer, in one piece and in many. */
static void into_large_memory(void **state)
{
    (void)state;
    static const size_t sizes[] = {65535, 65536, 65537, 131072, 131073, 1000000};
    char *text = malloc(1000000);
    assert_non_null(text);
    for (size_t i = 0; i < 1000000; i++)
        text[i] = (char)('a' + i % 26);
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct ps_out whole, pieces;
        assert_int_equal(ps_out_memory(&whole), 0);
        assert_int_equal(ps_out_memory(&pieces), 0);
        ps_out_bytes(&whole, text, sizes[s]);
        for (size_t at = 0; at < sizes[s]; at += 999)
            ps_out_bytes(&pieces, text + at, sizes[s] - at < 999 ? sizes[s] - at : 999);
        assert_int_equal(whole.used, sizes[s]);
        assert_int_equal(pieces.used, sizes[s]);
        assert_memory_equal(whole.buffer, text, sizes[s]);
        assert_memory_equal(pieces.buffer, text, sizes[s]);
        ps_out_finish(&whole);
        ps_out_finish(&pieces);
    }
    free(text);
}

static void long_format(void **state)
{
    (void)state;
    struct ps_out out;
    char text[3000];
    for (size_t length = 1020; length < 1030; length++) {
        memset(text, 'y', length);
        text[length] = '\0';
        assert_int_equal(ps_out_memory(&out), 0);
        ps_out_format(&out, "%s|", text);
        assert_int_equal(out.used, length + 1);
        assert_int_equal(out.buffer[length], '|');
        ps_out_finish(&out);
    }
}

static void into_a_file(void **state)
{
    (void)state;
    char name[] = "/tmp/portsniff-out-XXXXXX", back[200001];
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    struct ps_out out;
    assert_int_equal(ps_out_init(&out, fd), 0);
    for (int i = 0; i < 200000; i++)
        ps_out_char(&out, (char)('0' + i % 10));
    assert_int_equal(ps_out_finish(&out), 0);
    assert_int_equal(pread(fd, back, sizeof(back), 0), 200000);
    for (int i = 0; i < 200000; i++)
        assert_int_equal(back[i], '0' + i % 10);
    close(fd);
    unlink(name);
}

static void failure_sticks(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct ps_out out;
    if (fd < 0)
        skip();
    assert_int_equal(ps_out_init(&out, fd), 0);
    ps_out_text(&out, "lost");
    assert_int_equal(out.failure, 0);
    assert_int_equal(ps_out_flush(&out), ENOSPC);
    ps_out_text(&out, "more");
    ps_out_repeat(&out, 'x', 100000);
    assert_int_equal(out.failure, ENOSPC);
    assert_int_equal(ps_out_finish(&out), ENOSPC);
    close(fd);
}

static void closed_pipe(void **state)
{
    (void)state;
    int ends[2];
    struct ps_out out;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(ps_out_init(&out, ends[1]), 0);
    ps_out_text(&out, "nobody reads this");
    assert_int_equal(ps_out_finish(&out), EPIPE);
    close(ends[1]);
}

struct reader {
    int fd;
    size_t total;
};

static void *read_slowly(void *argument)
{
    struct reader *reader = argument;
    char some[700];
    for (ssize_t n; (n = read(reader->fd, some, sizeof(some))) > 0;)
        reader->total += (size_t)n;
    return NULL;
}

/* More than a pipe holds: writes come in pieces. */
static void slow_pipe(void **state)
{
    (void)state;
    int ends[2];
    struct ps_out out;
    pthread_t thread;
    assert_int_equal(pipe(ends), 0);
    struct reader reader = {.fd = ends[0]};
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    assert_int_equal(ps_out_init(&out, ends[1]), 0);
    ps_out_repeat(&out, 'z', 500000);
    assert_int_equal(ps_out_finish(&out), 0);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    assert_int_equal(reader.total, 500000);
}

static void seed_stays(void **state)
{
    (void)state;
    const uint64_t *seed = ps_hash_seed();
    uint64_t first[2] = {seed[0], seed[1]};
    assert_true(seed[0] != 0 || seed[1] != 0);
    assert_ptr_equal(ps_hash_seed(), seed);
    assert_true(seed[0] == first[0] && seed[1] == first[1]);
}

/* Near keys go to different places: in 4096 slots 2048 neighbours hit about 1600 different ones. */
static void hash_spreads(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        static uint8_t slot[4096];
        unsigned used = 0;
        memset(slot, 0, sizeof(slot));
        for (uint64_t i = 0; i < 2048; i++) {
            uint64_t word[2] = {i << 16, 7};
            uint64_t hash = kind == 0   ? ps_hash_word(ps_hash_seed(), i << 16)
                            : kind == 1 ? ps_hash_pair(ps_hash_seed(), 5, i << 32)
                                        : ps_hash_words(ps_hash_seed(), word, 2);
            used += !slot[hash % sizeof(slot)];
            slot[hash % sizeof(slot)] = 1;
        }
        assert_in_range(used, 1400, 1800);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(into_memory), cmocka_unit_test(into_large_memory), cmocka_unit_test(long_format),
        cmocka_unit_test(into_a_file), cmocka_unit_test(failure_sticks),    cmocka_unit_test(closed_pipe),
        cmocka_unit_test(slow_pipe),   cmocka_unit_test(seed_stays),        cmocka_unit_test(hash_spreads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
