/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of one flow: TCP connections by SYN, FIN, RST and sequence number (RFC 9293), others by pauses.  Pauses only
 * change the number of connections, never a total and never a role.
 */
#include "flow.h"

#include <string.h>

#include "flow_stretch.h"
#include "rtt.h"

enum {
    FIN = 1,
    SYN = 2,
    RST = 4,
    ACK = 16
};

enum flow_phase ps_flow_phase(const struct flow *flow)
{
    return (enum flow_phase)(flow->flags >> FLOW_PHASE_SHIFT & 3);
}

void ps_flow_set_phase(struct flow *flow, enum flow_phase phase)
{
    flow->flags = (flow->flags & ~(3u << FLOW_PHASE_SHIFT)) | (uint32_t)phase << FLOW_PHASE_SHIFT;
}

void ps_flow_begin(struct flow *flow, bool at_start)
{
    flow->first_ns = flow->last_ns = PS_TIME_NONE;
    if (!at_start)
        ps_flow_set_phase(flow, PHASE_LEAD);
}

struct flow_segment ps_flow_current(const struct flow *flow)
{
    struct flow_segment s = {
        .flags = flow->flags & FLOW_SEGMENT_BITS, .first_ns = flow->first_ns, .last_ns = flow->last_ns};
    memcpy(s.base, flow->base, sizeof(s.base));
    memcpy(s.span, flow->span, sizeof(s.span));
    memcpy(s.payload, flow->payload, sizeof(s.payload));
    memcpy(s.mark_ns, flow->mark_ns, sizeof(s.mark_ns));
    return s;
}

void ps_flow_set_current(struct flow *flow, const struct flow_segment *s)
{
    flow->flags = (flow->flags & ~FLOW_SEGMENT_BITS) | s->flags;
    memcpy(flow->base, s->base, sizeof(s->base));
    memcpy(flow->span, s->span, sizeof(s->span));
    memcpy(flow->payload, s->payload, sizeof(s->payload));
    memcpy(flow->mark_ns, s->mark_ns, sizeof(s->mark_ns));
}

/* --- what a connection says --- */

/* Who sent what of a handshake, [end]. */
struct handshake {
    bool syn[2], syn_ack[2];
    bool begun_by_b;
};

static int server_of(const struct handshake *h)
{
    for (int end = 0; end < 2; end++) {
        if (h->syn_ack[end] && !h->syn_ack[!end])
            return end;
        if (!h->syn_ack[end] && !h->syn_ack[!end] && h->syn[!end] && !h->syn[end])
            return end;
    }
    /* Both ends did the same: the first SYN decides. */
    return h->syn[0] || h->syn[1] ? !h->begun_by_b : -1;
}

int ps_flow_server(const struct flow *flow)
{
    struct handshake all = {.begun_by_b = flow->flags & FLOW_BEGUN_BY_B};
    for (int end = 0; end < 2; end++) {
        all.syn[end] = flow->flags & FLOW_FROM_SYN(end);
        all.syn_ack[end] = flow->flags & FLOW_FROM_SYN_ACK(end);
    }
    return server_of(&all);
}

/* The same of one connection: the same two ports may be used in turns from either side. */
static int segment_server(const struct flow_segment *s)
{
    struct handshake own = {.begun_by_b = s->flags & FLOW_BEGUN_BY_B};
    for (int end = 0; end < 2; end++) {
        own.syn[end] = FLOW_SEEN(s->flags, end) & SEEN_SYN;
        own.syn_ack[end] = FLOW_SEEN(s->flags, end) & SEEN_SYN_ACK;
    }
    return server_of(&own);
}

/* A TCP connection that got through: how did it end? */
static enum ps_outcome ending(unsigned client, unsigned server)
{
    if (client & server & SEEN_FIN)
        return PS_OUTCOME_CLOSED;
    if ((client | server) & SEEN_RST)
        return PS_OUTCOME_RESET;
    return (client | server) & SEEN_FIN ? PS_OUTCOME_CLOSED : PS_OUTCOME_ESTABLISHED;
}

