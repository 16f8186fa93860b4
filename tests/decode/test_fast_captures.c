/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short cut of ordinary packets says what the walk says: for every packet of the captures in the folders given as
 * arguments, in every mode of tunnels and fragments.  A folder that is not there is skipped visibly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/source.h"
#include "support/decode_both.h"

enum {
    DECODERS = 4,
    FOLDERS_MAX = 8
};

struct tally {
    uint64_t packets, ordinary;
};

static struct ps_decoder *decoders[DECODERS];

static int set_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DECODERS; i++) {
        struct ps_decode_options options = {.tunnels_inner = i & 1, .fragments_credit = i & 2};
        decoders[i] = ps_decoder_create(&options);
        assert_non_null(decoders[i]);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DECODERS; i++)
        ps_decoder_destroy(decoders[i]);
    return 0;
}

static void compare(const char *path, const struct ps_batch *batch, const struct tally *tally)
{
    for (unsigned mode = 0; mode < DECODERS; mode++) {
        size_t packet;
        const char *different = both_differ(decoders[mode], batch, &packet);
        if (different)
            fail_msg("%s, packet %llu, mode %u: %s differs", path, (unsigned long long)(tally->packets + packet + 1),
                     mode, different);
    }
}

/* A capture that cannot be opened has no packets to compare. */
static void compare_capture(const char *path, struct tally *tally)
{
    static struct ps_batch batch;
    const char *paths[] = {path};
    struct ps_source_options options = {.paths = paths, .path_count = 1};
    struct ps_source *source;
    struct ps_error error;
    if (ps_source_open(&options, &source, &error))
        return;
    enum ps_next got;
    while ((got = ps_source_next(source, &batch)) == PS_NEXT_BATCH || got == PS_NEXT_NONE_YET) {
        if (got == PS_NEXT_NONE_YET)
            continue;
        compare(path, &batch, tally);
        tally->ordinary += both_ordinary(decoders[1], &batch);
        tally->packets += batch.count;
    }
    ps_source_close(source);
}

static void compare_folder(void **state)
{
    const char *folder = *state;
    struct dirent **entries;
    struct tally tally = {0};
    int n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0) {
        print_message("# %s is not there\n", folder);
        skip();
    }
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (strstr(entries[i]->d_name, "cap")) /* .tsv and .md are tables and words */
            compare_capture(path, &tally);
        free(entries[i]);
    }
    free(entries);
    print_message("# %llu packets, %llu of them ordinary\n", (unsigned long long)tally.packets,
                  (unsigned long long)tally.ordinary);
    assert_in_range(tally.ordinary, tally.packets / 10, tally.packets - 1); /* both roads are trodden */
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[FOLDERS_MAX] = {0};
    size_t count = 0;
    for (int i = 1; i < argc && count < FOLDERS_MAX; i++)
        tests[count++] = (struct CMUnitTest){.name = argv[i], .test_func = compare_folder, .initial_state = argv[i]};
    return _cmocka_run_group_tests("fast captures", tests, count, set_up, tear_down) != 0;
}
