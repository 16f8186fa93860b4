/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of a stream that lies in memory: records are read where they are, without copying.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_WINDOW_H
#define PORTSNIFF_CAPTURE_WINDOW_H

#include "portsniff/bytes.h"
#include "stream.h"

/* Fits the second-level cache, and a read(2) of it costs little per byte. */
#define PS_WINDOW_SIZE (256U * 1024)

enum ps_window_state {
    PS_WINDOW_READY,
    PS_WINDOW_END,         /* the stream ended before */
    PS_WINDOW_FAILED,      /* the stream failed before: stream->trouble, or memory is out (window->no_memory) */
    PS_WINDOW_INTERRUPTED, /* a signal came; ask again */
};

struct ps_window {
    struct ps_stream *stream; /* not owned */
    uint8_t *buffer;          /* owned */
    uint32_t size;
    uint32_t at, end; /* in the buffer and not consumed yet */
    uint64_t offset;  /* in the stream's content, of buffer[at] */
    bool no_memory;
};

/* 0, or -1 when memory is out.  Finish it. */
int ps_window_init(struct ps_window *window, struct ps_stream *stream);
void ps_window_finish(struct ps_window *window);

/* Reads until `n` bytes are there behind `at`.  Moves the bytes in the buffer and lets it grow, but never ahead of the
 * bytes that really come: a length that a file merely claims costs nothing. */
enum ps_window_state ps_window_need(struct ps_window *window, uint32_t n);

/* The same, but what is in the buffer keeps its place there, also what was consumed; and nothing is read beyond what is
 * needed.  The buffer itself may move when it grows. */
enum ps_window_state ps_window_extend(struct ps_window *window, uint32_t n);

/* Exchanges the buffer for another one of *size bytes; what is in them stays the caller's business. */
void ps_window_exchange(struct ps_window *window, uint8_t **buffer, uint32_t *size);

/* Consumes up to *left bytes, reading them if need be, and counts *left down; READY when it is 0. */
enum ps_window_state ps_window_skip(struct ps_window *window, uint32_t *left);

/* What lies in the buffer. */
static inline struct ps_bytes ps_window_bytes(const struct ps_window *window)
{
    return (struct ps_bytes){.base = window->buffer, .at = window->at, .end = window->end};
}

/* Consumes `n` bytes, which must be in the buffer. */
static inline void ps_window_consume(struct ps_window *window, uint32_t n)
{
    window->at += n;
    window->offset += n;
}

#endif
