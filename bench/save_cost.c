/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What saving costs: nanoseconds of CPU time per packet, for small and for full packets, plain and packed.
 *
 *     save_cost FILE [ROUNDS]
 *
 * FILE may be /dev/null, which leaves the room's own work; a file on tmpfs or on a disk adds the kernel's copy.  User
 * and system time are told apart; the lowest of several rounds is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "portsniff/save.h"

#define PACKETS (UINT64_C(4096) * PS_BATCH_MAX)

struct cost {
    double user_ns, system_ns, bytes; /* per packet */
};

static void fail(const char *text)
{
    fprintf(stderr, "save_cost: %s\n", text);
    exit(1);
}

static double ns_of(const struct timeval *time)
{
    return (double)time->tv_sec * 1e9 + (double)time->tv_usec * 1e3;
}

/* Bytes that neither are all alike nor cannot be packed at all: a counting header before text. */
static void fill(uint8_t *data, size_t size, uint32_t seed)
{
    static const char text[] = "the quick brown fox jumps over the lazy dog ";
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        data[i] = i < 54 || i % 4 == 0 ? (uint8_t)(seed >> 24) : (uint8_t)text[i % (sizeof(text) - 1)];
    }
}

static struct cost measure(const char *path, enum ps_save_packing packing, uint32_t size, uint64_t packets)
{
    static struct ps_batch batch = {.count = PS_BATCH_MAX};
    static uint8_t data[PS_BATCH_MAX][2048];
    struct rusage before, after;
    struct ps_save_facts facts;
    struct ps_error error;
    struct ps_save *save;
    for (size_t i = 0; i < PS_BATCH_MAX; i++) {
        fill(data[i], size, (uint32_t)i);
        batch.packet[i] = (struct ps_packet){.data = data[i], .captured = size, .original = size, .link_type = 1};
    }
    if (ps_save_open(&(struct ps_save_options){.path = path, .packing = packing}, &save, &error) < 0 ||
        ps_save_begin(save, &error) < 0)
        fail(error.text);
    getrusage(RUSAGE_SELF, &before);
    for (uint64_t done = 0; done < packets; done += PS_BATCH_MAX) {
        for (size_t i = 0; i < PS_BATCH_MAX; i++)
            batch.packet[i].time_ns = (int64_t)(done + i) * 1000;
        if (!ps_save_batch(save, &batch, &error))
            fail(error.text);
    }
    if (!ps_save_end(save, &error))
        fail(error.text);
    getrusage(RUSAGE_SELF, &after);
    ps_save_facts(save, &facts);
    ps_save_close(save);
    return (struct cost){
        .user_ns = (ns_of(&after.ru_utime) - ns_of(&before.ru_utime)) / (double)packets,
        .system_ns = (ns_of(&after.ru_stime) - ns_of(&before.ru_stime)) / (double)packets,
        .bytes = (double)facts.bytes / (double)packets,
    };
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        enum ps_save_packing packing;
        uint64_t packets;
    } kinds[] = {
        {"plain", PS_SAVE_PLAIN, PACKETS}, {"gzip", PS_SAVE_GZIP, PACKETS / 8}, {"zstd", PS_SAVE_ZSTD, PACKETS / 4}};
    static const uint32_t sizes[] = {60, 1514};
    int rounds = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 5;
    if (argc < 2 || argc > 3 || rounds < 1) {
        fprintf(stderr, "usage: save_cost FILE [ROUNDS]\n");
        return 2;
    }
    printf("%-8s %8s %14s %14s %14s\n", "packing", "bytes", "user ns/packet", "system", "bytes in file");
    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        for (size_t size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
            struct cost lowest = {0};
            for (int round = 0; round < rounds; round++) {
                struct cost cost = measure(argv[1], kinds[kind].packing, sizes[size], kinds[kind].packets);
                if (round == 0 || cost.user_ns + cost.system_ns < lowest.user_ns + lowest.system_ns)
                    lowest = cost;
            }
            printf("%-8s %8u %14.1f %14.1f %14.1f\n", kinds[kind].name, sizes[size], lowest.user_ns, lowest.system_ns,
                   lowest.bytes);
        }
    }
    return 0;
}
