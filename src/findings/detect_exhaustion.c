/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client that is about to run out of temporary ports: towards one server and port, every connection needs a port of
 * its own (RFC 6056 section 1.1), and the range has an end.
 *
 * Counts ports that were seen in use at one time, against the range that the client draws from.
 */
#include <string.h>

#include "detectors.h"
#include "ephemeral.h"

#define WARN_PERCENT  PS_EXHAUSTION_PERCENT
#define ALERT_PERCENT 95u

/* Packets and times of a client's flows to the target of its peak. Rows that get here have thousands of flows, so that
 * there are few of them. */
static struct ps_extent extent_of(const struct ps_work *work, const struct ps_ephemeral_row *row)
{
    struct ps_extent extent;
    ps_extent_init(&extent);
    size_t count = ps_snapshot_flows(work->snapshot);
    for (size_t i = 0; i < count; i++) {
        struct ps_flow_row flow;
        if (ps_snapshot_flow(work->snapshot, i, &flow) && flow.transport == row->transport &&
            flow.family == row->family && flow.server_port == row->peak_port &&
            memcmp(&flow.client, &row->client, sizeof row->client) == 0 &&
            memcmp(&flow.server, &row->peak_server, sizeof row->peak_server) == 0)
            ps_extent_add(&extent, &flow);
    }
    return extent;
}

static void detect(struct ps_work *work)
{
    for (size_t i = 0; i < work->full_count; i++) {
        const struct ps_ephemeral_row *row = &work->full[i];
        uint64_t size = (uint64_t)row->range_high - row->range_low + 1;
        if (row->peak * 100 < size * WARN_PERCENT)
            continue;
        struct ps_sight sight = {
            .severity = row->peak * 100 < size * ALERT_PERCENT ? PS_SEVERITY_WARNING : PS_SEVERITY_ALERT,
            .transport = row->transport,
            .has_port = true,
            .port = row->peak_port,
            .family = row->family,
            .address = row->client,
            .other = row->peak_server,
            .extent = extent_of(work, row),
            .number = {row->peak, row->range_low, row->range_high},
        };
        ps_work_see(work, &sight);
    }
}

static const char *owner_of(uint64_t low)
{
    return low == 49152 ? "IANA's " : low == 32768 ? "Linux's " : "";
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    uint64_t low = sight->number[1], high = sight->number[2], size = high - low + 1;
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " used ");
    ps_words_number(words, sight->number[0]);
    ps_words_add(words, " temporary ports at once towards ");
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " at ");
    ps_words_address(words, sight->family, &sight->other);
    ps_words_add(words, ": %u%% of %s%u-%u.", (unsigned)(sight->number[0] * 100 / size), owner_of(low), (unsigned)low,
                 (unsigned)high);
}

const struct ps_detector ps_detect_exhaustion = {
    .kind = "ephemeral-ports-low",
    .why = "When no port of the range is free, this client cannot open another connection to that service.",
    .next = "Keep connections open and share them, or give the client a wider range or another address.",
    .rest = "clients that run out of temporary ports",
    .detect = detect,
    .tell = tell,
};
