/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names that a user gave become the list of inputs.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_PATHS_H
#define PORTSNIFF_CAPTURE_PATHS_H

#include "feed.h"

struct ps_feeds {
    struct ps_feed *feed; /* owned */
    size_t count, room;
};

/* One feed per file; a directory stands for the captures in it, by name.  The feeds are not open; one that cannot be
 * used (a directory without captures) has facts.input.failed set.  0, or -1 with a sentence; finish in either case. */
int ps_feeds_init(struct ps_feeds *feeds, const struct ps_source_options *options, struct ps_error *error);
void ps_feeds_finish(struct ps_feeds *feeds);

#endif
