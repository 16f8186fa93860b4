/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fragment rule, case by case.  A stream is written packet by packet, outermost header first: "F1" is a first
 * fragment of datagram 1, "L1" a later one, a number is a header with that port; "F1>9>L2" is a first fragment of 1 that
 * holds a tunnel with port 9, in which a later fragment of 2 lies.  Every stream is counted as a whole, and in two parts
 * cut at every place, and asked of the model.
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
#include "support/fragment_model.h"

#define PACKETS_MAX 30

struct row {
    const char *name, *stream;
    const char *ports; /* what each packet counts under; 0: the ledger */
};

static const struct row rows[] = {
    {"first fragment comes first", "F1>7 L1 L1", "7 7 7"},
    {"first fragment comes last", "L1 L1 F1>7", "7 7 7"},
    {"first fragment in the middle", "L1 F1>7 L1", "7 7 7"},
    {"no first fragment", "L1 L1", "0 0"},
    {"first fragment without ports", "F1 L1", "0 0"},
    {"first fragment without ports comes last", "L1 F1", "0 0"},
    {"two datagrams", "F1>7 L2 L1 F2>8", "7 8 7 8"},
    {"two protocols are two datagrams", "F2>7 L3", "7 0"},
    {"id used again: the last one before", "F1>7 L1 F1>8 L1", "7 7 8 8"},
    {"id used again: only the first one behind", "L1 F1>7 F1>8 L1", "7 7 8 8"},
    {"id used again: without ports", "F1>7 L1 F1 L1", "7 7 0 0"},
    {"id used again: first behind has no ports", "L1 F1 F1>7 L1", "0 0 7 7"},
    {"ordinary packets between", "5 F1>7 6 L1 5", "5 7 6 7 5"},
    {"tunnel with a later fragment in it", "F1>7 9>L1", "7 7"},
    {"tunnel with a later fragment, nothing known", "9>L1", "9"},
    {"tunnel with a later fragment, first without ports", "F1 9>L1", "0 9"},
    {"tunnel with a later fragment before its first", "9>L1 9>F1>7", "7 7"},
    {"tunnel's own ports lie outside", "9>F1 9>L1 L1", "9 9 0"},
    {"tunnel in fragments", "F1>9>F2>7 L1", "7 7"},
    {"tunnel in fragments, first comes last", "L1 L2 F1>9>F2>7", "7 7 7"},
    {"later fragment in a first fragment", "F2>7 F1>9>L2 L1", "7 7 7"},
    {"later fragment in a first fragment, answer comes last", "L1 F1>9>L2 L1 F2>7", "7 7 7 7"},
    {"later fragment in a first fragment, never answered", "L1 F1>9>L2 L1", "9 9 9"},
    {"later fragment in a first fragment, answer without ports", "L1 F1>9>L2 L1 F2", "9 9 9 0"},
    {"later fragment in a first fragment without ports", "L1 F1>L2 L1", "0 0 0"},
    {"three deep", "L1 F1>L2 F2>L3 F3>7 L1 L2 L3", "7 7 7 7 7 7 7"},
    {"three deep, turned round", "F3>7 F2>L3 F1>L2 L1", "7 7 7 7"},
    {"three deep, the innermost used again", "F3>7 F2>L3 F3>8 F1>L2 L1", "7 7 8 7 7"},
    {"three deep, fallback in the middle", "L1 F1>4>L2 F2>5>L3", "5 5 5"},
    {"first fragment of two datagrams", "F1>F2>7 L1 L2", "7 7 7"},
    {"first fragment of two datagrams, ports between", "F1>7>F2 L1 L2", "7 7 0"},
    {"circle of two", "F1>L2 F2>L1 L1 L2", "0 0 0 0"},
    {"circle of two with ports", "F1>4>L2 F2>5>L1 L1 L2", "5 4 4 5"},
    {"circle of two, met from behind", "L2 L1 F1>4>L2 F2>5>L1", "5 4 5 4"},
    {"circle of three and a guest", "F1>4>L2 F2>5>L3 F3>6>L1 F4>L1 L4", "5 6 4 4 4"},
    {"a guest of a circle waits before it", "L4 F4>L1 F1>4>L2 F2>5>L1", "4 4 5 4"},
    {"a circle is no circle when the id was used before", "F1>7 F2>5>L1 F1>4>L2", "7 7 7"},
    {"datagram in itself", "F1>9>L1 L1", "9 9"},
    {"datagram in itself, used before", "F1>7 F1>9>L1 L1", "7 7 7"},
    {"datagram in itself, a guest before", "L1 F1>9>L1", "9 9"},
};

