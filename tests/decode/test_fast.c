/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short cut of ordinary packets says what the walk says: for frames of which it is known whether they are ordinary,
 * for every way to cut them, and for millions of frames with changed bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "support/decode_both.h"
#include "support/frame.h"

enum {
    ETHERNET = 1,
    RAW = 101,
    SLL = 113,
    IPV4 = 228,
    IPV6 = 229,
    BSD = 65535, /* stands for 0, BSD loopback */
    SLL2 = 276
};

struct row {
    const char *words;
    bool ordinary;
    uint16_t link_type; /* 0: Ethernet */
};

static const struct row rows[] = {
    {"eth ip4 tcp:1:2 .100", true, 0},
    {"eth ip4 tcp:1:2:0x12:10 .100", true, 0},
    {"eth ip4 tcp:1:2:255:3 @16=1234", true, 0},
    {"eth ip4 tcp:1:2 @12=00 .5", true, 0}, /* a data offset of 0 */
    {"eth ip4 tcp:1:2 @12=f0 .5", true, 0}, /* and one behind the segment */
    {"eth ip4 tcp:1:2 @4=01020304 @8=05060708 @14=1122 @16=3344 .9 ~4", true, 0},
    {"eth ip4 udp:1:2", true, 0},
    {"eth ip4 udp:1:2 @6=beef .1", true, 0},
    {"eth ip4 udp:1:2 .30 ~20", true, 0},
    {"eth ip4 udp:1:2 @4=0001 .30", true, 0}, /* a wrong UDP length does not matter */
    {"eth ip4 udp:53:4788 .30", true, 0},
    {"eth ip4 @4=abcd @6=4000 udp:1:2 .30", true, 0}, /* do not fragment */
    {"eth ip4 @6=8000 tcp:1:2", true, 0},             /* the reserved bit */
    {"eth ip4 icmp .20", true, 0},
    {"eth ip4 icmp @0=0b00 .40", true, 0},
    {"eth ip6 tcp:1:2 @16=4321 .100", true, 0},
    {"eth ip6 udp:1:2 .100", true, 0},
    {"eth ip6 udp:1:2 @6=0102", true, 0},
    {"eth ip6 icmp6 .20", true, 0},
    {"eth ip6 icmp6 @0=0304 .20", true, 0},
    {"eth vlan:4095 ip4 tcp:1:2 .30", true, 0},
    {"eth vlan:1 ip6 udp:1:2 .30", true, 0},
    {"eth vlan:1 vlan:2 ip4 udp:1:2 .30", true, 0},
    {"eth qinq:7 vlan:8 ip6 tcp:1:2 .30", true, 0},
    {"eth qinq:7 vlan:8 ip4 icmp .30", true, 0},
    {"eth ip4 tcp:1:2 .1460", true, 0},
    {"eth ip4 tcp:1:2 .1461", true, 0},
    {"eth ip4 @12=7f0000017f000001 tcp:1:2 .3000", true, 0},
    {"eth ip6 @8=00000000000000000000000000000001 tcp:1:2 .3000", true, 0},
    {"eth ip6 @8=00000000000000000000000000000002 udp:1:2 .3000", true, 0},
    {"eth ip4 icmp .3000", true, 0},
    {"ip4 tcp:1:2 .30", true, RAW},
    {"ip6 udp:1:2 .30", true, RAW},
    {"#00000001000600000000000000000800 ip4 tcp:1:2 .30", true, SLL},
    {"#000003040006000000000000000086dd ip6 udp:1:2 .30", true, SLL},
    {"#00000001000600000000000000008100 vlan:5 @2=0800 ip4 tcp:1:2 .30", true, SLL},
    {"#0800000000000002000100060000000000000000 ip4 tcp:1:2 .30", true, SLL2},
    {"#86dd000000000002030400060000000000000000 ip6 icmp6 .30", true, SLL2},

    {"ip4 tcp:1:2 .30", true, IPV4},
    {"ip6 udp:1:2 .30", true, IPV6},
    {"#02000000 ip4 tcp:1:2 .30", true, BSD},
    {"#00000002 ip4 udp:1:2 .30", true, BSD},

    {"ip6 tcp:1:2 .30", false, IPV4},
    {"ip4 tcp:1:2 .30", false, IPV6},
    {"#00020000 ip4 udp:1:2 .30", false, BSD},
    {"#18000000 ip6 udp:1:2 .30", false, BSD},
    {"eth arp", false, 0},
    {"eth vlan:1 vlan:2 vlan:3 ip4 tcp:1:2 .30", false, 0},
    {"eth tag9100:9 vlan:8 ip4 tcp:1:2 .30", false, 0},
    {"eth etag ip4 tcp:1:2 .30", false, 0},
    {"eth mpls:9 ip4 tcp:1:2 .30", false, 0},
    {"eth pppoe:9 ppp ip4 tcp:1:2 .30", false, 0},
    {"eth llc:0xaa:0xaa:3 snap:0 ip4 tcp:1:2 .30", false, 0},
    {"eth ip4:1 tcp:1:2 .30", false, 0},
    {"eth ip4:2 @20=83080400 @26=0a00 tcp:1:2 .30", false, 0},
    {"eth ip4 @0=65 tcp:1:2 .30", false, 0},
    {"eth ip4 @0=44 tcp:1:2 .30", false, 0},
    {"eth ip4 @2=0000 tcp:1:2 .30", false, 0}, /* segmentation offload */
    {"eth ip4 @2=0013 tcp:1:2 .30", false, 0},
    {"eth ip4 @2=0014 tcp:1:2 .30", false, 0}, /* nothing behind the header */
    {"eth ip4 @2=0027 tcp:1:2 .30", false, 0},
    {"eth ip4 @2=001b udp:1:2 .30", false, 0},
    {"eth ip4 @2=0014 icmp .30", false, 0},
    {"eth ip4frag:1:0:1 udp:1:2 .32", false, 0},
    {"eth ip4frag:1:2:0 .32", false, 0},
    {"eth ip4 sctp:1:2 .30", false, 0},
    {"eth ip4 dccp:1:2 .30", false, 0},
    {"eth ip4 udplite:1:2 .30", false, 0},
    {"eth ip4 esp .30", false, 0},
    {"eth ip4 icmp6 .30", false, 0},
    {"eth ip6 icmp .30", false, 0},
    {"eth ip4 ip4 tcp:1:2 .30", false, 0},
    {"eth ip4 gre ip4 tcp:1:2 .30", false, 0},
    {"eth ip4 icmp @0=0303 ip4 udp:5353:53", false, 0},
    {"eth ip6 icmp6 @0=0104 ip6 tcp:1:2 .9", false, 0},
    {"eth ip6 @0=40 tcp:1:2 .30", false, 0},
    {"eth ip6 @4=0000 tcp:1:2 .30", false, 0},
    {"eth ip6 @4=0013 tcp:1:2 .30", false, 0},
    {"eth ip6 @4=0007 udp:1:2 .30", false, 0},
    {"eth ip6 hop:0 tcp:1:2 .30", false, 0},
    {"eth ip6 frag:1:0:0 tcp:1:2 .30", false, 0},
    {"eth ip6 ip4 udp:1:2 .30", false, 0},
    {"ip4 @0=55 tcp:1:2 .30", false, RAW},
    {"#00000338000600000000000000000800 ip4 tcp:1:2 .30", false, SLL}, /* netlink */
    {"#00000323000600000000000000000800 ip4 tcp:1:2 .30", false, SLL}, /* radiotap */
    {"#0000000100060000000000000000000c ip4 tcp:1:2 .30", false, SLL},
    {"#0800000000000002033800060000000000000000 ip4 tcp:1:2 .30", false, SLL2},
    {"ip4 tcp:1:2 .30", false, 12345},

    {"eth ip4 udp:1:4789 vxlan:1 eth ip4 tcp:1:2", false, 0},
    {"eth ip4 udp:4789:1 .30", false, 0},
    {"eth ip6 udp:1:6081 geneve:1 eth ip6 tcp:1:2", false, 0},
    {"eth ip4 udp:1:2152 gtpu:1 ip4 tcp:1:2", false, 0},
    {"eth ip4 udp:3544:1 ip6 tcp:1:2", false, 0},
    {"eth ip4 udp:1:8472 vxlan:1 eth ip4 udp:1:2", false, 0},
    {"eth ip4 udp:1:0 vxlan:1 eth ip4 udp:1:2", false, 0},
    {"eth ip4 udp:65535:1 ip6 udp:1:2", false, 0},
};
enum {
    ROWS = sizeof(rows) / sizeof(rows[0]),
    FIRST_TUNNEL = ROWS - 8, /* ordinary where tunnels are not looked through */
    DECODERS = 4
};

