/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture cut at every point into two and three parts: the parts merged, in either order, show the same rows as the
 * whole.  The packets are random, from few values, so that they meet in every way that connections can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packets.h"
#include "snapshot_text.h"
#include "support/fragment_model.h"

/* What a sequence of packets is made of. */
struct mix {
    const char *name;
    unsigned flows;
    size_t packets;
    unsigned repetitions;
    bool tcp, udp;
    bool refusals; /* ICMP errors among them */
    bool disorder; /* times go back, or there are none */
    bool ipv6;
};

static const struct mix mixes[] = {
    {"TCP, one flow", 1, 9, 10, true, false, false, false, false},
    {"TCP, one flow, ICMP errors", 1, 8, 8, true, false, true, false, false},
    {"TCP, one flow, times in disorder", 1, 8, 8, true, false, true, true, false},
    {"TCP, three flows", 3, 12, 4, true, false, true, false, false},
    {"TCP, IPv6", 2, 10, 4, true, false, true, false, true},
    {"UDP, one flow", 1, 9, 8, false, true, false, false, false},
    {"UDP, one flow, ICMP errors", 1, 8, 8, false, true, true, false, false},
    {"UDP, IPv6, three flows", 3, 12, 4, false, true, true, false, true},
    {"everything", 5, 14, 4, true, true, true, true, false},
};

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)(model_number(seed) % n);
}

/* Only one end of a flow sends SYNs: where both do, and one of them again with another number, parts cannot tell where
 * the second connection begins. */
static void random_tcp(uint64_t *seed, struct packets *packets, struct end from, struct end to, bool client)
{
    static const unsigned flags[] = {SYN, SYN, SYN, SYN | ACK, SYN | ACK, ACK, ACK, ACK, FIN | ACK, RST, RST | ACK};
    static const uint32_t step[] = {0, 1, 1, 101, 201, 9000};
    unsigned f = flags[below(seed, sizeof(flags) / sizeof(flags[0]))];
    if (f == SYN && !client)
        f = SYN | ACK;
    uint32_t sequence = (client ? 0xffffff80u : 5000) + step[below(seed, 6)],
             payload = f == ACK ? 100 * below(seed, 3) : 0;
    if (f == (RST | ACK) && below(seed, 2))
        sequence = 0;
    if (f & SYN && below(seed, 5) == 0)
        payload = 100; /* RFC 7413 */
    struct ps_key *key = packets_tcp(packets, from, to, f, sequence, payload);
    if (below(seed, 30) == 0)
        key->flags = key->tcp_flags = 0, key->tcp_seq = 0; /* only the ports were captured */
}

static void random_packet(uint64_t *seed, const struct mix *mix, unsigned turned, struct packets *packets)
{
    unsigned flow = below(seed, mix->flows);
    bool tcp = mix->tcp && (!mix->udp || flow % 2), forth = below(seed, 2);
    uint8_t family = mix->ipv6 ? 6 : 4;
    struct end low = {family, 1, (uint16_t)(50000 + flow)}, high = {family, 2, (uint16_t)(flow == 2 ? 50002 : 80)};
    struct end from = forth ? low : high, to = forth ? high : low;
    if (mix->refusals && below(seed, 6) == 0)
        packets_refuse(packets, tcp ? PS_TRANSPORT_TCP : PS_TRANSPORT_UDP, from, to);
    else if (tcp)
        random_tcp(seed, packets, from, to, forth == (flow % 2 == turned));
    else
        packets_add(packets, PS_TRANSPORT_UDP, from, to, below(seed, 2) * 50);
    static const int64_t pause[] = {1, 1, 1, 59998, 59999, 60000};
    packets->now_ns += pause[below(seed, 6)] * MILLISECOND;
    if (!mix->disorder)
        return;
    if (below(seed, 4) == 0)
        packets->now_ns -= (int64_t)below(seed, 70) * SECOND;
    if (below(seed, 8) == 0)
        packets->key[packets->count - 1].time_ns = PS_TIME_NONE;
}

/* The first part of all begins where the capture begins, even when it is empty. */
static struct ps_account *start_of(const struct packets *packets, size_t to)
{
    struct ps_account *account = ps_account_create();
    packets_count(packets, 0, to, account);
    return account;
}

static struct ps_account *part_of(const struct packets *packets, size_t from, size_t to)
{
    struct ps_account *account = ps_account_create_part();
    packets_count(packets, from, to, account);
    return account;
}

static void join(struct ps_account *account, struct ps_account *part)
{
    ps_account_merge(account, part);
    ps_account_destroy(part);
}

/* Every number of the snapshot, bytes sent again too. */
static char *text_of(const struct ps_account *account)
{
    struct ps_snapshot snapshot;
    account_collect(account, &snapshot);
    char *rows = snapshot_text(&snapshot), *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    fputs(rows, to);
    for (size_t i = 0; i < snapshot.service_count; i++)
        fprintf(to, "sent again %u %" PRIu64 "\n", snapshot.service[i].port, snapshot.service[i].retransmitted_bytes);
    assert_int_equal(fclose(to), 0);
    free(rows);
    ps_snapshot_finish(&snapshot);
    return text;
}

static void print_packets(const struct packets *packets)
{
    for (size_t i = 0; i < packets->count; i++) {
        const struct ps_key *key = &packets->key[i];
        print_message("# %zu: %u > %u flags %u%s sequence %" PRIu32 " payload %" PRIu32 " at %" PRId64 "%s\n", i,
                      key->source_port, key->destination_port, key->tcp_flags,
                      key->flags & PS_KEY_SEQUENCE ? "" : " (no number)", key->tcp_seq, key->payload, key->time_ns,
                      key->quoted ? " ICMP" : "");
    }
}

