/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads files by pread(2), pipes and standard input by read(2), and hands reads to the decompressors above.
 *
 * Never maps files (a cache-sized buffer and read(2) are faster, and a file that shrinks is an end of data instead of a
 * signal), never seeks where it could matter (pipes must work), and never installs a signal handler: a read that a
 * signal interrupted is reported as such.
 */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Milliseconds that a pipe is waited for without asking whether that is still wanted. */
#define PATIENCE_MS 50

struct file_stream {
    struct ps_stream stream;
    int fd;           /* -1: parked */
    const char *path; /* of a regular file, not owned; NULL: cannot be parked */
    bool keep_open;
    _Atomic uint64_t done;  /* bytes read; others look at it meanwhile to tell of progress */
    _Atomic bool impatient; /* see ps_stream_hurry() */
    _Atomic bool given_up;  /* nobody wants more */
};

ptrdiff_t ps_stream_trouble(struct ps_stream *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(stream->trouble, sizeof(stream->trouble), format, arguments);
    va_end(arguments);
    return PS_STREAM_FAILED;
}

ptrdiff_t ps_stream_memory_out(struct ps_stream *stream)
{
    stream->memory_out = true;
    return ps_stream_trouble(stream, "memory is out");
}

ptrdiff_t ps_stream_too_large(struct ps_stream *stream, uint64_t limit)
{
    stream->too_large = true;
    return ps_stream_trouble(stream, "unpacking it needs more than %u MB of memory", (unsigned)(limit >> 20));
}

ptrdiff_t ps_stream_inherit(struct ps_stream *stream)
{
    stream->memory_out = stream->below->memory_out;
    stream->too_large = stream->below->too_large;
    return ps_stream_trouble(stream, "%s", stream->below->trouble);
}

static struct file_stream *file_of(struct ps_stream *stream)
{
    return (struct file_stream *)(void *)stream;
}

/* Opens a parked file again where it was left. */
static ptrdiff_t unpark(struct file_stream *file)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ps_stream_trouble(&file->stream, "it could not be opened again: %s", strerror(errno));
    file->fd = fd;
    return 0;
}

/* Waits a moment for bytes of a pipe, so that whoever reads gets a say: a signal may have come to another thread. */
static ptrdiff_t wait_for_pipe(struct file_stream *file)
{
    struct pollfd wait = {.fd = file->fd, .events = POLLIN};
    if (atomic_load(&file->given_up))
        return PS_STREAM_END;
    int ready = poll(&wait, 1, PATIENCE_MS);
    return ready == 0 || (ready < 0 && errno == EINTR) ? PS_STREAM_INTERRUPTED : 1;
}

static ptrdiff_t file_read(struct ps_stream *stream, void *to, size_t size)
{
    struct file_stream *file = file_of(stream);
    if (file->fd < 0 && unpark(file) < 0)
        return PS_STREAM_FAILED;
    ptrdiff_t ready = atomic_load(&file->impatient) ? wait_for_pipe(file) : 1;
    if (ready <= 0)
        return ready;
    for (;;) {
        const uint64_t done = atomic_load_explicit(&file->done, memory_order_relaxed);
        ssize_t got = file->path ? pread(file->fd, to, size, (off_t)done) : read(file->fd, to, size);
        if (got >= 0) {
            atomic_store_explicit(&file->done, done + (uint64_t)got, memory_order_relaxed);
            return got;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) { /* somebody else made the pipe non-blocking */
            struct pollfd wait = {.fd = file->fd, .events = POLLIN};
            if (poll(&wait, 1, -1) >= 0)
                continue;
        }
        if (errno == EINTR)
            return PS_STREAM_INTERRUPTED;
        return ps_stream_trouble(stream, "reading failed: %s", strerror(errno));
    }
}

static void file_close(struct ps_stream *stream)
{
    struct file_stream *file = file_of(stream);
    if (file->fd >= 0 && !file->keep_open)
        close(file->fd);
    free(file);
}

static const struct ps_stream_kind file_kind = {.read = file_read, .close = file_close};

struct ps_stream *ps_stream_open(int fd, const char *path, bool keep_open)
{
    struct file_stream *file = calloc(1, sizeof(*file));
    if (!file)
        return NULL;
    file->stream.kind = &file_kind;
    file->fd = fd;
    file->path = path;
    atomic_init(&file->done, 0);
    file->keep_open = keep_open;
    return &file->stream;
}

ptrdiff_t ps_stream_read(struct ps_stream *stream, void *to, size_t size)
{
    size_t ready = stream->peeked_end - stream->peeked_at;
    if (ready > 0) {
        size_t n = ready < size ? ready : size;
        memcpy(to, stream->peeked + stream->peeked_at, n);
        stream->peeked_at += n;
        return (ptrdiff_t)n;
    }
    if (stream->trouble[0])
        return PS_STREAM_FAILED;
    return stream->kind->read(stream, to, size);
}

ptrdiff_t ps_stream_peek(struct ps_stream *stream, size_t want, const uint8_t **ret_bytes)
{
    while (stream->peeked_end < want && !stream->trouble[0]) {
        ptrdiff_t got =
            stream->kind->read(stream, stream->peeked + stream->peeked_end, PS_STREAM_PEEK - stream->peeked_end);
        if (got == PS_STREAM_INTERRUPTED)
            return got;
        if (got <= 0)
            break;
        stream->peeked_end += (size_t)got;
    }
    *ret_bytes = stream->peeked;
    return (ptrdiff_t)stream->peeked_end;
}

static struct file_stream *bottom_of(struct ps_stream *stream)
{
    while (stream->below)
        stream = stream->below;
    return file_of(stream);
}

void ps_stream_hurry(struct ps_stream *stream)
{
    struct file_stream *file = bottom_of(stream);
    atomic_store(&file->impatient, !file->path);
}

void ps_stream_give_up(struct ps_stream *stream)
{
    atomic_store(&bottom_of(stream)->given_up, true);
}

void ps_stream_park(struct ps_stream *stream)
{
    struct file_stream *file = bottom_of(stream);
    if (file->path && file->fd >= 0) {
        close(file->fd);
        file->fd = -1;
    }
}

uint64_t ps_stream_done(struct ps_stream *stream)
{
    return atomic_load_explicit(&bottom_of(stream)->done, memory_order_relaxed);
}

int ps_stream_file(const struct ps_stream *stream)
{
    if (stream->kind != &file_kind)
        return -1;
    const struct file_stream *file = (const struct file_stream *)(const void *)stream;
    return file->path ? file->fd : -1;
}

void ps_stream_seek(struct ps_stream *stream, uint64_t offset)
{
    stream->peeked_at = stream->peeked_end = 0;
    atomic_store_explicit(&file_of(stream)->done, offset, memory_order_relaxed);
}

void ps_stream_close(struct ps_stream *stream)
{
    while (stream) {
        struct ps_stream *below = stream->below;
        stream->kind->close(stream);
        stream = below;
    }
}
