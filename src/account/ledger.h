/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger: every packet in exactly one row.
 */
#ifndef PORTSNIFF_ACCOUNT_LEDGER_H
#define PORTSNIFF_ACCOUNT_LEDGER_H

#include <stdbool.h>

#include "portsniff/key.h"
#include "portsniff/snapshot.h"

struct ledger; /* ledger.c */

struct ledger *ps_ledger_create(void);
void ps_ledger_destroy(struct ledger *ledger);
/* Packets that are counted by port. */
void ps_ledger_add_ports(struct ledger *ledger, const struct ps_count *count);
/* One packet. False when memory is out. */
bool ps_ledger_add_key(struct ledger *ledger, const struct ps_key *key);
bool ps_ledger_merge(struct ledger *ledger, const struct ledger *part);
/* At least 1: the row `ports` is there even when it is 0. */
size_t ps_ledger_count(const struct ledger *ledger);
void ps_ledger_collect(const struct ledger *ledger, struct ps_ledger_row *ret_rows);

#endif
