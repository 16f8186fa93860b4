/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes to keys.  Room: decode.  No I/O, no clock, no printing, no allocation per packet; never fails.
 */
#ifndef PORTSNIFF_DECODE_H
#define PORTSNIFF_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/key.h"
#include "portsniff/packet.h"

/* Headers that are followed in one packet behind the link layer's. */
#define PS_DEPTH_MAX 32

#define PS_TUNNEL_PORTS_MAX 32

struct ps_tunnel_port {
    uint16_t port;
    uint8_t kind; /* PS_TUNNEL_VXLAN, _GENEVE, _GTPU or _TEREDO */
};

struct ps_decode_options {
    bool tunnels_inner;                                     /* look through UDP tunnels */
    bool fragments_credit;                                  /* note what is needed to credit later fragments */
    struct ps_tunnel_port tunnel_port[PS_TUNNEL_PORTS_MAX]; /* beside the standard ports */
    size_t tunnel_port_count;
};

struct ps_decoder; /* options made ready for the hot path; read-only, may be shared by threads */

/* NULL when memory is out. `options` is copied. */
struct ps_decoder *ps_decoder_create(const struct ps_decode_options *options);
void ps_decoder_destroy(struct ps_decoder *decoder);

/* Decodes every packet of the batch: keys->key[i] belongs to batch->packet[i]. */
void ps_decode(const struct ps_decoder *decoder, const struct ps_batch *batch, struct ps_keys *keys);

/* Whether a LINKTYPE has a decoder. */
bool ps_link_supported(uint16_t link_type);
/* "EN10MB"; never NULL ("LINKTYPE_" names without that prefix; "147" etc. yield "USER0"..., unknown "unknown"). Static. */
const char *ps_link_name(uint16_t link_type);
/* "Ethernet"; never NULL. Static. */
const char *ps_link_description(uint16_t link_type);
/* "ARP" or NULL. Static. */
const char *ps_ethertype_name(uint16_t ethertype);
/* "ICMP" or NULL; the IANA "Assigned Internet Protocol Numbers" keywords. Static. */
const char *ps_ip_protocol_name(uint8_t protocol);
/* "tcp", "udp", "udplite", "sctp", "dccp"; "" for none. Static. */
const char *ps_transport_name(enum ps_transport transport);
/* "ports", "other-protocol", ... as the ledger's rows are called. Static. */
const char *ps_row_name(enum ps_row row);
/* What a detail says, for people and programs alike: "ARP", "EtherType 0x9999", "ICMPv6", "LLC 0x42 (STP)", "802.11
 * management", "IPv4 header". Written to `to` (64 bytes are enough) and returned; "" for PS_DETAIL_NONE. */
char *ps_detail_text(char *to, size_t size, enum ps_detail kind, uint16_t detail);
/* "vlan", "vxlan", ... Static. */
const char *ps_tunnel_name(enum ps_tunnel kind);

#endif
