/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unpacks gzip (RFC 1952), xz, bzip2 and zstd (RFC 8878) by their own libraries, as far as those were there when this was built.  What
 * came out in front of damage is all handed out, and an interrupted read can be taken up again: libarchive offers
 * neither.
 *
 * Members that follow each other count as one; what follows the last member and is none is ignored, as gzip(1) does.
 */
#include "unpack_layer.h"

#include <stdlib.h>
#include <string.h>

#ifdef PS_HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef PS_HAVE_LZMA
#include <lzma.h>
#endif
#ifdef PS_HAVE_BZIP2
#include <bzlib.h>
#endif
#ifdef PS_HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif

/* Packed input and room for content. */
struct span {
    uint8_t *in; /* two of the libraries do not promise const, though none writes there */
    size_t in_left;
    uint8_t *out;
    size_t out_left;
};

/* A step left so much. */
static void advance(struct span *span, size_t in_left, size_t out_left)
{
    span->in += span->in_left - in_left;
    span->in_left = in_left;
    span->out += span->out_left - out_left;
    span->out_left = out_left;
}

/* As much as an unsigned int can say. */
static unsigned bounded(size_t size)
{
    return size < UINT32_MAX ? (unsigned)size : UINT32_MAX;
}

enum step {
    STEP_MORE,
    STEP_MEMBER_END,
    STEP_DAMAGED,
    STEP_NO_MEMORY,
    STEP_TOO_LARGE /* it needs more memory than it may have */
};

struct direct_stream;

struct codec {
    int (*start)(struct direct_stream *direct); /* a new member; 0, or -1 when memory is out */
    enum step (*step)(struct direct_stream *direct, struct span *span);
    void (*stop)(struct direct_stream *direct);
};

struct direct_stream {
    struct ps_stream stream;
    enum ps_packing packing;
    const struct codec *codec;
    uint64_t limit; /* of memory, bytes */
    bool in_member, ended;
    size_t at, end; /* in `input`, not unpacked yet */
    union {
#ifdef PS_HAVE_ZLIB
        z_stream zlib;
#endif
#ifdef PS_HAVE_LZMA
        lzma_stream lzma;
#endif
#ifdef PS_HAVE_BZIP2
        bz_stream bzip2;
#endif
#ifdef PS_HAVE_ZSTD
        struct {
            ZSTD_DStream *stream;
            size_t wanted; /* input bytes up to the end of the next block */
        } zstd;
#endif
        char none;
    } state;
    uint8_t input[PS_UNPACK_INPUT];
};

#ifdef PS_HAVE_ZLIB

static int zlib_start(struct direct_stream *direct)
{
    direct->state.zlib = (z_stream){0};
    return inflateInit2(&direct->state.zlib, 15 + 16) == Z_OK ? 0 : -1; /* largest window, gzip header */
}

static enum step zlib_step(struct direct_stream *direct, struct span *span)
{
    z_stream *zlib = &direct->state.zlib;
    const unsigned in = bounded(span->in_left), out = bounded(span->out_left);
    zlib->next_in = span->in;
    zlib->avail_in = in;
    zlib->next_out = span->out;
    zlib->avail_out = out;
    int answer = inflate(zlib, Z_NO_FLUSH);
    advance(span, span->in_left - (in - zlib->avail_in), span->out_left - (out - zlib->avail_out));
    if (answer == Z_STREAM_END)
        return STEP_MEMBER_END;
    if (answer == Z_MEM_ERROR)
        return STEP_NO_MEMORY;
    return answer == Z_OK || answer == Z_BUF_ERROR ? STEP_MORE : STEP_DAMAGED;
}

static void zlib_stop(struct direct_stream *direct)
{
    inflateEnd(&direct->state.zlib);
}

static const struct codec zlib_codec = {zlib_start, zlib_step, zlib_stop};

#endif
#ifdef PS_HAVE_LZMA

static int lzma_start(struct direct_stream *direct)
{
    direct->state.lzma = (lzma_stream)LZMA_STREAM_INIT;
    return lzma_stream_decoder(&direct->state.lzma, direct->limit, 0) == LZMA_OK ? 0 : -1;
}

