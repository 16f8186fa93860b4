/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What packet i is.  Frames are built by bench/frame.c; tags (IEEE 802.1Q) and fragments (RFC 791 section 3.2) are put in
 * here.  Transport checksums are 0: the packets are to be captured, not to be received.
 */
#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

#define ETHERNET_HEADER 14
#define IPV4_HEADER     20
#define PORTS           65536
/* Draws of one packet that must not depend on each other. */
#define KIND_DRAW       0x6b696e64u
#define LENGTH_DRAW     0x6c656e67u

const char *const plan_kind_name[PLAN_KIND_COUNT] = {"udp", "tcp", "ipv6", "vlan", "qinq", "fragment", "icmp"};

/* What packet i was meant to be. */
struct meaning {
    enum plan_kind kind;
    struct flow flow;
    uint16_t length;    /* without tags */
    uint16_t datagram;  /* identification; of fragments */
    bool later;         /* the second fragment */
    unsigned tag_bytes; /* that plan_packet adds or frame_build does */
};

/* The finaliser of splitmix64. */
static uint64_t mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * PLAN_MIX_FIRST;
    word = (word ^ (word >> 27)) * PLAN_MIX_SECOND;
    return word ^ (word >> 31);
}

uint64_t plan_seed(uint64_t number)
{
    return mix(number + 1);
}

static void put_address(uint8_t address[16], uint8_t side, uint32_t host)
{
    static const uint8_t documentation[4] = {0x20, 0x01, 0x0d, 0xb8}; /* RFC 3849 */
    memset(address, 0, 16);
    memcpy(address, documentation, sizeof(documentation));
    address[12] = 10;
    address[13] = side;
    address[14] = (uint8_t)(host >> 8);
    address[15] = (uint8_t)host;
}

static uint16_t draw_length(const struct plan *plan, uint64_t i)
{
    if (plan->length != PLAN_IMIX)
        return plan->length;
    uint64_t share = mix(plan->seed + i + ((uint64_t)LENGTH_DRAW << 32)) % 12;
    return (uint16_t)(share < 7 ? 60 : share < 11 ? 576 : FRAME_MAX);
}

static uint8_t protocol_of(enum plan_kind kind, uint64_t word)
{
    if (kind == PLAN_ICMP)
        return FRAME_ICMP;
    if (kind == PLAN_TCP)
        return FRAME_TCP;
    if (kind == PLAN_UDP || kind == PLAN_FRAGMENT)
        return FRAME_UDP;
    return word >> 63 ? FRAME_TCP : FRAME_UDP;
}

/* The least a frame of this kind can be; frame_build grows shorter ones to it. */
static uint16_t least_length(const struct flow *flow)
{
    unsigned network = flow->ipv6 ? 40 : IPV4_HEADER;
    unsigned transport = flow->protocol == FRAME_TCP ? 20 : 8;
    return (uint16_t)(ETHERNET_HEADER + network + transport);
}

static void mean(struct meaning *m, const struct plan *plan, uint64_t i)
{
    /* Kinds are drawn for two packets at once, so that fragments stay together. */
    uint64_t pair = mix(plan->seed + i / 2 + ((uint64_t)KIND_DRAW << 32));
    *m = (struct meaning){.kind = plan->kind[pair % plan->kinds]};
    m->later = m->kind == PLAN_FRAGMENT && i % 2;
    m->datagram = (uint16_t)(i / 2);
    uint64_t word = mix(plan->seed + i - m->later);
    m->flow.protocol = protocol_of(m->kind, word);
    m->flow.ipv6 = m->kind == PLAN_IPV6;
    m->flow.client_port = (uint16_t)(plan->base + (word & (plan->ports - 1)));
    m->flow.server_port = (uint16_t)(plan->base + (word >> 16 & (plan->ports - 1)));
    uint32_t host = (uint32_t)(word >> 32);
    put_address(m->flow.client, 1, host & (plan->hosts - 1));
    put_address(m->flow.server, 2, host >> 8 & (plan->hosts - 1));
    if (m->kind == PLAN_VLAN)
        m->flow.vlan = 100;
    m->tag_bytes = m->kind == PLAN_QINQ ? 8 : m->kind == PLAN_VLAN ? 4 : 0;
    if (m->kind == PLAN_FRAGMENT) {
        /* An identification is used again after 65,536 datagrams: by then another host sends. */
        put_address(m->flow.client, 3, (uint32_t)(i >> 17));
        m->length = m->later ? PLAN_DATAGRAM_TWO : PLAN_DATAGRAM_ONE;
        return;
    }
    m->length = draw_length(plan, i);
    if (m->length < least_length(&m->flow))
        m->length = least_length(&m->flow);
}

