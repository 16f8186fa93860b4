/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 addresses by number: in order of arrival, found again, while the table grows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "account/addresses.h"
#include "packets.h"

#define MANY 5000 /* the table begins with room for 512, the array for 1024 */

static struct ps_address address_of(uint32_t host)
{
    return end_address((struct end){6, host, 0});
}

static void assert_address(const struct addresses *addresses, uint32_t number, const struct ps_address *expected)
{
    struct ps_address got = ps_addresses_get(addresses, number);
    assert_memory_equal(&got, expected, sizeof(got));
}

static void numbers_in_order(void **state)
{
    (void)state;
    struct addresses *addresses = ps_addresses_create();
    assert_non_null(addresses);
    for (uint32_t host = 0; host < MANY; host++) {
        struct ps_address address = address_of(host * 7);
        assert_true(ps_addresses_reserve(addresses, 1));
        assert_int_equal(ps_addresses_number(addresses, &address), host);
        assert_int_equal(ps_addresses_number(addresses, &address), host);
    }
    for (uint32_t host = 0; host < MANY; host++) {
        struct ps_address address = address_of(host * 7);
        uint32_t number = UINT32_MAX;
        assert_true(ps_addresses_find(addresses, &address, &number));
        assert_int_equal(number, host);
        assert_int_equal(ps_addresses_number(addresses, &address), host);
        assert_address(addresses, host, &address);
    }
    ps_addresses_destroy(addresses);
}

static void many_reserved_at_once(void **state)
{
    (void)state;
    struct addresses *addresses = ps_addresses_create();
    assert_true(ps_addresses_reserve(addresses, MANY));
    for (uint32_t host = 0; host < MANY; host++) {
        struct ps_address address = address_of(host);
        assert_int_equal(ps_addresses_number(addresses, &address), host);
    }
    ps_addresses_destroy(addresses);
}

static void unknown_ones(void **state)
{
    (void)state;
    struct addresses *addresses = ps_addresses_create();
    struct ps_address one = address_of(1), other = address_of(2);
    uint32_t number = 77;
    assert_false(ps_addresses_find(addresses, &one, &number)); /* nothing was ever added */
    assert_true(ps_addresses_reserve(addresses, 1));
    assert_false(ps_addresses_find(addresses, &one, &number));
    ps_addresses_number(addresses, &one);
    assert_false(ps_addresses_find(addresses, &other, &number));
    assert_int_equal(number, 77); /* untouched */
    ps_addresses_destroy(addresses);
    ps_addresses_destroy(NULL);
}

/* Every octet counts, the first and the last ones too; and :: is an address. */
static void one_bit_apart(void **state)
{
    (void)state;
    struct addresses *addresses = ps_addresses_create();
    struct ps_address address = {{0}};
    assert_true(ps_addresses_reserve(addresses, 129));
    assert_int_equal(ps_addresses_number(addresses, &address), 0);
    for (uint32_t bit = 0; bit < 128; bit++) {
        struct ps_address flipped = address;
        flipped.octet[bit / 8] = (uint8_t)(1u << bit % 8);
        assert_int_equal(ps_addresses_number(addresses, &flipped), bit + 1);
        assert_address(addresses, bit + 1, &flipped);
    }
    assert_int_equal(ps_addresses_number(addresses, &address), 0);
    ps_addresses_destroy(addresses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_order),
        cmocka_unit_test(many_reserved_at_once),
        cmocka_unit_test(unknown_ones),
        cmocka_unit_test(one_bit_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
