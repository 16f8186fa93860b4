/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels in tunnels.  Input: a byte of switches, then two bytes for each header: which one, and a number for it.  The
 * frame is built of them, each naming the next as its standard asks for, so that the walk goes deep.
 *
 * Looked through or not, a frame is counted once, in one row, with all its bytes; looking through UDP tunnels only adds
 * tunnels behind those that are seen without; and no more headers are followed, nor tunnels listed, than the bounds say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/account.h"
#include "rule.h"
#include "support/decode_law.h"
#include "support/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADERS_MAX 60
#define PAYLOAD_MAX (FRAME_MAX / 2)
#define FRAMES_MAX  6

enum switches {
    CREDIT = 1,
    CUT = 2
};

/* Words of the frame builder; %u is the number of the header. */
static const char *const words[] = {
    "eth",
    "vlan:%u",
    "qinq:%u",
    "mpls:%u",
    "pppoe:%u",
    "nsh:%u",
    "ip4",
    "ip6",
    "gre:0",
    "gre:0x2000:%u",
    "gre:0x1000:%u",
    "erspan2:%u",
    "etherip",
    "ah:%u",
    "udp:%u:4789",
    "udp:%u:6081",
    "udp:%u:2152",
    "udp:%u:3544",
    "udp:%u:8472",
    "vxlan:%u",
    "geneve:%u:0",
    "gtpu:%u:0",
    "ip4frag:%u:0:1",
    "ip4frag:%u:8:0",
    "frag:%u:0:1",
    "frag:%u:8:0",
    "hop:0",
    "tcp:%u:80",
    "udp:%u:53",
    "sctp:%u:80",
    "icmp",
    "teredoorigin",
    ".%u",
    "ip4 udp:%u:4789 vxlan:%u eth",
    "ip6 gre:0",
    "ip4 udp:%u:2152 gtpu:%u:0",
};

/* The frame of some headers, no more than its builder has room for. */
static void build(const uint8_t *data, size_t size, struct frame *ret_frame)
{
    char text[4096] = "";
    size_t used = 0, headers = 0, payload = 0;
    for (size_t i = 0; i < size / 2; i++) {
        const char *word = words[data[2 * i] % (sizeof(words) / sizeof(words[0]))];
        unsigned number = data[2 * i + 1];
        headers += strchr(word, ' ') ? 4 : 1; /* some words are several headers */
        payload += word[0] == '.' ? number : 0;
        if (headers > HEADERS_MAX || payload > PAYLOAD_MAX)
            break;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int n = snprintf(text + used, sizeof(text) - used, word, number, number);
#pragma GCC diagnostic pop
        used += (size_t)n;
        text[used++] = ' ';
        text[used] = '\0';
    }
    frame_build(ret_frame, text);
}

static const struct ps_decoder *decoder_of(bool inner, bool credit)
{
    static struct ps_decoder *decoders[4];
    unsigned which = (inner ? 1u : 0u) | (credit ? 2u : 0u);
    if (!decoders[which]) {
        struct ps_decode_options options = {.tunnels_inner = inner, .fragments_credit = credit};
        options.tunnel_port[options.tunnel_port_count++] = (struct ps_tunnel_port){8472, PS_TUNNEL_VXLAN};
        decoders[which] = ps_decoder_create(&options);
    }
    rule(decoders[which] != NULL, "there is memory");
    return decoders[which];
}

static bool in_udp(uint8_t kind)
{
    return kind == PS_TUNNEL_VXLAN || kind == PS_TUNNEL_GENEVE || kind == PS_TUNNEL_GTPU || kind == PS_TUNNEL_TEREDO;
}

/* What may be said of a frame that is looked through, beside what is said of it as it is. */
static void check_modes(const struct claim *inner, const struct claim *outer)
{
    bool through = false;
    rule(inner->key.wire == outer->key.wire, "a frame has its length in both modes");
    rule(outer->key.hop_count <= inner->key.hop_count, "looking through takes no tunnel away");
    for (unsigned i = 0; i < outer->key.hop_count; i++) {
        rule(outer->hop[i].kind == inner->hop[i].kind && outer->hop[i].id == inner->hop[i].id, "nor changes one");
        rule(!in_udp(outer->hop[i].kind), "tunnels in UDP are seen only by looking through");
    }
    for (unsigned i = 0; i < inner->key.hop_count; i++)
        through |= in_udp(inner->hop[i].kind);
    if (inner->key.hop_count < PS_HOPS_MAX && !through)
        rule(inner->key.row == outer->key.row && law_same_ports(inner, outer), "without UDP tunnels modes are alike");
    if (through)
        rule(outer->key.row == PS_ROW_PORTS, "a tunnel in UDP has ports of its own");
}

