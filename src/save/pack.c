/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gzip (RFC 1952) through zlib and zstd (RFC 8878) through libzstd, as far as those were there when this was built.
 * Their fastest levels: saving must keep up with the traffic, and who wants the last percent packs again afterwards.
 */
#include "pack.h"

#include <limits.h>
#include <stdlib.h>

#ifdef PS_HAVE_ZLIB
#define ZLIB_CONST /* input is not written */
#include <zlib.h>
#endif
#ifdef PS_HAVE_ZSTD
#include <zstd.h>
#endif

struct ps_save_packer {
    enum ps_save_packing packing;
    uint8_t *packed; /* owned */
    size_t room;
#ifdef PS_HAVE_ZLIB
    z_stream zlib;
#endif
#ifdef PS_HAVE_ZSTD
    ZSTD_CCtx *zstd; /* owned */
    bool in_frame;
#endif
};

/* Room for the largest that can come out. */
static int need(struct ps_save_packer *packer, size_t most)
{
    if (packer->room >= most)
        return 0;
    uint8_t *packed = realloc(packer->packed, most);
    if (!packed)
        return -1;
    packer->packed = packed;
    packer->room = most;
    return 0;
}

#ifdef PS_HAVE_ZLIB

static int gzip_start(struct ps_save_packer *packer)
{
    const int window = 15 + 16; /* largest window, gzip header */
    return deflateInit2(&packer->zlib, Z_BEST_SPEED, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK ? 0 : -1;
}

static int gzip_pack(struct ps_save_packer *packer, const uint8_t *bytes, size_t length, size_t *ret_length)
{
    z_stream *zlib = &packer->zlib;
    if (length > UINT_MAX / 2 || deflateReset(zlib) != Z_OK)
        return -1;
    size_t most = deflateBound(zlib, length);
    if (need(packer, most) < 0)
        return -1;
    zlib->next_in = bytes;
    zlib->avail_in = (uInt)length;
    zlib->next_out = packer->packed;
    zlib->avail_out = (uInt)most;
    if (deflate(zlib, Z_FINISH) != Z_STREAM_END)
        return -1;
    *ret_length = most - zlib->avail_out;
    return 0;
}

#endif
#ifdef PS_HAVE_ZSTD

static int zstd_start(struct ps_save_packer *packer)
{
    packer->zstd = ZSTD_createCCtx();
    if (!packer->zstd || ZSTD_isError(ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel, 1)))
        return -1;
    return 0;
}

/* An empty raw block that is the last of its frame (RFC 8878, 3.1.1.2).  There is no checksum behind it, which would
 * cover stretches that never reached the file. */
static const uint8_t zstd_end[] = {1, 0, 0};

static int zstd_pack(struct ps_save_packer *packer, const uint8_t *bytes, size_t length, size_t *ret_length)
{
    /* Flushing may cost a block more than the bound counts, and a frame header stands in front. */
    const size_t extra = 64;
    if (need(packer, ZSTD_compressBound(length) + extra) < 0)
        return -1;
    ZSTD_inBuffer in = {.src = bytes, .size = length};
    ZSTD_outBuffer out = {.dst = packer->packed, .size = packer->room};
    packer->in_frame = true;
    size_t left = ZSTD_compressStream2(packer->zstd, &out, &in, ZSTD_e_flush);
    if (left != 0 || in.pos < length)
        return -1;
    *ret_length = out.pos;
    return 0;
}

#endif

/* 1 when there is no such library here. */
static int start(struct ps_save_packer *packer)
{
    switch (packer->packing) {
#ifdef PS_HAVE_ZLIB
    case PS_SAVE_GZIP:
        return gzip_start(packer);
#endif
#ifdef PS_HAVE_ZSTD
    case PS_SAVE_ZSTD:
        return zstd_start(packer);
#endif
    default:
        return 1;
    }
}

int ps_save_packer_create(enum ps_save_packing packing, struct ps_save_packer **ret_packer, struct ps_error *error)
{
    struct ps_save_packer *packer = calloc(1, sizeof(*packer));
    int result = -1;
    if (packer) {
        packer->packing = packing;
        result = start(packer);
    }
    if (result == 0) {
        *ret_packer = packer;
        return 0;
    }
    ps_save_packer_destroy(packer);
    if (result < 0)
        return ps_error_set(error, "cannot prepare compression: memory is out.");
    return ps_error_set(error,
                        "cannot save as %s: this portsniff was built without it; save uncompressed and pack the "
                        "file afterwards.",
                        packing == PS_SAVE_GZIP ? "gzip" : "zstd");
}

void ps_save_packer_destroy(struct ps_save_packer *packer)
{
    if (!packer)
        return;
#ifdef PS_HAVE_ZLIB
    if (packer->packing == PS_SAVE_GZIP)
        deflateEnd(&packer->zlib);
#endif
#ifdef PS_HAVE_ZSTD
    ZSTD_freeCCtx(packer->zstd);
#endif
    free(packer->packed);
    free(packer);
}

int ps_save_pack(struct ps_save_packer *packer, const uint8_t *bytes, size_t length, const uint8_t **ret_packed,
                 size_t *ret_length)
{
    int result = -1;
    switch (packer->packing) {
#ifdef PS_HAVE_ZLIB
    case PS_SAVE_GZIP:
        result = gzip_pack(packer, bytes, length, ret_length);
        break;
#endif
#ifdef PS_HAVE_ZSTD
    case PS_SAVE_ZSTD:
        result = zstd_pack(packer, bytes, length, ret_length);
        break;
#endif
    default:
        (void)bytes;
        (void)length;
        (void)ret_length;
        break;
    }
    if (result == 0)
        *ret_packed = packer->packed;
    return result;
}

size_t ps_save_pack_end(struct ps_save_packer *packer, const uint8_t **ret_bytes)
{
#ifdef PS_HAVE_ZSTD
    if (packer->in_frame) {
        packer->in_frame = false;
        ZSTD_CCtx_reset(packer->zstd, ZSTD_reset_session_only);
        *ret_bytes = zstd_end;
        return sizeof(zstd_end);
    }
#endif
    (void)packer;
    (void)ret_bytes;
    return 0;
}
