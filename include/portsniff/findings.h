/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a good engineer would have noticed in a snapshot.  Room: findings.
 */
#ifndef PORTSNIFF_FINDINGS_H
#define PORTSNIFF_FINDINGS_H

#include "portsniff/names.h"
#include "portsniff/snapshot.h"

/* To be called before the counting part of a snapshot is collected with this wish: flows are then looked at while their rows
 * are made, instead of once more.  Returns 0, or -1 when memory is out. */
int ps_findings_watch(struct ps_snapshot *snapshot, const struct ps_wish *wish);

/* Fills `ephemeral` (sorted: peak descending, then connections descending, then address) and `finding` (severity
 * descending, then packets descending, then kind and port) of a snapshot whose counting part is there.  Returns 0, or -1
 * when memory is out. */
int ps_findings_collect(struct ps_snapshot *snapshot, const struct ps_names *names);

/* "note", "warning", "alert". Static. */
const char *ps_severity_name(enum ps_severity severity);
/* "handshake", "request", "listener", "icmp", "multicast", "fan-in", "name", "class", "number", "peers". Static. */
const char *ps_evidence_name(enum ps_evidence evidence);
/* "established", "closed", "reset", "refused", "unanswered", "half-open", "one-way". Static. */
const char *ps_outcome_name(enum ps_outcome outcome);

#endif
