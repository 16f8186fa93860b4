/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A service on a port that is not its own: SSH on 443, HTTP on 22. One row per server and port, told from what the
 * payload speaks.
 *
 * The server must have answered with content: a request that is sent to a wrong port and not understood there is no
 * service. Where the roles are guessed, a port that is the service's own at either end is enough to say nothing.
 */
#include "detectors.h"
#include "portsniff/application.h"

/* The flows of a server and port that speak one application. */
struct speakers {
    uint64_t connections, clients;
    struct ps_extent extent;
    const struct ps_flow_row *flow;
};

static bool speaks_oddly(const struct ps_flow_row *flow)
{
    enum ps_application application = (enum ps_application)flow->application;
    enum ps_transport transport = (enum ps_transport)flow->transport;
    if (transport != PS_TRANSPORT_TCP && transport != PS_TRANSPORT_UDP)
        return false; /* nothing is known of homes there */
    if (application == PS_APPLICATION_NONE || flow->payload_to_client == 0 ||
        ps_application_at_home(application, transport, flow->server_port) != 0)
        return false;
    return flow->evidence <= PS_EVIDENCE_MEASURED ||
           ps_application_at_home(application, transport, flow->client_port) == 0;
}

bool ps_odd_service_asks(const struct ps_flow_row *flow)
{
    return flow->application != PS_APPLICATION_NONE && speaks_oddly(flow);
}

/* The application that most connections of [from, to) of by_server speak where it does not belong. */
static uint16_t find_odd(const struct ps_work *work, size_t from, size_t to)
{
    uint64_t connections[PS_APPLICATION_COUNT] = {0};
    uint16_t most = PS_APPLICATION_NONE;
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[work->by_server[i]];
        if (flow->application < PS_APPLICATION_COUNT && speaks_oddly(flow))
            connections[flow->application] += flow->connections;
    }
    for (uint16_t i = 1; i < PS_APPLICATION_COUNT; i++) {
        if (connections[i] > connections[most])
            most = i;
    }
    return most;
}

static struct speakers gather(struct ps_work *work, size_t from, size_t to, uint16_t application)
{
    struct speakers speakers = {.flow = NULL};
    ps_extent_init(&speakers.extent);
    ps_work_new_set(work);
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[work->by_server[i]];
        if (flow->application != application || !speaks_oddly(flow))
            continue;
        speakers.flow = flow;
        speakers.connections += flow->connections;
        speakers.clients += ps_work_first_of(work, work->client[work->by_server[i]]);
        ps_extent_add(&speakers.extent, flow);
    }
    return speakers;
}

/* The port that belongs to something else is the more serious case: rules of firewalls go by it. */
static enum ps_severity severity_of(const struct ps_flow_row *flow)
{
    enum ps_application expected;
    bool taken = ps_application_expected((enum ps_transport)flow->transport, flow->server_port, &expected) != 0;
    return taken || flow->server_port < 1024 ? PS_SEVERITY_WARNING : PS_SEVERITY_NOTE;
}

static void look_at_server(struct ps_work *work, size_t from, size_t to)
{
    uint16_t application = find_odd(work, from, to);
    if (application == PS_APPLICATION_NONE)
        return;
    struct speakers speakers = gather(work, from, to, application);
    const struct ps_flow_row *flow = speakers.flow;
    ps_work_see(work, &(struct ps_sight){
                          .severity = severity_of(flow),
                          .transport = flow->transport,
                          .has_port = true,
                          .port = flow->server_port,
                          .family = flow->family,
                          .address = flow->server,
                          .extent = speakers.extent,
                          .flow = flow,
                          .subject = application,
                          .number = {speakers.connections, speakers.clients},
                      });
}

static void detect(struct ps_work *work)
{
    for (size_t at = 0; at < work->count;) {
        size_t end = ps_work_server_end(work, at);
        look_at_server(work, at, end);
        at = end;
    }
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    ps_words_add(words, "%s speaks on ", ps_words_application((enum ps_application)sight->subject));
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " at ");
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " (");
    ps_words_counted(words, sight->number[0], "connection", "connections");
    ps_words_add(words, ", ");
    ps_words_counted(words, sight->number[1], "client", "clients");
    ps_words_add(words, ")");
    const char *name = ps_words_service(work->names, sight->transport, sight->port);
    if (name[0] != '\0')
        ps_words_add(words, "; %u is %s", sight->port, name);
    ps_words_add(words, ".");
}

const struct ps_detector ps_detect_odd_service = {
    .kind = "service-on-other-port",
    .why = "Rules that go by the port number take it for something else, and let it pass or stop it by mistake.",
    .next = "Ask the owner of this server whether the port was chosen on purpose.",
    .rest = "services on ports that are not theirs",
    .detect = detect,
    .tell = tell,
};
