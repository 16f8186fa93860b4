/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What packets were wrapped in: one count per (kind, port, id).  A packet in several wrappings is in several rows, once
 * in each.
 */
#ifndef PORTSNIFF_ACCOUNT_TUNNELS_H
#define PORTSNIFF_ACCOUNT_TUNNELS_H

#include <stdbool.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

struct tunnels; /* tunnels.c */

struct tunnels *ps_tunnels_create(void);
void ps_tunnels_destroy(struct tunnels *tunnels);
bool ps_tunnels_add(struct tunnels *tunnels, const struct ps_keys *keys, size_t from, size_t to);
bool ps_tunnels_merge(struct tunnels *tunnels, const struct tunnels *part);
/* At most `limit` stay in the table (0: no limit); quiet ones are folded into one sum. */
void ps_tunnels_limit(struct tunnels *tunnels, size_t limit);
/* How many were folded, and what they carried. */
uint64_t ps_tunnels_evicted(const struct tunnels *tunnels, struct ps_count *ret_carried);
size_t ps_tunnels_count(const struct tunnels *tunnels);
void ps_tunnels_collect(const struct tunnels *tunnels, struct ps_tunnel_row *ret_rows);

#endif
