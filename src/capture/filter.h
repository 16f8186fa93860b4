/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps the packets that a BPF expression selects.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_FILTER_H
#define PORTSNIFF_CAPTURE_FILTER_H

#include <stdbool.h>

#include "portsniff/error.h"
#include "portsniff/packet.h"

struct ps_filter;

/* `expression` in pcap-filter(7) syntax, not owned, alive while the filter is; it is compiled for each link type when
 * that is first seen.  NULL when memory is out. */
struct ps_filter *ps_filter_create(const char *expression);
/* NULL is fine. */
void ps_filter_destroy(struct ps_filter *filter);

/* Compiles for one link type ahead of its first packet.  By one thread at a time.  0, or -1 with a sentence. */
int ps_filter_prepare(struct ps_filter *filter, uint16_t link_type, struct ps_error *error);
/* Whether the expression can be compiled for Ethernet, 802.11 or Linux cooked packets: then it is right as such. */
bool ps_filter_valid(const struct ps_filter *filter);
/* Whether it was compiled for any link type yet. */
bool ps_filter_proven(const struct ps_filter *filter);

/* Removes from the batch what the filter does not select; all its link types must have been prepared.  By any number of
 * threads, while another one prepares. */
void ps_filter_select(const struct ps_filter *filter, struct ps_batch *batch);

/* Removes from the batch what the filter does not select.  0, or -1 with a sentence when it cannot be compiled for a
 * packet's link type. */
int ps_filter_apply(struct ps_filter *filter, struct ps_batch *batch, struct ps_error *error);

#endif
