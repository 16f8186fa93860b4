/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Made-up traffic.  A flow is a function of the seed and its rank, so that none has to be remembered; which rank comes
 * next is drawn, few flows often and many rarely.  No loss, no retransmission, no meaningful payload.
 */
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_LENGTH 96
#define START_NS        1700000000000000000u

const char *const mix_name[MIX_COUNT] = {"imix", "min", "big", "hdr", "scan", "hostile"};

static const uint16_t service[] = {443,  80,   53,   22,  25,  123, 993,  3306, 5432,  6379,
                                   8080, 8443, 3389, 161, 389, 445, 5060, 9200, 27017, 1883};
#define SERVICES (sizeof(service) / sizeof(service[0]))

bool traffic_init(struct traffic *traffic, enum mix mix, uint64_t flows, uint64_t seed)
{
    *traffic = (struct traffic){.mix = mix, .flows = flows, .seed = random_mix(seed + 1), .time_ns = START_NS};
    traffic->random.state = random_mix(traffic->seed);
    traffic->opened = calloc(flows, 1);
    /* Half text, half noise: compresses about as much as mixed traffic does. */
    for (size_t i = 0; i < sizeof(traffic->noise); i++) {
        uint64_t word = random_word(&traffic->random);
        traffic->noise[i] = (uint8_t)(i / 512 % 2 ? word : 'a' + word % 8);
    }
    return traffic->opened != NULL;
}

void traffic_finish(struct traffic *traffic)
{
    free(traffic->opened);
}

/* The low 32 bits of an address, in either family. */
static void put_address(uint8_t address[16], uint32_t prefix6, uint32_t low)
{
    static const uint8_t documentation[4] = {0x20, 0x01, 0x0d, 0xb8}; /* RFC 3849 */
    memset(address, 0, 16);
    memcpy(address, documentation, sizeof(documentation));
    for (unsigned i = 0; i < 4; i++) {
        address[4 + i] = (uint8_t)(prefix6 >> (24 - 8 * i));
        address[12 + i] = (uint8_t)(low >> (24 - 8 * i));
    }
}

static uint8_t draw_protocol(struct random *random)
{
    uint32_t share = random_below(random, 200);
    return share < 140   ? FRAME_TCP
           : share < 192 ? FRAME_UDP
           : share < 194 ? FRAME_SCTP
           : share < 195 ? FRAME_UDPLITE
           : share < 196 ? FRAME_DCCP
                         : FRAME_ICMP;
}

/* Four of five go to a known service, the first ones of the list far more often than the last ones. */
static uint16_t draw_service(struct random *random)
{
    if (random_below(random, 5) == 0)
        return (uint16_t)(1024 + random_below(random, 65536 - 1024));
    uint32_t skewed = random_below(random, random_below(random, SERVICES) + 1);
    return service[skewed];
}

/* The flow of a rank; the same every time. */
static void flow_of_rank(struct flow *flow, uint64_t seed, uint64_t rank)
{
    struct random random = {random_mix(seed ^ (rank * 0xd1342543de82ef95u))};
    flow->ipv6 = random_below(&random, 100) < 15;
    flow->vlan = (uint16_t)(random_below(&random, 100) < 5 ? 100 + random_below(&random, 4) : 0);
    flow->protocol = draw_protocol(&random);
    /* Linux' range of ephemeral ports, or IANA's. */
    flow->client_port = (uint16_t)(random_below(&random, 4) ? 32768 + random_below(&random, 28232)
                                                            : 49152 + random_below(&random, 16384));
    flow->server_port = draw_service(&random);
    put_address(flow->client, 0, 0x0a000000u | random_below(&random, 1u << 24));
    put_address(flow->server, 1, 0xc0a80000u | (uint32_t)random_rank(&random, 1u << 16));
}

/* Packet `i` of a scan: 2^24 addresses, then another scanner goes on; each address is asked for one port. */
static void flow_of_scan(struct flow *flow, uint64_t seed, uint64_t i)
{
    uint64_t word = random_mix(seed + i);
    *flow = (struct flow){.protocol = word % 8 ? FRAME_TCP : FRAME_UDP};
    flow->client_port = (uint16_t)(32768 + (word >> 8) % 28232);
    flow->server_port = (uint16_t)(i * 40503u + (i >> 16));
    put_address(flow->client, 0, 0xac100001u + (uint32_t)(i >> 24));
    put_address(flow->server, 0, 0x0a000000u | (uint32_t)(i & 0xffffff));
}

