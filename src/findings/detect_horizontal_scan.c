/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client tries one port on many servers, mostly in vain: a horizontal scan. One row per client.
 *
 * Leaves out the peers of a BitTorrent swarm: most of a list of peers has gone home, and nobody scans. And a resolver
 * asks many servers, some of which are always gone: that is nothing to tell, neither here nor server by server.
 */
#include <string.h>

#include "detectors.h"
#include "scan.h"

/* A small sweep: neighbours, tried within a minute, half of them in vain, and not a byte said to any of them. A client
 * that looks for a service at 8 neighbours does not know where it is. */
#define SWEEP_TARGETS        8u
#define SWEEP_FAILED_PERCENT 50u
#define SWEEP_NS             INT64_C(60000000000)

#define BUSY_TARGETS 20u

/* Whether two servers are neighbours: the same /24 (IPv4) or /64 (IPv6). */
static bool are_neighbours(const struct ps_flow_row *a, const struct ps_flow_row *b)
{
    return memcmp(&a->server, &b->server, a->family == 6 ? 8 : 3) == 0;
}

static bool is_sweep(const struct ps_scan *scan, bool neighbours)
{
    return neighbours && scan->talked == 0 && scan->tried >= SWEEP_TARGETS &&
           scan->failed * 100 >= scan->tried * SWEEP_FAILED_PERCENT && scan->start_first_ns != PS_TIME_NONE &&
           scan->start_last_ns - scan->start_first_ns <= SWEEP_NS;
}

/* So many servers of one port, asked by datagram, that the client needs none of them: a resolver. */
static bool is_busy(const struct ps_scan *scan)
{
    return scan->tried >= BUSY_TARGETS && scan->flow->transport == PS_TRANSPORT_UDP;
}

/* One client, transport and port: flows [from, to) of by_port. */
static void look_at_port(struct ps_work *work, size_t from, size_t to, struct ps_scanner *scanner)
{
    const struct ps_flow_row *first = &work->flow[work->by_port[from]];
    if (first->server_port >= 1024 && (work->address_is[work->client[work->by_port[from]]] & PS_ADDRESS_TORRENT))
        return;
    struct ps_scan scan;
    ps_scan_init(&scan);
    bool neighbours = true;
    for (size_t at = from; at < to;) {
        size_t end = ps_work_reach_end(work, at);
        ps_scan_add(&scan, work, work->by_port, at, end, false);
        neighbours = neighbours && are_neighbours(first, &work->flow[work->by_port[at]]);
        at = end;
    }
    bool wide = ps_scan_is_wide(&scan), told = wide || is_sweep(&scan, neighbours);
    if (told)
        ps_scanner_add(scanner, &scan, wide ? PS_SEVERITY_WARNING : PS_SEVERITY_NOTE);
    if (told || is_busy(&scan))
        ps_scan_mark(work, work->by_port, from, to);
}

static void detect(struct ps_work *work)
{
    for (size_t at = 0; at < work->count;) {
        uint32_t client = work->client[work->by_port[at]];
        struct ps_scanner scanner;
        ps_scanner_init(&scanner);
        while (at < work->count && work->client[work->by_port[at]] == client) {
            size_t end = ps_work_port_end(work, at);
            look_at_port(work, at, end, &scanner);
            at = end;
        }
        ps_scanner_see(&scanner, work, true);
    }
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " tried ");
    if (sight->number[PS_SCANNER_SCANS] > 1) {
        ps_words_number(words, sight->number[PS_SCANNER_SCANS]);
        ps_words_add(words, " ports at many servers, ");
    }
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " at ");
    ps_words_number(words, sight->number[PS_SCANNER_LARGEST]);
    ps_words_add(words, sight->number[PS_SCANNER_SCANS] > 1 ? " of them" : " servers");
    ps_scanner_tell_answers(sight, words);
}

const struct ps_detector ps_detect_horizontal_scan = {
    .kind = "horizontal-scan",
    .why = "Whoever tries one port on many hosts looks for those that run a certain service; worms do it to spread.",
    .next = "Find out who runs this client, and look at the flows that were answered.",
    .rest = "clients that try a port on many servers",
    .detect = detect,
    .tell = tell,
};
