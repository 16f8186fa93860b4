/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorting by numbers: small and large arrays, all bytes of a key, and stability.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "order.h"
#include "portsniff/packet.h"

#define MOST 5000u

static const struct {
    const char *name;
    size_t count;
    uint64_t mask; /* of the keys */
} rows[] = {
    {"nothing", 0, UINT64_MAX},
    {"one", 1, UINT64_MAX},
    {"two", 2, UINT64_MAX},
    {"the last that are inserted", 63, UINT64_MAX},
    {"the first that are placed", 64, UINT64_MAX},
    {"many", MOST, UINT64_MAX},
    {"many, few keys", MOST, 7},
    {"many, one key", MOST, 0},
    {"highest byte only", MOST, UINT64_C(0xff) << 56},
    {"every second byte", MOST, UINT64_C(0x00ff00ff00ff00ff)},
};

static void sorts(void **state)
{
    (void)state;
    struct ps_order *order = calloc((size_t)MOST * 2, sizeof *order);
    assert_non_null(order);
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        uint64_t number = 1;
        for (size_t i = 0; i < rows[row].count; i++) {
            number = number * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            order[i] = (struct ps_order){.key = (number ^ number >> 32) & rows[row].mask, .flow = (uint32_t)i};
        }
        ps_order_sort(order, order + MOST, rows[row].count);
        for (size_t i = 1; i < rows[row].count; i++) {
            if (order[i - 1].key > order[i].key ||
                (order[i - 1].key == order[i].key && order[i - 1].flow >= order[i].flow))
                fail_msg("%s: item %zu is out of order", rows[row].name, i);
        }
    }
    free(order);
}

static void times(void **state)
{
    (void)state;
    assert_true(ps_order_time(PS_TIME_NONE) < ps_order_time(-1));
    assert_true(ps_order_time(-1) < ps_order_time(0));
    assert_true(ps_order_time(0) < ps_order_time(1));
    assert_true(ps_order_time(1) < ps_order_time(INT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts),
        cmocka_unit_test(times),
    };
    return cmocka_run_group_tests_name("findings-order", tests, NULL, NULL);
}
