/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counting addresses: exactly while they are few, within the stated error when they are many, and the same for parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "account/distinct.h"
#include "packets.h"

#define TIMES_ERROR 3 /* standard errors; the hash has no seed, so a run that passes passes always */

static void add_hosts(struct distinct *distinct, uint8_t family, uint32_t from, uint32_t to)
{
    for (uint32_t host = from; host < to; host++) {
        struct ps_address address = end_address((struct end){family, host, 0});
        assert_true(ps_distinct_add(distinct, &address, family));
    }
}

static void assert_exactly(const struct distinct *distinct, uint64_t expected)
{
    bool estimated = true;
    assert_int_equal(ps_distinct_count(distinct, &estimated), expected);
    assert_false(estimated);
}

static void assert_about(const struct distinct *distinct, uint64_t expected)
{
    bool estimated = false;
    double got = (double)ps_distinct_count(distinct, &estimated), wanted = (double)expected;
    assert_true(estimated);
    double percent = fabs(got - wanted) / wanted * 100;
    if (percent > TIMES_ERROR * ps_distinct_error())
        fail_msg("%.0f instead of %.0f: %.1f percent", got, wanted, percent);
}

static void nothing(void **state)
{
    (void)state;
    struct distinct distinct = {0}, other = {0};
    assert_exactly(&distinct, 0);
    assert_true(ps_distinct_merge(&distinct, &other));
    assert_exactly(&distinct, 0);
    ps_distinct_finish(&distinct);
}

static void exact_up_to_the_limit(void **state)
{
    (void)state;
    struct distinct distinct = {0};
    for (uint32_t n = 0; n < DISTINCT_EXACT; n++) {
        add_hosts(&distinct, 4, n, n + 1);
        assert_exactly(&distinct, n + 1);
    }
    add_hosts(&distinct, 4, 0, DISTINCT_EXACT); /* again */
    assert_exactly(&distinct, DISTINCT_EXACT);
    add_hosts(&distinct, 4, DISTINCT_EXACT, DISTINCT_EXACT + 1);
    assert_about(&distinct, DISTINCT_EXACT + 1);
    ps_distinct_finish(&distinct);
    assert_exactly(&distinct, 0);
}

static void families_are_apart(void **state)
{
    (void)state;
    struct distinct distinct = {0};
    struct ps_address address = {{10, 1, 2, 3}};
    assert_true(ps_distinct_add(&distinct, &address, 4));
    assert_true(ps_distinct_add(&distinct, &address, 6));
    assert_exactly(&distinct, 2);
    ps_distinct_finish(&distinct);
}

static void estimates(uint8_t family)
{
    static const uint32_t sizes[] = {4097, 10000, 100000, 1000000};
    struct distinct distinct = {0};
    uint32_t have = 0;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        add_hosts(&distinct, family, have, sizes[i]);
        have = sizes[i];
        assert_about(&distinct, have);
    }
    bool estimated;
    uint64_t before = ps_distinct_count(&distinct, &estimated);
    add_hosts(&distinct, family, 500, 5000); /* nobody new */
    assert_int_equal(ps_distinct_count(&distinct, &estimated), before);
    ps_distinct_finish(&distinct);
}

static void estimates_of_ipv4(void **state)
{
    (void)state;
    estimates(4);
}

static void estimates_of_ipv6(void **state)
{
    (void)state;
    estimates(6);
}

/* Hosts 0 to `one` merged with those from `other` to `end` are hosts 0 to `end`. */
static void merge_is_union(uint32_t one, uint32_t other, uint32_t end)
{
    struct distinct left = {0}, right = {0}, both = {0};
    bool estimated, expected_estimated;
    add_hosts(&left, 4, 0, one);
    add_hosts(&right, 4, other, end);
    add_hosts(&both, 4, 0, one);
    add_hosts(&both, 4, other, end);
    uint64_t expected = ps_distinct_count(&both, &expected_estimated);
    assert_true(ps_distinct_merge(&left, &right));
    assert_int_equal(ps_distinct_count(&left, &estimated), expected);
    assert_int_equal(estimated, expected_estimated);
    assert_true(ps_distinct_merge(&left, &right)); /* again: nobody new */
    assert_int_equal(ps_distinct_count(&left, &estimated), expected);
    ps_distinct_finish(&left);
    ps_distinct_finish(&right);
    ps_distinct_finish(&both);
}

static void merge_few_with_few(void **state)
{
    (void)state;
    merge_is_union(100, 50, 300);
    merge_is_union(100, 100, 200);
    merge_is_union(0, 0, 20);
    merge_is_union(2048, 2048, 4096); /* still exact */
}

static void merge_few_to_many(void **state)
{
    (void)state;
    merge_is_union(2048, 2048, 4097);
    merge_is_union(4096, 0, 4097);
}

static void merge_many_with_few(void **state)
{
    (void)state;
    merge_is_union(9000, 8000, 9100);
    merge_is_union(0, 100, 9000);
    merge_is_union(100, 90, 9000);
}

static void merge_many_with_many(void **state)
{
    (void)state;
    merge_is_union(20000, 10000, 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(exact_up_to_the_limit),
        cmocka_unit_test(families_are_apart),
        cmocka_unit_test(estimates_of_ipv4),
        cmocka_unit_test(estimates_of_ipv6),
        cmocka_unit_test(merge_few_with_few),
        cmocka_unit_test(merge_few_to_many),
        cmocka_unit_test(merge_many_with_few),
        cmocka_unit_test(merge_many_with_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
