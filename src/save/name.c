/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of saved files.  Those of rotation are what dumpcap's users know: a number, so that they sort in the order in
 * which they were written even when the clock was set back, and the time of the first packet, so that the right one is
 * found without opening any.  That time is the packets' own and in UTC: the same input gives the same names.
 */
#include "name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "_", a number of up to 20 digits, "_", a time of 14 digits. */
#define ROTATED_EXTRA 36

struct packed_suffix {
    const char *text;
    enum ps_save_packing packing;
};

static const struct packed_suffix packed_suffixes[] = {{".gz", PS_SAVE_GZIP}, {".zst", PS_SAVE_ZSTD}};
static const char *const capture_suffixes[] = {".pcapng", ".ntar", ".pcap", ".cap", ".dmp"};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Length of `text` without `suffix`; all of it when it ends otherwise or is nothing but that. */
static size_t without(const char *text, size_t length, const char *suffix)
{
    size_t tail = strlen(suffix);
    return length > tail && memcmp(text + length - tail, suffix, tail) == 0 ? length - tail : length;
}

static const char *word_of(enum ps_save_packing packing)
{
    return packing == PS_SAVE_GZIP ? "gzip" : packing == PS_SAVE_ZSTD ? "zstd" : "none";
}

/* The packing that a name tells, and where its suffix begins. */
static enum ps_save_packing packing_of(const char *base, size_t *length)
{
    for (size_t i = 0; i < COUNT_OF(packed_suffixes); i++) {
        size_t rest = without(base, *length, packed_suffixes[i].text);
        if (rest < *length) {
            *length = rest;
            return packed_suffixes[i].packing;
        }
    }
    return PS_SAVE_PLAIN;
}

/* ".gz", ".zst" or nothing. */
static const char *text_of(enum ps_save_packing packing)
{
    for (size_t i = 0; i < COUNT_OF(packed_suffixes); i++)
        if (packed_suffixes[i].packing == packing)
            return packed_suffixes[i].text;
    return "";
}

static int out_of_memory(struct ps_error *error)
{
    return ps_error_set(error, "cannot prepare saving: memory is out.");
}

/* Stem and suffix of a base name, whose suffix for packing begins at `end`.  A name that was typed whole stays as it
 * is; names that are made say what is in the file. */
static int cut(struct ps_save_name *name, const char *base, size_t end, enum ps_save_packing told, bool rotates)
{
    size_t stem = end;
    for (size_t i = 0; i < COUNT_OF(capture_suffixes) && stem == end; i++)
        stem = without(base, end, capture_suffixes[i]);
    name->stem = strndup(base, stem);
    char *capture = rotates && stem == end ? strdup(".pcapng") : strndup(base + stem, end - stem);
    if (!capture || asprintf(&name->suffix, "%s%s", capture, text_of(rotates ? name->packing : told)) < 0)
        name->suffix = NULL;
    free(capture);
    return name->stem && name->suffix ? 0 : -1;
}

int ps_save_name_init(struct ps_save_name *name, const char *path, enum ps_save_packing packing, bool rotates,
                      struct ps_error *error)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    *name = (struct ps_save_name){0};
    name->directory = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    if (!name->directory)
        return out_of_memory(error);
    if (base[0] == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return ps_error_set(error, "cannot save to '%s': it names no file; add one, as in -w capture.pcapng.", path);

    size_t end = strlen(base);
    enum ps_save_packing told = packing_of(base, &end);
    name->packing = packing == PS_SAVE_BY_NAME ? told : packing;
    if (told != PS_SAVE_PLAIN && told != name->packing)
        return ps_error_set(error,
                            "cannot save to %s with compression '%s': the name says %s; choose another name or leave "
                            "--compress out.",
                            path, word_of(name->packing), word_of(told));
    if (cut(name, base, end, told, rotates) < 0)
        return out_of_memory(error);
    if (strlen(name->stem) + strlen(name->suffix) + (rotates ? ROTATED_EXTRA : 0) > NAME_MAX)
        return ps_error_set(error, "cannot save to %s: the name is too long; choose a shorter one.", path);
    return 0;
}

void ps_save_name_finish(struct ps_save_name *name)
{
    free(name->directory);
    free(name->stem);
    free(name->suffix);
    *name = (struct ps_save_name){0};
}

void ps_save_name_single(const struct ps_save_name *name, char ret_file[static NAME_MAX + 1])
{
    snprintf(ret_file, NAME_MAX + 1, "%s%s", name->stem, name->suffix);
}

void ps_save_name_rotated(const struct ps_save_name *name, uint64_t number, int64_t time_ns,
                          char ret_file[static NAME_MAX + 1])
{
    struct tm day = {0};
    time_t seconds = (time_t)(time_ns / 1000000000 - (time_ns % 1000000000 < 0));
    gmtime_r(&seconds, &day);
    snprintf(ret_file, NAME_MAX + 1, "%s_%05" PRIu64 "_%04d%02d%02d%02d%02d%02d%s", name->stem, number,
             day.tm_year + 1900, day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec, name->suffix);
}
