/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets from or to port 0, which is reserved and never assigned: RFC 6335 section 6.
 */
#include "detectors.h"

static void detect(struct ps_work *work)
{
    const struct ps_count *zero = &work->snapshot->port_zero;
    if (zero->packets == 0)
        return;
    struct ps_sight sight = {.severity = PS_SEVERITY_NOTE, .has_port = true, .port = 0};
    ps_extent_init(&sight.extent);
    for (size_t i = 0; i < work->count; i++) {
        const struct ps_flow_row *flow = &work->flow[i];
        if (flow->client_port != 0 && flow->server_port != 0)
            continue;
        ps_extent_add(&sight.extent, flow);
        uint64_t packets = flow->to_server.packets + flow->to_client.packets;
        bool first = packets == sight.number[1] && sight.flow != NULL && ps_flow_row_compare(flow, sight.flow) < 0;
        if (packets > sight.number[1] || first) {
            sight.number[1] = packets;
            sight.flow = flow;
        }
    }
    sight.extent.packets = zero->packets; /* flows may have left the table */
    if (sight.flow != NULL) {
        sight.transport = sight.flow->transport;
        sight.family = sight.flow->family;
        sight.address = sight.flow->client;
    }
    sight.number[0] = zero->packets;
    ps_work_see(work, &sight);
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_counted(words, sight->number[0], "packet", "packets");
    ps_words_add(words, sight->number[0] == 1 ? " comes from or goes to port 0" : " come from or go to port 0");
    if (sight->flow != NULL) {
        ps_words_add(words, ", most of them between ");
        ps_words_address(words, sight->family, &sight->flow->client);
        ps_words_add(words, " and ");
        ps_words_address(words, sight->family, &sight->flow->server);
    }
    ps_words_add(words, ".");
}

const struct ps_detector ps_detect_port_zero = {
    .kind = "port-zero",
    .why = "Port 0 is reserved: no program can listen on it, so such packets are made by hand or broken.",
    .next = "Look at one of these packets whole; scanners, attacks and faulty fragmentation make them.",
    .rest = "packets with port 0",
    .detect = detect,
    .tell = tell,
};
