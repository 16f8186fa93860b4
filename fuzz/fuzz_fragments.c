/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Streams of fragments.  Input: one byte says where the stream is cut into two parts, then two bytes a packet.  The cache
 * must say what the model says, and two parts merged what the whole says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/account.h"
#include "support/fragment_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PACKETS_MAX 40

struct part {
    struct ps_account *account;
    struct ps_fragments *fragments;
};

/* First byte: ports, later, number of first fragments, which of them hold the ports.  Second: datagrams. */
static struct model_packet packet_of(const uint8_t *data, unsigned number)
{
    struct model_packet p = {.ports = data[0] & 1 ? number + 1 : 0,
                             .later = data[0] & 2,
                             .first_count = data[0] >> 2 & 3,
                             .later_of = data[1] & 7};
    unsigned holding = data[0] >> 4 & 3; /* ports inside one first fragment are inside those around it */
    for (unsigned k = 0; k < p.first_count; k++) {
        p.first[k].datagram = (data[1] >> (3 + k)) & 7;
        p.first[k].has_ports = p.ports && k < holding;
    }
    return p;
}

static struct part count(const struct model_packet *packet, size_t from, size_t to)
{
    static struct ps_keys keys;
    struct part part = {from ? ps_account_create_part() : ps_account_create(), ps_fragments_create(from == 0)};
    if (!part.account || !part.fragments)
        abort();
    model_keys(packet, from, to, &keys);
    ps_account_add(part.account, part.fragments, &keys, 0, keys.count);
    return part;
}

/* Bytes per source port; [0]: without ports. */
static void finish(struct part *part, uint64_t bytes[PACKETS_MAX + 1])
{
    struct ps_snapshot s;
    memset(bytes, 0, (PACKETS_MAX + 1) * sizeof(bytes[0]));
    ps_fragments_settle(part->fragments);
    ps_snapshot_init(&s);
    if (ps_account_waiting(part->account) || ps_account_collect(part->account, &s))
        abort();
    for (size_t i = 0; i < s.pair_count; i++)
        bytes[s.pair[i].port_a] += s.pair[i].a_to_b.bytes + s.pair[i].b_to_a.bytes;
    for (size_t i = 1; i < s.ledger_count; i++)
        bytes[0] += s.ledger[i].count.bytes;
    ps_snapshot_finish(&s);
    ps_fragments_destroy(part->fragments);
    ps_account_destroy(part->account);
}

static void must_equal(const char *what, const uint64_t *got, const uint64_t *expected)
{
    for (size_t i = 0; i <= PACKETS_MAX; i++) {
        if (got[i] != expected[i]) {
            fprintf(stderr, "%s: port %zu has %llu bytes instead of %llu\n", what, i, (unsigned long long)got[i],
                    (unsigned long long)expected[i]);
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model_packet packet[PACKETS_MAX];
    uint64_t expected[PACKETS_MAX + 1] = {0}, got[PACKETS_MAX + 1];
    size_t n = 0;
    for (size_t at = 1; at + 1 < size && n < PACKETS_MAX; at += 2, n++)
        packet[n] = packet_of(data + at, (unsigned)n);
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        expected[model_ports(packet, n, i)] += 1000 + i;
    struct part whole = count(packet, 0, n);
    finish(&whole, got);
    must_equal("whole", got, expected);

    size_t cut = data[0] % (n + 1);
    struct part first = count(packet, 0, cut), second = count(packet, cut, n);
    ps_account_merge(first.account, second.account);
    ps_fragments_merge(first.fragments, first.account, second.fragments, second.account);
    ps_fragments_destroy(second.fragments);
    ps_account_destroy(second.account);
    finish(&first, got);
    must_equal("merged", got, expected);
    return 0;
}
