/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a first fragment stands for is a node.  A node is settled (these ports, or none) or open: the awaiting node of a
 * datagram whose first fragment was not met yet, or a first fragment that holds a later fragment of another datagram (a
 * tunnel inside fragments) and is linked to that one's node.  Packets and nodes that depend on an open node hang on its
 * lists and are settled with it.  First fragments that depend on one another in a circle stand for what they have
 * themselves, whichever link closed it: the answer is the same however a capture is cut.
 */
#ifndef PORTSNIFF_ACCOUNT_FRAGMENT_NODES_H
#define PORTSNIFF_ACCOUNT_FRAGMENT_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/account.h"

/* What later fragments count under. */
struct identity {
    struct ps_address source, destination;
    uint16_t source_port, destination_port;
    uint8_t transport; /* PS_TRANSPORT_NONE: no ports */
    uint8_t family;
    uint32_t space; /* see struct ps_key */
};

/* A packet that waits; its key holds what it counts under when nothing comes. */
struct waiter {
    struct waiter *next;
    struct ps_account *account;
    uint32_t payload, network; /* of the fragment itself, for when it is credited */
    struct ps_key key;
};

struct node {
    uint32_t references; /* by table entries, by the list it is in, and by its own lists while they hold something */
    bool settled;
    bool awaiting;            /* stands for a first fragment that is still to come, has nothing itself */
    bool circular;            /* takes nothing from its target */
    struct identity identity; /* settled: the answer; open: what counts when the node it is linked to has no ports */
    struct node *target;      /* open and linked: the node it waits for, which lives as long */
    struct node *dependents;  /* nodes linked to this one */
    struct node *next;        /* in its target's list */
    struct node *work;        /* in settle()'s work list */
    struct waiter *waiters;   /* in order of arrival */
    struct waiter **waiters_end;
};

/* What waits in a cache, over all its lists. */
struct waits {
    size_t packets;
    size_t links, links_max; /* nodes that are linked to others; as many as are linked at most */
    uint64_t cut;            /* nodes that were not linked because of that: they stand for what they have themselves */
};

struct identity ps_identity_of(const struct ps_key *key);
/* Changes a key to count under `identity`, if that has ports.  `payload`, `network`: of the fragment that is credited; its
 * packet may be a tunnel's with other lengths. */
void ps_identity_apply(struct ps_key *key, const struct identity *identity, uint32_t payload, uint32_t network);

/* Nobody refers to it yet.  NULL when memory is out. */
struct node *ps_node_create(bool awaiting);
/* Gives one reference back; NULL is fine. */
void ps_node_release(struct node *node);
/* `answer` NULL: the node keeps what it has itself. */
void ps_node_settle(struct waits *waits, struct node *node, const struct identity *answer);
/* `node` gets whatever `target` gets; at once when that is known. */
void ps_node_link(struct waits *waits, struct node *node, struct node *target);
/* Keeps a packet of `account` until the node is settled.  False when memory is out. */
bool ps_node_wait(struct waits *waits, struct node *node, struct ps_account *account,
                  const struct ps_fragments_seen *seen, const struct ps_key *key);
/* Counts the packets on the lists of `node` and of all that depends on it that wait for an abandoned account, as they are.
 * NULL is fine. */
void ps_node_give_up(struct waits *waits, struct node *node);
/* Packets on the lists of `node` and of all that depends on it, which wait for `from`, wait for `to`.  NULL is fine. */
void ps_node_move_waiters(struct node *node, struct ps_account *from, struct ps_account *to);

#endif
