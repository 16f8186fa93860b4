/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a capture, read by the project's own readers and by libpcap's.  As far as both read, they say the same of
 * every packet: time, lengths, link type, bytes.  What one of them does not read is damage to it, or what libpcap is known
 * to leave alone.
 */
#include <stdlib.h>
#include <string.h>

#include "linktype.h"
#include "memory_stream.h"
#include "parser.h"
#include "recognise.h"
#include "rule.h"
#include "unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PACKETS_MAX 4096
#define CONTENT_MAX ((size_t)1 << 17)

/* What one road came to. */
struct road {
    int created; /* see parser.h */
    bool pcapng, damaged;
    struct ps_error problem;
    char damage[240];
    size_t count, used;
    struct ps_packet packet[PACKETS_MAX];
    uint8_t bytes[CONTENT_MAX]; /* of the packets */
};

/* Copies the packets; false when there are enough. */
static bool keep(struct road *road, const struct ps_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct ps_packet *packet = &batch->packet[i];
        if (road->count == PACKETS_MAX || packet->captured > CONTENT_MAX - road->used)
            return false;
        struct ps_packet *kept = &road->packet[road->count++];
        *kept = *packet;
        kept->data = road->bytes + road->used;
        if (packet->captured > 0)
            memcpy(road->bytes + road->used, packet->data, packet->captured);
        road->used += packet->captured;
    }
    return true;
}

static void read_parser(struct ps_parser *parser, struct road *road)
{
    static struct ps_batch batch;
    do
        batch.count = 0;
    while (parser->kind->fill(parser, &batch) == PS_FILL_PACKETS && keep(road, &batch));
    parser->kind->destroy(parser);
}

/* False: it is no capture, or not one that is not compressed. */
static bool take(const uint8_t *data, size_t size, bool libpcap, struct road *ret_road)
{
    struct memory_stream memory;
    struct ps_facts facts;
    struct ps_parser *parser = NULL;
    struct ps_stream *stream = &memory.stream;
    memory_stream_init(&memory, data, size, SIZE_MAX);
    if (ps_packing_of(data, size) != PS_PACKING_NONE)
        return false;
    rule(ps_facts_init(&facts, "fuzzed") == 0, "there is memory");
    enum ps_container container = ps_recognise(&stream, &facts);
    bool capture = container == PS_CONTAINER_PCAP || container == PS_CONTAINER_PCAPNG;
    ret_road->pcapng = container == PS_CONTAINER_PCAPNG;
    ret_road->count = ret_road->used = 0;
    if (capture && libpcap)
        ret_road->created = ps_libpcap_create(stream, &facts, 0, ret_road->pcapng, &parser);
    else if (capture)
        ret_road->created = ret_road->pcapng ? ps_pcapng_create(stream, &facts, 0, &parser)
                                             : ps_pcap_create(stream, &facts, 0, &parser);
    if (parser)
        read_parser(parser, ret_road);
    ret_road->problem = facts.problem;
    ret_road->damaged = facts.input.damaged;
    memcpy(ret_road->damage, facts.damage, sizeof(facts.damage));
    rule_printable(facts.problem.text, false, "the sentence is printable");
    rule_printable(facts.input.damaged ? facts.damage : "", false, "the clause is printable");
    ps_facts_finish(&facts);
    return capture;
}

/* libpcap takes fractions of a second in pcap files for signed; honest ones are below a second and never so large.  What has
 * no time begins in 1970 for it, and what lies beyond the year 2262 somewhere. */
static bool same_time(int64_t own, int64_t other, bool pcapng)
{
    const int64_t second = 1000000000;
    if (own == PS_TIME_NONE)
        return other == 0;
    if (own == INT64_MAX || own == -INT64_MAX)
        return true;
    if (pcapng) /* where a clock is finer than 2^-34 seconds, fractions run over in libpcap */
        return own / second == other / second;
    const uint64_t wrapped = UINT64_C(1) << 32, apart = (uint64_t)own - (uint64_t)other;
    return apart == 0 || apart == wrapped || apart == wrapped * 1000;
}

static void compare_packet(const struct ps_packet *own, const struct ps_packet *other, bool pcapng)
{
    if (!same_time(own->time_ns, other->time_ns, pcapng))
        rule_same((uint64_t)own->time_ns, (uint64_t)other->time_ns, "the time is the same");
    rule_same(own->original, other->original, "the length on the wire is the same");
    /* libpcap knows two link types by one number of its own. */
    if (ps_linktype_of_dlt(ps_linktype_dlt(own->link_type)) != other->link_type)
        rule_same(own->link_type, other->link_type, "the link type is the same");
    rule(other->captured <= own->captured, "libpcap only cuts down");
    rule(memcmp(own->data, other->data, other->captured) == 0, "the bytes are the same");
}

static void compare(const struct road *own, const struct road *libpcap)
{
    if (libpcap->created == 1) /* it is read by the own reader then */
        return;
    if (own->created < 0 || libpcap->created < 0) {
        rule(own->created == libpcap->created, "both refuse");
        rule(strcmp(own->problem.text, libpcap->problem.text) == 0, "both say why alike");
        return;
    }
    size_t common = own->count < libpcap->count ? own->count : libpcap->count;
    for (size_t i = 0; i < common; i++)
        compare_packet(&own->packet[i], &libpcap->packet[i], own->pcapng);
    if (common == PACKETS_MAX || own->used * 2 > CONTENT_MAX)
        return;
    rule(own->count >= libpcap->count || own->damaged, "who reads less has met damage");
    rule(libpcap->count >= own->count || libpcap->damaged, "so has libpcap");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct road own, libpcap;
    if (size > 65536)
        return 0;
    bool capture = take(data, size, false, &own);
    if (capture && take(data, size, true, &libpcap))
        compare(&own, &libpcap);
    return 0;
}
