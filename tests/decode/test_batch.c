/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a batch of packets becomes: keys in their order, fragments and quotes beside them, lengths, flags, options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/decode.h"
#include "support/frame.h"

/* Up to eight frames made from words, then one batch of them. */
struct run {
    struct ps_decode_options options;
    struct frame frame[8];
    struct ps_batch batch;
    struct ps_keys keys;
};

static struct run *run_start(bool inner, bool credit)
{
    struct run *run = calloc(1, sizeof(*run));
    assert_non_null(run);
    run->options.tunnels_inner = inner;
    run->options.fragments_credit = credit;
    return run;
}

static struct ps_packet *run_add(struct run *run, const char *words)
{
    size_t i = run->batch.count++;
    assert_true(i < 8);
    frame_build(&run->frame[i], words);
    run->batch.packet[i] = (struct ps_packet){.data = run->frame[i].byte,
                                              .time_ns = (int64_t)i * 10,
                                              .captured = run->frame[i].length,
                                              .original = run->frame[i].length,
                                              .link_type = 1};
    return &run->batch.packet[i];
}

static const struct ps_key *run_decode(struct run *run)
{
    struct ps_decoder *decoder = ps_decoder_create(&run->options);
    assert_non_null(decoder);
    ps_decode(decoder, &run->batch, &run->keys);
    ps_decoder_destroy(decoder);
    assert_int_equal(run->keys.count, run->batch.count);
    return run->keys.key;
}

static void keys_keep_their_order(void **state)
{
    (void)state;
    struct run *run = run_start(true, true);
    run_add(run, "eth vlan:1 vlan:2 ip4 tcp:1:2");
    run_add(run, "eth arp");
    run_add(run, "eth vlan:3 ip6 udp:3:4");
    run_add(run, "eth ip4 icmp");
    const struct ps_key *key = run_decode(run);
    assert_int_equal(key[0].source_port, 1);
    assert_int_equal(key[0].hop_count, 2);
    assert_int_equal(run->keys.hop[0][1].id, 2);
    assert_int_equal(key[1].row, PS_ROW_NON_IP);
    assert_int_equal(key[1].hop_count, 0);
    assert_int_equal(key[2].destination_port, 4);
    assert_int_equal(run->keys.hop[2][0].id, 3);
    assert_int_equal(key[3].row, PS_ROW_OTHER_PROTOCOL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(key[i].time_ns, i * 10);
    assert_int_equal(run->keys.fragments_count, 0);
    run->batch.count = 0;
    run_decode(run);
    free(run);
}

static void wire_length_is_the_original(void **state)
{
    (void)state;
    struct run *run = run_start(true, true);
    run_add(run, "eth ip4 @2=05dc tcp:1:2")->original = 1514;
    run_add(run, "eth ip4 @2=0000 tcp:1:2")->original = 60014;
    run_add(run, "eth ip4 tcp:1:2 .30")->original = 20; /* below what was captured */
    run_add(run, "eth ip4 tcp:1:2 .30")->original = 0;
    run_add(run, "eth ip4 tcp:1:2")->original = UINT32_MAX;
    const struct ps_key *key = run_decode(run);
    assert_int_equal(key[0].wire, 1514);
    assert_int_equal(key[0].network, 1500);
    assert_int_equal(key[0].payload, 1460);
    assert_int_equal(key[1].network, 60000);
    assert_int_equal(key[1].payload, 59960);
    assert_int_equal(key[2].wire, 20);
    assert_int_equal(key[2].row, PS_ROW_PORTS);
    assert_int_equal(key[2].payload, 30);
    assert_int_equal(key[3].wire, 0);
    assert_int_equal(key[3].row, PS_ROW_PORTS);
    assert_int_equal(key[4].wire, UINT32_MAX);
    assert_int_equal(key[4].network, 40);
    free(run);
}

static void tcp_flags_when_captured(void **state)
{
    (void)state;
    struct run *run = run_start(false, false);
    run_add(run, "eth ip4 tcp:1:2:0x12 @4=01020304");
    run_add(run, "eth ip4 tcp:1:2:0x12")->captured = 14 + 20 + 14;
    run_add(run, "eth ip4 tcp:1:2:0x12")->captured = 14 + 20 + 13;
    run_add(run, "eth ip4 tcp:1:2:0x12")->captured = 14 + 20 + 8;
    run_add(run, "eth ip4 tcp:1:2:0x12")->captured = 14 + 20 + 7;
    run_add(run, "eth ip4 udp:1:2 .20");
    run_add(run, "eth ip4 tcp:1:2:0xff");
    const struct ps_key *key = run_decode(run);
    const uint8_t flags[] = {0x12, 0x12, 0, 0, 0, 0, 0xff};
    const uint16_t sequence[] = {PS_KEY_SEQUENCE, PS_KEY_SEQUENCE, PS_KEY_SEQUENCE, PS_KEY_SEQUENCE, 0, 0,
                                 PS_KEY_SEQUENCE};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(key[i].tcp_flags, flags[i]);
        assert_int_equal(key[i].flags & PS_KEY_SEQUENCE, sequence[i]);
    }
    assert_int_equal(key[0].tcp_seq, 0x01020304);
    free(run);
}

