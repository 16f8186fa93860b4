/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream that is read ahead by a thread of its own.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_AHEAD_H
#define PORTSNIFF_CAPTURE_AHEAD_H

#include "stream.h"

/* A stream of the same bytes as `below`, which it owns from then on, and of the same packing and trouble.  The thread
 * begins only when a good part was read, blocks all signals, and ends with the stream.  `below` must never wait for bytes
 * that may not come: nothing could end the thread then.  While the reader waits for the thread it is told
 * PS_STREAM_INTERRUPTED now and then, for a signal does not end that wait.  NULL when memory is out; `below` stays the
 * caller's then. */
struct ps_stream *ps_ahead(struct ps_stream *below);

#endif
