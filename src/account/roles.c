/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder of evidence: one function a rung, best first, in one table.
 *
 * The two uppermost rungs are about the flow itself; only a flow that shows nothing there asks what others show of its
 * ends (ends.h).  Fan-in asks for peers with different ports: a client that always uses one source port has many peers
 * too, but they all have the service's port.
 */
#include "roles.h"

#include <stdlib.h>
#include <string.h>

#include "ends.h"
#include "flow_run.h"
#include "portsniff/port_class.h"

/* --- names, asked for once a port --- */

#define NAME_PAGES 256

struct names {
    ps_port_named *named;
    uint8_t *page[PS_TRANSPORT_COUNT][NAME_PAGES]; /* 256 each: 0 not asked, 1 no, 2 yes */
};

/* NULL in the page's place when memory is out: then it is asked every time. */
static bool is_named(struct names *names, uint8_t transport, uint16_t port)
{
    if (!names->named)
        return false;
    uint8_t **page = &names->page[transport][port / 256];
    if (!*page)
        *page = calloc(256, 1);
    if (!*page)
        return names->named((enum ps_transport)transport, port);
    uint8_t *known = &(*page)[port % 256];
    if (*known == 0)
        *known = names->named((enum ps_transport)transport, port) ? 2 : 1;
    return *known == 2;
}

static void forget_names(struct names *names)
{
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++)
        for (size_t i = 0; i < NAME_PAGES; i++)
            free(names->page[t][i]);
}

/* A flow on its way up the ladder. */
struct climber {
    const struct flows *flows;
    const struct flow *flow;
    const uint32_t *end; /* [2], see ends.h */
    struct names *names;
};

/* --- the rungs: an end, or -1 --- */

/* SYN and SYN-ACK (for SCTP INIT and INIT ACK, for DCCP Request and Response), of this flow here or in the capture before. */
static int by_handshake(const struct roles *roles, const struct flow *flow)
{
    int server = ps_flow_server(flow);
    struct flow earlier;
    bool was = server < 0 && roles->before && ps_flows_find(roles->before, roles->flows, flow, &earlier);
    return was ? ps_flow_server(&earlier) : server;
}

/* Requests and answers among the first payloads. */
static int by_request(const struct flow *flow)
{
    int votes[4] = {0};
    for (unsigned i = 0; i < FLOW_LOOKS_OF(flow->flags); i++)
        votes[flow->look[i] >> 6 & 3]++;
    return votes[1] == votes[2] ? -1 : votes[1] > votes[2] ? 0 : 1;
}

/* The end of which alone something holds. */
static int only_one(bool a, bool b)
{
    return a == b ? -1 : a ? 0 : 1;
}

/* Another flow shows that one of the ends listens. */
static int by_listener(const struct climber *c)
{
    return only_one(c->end[0] & END_LISTENS, c->end[1] & END_LISTENS);
}

/* An ICMP error named the port that was tried.  Where that end has sent something itself, it is a client that has gone and
 * does not wait for its answer any more. */
static int by_icmp(const struct climber *c)
{
    const struct flow *flow = c->flow;
    return only_one(flow->flags & FLOW_FROM_ICMP(0) && flow->packets[0] == 0,
                    flow->flags & FLOW_FROM_ICMP(1) && flow->packets[1] == 0);
}

static bool is_group(const struct ps_address *address, uint8_t family)
{
    static const uint8_t everybody[4] = {255, 255, 255, 255};
    if (family == 6)
        return address->octet[0] == 0xff;
    return (address->octet[0] & 0xf0) == 0xe0 || memcmp(address->octet, everybody, 4) == 0;
}

/* A multicast group or the broadcast address. */
static int multicast_end(const struct flows *flows, const struct flow *flow)
{
    struct ps_address a = ps_flows_address(flows, flow, 0), b = ps_flows_address(flows, flow, 1);
    return only_one(is_group(&a, flow->key.family), is_group(&b, flow->key.family));
}

static int by_multicast(const struct climber *c)
{
    return multicast_end(c->flows, c->flow);
}

static int by_fan_in(const struct climber *c)
{
    uint32_t a = END_FLOWS(c->end[0]), b = END_FLOWS(c->end[1]);
    return only_one(c->end[0] & END_FAN_IN && a / 2 >= b, c->end[1] & END_FAN_IN && b / 2 >= a);
}

static int by_name(const struct climber *c)
{
    const struct flow_key *key = &c->flow->key;
    return only_one(is_named(c->names, key->transport, key->port_a), is_named(c->names, key->transport, key->port_b));
}

static int by_class(const struct climber *c)
{
    enum ps_port_class a = ps_port_class(c->flow->key.port_a), b = ps_port_class(c->flow->key.port_b);
    return a == b ? -1 : a < b ? 0 : 1;
}

static int by_number(const struct climber *c)
{
    const struct flow_key *key = &c->flow->key;
    return key->port_a == key->port_b ? -1 : key->port_a < key->port_b ? 0 : 1;
}