static enum step lzma_step(struct direct_stream *direct, struct span *span)
{
    lzma_stream *lzma = &direct->state.lzma;
    lzma->next_in = span->in;
    lzma->avail_in = span->in_left;
    lzma->next_out = span->out;
    lzma->avail_out = span->out_left;
    lzma_ret answer = lzma_code(lzma, LZMA_RUN);
    advance(span, lzma->avail_in, lzma->avail_out);
    if (answer == LZMA_STREAM_END)
        return STEP_MEMBER_END;
    if (answer == LZMA_MEM_ERROR)
        return STEP_NO_MEMORY;
    if (answer == LZMA_MEMLIMIT_ERROR)
        return STEP_TOO_LARGE;
    return answer == LZMA_OK || answer == LZMA_BUF_ERROR ? STEP_MORE : STEP_DAMAGED;
}

static void lzma_stop(struct direct_stream *direct)
{
    lzma_end(&direct->state.lzma);
}

static const struct codec lzma_codec = {lzma_start, lzma_step, lzma_stop};

#endif
#ifdef PS_HAVE_BZIP2

static int bzip2_start(struct direct_stream *direct)
{
    direct->state.bzip2 = (bz_stream){0};
    return BZ2_bzDecompressInit(&direct->state.bzip2, 0, 0) == BZ_OK ? 0 : -1;
}

static enum step bzip2_step(struct direct_stream *direct, struct span *span)
{
    bz_stream *bzip2 = &direct->state.bzip2;
    const unsigned in = bounded(span->in_left), out = bounded(span->out_left);
    bzip2->next_in = (char *)span->in;
    bzip2->avail_in = in;
    bzip2->next_out = (char *)span->out;
    bzip2->avail_out = out;
    int answer = BZ2_bzDecompress(bzip2);
    advance(span, span->in_left - (in - bzip2->avail_in), span->out_left - (out - bzip2->avail_out));
    if (answer == BZ_STREAM_END)
        return STEP_MEMBER_END;
    if (answer == BZ_MEM_ERROR)
        return STEP_NO_MEMORY;
    return answer == BZ_OK ? STEP_MORE : STEP_DAMAGED;
}

static void bzip2_stop(struct direct_stream *direct)
{
    BZ2_bzDecompressEnd(&direct->state.bzip2);
}

static const struct codec bzip2_codec = {bzip2_start, bzip2_step, bzip2_stop};

#endif
#ifdef PS_HAVE_ZSTD

static int zstd_start(struct direct_stream *direct)
{
    direct->state.zstd.stream = ZSTD_createDStream();
    direct->state.zstd.wanted = 1;
    if (!direct->state.zstd.stream)
        return -1;
    /* Nearly all that it takes is the window, the size of which is a power of two. */
    int window = 63 - __builtin_clzll(direct->limit | 1 << 10);
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    if (window < bounds.upperBound)
        ZSTD_DCtx_setParameter(direct->state.zstd.stream, ZSTD_d_windowLogMax, window);
    return 0;
}

/* Block by block: a call that meets damage gives nothing of the blocks before it. */
static enum step zstd_step(struct direct_stream *direct, struct span *span)
{
    size_t wanted = direct->state.zstd.wanted;
    ZSTD_inBuffer in = {.src = span->in, .size = wanted < span->in_left ? wanted : span->in_left};
    ZSTD_outBuffer out = {.dst = span->out, .size = span->out_left};
    size_t answer = ZSTD_decompressStream(direct->state.zstd.stream, &out, &in);
    advance(span, span->in_left - in.pos, out.size - out.pos);
    if (ZSTD_isError(answer))
        return ZSTD_getErrorCode(answer) == ZSTD_error_memory_allocation               ? STEP_NO_MEMORY
               : ZSTD_getErrorCode(answer) == ZSTD_error_frameParameter_windowTooLarge ? STEP_TOO_LARGE
                                                                                       : STEP_DAMAGED;
    direct->state.zstd.wanted = answer;
    return answer == 0 ? STEP_MEMBER_END : STEP_MORE;
}

static void zstd_stop(struct direct_stream *direct)
{
    ZSTD_freeDStream(direct->state.zstd.stream);
}

static const struct codec zstd_codec = {zstd_start, zstd_step, zstd_stop};

#endif

static const struct codec *const codecs[PS_PACKING_COUNT] = {
#ifdef PS_HAVE_ZLIB
    [PS_PACKING_GZIP] = &zlib_codec,
#endif
#ifdef PS_HAVE_LZMA
    [PS_PACKING_XZ] = &lzma_codec,
#endif
#ifdef PS_HAVE_BZIP2
    [PS_PACKING_BZIP2] = &bzip2_codec,
#endif
#ifdef PS_HAVE_ZSTD
    [PS_PACKING_ZSTD] = &zstd_codec,
#endif
    [PS_PACKING_NONE] = NULL,
};

