/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per IP address, sent and received.  The addresses are those of the IP header next to what counts.
 */
#ifndef PORTSNIFF_ACCOUNT_HOSTS_H
#define PORTSNIFF_ACCOUNT_HOSTS_H

#include <stdbool.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

struct hosts; /* hosts.c */

struct hosts *ps_hosts_create(void);
void ps_hosts_destroy(struct hosts *hosts);
/* Counts the keys in [from, to) that have addresses and are not waiting. False when memory is out. */
bool ps_hosts_add(struct hosts *hosts, const struct ps_keys *keys, size_t from, size_t to);
bool ps_hosts_add_key(struct hosts *hosts, const struct ps_key *key);
bool ps_hosts_merge(struct hosts *hosts, const struct hosts *part);
/* At most `limit` stay in the table (0: no limit). */
void ps_hosts_limit(struct hosts *hosts, size_t limit);
/* How many entries left, and what they had sent and received. */
uint64_t ps_hosts_evicted(const struct hosts *hosts, struct ps_count *ret_sent, struct ps_count *ret_received);
size_t ps_hosts_count(const struct hosts *hosts);
/* Writes ps_hosts_count() rows, unsorted. */
void ps_hosts_collect(const struct hosts *hosts, struct ps_host_row *ret_rows);

#endif
