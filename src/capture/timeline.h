/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several inputs as one: merged by packet time.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_TIMELINE_H
#define PORTSNIFF_CAPTURE_TIMELINE_H

#include "paths.h"

struct ps_timeline;

/* Opens every feed that has not failed and looks at its first packet.  NULL when memory is out.  A feed whose
 * `filter_failed` is set afterwards ends everything. */
struct ps_timeline *ps_timeline_create(struct ps_feeds *feeds, struct ps_filter *filter);
/* NULL is fine. */
void ps_timeline_destroy(struct ps_timeline *timeline);

/* Appends the next packets to the empty batch.  PS_FILL_OVER at the end, or when a feed's filter failed (filter_failed),
 * or memory is out (ps_timeline_failed). */
enum ps_fill ps_timeline_next(struct ps_timeline *timeline, struct ps_batch *batch);

/* The feed that stopped everything by its filter; NULL while there is none. */
const struct ps_feed *ps_timeline_culprit(const struct ps_timeline *timeline);
bool ps_timeline_no_memory(const struct ps_timeline *timeline);

#endif
