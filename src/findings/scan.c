/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a client that tries many targets is a scanner.
 *
 * Told by what became of the tries. A busy client (a resolver, a proxy, a peer in a swarm) has many targets too, but
 * uses most of them; a load balancer looks after its servers without a byte of content, but comes again and again, and
 * most of them are well.
 */
#include "scan.h"

#include <string.h>

#include "flow.h"

/* Nobody needs 20 ports of one server, or one port of 20 servers, and fails at four of five of them by accident. */
#define WIDE_TARGETS        20u
#define FRUITLESS_PERCENT   80u
/* A check-up of servers that are well is fruitless without failing. */
#define FAILED_PERCENT      20u
/* A scanner asks once, or once more to be sure. */
#define CONNECTIONS_OF_SCAN 2u

void ps_scan_init(struct ps_scan *scan)
{
    *scan = (struct ps_scan){.start_first_ns = PS_TIME_NONE, .start_last_ns = PS_TIME_NONE};
    ps_extent_init(&scan->extent);
}

static void add_start(struct ps_scan *scan, int64_t time_ns)
{
    if (scan->tried == 1) {
        scan->start_first_ns = scan->start_last_ns = time_ns;
    } else if (scan->start_first_ns == PS_TIME_NONE || time_ns == PS_TIME_NONE) {
        scan->start_first_ns = scan->start_last_ns = PS_TIME_NONE;
    } else {
        scan->start_first_ns = time_ns < scan->start_first_ns ? time_ns : scan->start_first_ns;
        scan->start_last_ns = time_ns > scan->start_last_ns ? time_ns : scan->start_last_ns;
    }
}

static bool talked(const struct ps_flow_row *flow, enum ps_try try)
{
    return flow->transport == PS_TRANSPORT_TCP ? flow->payload_to_server > 0 : try == PS_TRY_USED;
}

void ps_scan_add(struct ps_scan *scan, const struct ps_work *work, const uint32_t *order, size_t from, size_t to,
                 bool listens)
{
    enum ps_try best = PS_TRY_UNKNOWN;
    uint64_t connections = 0;
    bool has_talked = false;
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[order[i]];
        if (ps_flow_to_many(flow) || ps_flow_maybe_reversed(flow))
            return;
        enum ps_try try = ps_flow_try(flow, work->address_is[work->client[order[i]]] & PS_ADDRESS_HEARS);
        if (try == PS_TRY_USED && !listens && !talked(flow, try))
            try = PS_TRY_OPEN;
        best = try > best ?
        try : best
            ;
        connections += flow->connections;
        has_talked |= talked(flow, try);
    }
    if (best == PS_TRY_UNKNOWN)
        return;
    bool again = connections > CONNECTIONS_OF_SCAN;
    bool failed = best <= PS_TRY_SILENT || (best == PS_TRY_HALF_OPEN && !again);
    scan->flow = scan->flow != NULL ? scan->flow : &work->flow[order[from]];
    scan->tried++;
    scan->failed += failed;
    scan->fruitless += failed || (best <= PS_TRY_OPEN && !again);
    scan->answered += best >= PS_TRY_HALF_OPEN;
    scan->talked += has_talked;
    add_start(scan, work->flow[order[from]].first_ns);
    for (size_t i = from; i < to; i++)
        ps_extent_add(&scan->extent, &work->flow[order[i]]);
}

bool ps_scan_is_wide(const struct ps_scan *scan)
{
    return scan->tried >= WIDE_TARGETS && scan->fruitless * 100 >= scan->tried * FRUITLESS_PERCENT &&
           scan->failed * 100 >= scan->tried * FAILED_PERCENT;
}

void ps_scan_mark(struct ps_work *work, const uint32_t *order, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        work->told[order[i]] = 1;
}

void ps_scanner_init(struct ps_scanner *scanner)
{
    *scanner = (struct ps_scanner){.severity = PS_SEVERITY_NOTE};
    ps_scan_init(&scanner->largest);
    ps_extent_init(&scanner->extent);
}

/* The larger of two; of equal ones the lower port or address, so that the order of flows does not matter. */
static bool is_larger(const struct ps_scan *a, const struct ps_scan *b)
{
    if (b->flow == NULL || a->tried != b->tried)
        return b->flow == NULL || a->tried > b->tried;
    int order = memcmp(&a->flow->server, &b->flow->server, sizeof a->flow->server);
    return a->flow->server_port != b->flow->server_port ? a->flow->server_port < b->flow->server_port : order < 0;
}

void ps_scanner_add(struct ps_scanner *scanner, const struct ps_scan *scan, enum ps_severity severity)
{
    if (is_larger(scan, &scanner->largest))
        scanner->largest = *scan;
    scanner->scans++;
    scanner->tried += scan->tried;
    scanner->answered += scan->answered;
    scanner->severity = severity > scanner->severity ? severity : scanner->severity;
    struct ps_extent *to = &scanner->extent;
    const struct ps_extent *from = &scan->extent;
    to->packets += from->packets;
    if (from->first_ns != PS_TIME_NONE && (to->first_ns == PS_TIME_NONE || from->first_ns < to->first_ns))
        to->first_ns = from->first_ns;
    if (from->last_ns != PS_TIME_NONE && from->last_ns > to->last_ns)
        to->last_ns = from->last_ns;
}

void ps_scanner_see(const struct ps_scanner *scanner, struct ps_work *work, bool has_port)
{
    if (scanner->scans == 0)
        return;
    const struct ps_flow_row *flow = scanner->largest.flow;
    ps_work_see(work, &(struct ps_sight){
                          .severity = scanner->severity,
                          .transport = flow->transport,
                          .has_port = has_port,
                          .port = has_port ? flow->server_port : 0,
                          .family = flow->family,
                          .address = flow->client,
                          .extent = scanner->extent,
                          .flow = flow,
                          .number = {[PS_SCANNER_LARGEST] = scanner->largest.tried,
                                     [PS_SCANNER_SCANS] = scanner->scans,
                                     [PS_SCANNER_ANSWERED] = scanner->answered},
                      });
}

void ps_scanner_tell_answers(const struct ps_sight *sight, struct ps_words *words)
{
    ps_words_add(words, ", ");
    if (sight->number[PS_SCANNER_ANSWERED] == 0)
        ps_words_add(words, "none");
    else
        ps_words_number(words, sight->number[PS_SCANNER_ANSWERED]);
    ps_words_add(words, " answered.");
}
