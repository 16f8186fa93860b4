/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per IP address, sent and received.  The addresses are those of the IP header next to what counts.  Packets with
 * ports are counted with their flows; the table here holds the others, or what flows that left their table had carried.
 */
#ifndef PORTSNIFF_ACCOUNT_HOSTS_H
#define PORTSNIFF_ACCOUNT_HOSTS_H

#include <stdbool.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

struct hosts; /* hosts.c */

struct hosts *ps_hosts_create(void);
void ps_hosts_destroy(struct hosts *hosts);
/* Counts one packet without ports; without addresses it is passed over. False when memory is out. */
bool ps_hosts_add_key(struct hosts *hosts, const struct ps_key *key);
/* Adds what a host sent and received. */
bool ps_hosts_add_row(struct hosts *hosts, const struct ps_host_row *host);
/* Counts a packet that passes by: hosts that are not in a full table go into the sum of those that left it. */
bool ps_hosts_pass(struct hosts *hosts, const struct ps_address *source, const struct ps_address *destination,
                   uint8_t family, uint32_t wire);
bool ps_hosts_merge(struct hosts *hosts, const struct hosts *part);
/* At most `limit` stay in the table (0: no limit). */
void ps_hosts_limit(struct hosts *hosts, size_t limit);
/* Adds to the snapshot how many entries left, and what they had sent and received. */
void ps_hosts_evicted(const struct hosts *hosts, struct ps_snapshot *ret_snapshot);
/* Hosts in the table, by a number below ps_hosts_slots(); false where there is none. */
size_t ps_hosts_slots(const struct hosts *hosts);
bool ps_hosts_get(const struct hosts *hosts, size_t slot, struct ps_host_row *ret_row);

#endif
