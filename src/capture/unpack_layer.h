/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two ways to undo one layer of compression.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_UNPACK_LAYER_H
#define PORTSNIFF_CAPTURE_UNPACK_LAYER_H

#include "unpack.h"

/* Bytes of packed input that a layer asks for at a time. */
#define PS_UNPACK_INPUT 65536

/* Each returns a stream whose `below` and `packing` the caller sets; NULL when memory is out. */

/* Any packing. */
struct ps_stream *ps_unpack_archive(enum ps_packing packing);

/* By the format's own library, which gives every byte in front of damage, in at most about `limit` bytes of memory.  NULL also for a packing that
 * ps_unpack_direct_has() denies: the library was not there when this was built. */
struct ps_stream *ps_unpack_direct(enum ps_packing packing, uint64_t limit);
bool ps_unpack_direct_has(enum ps_packing packing);

#endif