static void compare(const struct packets *packets, struct ps_account *merged, const char *expected, const char *how,
                    size_t cut, size_t other)
{
    char *got = text_of(merged), where[80];
    snprintf(where, sizeof(where), "%s, cut at %zu and %zu", how, cut, other);
    if (strcmp(got, expected) != 0)
        print_packets(packets);
    assert_same_text(where, got, expected);
    free(got);
    ps_account_destroy(merged);
}

/* One cut is two cuts with nothing between them. */
static void cut_everywhere(const struct packets *packets, const char *expected)
{
    for (size_t cut = 0; cut <= packets->count; cut++) {
        struct ps_account *merged = start_of(packets, cut);
        join(merged, part_of(packets, cut, packets->count));
        compare(packets, merged, expected, "in two", cut, cut);
        for (size_t other = cut; other <= packets->count; other++) {
            struct ps_account *left = start_of(packets, cut), *middle = part_of(packets, cut, other);
            join(left, middle);
            join(left, part_of(packets, other, packets->count));
            compare(packets, left, expected, "left first", cut, other);
            struct ps_account *first = start_of(packets, cut), *right = part_of(packets, cut, other);
            join(right, part_of(packets, other, packets->count));
            join(first, right);
            compare(packets, first, expected, "right first", cut, other);
        }
    }
}

static void check_packets(const struct packets *packets)
{
    struct ps_account *whole = start_of(packets, packets->count);
    char *expected = text_of(whole);
    cut_everywhere(packets, expected);
    free(expected);
    ps_account_destroy(whole);
}

static void check_mix(void **state)
{
    const struct mix *mix = *state;
    uint64_t seed = 1;
    for (unsigned n = 0; n < mix->repetitions; n++) {
        struct packets packets;
        packets_init(&packets);
        while (packets.count < mix->packets)
            random_packet(&seed, mix, n % 2, &packets);
        check_packets(&packets);
        packets_free(&packets);
    }
}

/* --- what chance makes seldom --- */

static const struct end client = {4, 1, 50000}, server = {4, 2, 80};

/* Enough connections for each part to have some that begin and end in it. */
static void one_connection_after_another(void **state)
{
    (void)state;
    struct packets packets;
    packets_init(&packets);
    for (uint32_t i = 1; i <= 5; i++) {
        packets_tcp(&packets, client, server, SYN, i * 1000, 0);
        packets_tcp(&packets, server, client, SYN | ACK, i * 7000, 0);
        packets_tcp(&packets, client, server, ACK, i * 1000 + 1, 100);
        packets_tcp(&packets, client, server, ACK, i * 1000 + 1, 100);
        packets_tcp(&packets, server, client, i % 2 ? RST : FIN | ACK, i * 7000 + 1, 0);
    }
    check_packets(&packets);
    packets_free(&packets);
}

static void one_pause_after_another(void **state)
{
    (void)state;
    struct packets packets;
    packets_init(&packets);
    for (int i = 0; i < 8; i++) {
        packets_add(&packets, PS_TRANSPORT_UDP, client, server, 10);
        if (i % 3 == 0)
            packets_add(&packets, PS_TRANSPORT_UDP, server, client, 10);
        if (i % 3 == 1)
            packets_refuse(&packets, PS_TRANSPORT_UDP, client, server);
        packets.now_ns += 61 * SECOND;
    }
    check_packets(&packets);
    packets_free(&packets);
}

/* An ACK's time is not taken for that of the SYN. */
static void syn_without_a_time(void **state)
{
    (void)state;
    struct packets packets;
    packets_init(&packets);
    packets_tcp(&packets, client, server, SYN, 1000, 0)->time_ns = PS_TIME_NONE;
    packets_tcp(&packets, server, client, SYN | ACK, 7000, 0);
    packets_tcp(&packets, server, client, ACK, 7001, 0);
    packets_tcp(&packets, client, server, ACK, 1001, 0);
    check_packets(&packets);
    packets_free(&packets);
}

/* A merged account goes on as if it had counted all packets: it knows a copy of the last one. */
static void copy_behind_a_merge(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot snapshot;
    packets_init(&packets);
    packets_add(&packets, PS_TRANSPORT_UDP, client, server, 10)->digest = 5;
    packets_add(&packets, PS_TRANSPORT_UDP, client, server, 10)->digest = 7;
    packets_add(&packets, PS_TRANSPORT_UDP, client, server, 10)->digest = 7;
    packets_add(&packets, PS_TRANSPORT_UDP, server, client, 10)->digest = 7; /* from the other end: no copy */
    struct ps_account *account = start_of(&packets, 1);
    join(account, part_of(&packets, 1, 2));
    packets_count(&packets, 2, packets.count, account);
    account_collect(account, &snapshot);
    assert_int_equal(snapshot.duplicate_packets, 1);
    ps_snapshot_finish(&snapshot);
    ps_account_destroy(account);
    packets_free(&packets);
}

int main(void)
{
    enum {
        MIXES = sizeof(mixes) / sizeof(mixes[0])
    };
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(one_connection_after_another),
        cmocka_unit_test(one_pause_after_another),
        cmocka_unit_test(syn_without_a_time),
        cmocka_unit_test(copy_behind_a_merge),
    };
    struct CMUnitTest tests[MIXES + sizeof(others) / sizeof(others[0])];
    for (size_t n = 0; n < MIXES; n++)
        tests[n] = (struct CMUnitTest){
            .name = mixes[n].name, .test_func = check_mix, .initial_state = (void *)(uintptr_t)&mixes[n]};
    memcpy(tests + MIXES, others, sizeof(others));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
