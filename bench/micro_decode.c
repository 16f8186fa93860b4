/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What decoding a packet costs, with the short cut of ordinary packets and without, what asking for the application of a
 * payload costs, and what a hash costs.
 *
 * Each figure is the median over all batches, because others on the machine disturb some batches and not most.  `first`
 * meets packets that were read just before; `again` decodes the same ones a second time, when caches and branch predictors
 * know them: the difference is what is not arithmetic.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decode/walk.h"
#include "portsniff/application.h"
#include "portsniff/hash.h"
#include "portsniff/source.h"

enum {
    BATCHES_MOST = 20000,
    PAYLOADS = 4096,
    PAYLOAD = 128, /* bytes that were captured of one */
    ROUNDS = 50
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Figures of one kind. */
struct series {
    const char *name;
    size_t count;
    double each[BATCHES_MOST];
};

static void note(struct series *series, uint64_t since, size_t packets)
{
    if (series->count < BATCHES_MOST)
        series->each[series->count++] = (double)(now_ns() - since) / (double)packets;
}

static void print(struct series *series)
{
    qsort(series->each, series->count, sizeof(series->each[0]), ascending);
    if (series->count)
        printf("%-36s %8.2f   lowest tenth below %.2f\n", series->name, series->each[series->count / 2],
               series->each[series->count / 10]);
}

/* --- decoding --- */

static int measure_decoding(const char *path)
{
    static struct series first = {.name = "decode, first"}, again = {.name = "decode, again"},
                         walk = {.name = "decode, every packet by the walk"};
    static struct ps_batch batch;
    static struct ps_keys keys;
    struct ps_source_options options = {.paths = &path, .path_count = 1};
    struct ps_decode_options decode = {.tunnels_inner = true, .fragments_credit = true};
    struct ps_decoder *decoder = ps_decoder_create(&decode);
    struct ps_source *source;
    struct ps_error error;
    if (!decoder || ps_source_open(&options, &source, &error)) {
        fprintf(stderr, "micro_decode: %s\n", decoder ? error.text : "memory is out.");
        return 1;
    }
    enum ps_next got;
    while ((got = ps_source_next(source, &batch)) != PS_NEXT_END && got != PS_NEXT_ERROR) {
        if (got == PS_NEXT_NONE_YET || batch.count < PS_BATCH_MAX)
            continue;
        if (first.count == BATCHES_MOST)
            break;
        uint64_t since = now_ns();
        ps_decode(decoder, &batch, &keys);
        note(&first, since, batch.count);
        since = now_ns();
        ps_decode(decoder, &batch, &keys);
        note(&again, since, batch.count);
        since = now_ns();
        ps_decode_by_walk(decoder, &batch, &keys);
        note(&walk, since, batch.count);
    }
    ps_source_close(source);
    ps_decoder_destroy(decoder);
    print(&first);
    print(&again);
    print(&walk);
    return 0;
}

/* --- applications --- */

struct payload {
    uint8_t byte[PAYLOAD];
    enum ps_transport transport;
    uint16_t source, destination;
    uint32_t length;
};

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* Random bytes from `at` on, behind those at `head`. */
static void make_payloads(struct payload *payload, const char *head, uint32_t at, bool random)
{
    uint64_t state = 0x2545f4914f6cdd1d;
    for (size_t i = 0; i < PAYLOADS; i++) {
        uint64_t number = random_next(&state);
        memset(&payload[i], 0, sizeof(payload[i]));
        payload[i].transport = at || number % 10 < 7 ? PS_TRANSPORT_TCP : PS_TRANSPORT_UDP;
        payload[i].source = (uint16_t)(32768 + (number >> 8) % 28000);
        payload[i].destination = number >> 60 & 1 ? 443 : (uint16_t)(number >> 40);
        payload[i].length = at ? 1400 : 1 + (uint32_t)(number >> 24) % 1400;
        memcpy(payload[i].byte, head, at);
        for (uint32_t k = at; random && k < PAYLOAD; k++)
            payload[i].byte[k] = (uint8_t)(random_next(&state) >> 32);
    }
}

static void measure_application(const char *name, const char *head, uint32_t at, bool random)
{
    static struct payload payload[PAYLOADS];
    static struct series series;
    volatile unsigned named = 0;
    series.name = name;
    series.count = 0;
    make_payloads(payload, head, at, random);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t since = now_ns();
        unsigned found = 0;
        for (size_t i = 0; i < PAYLOADS; i++) {
            const struct payload *p = &payload[i];
            struct ps_bytes bytes = ps_bytes_of(p->byte, p->length < PAYLOAD ? p->length : PAYLOAD);
            found += ps_application_of(p->transport, p->source, p->destination, bytes, p->length).application != 0;
        }
        named = named + found;
        note(&series, since, PAYLOADS);
    }
    print(&series);
}

/* --- hashes --- */

static void measure_hashes(void)
{
    static struct series series[3] = {{.name = "hash of a pair"}, {.name = "hash of four"}, {.name = "hash of five"}};
    static uint64_t word[PS_BATCH_MAX + 4], hash[PS_BATCH_MAX];
    const uint64_t *seed = ps_hash_seed();
    for (int round = 0; round < BATCHES_MOST; round++) {
        uint64_t since = now_ns();
        for (size_t i = 0; i < PS_BATCH_MAX; i++)
            hash[i] = ps_hash_pair(seed, word[i], word[i + 1]);
        note(&series[0], since, PS_BATCH_MAX);
        since = now_ns();
        for (size_t i = 0; i < PS_BATCH_MAX; i++)
            hash[i] ^= ps_hash_four(seed, word[i], word[i + 1], word[i + 2], word[i + 3]);
        note(&series[1], since, PS_BATCH_MAX);
        since = now_ns();
        for (size_t i = 0; i < PS_BATCH_MAX; i++)
            hash[i] ^= ps_hash_five(seed, word[i], word[i + 1], word[i + 2], word[i + 3], word[i + 4]);
        note(&series[2], since, PS_BATCH_MAX);
        word[round % PS_BATCH_MAX] = hash[round % PS_BATCH_MAX];
    }
    for (int i = 0; i < 3; i++)
        print(&series[i]);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: micro_decode TRACE\n");
        return 2;
    }
    printf("%-36s %8s\n", "nanoseconds each", "median");
    if (measure_decoding(argv[1]))
        return 1;
    measure_application("application: zeros, no match", "", 0, false);
    measure_application("application: random bytes, no match", "", 0, true);
    measure_application("application: TLS", "\x17\x03\x03\x05\x70", 5, true);
    measure_hashes();
    return 0;
}
