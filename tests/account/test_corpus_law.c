/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * count(whole) == merge(count(parts)) for real captures: each is cut at several places, in every mode of tunnels and
 * fragments, and every row that is collected must be the same; and so must be what several lanes count.  Reads the captures of the folders given as arguments; a
 * folder that is not there is skipped visibly.
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

#include "lanes.h"
#include "portsniff/account.h"
#include "portsniff/decode.h"
#include "portsniff/source.h"
#include "snapshot_text.h"
#include "support/fragment_model.h"

#define PARTS_MAX 8

/* Places to cut a capture of `count` packets at. */
struct cuts {
    const char *name;
    size_t parts;
    uint64_t from[PARTS_MAX]; /* number of each part's first packet; from[0] is 0 */
};

struct tally {
    struct ps_account *account[PARTS_MAX];
    struct ps_fragments *fragments[PARTS_MAX];
};

static bool named(enum ps_transport transport, uint16_t port)
{
    return transport != PS_TRANSPORT_SCTP && (port < 1024 || port % 100 == 0);
}

static struct ps_source *open_source(const char *path)
{
    const char *paths[] = {path};
    struct ps_source_options options = {.paths = paths, .path_count = 1};
    struct ps_source *source = NULL;
    struct ps_error error;
    return ps_source_open(&options, &source, &error) == 0 ? source : NULL;
}

/* Unpacking may let wait: then there is nothing yet. */
static bool next_batch(struct ps_source *source, struct ps_batch *batch)
{
    enum ps_next next;
    while ((next = ps_source_next(source, batch)) == PS_NEXT_NONE_YET)
        ;
    return next == PS_NEXT_BATCH;
}

static void tally_start(struct tally *tally, const struct cuts *cuts, bool credit)
{
    for (size_t i = 0; i < cuts->parts; i++) {
        tally->account[i] = i ? ps_account_create_part() : ps_account_create();
        tally->fragments[i] = credit ? ps_fragments_create(i == 0) : NULL;
        assert_non_null(tally->account[i]);
        assert_true(!credit || tally->fragments[i]);
    }
}

/* Counts a batch, whose first packet has the number `first`, into the parts that it belongs to. */
static void tally_batch(struct tally *tally, const struct cuts *cuts, struct ps_keys *keys, uint64_t first)
{
    for (size_t i = 0; i < cuts->parts; i++) {
        uint64_t end = i + 1 < cuts->parts ? cuts->from[i + 1] : UINT64_MAX;
        size_t from = cuts->from[i] > first ? (size_t)(cuts->from[i] - first) : 0;
        size_t to = end > first ? (size_t)(end - first) : 0;
        if (to > keys->count)
            to = keys->count;
        if (from < to)
            ps_account_add(tally->account[i], tally->fragments[i], keys, from, to);
    }
}

/* Merges all parts into the first; returns its rows. */
static char *tally_finish(struct tally *tally, const struct cuts *cuts)
{
    for (size_t i = 1; i < cuts->parts; i++) {
        ps_account_merge(tally->account[0], tally->account[i]);
        if (tally->fragments[0])
            ps_fragments_merge(tally->fragments[0], tally->account[0], tally->fragments[i], tally->account[i]);
        ps_fragments_destroy(tally->fragments[i]);
        ps_account_destroy(tally->account[i]);
    }
    if (tally->fragments[0])
        ps_fragments_settle(tally->fragments[0]);
    assert_int_equal(ps_account_waiting(tally->account[0]), 0);
    ps_account_set_evidence(tally->account[0], named, NULL);
    char *text = account_text(tally->account[0]);
    ps_fragments_destroy(tally->fragments[0]);
    ps_account_destroy(tally->account[0]);
    return text;
}

/* Reads the capture once for each way of cutting it: keys are changed by counting. */
static char *count(const char *path, const struct ps_decode_options *options, const struct cuts *cuts)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    struct tally tally;
    struct ps_source *source = open_source(path);
    struct ps_decoder *decoder = ps_decoder_create(options);
    uint64_t first = 0;
    assert_true(source && decoder);
    tally_start(&tally, cuts, options->fragments_credit);
    while (next_batch(source, &batch)) {
        ps_decode(decoder, &batch, &keys);
        tally_batch(&tally, cuts, &keys, first);
        first += keys.count;
    }
    char *text = tally_finish(&tally, cuts);
    ps_decoder_destroy(decoder);
    ps_source_close(source);
    return text;
}

