/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder of evidence: one function a rung, best first, in one table.
 *
 * Fan-in asks for peers with different ports: a client that always uses one source port has many peers too, but they all
 * have the service's port.
 */
#include "roles.h"

#include <string.h>

#include "portsniff/hash.h"
#include "portsniff/port_class.h"

/* Peers with different ports that make an end a server, while the other end has fewer than half as many. */
#define FAN_IN 3

struct end_key {
    uint32_t address;
    uint16_t port;
    uint8_t transport, family;
    uint64_t space;
};

struct end_entry {
    struct end_key key; /* transport 0: empty */
    uint32_t flows;     /* that have this end, as far as their own packets do not show the server */
    uint16_t peer_port[FAN_IN];
    uint8_t peer_ports; /* different ones, up to FAN_IN */
    bool listens;
};

static uint64_t end_hash(const struct end_key *key)
{
    uint64_t word[2];
    memcpy(word, key, sizeof(word));
    return ps_hash_pair(ps_hash_seed(), word[0], word[1]);
}

#define TABLE_NAME          end_table
#define TABLE_ENTRY         struct end_entry
#define TABLE_KEY           const struct end_key *
#define TABLE_USED(e)       ((e)->key.transport != 0)
#define TABLE_EQUAL(e, k)   (memcmp(&(e)->key, (k), sizeof(*(k))) == 0)
#define TABLE_HASH_ENTRY(e) end_hash(&(e)->key)
#define TABLE_SET_KEY(e, k) ((e)->key = *(k))
#include "table_template.h"

struct roles {
    const struct flows *flows, *before;
    ps_port_named *named;
    struct end_table ends;
};

static struct end_key end_key_of(const struct flow *flow, int end)
{
    return (struct end_key){
        .address = end ? flow->key.b : flow->key.a,
        .port = end ? flow->key.port_b : flow->key.port_a,
        .transport = flow->key.transport,
        .family = flow->key.family,
        .space = flow->key.space,
    };
}

static uint16_t port_of(const struct flow *flow, int end)
{
    return end ? flow->key.port_b : flow->key.port_a;
}

static const struct end_entry *find_end(const struct roles *roles, const struct flow *flow, int end)
{
    struct end_key key = end_key_of(flow, end);
    const struct end_table *table = &roles->ends;
    for (size_t at = end_hash(&key) & table->mask; table->slot && table->slot[at].key.transport != 0;
         at = (at + 1) & table->mask)
        if (memcmp(&table->slot[at].key, &key, sizeof(key)) == 0)
            return &table->slot[at];
    return NULL;
}

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
static int by_request(const struct roles *roles, const struct flow *flow)
{
    (void)roles;
    int votes[3] = {0};
    for (unsigned i = 0; i < FLOW_LOOKS_OF(flow->flags); i++)
        votes[flow->look[i] >> 6 & 3]++;
    return votes[1] == votes[2] ? -1 : votes[1] > votes[2] ? 0 : 1;
}

/* Another flow shows that one of the ends listens. */
static int by_listener(const struct roles *roles, const struct flow *flow)
{
    const struct end_entry *a = find_end(roles, flow, 0), *b = find_end(roles, flow, 1);
    bool a_listens = a && a->listens, b_listens = b && b->listens;
    return a_listens == b_listens ? -1 : a_listens ? 0 : 1;
}

/* An ICMP error named the port that was tried.  Where that end has sent something itself, it is a client that has gone and
 * does not wait for its answer any more. */
static int by_icmp(const struct roles *roles, const struct flow *flow)
{
    (void)roles;
    bool a = flow->flags & FLOW_FROM_ICMP(0) && flow->packets[0] == 0;
    bool b = flow->flags & FLOW_FROM_ICMP(1) && flow->packets[1] == 0;
    return a == b ? -1 : a ? 0 : 1;
}

static bool is_group(const struct ps_address *address, uint8_t family)
{
    static const uint8_t everybody[4] = {255, 255, 255, 255};
    if (family == 6)
        return address->octet[0] == 0xff;
    return (address->octet[0] & 0xf0) == 0xe0 || memcmp(address->octet, everybody, 4) == 0;
}

/* A multicast group or the broadcast address. */
static int by_multicast(const struct roles *roles, const struct flow *flow)
{
    struct ps_address a = ps_flows_address(roles->flows, flow, 0), b = ps_flows_address(roles->flows, flow, 1);
    bool a_group = is_group(&a, flow->key.family), b_group = is_group(&b, flow->key.family);
    return a_group == b_group ? -1 : a_group ? 0 : 1;
}

static int by_fan_in(const struct roles *roles, const struct flow *flow)
{
    const struct end_entry *a = find_end(roles, flow, 0), *b = find_end(roles, flow, 1);
    if (!a || !b)
        return -1;
    bool a_many = a->peer_ports >= FAN_IN && a->flows / 2 >= b->flows;
    bool b_many = b->peer_ports >= FAN_IN && b->flows / 2 >= a->flows;
    return a_many == b_many ? -1 : a_many ? 0 : 1;
}

