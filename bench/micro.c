/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nanoseconds per packet of every room on the way from file to report: the readers by themselves, then each step of
 * counting, table by table, batch by batch, as the program does it.
 *
 * Time is the process's CPU time, so that others on the machine are not measured, though they still slow the caches
 * down: the lowest figure of several rounds is the cleanest.  What reading the clock once per batch and step costs is
 * measured and printed, not subtracted.  Tables are used through the headers of their room, so that each is measured
 * alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "portsniff/account.h"
#include "portsniff/decode.h"
#include "portsniff/findings.h"
#include "portsniff/names.h"
#include "portsniff/report.h"
#include "portsniff/source.h"

#define ROUNDS_MAX 99
#define READ_NS    2000000000u /* a slow reader need not read all of a large trace */

enum step {
    STEP_READ_NATIVE,
    STEP_READ_LIBPCAP,
    STEP_BLOCK_LOAD,
    STEP_BLOCK_INDEX,
    STEP_BLOCK_BATCH,
    STEP_DECODE,
    STEP_ACCOUNT,
    STEP_SCAN,
    STEP_DIVIDE,
    STEP_FLOWS,
    STEP_TEXT_COLLECT,
    STEP_TEXT_FINDINGS,
    STEP_TEXT,
    STEP_JSON_COLLECT,
    STEP_JSON_FINDINGS,
    STEP_JSON,
    STEP_COUNT
};

static const char *const step_name[STEP_COUNT] = {
    [STEP_READ_NATIVE] = "read, native",
    [STEP_READ_LIBPCAP] = "read, libpcap",
    [STEP_BLOCK_LOAD] = "blocks: claim and load",
    [STEP_BLOCK_INDEX] = "blocks: index",
    [STEP_BLOCK_BATCH] = "blocks: packets",
    [STEP_DECODE] = "decode",
    [STEP_ACCOUNT] = "account, whole",
    [STEP_SCAN] = "account: scan",
    [STEP_DIVIDE] = "account: divide",
    [STEP_FLOWS] = "account: flows",
    [STEP_TEXT_COLLECT] = "text, top 10: collect",
    [STEP_TEXT_FINDINGS] = "text, top 10: findings",
    [STEP_TEXT] = "text, top 10: render",
    [STEP_JSON_COLLECT] = "JSON, all rows: collect",
    [STEP_JSON_FINDINGS] = "JSON, all rows: findings",
    [STEP_JSON] = "JSON, all rows: render",
};

