/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows that may matter to a detector: of most captures few, of a scan all.
 */
#ifndef PORTSNIFF_FINDINGS_SELECT_H
#define PORTSNIFF_FINDINGS_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/parallel.h"
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

/* The first look at every flow: it begins, sees each once, by several workers at a time (see struct ps_flow_watch), and is
 * destroyed. */
struct ps_select *ps_select_create(void);
bool ps_select_begin(void *owner, const struct ps_snapshot *snapshot, size_t flows, unsigned workers);
bool ps_select_see(void *owner, unsigned worker, size_t index, const struct ps_flow_row *flow);
void ps_select_destroy(void *owner);
/* All flows were seen: those that may matter are read again.  Returns 0, or -1 when memory is out; finish the selection in
 * both cases. */
int ps_select_finish(struct ps_select *select, const struct ps_snapshot *snapshot, struct ps_selection *ret_selection);
/* The hash of an address in a face. */
uint32_t ps_selection_hash(const struct ps_address *address, uint8_t family);
void ps_selection_finish(struct ps_selection *selection);

#endif
