/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop that turns packets into keys.  It knows which walker belongs to a step and nothing of any header; no I/O, no
 * clock, no allocation per packet.
 */
#include "portsniff/decode.h"

#include <stdlib.h>

#include "walk.h"

static const struct ps_tunnel_port standard_ports[PS_TUNNEL_PORTS_STANDARD] = {
    {4789, PS_TUNNEL_VXLAN},  /* RFC 7348 */
    {6081, PS_TUNNEL_GENEVE}, /* RFC 8926 */
    {2152, PS_TUNNEL_GTPU},   /* 3GPP TS 29.281 */
    {3544, PS_TUNNEL_TEREDO}, /* RFC 4380 */
};

struct ps_decoder *ps_decoder_create(const struct ps_decode_options *options)
{
    struct ps_decoder *decoder = calloc(1, sizeof(*decoder));
    if (!decoder)
        return NULL;
    decoder->options = *options;
    if (!options->tunnels_inner)
        return decoder;
    for (size_t i = 0; i < options->tunnel_port_count && i < PS_TUNNEL_PORTS_MAX; i++)
        decoder->tunnel_port[decoder->tunnel_port_count++] = options->tunnel_port[i];
    for (size_t i = 0; i < PS_TUNNEL_PORTS_STANDARD; i++)
        decoder->tunnel_port[decoder->tunnel_port_count++] = standard_ports[i];
    for (size_t i = 0; i < decoder->tunnel_port_count; i++) {
        uint16_t port = decoder->tunnel_port[i].port;
        decoder->tunnel_port_bits[port / 8] |= (uint8_t)(1u << port % 8);
        decoder->tunnel_port_like[port & 255] = 1;
    }
    return decoder;
}

void ps_decoder_destroy(struct ps_decoder *decoder)
{
    free(decoder);
}

enum step ps_walk_stop(struct ps_walk *w, enum ps_row row, enum ps_detail kind, unsigned detail)
{
    w->row = (uint8_t)row;
    w->detail_kind = (uint8_t)kind;
    w->detail = (uint16_t)detail;
    return STEP_STOP;
}

enum step ps_walk_short(struct ps_walk *w, enum ps_fault fault)
{
    bool cut_by_capture = w->in.end < w->wire_end;
    return ps_walk_stop(w, cut_by_capture ? PS_ROW_TRUNCATED : PS_ROW_MALFORMED, PS_DETAIL_FAULT, fault);
}

enum step ps_walk_bad(struct ps_walk *w, enum ps_fault fault)
{
    return ps_walk_stop(w, PS_ROW_MALFORMED, PS_DETAIL_FAULT, fault);
}

enum step ps_walk_foreign(struct ps_walk *w, enum ps_detail kind, unsigned detail)
{
    /* Carried by IP it is that IP protocol's packet, whatever is inside. */
    if (w->ip_family)
        return ps_walk_stop(w, PS_ROW_OTHER_PROTOCOL, PS_DETAIL_IP_PROTOCOL, w->ip_protocol);
    return ps_walk_stop(w, PS_ROW_NON_IP, kind, detail);
}

void ps_walk_limit(struct ps_walk *w, uint64_t n)
{
    ps_bytes_limit(&w->in, n);
    if (w->in.at + n < w->wire_end)
        w->wire_end = w->in.at + n;
}

void ps_walk_hop(struct ps_walk *w, enum ps_tunnel kind, uint16_t port, uint32_t id)
{
    if (w->hop_count < PS_HOPS_MAX)
        w->hop[w->hop_count++] = (struct ps_hop){.id = id, .port = port, .kind = (uint8_t)kind};
}

enum step ps_walk_raw_ip(struct ps_walk *w)
{
    if (!ps_bytes_has(&w->in, 1))
        return ps_walk_short(w, PS_FAULT_LINK);
    unsigned version = ps_u8(&w->in, 0) >> 4;
    if (version == 4)
        return STEP_IPV4;
    if (version == 6)
        return STEP_IPV6;
    return ps_walk_foreign(w, PS_DETAIL_FAMILY, version);
}