/* What one round spent, and the sizes that explain it. */
struct round {
    uint64_t ns[STEP_COUNT];
    uint64_t read[STEP_COUNT]; /* packets that went into ns[], where not all did */
    uint64_t packets;
    size_t pairs, hosts, ports;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void fail(const char *text)
{
    fprintf(stderr, "micro: %s\n", text);
    exit(1);
}

static void *need(void *memory)
{
    if (!memory)
        fail("memory is out.");
    return memory;
}

static struct ps_source *open_source(const char *path, enum ps_reader reader)
{
    struct ps_source_options options = {.paths = &path, .path_count = 1, .reader = reader};
    struct ps_source *source;
    struct ps_error error;
    if (ps_source_open(&options, &source, &error))
        fail(error.text);
    return source;
}

/* The next batch; false at the end. */
static bool next(struct ps_source *source, struct ps_batch *batch)
{
    enum ps_next got;
    while ((got = ps_source_next(source, batch)) == PS_NEXT_NONE_YET)
        ;
    if (got == PS_NEXT_ERROR)
        fail(ps_source_error(source)->text);
    return got == PS_NEXT_BATCH;
}

/* Reads the file, or as much as can be read in READ_NS, and does nothing else. */
static void read_alone(const char *path, enum ps_reader reader, struct round *round, enum step step)
{
    static struct ps_batch batch;
    struct ps_source *source = open_source(path, reader);
    uint64_t start = now_ns();
    while (now_ns() - start < READ_NS && next(source, &batch))
        round->read[step] += batch.count;
    round->ns[step] = now_ns() - start;
    ps_source_close(source);
}

/* Adds the time since *since to a step and moves *since on. */
static void lap(struct round *round, enum step step, uint64_t *since)
{
    uint64_t now = now_ns();
    round->ns[step] += now - *since;
    *since = now;
}

/* Reads the file by blocks, as the program does it, and does nothing else. */
static void read_blocks(const char *path, struct round *round)
{
    static struct ps_batch batch;
    struct ps_source *source = open_source(path, PS_READER_NATIVE);
    struct ps_block *block = need(ps_block_create());
    enum ps_next got;
    for (;;) {
        uint64_t since = now_ns();
        while ((got = ps_source_claim(source, block)) == PS_NEXT_NONE_YET)
            ;
        if (got != PS_NEXT_BATCH)
            break;
        ps_source_load(source, block);
        lap(round, STEP_BLOCK_LOAD, &since);
        while (ps_source_index(source, block) == PS_NEXT_NONE_YET)
            ;
        lap(round, STEP_BLOCK_INDEX, &since);
        for (size_t from = 0; from < ps_block_count(block);)
            from += ps_block_batch(block, from, &batch);
        lap(round, STEP_BLOCK_BATCH, &since);
    }
    ps_block_destroy(block);
    ps_source_close(source);
}

static struct ps_decoder *create_decoder(void)
{
    struct ps_decode_options options = {.tunnels_inner = true, .fragments_credit = true};
    return need(ps_decoder_create(&options));
}

/* Decoding by itself. */
static void decode_alone(const char *path, struct round *round)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    struct ps_decoder *decoder = create_decoder();
    struct ps_source *source = open_source(path, PS_READER_NATIVE);
    while (next(source, &batch)) {
        uint64_t since = now_ns();
        ps_decode(decoder, &batch, &keys);
        lap(round, STEP_DECODE, &since);
        round->packets += batch.count;
    }
    ps_source_close(source);
    ps_decoder_destroy(decoder);
}

static void render(const struct ps_snapshot *snapshot, const struct ps_report_options *options)
{
    struct ps_names *names;
    struct ps_error error;
    struct ps_out out;
    if (ps_names_create(NULL, false, &names, &error))
        fail(error.text);
    if (ps_out_memory(&out) || ps_report_write(snapshot, names, options, &out))
        fail("memory is out.");
    ps_out_finish(&out);
    ps_names_destroy(names);
}

/* One whole report, from the account to the text: three steps, from `step` on. */
static void report(const struct ps_account *account, enum ps_format format, size_t top, unsigned step,
                   struct round *round)
{
    struct ps_report_options options = {.format = format, .views = PS_VIEW_SUMMARY, .top = top, .width = 80};
    struct ps_wish wish = ps_report_wish(&options);
    struct ps_snapshot snapshot;
    ps_snapshot_init(&snapshot);
    snapshot.generator = "micro";
    snapshot.mode_tunnels = "inner";
    snapshot.mode_fragments = "credit";
    snapshot.final = true;
    uint64_t since = now_ns();
    if (ps_account_collect(account, &wish, &snapshot))
        fail("memory is out.");
    lap(round, (enum step)(step), &since);
    if (ps_findings_collect(&snapshot, NULL))
        fail("memory is out.");
    lap(round, (enum step)(step + 1), &since);
    render(&snapshot, &options);
    lap(round, (enum step)(step + 2), &since);
    round->pairs = snapshot.pair_count;
    round->hosts = snapshot.host_count;
    round->ports = snapshot.port_count;
    ps_snapshot_finish(&snapshot);
}

