/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828), SCTP (RFC 9260), DCCP (RFC 4340): all begin with a source and a
 * destination port, and these four bytes are all that is asked for.  Checksums and a wrong UDP length or data offset do
 * not matter.
 */
#include "walk.h"

/* Bytes of the transport header, for the payload's size. */
static uint32_t header_length(const struct ps_bytes *in, enum ps_transport transport)
{
    switch (transport) {
    case PS_TRANSPORT_TCP:
        return ps_bytes_has(in, 13) ? (ps_u8(in, 12) >> 4) * 4u : 20;
    case PS_TRANSPORT_SCTP:
        return 12;
    case PS_TRANSPORT_DCCP:
        return ps_bytes_has(in, 5) ? ps_u8(in, 4) * 4u : 12;
    default:
        return 8;
    }
}

static uint16_t digest_of(const struct ps_walk *w, enum ps_transport transport)
{
    struct ps_bytes ip = {.base = w->in.base, .at = w->ip_at, .end = w->in.end};
    uint32_t identification = w->ip_family == 4 ? ps_be16(&ip, 4) : 0;
    if (transport == PS_TRANSPORT_UDP)
        return ps_digest(identification, ps_be16(&w->in, 6), 0, 0);
    if (transport != PS_TRANSPORT_TCP)
        return 0;
    uint64_t numbers = (uint64_t)ps_be32(&w->in, 4) << 32 | ps_be32(&w->in, 8);
    return ps_digest(identification, ps_be16(&w->in, 16), numbers, ps_be32(&w->in, 12));
}

/* TCP's flags; for the other protocols that begin with a handshake, the same two of them: SYN for SCTP's INIT and DCCP's
 * Request, SYN and ACK for INIT ACK and Response. */
static uint8_t flags_of(const struct ps_bytes *in, enum ps_transport transport)
{
    enum {
        SYN = 2,
        ACK = 16,
        SCTP_INIT = 1,
        SCTP_INIT_ACK = 2,
        DCCP_REQUEST = 0,
        DCCP_RESPONSE = 1
    };
    if (transport == PS_TRANSPORT_TCP)
        return ps_u8(in, 13);
    if (transport == PS_TRANSPORT_SCTP && ps_bytes_has(in, 13)) {
        uint8_t chunk = ps_u8(in, 12);
        return chunk == SCTP_INIT ? SYN : chunk == SCTP_INIT_ACK ? SYN | ACK : 0;
    }
    if (transport == PS_TRANSPORT_DCCP && ps_bytes_has(in, 9)) {
        uint8_t type = ps_u8(in, 8) >> 1 & 15;
        return type == DCCP_REQUEST ? SYN : type == DCCP_RESPONSE ? SYN | ACK : 0;
    }
    return 0;
}

static void note_found(struct ps_walk *w, enum ps_transport transport)
{
    uint64_t length = w->wire_end > w->in.at ? w->wire_end - w->in.at : 0;
    uint32_t header = header_length(&w->in, transport);
    w->found = (struct found){
        .ip_at = w->ip_at,
        .network = w->ip_length,
        .payload = length > header ? (uint32_t)(length - header) : 0,
        .source_port = ps_be16(&w->in, 0),
        .destination_port = ps_be16(&w->in, 2),
        .family = w->ip_family,
        .transport = (uint8_t)transport,
        .tcp_flags = flags_of(&w->in, transport),
        .has_sequence = transport == PS_TRANSPORT_TCP && ps_bytes_has(&w->in, 8),
        .tcp_seq = ps_be32(&w->in, 4),
        .payload_at = ps_bytes_has(&w->in, header + 1) ? w->in.at + header : 0,
        .digest = digest_of(w, transport),
        .hops = w->hop_count,
    };
    w->found_count++;
}

/* The tunnel a UDP port stands for, by destination, for Teredo by either side. */
static const struct ps_tunnel_port *tunnel_of(const struct ps_decoder *decoder, uint16_t source, uint16_t destination)
{
    const uint8_t *bits = decoder->tunnel_port_bits;
    bool may_be = (bits[source / 8] >> source % 8 | bits[destination / 8] >> destination % 8) & 1;
    if (!may_be)
        return NULL;
    for (size_t i = 0; i < decoder->tunnel_port_count; i++) {
        const struct ps_tunnel_port *known = &decoder->tunnel_port[i];
        if (known->port == destination || (known->port == source && known->kind == PS_TUNNEL_TEREDO))
            return known;
    }
    return NULL;
}

enum step ps_walk_ports(struct ps_walk *w)
{
    enum ps_transport transport = ps_transport_of(w->ip_protocol);
    if (!ps_bytes_has(&w->in, 4))
        return ps_walk_short(w, PS_FAULT_TRANSPORT);
    note_found(w, transport);
    if (transport != PS_TRANSPORT_UDP)
        return STEP_STOP;
    const struct ps_tunnel_port *tunnel = tunnel_of(w->decoder, w->found.source_port, w->found.destination_port);
    if (!tunnel)
        return STEP_STOP;
    uint32_t length = ps_bytes_has(&w->in, 8) ? ps_be16(&w->in, 4) : 0;
    if (length >= 8)
        ps_walk_limit(w, length);
    ps_bytes_skip(&w->in, 8);
    if (!ps_bytes_has(&w->in, 1))
        return STEP_STOP;
    return ps_walk_udp_tunnel(w, tunnel->kind, tunnel->port);
}
