/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hands out bytes of memory as a file would.
 */
#include "memory_stream.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rule.h"

static ptrdiff_t memory_read(struct ps_stream *stream, void *to, size_t size)
{
    struct memory_stream *memory = (struct memory_stream *)(void *)stream;
    size_t n = memory->left < size ? memory->left : size;
    if (n > memory->step)
        n = memory->step;
    if (n > 0)
        memcpy(to, memory->at, n);
    memory->at += n;
    memory->left -= n;
    return (ptrdiff_t)n;
}

static void memory_close(struct ps_stream *stream)
{
    (void)stream;
}

void memory_stream_init(struct memory_stream *memory, const uint8_t *data, size_t size, size_t step)
{
    static const struct ps_stream_kind kind = {.read = memory_read, .close = memory_close};
    *memory = (struct memory_stream){.stream = {.kind = &kind}, .at = data, .left = size, .step = step};
}

struct ps_stream *memory_file_open(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("fuzzed", MFD_CLOEXEC);
    rule(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "there is room for a file");
    struct ps_stream *stream = ps_stream_open(fd, "fuzzed", true);
    rule(stream != NULL, "there is memory");
    return stream;
}