static void payload_offset(void **state)
{
    (void)state;
    struct run *run = run_start(true, false);
    run_add(run, "eth ip4 tcp:1:2 .1");
    run_add(run, "eth ip4 tcp:1:2");
    run_add(run, "eth ip4 tcp:1:2 ~6");
    run_add(run, "eth ip4 udp:1:4789 vxlan:1 eth ip4 udp:5:6 .9");
    run_add(run, "eth ip4 tcp:1:2 .50")->captured = 54;
    run_add(run, "eth ip4 tcp:1:2 .50")->captured = 55;
    const struct ps_key *key = run_decode(run);
    const uint32_t at[] = {54, 0, 0, 92, 0, 54};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(key[i].payload_at, at[i]);
    free(run);
}

/* More than 1500 bytes of network layer, TCP or UDP, not to or from the host itself. */
static void segmented(void **state)
{
    (void)state;
    struct run *run = run_start(false, false);
    run_add(run, "eth ip4 tcp:1:2 .1460");
    run_add(run, "eth ip4 tcp:1:2 .1461");
    run_add(run, "eth ip4 udp:1:2 .1473");
    run_add(run, "eth ip4 sctp:1:2 .3000");
    run_add(run, "eth ip4 icmp .3000");
    run_add(run, "eth ip4 @12=7f0000017f000001 tcp:1:2 .3000");
    run_add(run, "eth ip6 @8=00000000000000000000000000000001 tcp:1:2 .3000");
    run_add(run, "eth ip6 @8=00000000000000000000000000000002 tcp:1:2 .3000");
    const struct ps_key *key = run_decode(run);
    const bool large[] = {false, true, true, false, false, false, false, true};
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(!!(key[i].flags & PS_KEY_SEGMENTED), large[i]);
    free(run);
}

static const struct ps_fragments_seen *seen_of(const struct run *run, size_t i)
{
    assert_int_not_equal(run->keys.key[i].fragments, 0);
    assert_true(run->keys.key[i].fragments <= run->keys.fragments_count);
    return &run->keys.fragments[run->keys.key[i].fragments - 1];
}

static void fragments_are_noted(void **state)
{
    (void)state;
    struct run *run = run_start(true, true);
    run_add(run, "eth ip4 tcp:1:2");
    run_add(run, "eth ip4frag:258:0:1 udp:1:2 .8");
    run_add(run, "eth ip4frag:258:2:1 @9=11 .40");
    run_add(run, "eth ip6 frag:0x01020304:3:0 @0=11 .30");
    run_add(run, "eth ip6 frag:9:0:0 udp:1:2");
    run_add(run, "eth ip6 frag:9:0:1 dst:0 tcp:3:4 .30");
    run_add(run, "eth ip6 frag:9:0:0 @3=06 udp:1:2"); /* reserved bits */
    const struct ps_key *key = run_decode(run);
    assert_int_equal(key[0].fragments, 0);
    assert_int_equal(key[4].fragments, 0); /* atomic */
    assert_int_equal(key[6].fragments, 0);
    assert_int_equal(run->keys.fragments_count, 4);

    const struct ps_fragments_seen *first = seen_of(run, 1), *later = seen_of(run, 2);
    const struct ps_datagram four = {
        .source = {{10, 0, 0, 1}}, .destination = {{10, 0, 0, 2}}, .identification = 258, .protocol = 17, .family = 4};
    assert_false(first->later);
    assert_int_equal(first->first_count, 1);
    assert_true(first->first[0].has_ports);
    assert_memory_equal(&first->first[0].of, &four, sizeof(four));
    assert_true(later->later);
    assert_int_equal(later->first_count, 0);
    assert_int_equal(later->later_payload, 40);
    assert_memory_equal(&later->later_of, &four, sizeof(four));
    assert_int_equal(key[2].row, PS_ROW_LATER_FRAGMENT);

    const struct ps_fragments_seen *six = seen_of(run, 3);
    assert_int_equal(six->later_of.identification, 0x01020304);
    assert_int_equal(six->later_of.protocol, 17);
    assert_int_equal(six->later_of.family, 6);
    assert_int_equal(six->later_of.source.octet[0], 0xfd);
    assert_int_equal(six->later_of.destination.octet[15], 2);
    assert_int_equal(six->later_payload, 30);
    assert_int_equal(seen_of(run, 5)->first[0].of.protocol, 60);
    assert_true(seen_of(run, 5)->first[0].has_ports);
    free(run);
}