/* One header.  The frequent ones come first, the families of rare ones are told apart in their own files. */
static enum step take(struct ps_walk *w, enum step step)
{
    switch (step) {
    case STEP_IPV4:
        return ps_walk_ipv4(w);
    case STEP_IPV6:
        return ps_walk_ipv6(w);
    case STEP_PORTS:
        return ps_walk_ports(w);
    case STEP_GRE:
        return ps_walk_gre(w);
    case STEP_AH:
        return ps_walk_ah(w);
    case STEP_ETHERIP:
    case STEP_IP_ETHERNET:
        return ps_walk_etherip(w);
    case STEP_WLAN:
    case STEP_RADIOTAP:
    case STEP_PRISM:
    case STEP_AVS:
        return ps_walk_wlan(w, step);
    default:
        return step >= STEP_LLC ? ps_walk_shim(w, step) : ps_walk_link(w, step);
    }
}

/* Follows the headers from the link layer on. */
static void walk(struct ps_walk *w, uint16_t link_type)
{
    enum step step = ps_step_of_link(link_type);
    if (step == STEP_STOP || step == STEP_NONE) {
        ps_walk_stop(w, PS_ROW_UNSUPPORTED_LINK, PS_DETAIL_LINK_TYPE, link_type);
        return;
    }
    for (unsigned depth = 0; step != STEP_STOP; depth++) {
        if (depth > PS_DEPTH_MAX && step != STEP_PORTS)
            step = ps_walk_bad(w, PS_FAULT_NESTING);
        else
            step = take(w, step);
    }
}

/* Where an IPv4 packet with a source route that is not used up will end: the last address of the route (RFC 791 section
 * 3.1, loose and strict source route).  Until then the header names the next hop. */
static void follow_source_route(struct ps_key *key, const struct ps_bytes *ip)
{
    enum {
        END = 0,
        NO_OPERATION = 1,
        LOOSE = 131,
        STRICT = 137
    };
    uint32_t header = (ps_u8(ip, 0) & 15u) * 4, at = 20;
    while (at < header && ps_u8(ip, at) != END) {
        uint8_t kind = ps_u8(ip, at);
        uint32_t length = kind == NO_OPERATION ? 1 : ps_u8(ip, at + 1);
        if ((kind == LOOSE || kind == STRICT) && length >= 7 && at + length <= header &&
            ps_u8(ip, at + 2) + 3u <= length)
            ps_bytes_copy(ip, at + length - 4 - (length - 3) % 4, key->destination.octet, 4);
        if (length == 0 || (kind != NO_OPERATION && length < 2))
            return;
        at += length;
    }
}

static void copy_addresses(struct ps_key *key, const struct ps_packet *packet, uint8_t family, uint32_t ip_at)
{
    struct ps_bytes ip = {.base = packet->data, .at = ip_at, .end = packet->captured};
    memset(&key->source, 0, sizeof(key->source) + sizeof(key->destination));
    if (family == 4) {
        ps_bytes_copy(&ip, 12, key->source.octet, 4);
        ps_bytes_copy(&ip, 16, key->destination.octet, 4);
        if ((ps_u8(&ip, 0) & 15u) > 5)
            follow_source_route(key, &ip);
    } else if (family == 6) {
        ps_bytes_copy(&ip, 8, key->source.octet, 16);
        ps_bytes_copy(&ip, 24, key->destination.octet, 16);
    }
}

bool ps_walk_oversized(const struct ps_key *key)
{
    static const uint8_t own6[16] = {[15] = 1};
    if (key->network <= 1500 || (key->transport != PS_TRANSPORT_TCP && key->transport != PS_TRANSPORT_UDP))
        return false;
    if (key->family == 4)
        return key->source.octet[0] != 127;
    return memcmp(key->source.octet, own6, sizeof(own6)) != 0;
}

/* What sets addresses apart that may otherwise be the same: the networks of VXLAN, Geneve and NVGRE, and two or more
 * stacked VLAN tags.  One VLAN tag does not: mirror ports often show it on one direction only. */
uint32_t ps_walk_space(const struct ps_hop *hop, uint32_t count)
{
    uint32_t space = 0, vlans = 0, stack = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (hop[i].kind == PS_TUNNEL_VLAN) {
            vlans++;
            stack = stack * 4099 + hop[i].id + 1;
        } else if (hop[i].kind == PS_TUNNEL_VXLAN || hop[i].kind == PS_TUNNEL_GENEVE ||
                   hop[i].kind == PS_TUNNEL_NVGRE) {
            space = space * 16777619 + (hop[i].id << 4 | hop[i].kind) + 1;
        }
    }
    return vlans > 1 ? space ^ stack : space;
}

