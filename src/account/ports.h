/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic per (protocol, port) and per pair of range classes.  Both are sums over flows and are made from them when a
 * snapshot is collected (or when a pair leaves its table), not per packet.
 */
#ifndef PORTSNIFF_ACCOUNT_PORTS_H
#define PORTSNIFF_ACCOUNT_PORTS_H

#include <stdbool.h>

#include "portsniff/best.h"
#include "portsniff/port_class.h"
#include "portsniff/snapshot.h"

struct ports; /* ports.c */

struct ports *ps_ports_create(void);
void ps_ports_destroy(struct ports *ports);
/* A pair of these ports is going to be added soon: asks for the memory it will need. */
void ps_ports_ask(const struct ports *ports, uint8_t transport, uint16_t one, uint16_t other);
/* Adds what a pair, or a flow, carried to its two ports and to the range classes.  False when memory is out. */
bool ps_ports_add_pair(struct ports *ports, const struct ps_pair_row *pair);
/* Adds what one port sent and received, but nothing to the range classes; and to those. False when memory is out. */
bool ps_ports_add_row(struct ports *ports, const struct ps_port_row *row);
void ps_ports_add_range(struct ports *ports, enum ps_port_class source, enum ps_port_class destination,
                        const struct ps_traffic *traffic);
/* Nobody asks for rows: ports are only told apart, and the range classes counted. */
void ps_ports_without_rows(struct ports *ports);
bool ps_ports_merge(struct ports *ports, const struct ports *part);
size_t ps_ports_count(const struct ports *ports);
/* Offers every row, by protocol and port.  False when memory is out. */
bool ps_ports_collect(const struct ports *ports, struct ps_best *best);
/* The 3x3 matrix and the number of distinct ports per class. */
void ps_ports_collect_ranges(const struct ports *ports, struct ps_snapshot *ret_snapshot);

#endif