static void fragments_at_several_depths(void **state)
{
    (void)state;
    struct run *run = run_start(true, true);
    run_add(run, "eth ip4frag:1:0:1 udp:9:4789 @4=0000 vxlan:1 eth ip4frag:2:0:1 tcp:5:6");
    run_add(run, "eth ip4frag:1:0:1 udp:9:4789 @4=0000 vxlan:1 eth ip4frag:2:4:0 .8");
    run_add(run, "eth ip4 udp:9:4789 vxlan:1 eth ip4frag:2:0:1 icmp");
    run_add(run, "eth ip4frag:1:0:1 ip4frag:2:0:1 ip4frag:3:6:0 .5");
    const struct ps_key *key = run_decode(run);
    assert_int_equal(seen_of(run, 0)->first_count, 2);
    assert_true(seen_of(run, 0)->first[0].has_ports && seen_of(run, 0)->first[1].has_ports);
    assert_int_equal(key[0].source_port, 5);

    assert_int_equal(seen_of(run, 1)->first_count, 1);
    assert_true(seen_of(run, 1)->first[0].has_ports && seen_of(run, 1)->later);
    assert_int_equal(seen_of(run, 1)->later_of.source.octet[2], 1);
    assert_int_equal(key[1].source_port, 9); /* the tunnel's own, until more is known */

    assert_int_equal(seen_of(run, 2)->first_count, 1); /* ports, but outside of the fragment */
    assert_false(seen_of(run, 2)->first[0].has_ports);
    assert_int_equal(key[2].source_port, 9);

    assert_int_equal(seen_of(run, 3)->first_count, 2);
    assert_true(seen_of(run, 3)->later);
    assert_int_equal(seen_of(run, 3)->later_of.identification, 3);
    assert_int_equal(key[3].row, PS_ROW_LATER_FRAGMENT);
    free(run);
}

static void fragments_not_asked_for(void **state)
{
    (void)state;
    struct run *run = run_start(true, false);
    run_add(run, "eth ip4frag:1:0:1 udp:1:2 .8");
    run_add(run, "eth ip4frag:1:2:1 .40");
    const struct ps_key *key = run_decode(run);
    assert_int_equal(run->keys.fragments_count, 0);
    assert_int_equal(key[0].fragments, 0);
    assert_int_equal(key[1].fragments, 0);
    assert_int_equal(key[1].row, PS_ROW_LATER_FRAGMENT);
    free(run);
}

/* 32 ports of one's own and the standard ones, all at once. */
static void every_tunnel_port(void **state)
{
    (void)state;
    struct run *run = run_start(true, false);
    for (uint16_t i = 0; i < PS_TUNNEL_PORTS_MAX; i++)
        run->options.tunnel_port[i] = (struct ps_tunnel_port){(uint16_t)(9000 + i), PS_TUNNEL_VXLAN};
    run->options.tunnel_port_count = PS_TUNNEL_PORTS_MAX;
    run_add(run, "eth ip4 udp:1:9000 vxlan:1 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:1:9031 vxlan:1 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:1:9032 vxlan:1 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:1:4789 vxlan:1 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:1:6081 geneve:1 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:1:2152 gtpu:1 ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:3544:1 ip6 tcp:1:2");
    const struct ps_key *key = run_decode(run);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(key[i].transport, i == 2 ? PS_TRANSPORT_UDP : PS_TRANSPORT_TCP);
    free(run);
}

