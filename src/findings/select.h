/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows that may matter to a detector: of most captures few, of a scan all.
 */
#ifndef PORTSNIFF_FINDINGS_SELECT_H
#define PORTSNIFF_FINDINGS_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/parts.h"
#include "portsniff/snapshot.h"

/* Hashes of a flow's ends: whether it may matter is told from them, without making its row again. */
struct ps_face {
    uint32_t client, server; /* addresses, see ps_selection_hash */
    uint32_t service;        /* transport << 16 | port of the server */
};

struct ps_selection {
    struct ps_flow_row *flow; /* owned */
    size_t count, room;
    struct ps_parts clients; /* flows from temporary ports, see clients.h; owned */
    struct ps_face *face;    /* of all flows; owned */
    size_t faces;
    bool asks_addresses; /* what other flows show of the addresses of these matters too */
};

/* Reads every flow of the snapshot once, and, if some failed, a second time.  Returns 0, or -1 when memory is out; finish
 * the selection in both cases. */
int ps_select(const struct ps_snapshot *snapshot, struct ps_selection *ret_selection);
/* The hash of an address in a face. */
uint32_t ps_selection_hash(const struct ps_address *address, uint8_t family);
void ps_selection_finish(struct ps_selection *selection);

#endif
