/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a fuzz target without a fuzzer, so that the ordinary test run does: over every file of the folders given, over
 * each cut short, and over each with bytes changed.  The changes are the same in every run.  Prints TAP, a case a folder.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX 65536

/* Changes of one file, and of all files of a folder together: a test run is not a campaign. */
#define ROUNDS_LEAST 5
#define ROUNDS_MOST  100
#define ROUNDS_ALL   1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The target gets a copy of exactly that size, so that the address sanitizer sees a read behind it. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_changed(uint8_t *data, size_t size, int rounds)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    uint64_t state = 0x2545f4914f6cdd1d + size;
    for (int round = 0; round < rounds && size > 0; round++) {
        run(data, next_random(&state) % size);
        size_t at[4];
        uint8_t before[4];
        for (int i = 0; i < 4; i++) {
            at[i] = next_random(&state) % (round % 2 ? size : size < 256 ? size : 256);
            before[i] = data[at[i]];
            data[at[i]] = telling[next_random(&state) % sizeof(telling)];
        }
        run(data, size);
        for (int i = 4; i-- > 0;)
            data[at[i]] = before[i];
    }
}

static bool run_file(const char *path, int rounds)
{
    static uint8_t data[FILE_MAX];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t size = fread(data, 1, sizeof(data), file);
    bool read = !ferror(file) && size > 0;
    fclose(file);
    if (read) {
        run(data, size);
        run_changed(data, size, rounds);
    }
    return read;
}

static int rounds_of(int files)
{
    int rounds = files > 0 ? ROUNDS_ALL / files : ROUNDS_MOST;
    return rounds < ROUNDS_LEAST ? ROUNDS_LEAST : rounds > ROUNDS_MOST ? ROUNDS_MOST : rounds;
}

/* Files that were run. */
static int run_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), files = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            files += run_file(path, rounds_of(count));
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return files;
}

int main(int argc, char **argv)
{
    bool fine = argc > 1;
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        int files = run_folder(argv[i]);
        printf("%s %d - %s (%d files)\n", files > 0 ? "ok" : "not ok", i, argv[i], files);
        fine = fine && files > 0;
    }
    return fine ? 0 : 1;
}
