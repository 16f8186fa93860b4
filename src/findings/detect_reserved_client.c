/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client that connects from a port below 1024, which systems never pick by themselves. One row per client and
 * transport.
 *
 * Leaves out protocols where that is normal, and flows whose roles are not certain.
 */
#include "detectors.h"
#include "portsniff/application.h"

#define RESERVED 1024u

/* Protocols whose clients use a fixed or a reserved port. */
static const struct {
    uint16_t client_low, client_high, server_low, server_high;
} normal[] = {
    {20, 20, 0, 65535},     /* FTP data, opened by the server: RFC 959 section 3.2 */
    {53, 53, 53, 53},       /* name servers that ask each other */
    {67, 68, 67, 68},       /* DHCP: RFC 2131 section 4.1 */
    {546, 547, 546, 547},   /* DHCPv6: RFC 8415 section 7.2 */
    {123, 123, 0, 65535},   /* NTP: RFC 5905 section 7.2 */
    {137, 139, 137, 139},   /* NetBIOS: RFC 1002 */
    {161, 162, 161, 162},   /* SNMP agents that send traps */
    {319, 320, 319, 320},   /* precision time */
    {500, 500, 500, 500},   /* IKE: RFC 7296 section 2 */
    {500, 500, 4500, 4500}, /* IKE behind a NAT */
    {512, 1023, 512, 1023}, /* rlogin, rsh and their error channel: RFC 1282; printers: RFC 1179 */
};

static bool is_normal(const struct ps_flow_row *flow)
{
    uint16_t client = flow->client_port, server = flow->server_port;
    for (size_t i = 0; i < sizeof normal / sizeof normal[0]; i++) {
        if (client >= normal[i].client_low && client <= normal[i].client_high && server >= normal[i].server_low &&
            server <= normal[i].server_high)
            return true;
    }
    return client == server;
}

/* RPC clients prove with a reserved port that root sent them (NFS, mount, GlusterFS), and servers call them back. */
static bool is_rpc(const struct ps_work *work, uint32_t i)
{
    return ((work->address_is[work->client[i]] | work->address_is[work->server[i]]) & PS_ADDRESS_RPC) != 0;
}

/* Whether a port below 1024 surely belongs to the client, and should not. */
bool ps_reserved_client_asks(const struct ps_flow_row *flow)
{
    if (flow->client_port >= RESERVED || flow->client_port == 0 || flow->evidence > PS_EVIDENCE_REQUEST)
        return false;
    enum ps_application application = (enum ps_application)flow->application;
    enum ps_transport transport = (enum ps_transport)flow->transport;
    /* Both ends of a datagram may ask; what speaks on its own port is more likely the server. */
    if (flow->evidence != PS_EVIDENCE_HANDSHAKE && application != PS_APPLICATION_NONE &&
        ps_application_at_home(application, transport, flow->client_port) != 0)
        return false;
    return !is_normal(flow);
}

static bool is_odd(const struct ps_work *work, uint32_t i)
{
    return ps_reserved_client_asks(&work->flow[i]) && !is_rpc(work, i);
}

/* One client and transport: flows [from, to) of by_client. */
static void look_at_client(struct ps_work *work, size_t from, size_t to)
{
    struct ps_sight sight = {.severity = PS_SEVERITY_NOTE};
    ps_extent_init(&sight.extent);
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[work->by_client[i]];
        if (!is_odd(work, work->by_client[i]))
            continue;
        if (sight.flow == NULL || flow->client_port < sight.flow->client_port)
            sight.flow = flow;
        sight.number[0] += flow->connections;
        ps_extent_add(&sight.extent, flow);
    }
    if (sight.flow == NULL)
        return;
    sight.transport = sight.flow->transport;
    sight.has_port = true;
    sight.port = sight.flow->client_port;
    sight.family = sight.flow->family;
    sight.address = sight.flow->client;
    ps_work_see(work, &sight);
}

static void detect(struct ps_work *work)
{
    for (size_t at = 0; at < work->count;) {
        size_t end = ps_work_client_end(work, at);
        look_at_client(work, at, end);
        at = end;
    }
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " is a client on a port below 1024: ");
    ps_words_counted(words, sight->number[0], "connection", "connections");
    ps_words_add(words, sight->number[0] == 1 ? ", from " : ", such as from ");
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " to %u at ", sight->flow->server_port);
    ps_words_address(words, sight->family, &sight->flow->server);
    ps_words_add(words, ".");
}

const struct ps_detector ps_detect_reserved_client = {
    .kind = "client-port-below-1024",
    .why = "Systems do not pick such a port by themselves; programs choose it to pass filters or to be trusted.",
    .next = "Find the program on the client; an address translator that hands out low ports looks like this too.",
    .rest = "clients on ports below 1024",
    .detect = detect,
    .tell = tell,
};
