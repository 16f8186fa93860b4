/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The law of the room: count(whole) == merge(count(parts)), however the packets are cut and in whatever order and shape
 * the parts are merged; with few different keys and with so many that every table grows several times.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys.h"
#include "portsniff/account.h"
#include "snapshot_text.h"
#include "support/fragment_model.h"

#define PARTS_MAX 9

struct row {
    const char *name;
    struct variety variety;
    size_t packets;
    unsigned repetitions;
};

static const struct row rows[] = {
    {"one of each", {1, 1, 1, 1, 1}, 100, 10},
    {"few packets", {3, 3, 3, 3, 1000000000}, 8, 60},
    {"few different keys", {4, 5, 3, 4, 5000000000}, 600, 15},
    {"many ports", {65536, 10, 3, 4, 1000000000000}, 6000, 3},
    {"many hosts", {100, 100000, 3, 4, 100000}, 6000, 3},
    {"many reasons and tunnels", {100, 100, 65536, 100000, 1000}, 6000, 3},
    {"centuries", {100, 100, 10, 10, INT64_MAX / 2}, 2000, 5},
    {"no times", {100, 100, 10, 10, 0}, 500, 5},
};

/* Batches of up to 256 keys; some are counted in two goes, as at the end of an interval. */
static struct ps_account *count(uint64_t *seed, const struct key_list *list, size_t from, size_t to)
{
    static struct ps_keys keys;
    struct ps_account *account = from ? ps_account_create_part() : ps_account_create();
    assert_non_null(account);
    while (from < to) {
        size_t n = (size_t)(model_number(seed) % PS_BATCH_MAX) + 1;
        if (n > to - from)
            n = to - from;
        key_list_batch(list, from, from + n, &keys);
        size_t half = (size_t)(model_number(seed) % (n + 1));
        ps_account_add(account, NULL, &keys, 0, half);
        ps_account_add(account, NULL, &keys, half, n);
        from += n;
    }
    return account;
}

static size_t random_cuts(uint64_t *seed, size_t count, size_t *ret_cut)
{
    size_t parts = (size_t)(model_number(seed) % (PARTS_MAX - 1)) + 2;
    ret_cut[0] = 0;
    for (size_t i = 1; i < parts; i++) { /* ascending, empty parts are fine */
        size_t left = count - ret_cut[i - 1];
        ret_cut[i] = ret_cut[i - 1] + (size_t)(model_number(seed) % (left + 1)) / (parts - i);
    }
    ret_cut[parts] = count;
    return parts;
}

/* Merges neighbours, picked at random, until one is left. */
static struct ps_account *merge_all(uint64_t *seed, struct ps_account **part, size_t parts)
{
    while (parts > 1) {
        size_t i = (size_t)(model_number(seed) % (parts - 1));
        ps_account_merge(part[i], part[i + 1]);
        ps_account_destroy(part[i + 1]);
        for (size_t n = i + 1; n + 1 < parts; n++)
            part[n] = part[n + 1];
        parts--;
    }
    return part[0];
}

static void check_row(void **state)
{
    const struct row *row = *state;
    uint64_t seed = 1;
    for (unsigned n = 0; n < row->repetitions; n++) {
        struct key_list list;
        struct ps_account *part[PARTS_MAX];
        size_t cut[PARTS_MAX + 1];
        key_list_random(&seed, &row->variety, row->packets, &list);
        size_t parts = random_cuts(&seed, list.count, cut);
        for (size_t i = 0; i < parts; i++)
            part[i] = count(&seed, &list, cut[i], cut[i + 1]);
        struct ps_account *whole = count(&seed, &list, 0, list.count), *merged = merge_all(&seed, part, parts);
        char *expected = account_text(whole), *got = account_text(merged);
        assert_same_text(row->name, got, expected);
        free(expected);
        free(got);
        ps_account_destroy(whole);
        ps_account_destroy(merged);
        key_list_free(&list);
    }
}

static void empty_parts(void **state)
{
    (void)state;
    static struct ps_keys keys;
    uint64_t seed = 5;
    struct variety variety = {10, 10, 10, 10, 1000000};
    struct ps_account *empty = ps_account_create(), *other = ps_account_create(), *some = ps_account_create();
    keys_random(&seed, &variety, 50, &keys);
    ps_account_add(some, NULL, &keys, 0, keys.count);
    ps_account_add(empty, NULL, &keys, 0, 0);
    ps_account_add(empty, NULL, &keys, 50, 50);
    char *before = account_text(some), *nothing = account_text(other);
    ps_account_merge(some, empty);
    char *after = account_text(some);
    assert_same_text("an empty part added", after, before);
    ps_account_merge(empty, some);
    char *taken = account_text(empty);
    assert_same_text("added to an empty one", taken, before);
    ps_account_merge(other, other); /* nothing twice is nothing */
    char *still = account_text(other);
    assert_same_text("nothing", still, nothing);
    ps_account_destroy(empty);
    ps_account_destroy(other);
    ps_account_destroy(some);
    ps_account_destroy(NULL);
    free(before);
    free(nothing);
    free(after);
    free(taken);
    free(still);
}

int main(void)
{
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 1];
    size_t n = 0;
    for (; n < sizeof(rows) / sizeof(rows[0]); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&rows[n]};
    tests[n] = (struct CMUnitTest)cmocka_unit_test(empty_parts);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
