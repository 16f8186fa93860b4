/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that was reserved is there when the system gives no more, and only then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "portsniff/reserve.h"

#define RESERVED ((size_t)512 * 1024)
#define PIECES   480
#define PIECE    1000

/* Pieces that can be had while the process may not grow. */
static int pieces_at_hand(void)
{
    static void *piece[PIECES];
    struct rlimit before, none;
    int count = 0;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    while (count < PIECES && (piece[count] = malloc(PIECE)))
        count++;
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    for (int i = 0; i < count; i++)
        free(piece[i]);
    return count;
}

static void nothing_reserved(void **state)
{
    (void)state;
    assert_true(pieces_at_hand() < PIECES);
}

static void reserved(void **state)
{
    (void)state;
    void *reserve = ps_reserve(RESERVED);
    assert_non_null(reserve);
    assert_int_equal(pieces_at_hand(), PIECES);
    free(reserve);
}

static void more_than_there_is(void **state)
{
    (void)state;
    struct rlimit before, little;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    little = before;
    little.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
    void *reserve = ps_reserve(RESERVED);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_null(reserve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reserved),
        cmocka_unit_test(more_than_there_is),
        cmocka_unit_test(reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