static struct direct_stream *direct_of(struct ps_stream *stream)
{
    return (struct direct_stream *)(void *)stream;
}

/* Reads packed bytes behind those that are left: more than 0, or PS_STREAM_*. */
static ptrdiff_t more_input(struct direct_stream *direct)
{
    memmove(direct->input, direct->input + direct->at, direct->end - direct->at);
    direct->end -= direct->at;
    direct->at = 0;
    ptrdiff_t got =
        ps_stream_read(direct->stream.below, direct->input + direct->end, sizeof(direct->input) - direct->end);
    if (got == PS_STREAM_FAILED)
        return ps_stream_inherit(&direct->stream);
    if (got > 0)
        direct->end += (size_t)got;
    return got;
}

/* Between members: 1 when another one was begun, PS_STREAM_END when none follows. */
static ptrdiff_t next_member(struct direct_stream *direct)
{
    for (;;) {
        while (direct->packing == PS_PACKING_XZ && direct->at < direct->end && direct->input[direct->at] == 0)
            direct->at++; /* stream padding */
        if (direct->end - direct->at >= 4)
            break;
        ptrdiff_t got = more_input(direct);
        if (got == PS_STREAM_END)
            break;
        if (got < 0)
            return got;
    }
    if (ps_packing_of(direct->input + direct->at, direct->end - direct->at) != direct->packing)
        return PS_STREAM_END;
    if (direct->codec->start(direct) < 0)
        return ps_stream_memory_out(&direct->stream);
    direct->in_member = true;
    return 1;
}

/* Unpacks into `to` until something came out, the input is used up, or the member is over.  Bytes that came out, or
 * PS_STREAM_FAILED. */
static ptrdiff_t unpack(struct direct_stream *direct, void *to, size_t size)
{
    struct span span = {direct->input + direct->at, direct->end - direct->at, to, size};
    enum step step = direct->codec->step(direct, &span);
    if (step == STEP_MORE && span.in_left == direct->end - direct->at && span.out_left == size && span.in_left > 0)
        step = STEP_DAMAGED; /* a library that neither takes nor gives would do so for ever */
    direct->at = direct->end - span.in_left;
    if (step != STEP_MORE) {
        direct->codec->stop(direct);
        direct->in_member = false;
    }
    const ptrdiff_t got = (ptrdiff_t)(size - span.out_left);
    ptrdiff_t failed = 0;
    if (step == STEP_DAMAGED)
        failed = ps_stream_trouble(&direct->stream, "the data contradict themselves");
    else if (step == STEP_NO_MEMORY)
        failed = ps_stream_memory_out(&direct->stream);
    else if (step == STEP_TOO_LARGE)
        failed = ps_stream_too_large(&direct->stream, direct->limit);
    return failed && got == 0 ? failed : got;
}

static ptrdiff_t read_content(struct ps_stream *stream, void *to, size_t size)
{
    struct direct_stream *direct = direct_of(stream);
    for (;;) {
        if (direct->ended)
            return PS_STREAM_END;
        if (!direct->in_member) {
            ptrdiff_t next = next_member(direct);
            direct->ended = next == PS_STREAM_END;
            if (next <= 0)
                return next;
        }
        ptrdiff_t got = unpack(direct, to, size);
        if (got != 0)
            return got;
        if (!direct->in_member || direct->at < direct->end)
            continue;
        ptrdiff_t more = more_input(direct);
        if (more == PS_STREAM_END)
            return ps_stream_trouble(stream, "they end too early");
        if (more < 0)
            return more;
    }
}

static void close_direct(struct ps_stream *stream)
{
    struct direct_stream *direct = direct_of(stream);
    if (direct->in_member)
        direct->codec->stop(direct);
    free(direct);
}

static const struct ps_stream_kind direct_kind = {.read = read_content, .close = close_direct};

bool ps_unpack_direct_has(enum ps_packing packing)
{
    return codecs[packing] != NULL;
}

struct ps_stream *ps_unpack_direct(enum ps_packing packing, uint64_t limit)
{
    struct direct_stream *direct = calloc(1, sizeof(*direct));
    if (!direct)
        return NULL;
    direct->stream.kind = &direct_kind;
    direct->packing = packing;
    direct->limit = limit;
    direct->codec = codecs[packing];
    return &direct->stream;
}
