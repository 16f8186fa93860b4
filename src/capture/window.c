/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A buffer over a stream.  It holds 256 KiB and grows only for a single record that is larger.
 */
#include "window.h"

#include <stdlib.h>
#include <string.h>

int ps_window_init(struct ps_window *window, struct ps_stream *stream)
{
    *window = (struct ps_window){.stream = stream, .size = PS_WINDOW_SIZE};
    window->buffer = malloc(window->size);
    return window->buffer ? 0 : -1;
}

void ps_window_finish(struct ps_window *window)
{
    free(window->buffer);
    window->buffer = NULL;
}

/* Doubles the buffer. */
static int grow(struct ps_window *window)
{
    uint32_t size = window->size < PS_WINDOW_SIZE ? PS_WINDOW_SIZE : window->size * 2;
    uint8_t *larger = realloc(window->buffer, size);
    if (!larger) {
        window->no_memory = true;
        return -1;
    }
    window->buffer = larger;
    window->size = size;
    return 0;
}

/* Reads at least one byte and at most `most`. */
static enum ps_window_state read_more(struct ps_window *window, uint32_t most)
{
    if (window->end == window->size && grow(window) < 0)
        return PS_WINDOW_FAILED;
    uint32_t room = window->size - window->end;
    ptrdiff_t got = ps_stream_read(window->stream, window->buffer + window->end, room < most ? room : most);
    if (got > 0) {
        window->end += (uint32_t)got;
        return PS_WINDOW_READY;
    }
    if (got == PS_STREAM_END)
        return PS_WINDOW_END;
    return got == PS_STREAM_INTERRUPTED ? PS_WINDOW_INTERRUPTED : PS_WINDOW_FAILED;
}

enum ps_window_state ps_window_need(struct ps_window *window, uint32_t n)
{
    if (window->end - window->at >= n)
        return PS_WINDOW_READY;
    if (window->at > 0) {
        memmove(window->buffer, window->buffer + window->at, window->end - window->at);
        window->end -= window->at;
        window->at = 0;
    }
    while (window->end - window->at < n) {
        enum ps_window_state state = read_more(window, UINT32_MAX);
        if (state != PS_WINDOW_READY)
            return state;
    }
    return PS_WINDOW_READY;
}

enum ps_window_state ps_window_extend(struct ps_window *window, uint32_t n)
{
    while (window->end - window->at < n) {
        enum ps_window_state state = read_more(window, n - (window->end - window->at));
        if (state != PS_WINDOW_READY)
            return state;
    }
    return PS_WINDOW_READY;
}

void ps_window_exchange(struct ps_window *window, uint8_t **buffer, uint32_t *size)
{
    uint8_t *own = window->buffer;
    uint32_t own_size = window->size;
    window->buffer = *buffer;
    window->size = *size;
    *buffer = own;
    *size = own_size;
}

enum ps_window_state ps_window_skip(struct ps_window *window, uint32_t *left)
{
    for (;;) {
        uint32_t there = window->end - window->at;
        uint32_t n = there < *left ? there : *left;
        ps_window_consume(window, n);
        *left -= n;
        if (*left == 0)
            return PS_WINDOW_READY;
        window->at = window->end = 0;
        enum ps_window_state state = read_more(window, UINT32_MAX);
        if (state != PS_WINDOW_READY)
            return state;
    }
}
