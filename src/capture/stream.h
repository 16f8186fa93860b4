/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of one input, in order: a file or pipe, and on top of it any number of decompressors.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_STREAM_H
#define PORTSNIFF_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a read can say beside a number of bytes. */
enum {
    PS_STREAM_END = 0,
    PS_STREAM_FAILED = -1,      /* `trouble` says why; it stays so */
    PS_STREAM_INTERRUPTED = -2, /* a signal came; ask again */
};

/* Bytes that can be looked at ahead. */
#define PS_STREAM_PEEK 64

struct ps_stream;

struct ps_stream_kind {
    /* Up to `size` (at least 1) bytes to `to`: their number, or one of the above. */
    ptrdiff_t (*read)(struct ps_stream *stream, void *to, size_t size);
    /* Frees the stream itself; not what is below it. */
    void (*close)(struct ps_stream *stream);
};

/* The common part, embedded first in every kind of stream. */
struct ps_stream {
    const struct ps_stream_kind *kind;
    struct ps_stream *below; /* owned; NULL for the file itself */
    const char *packing;     /* "gzip"; NULL for the file itself; static */
    uint64_t memory;         /* that decompressors on top of this stream may take, bytes; 0: PS_UNPACK_MEMORY */
    bool repeats;            /* no layer of its own: `packing` is that of the stream below */
    uint8_t peeked[PS_STREAM_PEEK];
    size_t peeked_at, peeked_end; /* peeked and not read yet */
    char trouble[160];            /* one clause, set when a read failed: "truncated gzip input" */
    bool too_large;               /* the reason was that unpacking needs more memory than it may have */
    bool memory_out;              /* that was the reason, and nothing is wrong with the data */
};

/* A stream over an open descriptor, which it owns unless `keep_open`.  `path`, when not NULL (alive as long as the
 * stream), must be a regular file: then the stream can be parked.  NULL when memory is out; the descriptor stays
 * open then. */
struct ps_stream *ps_stream_open(int fd, const char *path, bool keep_open);

/* Reads at least 1 and up to `size` bytes (size > 0), or returns PS_STREAM_*. */
ptrdiff_t ps_stream_read(struct ps_stream *stream, void *to, size_t size);

/* Makes up to `want` (at most PS_STREAM_PEEK) bytes visible at *ret_bytes without consuming them.  Returns how many
 * there are, fewer than `want` only at the end or in front of damage; or PS_STREAM_INTERRUPTED. */
ptrdiff_t ps_stream_peek(struct ps_stream *stream, size_t want, const uint8_t **ret_bytes);

/* From now on a pipe that has nothing is PS_STREAM_INTERRUPTED after a moment: a signal may have come to another thread. */
void ps_stream_hurry(struct ps_stream *stream);
/* Nobody wants more: reading then ends soon, as if the pipe had ended.  From any thread. */
void ps_stream_give_up(struct ps_stream *stream);

/* Gives the descriptor back to the system until the next read, where that is possible. */
void ps_stream_park(struct ps_stream *stream);

/* Bytes read so far of the file as it lies on disk. */
uint64_t ps_stream_done(struct ps_stream *stream);

/* The descriptor of a regular file that is not compressed, to be read from by position; else -1. */
int ps_stream_file(const struct ps_stream *stream);

/* Of such a file: the next read is from `offset` on. */
void ps_stream_seek(struct ps_stream *stream, uint64_t offset);

/* Closes the stream and all below it.  NULL is fine. */
void ps_stream_close(struct ps_stream *stream);

/* Notes that reading failed for lack of memory; returns PS_STREAM_FAILED. */
ptrdiff_t ps_stream_memory_out(struct ps_stream *stream);
/* Likewise that unpacking needs more than the `limit` of memory, in bytes, that it may have. */
ptrdiff_t ps_stream_too_large(struct ps_stream *stream, uint64_t limit);

/* Reading failed because it failed below; returns PS_STREAM_FAILED. */
ptrdiff_t ps_stream_inherit(struct ps_stream *stream);

/* Notes why reading failed; returns PS_STREAM_FAILED. */
__attribute__((format(printf, 2, 3))) ptrdiff_t ps_stream_trouble(struct ps_stream *stream, const char *format, ...);

#endif
