/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unpacks ahead, so that decompression and counting overlap: a thread fills a ring of buffers, the reader empties it.
 *
 * What fits into one buffer is read without a thread, and so is everything where no thread can be had.  Trouble comes
 * behind the bytes that came before it, exactly as it would without a thread.
 */
#include "ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUFFERS     4U
#define BUFFER_SIZE ((size_t)256 * 1024)

/* Nanoseconds until a waiting reader gets a say. */
#define PATIENCE_NS 50000000

struct ahead {
    struct ps_stream stream;
    uint64_t direct;      /* bytes read without a thread */
    bool threaded, alone; /* the thread runs, or ran; it could not be had */
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t mutex; /* of what follows, but for the content of buffers, which goes from hand to hand */
    pthread_cond_t changed;
    uint64_t filled, emptied; /* buffers so far */
    bool over;                /* the thread is done: */
    ptrdiff_t ending;         /* PS_STREAM_END or PS_STREAM_FAILED behind the last buffer */
    size_t length[BUFFERS];
    size_t at; /* in the buffer that is being emptied; the reader's */
    uint8_t *buffer;
};

static struct ahead *ahead_of(struct ps_stream *stream)
{
    return (struct ahead *)(void *)stream;
}

/* Fills one buffer: more than 0 when it is full, else PS_STREAM_END or PS_STREAM_FAILED. */
static ptrdiff_t fill(struct ahead *ahead, uint8_t *to, size_t *ret_length)
{
    ptrdiff_t got = 1;
    size_t length = 0;
    while (length < BUFFER_SIZE && !atomic_load_explicit(&ahead->stop, memory_order_relaxed)) {
        got = ps_stream_read(ahead->stream.below, to + length, BUFFER_SIZE - length);
        if (got == PS_STREAM_INTERRUPTED)
            continue;
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    *ret_length = length;
    return got;
}

static void *run(void *argument)
{
    struct ahead *ahead = argument;
    pthread_mutex_lock(&ahead->mutex);
    while (!ahead->over) {
        while (ahead->filled - ahead->emptied == BUFFERS && !atomic_load(&ahead->stop))
            pthread_cond_wait(&ahead->changed, &ahead->mutex);
        if (atomic_load(&ahead->stop))
            break;
        const size_t slot = ahead->filled % BUFFERS;
        pthread_mutex_unlock(&ahead->mutex);
        size_t length;
        ptrdiff_t got = fill(ahead, ahead->buffer + slot * BUFFER_SIZE, &length);
        pthread_mutex_lock(&ahead->mutex);
        ahead->length[slot] = length;
        ahead->filled += length > 0;
        ahead->over = got <= 0;
        ahead->ending = got;
        pthread_cond_signal(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->mutex);
    return NULL;
}

/* Starts the thread.  Signals stay with the threads that know what to do about them. */
static bool start(struct ahead *ahead)
{
    sigset_t all, before;
    ahead->buffer = malloc(BUFFERS * BUFFER_SIZE);
    if (!ahead->buffer)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&ahead->thread, NULL, run, ahead) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static ptrdiff_t take_trouble(struct ahead *ahead, ptrdiff_t got)
{
    return got == PS_STREAM_FAILED ? ps_stream_inherit(&ahead->stream) : got;
}

static ptrdiff_t read_direct(struct ahead *ahead, void *to, size_t size)
{
    ptrdiff_t got = ps_stream_read(ahead->stream.below, to, size);
    if (got > 0)
        ahead->direct += (uint64_t)got;
    return take_trouble(ahead, got);
}

/* Waits for a buffer: 1 when there is one, else PS_STREAM_*. */
static ptrdiff_t wait_for_buffer(struct ahead *ahead)
{
    struct timespec until;
    int waited = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PATIENCE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&ahead->mutex);
    while (ahead->filled == ahead->emptied && !ahead->over && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&ahead->changed, &ahead->mutex, &until);
    ptrdiff_t got = ahead->filled != ahead->emptied ? 1 : ahead->over ? ahead->ending : PS_STREAM_INTERRUPTED;
    pthread_mutex_unlock(&ahead->mutex);
    return got;
}

static ptrdiff_t read_threaded(struct ahead *ahead, void *to, size_t size)
{
    ptrdiff_t got = ahead->at > 0 ? 1 : wait_for_buffer(ahead);
    if (got <= 0)
        return take_trouble(ahead, got);
    const size_t slot = ahead->emptied % BUFFERS; /* nobody else counts that */
    size_t left = ahead->length[slot] - ahead->at;
    size_t n = left < size ? left : size;
    memcpy(to, ahead->buffer + slot * BUFFER_SIZE + ahead->at, n);
    ahead->at += n;
    if (n < left)
        return (ptrdiff_t)n;
    ahead->at = 0;
    pthread_mutex_lock(&ahead->mutex);
    ahead->emptied++;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
    return (ptrdiff_t)n;
}

static ptrdiff_t read_ahead(struct ps_stream *stream, void *to, size_t size)
{
    struct ahead *ahead = ahead_of(stream);
    if (!ahead->threaded && !ahead->alone && ahead->direct >= BUFFER_SIZE) {
        ahead->threaded = start(ahead);
        ahead->alone = !ahead->threaded;
    }
    return ahead->threaded ? read_threaded(ahead, to, size) : read_direct(ahead, to, size);
}

static void close_ahead(struct ps_stream *stream)
{
    struct ahead *ahead = ahead_of(stream);
    if (ahead->threaded) {
        pthread_mutex_lock(&ahead->mutex);
        atomic_store(&ahead->stop, true);
        ps_stream_give_up(ahead->stream.below);
        pthread_cond_signal(&ahead->changed);
        pthread_mutex_unlock(&ahead->mutex);
        pthread_join(ahead->thread, NULL);
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->mutex);
    free(ahead->buffer);
    free(ahead);
}

static const struct ps_stream_kind ahead_kind = {.read = read_ahead, .close = close_ahead};

struct ps_stream *ps_ahead(struct ps_stream *below)
{
    pthread_condattr_t clock;
    struct ahead *ahead = calloc(1, sizeof(*ahead));
    if (!ahead)
        return NULL;
    ahead->stream.kind = &ahead_kind;
    ahead->stream.below = below;
    ahead->stream.packing = below->packing;
    ahead->stream.repeats = true;
    pthread_mutex_init(&ahead->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&ahead->changed, &clock);
    pthread_condattr_destroy(&clock);
    return &ahead->stream;
}