static struct ps_decoder *decoders[DECODERS];
static struct frame frames[ROWS];

static int set_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DECODERS; i++) {
        struct ps_decode_options options = {
            .tunnels_inner = i & 1,
            .fragments_credit = i & 2,
            .tunnel_port = {{8472, PS_TUNNEL_VXLAN}, {0, PS_TUNNEL_VXLAN}, {65535, PS_TUNNEL_TEREDO}},
            .tunnel_port_count = 3};
        decoders[i] = ps_decoder_create(&options);
        assert_non_null(decoders[i]);
    }
    for (size_t i = 0; i < ROWS; i++)
        frame_build(&frames[i], rows[i].words);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DECODERS; i++)
        ps_decoder_destroy(decoders[i]);
    return 0;
}

static struct ps_batch batch;

static void batch_add(const uint8_t *data, uint32_t captured, uint32_t original, uint16_t link_type)
{
    /* A block of its own, so that a sanitizer sees a read one byte behind the end. */
    uint8_t *exact = malloc(captured ? captured : 1);
    assert_non_null(exact);
    memcpy(exact, data, captured);
    batch.packet[batch.count] = (struct ps_packet){.data = exact,
                                                   .time_ns = (int64_t)batch.count,
                                                   .captured = captured,
                                                   .original = original,
                                                   .link_type = link_type == BSD ? 0
                                                                : link_type      ? link_type
                                                                                 : ETHERNET};
    batch.count++;
}

