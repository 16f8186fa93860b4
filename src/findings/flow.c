/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one flow says about its server. In doubt, nothing: a finding that is wrong costs more than one that is missing.
 */
#include "flow.h"

#include "portsniff/application.h"

/* Without a beginning or a question, one or two packets are a probe, more are a conversation. */
#define PROBES_MOST 2u

static bool worked(const struct ps_flow_row *flow)
{
    return flow->outcome[PS_OUTCOME_ESTABLISHED] > 0 || flow->outcome[PS_OUTCOME_CLOSED] > 0 ||
           flow->outcome[PS_OUTCOME_RESET] > 0;
}

/* SYN and RST, and no acknowledgement between them: the client only wanted to know whether the port is open. */
static bool is_brief(const struct ps_flow_row *flow)
{
    return flow->outcome[PS_OUTCOME_RESET] == flow->connections &&
           flow->to_server.packets <= (uint64_t)flow->connections * 2;
}

/* TCP: whoever sends data was answered, even if the answer is not in the capture. */
static enum ps_try try_tcp(const struct ps_flow_row *flow)
{
    if (flow->payload_to_server > 0 || flow->payload_to_client > 0)
        return worked(flow) ? PS_TRY_USED : PS_TRY_UNKNOWN;
    if (worked(flow) && !is_brief(flow))
        return PS_TRY_OPEN;
    if (worked(flow) || flow->outcome[PS_OUTCOME_HALF_OPEN] > 0)
        return PS_TRY_HALF_OPEN;
    if (flow->outcome[PS_OUTCOME_REFUSED] > 0)
        return PS_TRY_REFUSED;
    if (flow->to_client.packets > 0 || flow->to_server.packets == 0)
        return PS_TRY_UNKNOWN;
    /* FIN, NULL and Xmas scans have no SYN */
    bool probe = flow->outcome[PS_OUTCOME_ONE_WAY] > 0 && flow->to_server.packets <= PROBES_MOST;
    return flow->outcome[PS_OUTCOME_UNANSWERED] > 0 || probe ? PS_TRY_SILENT : PS_TRY_UNKNOWN;
}

static enum ps_try try_others(const struct ps_flow_row *flow, bool hears)
{
    if (worked(flow))
        return PS_TRY_USED;
    if (flow->outcome[PS_OUTCOME_HALF_OPEN] > 0)
        return PS_TRY_HALF_OPEN;
    if (flow->outcome[PS_OUTCOME_REFUSED] > 0)
        return PS_TRY_REFUSED;
    if (!hears || flow->to_client.packets > 0 || flow->to_server.packets == 0)
        return PS_TRY_UNKNOWN;
    /* Much that nobody asked for an answer is a stream. */
    if (flow->outcome[PS_OUTCOME_UNANSWERED] == 0 && flow->to_server.packets > PROBES_MOST)
        return PS_TRY_UNKNOWN;
    return PS_TRY_SILENT;
}

enum ps_try ps_flow_try(const struct ps_flow_row *flow, bool hears)
{
    if (flow->evidence == PS_EVIDENCE_PEERS)
        return PS_TRY_UNKNOWN;
    return flow->transport == PS_TRANSPORT_TCP ? try_tcp(flow) : try_others(flow, hears);
}

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

bool ps_flow_asks(const struct ps_flow_row *flow)
{
    enum ps_application application = (enum ps_application)flow->application;
    if (flow->transport != PS_TRANSPORT_UDP && flow->transport != PS_TRANSPORT_UDPLITE)
        return true; /* a handshake */
    if (application == PS_APPLICATION_NONE &&
        ps_application_expected((enum ps_transport)flow->transport, flow->server_port, &application) == 0)
        return false;
    return is_answered(application, flow->server_port);
}

bool ps_flow_to_many(const struct ps_flow_row *flow)
{
    const uint8_t *octet = flow->server.octet;
    if (flow->evidence == PS_EVIDENCE_MULTICAST)
        return true;
    if (flow->family == 6)
        return octet[0] == 0xff;
    return octet[0] >= 224 || octet[0] == 0 || (flow->transport != PS_TRANSPORT_TCP && octet[3] == 255);
}

bool ps_flow_maybe_reversed(const struct ps_flow_row *flow)
{
    if (flow->evidence <= PS_EVIDENCE_REQUEST)
        return false;
    enum ps_application application;
    return (flow->client_port < 1024 && flow->server_port >= 1024) ||
           (ps_application_expected((enum ps_transport)flow->transport, flow->client_port, &application) != 0 &&
            ps_application_expected((enum ps_transport)flow->transport, flow->server_port, &application) == 0);
}
