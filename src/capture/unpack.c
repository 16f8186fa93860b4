/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recognises compressed data and puts a decompressor on top of it; one undoes one layer.
 */
#include "unpack.h"

#include <string.h>

#include "unpack_layer.h"

static const struct {
    const char *name;
    const char *magic;
    size_t magic_length;
} packings[PS_PACKING_COUNT] = {
    [PS_PACKING_GZIP] = {"gzip", "\x1f\x8b", 2},       [PS_PACKING_BZIP2] = {"bzip2", "BZh", 3},
    [PS_PACKING_XZ] = {"xz", "\xfd\x37zX", 4},         [PS_PACKING_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4},
    [PS_PACKING_LZ4] = {"lz4", "\x04\x22\x4d\x18", 4},
};

enum ps_packing ps_packing_of(const uint8_t *bytes, size_t length)
{
    for (enum ps_packing p = PS_PACKING_GZIP; p < PS_PACKING_COUNT; p++) {
        if (length >= packings[p].magic_length && memcmp(bytes, packings[p].magic, packings[p].magic_length) == 0)
            return p;
    }
    return PS_PACKING_NONE;
}

struct ps_stream *ps_unpack(struct ps_stream *below, enum ps_packing packing)
{
    /* Half of what is left is for this layer, the other half for those on top of it. */
    uint64_t half = (below->memory ? below->memory : PS_UNPACK_MEMORY) / 2;
    struct ps_stream *stream =
        ps_unpack_direct_has(packing) ? ps_unpack_direct(packing, half) : ps_unpack_archive(packing);
    if (!stream)
        return NULL;
    stream->memory = half;
    stream->below = below;
    stream->packing = packings[packing].name;
    return stream;
}
