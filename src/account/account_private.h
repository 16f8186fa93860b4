/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the account offers to the fragment cache, which settles packets after their batch is gone.
 */
#ifndef PORTSNIFF_ACCOUNT_PRIVATE_H
#define PORTSNIFF_ACCOUNT_PRIVATE_H

#include "portsniff/account.h"

/* A packet waits for its first fragment; it is counted by ps_account_settle() later. */
void ps_account_wait(struct ps_account *account);
/* Counts a packet that has been waiting; its key says under what. */
void ps_account_settle(struct ps_account *account, const struct ps_key *key);
/* `n` packets now wait for `to`. */
void ps_account_move_waiting(struct ps_account *from, struct ps_account *to, uint64_t n);
bool ps_account_abandoned(const struct ps_account *account);
void ps_account_fail(struct ps_account *account);

struct front;
struct stretch;

/* What lanes do; see account.h. */
void ps_account_order(struct ps_account *account, struct stretch *stretch, struct ps_fragments *fragments);
void ps_account_flows(struct ps_account *account, struct stretch *stretch, unsigned first, unsigned end);
void ps_account_flows_alone(struct ps_account *account, struct stretch *stretch);
struct front *ps_account_front(struct ps_account *account);
bool ps_account_is_limited(const struct ps_account *account);

/* The tables, for collecting them. */
struct account_view {
    struct flows *flows; /* ps_flows_prepare() changes nothing that is counted */
    const struct flows *flows_before;
    ps_port_named *named;
    const struct hosts *hosts; /* of packets without ports */
    const struct buckets *timeline;
    const struct tunnels *tunnels;
    const struct ledger *ledger;
};
struct account_view ps_account_view(const struct ps_account *account);
/* The plain totals. */
void ps_account_totals(const struct ps_account *account, struct ps_snapshot *ret_snapshot);

/* Takes note of first fragments in `seen` and finds what a later fragment counts under.  Changes *key to that, or keeps a
 * copy and returns true: the packet waits. */
bool ps_fragments_take(struct ps_fragments *fragments, struct ps_account *account, const struct ps_fragments_seen *seen,
                       struct ps_key *key);

/* Other bounds than the built-in ones: datagrams in one generation, packets that wait at one time.  For tests. */
void ps_fragments_bound(struct ps_fragments *fragments, size_t datagrams, size_t waiters);

#endif