static void batch_clear(void)
{
    for (size_t i = 0; i < batch.count; i++)
        free((void *)(uintptr_t)batch.packet[i].data);
    batch.count = 0;
}

/* Decodes the batch in every mode. */
static void batch_compare(const char *what)
{
    for (unsigned mode = 0; mode < DECODERS; mode++) {
        size_t packet;
        const char *different = both_differ(decoders[mode], &batch, &packet);
        if (different)
            fail_msg("%s: %s differs, mode %u, %u of %u bytes", what, different, mode, batch.packet[packet].captured,
                     batch.packet[packet].original);
    }
    batch_clear();
}

static void rows_take_their_road(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        for (unsigned mode = 0; mode < DECODERS; mode++) {
            bool inner = mode & 1, ordinary = rows[i].ordinary || (i >= FIRST_TUNNEL && !inner);
            batch_add(frames[i].byte, frames[i].length, frames[i].length, rows[i].link_type);
            if (both_ordinary(decoders[mode], &batch) != ordinary)
                fail_msg("%s: %s, mode %u", rows[i].words, ordinary ? "not ordinary" : "ordinary", mode);
            batch_compare(rows[i].words);
        }
    }
}

/* Cut by the capture, cut on the wire, and longer on the wire than its headers say. */
static void every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        for (uint32_t n = 0; n <= frames[i].length; n++) {
            batch_add(frames[i].byte, n, frames[i].length, rows[i].link_type);
            batch_add(frames[i].byte, n, n, rows[i].link_type);
            batch_add(frames[i].byte, n, UINT32_MAX, rows[i].link_type);
            batch_add(frames[i].byte, n, n / 2, rows[i].link_type);
            batch_compare(rows[i].words);
            n += n > 160 && n + 40 < frames[i].length ? 19 : 0; /* nothing happens in the middle of a payload */
        }
    }
}

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

/* Changes up to three bytes, most often to a number that means something somewhere. */
static void mutate(uint64_t *seed, uint8_t *byte, uint32_t length)
{
    static const uint8_t known[] = {0,    1,    2,    3,    4,    6,    8,    17,   20,   28,   40,   44,
                                    45,   58,   0x14, 0x1f, 0x20, 0x28, 0x3f, 0x40, 0x45, 0x46, 0x5f, 0x60,
                                    0x6f, 0x7f, 0x80, 0x81, 0x86, 0x88, 0xa8, 0xb5, 0xc8, 0xdd, 0xf0, 0xff};
    uint32_t reach = length < 90 ? length : 90;
    for (uint64_t n = random_next(seed) % 4; n > 0; n--) {
        uint64_t random = random_next(seed);
        byte[random % reach] = random >> 32 & 1 ? known[(random >> 33) % sizeof(known)] : (uint8_t)(random >> 40);
    }
}

static void changed_frames(void **state)
{
    enum {
        BATCHES = 12000 /* of 256 frames: three million */
    };
    static const uint16_t links[] = {ETHERNET, RAW, SLL, SLL2, IPV4, IPV6, BSD, ETHERNET};
    (void)state;
    uint64_t seed = 0x9e3779b97f4a7c15;
    size_t ordinary = 0, all = 0;
    for (size_t i = 0; i < BATCHES; i++) {
        while (batch.count < PS_BATCH_MAX) {
            uint64_t random = random_next(&seed);
            size_t row = random % ROWS;
            uint32_t length = frames[row].length < 200 ? frames[row].length : 200;
            uint8_t byte[200];
            memcpy(byte, frames[row].byte, length);
            mutate(&seed, byte, length);
            uint32_t captured = random >> 20 & 1 ? length : (uint32_t)(random >> 24) % (length + 1);
            uint32_t original = random >> 21 & 3 ? frames[row].length : (uint32_t)(random >> 40) % 2000;
            uint16_t link_type = random >> 60 ? rows[row].link_type : links[random >> 57 & 7];
            batch_add(byte, captured, original, link_type);
        }
        all += batch.count;
        ordinary += both_ordinary(decoders[i % DECODERS], &batch);
        size_t packet;
        const char *different = both_differ(decoders[i % DECODERS], &batch, &packet);
        if (different)
            fail_msg("batch %zu, packet %zu: %s differs", i, packet, different);
        batch_clear();
    }
    assert_in_range(ordinary, all / 10, all - all / 10); /* both roads are trodden */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_take_their_road),
        cmocka_unit_test(every_length),
        cmocka_unit_test(changed_frames),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
