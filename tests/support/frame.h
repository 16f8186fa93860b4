/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds frames from words: "eth vlan:5 ip4 tcp:1000:80 .10" is a tagged TCP segment with ten bytes of payload.  Types
 * and lengths are those that the standards ask for; every byte of every header can be overridden.  Checksums stay 0.
 *
 * Words, each a header with numbers behind colons (decimal or 0x...), taken outermost first:
 *
 *   eth  vlan:ID  qinq:ID  tag9100:ID  etag  vntag  meta  hsr  rtag  btag  macsec  macsecsci  trill:WORDS  arp
 *   llc:DSAP:SSAP:CONTROL  snap:OUI  mpls:LABEL  pppoe:SESSION  ppp  nsh:PATH:WORDS
 *   ip4:WORDS (of options)  ip4frag:ID:OFFSET:MORE  ip6  hop:UNITS  route:UNITS  dst:UNITS  mob:UNITS  hip:UNITS
 *   shim:UNITS  frag:ID:OFFSET:MORE (offsets in units of 8 bytes)  ah:SPI:WORDS
 *   gre:FLAGS:KEY  erspan2:SESSION  erspan3:SESSION:SUBHEADER  etherip
 *   udp:S:D  udplite:S:D  tcp:S:D:FLAGS:WORDS  sctp:S:D  dccp:S:D  icmp  icmp6  esp
 *   vxlan:VNI  geneve:VNI:WORDS  gtpu:TEID:FLAGS  teredoauth:ID:AUTH (lengths)  teredoorigin
 *   .N        N bytes of payload
 *   ~N        N bytes of padding, which no length counts
 *   #HEX      bytes as they are
 *   @AT=HEX   bytes AT and following of the header before are these, whatever they should be
 *
 * The n-th IP header of a frame, from 0, has the addresses 10.0.n.1 and 10.0.n.2, or fd00::n:1 and fd00::n:2.
 */
#ifndef PORTSNIFF_TESTS_FRAME_H
#define PORTSNIFF_TESTS_FRAME_H

#include <stdint.h>

#define FRAME_MAX 8192

struct frame {
    uint32_t length;
    uint8_t byte[FRAME_MAX];
};

/* Ends the program with a message when `words` cannot be understood: a mistake in a test. */
void frame_build(struct frame *ret_frame, const char *words);

#endif
