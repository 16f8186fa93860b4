/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that only refuses, and a port that never answers, where somebody wanted to use it. Two detectors that differ
 * in what came back.
 *
 * Leaves out groups and broadcasts, tries that are told with their client (a scan, a client that fails everywhere), and
 * datagrams that nobody answers by design (logs, flow exports, media): silence of UDP counts only where the question
 * asks for an answer.
 */
#include "detectors.h"
#include "flow.h"

/* TCP asks again by itself, and people try twice; the third time something is wrong. A refusal is certain, so that two
 * clients are enough that do not know of each other. */
#define TRIES_LEAST   3u
#define REFUSED_LEAST 2u

struct tries {
    uint64_t refused, silent, clients;
    struct ps_extent extent;
    const struct ps_flow_row *flow;
};

/* Adds a flow; false when it shows that the port may work. */
static bool add_flow(struct ps_work *work, uint32_t i, struct tries *tries)
{
    const struct ps_flow_row *flow = &work->flow[i];
    enum ps_try try = ps_flow_try(flow, work->address_is[work->client[i]] & PS_ADDRESS_HEARS);
    if (try > PS_TRY_SILENT || ps_flow_to_many(flow))
        return false;
    if (try == PS_TRY_UNKNOWN || (try == PS_TRY_SILENT && !ps_flow_asks(flow)))
        return flow->to_client.packets == 0 && flow->transport != PS_TRANSPORT_TCP;
    if (work->told[i] || ps_flow_maybe_reversed(flow))
        return true;
    tries->flow = flow;
    *(try == PS_TRY_REFUSED ? &tries->refused : &tries->silent) += ps_flow_tries(flow);
    tries->clients += ps_work_first_of(work, work->client[i]);
    ps_extent_add(&tries->extent, flow);
    return true;
}

static void look_at_server(struct ps_work *work, size_t from, size_t to, bool refused)
{
    struct tries tries = {.flow = NULL};
    ps_extent_init(&tries.extent);
    ps_work_new_set(work);
    for (size_t i = from; i < to; i++) {
        if (!add_flow(work, work->by_server[i], &tries))
            return;
    }
    bool enough = tries.refused + tries.silent >= TRIES_LEAST || (tries.refused >= REFUSED_LEAST && tries.clients >= 2);
    if (!enough || (tries.refused > 0) != refused)
        return;
    ps_work_see(work, &(struct ps_sight){
                          .severity = PS_SEVERITY_NOTE,
                          .transport = tries.flow->transport,
                          .has_port = true,
                          .port = tries.flow->server_port,
                          .family = tries.flow->family,
                          .address = tries.flow->server,
                          .extent = tries.extent,
                          .flow = tries.flow,
                          .number = {tries.refused, tries.silent, tries.clients},
                      });
}

static void look(struct ps_work *work, bool refused)
{
    for (size_t at = 0; at < work->count;) {
        size_t end = ps_work_server_end(work, at);
        look_at_server(work, at, end, refused);
        at = end;
    }
}

static void detect_refused(struct ps_work *work)
{
    look(work, true);
}

static void detect_silent(struct ps_work *work)
{
    look(work, false);
}

/* "8443/tcp at 192.0.2.9 refused all 48 tries (3 clients).", "... answered none of 5 tries (1 client)." */
static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    uint64_t refused = sight->number[0], silent = sight->number[1];
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " at ");
    ps_words_address(words, sight->family, &sight->address);
    if (refused == 0) {
        ps_words_add(words, " answered none of ");
    } else if (silent == 0) {
        ps_words_add(words, " refused all ");
    } else {
        ps_words_add(words, " refused ");
        ps_words_number(words, refused);
        ps_words_add(words, " and left unanswered the others of ");
    }
    ps_words_counted(words, refused + silent, "try", "tries");
    ps_words_add(words, " (");
    ps_words_counted(words, sight->number[2], "client", "clients");
    ps_words_add(words, ").");
}

const struct ps_detector ps_detect_refused = {
    .kind = "port-refuses",
    .why = "Clients expect a service here that does not run, or that a firewall turns away.",
    .next = "On the server: does the service run and listen on this port? If not, find what sends the clients here.",
    .rest = "ports that only refuse",
    .detect = detect_refused,
    .tell = tell,
};

const struct ps_detector ps_detect_silent = {
    .kind = "port-silent",
    .why = "Tries that get no answer at all end in a firewall that drops them, or at a host that is gone.",
    .next = "Look for a firewall on the way, and whether the host answers on another port.",
    .rest = "ports that never answer",
    .detect = detect_silent,
    .tell = tell,
};
