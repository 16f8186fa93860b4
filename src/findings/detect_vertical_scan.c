/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client tries many ports of one server, mostly in vain: a vertical scan. One row per client.
 *
 * Leaves out what traceroute(8) does: UDP to ports that nobody listens on, one after the other from 33434.
 */
#include "detectors.h"
#include "scan.h"

/* 255 hops with three probes each at most, in practice 30. */
#define TRACEROUTE_FIRST 33434u
#define TRACEROUTE_LAST  (33434u + 3u * 255u)

static bool is_traceroute(const struct ps_flow_row *flow)
{
    return flow->transport == PS_TRANSPORT_UDP && flow->server_port >= TRACEROUTE_FIRST &&
           flow->server_port <= TRACEROUTE_LAST;
}

/* One client, transport and server: flows [from, to) of by_target. */
static void look_at_server(struct ps_work *work, size_t from, size_t to, struct ps_scanner *scanner)
{
    struct ps_scan scan;
    ps_scan_init(&scan);
    for (size_t at = from; at < to;) {
        size_t end = ps_work_target_end(work, at);
        if (!is_traceroute(&work->flow[work->by_target[at]]))
            ps_scan_add(&scan, work, work->by_target, at, end, true);
        at = end;
    }
    if (!ps_scan_is_wide(&scan))
        return;
    ps_scanner_add(scanner, &scan, PS_SEVERITY_WARNING);
    ps_scan_mark(work, work->by_target, from, to);
}

static void detect(struct ps_work *work)
{
    for (size_t at = 0; at < work->count;) {
        uint32_t client = work->client[work->by_target[at]];
        struct ps_scanner scanner;
        ps_scanner_init(&scanner);
        while (at < work->count && work->client[work->by_target[at]] == client) {
            size_t end = ps_work_pair_end(work, at);
            look_at_server(work, at, end, &scanner);
            at = end;
        }
        ps_scanner_see(&scanner, work, false);
    }
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " tried ");
    if (sight->number[PS_SCANNER_SCANS] > 1) {
        ps_words_add(words, "many ports of ");
        ps_words_number(words, sight->number[PS_SCANNER_SCANS]);
        ps_words_add(words, " servers, up to ");
    }
    ps_words_number(words, sight->number[PS_SCANNER_LARGEST]);
    ps_words_add(words, " %s ports of ", ps_words_transport_upper(sight->transport));
    ps_words_address(words, sight->family, &sight->flow->server);
    ps_scanner_tell_answers(sight, words);
}

const struct ps_detector ps_detect_vertical_scan = {
    .kind = "vertical-scan",
    .why = "Whoever tries the ports of a host one after the other wants to know what runs there.",
    .next = "Find out who runs this client, and look at the flows that were answered.",
    .rest = "clients that try many ports of a server",
    .detect = detect,
    .tell = tell,
};
