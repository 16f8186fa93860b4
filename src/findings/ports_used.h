/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows of one client from temporary ports: in which order it took them, and how many were in use at one time.
 */
#ifndef PORTSNIFF_FINDINGS_PORTS_USED_H
#define PORTSNIFF_FINDINGS_PORTS_USED_H

#include "portsniff/parts.h"
#include "portsniff/snapshot.h"

/* Below 8 ports neither order nor range shows: that 7 ports from Linux's range all lie in IANA's too is a matter of
 * 0.42 to the 7th, one client in 400; and 3 steps up can be chance. */
#define PS_PORTS_FEW 8u

/* Fills order and peak of a row whose ports are counted. Returns 0, or -1 when memory is out. */
int ps_ports_used(const struct ps_snapshot *snapshot, const struct ps_item *item, size_t count,
                  struct ps_ephemeral_row *row);
/* The most flows of one client to the same server and port: no peak is higher.  `ret_most` is SIZE_MAX when memory is out. */
size_t ps_ports_used_most(const struct ps_snapshot *snapshot, const struct ps_item *item, size_t count);

#endif