static void put16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void checksum(uint8_t *header)
{
    put16(header + 10, 0);
    uint32_t sum = 0;
    for (size_t at = 0; at < IPV4_HEADER; at += 2)
        sum += (uint32_t)(header[at] << 8 | header[at + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(header + 10, ~sum & 0xffff);
}

/* Makes one of the two fragments of a datagram out of a whole one. */
static void cut(uint8_t *frame, const struct meaning *m)
{
    uint8_t *ip = frame + ETHERNET_HEADER, *udp = ip + IPV4_HEADER;
    unsigned first = PLAN_DATAGRAM_ONE - ETHERNET_HEADER - IPV4_HEADER;
    unsigned rest = PLAN_DATAGRAM_TWO - ETHERNET_HEADER - IPV4_HEADER;
    put16(ip + 4, m->datagram);
    if (m->later) {
        put16(ip + 6, first / 8);
        memset(udp, 0xa5, 8); /* payload, that looks like no port of the plan */
    } else {
        put16(ip + 6, 0x2000); /* more fragments */
        put16(udp + 4, first + rest);
    }
    checksum(ip);
}

size_t plan_packet(const struct plan *plan, uint64_t i, uint8_t *to)
{
    static const uint8_t noise[FRAME_MAX];
    struct meaning m;
    mean(&m, plan, i);
    struct frame frame = {.flow = &m.flow, .tcp_flags = FRAME_ACK, .length = m.length, .noise = noise};
    if (m.flow.vlan)
        frame.length = (uint16_t)(frame.length + m.tag_bytes);
    size_t length = frame_build(to, &frame);
    if (m.kind == PLAN_FRAGMENT)
        cut(to, &m);
    if (m.kind == PLAN_QINQ) {
        memmove(to + 20, to + 12, length - 12);
        put16(to + 12, 0x88a8);
        put16(to + 14, 200);
        put16(to + 16, 0x8100);
        put16(to + 18, 100);
        length += m.tag_bytes;
    }
    return length;
}

/* --- expected counts --- */

struct count {
    uint64_t packets, bytes;
};

struct tally {
    struct count all, with_ports;
    struct {
        struct count sent, received;
    } port[2][PORTS]; /* TCP, UDP */
};

struct tally *plan_tally_create(void)
{
    return calloc(1, sizeof(struct tally));
}

void plan_tally_destroy(struct tally *tally)
{
    free(tally);
}

static void add(struct count *count, uint64_t bytes)
{
    count->packets++;
    count->bytes += bytes;
}

void plan_tally_add(struct tally *tally, const struct plan *plan, uint64_t i)
{
    struct meaning m;
    mean(&m, plan, i);
    uint64_t bytes = (uint64_t)m.length + m.tag_bytes;
    add(&tally->all, bytes);
    if (m.kind == PLAN_ICMP)
        return;
    add(&tally->with_ports, bytes);
    bool udp = m.flow.protocol == FRAME_UDP;
    add(&tally->port[udp][m.flow.client_port].sent, bytes);
    add(&tally->port[udp][m.flow.server_port].received, bytes);
}

void plan_tally_write(const struct tally *tally, FILE *file)
{
    fprintf(file, "all\t-\t%" PRIu64 "\t%" PRIu64 "\t-\t-\n", tally->all.packets, tally->all.bytes);
    fprintf(file, "ports\t-\t%" PRIu64 "\t%" PRIu64 "\t-\t-\n", tally->with_ports.packets, tally->with_ports.bytes);
    for (size_t udp = 0; udp < 2; udp++) {
        for (size_t port = 0; port < PORTS; port++) {
            const struct count *sent = &tally->port[udp][port].sent, *received = &tally->port[udp][port].received;
            if (sent->packets || received->packets)
                fprintf(file, "%s\t%zu\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", udp ? "udp" : "tcp",
                        port, sent->packets, sent->bytes, received->packets, received->bytes);
        }
    }
}