static enum ps_outcome tcp_outcome(unsigned client, unsigned server, bool refused)
{
    unsigned went_on = SEEN_ACK | SEEN_DATA;
    bool beginning = client & SEEN_SYN || server & SEEN_SYN_ACK;
    if (!beginning) {
        if (!(client & SEEN_ANY) || !(server & SEEN_ANY))
            return PS_OUTCOME_ONE_WAY;
        /* A lone segment without ACK or data, as scanners send them, and a reset for it. */
        if (server & SEEN_RST && !(server & (went_on | SEEN_FIN)) && !(client & went_on))
            return PS_OUTCOME_REFUSED;
        return ending(client, server);
    }
    if (client & went_on || server & SEEN_DATA)
        return ending(client, server);
    if (server & SEEN_SYN_ACK)
        return PS_OUTCOME_HALF_OPEN;
    if (server & SEEN_RST || refused)
        return PS_OUTCOME_REFUSED;
    return server & SEEN_ACK ? PS_OUTCOME_ESTABLISHED : PS_OUTCOME_UNANSWERED;
}

enum ps_outcome ps_flow_outcome(uint8_t transport, const struct flow_segment *segment, int server, bool request)
{
    int own = transport == PS_TRANSPORT_TCP ? segment_server(segment) : -1;
    server = own < 0 ? server : own;
    unsigned from_server = FLOW_SEEN(segment->flags, server), from_client = FLOW_SEEN(segment->flags, !server);
    bool refused = segment->flags & FLOW_REFUSED(server);
    if (transport == PS_TRANSPORT_TCP)
        return tcp_outcome(from_client, from_server, refused);
    if (from_server && from_client)
        return PS_OUTCOME_ESTABLISHED;
    if (refused)
        return PS_OUTCOME_REFUSED;
    return from_client && request ? PS_OUTCOME_UNANSWERED : PS_OUTCOME_ONE_WAY;
}

/* What one end sent beyond the range of its sequence numbers. */
static uint64_t again_from(const struct flow_segment *s, int end)
{
    uint64_t range = s->span[end];
    if (!(FLOW_SEEN(s->flags, end) & SEEN_SEQUENCE))
        return 0; /* captured too short to tell */
    if (range > 0 && FLOW_SEEN(s->flags, end) & SEEN_SYN)
        range--; /* the SYN has a number of its own */
    return s->payload[end] > range ? s->payload[end] - range : 0;
}

uint64_t ps_flow_retransmitted(uint8_t transport, const struct flow_segment *s)
{
    uint64_t again = 0;
    for (int end = 0; transport == PS_TRANSPORT_TCP && end < 2; end++)
        again += again_from(s, end);
    return again;
}

int64_t ps_flow_rtt(uint8_t transport, const struct flow_segment *s)
{
    if (transport != PS_TRANSPORT_TCP || s->flags & FLOW_SYN_TWICE)
        return -1;
    for (int end = 0; end < 2; end++) {
        unsigned here = FLOW_SEEN(s->flags, end), there = FLOW_SEEN(s->flags, !end);
        /* Of a simultaneous open (RFC 9293 section 3.5) only the two SYNs have their times. */
        bool complete = here & SEEN_SYN && there & SEEN_SYN_ACK && !(there & SEEN_SYN);
        if (complete && s->mark_ns[end] && s->mark_ns[!end] && s->mark_ns[end] >= s->mark_ns[!end])
            return s->mark_ns[end] - s->mark_ns[!end];
    }
    return -1;
}

/* --- one connection after another --- */

struct flow_extra *ps_flow_extra_of(struct flow_context *context, struct flow *flow)
{
    struct flow_extra *extra = context->extra(context->owner, flow);
    if (!extra)
        context->failed = true;
    return extra;
}

static bool note_rtt(struct rtt **rtt, uint16_t port, int64_t time_ns)
{
    if (!*rtt)
        *rtt = ps_rtt_create();
    return *rtt && ps_rtt_add(*rtt, port, (uint64_t)time_ns);
}

