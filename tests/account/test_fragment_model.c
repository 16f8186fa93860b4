/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fragment cache against the model that looks through the whole capture, on random streams; whole, and cut into
 * parts that are counted apart and merged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/account.h"
#include "snapshot_text.h"
#include "support/fragment_model.h"

#define STREAMS 1000

struct stream {
    struct model_packet packet[MODEL_PACKETS];
    size_t count;
};

struct part {
    struct ps_account *account;
    struct ps_fragments *fragments;
};

static struct part count_part(const struct stream *stream, size_t from, size_t to)
{
    static struct ps_keys keys;
    struct part part = {from ? ps_account_create_part() : ps_account_create(), ps_fragments_create(from == 0)};
    assert_true(part.account && part.fragments);
    model_keys(stream->packet, from, to, &keys);
    ps_account_add(part.account, part.fragments, &keys, 0, keys.count);
    return part;
}

static void merge_part(struct part *whole, struct part *part)
{
    ps_account_merge(whole->account, part->account);
    ps_fragments_merge(whole->fragments, whole->account, part->fragments, part->account);
    ps_fragments_destroy(part->fragments);
    ps_account_destroy(part->account);
}

static char *finish(struct part *part)
{
    ps_fragments_settle(part->fragments);
    assert_int_equal(ps_account_waiting(part->account), 0);
    assert_int_equal(ps_fragments_overflow(part->fragments), 0);
    char *text = account_text(part->account);
    ps_fragments_destroy(part->fragments);
    ps_account_destroy(part->account);
    return text;
}

static char *count_whole(const struct stream *stream)
{
    struct part part = count_part(stream, 0, stream->count);
    return finish(&part);
}

/* Parts are merged from the left, or each into the one before it, from the right. */
static char *count_cut(const struct stream *stream, const size_t *cut, size_t cuts, bool from_the_right)
{
    struct part part[8];
    assert_true(cuts < 8);
    for (size_t i = 0; i <= cuts; i++)
        part[i] = count_part(stream, i ? cut[i - 1] : 0, i < cuts ? cut[i] : stream->count);
    for (size_t i = 0; i < cuts; i++) {
        if (from_the_right)
            merge_part(&part[cuts - i - 1], &part[cuts - i]);
        else
            merge_part(&part[0], &part[i + 1]);
    }
    return finish(&part[0]);
}

/* Packets per source port, as the cache and as the model have them. */
static void assert_as_model(const struct stream *stream, uint64_t seed)
{
    struct part part = count_part(stream, 0, stream->count);
    uint64_t bytes[MODEL_PACKETS + 2] = {0}, counted[MODEL_PACKETS + 2] = {0};
    struct ps_snapshot s;
    for (size_t i = 0; i < stream->count; i++)
        bytes[model_ports(stream->packet, stream->count, i)] += 1000 + i;
    ps_fragments_settle(part.fragments);
    ps_snapshot_init(&s);
    assert_int_equal(ps_account_collect(part.account, NULL, &s), 0);
    for (size_t i = 0; i < s.pair_count; i++)
        counted[s.pair[i].port_a] += s.pair[i].a_to_b.bytes + s.pair[i].b_to_a.bytes;
    for (size_t i = 1; i < s.ledger_count; i++)
        counted[0] += s.ledger[i].count.bytes;
    for (size_t i = 0; i < MODEL_PACKETS + 2; i++)
        if (bytes[i] != counted[i])
            fail_msg("stream %llx: port %zu has %llu bytes instead of %llu", (unsigned long long)seed, i,
                     (unsigned long long)counted[i], (unsigned long long)bytes[i]);
    ps_snapshot_finish(&s);
    free(finish(&part));
}

/* Numbers 0 to STREAMS - 1 make streams of all sizes. */
static uint64_t make_stream(uint64_t number, struct stream *ret_stream)
{
    uint64_t seed = number * 0x10001;
    ret_stream->count = (size_t)(model_number(&seed) % 30 + 1);
    unsigned datagrams = (unsigned)(model_number(&seed) % 6 + 1);
    model_random(&seed, ret_stream->packet, ret_stream->count, datagrams);
    return seed;
}

static void as_the_model(void **state)
{
    (void)state;
    static struct stream stream;
    for (uint64_t number = 0; number < STREAMS; number++) {
        make_stream(number, &stream);
        assert_as_model(&stream, number);
    }
}

static void cut_once_everywhere(void **state)
{
    (void)state;
    static struct stream stream;
    for (uint64_t number = 0; number < STREAMS / 20; number++) {
        make_stream(number, &stream);
        char *whole = count_whole(&stream);
        for (size_t cut = 0; cut <= stream.count; cut++) {
            char what[64], *parts = count_cut(&stream, &cut, 1, false);
            snprintf(what, sizeof(what), "stream %llu cut at %zu", (unsigned long long)number, cut);
            assert_same_text(what, parts, whole);
            free(parts);
        }
        free(whole);
    }
}

static int compare_sizes(const void *left, const void *right)
{
    const size_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static void cut_often(void **state)
{
    (void)state;
    static struct stream stream;
    for (uint64_t number = 0; number < STREAMS / 4; number++) {
        uint64_t seed = make_stream(number, &stream);
        size_t cut[7], cuts = (size_t)(model_number(&seed) % 7 + 1);
        for (size_t i = 0; i < cuts; i++)
            cut[i] = (size_t)(model_number(&seed) % (stream.count + 1));
        qsort(cut, cuts, sizeof(cut[0]), compare_sizes);
        char *whole = count_whole(&stream);
        for (int right = 0; right < 2; right++) {
            char what[64], *parts = count_cut(&stream, cut, cuts, right);
            snprintf(what, sizeof(what), "stream %llu in %zu parts", (unsigned long long)number, cuts + 1);
            assert_same_text(what, parts, whole);
            free(parts);
        }
        free(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_model),
        cmocka_unit_test(cut_once_everywhere),
        cmocka_unit_test(cut_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
