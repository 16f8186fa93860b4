/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A corpus of captures from elsewhere, where there is one: its folder is named by PORTSNIFF_CORPUS, or stands beside the
 * sources.  pcaps/ holds the captures; truth/NAME.tsv says how many frames and bytes another program counted.
 */
#include "collect.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef SOURCE_ROOT
#define SOURCE_ROOT "."
#endif

struct truth {
    bool known;
    uint64_t frames, wire_bytes;
    bool whole; /* the file ends without trouble */
};

static const char *corpus(void)
{
    const char *named = getenv("PORTSNIFF_CORPUS");
    return named ? named : SOURCE_ROOT "/../shared/corpus";
}

static struct truth read_truth(const char *name)
{
    struct truth truth = {0};
    char path[1024], line[512];
    snprintf(path, sizeof(path), "%s/truth/%s.tsv", corpus(), name);
    FILE *file = fopen(path, "r");
    if (!file)
        return truth;
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "summary\tframes\t", 15) == 0)
            truth.frames = strtoull(line + 15, NULL, 10);
        else if (strncmp(line, "summary\twire_bytes\t", 19) == 0)
            truth.wire_bytes = strtoull(line + 19, NULL, 10);
        else if (strncmp(line, "summary\treader\t", 15) == 0)
            truth.whole = strncmp(line + 15, "ok\n", 3) == 0;
    }
    fclose(file);
    truth.known = true;
    return truth;
}

typedef int check_function(const char *name, const char *path);

/* Runs a check over every capture; it returns 1 for a difference, which it printed. */
static void check_all(check_function *check)
{
    char folder[1024], path[2048];
    struct dirent **entries;
    snprintf(folder, sizeof(folder), "%s/pcaps", corpus());
    int count = scandir(folder, &entries, NULL, alphasort), files = 0, different = 0;
    if (count < 0)
        skip();
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            files++;
            different += check(entries[i]->d_name, path);
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(files > 0);
    assert_int_equal(different, 0);
}

/* Another program clamps original lengths above 2^31 - 1; the sum of the full ones is wanted. */
static bool has_huge_packet(const struct collected *got)
{
    for (size_t i = 0; i < got->count; i++) {
        if (got->packet[i].original > INT32_MAX)
            return true;
    }
    return false;
}

static int differs_from_truth(const char *name, const char *path)
{
    struct truth truth = read_truth(name);
    if (!truth.known)
        return 0;
    struct collected got;
    collect_path(path, PS_READER_NATIVE, &got);
    uint64_t bytes = 0;
    for (size_t i = 0; i < got.count; i++)
        bytes += got.packet[i].original;
    bool different = got.count != truth.frames || (bytes != truth.wire_bytes && !has_huge_packet(&got));
    if (got.opened < 0)
        different = truth.frames != 0;
    else if (got.input[0].damaged == truth.whole)
        different = true;
    if (different)
        print_error("%s: %zu frames, %" PRIu64 " bytes, %s\n", name, got.count, bytes,
                    got.opened < 0        ? got.error.text
                    : got.input[0].damage ? got.input[0].damage
                                          : "whole");
    collected_finish(&got);
    return different;
}

static void frames_and_bytes_are_true(void **state)
{
    (void)state;
    check_all(differs_from_truth);
}

/* libpcap turns the fields of some headers over in files of the other byte order. */
static bool libpcap_changes(uint16_t link_type)
{
    return link_type == 189 || link_type == 220 || link_type == 239; /* USB, USB memory-mapped, NFLOG */
}

/* A broken file may have a fraction of far more than a second, which libpcap takes for a signed number, cut short. */
static bool times_differ(int64_t one, int64_t libpcap)
{
    const int64_t second = 1000000000;
    return one != PS_TIME_NONE && one != libpcap && one - libpcap < second && libpcap - one < second;
}

static bool packets_differ(const struct ps_packet *one, const struct ps_packet *libpcap)
{
    /* libpcap cuts packets down to the snapshot length, and gives a time to those without */
    return times_differ(one->time_ns, libpcap->time_ns) || one->original != libpcap->original ||
           one->captured < libpcap->captured || one->link_type != libpcap->link_type ||
           (!libpcap_changes(one->link_type) && memcmp(one->data, libpcap->data, libpcap->captured) != 0);
}

static int roads_differ(const char *name, const char *path)
{
    struct collected native, libpcap;
    collect_path(path, PS_READER_NATIVE, &native);
    collect_path(path, PS_READER_LIBPCAP, &libpcap);
    bool different = native.opened != libpcap.opened;
    if (native.opened == 0 && libpcap.opened == 0) {
        bool gave_up = libpcap.input[0].damaged && strstr(libpcap.input[0].damage, "libpcap does not read");
        different = gave_up ? libpcap.count > native.count
                            : libpcap.count != native.count || libpcap.input[0].damaged != native.input[0].damaged;
        for (size_t i = 0; !different && i < libpcap.count; i++)
            different = packets_differ(&native.packet[i], &libpcap.packet[i]);
        if (different)
            print_error("%s: native %zu %s, libpcap %zu %s\n", name, native.count,
                        native.input[0].damage ? native.input[0].damage : "whole", libpcap.count,
                        libpcap.input[0].damage ? libpcap.input[0].damage : "whole");
    }
    collected_finish(&native);
    collected_finish(&libpcap);
    return different;
}

static void both_roads_are_equal(void **state)
{
    (void)state;
    check_all(roads_differ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_and_bytes_are_true),
        cmocka_unit_test(both_roads_are_equal),
    };
    return cmocka_run_group_tests_name("capture-corpus", tests, enter_folder, leave_folder);
}