/* Reads one packet's headers up to a blank. */
static const char *read_packet(const char *at, struct model_packet *p)
{
    *p = (struct model_packet){.ports = 0};
    while (*at && *at != ' ') {
        char *end;
        bool is_header = *at == 'F' || *at == 'L';
        unsigned number = (unsigned)strtoul(at + is_header, &end, 10);
        if (*at == 'F') {
            p->first[p->first_count++].datagram = number;
        } else if (*at == 'L') {
            p->later = true;
            p->later_of = number;
        } else {
            p->ports = number;
            for (unsigned k = 0; k < p->first_count; k++)
                p->first[k].has_ports = true;
        }
        at = end + (*end == '>');
    }
    return at + (*at == ' ');
}

static size_t read_stream(const char *text, struct model_packet *packet)
{
    size_t count = 0;
    while (*text) {
        assert_true(count < PACKETS_MAX);
        text = read_packet(text, &packet[count++]);
    }
    return count;
}

/* One bit per packet, so that the bytes of a port say which packets it has. */
static void count_packets(const struct model_packet *packet, size_t from, size_t to, struct ps_account *account,
                          struct ps_fragments *fragments)
{
    static struct ps_keys keys;
    model_keys(packet, from, to, &keys);
    for (size_t i = from; i < to; i++)
        keys.key[i - from].wire = 1u << i;
    ps_account_add(account, fragments, &keys, 0, keys.count);
}

static void collect_ports(const struct ps_account *account, size_t count, unsigned *ret_port)
{
    struct ps_snapshot s;
    ps_snapshot_init(&s);
    assert_int_equal(ps_account_collect(account, NULL, &s), 0);
    for (size_t i = 0; i < count; i++) {
        ret_port[i] = 0;
        for (size_t n = 0; n < s.pair_count; n++)
            if ((s.pair[n].a_to_b.bytes | s.pair[n].b_to_a.bytes) >> i & 1)
                ret_port[i] = s.pair[n].port_a;
    }
    assert_int_equal(s.total.packets, count);
    assert_int_equal(s.total.bytes, (1u << count) - 1);
    ps_snapshot_finish(&s);
}

/* Counts packets[0] to packets[cut - 1] and the rest apart. */
static void count_cut(const struct model_packet *packet, size_t count, size_t cut, unsigned *ret_port)
{
    struct ps_account *account = ps_account_create(),
                      *part_account = cut ? ps_account_create_part() : ps_account_create();
    struct ps_fragments *fragments = ps_fragments_create(true), *part = ps_fragments_create(cut == 0);
    assert_true(account && part_account && fragments && part);
    count_packets(packet, 0, cut, account, fragments);
    count_packets(packet, cut, count, part_account, part);
    ps_account_merge(account, part_account);
    ps_fragments_merge(fragments, account, part, part_account);
    assert_int_equal(ps_account_waiting(part_account), 0);
    ps_fragments_destroy(part);
    ps_account_destroy(part_account);
    ps_fragments_settle(fragments);
    assert_int_equal(ps_account_waiting(account), 0);
    collect_ports(account, count, ret_port);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
}

#define EVERYWHERE SIZE_MAX

/* Cut at one place only, or everywhere. */
static void check_stream(const char *stream, const char *ports, size_t only)
{
    struct model_packet packet[PACKETS_MAX];
    size_t count = read_stream(stream, packet);
    unsigned expected[PACKETS_MAX], got[PACKETS_MAX];
    char *end = NULL;
    for (size_t i = 0; i < count; i++, ports = end)
        expected[i] = (unsigned)strtoul(ports, &end, 10);
    assert_int_equal(*end, '\0');
    for (size_t cut = 0; cut <= count; cut++) {
        if (only != EVERYWHERE && only != cut)
            continue;
        count_cut(packet, count, cut, got);
        for (size_t i = 0; i < count; i++) {
            if (got[i] != expected[i])
                fail_msg("\"%s\" cut at %zu: packet %zu has port %u instead of %u", stream, cut, i, got[i],
                         expected[i]);
            assert_int_equal(model_ports(packet, count, i), expected[i]);
        }
    }
}

static void check_row(void **state)
{
    const struct row *row = *state;
    check_stream(row->stream, row->ports, EVERYWHERE);
}

/* A datagram in four fragments, in every order. */
static void four_fragments_in_every_order(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 4; first++) {
        char stream[32] = "";
        for (unsigned i = 0; i < 4; i++)
            snprintf(stream + strlen(stream), sizeof(stream) - strlen(stream), "%s%s", i ? " " : "",
                     i == first ? "F1>7" : "L1");
        check_stream(stream, "7 7 7 7", EVERYWHERE);
    }
}

