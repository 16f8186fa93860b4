/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every header that the frame builder knows, one function each.
 */
#include "frame_layer.h"

#include <stddef.h>
#include <string.h>

#define ADD(name) static void name(struct builder *b, const unsigned long *a, unsigned n)

/* --- link layer and tags --- */

ADD(ethernet)
{
    (void)a, (void)n;
    frame_put(b, 6, 0x020000000002);
    frame_put(b, 6, 0x020000000001);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(vlan)
{
    (void)n;
    frame_put(b, 2, a[0]);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(tag4)
{
    (void)a, (void)n;
    frame_put(b, 4, 0);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(tag6)
{
    (void)a, (void)n;
    frame_put(b, 6, 0);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(backbone)
{
    (void)a, (void)n;
    frame_put(b, 4, 0x123456);
}

ADD(macsec)
{
    (void)a, (void)n;
    frame_put(b, 6, 1);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(macsec_sci)
{
    (void)a, (void)n;
    frame_put(b, 2, 0x2000);
    frame_put(b, 4, 1);
    frame_put(b, 8, 0x0200000000010001);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(trill)
{
    (void)n;
    frame_put(b, 2, a[0] << 6);
    frame_put(b, 4, 0x00010002);
    frame_fill(b, (unsigned)a[0] * 4, 0);
}

ADD(arp)
{
    (void)a, (void)n;
    frame_put(b, 8, 0x0001080006040001);
    frame_fill(b, 20, 0);
}

ADD(llc)
{
    frame_put(b, 1, a[0]);
    frame_put(b, 1, n > 1 ? a[1] : a[0]);
    frame_put(b, 1, n > 2 ? a[2] : 3);
}

ADD(snap)
{
    (void)n;
    frame_put(b, 3, 0xaaaa03);
    frame_put(b, 3, a[0]);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
}

ADD(mpls)
{
    (void)n;
    frame_put(b, 2, a[0] >> 4);
    frame_put(b, 1, (a[0] & 15) << 4 | 1);
    frame_put(b, 1, 64);
    b->type_space = FRAME_MPLS_BOTTOM;
    b->type_at = b->frame->length - 2;
}

ADD(pppoe)
{
    (void)n;
    frame_put(b, 2, 0x1100);
    frame_put(b, 2, a[0]);
    frame_length_here(b, b->frame->length + 2);
    frame_type_here(b, FRAME_PPP_PROTOCOL, 2);
}

ADD(ppp)
{
    (void)a, (void)n;
    frame_put(b, 2, 0xff03);
    frame_type_here(b, FRAME_PPP_PROTOCOL, 2);
}

ADD(nsh)
{
    unsigned words = n > 1 ? (unsigned)a[1] : 2;
    frame_put(b, 2, 0x0fc0 | words);
    frame_put(b, 1, 2);
    frame_type_here(b, FRAME_NSH_NEXT, 1);
    frame_put(b, 4, a[0] << 8 | 255);
    frame_fill(b, words > 2 ? words * 4 - 8 : 0, 0);
}

/* --- IP --- */

static void ipv4(struct builder *b, unsigned options, unsigned id, unsigned fragment)
{
    unsigned start = b->frame->length, depth = b->ip_count++;
    frame_put(b, 2, 0x4500 + (options << 8));
    frame_length_here(b, start);
    frame_put(b, 2, id);
    frame_put(b, 2, fragment);
    frame_put(b, 1, 64);
    frame_type_here(b, FRAME_IP_PROTOCOL, 1);
    frame_put(b, 2, 0);
    frame_put(b, 4, 0x0a000001 + (depth << 8));
    frame_put(b, 4, 0x0a000002 + (depth << 8));
    frame_fill(b, options * 4, 1);
}

ADD(ipv4_plain)
{
    (void)n;
    ipv4(b, (unsigned)a[0], 0x4000, 0x4000);
}

ADD(ipv4_fragment)
{
    (void)n;
    ipv4(b, 0, (unsigned)a[0], (unsigned)a[1] | (a[2] ? 0x2000 : 0));
}

ADD(ipv6)
{
    (void)a, (void)n;
    unsigned depth = b->ip_count++;
    frame_put(b, 4, 0x60000000);
    frame_length_here(b, b->frame->length + 4 + 32);
    frame_type_here(b, FRAME_IP_PROTOCOL, 1);
    frame_put(b, 1, 64);
    for (unsigned end = 1; end <= 2; end++) {
        frame_put(b, 8, 0xfd00000000000000);
        frame_put(b, 8, depth << 16 | end);
    }
}

ADD(extension)
{
    (void)n;
    frame_type_here(b, FRAME_IP_PROTOCOL, 1);
    frame_put(b, 1, a[0]);
    frame_fill(b, (unsigned)(a[0] + 1) * 8 - 2, 0);
}

ADD(ipv6_fragment)
{
    (void)n;
    frame_type_here(b, FRAME_IP_PROTOCOL, 1);
    frame_put(b, 1, 0);
    frame_put(b, 2, a[1] << 3 | (a[2] ? 1 : 0));
    frame_put(b, 4, a[0]);
}

ADD(ah)
{
    (void)n;
    frame_type_here(b, FRAME_IP_PROTOCOL, 1);
    frame_put(b, 1, 1 + a[1]);
    frame_put(b, 2, 0);
    frame_put(b, 4, a[0]);
    frame_put(b, 4, 1);
    frame_fill(b, (unsigned)a[1] * 4, 0);
}

/* --- tunnels in IP --- */

ADD(gre)
{
    (void)n;
    frame_put(b, 2, a[0]);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
    if (a[0] & 0xc000)
        frame_put(b, 4, 0);
    if (a[0] & 0x2000)
        frame_put(b, 4, a[1]);
    if (a[0] & 0x1000)
        frame_put(b, 4, 1);
    if ((a[0] & 0x87) == 0x81)
        frame_put(b, 4, 2);
}

ADD(erspan2)
{
    (void)n;
    frame_put(b, 2, 0x1000);
    frame_put(b, 2, a[0]);
    frame_put(b, 4, 0);
}

ADD(erspan3)
{
    (void)n;
    frame_put(b, 2, 0x2000);
    frame_put(b, 2, a[0]);
    frame_put(b, 7, 0);
    frame_put(b, 1, a[1] ? 1 : 0);
    frame_fill(b, a[1] ? 8 : 0, 0);
}

ADD(etherip)
{
    (void)a, (void)n;
    frame_put(b, 2, 0x3000);
}

/* --- transport --- */

ADD(udp)
{
    (void)n;
    unsigned start = b->frame->length;
    frame_put(b, 2, a[0]);
    frame_put(b, 2, a[1]);
    frame_length_here(b, start);
    frame_put(b, 2, 0);
}

ADD(udplite)
{
    (void)n;
    frame_put(b, 2, a[0]);
    frame_put(b, 2, a[1]);
    frame_put(b, 4, 0x00080000);
}

ADD(tcp)
{
    frame_put(b, 2, a[0]);
    frame_put(b, 2, a[1]);
    frame_put(b, 8, 0);
    frame_put(b, 1, (5 + a[3]) << 4);
    frame_put(b, 1, n > 2 ? a[2] : 0x10);
    frame_put(b, 6, 0);
    frame_fill(b, (unsigned)a[3] * 4, 1);
}

ADD(sctp)
{
    (void)n;
    frame_put(b, 2, a[0]);
    frame_put(b, 2, a[1]);
    frame_put(b, 8, 0);
}

ADD(dccp)
{
    (void)n;
    frame_put(b, 2, a[0]);
    frame_put(b, 2, a[1]);
    frame_put(b, 1, 3);
    frame_put(b, 7, 0);
}

ADD(eight_bytes)
{
    (void)a, (void)n;
    frame_put(b, 8, 0x0800000000000000);
}

/* --- tunnels in UDP --- */

ADD(vxlan)
{
    (void)n;
    frame_put(b, 4, 0x08000000);
    frame_put(b, 4, a[0] << 8);
}

ADD(geneve)
{
    (void)n;
    frame_put(b, 2, a[1] << 8);
    frame_type_here(b, FRAME_ETHERTYPE, 2);
    frame_put(b, 4, a[0] << 8);
    frame_fill(b, (unsigned)a[1] * 4, 0);
}

ADD(gtpu)
{
    (void)n;
    frame_put(b, 1, 0x30 | a[1]);
    frame_put(b, 1, 255);
    frame_length_here(b, b->frame->length + 6);
    frame_put(b, 4, a[0]);
}

ADD(teredo_authentication)
{
    (void)n;
    frame_put(b, 2, 1);
    frame_put(b, 1, a[0]);
    frame_put(b, 1, a[1]);
    frame_fill(b, (unsigned)(a[0] + a[1]) + 9, 0x11);
}

ADD(teredo_origin)
{
    (void)a, (void)n;
    frame_put(b, 8, 0xffff01020304);
}

/* Columns: word, EtherType, has an IP protocol, IP protocol, PPP protocol, NSH next protocol, is LLC, function. */
static const struct frame_layer layers[] = {
    {"eth", 0x6558, true, 143, 0, 3, false, ethernet},
    {"vlan", 0x8100, false, 0, 0, 0, false, vlan},
    {"qinq", 0x88a8, false, 0, 0, 0, false, vlan},
    {"tag9100", 0x9100, false, 0, 0, 0, false, vlan},
    {"etag", 0x893f, false, 0, 0, 0, false, tag6},
    {"vntag", 0x8926, false, 0, 0, 0, false, tag4},
    {"meta", 0x8909, false, 0, 0, 0, false, tag6},
    {"hsr", 0x892f, false, 0, 0, 0, false, tag4},
    {"rtag", 0xf1c1, false, 0, 0, 0, false, tag4},
    {"btag", 0x88e7, false, 0, 0, 0, false, backbone},
    {"macsec", 0x88e5, false, 0, 0, 0, false, macsec},
    {"macsecsci", 0x88e5, false, 0, 0, 0, false, macsec_sci},
    {"trill", 0x22f3, false, 0, 0, 0, false, trill},
    {"arp", 0x0806, false, 0, 0, 0, false, arp},
    {"llc", 0, false, 0, 0, 0, true, llc},
    {"snap", 0, false, 0, 0, 0, true, snap},
    {"mpls", 0x8847, true, 137, 0x0281, 5, false, mpls},
    {"pppoe", 0x8864, false, 0, 0, 0, false, pppoe},
    {"ppp", 0x880b, false, 0, 0, 0, false, ppp},
    {"nsh", 0x894f, false, 0, 0, 4, false, nsh},
    {"ip4", 0x0800, true, 4, 0x0021, 1, false, ipv4_plain},
    {"ip4frag", 0x0800, true, 4, 0x0021, 1, false, ipv4_fragment},
    {"ip6", 0x86dd, true, 41, 0x0057, 2, false, ipv6},
    {"hop", 0, true, 0, 0, 0, false, extension},
    {"route", 0, true, 43, 0, 0, false, extension},
    {"dst", 0, true, 60, 0, 0, false, extension},
    {"mob", 0, true, 135, 0, 0, false, extension},
    {"hip", 0, true, 139, 0, 0, false, extension},
    {"shim", 0, true, 140, 0, 0, false, extension},
    {"frag", 0, true, 44, 0, 0, false, ipv6_fragment},
    {"ah", 0, true, 51, 0, 0, false, ah},
    {"gre", 0, true, 47, 0, 0, false, gre},
    {"erspan2", 0x88be, false, 0, 0, 0, false, erspan2},
    {"erspan3", 0x22eb, false, 0, 0, 0, false, erspan3},
    {"etherip", 0, true, 97, 0, 0, false, etherip},
    {"udp", 0, true, 17, 0, 0, false, udp},
    {"udplite", 0, true, 136, 0, 0, false, udplite},
    {"tcp", 0, true, 6, 0, 0, false, tcp},
    {"sctp", 0, true, 132, 0, 0, false, sctp},
    {"dccp", 0, true, 33, 0, 0, false, dccp},
    {"icmp", 0, true, 1, 0, 0, false, eight_bytes},
    {"icmp6", 0, true, 58, 0, 0, false, eight_bytes},
    {"esp", 0, true, 50, 0, 0, false, eight_bytes},
    {"vxlan", 0, false, 0, 0, 0, false, vxlan},
    {"geneve", 0, false, 0, 0, 0, false, geneve},
    {"gtpu", 0, false, 0, 0, 0, false, gtpu},
    {"teredoauth", 0, false, 0, 0, 0, false, teredo_authentication},
    {"teredoorigin", 0, false, 0, 0, 0, false, teredo_origin},
};

const struct frame_layer *frame_layer_find(const char *word)
{
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
        if (strcmp(layers[i].word, word) == 0)
            return &layers[i];
    return NULL;
}
