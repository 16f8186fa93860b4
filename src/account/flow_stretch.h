/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What flow.c and flow_merge.c share: the current stretch of a flow, and how one connection follows another.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_STRETCH_H
#define PORTSNIFF_ACCOUNT_FLOW_STRETCH_H

#include "flow.h"

enum flow_phase ps_flow_phase(const struct flow *flow);
void ps_flow_set_phase(struct flow *flow, enum flow_phase phase);
void ps_flow_set_current(struct flow *flow, const struct flow_segment *segment);
/* NULL, and context->failed, when memory is out. */
struct flow_extra *ps_flow_extra_of(struct flow_context *context, struct flow *flow);
/* A new connection begins: the current stretch is put away. */
void ps_flow_turn_over(struct flow_context *context, struct flow *flow);
/* The first connection of a part begins, or may: what was before it (if anything was) is put away. */
void ps_flow_leave_lead(struct flow_context *context, struct flow *flow);
/* Whether a SYN from `end` with this sequence number begins another connection than the one `flags` tell of. */
bool ps_flow_syn_begins(uint32_t flags, const uint32_t base[2], int end, uint32_t sequence);
/* Whether the time between two packets ends a connection of a protocol without handshake. */
bool ps_flow_paused(int64_t last_ns, int64_t now_ns);
void ps_flow_note_times(struct flow *flow, int64_t time_ns);

#endif