/* The current connection is over and counted. */
static void finish_connection(struct flow_context *context, struct flow *flow, struct flow_extra *extra)
{
    struct flow_segment s = ps_flow_current(flow);
    uint8_t transport = flow->key.transport;
    if (transport == PS_TRANSPORT_TCP) {
        int server = segment_server(&s);
        server = server < 0 ? 1 : server; /* without a handshake the outcome is the same from either side */
        extra->outcome[ps_flow_outcome(transport, &s, server, false)]++;
        int64_t rtt = ps_flow_rtt(transport, &s);
        if (rtt >= 0 && !note_rtt(context->rtt, server ? flow->key.port_b : flow->key.port_a, rtt))
            context->failed = true;
    } else if (FLOW_SEEN(s.flags, 0) && FLOW_SEEN(s.flags, 1)) {
        extra->outcome[PS_OUTCOME_ESTABLISHED]++;
    } else if (s.flags & (FLOW_REFUSED(0) | FLOW_REFUSED(1))) {
        extra->outcome[PS_OUTCOME_REFUSED]++;
    } else {
        extra->one_way[FLOW_SEEN(s.flags, 0) ? 0 : 1]++;
    }
    extra->retransmitted += ps_flow_retransmitted(transport, &s);
    extra->payload[0] += s.payload[0];
    extra->payload[1] += s.payload[1];
}

/* A new connection begins: the current stretch is put away. */
void ps_flow_turn_over(struct flow_context *context, struct flow *flow)
{
    static const struct flow_segment nothing;
    struct flow_extra *extra = ps_flow_extra_of(context, flow);
    if (!extra)
        return;
    switch (ps_flow_phase(flow)) {
    case PHASE_LEAD:
        extra->lead = ps_flow_current(flow);
        extra->has_lead = true;
        ps_flow_set_phase(flow, PHASE_OPENING);
        break;
    case PHASE_OPENING:
        extra->opening = ps_flow_current(flow);
        extra->has_opening = true;
        ps_flow_set_phase(flow, PHASE_SETTLED);
        break;
    default:
        finish_connection(context, flow, extra);
        break;
    }
    ps_flow_set_current(flow, &nothing);
}

void ps_flow_leave_lead(struct flow_context *context, struct flow *flow)
{
    if (flow->flags & FLOW_SEGMENT_BITS)
        ps_flow_turn_over(context, flow);
    else
        ps_flow_set_phase(flow, PHASE_OPENING);
}

/* Whether a SYN from `end` with this sequence number begins another connection than the one `flags` tell of. */
bool ps_flow_syn_begins(uint32_t flags, const uint32_t base[2], int end, uint32_t sequence)
{
    if (FLOW_SEEN(flags, end) & SEEN_SYN)
        return base[end] != sequence;
    return (FLOW_SEEN(flags, 0) | FLOW_SEEN(flags, 1)) & (SEEN_DATA | SEEN_FIN | SEEN_RST);
}

bool ps_flow_paused(int64_t last_ns, int64_t now_ns)
{
    return last_ns != PS_TIME_NONE && now_ns != PS_TIME_NONE && now_ns > last_ns &&
           (uint64_t)now_ns - (uint64_t)last_ns > (uint64_t)FLOW_IDLE_NS;
}

/* --- a packet --- */

/* Widens the range of sequence numbers that `end` has sent. */
static void widen(struct flow *flow, int end, uint32_t sequence, uint32_t length)
{
    uint32_t top = flow->base[end] + (uint32_t)flow->span[end];
    int32_t above = (int32_t)(sequence + length - top);
    if (above > 0)
        flow->span[end] += (uint32_t)above;
    /* Measured from the top, as long transfers have numbers more than half of the space above their first one. */
    bool behind = (int32_t)(sequence - top) < 0;
    int32_t below = (int32_t)(sequence - flow->base[end]);
    bool first_known = FLOW_SEEN(flow->flags, end) & SEEN_SYN; /* what is below is of another connection */
    if (behind && below < 0 && !first_known && flow->span[end] < INT32_MAX) {
        flow->base[end] = sequence;
        flow->span[end] += (uint64_t)(-(int64_t)below);
    }
}

/* A closed port answers a SYN with RST and ACK and a sequence number of 0 (RFC 9293 section 3.10.7.1), and nothing else so. */
static bool refuses_syn(const struct flow_packet *key)
{
    return (key->tcp_flags & (RST | ACK | SYN | FIN)) == (RST | ACK) && key->flags & PS_KEY_SEQUENCE &&
           key->tcp_seq == 0 && key->payload == 0;
}