/* Two datagrams of three fragments each, woven in all 720 orders. */
static void two_datagrams_in_every_order(void **state)
{
    (void)state;
    static const char *const words[] = {"F1>7", "L1", "L1", "F2>8", "L2", "L2"};
    for (unsigned number = 0; number < 720; number++) {
        unsigned left[] = {0, 1, 2, 3, 4, 5}, rest = number;
        char stream[64] = "", ports[32] = "";
        for (unsigned n = 6; n > 0; n--) {
            unsigned pick = rest % n;
            rest /= n;
            snprintf(stream + strlen(stream), sizeof(stream) - strlen(stream), "%s%s", n < 6 ? " " : "",
                     words[left[pick]]);
            snprintf(ports + strlen(ports), sizeof(ports) - strlen(ports), "%s%u", n < 6 ? " " : "",
                     left[pick] < 3 ? 7 : 8);
            memmove(&left[pick], &left[pick + 1], (n - pick - 1) * sizeof(left[0]));
        }
        check_stream(stream, ports, number % 7);
    }
}

static void waiting_is_counted(void **state)
{
    (void)state;
    struct model_packet packet[PACKETS_MAX];
    size_t count = read_stream("L1 L1 9>L2 5 F1>7", packet);
    struct ps_account *account = ps_account_create();
    struct ps_fragments *fragments = ps_fragments_create(true);
    count_packets(packet, 0, 4, account, fragments);
    assert_int_equal(ps_account_waiting(account), 3);
    count_packets(packet, 4, count, account, fragments);
    assert_int_equal(ps_account_waiting(account), 1);
    ps_fragments_settle(fragments);
    assert_int_equal(ps_account_waiting(account), 0);
    ps_fragments_settle(fragments); /* nothing more */
    assert_int_equal(ps_account_waiting(account), 0);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
    ps_fragments_destroy(NULL);
}

/* Packets wait for the account that they came to, whichever is present when they are settled. */
static void accounts_of_intervals(void **state)
{
    (void)state;
    struct model_packet packet[PACKETS_MAX];
    size_t count = read_stream("L1 L1 F1>7 L1", packet);
    struct ps_account *one = ps_account_create(), *two = ps_account_create();
    struct ps_fragments *fragments = ps_fragments_create(true);
    unsigned port[PACKETS_MAX];
    count_packets(packet, 0, 2, one, fragments);
    assert_int_equal(ps_account_waiting(one), 2);
    count_packets(packet, 2, count, two, fragments);
    assert_int_equal(ps_account_waiting(one), 0);
    assert_int_equal(ps_account_waiting(two), 0);
    collect_ports(one, 2, port);
    assert_int_equal(port[0], 7);
    assert_int_equal(port[1], 7);
    ps_fragments_destroy(fragments);
    ps_account_destroy(one);
    ps_account_destroy(two);
}

/* What a later fragment carries counts as payload and network bytes; an uncredited one leaves its tunnel's alone. */
static void payload_of_later_fragments(void **state)
{
    (void)state;
    struct model_packet packet[PACKETS_MAX];
    size_t count = read_stream("F1>7 L1 9>L1 9>L2 9>L2", packet);
    struct ps_account *account = ps_account_create();
    struct ps_fragments *fragments = ps_fragments_create(true);
    static struct ps_keys keys;
    model_keys(packet, 0, count, &keys);
    for (size_t i = 0; i < count; i++) {
        keys.key[i].network = 900;
        keys.key[i].payload = packet[i].ports ? 800 : 0;
        if (keys.key[i].fragments) {
            keys.fragments[keys.key[i].fragments - 1].later_payload = 100;
            keys.fragments[keys.key[i].fragments - 1].later_network = 120;
        }
    }
    keys.key[1].network = 120;
    ps_account_add(account, fragments, &keys, 0, count);
    ps_fragments_settle(fragments);
    struct ps_snapshot s;
    ps_snapshot_init(&s);
    assert_int_equal(ps_account_collect(account, NULL, &s), 0);
    assert_int_equal(s.pair_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ps_traffic *traffic = &s.pair[i].a_to_b;
        bool tunnel = s.pair[i].port_a == 9;
        assert_int_equal(traffic->packets, tunnel ? 2 : 3);
        assert_int_equal(traffic->payload_bytes, tunnel ? 1600 : 800 + 100 + 100);
        assert_int_equal(traffic->network_bytes, tunnel ? 1800 : 900 + 120 + 120);
    }
    ps_snapshot_finish(&s);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
}

#define EXTRA_TESTS 5

int main(void)
{
    static const struct CMUnitTest extra[EXTRA_TESTS] = {
        cmocka_unit_test(four_fragments_in_every_order),
        cmocka_unit_test(two_datagrams_in_every_order),
        cmocka_unit_test(waiting_is_counted),
        cmocka_unit_test(accounts_of_intervals),
        cmocka_unit_test(payload_of_later_fragments),
    };
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + EXTRA_TESTS];
    size_t n = 0;
    for (; n < sizeof(rows) / sizeof(rows[0]); n++)
        tests[n] = (struct CMUnitTest){
            .name = rows[n].name, .test_func = check_row, .initial_state = (void *)(uintptr_t)&rows[n]};
    memcpy(&tests[n], extra, sizeof(extra));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
