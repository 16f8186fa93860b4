/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accounts of intervals by the clock: they are taken out in order, wait for first fragments but not for ever, are copied,
 * and those of several threads become one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/watch_parts.h"
#include "support/fragment_model.h"

#define MEMORY (UINT64_C(256) << 20)

static void add_packets(struct ps_account *account, unsigned count)
{
    static struct ps_keys keys;
    keys.count = count;
    for (unsigned i = 0; i < count; i++)
        keys.key[i] = (struct ps_key){.time_ns = 5, .wire = 60, .row = PS_ROW_NON_IP};
    ps_account_add(account, NULL, &keys, 0, count);
}

static uint64_t packets_of(const struct ps_account *account)
{
    struct ps_snapshot s;
    ps_snapshot_init(&s);
    assert_int_equal(ps_account_collect(account, NULL, &s), 0);
    uint64_t packets = s.total.packets;
    ps_snapshot_finish(&s);
    return packets;
}

static void in_order(void **state)
{
    struct watch_parts parts;
    (void)state;
    assert_true(ps_watch_parts_init(&parts, MEMORY));
    assert_true(parts.head->is_first);
    assert_null(ps_watch_parts_take(&parts, false));
    for (unsigned i = 1; i <= 3; i++) {
        add_packets(parts.tail->account, i);
        struct watch_part *over = ps_watch_parts_turn(&parts, 0);
        assert_non_null(over);
        assert_ptr_not_equal(over, parts.tail);
        over->span.number = i;
    }
    add_packets(parts.tail->account, 4);
    for (unsigned i = 1; i <= 3; i++) {
        struct watch_part *part = ps_watch_parts_take(&parts, false);
        assert_non_null(part);
        assert_int_equal(part->span.number, i);
        assert_int_equal(part->is_first, i == 1);
        assert_int_equal(packets_of(part->account), i);
        ps_watch_part_destroy(part);
    }
    assert_null(ps_watch_parts_take(&parts, false));
    struct watch_part *last = ps_watch_parts_take(&parts, true);
    assert_int_equal(packets_of(last->account), 4);
    ps_watch_part_destroy(last);
    assert_null(ps_watch_parts_take(&parts, true));
    ps_watch_parts_finish(&parts);
    ps_watch_part_destroy(NULL);
}

/* A later fragment whose first does not come keeps its interval, and those behind it, for PS_PART_WAIT. */
static void waits_for_fragments(void **state)
{
    static const struct model_packet later[] = {{.later = true, .later_of = 1}};
    static struct ps_keys keys;
    struct watch_parts parts;
    struct ps_fragments *fragments = ps_fragments_create(true);
    (void)state;
    assert_non_null(fragments);
    assert_true(ps_watch_parts_init(&parts, MEMORY));
    model_keys(later, 0, 1, &keys);
    ps_account_add(parts.tail->account, fragments, &keys, 0, 1);
    assert_non_null(ps_watch_parts_turn(&parts, 100));
    assert_non_null(ps_watch_parts_turn(&parts, 200));
    assert_null(ps_watch_parts_take(&parts, false));
    assert_false(ps_watch_parts_abandon(&parts, 99 + PS_PART_WAIT));
    assert_true(ps_watch_parts_abandon(&parts, 100 + PS_PART_WAIT));
    assert_null(ps_watch_parts_take(&parts, false));
    ps_fragments_give_up(fragments);
    struct watch_part *part = ps_watch_parts_take(&parts, false);
    assert_non_null(part);
    assert_int_equal(packets_of(part->account), 1);
    ps_watch_part_destroy(part);
    part = ps_watch_parts_take(&parts, false);
    assert_non_null(part);
    ps_watch_part_destroy(part);
    assert_false(ps_watch_parts_abandon(&parts, 100 + 9 * PS_PART_WAIT));
    ps_fragments_destroy(fragments);
    ps_watch_parts_finish(&parts);
}

static void copies(void **state)
{
    struct watch_parts parts;
    (void)state;
    assert_true(ps_watch_parts_init(&parts, MEMORY));
    add_packets(parts.tail->account, 2);
    assert_non_null(ps_watch_parts_turn(&parts, 0));
    add_packets(parts.tail->account, 5);
    struct watch_part *copy = ps_watch_parts_copy(&parts);
    assert_non_null(copy);
    assert_int_equal(packets_of(copy->account), 7);
    ps_watch_part_destroy(copy);
    /* What is copied stays. */
    struct watch_part *part = ps_watch_parts_take(&parts, false);
    assert_int_equal(packets_of(part->account), 2);
    ps_watch_part_destroy(part);
    assert_int_equal(packets_of(parts.tail->account), 5);
    ps_watch_parts_finish(&parts);
}

static struct watch_part *part_of(unsigned packets, uint64_t kernel)
{
    struct watch_part *part = calloc(1, sizeof(*part));
    assert_non_null(part);
    part->account = ps_account_create();
    assert_non_null(part->account);
    add_packets(part->account, packets);
    part->facts.input = calloc(1, sizeof(*part->facts.input));
    assert_non_null(part->facts.input);
    part->facts.input_count = 1;
    part->facts.input[0] = (struct ps_input_row){.packets = packets, .dropped_by_kernel = kernel};
    part->facts.loss = (struct watch_loss){.kernel = kernel, .interface = 9, .backlog = 8};
    return part;
}

/* Packets and what the kernel's buffers lost add up; what device and host lost is the same number for every thread. */
static void joins(void **state)
{
    struct watch_part *part = part_of(1, 10);
    (void)state;
    part->others = part_of(20, 300);
    part->others->others = part_of(4, 5000);
    ps_watch_part_join(part);
    assert_null(part->others);
    assert_int_equal(packets_of(part->account), 25);
    assert_int_equal(part->facts.input[0].packets, 25);
    assert_int_equal(part->facts.input[0].dropped_by_kernel, 5310);
    assert_int_equal(part->facts.loss.kernel, 5310);
    assert_int_equal(part->facts.loss.interface, 9);
    assert_int_equal(part->facts.loss.backlog, 8);
    ps_watch_part_destroy(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(waits_for_fragments),
        cmocka_unit_test(copies),
        cmocka_unit_test(joins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