/* Packet `i` of eight interleaved patterns, each of which fills some weak hash function's buckets unevenly.  The law
 * behind all of them: bits that a folding by xor, by addition or by masking cancels or throws away. */
static void flow_of_pattern(struct flow *flow, uint64_t i)
{
    static const uint8_t protocol[] = {FRAME_TCP, FRAME_UDP, FRAME_SCTP, FRAME_UDPLITE, FRAME_DCCP};
    uint64_t n = i / 8;
    uint16_t low = (uint16_t)n, high = (uint16_t)(n >> 16);
    uint32_t a = 0x0a000000u + (uint32_t)n, b = 0xc0a80001u;
    *flow = (struct flow){.protocol = FRAME_TCP, .client_port = low, .server_port = high};
    switch (i % 8) {
    case 0: /* xor of the ports is constant, so is that of the addresses */
        flow->server_port = low ^ 0x5555;
        b = a ^ 0x01234567u;
        break;
    case 1: /* their sum is constant */
        flow->server_port = (uint16_t)(0x8000u - low);
        b = 0x80000000u - a;
        break;
    case 2: /* only high bits change */
        flow->client_port = (uint16_t)(low << 8);
        flow->server_port = (uint16_t)(low & 0xff00u);
        a = (uint32_t)n << 16;
        break;
    case 3: /* mirrored: the same pair from either side */
        flow->client_port = (uint16_t)(n & 1 ? 7 : low | 1u);
        flow->server_port = (uint16_t)(n & 1 ? low : 7);
        break;
    case 4: /* both ends are the same */
        flow->server_port = low;
        b = a;
        break;
    case 5: /* the edges of the range */
        flow->client_port = (uint16_t)(n & 1 ? 0 : 65535);
        flow->server_port = (uint16_t)(n & 2 ? 0 : 65535);
        break;
    case 6: /* IPv6, one bit at a time */
        flow->ipv6 = true;
        a = 1u << (n % 32);
        b = 1u << (n / 32 % 32);
        break;
    default: /* equal but for the protocol */
        flow->protocol = protocol[n % 5];
        flow->client_port = (uint16_t)(n / 5);
        flow->server_port = 1;
        a = 0x0a000001u;
        break;
    }
    put_address(flow->client, 0, a);
    put_address(flow->server, 0, b);
}

static uint16_t draw_length(struct traffic *traffic)
{
    if (traffic->mix == MIX_MIN || traffic->mix >= MIX_SCAN)
        return 60;
    if (traffic->mix == MIX_BIG)
        return FRAME_MAX;
    uint32_t share = random_below(&traffic->random, 12);
    return (uint16_t)(share < 7 ? 60 : share < 11 ? 576 : FRAME_MAX);
}

/* Draws a flow; its first two TCP packets are the handshake's. */
static uint8_t draw_flow(struct traffic *traffic)
{
    uint64_t rank = random_rank(&traffic->random, traffic->flows);
    flow_of_rank(&traffic->flow, traffic->seed, rank);
    uint8_t *opened = &traffic->opened[rank];
    traffic->to_client = random_below(&traffic->random, 2);
    if (traffic->flow.protocol != FRAME_TCP || *opened == 2)
        return FRAME_ACK;
    traffic->to_client = *opened == 1;
    return (*opened)++ ? FRAME_SYN | FRAME_ACK : FRAME_SYN;
}

void traffic_next(struct traffic *traffic)
{
    struct frame frame = {.flow = &traffic->flow, .tcp_flags = FRAME_SYN};
    traffic->to_client = false;
    if (traffic->mix == MIX_SCAN)
        flow_of_scan(&traffic->flow, traffic->seed, traffic->number);
    else if (traffic->mix == MIX_HOSTILE)
        flow_of_pattern(&traffic->flow, traffic->number + (traffic->seed & 0xffff));
    else
        frame.tcp_flags = draw_flow(traffic);
    traffic->number++;
    frame.to_client = traffic->to_client;
    frame.length = frame.tcp_flags & FRAME_SYN && traffic->flow.protocol == FRAME_TCP ? 60 : draw_length(traffic);
    frame.noise = traffic->noise + random_below(&traffic->random, sizeof(traffic->noise) - FRAME_MAX);
    traffic->original = (uint16_t)frame_build(traffic->bytes, &frame);
    bool cut = traffic->mix == MIX_HDR && traffic->original > SNAPSHOT_LENGTH;
    traffic->captured = cut ? SNAPSHOT_LENGTH : traffic->original;
    traffic->time_ns += 1000 + random_below(&traffic->random, 2000);
}
