/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The checked cursor: what lies outside of its range reads as 0, whatever the numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "portsniff/bytes.h"

static const uint8_t eight[8] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88};

static void numbers(void **state)
{
    (void)state;
    struct ps_bytes b = ps_bytes_of(eight, 8);
    assert_int_equal(ps_u8(&b, 0), 0x01);
    assert_int_equal(ps_u8(&b, 7), 0x88);
    assert_int_equal(ps_be16(&b, 1), 0x8203);
    assert_int_equal(ps_le16(&b, 1), 0x0382);
    assert_true(ps_be32(&b, 1) == 0x82038405u);
    assert_true(ps_le32(&b, 1) == 0x05840382u);
    assert_true(ps_be32(&b, 4) == 0x05860788u);
}

/* One byte too far, and as far as there are numbers. */
static void outside(void **state)
{
    (void)state;
    static const uint32_t offsets[] = {8, 9, 0x7fffffff, 0x80000000, UINT32_MAX - 3, UINT32_MAX};
    struct ps_bytes b = ps_bytes_of(eight, 8);
    assert_int_equal(ps_be16(&b, 7), 0);
    assert_int_equal(ps_le16(&b, 7), 0);
    assert_int_equal(ps_be32(&b, 5), 0);
    assert_int_equal(ps_le32(&b, 5), 0);
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        assert_int_equal(ps_u8(&b, offsets[i]), 0);
        assert_int_equal(ps_be16(&b, offsets[i]), 0);
        assert_int_equal(ps_le32(&b, offsets[i]), 0);
        assert_false(ps_bytes_reach(&b, offsets[i], 1));
    }
}

static void from(void **state)
{
    (void)state;
    struct ps_bytes b = {.base = eight, .at = 2, .end = 7};
    for (uint32_t offset = 0; offset < 9; offset++) {
        struct ps_bytes rest = ps_bytes_from(&b, offset);
        assert_int_equal(rest.at, 0);
        assert_int_equal(ps_bytes_left(&rest), offset < 5 ? 5 - offset : 0);
        assert_int_equal(ps_u8(&rest, 0), offset < 5 ? eight[2 + offset] : 0);
        assert_int_equal(ps_be16(&rest, 4), ps_be16(&b, offset + 4));
    }
    b.at = 9; /* behind its end */
    assert_int_equal(ps_bytes_from(&b, 0).end, 0);
    assert_int_equal(ps_bytes_from(&b, UINT32_MAX).end, 0);
    b = ps_bytes_of(NULL, 0);
    assert_int_equal(ps_bytes_from(&b, 0).end, 0);
    assert_int_equal(ps_bytes_from(&b, 1).end, 0);
}

static void reach(void **state)
{
    (void)state;
    struct ps_bytes b = ps_bytes_of(eight, 8);
    assert_true(ps_bytes_reach(&b, 0, 8));
    assert_false(ps_bytes_reach(&b, 0, 9));
    assert_true(ps_bytes_reach(&b, 8, 0));
    assert_false(ps_bytes_reach(&b, 9, 0));
    assert_false(ps_bytes_reach(&b, 1, UINT32_MAX));
    assert_false(ps_bytes_reach(&b, UINT32_MAX, UINT32_MAX));
    assert_true(ps_bytes_has(&b, 8));
    assert_false(ps_bytes_has(&b, 9));
}

static void moving(void **state)
{
    (void)state;
    struct ps_bytes b = ps_bytes_of(eight, 8);
    ps_bytes_skip(&b, 3);
    assert_int_equal(ps_u8(&b, 0), 0x84);
    assert_int_equal(ps_bytes_left(&b), 5);
    ps_bytes_skip(&b, 5);
    assert_int_equal(ps_bytes_left(&b), 0);
    assert_true(ps_bytes_has(&b, 0));
    ps_bytes_skip(&b, 1);
    assert_int_equal(ps_bytes_left(&b), 0);
    assert_int_equal(ps_u8(&b, 0), 0);
    ps_bytes_skip(&b, UINT32_MAX); /* does not come round */
    assert_int_equal(ps_bytes_left(&b), 0);
    ps_bytes_skip(&b, UINT32_MAX);
    assert_int_equal(ps_bytes_left(&b), 0);
    assert_int_equal(ps_be32(&b, 0), 0);
}

static void limit(void **state)
{
    (void)state;
    struct ps_bytes b = ps_bytes_of(eight, 8);
    ps_bytes_limit(&b, 9);
    assert_int_equal(ps_bytes_left(&b), 8);
    ps_bytes_limit(&b, UINT64_MAX);
    assert_int_equal(ps_bytes_left(&b), 8);
    ps_bytes_limit(&b, UINT64_C(1) << 32); /* not 0 */
    assert_int_equal(ps_bytes_left(&b), 8);
    ps_bytes_skip(&b, 2);
    ps_bytes_limit(&b, 4);
    assert_int_equal(ps_bytes_left(&b), 4);
    assert_int_equal(ps_u8(&b, 4), 0);
    ps_bytes_limit(&b, 0);
    assert_int_equal(ps_bytes_left(&b), 0);
    ps_bytes_skip(&b, 9);
    ps_bytes_limit(&b, 4); /* behind the end there is nothing to cut */
    assert_int_equal(ps_bytes_left(&b), 0);
}

static void copy(void **state)
{
    (void)state;
    struct ps_bytes b = ps_bytes_of(eight, 8);
    uint8_t to[4] = {9, 9, 9, 9};
    ps_bytes_copy(&b, 4, to, 4);
    assert_memory_equal(to, eight + 4, 4);
    ps_bytes_copy(&b, 5, to, 4); /* all or nothing */
    assert_int_equal(to[0] | to[1] | to[2] | to[3], 0);
}

static void empty(void **state)
{
    (void)state;
    struct ps_bytes b = ps_bytes_of(NULL, 0);
    assert_int_equal(ps_bytes_left(&b), 0);
    assert_int_equal(ps_u8(&b, 0), 0);
    assert_int_equal(ps_be32(&b, 0), 0);
    ps_bytes_skip(&b, 1);
    ps_bytes_limit(&b, 0);
    assert_false(ps_bytes_has(&b, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers), cmocka_unit_test(outside), cmocka_unit_test(reach), cmocka_unit_test(moving),
        cmocka_unit_test(from),    cmocka_unit_test(limit),   cmocka_unit_test(copy),  cmocka_unit_test(empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
