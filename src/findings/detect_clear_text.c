/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Logins that cross the network in clear text, told from the port and from content in both directions that is not TLS.
 *
 * The content of a login is not read. Where a protocol can turn to TLS later (STARTTLS), the row says that too and is
 * only a note. Mail between servers (25) has no logins; web pages are not looked at.
 */
#include "detectors.h"
#include "portsniff/application.h"

#define WHY_NAKED  "User names and passwords cross the network as they are, for everybody on the way to read."
#define NEXT_NAKED "Use SSH instead, and close this port."
#define WHY_UPGRADE \
    "Without STARTTLS, user names and passwords cross the network as they are; whether TLS began later is not seen."
#define NEXT_MAIL \
    "Ask the server to refuse logins before STARTTLS, or use the port that is TLS from the start (995, 993)."

static const struct login {
    uint16_t port;
    enum ps_severity severity;
    enum ps_application application; /* that speaks there; NONE: it has no signature */
    const char *name, *why, *next;
} logins[] = {
    {23, PS_SEVERITY_WARNING, PS_APPLICATION_TELNET, "Telnet", WHY_NAKED, NEXT_NAKED},
    {513, PS_SEVERITY_WARNING, PS_APPLICATION_NONE, "rlogin", WHY_NAKED, NEXT_NAKED},
    {514, PS_SEVERITY_WARNING, PS_APPLICATION_NONE, "rsh", WHY_NAKED, NEXT_NAKED},
    {21, PS_SEVERITY_WARNING, PS_APPLICATION_FTP, "FTP",
     "Unless the client asked for TLS (AUTH TLS, RFC 4217), its password crossed the network as it is.",
     "Use SFTP, or FTP with TLS, and let the server refuse other logins."},
    {110, PS_SEVERITY_NOTE, PS_APPLICATION_POP3, "POP3", WHY_UPGRADE, NEXT_MAIL},
    {143, PS_SEVERITY_NOTE, PS_APPLICATION_IMAP, "IMAP", WHY_UPGRADE, NEXT_MAIL},
    {389, PS_SEVERITY_NOTE, PS_APPLICATION_LDAP, "LDAP",
     "Without STARTTLS or sealed SASL, passwords of simple binds are readable; which one was used is not seen.",
     "Let the server refuse simple binds without TLS, or use LDAPS (636)."},
};

#define LOGINS (sizeof logins / sizeof logins[0])

static const struct login *login_at(uint16_t port)
{
    for (size_t i = 0; i < LOGINS; i++) {
        if (logins[i].port == port)
            return &logins[i];
    }
    return NULL;
}

/* Another application on this port is told by another detector. */
static bool is_clear(const struct ps_flow_row *flow, const struct login *login)
{
    return flow->evidence != PS_EVIDENCE_PEERS && flow->payload_to_server > 0 && flow->payload_to_client > 0 &&
           (flow->application == PS_APPLICATION_NONE || flow->application == login->application);
}

bool ps_clear_text_asks(const struct ps_flow_row *flow)
{
    const struct login *login = flow->transport == PS_TRANSPORT_TCP ? login_at(flow->server_port) : NULL;
    return login != NULL && is_clear(flow, login);
}

static void look_at_server(struct ps_work *work, size_t from, size_t to)
{
    const struct ps_flow_row *first = &work->flow[work->by_server[from]];
    const struct login *login = first->transport == PS_TRANSPORT_TCP ? login_at(first->server_port) : NULL;
    if (login == NULL)
        return;
    struct ps_sight sight = {
        .severity = login->severity,
        .transport = first->transport,
        .has_port = true,
        .port = first->server_port,
        .family = first->family,
        .address = first->server,
        .subject = (uint16_t)(login - logins),
    };
    ps_extent_init(&sight.extent);
    ps_work_new_set(work);
    for (size_t i = from; i < to; i++) {
        const struct ps_flow_row *flow = &work->flow[work->by_server[i]];
        if (!is_clear(flow, login))
            continue;
        sight.number[0] += flow->connections;
        sight.number[1] += ps_work_first_of(work, work->client[work->by_server[i]]);
        ps_extent_add(&sight.extent, flow);
    }
    if (sight.number[0] > 0)
        ps_work_see(work, &sight);
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
    (void)work;
    const struct login *login = &logins[sight->subject];
    ps_words_add(words,
                 login->severity == PS_SEVERITY_NOTE ? "%s without TLS from the start on " : "%s in clear text on ",
                 login->name);
    ps_words_port(words, sight->transport, sight->port);
    ps_words_add(words, " at ");
    ps_words_address(words, sight->family, &sight->address);
    ps_words_add(words, " (");
    ps_words_counted(words, sight->number[0], "connection", "connections");
    ps_words_add(words, ", ");
    ps_words_counted(words, sight->number[1], "client", "clients");
    ps_words_add(words, ").");
}

static void advise(const struct ps_sight *sight, const char **ret_why, const char **ret_next)
{
    *ret_why = logins[sight->subject].why;
    *ret_next = logins[sight->subject].next;
}

const struct ps_detector ps_detect_clear_text = {
    .kind = "clear-text-login",
    .why = WHY_NAKED,
    .next = "Use the encrypted variant of each protocol.",
    .rest = "servers with logins in clear text",
    .detect = detect,
    .tell = tell,
    .advise = advise,
};
