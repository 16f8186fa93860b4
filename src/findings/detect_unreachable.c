/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that only refuses, and a port that never answers, where somebody wanted to use it. Two detectors that differ
 * in what came back.
 *
 * Leaves out groups and broadcasts, tries that are told as a scan, and datagrams that nobody answers by design (logs,
 * flow exports, media): silence of UDP counts only where the question asks for an answer.
 */
#include "detectors.h"
#include "flow.h"
#include "portsniff/application.h"

/* TCP asks again by itself, and people try twice; the third time something is wrong. */
#define TRIES_LEAST 3u

struct tries {
    uint64_t refused, silent, clients;
    struct ps_extent extent;
    const struct ps_flow_row *flow;
};

/* Whether a server that is there answers every request. Not TFTP, which answers from another port; not QUIC and STUN,
 * which are meant to fail where a firewall stands in the way; not questions to neighbours that may not be there. */
static bool is_answered(enum ps_application application, uint16_t port)
{
    switch (application) {
    case PS_APPLICATION_DNS:
        return port != 137 && port != 5353 && port != 5355;
    case PS_APPLICATION_SNMP:
        return port != 162; /* traps */
    case PS_APPLICATION_NTP:
    case PS_APPLICATION_KERBEROS:
    case PS_APPLICATION_RADIUS:
    case PS_APPLICATION_SIP:
        return true;
    default:
        return false;
    }
}

/* Whether the client waits for an answer that is seen if it comes. */
static bool asks(const struct ps_flow_row *flow)
{
    enum ps_application application = (enum ps_application)flow->application;
    if (flow->transport != PS_TRANSPORT_UDP && flow->transport != PS_TRANSPORT_UDPLITE)
        return true; /* a handshake */
    if (application == PS_APPLICATION_NONE &&
        ps_application_expected((enum ps_transport)flow->transport, flow->server_port, &application) == 0)
        return false;
    return is_answered(application, flow->server_port);
}

/* Adds a flow; false when it shows that the port may work. */
static bool add_flow(struct ps_work *work, uint32_t i, struct tries *tries)
{
    const struct ps_flow_row *flow = &work->flow[i];
    enum ps_try try = ps_flow_try(flow, work->address_is[work->client[i]] & PS_ADDRESS_HEARS);
    if (try > PS_TRY_SILENT || ps_flow_to_many(flow))
        return false;
    if (try == PS_TRY_UNKNOWN || (try == PS_TRY_SILENT && !asks(flow)))
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
    if (tries.refused + tries.silent < TRIES_LEAST || (tries.refused > 0) != refused)
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

/* "8443/tcp at 192.0.2.9 refuses everyone (48 tries, 3 clients)." */
static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    uint64_t refused = sight->number[0], silent = sight->number[1];
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " at ");
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, refused > 0 ? " refuses everyone (" : " never answers (");
    ps_words_counted(words, refused + silent, "try", "tries");
    if (refused > 0 && silent > 0) {
        ps_words_add(words, ", ");
        ps_words_number(words, silent);
        ps_words_add(words, " of them without any answer");
    }
    ps_words_add(words, ", ");
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
