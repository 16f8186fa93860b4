/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Says as a clause why a native reader could not go on.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_TROUBLE_H
#define PORTSNIFF_CAPTURE_TROUBLE_H

#include "facts.h"
#include "window.h"

/* Notes the damage when the window said END or FAILED in front of a record that begins at `offset`.  `what` is what the
 * content ended inside of: "packet 10,342".  An END is damage only when part of the record is there; `cut` says so. */
void ps_trouble_note(struct ps_facts *facts, const struct ps_window *window, enum ps_window_state state, bool cut,
                     uint64_t offset, const char *what);

/* The compressed data themselves are damaged, as the stream's trouble says. */
void ps_trouble_packing(struct ps_facts *facts, const struct ps_stream *stream, uint64_t offset);

/* The stream failed, or memory is out, in front of a record that begins at `offset`. */
void ps_trouble_stream(struct ps_facts *facts, const struct ps_window *window, uint64_t offset);

#endif
