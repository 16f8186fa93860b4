/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A source, for the two ways to read it: by batches (source.c) and by blocks (blocks.c).  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_SOURCE_PRIVATE_H
#define PORTSNIFF_CAPTURE_SOURCE_PRIVATE_H

#include "road.h"
#include "timeline.h"

struct ps_source {
    struct ps_feeds feeds;
    struct ps_filter *filter;     /* NULL: none */
    struct ps_feed *only;         /* the single input, or NULL */
    struct ps_timeline *timeline; /* several inputs, or NULL */
    struct ps_live *live;         /* interfaces: then all of the above is empty */
    struct ps_road road;          /* by which blocks are filled */
    struct ps_error error;
    bool broken; /* `error` holds and nothing more is yielded */
};

#endif