static void add_tcp(struct flow_context *context, struct flow *flow, const struct flow_packet *key, int end)
{
    unsigned flags = key->tcp_flags;
    bool handshake = flags & SYN && !(flags & (RST | FIN)), syn = handshake && !(flags & ACK);
    bool first_syn = false;
    if (syn) {
        if (ps_flow_phase(flow) == PHASE_LEAD)
            ps_flow_leave_lead(context, flow);
        else if (ps_flow_syn_begins(flow->flags, flow->base, end, key->tcp_seq))
            ps_flow_turn_over(context, flow);
        first_syn = !(FLOW_SEEN(flow->flags, end) & SEEN_SYN);
        if (!(FLOW_SEEN(flow->flags, !end) & SEEN_SYN) && end == 1)
            flow->flags |= FLOW_BEGUN_BY_B;
        if (first_syn)
            flow->mark_ns[!end] = key->time_ns != PS_TIME_NONE ? key->time_ns : 0;
        else
            flow->flags |= FLOW_SYN_TWICE;
        flow->flags |= FLOW_FROM_SYN(end);
    } else if (handshake) {
        flow->flags |= FLOW_FROM_SYN_ACK(end);
    } else if (refuses_syn(key)) {
        flow->flags |= FLOW_FROM_SYN(!end);
    }
    uint32_t seen = SEEN_ANY;
    seen |= syn ? SEEN_SYN : handshake ? SEEN_SYN_ACK : 0u;
    seen |= flags & RST ? SEEN_RST : 0u;
    seen |= flags & FIN ? SEEN_FIN : 0u;
    seen |= flags & ACK && !(flags & (SYN | RST)) ? SEEN_ACK : 0u;
    seen |= key->payload && !(flags & RST) ? SEEN_DATA : 0u;
    bool by_syn_sender = !(FLOW_SEEN(flow->flags, !end) & SEEN_SYN); /* else mark_ns[end] is the other's SYN */
    if (seen & SEEN_ACK && by_syn_sender && !flow->mark_ns[end] && key->time_ns != PS_TIME_NONE)
        flow->mark_ns[end] = key->time_ns;
    /* Only what has numbers of its own counts: then parts of a capture cover together what the whole covers. */
    if (key->flags & PS_KEY_SEQUENCE && !(flags & RST) && (key->payload || handshake)) {
        uint32_t first = key->tcp_seq + (handshake && !syn ? 1 : 0);
        uint32_t length = key->payload + (syn && key->payload ? 1 : 0); /* a SYN may carry data (RFC 7413) */
        if (FLOW_SEEN(flow->flags, end) & SEEN_SEQUENCE && !first_syn) {
            widen(flow, end, first, length);
        } else {
            flow->base[end] = first;
            flow->span[end] = length;
        }
        seen |= SEEN_SEQUENCE;
    }
    flow->flags |= seen << (end * 8);
}

void ps_flow_note_times(struct flow *flow, int64_t time_ns)
{
    if (time_ns == PS_TIME_NONE)
        return;
    if (flow->first_ns == PS_TIME_NONE || time_ns < flow->first_ns)
        flow->first_ns = time_ns;
    if (flow->last_ns == PS_TIME_NONE || time_ns > flow->last_ns)
        flow->last_ns = time_ns;
}

void ps_flow_add(struct flow_context *context, struct flow *flow, const struct flow_packet *packet)
{
    int end = packet->flags & FLOW_PACKET_FROM_B ? 1 : 0;
    if (flow->key.transport == PS_TRANSPORT_TCP) {
        add_tcp(context, flow, packet, end);
    } else {
        if (ps_flow_phase(flow) == PHASE_LEAD)
            ps_flow_leave_lead(context, flow);
        else if (ps_flow_paused(flow->last_ns, packet->time_ns))
            ps_flow_turn_over(context, flow);
        if (packet->tcp_flags & SYN) /* SCTP's and DCCP's, see struct ps_key */
            flow->flags |= packet->tcp_flags & ACK ? FLOW_FROM_SYN_ACK(end) : FLOW_FROM_SYN(end);
        flow->flags |= (uint32_t)(SEEN_ANY | (packet->payload ? SEEN_DATA : 0)) << (end * 8);
    }
    flow->payload[end] += packet->payload;
    flow->network[end] += packet->network;
    flow->bytes[end] += packet->wire;
    flow->packets[end]++;
    ps_flow_note_times(flow, packet->time_ns);
}
