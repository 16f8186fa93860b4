/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per (protocol, port) and per pair of range classes.  Both are sums over port pairs and are made from them when a
 * snapshot is collected (or when a pair leaves its table), not per packet.
 */
#ifndef PORTSNIFF_ACCOUNT_PORTS_H
#define PORTSNIFF_ACCOUNT_PORTS_H

#include <stdbool.h>

#include "portsniff/snapshot.h"

struct ports; /* ports.c */

struct ports *ps_ports_create(void);
void ps_ports_destroy(struct ports *ports);
/* Adds what a pair carried to its two ports and to the range classes. False when memory is out. */
bool ps_ports_add_pair(struct ports *ports, const struct ps_pair_row *pair);
bool ps_ports_merge(struct ports *ports, const struct ports *part);
size_t ps_ports_count(const struct ports *ports);
/* Writes ps_ports_count() rows, by protocol and port. */
void ps_ports_collect(const struct ports *ports, struct ps_port_row *ret_rows);
/* The 3x3 matrix and the number of distinct ports per class. */
void ps_ports_collect_ranges(const struct ports *ports, struct ps_snapshot *ret_snapshot);

#endif