/* Those that need other flows, or nothing but the two ends. */
static const struct {
    enum ps_evidence evidence;
    int (*server)(const struct climber *climber);
} ladder[] = {
    {PS_EVIDENCE_LISTENER, by_listener}, {PS_EVIDENCE_ICMP, by_icmp}, {PS_EVIDENCE_MULTICAST, by_multicast},
    {PS_EVIDENCE_FAN_IN, by_fan_in},     {PS_EVIDENCE_NAME, by_name}, {PS_EVIDENCE_CLASS, by_class},
    {PS_EVIDENCE_NUMBER, by_number},
};

static uint8_t pack(int server, enum ps_evidence evidence, bool request)
{
    return (uint8_t)((server ? ROLE_SERVER_B : 0u) | (request ? ROLE_REQUEST : 0u) |
                     (unsigned)evidence << ROLE_EVIDENCE);
}

static void set_role(struct roles *roles, unsigned worker, size_t index, const struct flow *flow, uint8_t packed)
{
    roles->of[index] = packed;
    if (roles->watch)
        roles->watch->see(roles->watch->owner, worker, flow, packed & ROLE_SERVER_B ? 1 : 0);
}

static uint8_t climb(const struct climber *climber)
{
    const struct flow_key *key = &climber->flow->key;
    for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
        /* With equal ports, only evidence about this flow itself tells the ends apart. */
        if (ladder[i].evidence >= PS_EVIDENCE_FAN_IN && key->port_a == key->port_b)
            break;
        int server = ladder[i].server(climber);
        if (server >= 0)
            return pack(server, ladder[i].evidence, false);
    }
    return pack(1, PS_EVIDENCE_PEERS, false);
}

/* --- all flows --- */

/* A handshake that somebody answered.  A SYN alone shows whom the client tried, not that anybody listens there. */
static bool answered(const struct roles *roles, const struct flow *flow, int server)
{
    const struct flow_extra *extra = ps_flows_extra(roles->flows, flow);
    struct flow_segment current = {.flags = flow->flags & FLOW_SEGMENT_BITS};
    enum ps_outcome outcome = ps_flow_outcome(flow->key.transport, &current, server, true);
    bool now = outcome <= PS_OUTCOME_RESET || outcome == PS_OUTCOME_HALF_OPEN;
    return now || (extra && (extra->outcome[PS_OUTCOME_ESTABLISHED] || extra->outcome[PS_OUTCOME_CLOSED] ||
                             extra->outcome[PS_OUTCOME_RESET] || extra->outcome[PS_OUTCOME_HALF_OPEN]));
}

struct telling {
    struct roles *roles;
    struct ends ends;
};

/* The first round: what a flow shows by itself. */
static void note_flow(struct telling *t, unsigned worker, const struct flow *flow, size_t index)
{
    struct roles *roles = t->roles;
    int server = by_handshake(roles, flow), request = by_request(flow);
    bool handshake = server >= 0;
    if (!handshake)
        server = request;
    if (server < 0) {
        roles->of[index] = ROLE_UNDECIDED;
        ps_ends_note(&t->ends, worker, roles->flows, flow, 0);
        ps_ends_note(&t->ends, worker, roles->flows, flow, 1);
        return;
    }
    /* Nobody answers from a group's address, so a request to it cannot be called unanswered. */
    bool asked = request >= 0 && multicast_end(roles->flows, flow) < 0;
    set_role(roles, worker, index, flow, pack(server, handshake ? PS_EVIDENCE_HANDSHAKE : PS_EVIDENCE_REQUEST, asked));
    if (answered(roles, flow, server)) {
        roles->of[index] |= ROLE_LISTENS;
        ps_ends_note(&t->ends, worker, roles->flows, flow, server);
    }
}

static void climb_to_role(struct telling *t, unsigned worker, const struct flow *flow, size_t index,
                          const uint32_t *end, struct names *names)
{
    struct climber climber = {.flows = t->roles->flows, .flow = flow, .end = end, .names = names};
    set_role(t->roles, worker, index, flow, climb(&climber));
}

/* A flow on its way through the second round. */
struct asking {
    struct flow flow;
    size_t index;
    struct ends_place place[2]; /* of an end that is asked for, or listens */
};

/* The second round: whoever is alone needs not ask, and whoever listens tells those who may. */
static bool ask_flow(struct telling *t, unsigned worker, const struct asking *a, struct names *names)
{
    static const uint32_t alone[2] = {END_ALONE, END_ALONE};
    struct roles *roles = t->roles;
    if (roles->of[a->index] & ROLE_LISTENS) {
        int server = roles->of[a->index] & ROLE_SERVER_B ? 1 : 0;
        return ps_ends_alone(&a->place[server]) || ps_ends_listens(&t->ends, worker, roles->flows, &a->flow, server);
    }
    bool is_alone[2] = {ps_ends_alone(&a->place[0]), ps_ends_alone(&a->place[1])};
    if (!is_alone[0] || !is_alone[1]) {
        roles->of[a->index] = ROLE_ASKED;
        return ps_ends_ask(&t->ends, worker, roles->flows, &a->flow, is_alone);
    }
    climb_to_role(t, worker, &a->flow, a->index, alone, names);
    return true;
}

