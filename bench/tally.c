/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts made-up packets per (protocol, port) in plain arrays: nothing that could go wrong.
 */
#include "tally.h"

#include <inttypes.h>
#include <stdlib.h>

#define PORTS 65536

struct count {
    uint64_t packets, bytes;
};

struct ends {
    struct count sent, received;
};

static const struct {
    uint8_t protocol;
    const char *name;
} transport[] = {
    {FRAME_TCP, "tcp"}, {FRAME_UDP, "udp"}, {FRAME_UDPLITE, "udplite"}, {FRAME_SCTP, "sctp"}, {FRAME_DCCP, "dccp"},
};
#define TRANSPORTS (sizeof(transport) / sizeof(transport[0]))

struct tally {
    struct count all, with_ports;
    struct ends port[TRANSPORTS][PORTS];
};

struct tally *tally_create(void)
{
    return calloc(1, sizeof(struct tally));
}

void tally_destroy(struct tally *tally)
{
    free(tally);
}

static void add(struct count *count, uint64_t bytes)
{
    count->packets++;
    count->bytes += bytes;
}

void tally_add(struct tally *tally, const struct traffic *traffic)
{
    const struct flow *flow = &traffic->flow;
    add(&tally->all, traffic->original);
    for (size_t i = 0; i < TRANSPORTS; i++) {
        if (transport[i].protocol != flow->protocol)
            continue;
        add(&tally->with_ports, traffic->original);
        uint16_t source = traffic->to_client ? flow->server_port : flow->client_port;
        uint16_t destination = traffic->to_client ? flow->client_port : flow->server_port;
        add(&tally->port[i][source].sent, traffic->original);
        add(&tally->port[i][destination].received, traffic->original);
    }
}

void tally_write(const struct tally *tally, FILE *file)
{
    fprintf(file, "all\t-\t%" PRIu64 "\t%" PRIu64 "\t-\t-\n", tally->all.packets, tally->all.bytes);
    fprintf(file, "ports\t-\t%" PRIu64 "\t%" PRIu64 "\t-\t-\n", tally->with_ports.packets, tally->with_ports.bytes);
    for (size_t i = 0; i < TRANSPORTS; i++) {
        for (size_t port = 0; port < PORTS; port++) {
            const struct ends *ends = &tally->port[i][port];
            if (ends->sent.packets || ends->received.packets)
                fprintf(file, "%s\t%zu\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", transport[i].name, port,
                        ends->sent.packets, ends->sent.bytes, ends->received.packets, ends->received.bytes);
        }
    }
}
