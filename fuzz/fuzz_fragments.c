/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Streams of fragments.  Input: one byte says where the stream is cut into two parts, then two bytes a packet.  The cache
 * must say what the model says, and two parts merged what the whole says.
 *
 * The cache is taken by itself: accounts are stood in for by an array, which makes this a thousand times faster.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account_private.h"
#include "support/fragment_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Few enough that no chain of first fragments reaches the cache's limit, at which it gives up on exactness. */
#define PACKETS_MAX 14

/* Bytes per source port; [0]: without ports. */
struct ps_account {
    uint64_t bytes[PACKETS_MAX + 1], waiting;
};

static void add(struct ps_account *account, const struct ps_key *key)
{
    account->bytes[key->row == PS_ROW_PORTS ? key->source_port : 0] += key->wire;
}

void ps_account_wait(struct ps_account *account)
{
    account->waiting++;
}

void ps_account_settle(struct ps_account *account, const struct ps_key *key)
{
    account->waiting--;
    add(account, key);
}

bool ps_account_abandoned(const struct ps_account *account)
{
    (void)account;
    return false;
}

void ps_account_move_waiting(struct ps_account *from, struct ps_account *to, uint64_t n)
{
    from->waiting -= n;
    to->waiting += n;
}

void ps_account_fail(struct ps_account *account)
{
    (void)account;
    abort();
}

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

static struct ps_fragments *count(struct ps_account *account, const struct model_packet *packet, size_t from, size_t to)
{
    static struct ps_keys keys;
    struct ps_fragments *fragments = ps_fragments_create(from == 0);
    if (!fragments)
        abort();
    model_keys(packet, from, to, &keys);
    for (size_t i = 0; i < keys.count; i++) {
        struct ps_key *key = &keys.key[i];
        if (!key->fragments || !ps_fragments_take(fragments, account, &keys.fragments[key->fragments - 1], key))
            add(account, key);
    }
    return fragments;
}

/* Settles, and compares with what must come out. */
static void finish(const char *what, struct ps_fragments *fragments, const struct ps_account *account,
                   const uint64_t *expected)
{
    ps_fragments_settle(fragments);
    ps_fragments_destroy(fragments);
    for (size_t i = 0; i <= PACKETS_MAX; i++) {
        if (account->bytes[i] == expected[i] && account->waiting == 0)
            continue;
        fprintf(stderr, "%s: port %zu has %llu bytes instead of %llu, %llu packets wait\n", what, i,
                (unsigned long long)account->bytes[i], (unsigned long long)expected[i],
                (unsigned long long)account->waiting);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model_packet packet[PACKETS_MAX];
    uint64_t expected[PACKETS_MAX + 1] = {0};
    struct ps_account whole = {0}, first = {0}, second = {0};
    size_t n = 0;
    for (size_t at = 1; at + 1 < size && n < PACKETS_MAX; at += 2, n++)
        packet[n] = packet_of(data + at, (unsigned)n);
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        expected[model_ports(packet, n, i)] += 1000 + i;
    finish("whole", count(&whole, packet, 0, n), &whole, expected);

    size_t cut = data[0] % (n + 1);
    struct ps_fragments *fragments = count(&first, packet, 0, cut), *part = count(&second, packet, cut, n);
    ps_fragments_merge(fragments, &first, part, &second);
    ps_fragments_destroy(part);
    if (second.waiting)
        abort();
    for (size_t i = 0; i <= PACKETS_MAX; i++)
        first.bytes[i] += second.bytes[i];
    finish("merged", fragments, &first, expected);
    return 0;
}
