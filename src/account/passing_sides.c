/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See passing_sides.h.  The ports of a flood are random, so that what hangs on them is worked out without branches.
 */
#include "passing_sides.h"

#include <stdlib.h>
#include <string.h>

void ps_sides_finish(struct passing_sides *sides)
{
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++)
        free(sides->names[t]);
}

bool ps_sides_open(struct passing_sides *sides, uint8_t transport)
{
    if (sides->names[transport])
        return true;
    uint8_t *names = calloc(65536 / 8, 1);
    if (!names)
        return false;
    for (unsigned port = 0; sides->named && port < 65536; port++)
        if (sides->named((enum ps_transport)transport, (uint16_t)port))
            names[port / 8] |= (uint8_t)(1u << port % 8);
    sides->names[transport] = names;
    return true;
}

/* --- what the packet says --- */

static struct flow_extra *no_extra(void *owner, struct flow *flow)
{
    (void)owner;
    (void)flow;
    return NULL;
}

/* What the rules for flows say of a flow that has this packet only, as if end A had sent it. */
static struct lone_verdict judge(uint8_t transport, uint8_t tcp_flags, bool payload)
{
    struct flow flow = {.key = {.transport = transport, .family = 4}};
    struct rtt *rtt = NULL;
    struct flow_context context = {.extra = no_extra, .rtt = &rtt};
    struct flow_packet packet = {.wire = 60, .network = 40, .payload = payload ? 1 : 0, .tcp_flags = tcp_flags};
    ps_flow_begin(&flow, true);
    ps_flow_add(&context, &flow, &packet);
    struct flow_segment segment = ps_flow_current(&flow);
    return (struct lone_verdict){
        .known = true,
        .server = (int8_t)ps_flow_server(&flow),
        .outcome = {(uint8_t)ps_flow_outcome(transport, &segment, 0, false),
                    (uint8_t)ps_flow_outcome(transport, &segment, 1, false)},
    };
}

static inline const struct lone_verdict *verdict_of(struct passing_sides *sides, uint8_t transport,
                                                    const struct flow_packet *packet)
{
    struct lone_verdict *verdict = &sides->verdict[transport][packet->tcp_flags][packet->payload > 0];
    if (!verdict->known)
        *verdict = judge(transport, packet->tcp_flags, packet->payload > 0);
    return verdict;
}

/* --- what the addresses and ports say --- */

/* A multicast group (RFC 5771, RFC 4291 section 2.7), or the limited broadcast. */
static inline bool is_group(const struct flow_key *key, const struct flow_ends *ends, unsigned end)
{
    uint8_t octet[4];
    if (key->family == 6)
        return (end ? ends->b : ends->a).octet[0] == 0xff;
    memcpy(octet, end ? &key->b : &key->a, sizeof(octet));
    return (octet[0] & 0xf0) == 0xe0 || (octet[0] & octet[1] & octet[2] & octet[3]) == 0xff;
}

static inline unsigned is_named(const uint8_t *names, uint16_t port)
{
    return (unsigned)names[port / 8] >> port % 8 & 1u;
}

static inline unsigned server_of(const struct passing_sides *sides, const struct flow_key *key,
                                 enum ps_evidence *ret_evidence)
{
    static const uint8_t evidence[2][2] = {{PS_EVIDENCE_CLASS, PS_EVIDENCE_NUMBER},
                                           {PS_EVIDENCE_NAME, PS_EVIDENCE_NAME}};
    const uint8_t *names = sides->names[key->transport];
    unsigned named = is_named(names, key->port_b), differ = named ^ is_named(names, key->port_a);
    unsigned lower = key->port_b < key->port_a;
    *ret_evidence = (enum ps_evidence)evidence[differ][ps_port_class(key->port_a) == ps_port_class(key->port_b)];
    return (named & differ) | (lower & ~differ);
}

struct lone_sides ps_sides_of(struct passing_sides *sides, const struct flow_item *item, const struct flow_ends *ends)
{
    const struct flow_key *key = &item->key;
    const struct lone_verdict *verdict = verdict_of(sides, key->transport, &item->packet);
    unsigned source = item->packet.flags & FLOW_PACKET_FROM_B ? 1 : 0, server;
    bool group[2] = {is_group(key, ends, 0), is_group(key, ends, 1)};
    enum ps_evidence found;
    if (verdict->server >= 0) {
        found = PS_EVIDENCE_HANDSHAKE;
        server = source ^ (unsigned)verdict->server;
    } else if (group[0] != group[1]) {
        found = PS_EVIDENCE_MULTICAST;
        server = group[1];
    } else if (key->port_a == key->port_b) {
        found = PS_EVIDENCE_PEERS;
        server = 1;
    } else {
        server = server_of(sides, key, &found);
    }
    return (struct lone_sides){.server = server, .evidence = found, .outcome = verdict->outcome[server != source]};
}