static int by_name(const struct roles *roles, const struct flow *flow)
{
    enum ps_transport transport = (enum ps_transport)flow->key.transport;
    bool a = roles->named && roles->named(transport, flow->key.port_a);
    bool b = roles->named && roles->named(transport, flow->key.port_b);
    return a == b ? -1 : a ? 0 : 1;
}

static int by_class(const struct roles *roles, const struct flow *flow)
{
    (void)roles;
    enum ps_port_class a = ps_port_class(flow->key.port_a), b = ps_port_class(flow->key.port_b);
    return a == b ? -1 : a < b ? 0 : 1;
}

static int by_number(const struct roles *roles, const struct flow *flow)
{
    (void)roles;
    return flow->key.port_a == flow->key.port_b ? -1 : flow->key.port_a < flow->key.port_b ? 0 : 1;
}

static const struct {
    enum ps_evidence evidence;
    int (*server)(const struct roles *roles, const struct flow *flow);
} ladder[] = {
    {PS_EVIDENCE_HANDSHAKE, by_handshake}, {PS_EVIDENCE_REQUEST, by_request},     {PS_EVIDENCE_LISTENER, by_listener},
    {PS_EVIDENCE_ICMP, by_icmp},           {PS_EVIDENCE_MULTICAST, by_multicast}, {PS_EVIDENCE_FAN_IN, by_fan_in},
    {PS_EVIDENCE_NAME, by_name},           {PS_EVIDENCE_CLASS, by_class},         {PS_EVIDENCE_NUMBER, by_number},
};

struct role ps_roles_of(const struct roles *roles, const struct flow *flow)
{
    /* Nobody answers from a group's address, so a request to it cannot be called unanswered. */
    bool request = by_request(roles, flow) >= 0 && by_multicast(roles, flow) < 0;
    for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
        int server = ladder[i].server(roles, flow);
        /* With equal ports, only evidence about this flow itself tells the ends apart. */
        if (server >= 0 && (ladder[i].evidence < PS_EVIDENCE_FAN_IN || port_of(flow, 0) != port_of(flow, 1)))
            return (struct role){.server = server, .evidence = ladder[i].evidence, .request = request};
    }
    return (struct role){.server = 1, .evidence = PS_EVIDENCE_PEERS, .request = request};
}

/* --- what the flows together show --- */

static void note_peer(struct end_entry *entry, uint16_t port)
{
    entry->flows++;
    for (unsigned i = 0; i < entry->peer_ports; i++)
        if (entry->peer_port[i] == port)
            return;
    if (entry->peer_ports < FAN_IN)
        entry->peer_port[entry->peer_ports++] = port;
}

/* A handshake that somebody answered.  A SYN alone shows whom the client tried, not that anybody listens there. */
static bool answered(const struct roles *roles, const struct flow *flow, int server)
{
    const struct flow_extra *extra = ps_flows_extra(roles->flows, flow);
    struct flow_segment current = ps_flow_current(flow);
    enum ps_outcome outcome = ps_flow_outcome(flow->key.transport, &current, server, true);
    bool now = outcome <= PS_OUTCOME_RESET || outcome == PS_OUTCOME_HALF_OPEN;
    return now || (extra && (extra->outcome[PS_OUTCOME_ESTABLISHED] || extra->outcome[PS_OUTCOME_CLOSED] ||
                             extra->outcome[PS_OUTCOME_RESET] || extra->outcome[PS_OUTCOME_HALF_OPEN]));
}

static bool note_flow(struct roles *roles, const struct flow *flow)
{
    if (!end_table_reserve(&roles->ends, 2))
        return false;
    int server = by_handshake(roles, flow);
    if (server < 0)
        server = by_request(roles, flow);
    if (server >= 0 && !answered(roles, flow, server))
        return true;
    for (int end = 0; end < 2; end++) {
        if (server >= 0 && end != server)
            continue;
        struct end_key key = end_key_of(flow, end);
        struct end_entry *entry = end_table_at(&roles->ends, end_hash(&key), &key);
        if (server >= 0)
            entry->listens = true;
        else
            note_peer(entry, port_of(flow, !end));
    }
    return true;
}

struct roles *ps_roles_create(const struct flows *flows, const struct flows *before, ps_port_named *named)
{
    struct roles *roles = calloc(1, sizeof(*roles));
    if (!roles)
        return NULL;
    roles->flows = flows;
    roles->before = before;
    roles->named = named;
    for (size_t i = 0; i < ps_flows_count(flows); i++) {
        struct flow flow;
        ps_flows_load(flows, i, &flow);
        if (!note_flow(roles, &flow)) {
            ps_roles_destroy(roles);
            return NULL;
        }
    }
    return roles;
}

void ps_roles_destroy(struct roles *roles)
{
    if (roles)
        end_table_free(&roles->ends);
    free(roles);
}