static void check_frame(const uint8_t *frame, uint32_t captured, uint32_t original, bool credit)
{
    struct claim inner, outer;
    const char *in = law_claim(decoder_of(true, credit), 1, frame, captured, original, &inner);
    rule(in == NULL, in);
    const char *out = law_claim(decoder_of(false, credit), 1, frame, captured, original, &outer);
    rule(out == NULL, out);
    check_modes(&inner, &outer);
}

/* What an account of one mode comes to. */
struct sums {
    uint64_t packets, bytes;
    uint64_t tunnel_packets[PS_TUNNEL_COUNT];
};

static void sum_up(const struct ps_snapshot *s, struct sums *ret_sums)
{
    uint64_t pairs = 0, with_ports = 0;
    *ret_sums = (struct sums){0};
    for (size_t i = 0; i < s->ledger_count; i++) {
        ret_sums->packets += s->ledger[i].count.packets;
        ret_sums->bytes += s->ledger[i].count.bytes;
        with_ports += s->ledger[i].row == PS_ROW_PORTS ? s->ledger[i].count.packets : 0;
    }
    for (size_t i = 0; i < s->pair_count; i++)
        pairs += s->pair[i].a_to_b.packets + s->pair[i].b_to_a.packets;
    rule_same(pairs, with_ports, "pairs have the packets with ports");
    for (size_t i = 0; i < s->tunnel_count; i++) {
        rule(s->tunnel[i].carried.packets <= s->total.packets && s->tunnel[i].carried.bytes <= s->total.bytes,
             "a tunnel carries no more than there is");
        ret_sums->tunnel_packets[s->tunnel[i].kind] += s->tunnel[i].carried.packets;
    }
}

static void count(const struct ps_batch *batch, bool inner, bool credit, struct sums *ret_sums)
{
    static struct ps_keys keys;
    struct ps_account *account = ps_account_create();
    struct ps_fragments *fragments = credit ? ps_fragments_create(true) : NULL;
    struct ps_snapshot snapshot;
    rule(account && (fragments || !credit), "there is memory");
    ps_decode(decoder_of(inner, credit), batch, &keys);
    ps_account_add(account, fragments, &keys, 0, keys.count);
    if (fragments)
        ps_fragments_settle(fragments);
    ps_snapshot_init(&snapshot);
    rule(ps_account_collect(account, NULL, &snapshot) == 0, "the account is collected");
    sum_up(&snapshot, ret_sums);
    ps_snapshot_finish(&snapshot);
    ps_fragments_destroy(fragments);
    ps_account_destroy(account);
}

static void check_ledgers(const struct ps_batch *batch, bool credit)
{
    struct sums inner, outer;
    uint64_t bytes = 0;
    for (size_t i = 0; i < batch->count; i++)
        bytes += batch->packet[i].original;
    count(batch, true, credit, &inner);
    count(batch, false, credit, &outer);
    rule_same(inner.packets, batch->count, "every frame is in the inner ledger, once");
    rule_same(outer.packets, batch->count, "every frame is in the outer ledger, once");
    rule_same(inner.bytes, bytes, "the inner ledger has every byte");
    rule_same(outer.bytes, bytes, "the outer ledger has every byte");
    for (unsigned kind = 0; kind < PS_TUNNEL_COUNT; kind++)
        rule(outer.tunnel_packets[kind] <= inner.tunnel_packets[kind], "looking through takes no tunnel away");
}

/* The frame, and some of its beginnings. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct frame frame;
    static struct ps_batch batch;
    if (size < 3 || size > 2 * HEADERS_MAX + 1)
        return 0;
    build(data + 1, size - 1, &frame);
    batch.count = 0;
    for (uint32_t n = 0; n < FRAMES_MAX; n++) {
        uint32_t captured = data[0] & CUT ? frame.length - frame.length * n / FRAMES_MAX : frame.length;
        check_frame(frame.byte, captured, frame.length, data[0] & CREDIT);
        batch.packet[batch.count++] = (struct ps_packet){
            .data = frame.byte, .time_ns = n, .captured = captured, .original = frame.length, .link_type = 1};
        if (!(data[0] & CUT))
            break;
    }
    check_ledgers(&batch, data[0] & CREDIT);
    return 0;
}
