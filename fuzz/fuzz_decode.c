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

/* The frame and some of its beginnings: short ones, and the long ones. */
static void fill(struct ps_batch *batch, uint16_t link_type, const uint8_t *frame, uint32_t captured, uint32_t original)
{
    const struct ps_packet whole = {
        .data = frame, .time_ns = 1, .captured = captured, .original = original, .link_type = link_type};
    batch->count = 0;
    batch->packet[batch->count++] = whole;
    for (uint32_t n = 0; n < captured; n += n < 64 ? 7 : 1 + captured / 16) {
        batch->packet[batch->count] = whole;
        batch->packet[batch->count++].captured = n;
    }
}

/* What was counted is in the rows. */
static void check_ledger(const struct ps_account *account, uint64_t packets, uint64_t bytes)
{
    struct ps_snapshot snapshot;
    uint64_t with_ports = 0;
    ps_snapshot_init(&snapshot);
    must(ps_account_collect(account, NULL, &snapshot) ? "the account is collected" : NULL);
    for (size_t i = 0; i < snapshot.ledger_count; i++) {
        packets -= snapshot.ledger[i].count.packets;
        bytes -= snapshot.ledger[i].count.bytes;
        if (snapshot.ledger[i].row == PS_ROW_PORTS)
            with_ports += snapshot.ledger[i].count.packets;
    }
    for (size_t i = 0; i < snapshot.pair_count; i++)
        with_ports -= snapshot.pair[i].a_to_b.packets + snapshot.pair[i].b_to_a.packets;
    must(packets || bytes ? "the ledger closes" : NULL);
    must(with_ports ? "pairs have the packets with ports" : NULL);
    ps_snapshot_finish(&snapshot);
}

static void count(const struct ps_decoder *decoder, const struct ps_batch *batch, bool credit)
{
    static struct ps_keys keys;
    struct ps_account *account = ps_account_create();
    struct ps_fragments *fragments = credit ? ps_fragments_create(true) : NULL;
    must(account && (fragments || !credit) ? NULL : "there is memory");
    ps_decode(decoder, batch, &keys);
    ps_account_add(account, fragments, &keys, 0, keys.count);
    if (fragments)
        ps_fragments_settle(fragments);
    check_ledger(account, batch->count, batch->count * (uint64_t)batch->packet[0].original);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ps_batch batch;
    struct claim whole, part;
    size_t packet;
    if (size < 4 || size > 4096)
        return 0;
    unsigned switches = data[0];
    const struct ps_decoder *decoder = decoder_of(switches);
    uint16_t link = link_of(data + 1);
    uint32_t captured = (uint32_t)size - 4, original = captured + (switches & MISSING ? data[3] * 8u : 0);
    const uint8_t *frame = data + 4;
    fill(&batch, link, frame, captured, original);
    must(law_claim(decoder, link, frame, captured, original, &whole));
    for (size_t i = 1; i < batch.count; i++) {
        must(law_claim(decoder, link, frame, batch.packet[i].captured, original, &part));
        must(law_within(&part, &whole, switches & INNER, false));
    }
    /* With the short cut of ordinary packets and without, keys are the same. */
    must(both_differ(decoder, &batch, &packet));
    if (switches & COUNT)
        count(decoder, &batch, switches & CREDIT);
    return 0;
}