/* The account as the program uses it, and the report. */
static void count_together(const char *path, struct round *round)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    struct ps_account *account = need(ps_account_create());
    struct ps_fragments *fragments = need(ps_fragments_create(true));
    struct ps_decoder *decoder = create_decoder();
    struct ps_source *source = open_source(path, PS_READER_NATIVE);
    while (next(source, &batch)) {
        ps_decode(decoder, &batch, &keys);
        uint64_t since = now_ns();
        ps_account_add(account, fragments, &keys, 0, keys.count);
        lap(round, STEP_ACCOUNT, &since);
    }
    ps_fragments_settle(fragments);
    ps_source_close(source);
    ps_decoder_destroy(decoder);
    report(account, PS_FORMAT_TEXT, 10, STEP_TEXT_COLLECT, round);
    report(account, PS_FORMAT_JSON, 0, STEP_JSON_COLLECT, round);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
}

/* The same step by step, as the threads do it. */
static void count_in_lanes(const char *path, struct round *round)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    struct ps_account *account = need(ps_account_create());
    struct ps_fragments *fragments = need(ps_fragments_create(true));
    struct ps_lane *lane = need(ps_lane_open(account));
    struct ps_decoder *decoder = create_decoder();
    struct ps_source *source = open_source(path, PS_READER_NATIVE);
    while (next(source, &batch)) {
        ps_decode(decoder, &batch, &keys);
        uint64_t since = now_ns();
        ps_lane_begin(lane);
        ps_lane_scan(lane, &keys, true);
        lap(round, STEP_SCAN, &since);
        ps_lane_order(lane, fragments);
        ps_lane_divide(lane);
        lap(round, STEP_DIVIDE, &since);
        ps_lane_flows(lane, 0, PS_LANE_PARTS);
        lap(round, STEP_FLOWS, &since);
    }
    ps_lane_close(lane);
    ps_source_close(source);
    ps_decoder_destroy(decoder);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Nanoseconds per packet that reading the clock adds to a step. */
static double clock_cost(void)
{
    enum {
        READINGS = 100000
    };
    uint64_t start = now_ns(), last = start;
    for (int i = 0; i < READINGS; i++)
        last = now_ns();
    return (double)(last - start) / READINGS / PS_BATCH_MAX;
}

static double per_packet(const struct round *round, int step)
{
    return (double)round->ns[step] / (double)(round->read[step] ? round->read[step] : round->packets);
}

static void print(const struct round *round, int rounds)
{
    printf("%" PRIu64 " packets, %zu port pairs, %zu ports, %zu hosts; %d rounds\n", round->packets, round->pairs,
           round->ports, round->hosts, rounds);
    printf("each step of a batch includes %.1f ns/packet for the clock\n", clock_cost());
    printf("%-24s %12s %18s %12s\n", "step", "ns/packet", "lowest-highest", "ms, lowest");
    for (int step = 0; step < STEP_COUNT; step++) {
        double each[ROUNDS_MAX] = {0};
        for (int i = 0; i < rounds; i++)
            each[i] = per_packet(&round[i], step);
        qsort(each, (size_t)rounds, sizeof(*each), ascending);
        double median = (each[(rounds - 1) / 2] + each[rounds / 2]) / 2;
        printf("%-24s %12.2f %9.2f-%-8.2f %12.1f\n", step_name[step], median, each[0], each[rounds - 1],
               each[0] * (double)round->packets / 1e6);
    }
}

int main(int argc, char **argv)
{
    int rounds = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 5;
    if (argc < 2 || argc > 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: micro TRACE [ROUNDS]\n");
        return 2;
    }
    static struct round round[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) {
        read_alone(argv[1], PS_READER_NATIVE, &round[i], STEP_READ_NATIVE);
        read_alone(argv[1], PS_READER_LIBPCAP, &round[i], STEP_READ_LIBPCAP);
        read_blocks(argv[1], &round[i]);
        decode_alone(argv[1], &round[i]);
        count_together(argv[1], &round[i]);
        count_in_lanes(argv[1], &round[i]);
    }
    if (!round[0].packets)
        fail("the trace has no packets.");
    print(round, rounds);
    return 0;
}
