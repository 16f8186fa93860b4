/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What handles many things at a time: groups by key, the first rows in an order, words sorted by bits, loops shared by
 * threads.  Each is held against the plain way of doing it, at sizes around those where it changes its ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "portsniff/best.h"
#include "portsniff/parallel.h"
#include "portsniff/parts.h"
#include "portsniff/scratch.h"
#include "portsniff/sort.h"

static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* --- scratch --- */

static void scratch_is_zero(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 4096, (2 << 20) - 1, 2 << 20, 5 << 20};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *memory = ps_scratch_get(sizes[i], 1);
        assert_non_null(memory);
        for (size_t at = 0; at < sizes[i]; at += 509)
            assert_int_equal(memory[at], 0);
        if (sizes[i] > 0)
            memory[sizes[i] - 1] = 1;
        ps_scratch_put(memory, sizes[i], 1);
    }
    assert_null(ps_scratch_get(SIZE_MAX / 2, 3));
    ps_scratch_put(NULL, 5 << 20, 1);
}

/* --- sorting --- */

static int compare_words(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* Places in the lower bits, so that what is equal above them must keep its order. */
static void sorts_by_upper_bits(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 47, 48, 49, 1000, 16383, 16384, 40000};
    static const uint64_t masks[] = {UINT64_MAX, 0xff, 0, 0x7000000ff};
    uint64_t seed = 7;
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
        for (size_t m = 0; m < sizeof(masks) / sizeof(masks[0]); m++) {
            size_t count = counts[c];
            uint64_t *word = calloc(2 * count + 1, sizeof(*word)), *expected = calloc(count + 1, sizeof(*expected));
            assert_true(word && expected);
            for (size_t i = 0; i < count; i++)
                expected[i] = word[i] = (next_number(&seed) & masks[m]) << 20 | i;
            qsort(expected, count, sizeof(*expected), compare_words);
            ps_radix_sort(word, word + count, count, 20);
            assert_memory_equal(word, expected, count * sizeof(*word));
            free(word);
            free(expected);
        }
}

/* --- the first rows --- */

static int descending(const void *left, const void *right)
{
    return compare_words(right, left);
}

static void sum_up(void *owner, const void *row)
{
    uint64_t *sum = owner;
    *sum += *(const uint64_t *)row;
}

static void best_are_the_first(void **state)
{
    (void)state;
    static const size_t limits[] = {0, 1, 2, 10, 99, 100, 101, 5000};
    for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
        uint64_t all[100], left = 0, stayed = 0, sum = 0, seed = 3;
        struct ps_best best;
        ps_best_init(&best, limits[l], sizeof(uint64_t), descending, sum_up, &left);
        for (size_t i = 0; i < 100; i++) {
            all[i] = next_number(&seed) % 1000000;
            sum += all[i];
            assert_true(ps_best_offer(&best, &all[i]));
        }
        qsort(all, 100, sizeof(all[0]), descending);
        size_t count, expected = limits[l] == 0 || limits[l] > 100 ? 100 : limits[l];
        uint64_t *row = ps_best_take(&best, descending, &count);
        assert_non_null(row);
        assert_int_equal(count, expected);
        assert_memory_equal(row, all, count * sizeof(*row));
        for (size_t i = 0; i < count; i++)
            stayed += row[i];
        assert_int_equal(stayed + left, sum);
        free(row);
        ps_best_finish(&best);
    }
}

static void best_of_nothing(void **state)
{
    (void)state;
    struct ps_best best;
    size_t count = 1;
    ps_best_init(&best, 3, sizeof(uint64_t), descending, NULL, NULL);
    assert_null(ps_best_last(&best));
    void *row = ps_best_take(&best, descending, &count);
    assert_non_null(row);
    assert_int_equal(count, 0);
    free(row);
}

/* --- groups --- */

#define KINDS 3u

