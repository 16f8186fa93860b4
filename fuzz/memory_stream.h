/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream over bytes in memory, which come in pieces of a chosen size.
 */
#ifndef PORTSNIFF_FUZZ_MEMORY_STREAM_H
#define PORTSNIFF_FUZZ_MEMORY_STREAM_H

#include "stream.h"

struct memory_stream {
    struct ps_stream stream; /* closing it frees nothing */
    const uint8_t *at;
    size_t left, step; /* at most `step` bytes at a time */
};

/* `data` must live as long as the stream. */
void memory_stream_init(struct memory_stream *memory, const uint8_t *data, size_t size, size_t step);

/* A stream over a file of the same bytes, which has no place on any disk.  The file is used again: one at a time. */
struct ps_stream *memory_file_open(const uint8_t *data, size_t size);

#endif