/* All packets of a capture, with their bytes. */
static struct ps_packet *keep_packets(const char *path, uint64_t packets)
{
    static struct ps_batch batch;
    struct ps_source *source = open_source(path);
    struct ps_packet *kept = calloc(packets + 1, sizeof(*kept));
    size_t n = 0;
    assert_true(source && kept);
    while (next_batch(source, &batch)) {
        for (size_t i = 0; i < batch.count; i++, n++) {
            uint8_t *data = malloc(batch.packet[i].captured + 1u);
            assert_non_null(data);
            memcpy(data, batch.packet[i].data, batch.packet[i].captured);
            kept[n] = batch.packet[i];
            kept[n].data = data;
        }
    }
    ps_source_close(source);
    return kept;
}

static void free_packets(struct ps_packet *packet)
{
    for (size_t i = 0; packet[i].data; i++)
        free((void *)(uintptr_t)packet[i].data);
    free(packet);
}

static char *count_in_lanes(const struct ps_packet *packet, uint64_t packets, const struct ps_decode_options *options,
                            unsigned lanes, size_t longest)
{
    uint64_t seed = packets + lanes;
    struct ps_account *account = ps_account_create();
    struct ps_fragments *fragments = options->fragments_credit ? ps_fragments_create(true) : NULL;
    struct ps_decoder *decoder = ps_decoder_create(options);
    assert_true(account && decoder);
    lanes_count(account, fragments, decoder, packet, packets, lanes, longest, &seed);
    if (fragments)
        ps_fragments_settle(fragments);
    ps_account_set_evidence(account, named, NULL);
    char *text = account_text(account);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
    ps_decoder_destroy(decoder);
    return text;
}

static uint64_t packets_of(const char *path)
{
    static struct ps_batch batch;
    struct ps_source *source = open_source(path);
    uint64_t packets = 0;
    if (!source)
        return 0;
    while (next_batch(source, &batch))
        packets += batch.count;
    ps_source_close(source);
    return packets;
}

static void check_capture(void **state)
{
    const char *path = *state;
    uint64_t n = packets_of(path);
    if (n == 0) /* not a capture, or an empty one */
        return;
    const struct cuts whole = {"whole", 1, {0}};
    struct ps_packet *packet = keep_packets(path, n);
    const struct cuts cuts[] = {
        {"in the middle", 2, {0, n / 2}},
        {"in five", 5, {0, n / 5, n / 5 * 2, n / 5 * 3, n - n / 5}},
        {"at the beginning, and before the last packet", 4, {0, 1, 3, n > 4 ? n - 1 : 3}},
    };
    for (unsigned mode = 0; mode < 4; mode++) {
        struct ps_decode_options options = {.tunnels_inner = mode & 1, .fragments_credit = mode & 2};
        char *expected = count(path, &options, &whole), what[160];
        for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]) && (i < 2 || n >= 4); i++) { /* the last needs four */
            char *got = count(path, &options, &cuts[i]);
            snprintf(what, sizeof(what), "%s, %s, cut %s", mode & 1 ? "inner" : "outer", mode & 2 ? "credit" : "header",
                     cuts[i].name);
            assert_same_text(what, got, expected);
            free(got);
        }
        for (unsigned lanes = 1; lanes <= LANES_MAX; lanes += 2) {
            char *got = count_in_lanes(packet, n, &options, lanes, lanes == 3 ? 3 : 300);
            snprintf(what, sizeof(what), "%s, %s, in %u lanes", mode & 1 ? "inner" : "outer",
                     mode & 2 ? "credit" : "header", lanes);
            assert_same_text(what, got, expected);
            free(got);
        }
        free(expected);
    }
    free_packets(packet);
}

static void skip_folder(void **state)
{
    (void)state;
    skip();
}

struct list {
    struct CMUnitTest *test;
    size_t count, room;
};

static void list_add(struct list *list, CMUnitTestFunction function, char *path)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 64;
        list->test = realloc(list->test, list->room * sizeof(*list->test));
        assert_non_null(list->test);
    }
    const char *slash = strrchr(path, '/');
    list->test[list->count++] =
        (struct CMUnitTest){.name = slash ? slash + 1 : path, .test_func = function, .initial_state = path};
}

static void list_folder(struct list *list, const char *folder)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0) {
        list_add(list, skip_folder, strdup(folder));
        return;
    }
    for (int i = 0; i < n; i++) {
        char *path = NULL;
        /* .tsv and .md are tables and words, not captures */
        if (strstr(entries[i]->d_name, "cap") && asprintf(&path, "%s/%s", folder, entries[i]->d_name) > 0)
            list_add(list, check_capture, path);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    struct list list = {0};
    for (int i = 1; i < argc; i++)
        list_folder(&list, argv[i]);
    int failed = _cmocka_run_group_tests("corpus law", list.test, list.count, NULL, NULL);
    for (size_t i = 0; i < list.count; i++)
        free(list.test[i].initial_state);
    free(list.test);
    return failed != 0; /* a count would be cut to eight bits */
}