/* Every item is in one group of its key and kind, and items keep their order there. */
static void check_groups(const struct ps_parts *parts, uint64_t keys, size_t items)
{
    uint8_t *seen = calloc(keys * KINDS, 1);
    struct ps_groups groups = {.to = NULL};
    size_t all = 0;
    assert_non_null(seen);
    for (size_t part = 0; part < ps_parts_count(parts); part++) {
        size_t count;
        const struct ps_item *item = ps_parts_group(parts, part, &groups, &count);
        assert_non_null(item);
        for (size_t from = 0, to; from < count; from = to) {
            to = ps_group_end(item, from, count);
            uint8_t *group = &seen[item[from].key * KINDS + (item[from].value >> PS_ITEM_VALUE_BITS)];
            assert_int_equal(*group, 0);
            *group = 1;
            for (size_t i = from + 1; i < to; i++)
                assert_true(item[i].value > item[i - 1].value);
        }
        all += count;
    }
    assert_int_equal(all, items);
    ps_groups_finish(&groups);
    free(seen);
}

static void add_items(struct ps_parts *parts, uint64_t keys, size_t from, size_t to)
{
    uint64_t seed = 11 + from;
    for (size_t i = from; i < to; i++) {
        uint64_t key = next_number(&seed) % keys, kind = next_number(&seed) % KINDS;
        assert_true(ps_parts_add(parts, key, kind << PS_ITEM_VALUE_BITS | i));
    }
}

static void groups_by_key(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, PS_PARTS_BLOCK, PS_PARTS_BLOCK + 1, 5000, 50000};
    static const uint64_t keys[] = {1, 10, 20000};
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            struct ps_parts parts;
            assert_true(ps_parts_init(&parts, counts[c]));
            add_items(&parts, keys[k], 0, counts[c]);
            check_groups(&parts, keys[k], counts[c]);
            ps_parts_finish(&parts);
        }
}

static void groups_of_two_workers(void **state)
{
    (void)state;
    static const size_t cuts[] = {0, 1, PS_PARTS_BLOCK, PS_PARTS_BLOCK + 1, 12345, 20000};
    for (size_t c = 0; c < sizeof(cuts) / sizeof(cuts[0]); c++) {
        struct ps_parts parts, more;
        assert_true(ps_parts_init(&parts, 20000));
        assert_true(ps_parts_init(&more, 20000));
        add_items(&parts, 700, 0, cuts[c]);
        add_items(&more, 700, cuts[c], 20000);
        ps_parts_join(&parts, &more);
        ps_parts_finish(&more);
        check_groups(&parts, 700, 20000);
        add_items(&parts, 700, 20000, 21000);
        check_groups(&parts, 700, 21000);
        ps_parts_finish(&parts);
    }
}

/* --- threads --- */

struct marks {
    uint8_t times[100000];
    size_t fails_at;
};

static bool mark(void *context, unsigned worker, size_t from, size_t to)
{
    struct marks *marks = context;
    (void)worker;
    for (size_t i = from; i < to; i++)
        marks->times[i]++;
    return marks->fails_at < from || marks->fails_at >= to;
}

static void every_share_once(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 15, 16, 17, 100000};
    for (unsigned workers = 1; workers <= PS_WORKERS_MAX; workers++)
        for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
            static struct marks marks;
            memset(&marks, 0, sizeof(marks));
            marks.fails_at = SIZE_MAX;
            assert_true(ps_parallel(workers, counts[c], mark, &marks));
            for (size_t i = 0; i < sizeof(marks.times); i++)
                assert_int_equal(marks.times[i], i < counts[c]);
            marks.fails_at = counts[c] / 2;
            assert_int_equal(ps_parallel(workers, counts[c], mark, &marks), counts[c] == 0);
        }
}

static void few_things_need_no_thread(void **state)
{
    (void)state;
    assert_int_equal(ps_workers(0, 1000000), 1);
    assert_int_equal(ps_workers(4, 0), 1);
    assert_int_equal(ps_workers(4, 8191), 1);
    assert_int_equal(ps_workers(4, 2 * 8192), 2);
    assert_int_equal(ps_workers(4, 1000000), 4);
    assert_int_equal(ps_workers(1000, SIZE_MAX), PS_WORKERS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scratch_is_zero),    cmocka_unit_test(sorts_by_upper_bits),
        cmocka_unit_test(best_are_the_first), cmocka_unit_test(best_of_nothing),
        cmocka_unit_test(groups_by_key),      cmocka_unit_test(groups_of_two_workers),
        cmocka_unit_test(every_share_once),   cmocka_unit_test(few_things_need_no_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