/* One's own meaning of a standard port comes first. */
static void own_tunnel_port_wins(void **state)
{
    (void)state;
    struct run *run = run_start(true, false);
    run->options.tunnel_port[0] = (struct ps_tunnel_port){6081, PS_TUNNEL_VXLAN};
    run->options.tunnel_port[1] = (struct ps_tunnel_port){65535, PS_TUNNEL_GENEVE};
    run->options.tunnel_port[2] = (struct ps_tunnel_port){0, PS_TUNNEL_TEREDO};
    run->options.tunnel_port_count = 3;
    run_add(run, "eth ip4 udp:1:6081 vxlan:9 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:1:65535 geneve:8 eth ip4 tcp:1:2");
    run_add(run, "eth ip4 udp:0:1 ip6 tcp:1:2");
    const struct ps_key *key = run_decode(run);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(key[i].transport, PS_TRANSPORT_TCP);
    assert_int_equal(run->keys.hop[0][0].kind, PS_TUNNEL_VXLAN);
    assert_int_equal(run->keys.hop[1][0].port, 65535);
    assert_int_equal(run->keys.hop[2][0].kind, PS_TUNNEL_TEREDO);
    free(run);
}

static const struct ps_quoted *quoted_of(const struct run *run, size_t i)
{
    uint16_t quoted = run->keys.key[i].quoted;
    return quoted ? &run->keys.quoted[quoted - 1] : NULL;
}

static void quotes_of_icmp_errors(void **state)
{
    (void)state;
    struct run *run = run_start(true, true);
    run_add(run, "eth ip4 icmp @0=0303 ip4 udp:5353:53");
    run_add(run, "eth ip4 icmp @0=0304 ip4 udp:5353:53"); /* too big: nobody refused it */
    run_add(run, "eth ip4 icmp @0=0b00 ip4 udp:5353:53"); /* time exceeded */
    run_add(run, "eth ip6 icmp6 @0=0104 ip6 tcp:1:2");
    run_add(run, "eth ip4 icmp @0=0303 ip4frag:1:1:0 udp:5353:53");
    run_add(run, "eth ip4 icmp @0=0303 ip4 udp:5353:53")->captured = 14 + 20 + 8 + 20 + 3;
    run_add(run, "eth ip4 icmp @0=0303 ip4 icmp");
    run_add(run, "eth ip4 tcp:1:2");
    run_decode(run);
    const struct ps_quoted *udp = quoted_of(run, 0), *tcp = quoted_of(run, 3);
    assert_non_null(udp);
    assert_int_equal(udp->source_port, 5353);
    assert_int_equal(udp->destination_port, 53);
    assert_int_equal(udp->transport, PS_TRANSPORT_UDP);
    assert_int_equal(udp->source.octet[2], 1);
    assert_non_null(tcp);
    assert_int_equal(tcp->family, 6);
    assert_int_equal(tcp->destination_port, 2);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(quoted_of(run, i) != NULL, i == 0 || i == 3);
    assert_int_equal(run->keys.quoted_count, 2);
    free(run);
}

static void full_batch(void **state)
{
    (void)state;
    struct run *run = run_start(true, true);
    frame_build(&run->frame[0], "eth ip4frag:5:3:0 .8");
    for (size_t i = 0; i < PS_BATCH_MAX; i++)
        run->batch.packet[i] = (struct ps_packet){.data = run->frame[0].byte,
                                                  .captured = run->frame[0].length,
                                                  .original = run->frame[0].length,
                                                  .link_type = 1};
    run->batch.count = PS_BATCH_MAX;
    run_decode(run);
    assert_int_equal(run->keys.fragments_count, PS_BATCH_MAX);
    assert_int_equal(run->keys.key[PS_BATCH_MAX - 1].fragments, PS_BATCH_MAX);
    free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_keep_their_order),
        cmocka_unit_test(wire_length_is_the_original),
        cmocka_unit_test(tcp_flags_when_captured),
        cmocka_unit_test(payload_offset),
        cmocka_unit_test(segmented),
        cmocka_unit_test(fragments_are_noted),
        cmocka_unit_test(fragments_at_several_depths),
        cmocka_unit_test(fragments_not_asked_for),
        cmocka_unit_test(every_tunnel_port),
        cmocka_unit_test(own_tunnel_port_wins),
        cmocka_unit_test(quotes_of_icmp_errors),
        cmocka_unit_test(full_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
