/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of any kind.  Input: one byte of switches, two that name the link type, one that says how much of the frame was
 * not captured, then the frame.  The key must be well formed and that of the walk alone, the ledger must close, and
 * prefixes must say nothing that the frame does not say.
 */
#include <stdio.h>
#include <stdlib.h>

#include "portsniff/account.h"
#include "support/decode_both.h"
#include "support/decode_law.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    INNER = 1,
    CREDIT = 2,
    COUNT = 4,
    MISSING = 8
};

static void must(const char *broken)
{
    if (broken) {
        fprintf(stderr, "%s does not hold\n", broken);
        abort();
    }
}

static const struct ps_decoder *decoder_of(unsigned switches)
{
    static struct ps_decoder *decoders[4];
    unsigned which = switches & (INNER | CREDIT);
    if (!decoders[which]) {
        struct ps_decode_options options = {.tunnels_inner = which & INNER, .fragments_credit = which & CREDIT};
        decoders[which] = ps_decoder_create(&options);
    }
    return decoders[which];
}

/* Small numbers are the n-th link type that has a decoder, others themselves. */
static uint16_t link_of(const uint8_t *data)
{
    static uint16_t links[128];
    static size_t count;
    static bool listed;
    for (uint16_t link = 0; link < 512 && !listed; link++)
        if (ps_link_supported(link) && count < 128)
            links[count++] = link;
    listed = true;
    unsigned number = data[0] | (unsigned)data[1] << 8;
    return number & 0x8000 ? (uint16_t)(number & 0x7fff) : links[number % (count ? count : 1)];
}

/* Packets that were counted together, until there are enough of them. */
static struct {
    struct ps_account *account;
    struct ps_fragments *fragments;
    uint64_t packets, bytes;
} counted;

/* What was counted is in the rows. */
static void check_ledger(void)
{
    struct ps_snapshot snapshot;
    uint64_t packets = 0, bytes = 0, with_ports = 0;
    ps_fragments_settle(counted.fragments);
    ps_snapshot_init(&snapshot);
    must(ps_account_collect(counted.account, NULL, &snapshot) ? "the account is collected" : NULL);
    for (size_t i = 0; i < snapshot.ledger_count; i++) {
        packets += snapshot.ledger[i].count.packets;
        bytes += snapshot.ledger[i].count.bytes;
    }
    for (size_t i = 0; i < snapshot.pair_count; i++)
        with_ports += snapshot.pair[i].a_to_b.packets + snapshot.pair[i].b_to_a.packets;
    must(packets != counted.packets || bytes != counted.bytes ? "the ledger closes" : NULL);
    must(with_ports != snapshot.ledger[0].count.packets ? "pairs have the packets with ports" : NULL);
    ps_snapshot_finish(&snapshot);
    ps_fragments_destroy(counted.fragments);
    ps_account_destroy(counted.account);
    counted.account = NULL;
}

static void count(const struct claim *claim)
{
    enum {
        ENOUGH = 4000
    };
    static struct ps_keys keys;
    if (!counted.account) {
        counted.account = ps_account_create();
        counted.fragments = ps_fragments_create(true);
        counted.packets = counted.bytes = 0;
        if (!counted.account || !counted.fragments)
            abort();
    }
    keys.count = 1;
    keys.key[0] = claim->key;
    keys.key[0].quoted = 0;
    for (int i = 0; i < PS_HOPS_MAX; i++)
        keys.hop[0][i] = claim->hop[i];
    keys.fragments_count = claim->key.fragments;
    keys.fragments[0] = claim->seen;
    ps_account_add(counted.account, counted.fragments, &keys, 0, 1);
    counted.bytes += claim->key.wire;
    if (++counted.packets == ENOUGH)
        check_ledger();
}

/* With the short cut of ordinary packets and without, the key is the same. */
static void check_both(const struct ps_decoder *decoder, uint16_t link_type, const uint8_t *frame, uint32_t captured,
                       uint32_t original)
{
    static struct ps_batch batch;
    size_t packet;
    batch.count = 1;
    batch.packet[0] = (struct ps_packet){
        .data = frame, .time_ns = 1, .captured = captured, .original = original, .link_type = link_type};
    must(both_differ(decoder, &batch, &packet));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 4096)
        return 0;
    unsigned switches = data[0];
    const struct ps_decoder *decoder = decoder_of(switches);
    uint16_t link = link_of(data + 1);
    uint32_t captured = (uint32_t)size - 4, original = captured + (switches & MISSING ? data[3] * 8u : 0);
    const uint8_t *frame = data + 4;
    struct claim whole, part;
    must(law_claim(decoder, link, frame, captured, original, &whole));
    check_both(decoder, link, frame, captured, original);
    if (switches & COUNT)
        count(&whole);
    /* A sample of prefixes: some short ones, and the long ones. */
    for (uint32_t n = 0; n < captured; n += n < 64 ? 7 : 1 + captured / 16) {
        check_both(decoder, link, frame, n, original);
        must(law_claim(decoder, link, frame, n, original, &part));
        must(law_within(&part, &whole, switches & INNER, false));
    }
    return 0;
}
