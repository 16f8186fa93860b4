/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys become counts.  Room: account.
 *
 * An account is the whole set of tables.  The law that everything else rests on: for any way of cutting a capture into
 * consecutive parts, count(whole) == merge(count(parts)).  What an edge cuts in two (connections, and fragments whose
 * first fragment lies in another part) travels with the merge as open ends; ps_fragments_settle() settles what is left.
 *
 * Tables grow between batches; when memory is out the account says so (ps_account_failed) and stops being exact, which
 * the engine turns into an error: a wrong total is never printed.
 */
#ifndef PORTSNIFF_ACCOUNT_H
#define PORTSNIFF_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

struct ps_account;   /* the tables of one stretch of time: the whole capture, or one interval */
struct ps_fragments; /* what is known of datagrams in fragments; spans intervals */

/* Whether a port has a registered service name: the one thing that roles ask names for.  The answer must not depend on the
 * machine or on options, so that the same capture gives the same roles everywhere. */
typedef bool ps_port_named(enum ps_transport transport, uint16_t port);

/* An account that begins where the capture begins.  NULL when memory is out. */
struct ps_account *ps_account_create(void);
/* An account of a part that begins later: what its first packets may continue stays open until it is merged. */
struct ps_account *ps_account_create_part(void);
/* What roles are told from beside the packets of `account` itself: registered names, and the flows of the capture before
 * it (`before` may be NULL and must live as long). */
void ps_account_set_evidence(struct ps_account *account, ps_port_named *named, const struct ps_account *before);
void ps_account_destroy(struct ps_account *account);

/* The least that ps_account_limit can keep to, in bytes: per-port counters and services have a size of their own. */
#define PS_MEMORY_LEAST (UINT64_C(64) << 20)
/* Keeps the tables, and the rows made of them, within about `bytes` (at least PS_MEMORY_LEAST): flows, pairs, hosts,
 * tunnels and services that find no room are folded into sums.  The ledger, totals, ports and ranges stay exact, and the
 * bytes and packets of services and their sum do; a flow that left and comes back counts as another connection.  Call it
 * after ps_account_set_evidence. */
void ps_account_limit(struct ps_account *account, uint64_t bytes);
/* The same for several accounts that live at a time: this one gets one of `shares` equal parts of what `bytes` leave for
 * tables. */
void ps_account_limit_share(struct ps_account *account, uint64_t bytes, unsigned shares);

/* Counts key[from] to key[to - 1] of a batch.  `fragments` may be NULL when later fragments are not to be credited; else
 * keys of later fragments are changed to what they are credited to. */
void ps_account_add(struct ps_account *account, struct ps_fragments *fragments, struct ps_keys *keys, size_t from,
                    size_t to);
/*
 * Lanes: ps_account_add() for several threads.  The packets of a capture come in stretches (blocks); a thread takes one
 * after another through its lane, in steps:
 *
 *   begin, scan   any time: counts what does not mind the order, and notes what does
 *   order         in the order of the stretches, one thread at a time
 *   divide        any time
 *   flows         for each part of the flow table, in the order of the stretches; different parts at the same time.  What
 *                 is alone needs no parts, nor to divide anything
 *
 * The account is then what ps_account_add() would have made of the same packets, to the last bit, however many threads
 * there were.  What an account that is bounded (ps_account_limit) keeps depends on the moment: it takes one lane.
 */
struct ps_lane;
#define PS_LANE_PARTS 16

/* NULL when memory is out.  Close it before the account is read. */
struct ps_lane *ps_lane_open(struct ps_account *account);
/* Forgets the stretch before. */
void ps_lane_begin(struct ps_lane *lane);
/* Counts one batch of the stretch.  `credit`: later fragments are to be credited.  The packets' bytes must live until
 * ps_lane_flows() was called for every part. */
void ps_lane_scan(struct ps_lane *lane, struct ps_keys *keys, bool credit);
/* `fragments` may be NULL when none are to be credited. */
void ps_lane_order(struct ps_lane *lane, struct ps_fragments *fragments);
void ps_lane_divide(struct ps_lane *lane);
/* Parts from `first` to before `end`, at most PS_LANE_PARTS. */
void ps_lane_flows(struct ps_lane *lane, unsigned first, unsigned end);
/* All parts, undivided. */
void ps_lane_flows_alone(struct ps_lane *lane);
/* Memory was out: the account has failed. */
bool ps_lane_failed(const struct ps_lane *lane);
/* Adds what the lane has counted by itself to the account.  NULL is fine. */
void ps_lane_close(struct ps_lane *lane);

/* Flows that are over for long by the packets' own times, or silent for very long, are folded into their services, pairs and
 * hosts and give their places up; every total stays.  Looks once a minute of packet time at most. */
void ps_account_age(struct ps_account *account);
/* Adds everything of `part`, which follows directly in the capture, to `account`; `part` stays as it is. */
void ps_account_merge(struct ps_account *account, const struct ps_account *part);
/* Packets of this account that still wait for a first fragment; while there are any, the account is not closed. */
uint64_t ps_account_waiting(const struct ps_account *account);
/* Its waiting packets are given up by the next ps_fragments_give_up(). */
void ps_account_abandon(struct ps_account *account);
bool ps_account_failed(const struct ps_account *account);
/* Fills the counting part of a snapshot with the rows that `wish` (NULL: all) asks for, in their standard order (bytes
 * descending, ties by protocol and number), and the sums of the others.  0, or -1 when memory is out.  Rows are freed by
 * ps_snapshot_finish.  Findings and folded pairs read on in the account, which must not change before they are made. */
int ps_account_collect(const struct ps_account *account, const struct ps_wish *wish, struct ps_snapshot *ret_snapshot);

/* Standard error of an estimated number of clients or servers, in percent. */
double ps_distinct_error(void);

/* `at_start`: the part begins where the capture begins, so a later fragment without an earlier first fragment may be
 * settled by the first one behind it at once; otherwise it stays an open end until parts are merged.
 * NULL when memory is out. */
struct ps_fragments *ps_fragments_create(bool at_start);
/* Keeps the cache within about `bytes`. */
void ps_fragments_limit(struct ps_fragments *fragments, uint64_t bytes);
void ps_fragments_destroy(struct ps_fragments *fragments);
/* `part` follows `fragments` directly in the capture; its packets waiting for `part_account` are from now on counted
 * for `account`.  `part` is left empty, to be destroyed.  Merge the accounts themselves with ps_account_merge. */
void ps_fragments_merge(struct ps_fragments *fragments, struct ps_account *account, struct ps_fragments *part,
                        struct ps_account *part_account);
/* Packets that wait for an account which is not to be waited for any more (ps_account_abandon) are counted without their
 * first fragment, and as overflow. */
void ps_fragments_give_up(struct ps_fragments *fragments);
/* The capture is over: whoever still waits is counted where the rules say. */
void ps_fragments_settle(struct ps_fragments *fragments);
/* Later fragments that could not be kept waiting because the cache was full, and so were counted without ports. */
uint64_t ps_fragments_overflow(const struct ps_fragments *fragments);

#endif
