/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client that fails at many services, without the pattern of a scan: a list of peers that is old, a firewall that
 * lets nothing through, a scan in random order. One row for the client instead of one for every service.
 *
 * Leaves out what is told as a scan already, and has nothing to say about BitTorrent, where most peers of a list have
 * gone home; their ports are not told one by one either.
 */
#include "detectors.h"
#include "flow.h"

/* 20 rows about one client would hide the others. A client that is busy fails now and then: one of ten is more. */
#define FAILED_LEAST   20u
#define FAILED_PERCENT 10u

struct failures {
    uint64_t tried, refused, silent; /* services: server, transport and port */
    struct ps_extent extent;
};

/* What came of one service: flows [from, to) of by_target. */
static enum ps_try best_try(const struct ps_work *work, size_t from, size_t to)
{
    enum ps_try best = PS_TRY_UNKNOWN;
    for (size_t i = from; i < to; i++) {
        uint32_t at = work->by_target[i];
        const struct ps_flow_row *flow = &work->flow[at];
        if (work->told[at] || ps_flow_to_many(flow) || ps_flow_maybe_reversed(flow))
            return PS_TRY_UNKNOWN;
        enum ps_try try = ps_flow_try(flow, work->address_is[work->client[at]] & PS_ADDRESS_HEARS);
        if (try == PS_TRY_SILENT && !ps_flow_asks(flow))
            try = PS_TRY_UNKNOWN;
        best = try > best ?
        try : best
            ;
    }
    return best;
}

static void add_service(const struct ps_work *work, size_t from, size_t to, struct failures *failures)
{
    enum ps_try best = best_try(work, from, to);
    failures->tried += best != PS_TRY_UNKNOWN;
    failures->refused += best == PS_TRY_REFUSED;
    failures->silent += best == PS_TRY_SILENT;
    for (size_t i = from; i < to && (best == PS_TRY_REFUSED || best == PS_TRY_SILENT); i++)
        ps_extent_add(&failures->extent, &work->flow[work->by_target[i]]);
}

/* The flows that failed are told here. */
static void mark(struct ps_work *work, size_t from, size_t to)
{
    for (size_t at = from; at < to;) {
        size_t end = ps_work_target_end(work, at);
        enum ps_try best = best_try(work, at, end);
        for (size_t i = at; i < end && (best == PS_TRY_REFUSED || best == PS_TRY_SILENT); i++)
            work->told[work->by_target[i]] = 1;
        at = end;
    }
}

/* One client: flows [from, to) of by_target. */
static void look_at_client(struct ps_work *work, size_t from, size_t to)
{
    struct failures failures = {.tried = 0};
    ps_extent_init(&failures.extent);
    for (size_t at = from; at < to;) {
        size_t end = ps_work_target_end(work, at);
        add_service(work, at, end, &failures);
        at = end;
    }
    uint64_t failed = failures.refused + failures.silent;
    if (failed < FAILED_LEAST || failed * 100 < failures.tried * FAILED_PERCENT)
        return;
    mark(work, from, to);
    if (work->address_is[work->client[work->by_target[from]]] & PS_ADDRESS_TORRENT)
        return;
    const struct ps_flow_row *flow = &work->flow[work->by_target[from]];
    ps_work_see(work, &(struct ps_sight){
                          .severity = PS_SEVERITY_NOTE,
                          .family = flow->family,
                          .address = flow->client,
                          .extent = failures.extent,
                          .flow = flow,
                          .number = {failures.tried, failures.refused, failures.silent},
                      });
}

static void detect(struct ps_work *work)
{
    for (size_t at = 0; at < work->count;) {
        size_t end = at + 1;
        while (end < work->count && work->client[work->by_target[end]] == work->client[work->by_target[at]])
            end++;
        look_at_client(work, at, end);
        at = end;
    }
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " failed at ");
    ps_words_number(words, sight->number[1] + sight->number[2]);
    ps_words_add(words, " of ");
    ps_words_number(words, sight->number[0]);
    ps_words_add(words, " services it tried: ");
    ps_words_number(words, sight->number[1]);
    ps_words_add(words, " refused, ");
    ps_words_number(words, sight->number[2]);
    ps_words_add(words, " did not answer.");
}

const struct ps_detector ps_detect_failing_client = {
    .kind = "client-fails",
    .why = "Peer-to-peer programs with old lists do this, and so do clients behind a strict firewall and slow scans.",
    .next = "Look at the client's flows: which program is it, and do its tries have a server or a port in common?",
    .rest = "clients that fail at many services",
    .detect = detect,
    .tell = tell,
};
