/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unpacks through libarchive's filters, with its "raw" format, which knows no members and names.
 *
 * libarchive hands content out in blocks of 64 KiB or more, and none of a block in which the data turn out damaged.
 * Never runs an outside program: where libarchive lacks a library it would start one, and that is refused.
 */
#include "unpack_layer.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/reserve.h"

#define INPUT_SIZE 65536

/* For what libarchive asks for before it unpacks, some ten kilobytes: without, it crashes or ends the process. */
#define ARCHIVE_MEMORY ((size_t)256 * 1024)

struct archive_stream {
    struct ps_stream stream;
    enum ps_packing packing;
    struct archive *archive; /* NULL until the first read */
    bool ended;
    const uint8_t *block; /* unpacked and not handed out yet: libarchive's, until the next block is asked for */
    size_t block_left;
    uint8_t input[INPUT_SIZE];
};

typedef int support_function(struct archive *archive);

static support_function *const support[PS_PACKING_COUNT] = {
    [PS_PACKING_GZIP] = archive_read_support_filter_gzip, [PS_PACKING_BZIP2] = archive_read_support_filter_bzip2,
    [PS_PACKING_XZ] = archive_read_support_filter_xz,     [PS_PACKING_ZSTD] = archive_read_support_filter_zstd,
    [PS_PACKING_LZ4] = archive_read_support_filter_lz4,
};

static struct archive_stream *packed_of(struct ps_stream *stream)
{
    return (struct archive_stream *)(void *)stream;
}

/* libarchive asks for packed bytes.  It cannot be told of an interrupted read: that is tried again. */
static la_ssize_t more_input(struct archive *archive, void *context, const void **ret_bytes)
{
    struct archive_stream *packed = context;
    ptrdiff_t got;
    do
        got = ps_stream_read(packed->stream.below, packed->input, sizeof(packed->input));
    while (got == PS_STREAM_INTERRUPTED);
    if (got < 0) {
        const struct ps_stream *below = packed->stream.below;
        archive_set_error(archive, below->memory_out ? ENOMEM : EIO, "%s", below->trouble);
        return -1;
    }
    *ret_bytes = packed->input;
    return got;
}

static ptrdiff_t archive_trouble(struct archive_stream *packed)
{
    const char *why = archive_error_string(packed->archive);
    if (archive_errno(packed->archive) == ENOMEM)
        return ps_stream_memory_out(&packed->stream);
    return ps_stream_trouble(&packed->stream, "%s", why ? why : "libarchive gives no reason");
}

static ptrdiff_t open_archive(struct archive_stream *packed)
{
    struct archive_entry *entry;
    packed->archive = archive_read_new();
    if (!packed->archive)
        return ps_stream_memory_out(&packed->stream);
    if (support[packed->packing](packed->archive) != ARCHIVE_OK)
        return ps_stream_trouble(&packed->stream, "this libarchive was built without %s", packed->stream.packing);
    if (archive_read_support_format_raw(packed->archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(packed->archive) != ARCHIVE_OK)
        return archive_trouble(packed);
    if (archive_read_open(packed->archive, packed, NULL, more_input, NULL) != ARCHIVE_OK)
        return archive_trouble(packed);
    int answer = archive_read_next_header(packed->archive, &entry);
    if (answer == ARCHIVE_EOF) {
        packed->ended = true;
        return 0;
    }
    if (answer != ARCHIVE_OK)
        return archive_trouble(packed);
    if (archive_filter_code(packed->archive, 0) == ARCHIVE_FILTER_NONE)
        return ps_stream_trouble(&packed->stream, "the %s header is damaged", packed->stream.packing);
    return 0;
}

static ptrdiff_t start(struct archive_stream *packed)
{
    void *reserve = ps_reserve(ARCHIVE_MEMORY);
    ptrdiff_t result = reserve ? open_archive(packed) : ps_stream_memory_out(&packed->stream);
    free(reserve);
    return result;
}

static ptrdiff_t archive_read_content(struct ps_stream *stream, void *to, size_t size)
{
    struct archive_stream *packed = packed_of(stream);
    if (!packed->archive && start(packed) < 0)
        return PS_STREAM_FAILED;
    while (packed->block_left == 0 && !packed->ended) {
        const void *block;
        la_int64_t offset;
        int answer = archive_read_data_block(packed->archive, &block, &packed->block_left, &offset);
        packed->block = block;
        if (answer == ARCHIVE_EOF)
            packed->ended = true;
        else if (answer != ARCHIVE_OK)
            return archive_trouble(packed);
    }
    if (packed->block_left == 0)
        return PS_STREAM_END;
    size_t n = packed->block_left < size ? packed->block_left : size;
    memcpy(to, packed->block, n);
    packed->block += n;
    packed->block_left -= n;
    return (ptrdiff_t)n;
}

static void archive_close(struct ps_stream *stream)
{
    struct archive_stream *packed = packed_of(stream);
    if (packed->archive)
        archive_read_free(packed->archive);
    free(packed);
}

static const struct ps_stream_kind archive_kind = {.read = archive_read_content, .close = archive_close};

struct ps_stream *ps_unpack_archive(enum ps_packing packing)
{
    struct archive_stream *packed = calloc(1, sizeof(*packed));
    if (!packed)
        return NULL;
    packed->stream.kind = &archive_kind;
    packed->packing = packing;
    return &packed->stream;
}
