/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffered output with a sticking failure, and text made safe for terminals.  Writes are retried after EINTR and
 * continued after a short write; nothing here formats for a particular report.
 */
#include "portsniff/out.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT_SIZE ((size_t)64 * 1024)

int ps_out_init(struct ps_out *out, int fd)
{
    char *buffer = malloc(OUT_SIZE);
    if (!buffer)
        return -1;
    *out = (struct ps_out){.fd = fd, .buffer = buffer, .size = OUT_SIZE};
    return 0;
}

int ps_out_memory(struct ps_out *out)
{
    return ps_out_init(out, -1);
}

int ps_out_flush(struct ps_out *out)
{
    size_t written = 0;
    while (out->fd >= 0 && !out->failure && written < out->used) {
        ssize_t n = write(out->fd, out->buffer + written, out->used - written);
        struct pollfd ready = {.fd = out->fd, .events = POLLOUT};
        if (n > 0)
            written += (size_t)n;
        else if (n == 0)
            out->failure = EIO; /* would be asked for ever */
        else if (errno == EAGAIN)
            poll(&ready, 1, -1); /* whoever shares this pipe or terminal set it so */
        else if (errno != EINTR)
            out->failure = errno;
    }
    if (out->fd >= 0)
        out->used = 0;
    return out->failure;
}

int ps_out_finish(struct ps_out *out)
{
    int failure = ps_out_flush(out);
    free(out->buffer);
    *out = (struct ps_out){.fd = -1};
    return failure;
}

/* Room for `length` more bytes in memory. */
static bool out_grow(struct ps_out *out, size_t length)
{
    size_t size = out->size ? out->size : OUT_SIZE;
    while (size - out->used < length) {
        if (size > SIZE_MAX / 2) {
            out->failure = ENOMEM;
            return false;
        }
        size *= 2;
    }
    char *buffer = realloc(out->buffer, size);
    if (!buffer) {
        out->failure = ENOMEM;
        return false;
    }
    out->buffer = buffer;
    out->size = size;
    return true;
}

void ps_out_bytes(struct ps_out *out, const void *bytes, size_t length)
{
    const char *from = bytes;
    if (length < out->size - out->used && !out->failure) { /* nearly always */
        memcpy(out->buffer + out->used, from, length);
        out->used += length;
        return;
    }
    if (out->fd < 0 && out->size - out->used < length && !out->failure && !out_grow(out, length))
        return;
    while (length > 0 && !out->failure) {
        size_t room = out->size - out->used;
        size_t n = length < room ? length : room;
        memcpy(out->buffer + out->used, from, n);
        out->used += n;
        from += n;
        length -= n;
        if (out->used == out->size && out->fd >= 0)
            ps_out_flush(out);
    }
}

void ps_out_text(struct ps_out *out, const char *text)
{
    ps_out_bytes(out, text, strlen(text));
}

void ps_out_char(struct ps_out *out, char c)
{
    ps_out_bytes(out, &c, 1);
}

void ps_out_repeat(struct ps_out *out, char c, size_t n)
{
    while (n-- > 0)
        ps_out_char(out, c);
}

void ps_out_u64(struct ps_out *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    ps_out_bytes(out, digits + at, sizeof(digits) - at);
}

void ps_out_format(struct ps_out *out, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length < sizeof(text)) {
        ps_out_bytes(out, text, (size_t)length);
        return;
    }
    char *longer = malloc((size_t)length + 1);
    if (!longer) {
        out->failure = ENOMEM;
        return;
    }
    va_start(arguments, format);
    vsnprintf(longer, (size_t)length + 1, format, arguments);
    va_end(arguments);
    ps_out_bytes(out, longer, (size_t)length);
    free(longer);
}