static void fill_found(struct ps_key *key, const struct found *found)
{
    key->tcp_seq = found->tcp_seq;
    key->payload_at = found->payload_at;
    key->digest = found->digest;
    key->flags = found->has_sequence ? PS_KEY_SEQUENCE : 0;
    key->network = found->network;
    key->payload = found->payload;
    key->source_port = found->source_port;
    key->destination_port = found->destination_port;
    key->family = found->family;
    key->transport = found->transport;
    key->tcp_flags = found->tcp_flags;
    key->row = PS_ROW_PORTS;
    key->detail = 0;
    key->detail_kind = PS_DETAIL_NONE;
}

static void fill_stopped(struct ps_key *key, const struct ps_walk *w)
{
    key->tcp_seq = key->payload_at = key->space = 0;
    key->digest = key->flags = 0;
    key->network = w->ip_length;
    key->payload = 0;
    key->source_port = key->destination_port = 0;
    key->family = w->ip_family;
    key->transport = PS_TRANSPORT_NONE;
    key->tcp_flags = 0;
    key->row = w->row;
    key->detail = w->detail;
    key->detail_kind = w->detail_kind;
}

static void fill(struct ps_key *key, const struct ps_packet *packet, const struct ps_walk *w)
{
    key->time_ns = packet->time_ns;
    key->wire = packet->original;
    key->hop_count = (uint8_t)w->hop_count;
    key->link_type = packet->link_type;
    if (w->found.transport) {
        fill_found(key, &w->found);
        key->space = w->found.hops ? ps_walk_space(w->hop, w->found.hops) : 0;
        copy_addresses(key, packet, w->found.family, w->found.ip_at);
    } else {
        fill_stopped(key, w);
        copy_addresses(key, packet, w->ip_family, w->ip_at);
    }
    if (ps_walk_oversized(key))
        key->flags |= PS_KEY_SEGMENTED;
}

/* Ports that were found behind a first fragment's header lie inside that datagram. */
static void close_fragments(struct ps_keys *keys, struct ps_key *key, const struct ps_walk *w)
{
    key->fragments = 0;
    if (!w->fragmented)
        return;
    for (uint32_t i = 0; i < w->fragments->first_count; i++)
        w->fragments->first[i].has_ports = w->found_count > w->first_found[i];
    key->fragments = (uint16_t)++keys->fragments_count;
}

/* One packet, header by header. */
static void decode_by_walk(const struct ps_decoder *decoder, const struct ps_packet *packet, struct ps_keys *keys,
                           size_t i)
{
    struct ps_walk w;
    w.decoder = decoder;
    w.in = ps_bytes_of(packet->data, packet->captured);
    w.wire_end = packet->original > packet->captured ? packet->original : packet->captured;
    w.ip_at = w.ip_length = 0;
    w.ip_family = w.ip_protocol = 0;
    w.row = w.detail_kind = 0;
    w.detail = 0;
    w.found.transport = PS_TRANSPORT_NONE;
    w.found_count = w.hop_count = 0;
    w.hop = keys->hop[i];
    w.fragments = decoder->options.fragments_credit ? &keys->fragments[keys->fragments_count] : NULL;
    w.fragmented = false;
    w.quoted = &keys->quoted[keys->quoted_count];
    w.has_quoted = false;
    walk(&w, packet->link_type);
    fill(&keys->key[i], packet, &w);
    close_fragments(keys, &keys->key[i], &w);
    keys->key[i].quoted = w.has_quoted ? (uint16_t)++keys->quoted_count : 0;
}

static void begin(const struct ps_batch *batch, struct ps_keys *keys)
{
    keys->batch = batch;
    keys->count = batch->count;
    keys->fragments_count = keys->quoted_count = 0;
}

void ps_decode(const struct ps_decoder *decoder, const struct ps_batch *batch, struct ps_keys *keys)
{
    begin(batch, keys);
    for (size_t i = 0; (i = ps_decode_ordinary(decoder, batch, i, keys)) < batch->count; i++)
        decode_by_walk(decoder, &batch->packet[i], keys, i);
}

void ps_decode_by_walk(const struct ps_decoder *decoder, const struct ps_batch *batch, struct ps_keys *keys)
{
    begin(batch, keys);
    for (size_t i = 0; i < batch->count; i++)
        decode_by_walk(decoder, &batch->packet[i], keys, i);
}