/* Flows that are looked for at a time. */
#define ASKED_AT_ONCE 16

/* Those of a run that ask or listen, up to ASKED_AT_ONCE of them; *next: where to go on. */
static size_t look_for(const struct telling *t, const struct flow_run *run, size_t first, size_t *next,
                       struct asking asking[ASKED_AT_ONCE])
{
    const struct roles *roles = t->roles;
    size_t n = 0;
    for (; *next < run->count && n < ASKED_AT_ONCE; ++*next) {
        uint8_t role = roles->of[first + *next];
        if (role != (uint8_t)ROLE_UNDECIDED && !(role & ROLE_LISTENS))
            continue;
        struct asking *a = &asking[n++];
        a->index = first + *next;
        ps_flow_run_peek(run, *next, &a->flow);
        for (int end = 0; end < 2; end++)
            if (!(role & ROLE_LISTENS) || end == (role & ROLE_SERVER_B ? 1 : 0))
                a->place[end] = ps_ends_place(&t->ends, roles->flows, &a->flow, end);
    }
    return n;
}

static bool note_flows(void *context, unsigned worker, size_t from, size_t to)
{
    struct telling *t = context;
    while (from < to) {
        struct flow_run run = ps_flows_run(t->roles->flows, from, to - from);
        for (size_t i = 0; i < run.count; i++) {
            struct flow flow;
            ps_flow_run_peek(&run, i, &flow);
            note_flow(t, worker, &flow, from++);
        }
    }
    return true;
}

static bool ask_run(struct telling *t, unsigned worker, const struct flow_run *run, size_t first, struct names *names)
{
    bool good = true;
    for (size_t next = 0; good && next < run->count;) {
        struct asking asking[ASKED_AT_ONCE];
        size_t n = look_for(t, run, first, &next, asking);
        for (size_t i = 0; good && i < n; i++)
            good = ask_flow(t, worker, &asking[i], names);
    }
    return good;
}

static bool ask_flows(void *context, unsigned worker, size_t from, size_t to)
{
    struct telling *t = context;
    struct names names = {.named = t->roles->named};
    bool good = true;
    while (good && from < to) {
        struct flow_run run = ps_flows_run(t->roles->flows, from, to - from);
        good = ask_run(t, worker, &run, from, &names);
        from += run.count;
    }
    forget_names(&names);
    return good;
}

static bool decide_others(void *context, unsigned worker, size_t from, size_t to)
{
    struct telling *t = context;
    struct names names = {.named = t->roles->named};
    size_t asked = 0;
    while (from < to) {
        struct flow_run run = ps_flows_run(t->roles->flows, from, to - from);
        for (size_t i = 0; i < run.count; i++, from++) {
            struct flow flow;
            t->roles->of[from] &= (uint8_t)~ROLE_LISTENS;
            if (t->roles->of[from] != (uint8_t)ROLE_ASKED)
                continue;
            ps_flow_run_peek(&run, i, &flow);
            climb_to_role(t, worker, &flow, from, ps_ends_of(&t->ends, worker, asked++), &names);
        }
    }
    forget_names(&names);
    return true;
}

static bool decide(struct roles *roles)
{
    struct telling t = {.roles = roles};
    bool decided = ps_ends_init(&t.ends, roles->count, roles->workers) &&
                   ps_parallel(roles->workers, roles->count, note_flows, &t) && ps_ends_noted(&t.ends) &&
                   ps_parallel(roles->workers, roles->count, ask_flows, &t) && ps_ends_settle(&t.ends) &&
                   ps_parallel(roles->workers, roles->count, decide_others, &t);
    ps_ends_finish(&t.ends);
    return decided;
}

struct roles *ps_roles_create(const struct flows *flows, const struct flows *before, ps_port_named *named,
                              unsigned workers, const struct role_watch *watch)
{
    struct roles *roles = calloc(1, sizeof(*roles));
    if (!roles)
        return NULL;
    *roles = (struct roles){.flows = flows,
                            .before = before,
                            .named = named,
                            .workers = workers,
                            .watch = watch,
                            .count = ps_flows_count(flows)};
    roles->of = calloc(roles->count ? roles->count : 1, 1);
    bool decided = roles->of && decide(roles);
    roles->watch = NULL;
    if (decided)
        return roles;
    ps_roles_destroy(roles);
    return NULL;
}

void ps_roles_destroy(struct roles *roles)
{
    if (roles)
        free(roles->of);
    free(roles);
}
