/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fragment cache when it is full: nothing is lost without being counted, and what is kept is still right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "account/account_private.h"
#include "portsniff/account.h"
#include "support/fragment_model.h"

struct counted {
    struct ps_account *account;
    struct ps_fragments *fragments;
};

static struct counted start(size_t datagrams, size_t waiters)
{
    struct counted c = {ps_account_create(), ps_fragments_create(true)};
    assert_true(c.account && c.fragments);
    ps_fragments_bound(c.fragments, datagrams, waiters);
    return c;
}

static void add(struct counted *c, bool first, unsigned datagram, unsigned ports)
{
    static struct ps_keys keys;
    struct model_packet packet = {.ports = ports, .later = !first, .later_of = datagram, .first_count = first};
    packet.first[0].datagram = datagram;
    packet.first[0].has_ports = ports != 0;
    model_keys(&packet, 0, 1, &keys);
    ps_account_add(c->account, c->fragments, &keys, 0, 1);
}

/* Settles, and asks how many packets each row has. */
static void finish(struct counted *c, uint64_t with_ports, uint64_t later, uint64_t overflow)
{
    struct ps_snapshot s;
    uint64_t rows[PS_ROW_COUNT] = {0};
    ps_fragments_settle(c->fragments);
    ps_snapshot_init(&s);
    assert_int_equal(ps_account_waiting(c->account), 0);
    assert_false(ps_account_failed(c->account));
    assert_int_equal(ps_account_collect(c->account, NULL, &s), 0);
    for (size_t i = 0; i < s.ledger_count; i++)
        rows[s.ledger[i].row] += s.ledger[i].count.packets;
    assert_int_equal(rows[PS_ROW_PORTS], with_ports);
    assert_int_equal(rows[PS_ROW_LATER_FRAGMENT], later);
    assert_int_equal(s.total.packets, with_ports + later);
    assert_int_equal(ps_fragments_overflow(c->fragments), overflow);
    ps_snapshot_finish(&s);
    ps_fragments_destroy(c->fragments);
    ps_account_destroy(c->account);
}

static void waiters_just_fit(void **state)
{
    (void)state;
    struct counted c = start(100, 5);
    for (int i = 0; i < 5; i++)
        add(&c, false, 1, 0);
    assert_int_equal(ps_account_waiting(c.account), 5);
    add(&c, true, 1, 7);
    finish(&c, 6, 0, 0);
}

static void one_waiter_too_many(void **state)
{
    (void)state;
    struct counted c = start(100, 5);
    for (int i = 0; i < 6; i++)
        add(&c, false, 1, 0);
    assert_int_equal(ps_account_waiting(c.account), 5);
    add(&c, true, 1, 7);
    add(&c, false, 2, 0); /* there is room again */
    finish(&c, 6, 2, 1);
}

/* Two generations of three datagrams: the seventh drops the first three. */
static void datagrams_just_fit(void **state)
{
    (void)state;
    struct counted c = start(3, 100);
    for (unsigned i = 0; i < 6; i++)
        add(&c, true, i, i + 1);
    for (unsigned i = 0; i < 6; i++)
        add(&c, false, i, 0);
    finish(&c, 12, 0, 0);
}

static void oldest_generation_goes(void **state)
{
    (void)state;
    struct counted c = start(3, 100);
    for (unsigned i = 0; i < 7; i++)
        add(&c, true, i, i + 1);
    for (unsigned i = 3; i < 7; i++)
        add(&c, false, i, 0);
    add(&c, false, 0, 0); /* not known any more */
    finish(&c, 11, 1, 0);
}

static void waiters_of_the_oldest_generation(void **state)
{
    (void)state;
    struct counted c = start(3, 100);
    for (unsigned i = 0; i < 6; i++)
        add(&c, false, i, 0);
    assert_int_equal(ps_account_waiting(c.account), 6);
    assert_int_equal(ps_fragments_overflow(c.fragments), 0);
    add(&c, false, 6, 0);
    assert_int_equal(ps_account_waiting(c.account), 4);
    assert_int_equal(ps_fragments_overflow(c.fragments), 3);
    for (unsigned i = 3; i < 7; i++)
        add(&c, true, i, i + 1);
    finish(&c, 8, 3, 3);
}

/* First fragments that wait for a datagram of the generation that goes. */
static void links_into_the_oldest_generation(void **state)
{
    (void)state;
    struct counted c = start(1, 100);
    static struct ps_keys keys;
    struct model_packet nested = {.ports = 9, .later = true, .later_of = 1, .first_count = 1};
    nested.first[0].datagram = 2;
    nested.first[0].has_ports = true;
    model_keys(&nested, 0, 1, &keys);
    ps_account_add(c.account, c.fragments, &keys, 0, 1); /* 2 waits for 1 */
    add(&c, false, 2, 0);
    assert_int_equal(ps_account_waiting(c.account), 2);
    add(&c, false, 3, 0); /* 1 goes; 2 falls back to its own ports */
    assert_int_equal(ps_account_waiting(c.account), 1);
    add(&c, true, 1, 7); /* too late */
    finish(&c, 3, 1, 2);
}

/* A crowd of first fragments that wait for one another in a row, far longer than tunnels nest. */
static void long_chains(void **state)
{
    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        struct counted c = start(10000, 10000);
        static struct ps_keys keys;
        for (unsigned i = 0; i < 2000; i++) {
            unsigned at = turned ? 1999 - i : i;
            struct model_packet nested = {.later = true, .later_of = at + 1, .first_count = 1};
            nested.first[0].datagram = at;
            model_keys(&nested, 0, 1, &keys);
            ps_account_add(c.account, c.fragments, &keys, 0, 1);
        }
        add(&c, true, 2000, 7);
        ps_fragments_settle(c.fragments);
        assert_int_equal(ps_account_waiting(c.account), 0);
        ps_fragments_destroy(c.fragments);
        ps_account_destroy(c.account);
    }
}

static void merged_bounds(void **state)
{
    (void)state;
    struct counted c = start(2, 100), part = {ps_account_create(), ps_fragments_create(false)};
    assert_true(part.account && part.fragments);
    for (unsigned i = 0; i < 4; i++)
        add(&c, false, i, 0);
    for (unsigned i = 4; i < 8; i++)
        add(&part, false, i, 0);
    ps_account_merge(c.account, part.account);
    ps_fragments_merge(c.fragments, c.account, part.fragments, part.account);
    ps_fragments_destroy(part.fragments);
    ps_account_destroy(part.account);
    assert_int_equal(ps_account_waiting(c.account), 4);
    finish(&c, 0, 8, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiters_just_fit),
        cmocka_unit_test(one_waiter_too_many),
        cmocka_unit_test(datagrams_just_fit),
        cmocka_unit_test(oldest_generation_goes),
        cmocka_unit_test(waiters_of_the_oldest_generation),
        cmocka_unit_test(links_into_the_oldest_generation),
        cmocka_unit_test(long_chains),
        cmocka_unit_test(merged_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
