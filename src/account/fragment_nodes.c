/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nodes: settling them, and all that depends on them, without recursion.
 */
#include "fragment_nodes.h"

#include <stdlib.h>

#include "account_private.h"

#define LINKS_MAX 64 /* nodes that wait for one another in a row */

struct node *ps_node_create(bool awaiting)
{
    struct node *node = calloc(1, sizeof(*node));
    if (node) {
        node->awaiting = awaiting;
        node->waiters_end = &node->waiters;
    }
    return node;
}

void ps_node_release(struct node *node)
{
    if (node && --node->references == 0)
        free(node);
}

void ps_identity_apply(struct ps_key *key, const struct identity *identity, uint32_t payload, uint32_t network)
{
    if (identity->transport == PS_TRANSPORT_NONE)
        return;
    key->payload = payload;
    key->network = network;
    key->source = identity->source;
    key->destination = identity->destination;
    key->source_port = identity->source_port;
    key->destination_port = identity->destination_port;
    key->transport = identity->transport;
    key->family = identity->family;
    key->space = identity->space;
    /* Those of a tunnel around it say nothing of the datagram. */
    key->tcp_flags = 0;
    key->digest = 0;
    key->payload_at = 0;
    key->flags &= (uint16_t)~PS_KEY_SEQUENCE;
    key->row = PS_ROW_PORTS;
    key->detail_kind = PS_DETAIL_NONE;
    key->detail = 0;
}

static void settle_waiters(struct waits *waits, struct node *node)
{
    struct waiter *waiter = node->waiters;
    if (!waiter)
        return;
    while (waiter) {
        struct waiter *next = waiter->next;
        ps_identity_apply(&waiter->key, &node->identity, waiter->payload, waiter->network);
        ps_account_settle(waiter->account, &waiter->key);
        free(waiter);
        waits->packets--;
        waiter = next;
    }
    node->waiters = NULL;
    node->waiters_end = &node->waiters;
    node->references--; /* the caller holds another one */
}

/* Moves a node's dependents to the front of the work list, settled with its answer. */
static struct node *settle_dependents(struct waits *waits, struct node *node, struct node *work)
{
    struct node *dependent = node->dependents;
    node->dependents = NULL;
    while (dependent) {
        struct node *next = dependent->next;
        if (dependent->settled) {
            ps_node_release(dependent);
        } else {
            dependent->settled = true;
            if (node->identity.transport != PS_TRANSPORT_NONE && !dependent->circular)
                dependent->identity = node->identity;
            dependent->work = work; /* takes over the list's reference */
            work = dependent;
        }
        node->references--; /* the caller holds another one */
        waits->links--;
        dependent = next;
    }
    return work;
}

/* Settles a node and, one after another without recursion, all that depend on it. */
void ps_node_settle(struct waits *waits, struct node *node, const struct identity *answer)
{
    if (node->settled)
        return;
    node->settled = true;
    if (answer && answer->transport != PS_TRANSPORT_NONE)
        node->identity = *answer;
    node->references++; /* for the work list */
    node->work = NULL;
    for (struct node *work = node; work;) {
        struct node *now = work;
        work = settle_dependents(waits, now, now->work);
        settle_waiters(waits, now);
        ps_node_release(now);
    }
}

enum dependence {
    INDEPENDENT,
    CIRCLE,
    TOO_LONG
};

/* Whether `node` waits, over links, for `other`.  A chain longer than any real nesting of tunnels is not followed, so
 * that nobody can make this walk long. */
static enum dependence depends_on(const struct node *node, const struct node *other)
{
    for (int links = 0; node && !node->settled; links++) {
        if (node == other)
            return CIRCLE;
        if (links == LINKS_MAX)
            return TOO_LONG;
        node = node->target;
    }
    return INDEPENDENT;
}

/* `node` waits for `target`, which waits for `node`: every first fragment in the circle stands for itself. */
static void settle_circle(struct waits *waits, struct node *node, struct node *target)
{
    const struct node *first = NULL;
    for (struct node *n = target; n != node; n = n->target) {
        n->circular = !n->awaiting;
        if (n->circular && !first)
            first = n;
    }
    ps_node_settle(waits, node, node->awaiting && first ? &first->identity : NULL);
}

/* `node` gets whatever `target` gets; at once when that is known. */
void ps_node_link(struct waits *waits, struct node *node, struct node *target)
{
    if (node->settled)
        return;
    if (target->settled) {
        ps_node_settle(waits, node, &target->identity);
        return;
    }
    enum dependence dependence = depends_on(target, node);
    if (dependence == INDEPENDENT && waits->links >= waits->links_max) {
        waits->cut++;
        dependence = TOO_LONG;
    }
    switch (dependence) {
    case CIRCLE:
        settle_circle(waits, node, target);
        break;
    case TOO_LONG:
        ps_node_settle(waits, node, NULL);
        break;
    case INDEPENDENT:
        waits->links++;
        node->target = target;
        node->next = target->dependents;
        target->dependents = node;
        node->references++;
        target->references++;
        break;
    }
}

bool ps_node_wait(struct waits *waits, struct node *node, struct ps_account *account,
                  const struct ps_fragments_seen *seen, const struct ps_key *key)
{
    struct waiter *waiter = malloc(sizeof(*waiter));
    if (!waiter)
        return false;
    *waiter = (struct waiter){
        .account = account, .payload = seen->later_payload, .network = seen->later_network, .key = *key};
    if (!node->waiters)
        node->references++;
    *node->waiters_end = waiter;
    node->waiters_end = &waiter->next;
    waits->packets++;
    ps_account_wait(account);
    return true;
}

/* Packets on the lists of `node` and of all that depends on it, which wait for `from`, wait for `to`. */
/* Counts the packets of one list that nobody waits for any more. */
static void give_up_waiters(struct waits *waits, struct node *node)
{
    struct waiter **link = &node->waiters;
    bool had = *link != NULL;
    while (*link) {
        struct waiter *waiter = *link;
        if (!ps_account_abandoned(waiter->account)) {
            link = &waiter->next;
            continue;
        }
        *link = waiter->next;
        ps_account_settle(waiter->account, &waiter->key);
        free(waiter);
        waits->packets--;
    }
    node->waiters_end = link;
    if (had && !node->waiters)
        node->references--; /* whoever calls holds another one */
}

void ps_node_give_up(struct waits *waits, struct node *node)
{
    if (!node)
        return;
    node->work = NULL;
    for (struct node *work = node; work;) {
        struct node *now = work;
        work = now->work;
        give_up_waiters(waits, now);
        for (struct node *d = now->dependents; d; d = d->next) {
            d->work = work;
            work = d;
        }
    }
}

void ps_node_move_waiters(struct node *node, struct ps_account *from, struct ps_account *to)
{
    if (!node)
        return;
    node->work = NULL;
    for (struct node *work = node; work;) {
        struct node *now = work;
        work = now->work;
        for (struct waiter *waiter = now->waiters; waiter; waiter = waiter->next) {
            if (waiter->account == from) {
                waiter->account = to;
                ps_account_move_waiting(from, to, 1);
            }
        }
        for (struct node *d = now->dependents; d; d = d->next) {
            d->work = work;
            work = d;
        }
    }
}

struct identity ps_identity_of(const struct ps_key *key)
{
    return (struct identity){
        .source = key->source,
        .destination = key->destination,
        .source_port = key->source_port,
        .destination_port = key->destination_port,
        .transport = key->transport,
        .family = key->family,
        .space = key->space,
    };
}
