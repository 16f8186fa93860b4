/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Decompressors as streams over streams.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_UNPACK_H
#define PORTSNIFF_CAPTURE_UNPACK_H

#include "stream.h"

enum ps_packing {
    PS_PACKING_NONE,
    PS_PACKING_GZIP, /* RFC 1952 */
    PS_PACKING_BZIP2,
    PS_PACKING_XZ,
    PS_PACKING_ZSTD, /* RFC 8878 */
    PS_PACKING_LZ4,  /* frame format */
    PS_PACKING_COUNT
};

/* Memory that all layers of compression of one input may take together, bytes, unless the stream says otherwise.  Files of
 * `xz -9` need 65 MiB, those of `zstd --long` 128. */
#define PS_UNPACK_MEMORY (UINT64_C(256) << 20)

/* What the first `length` bytes of a file say; 4 bytes are enough. */
enum ps_packing ps_packing_of(const uint8_t *bytes, size_t length);

/* A stream of the unpacked content of `below`, which it owns from then on.  NULL when memory is out; `below` stays the
 * caller's then.  Concatenated members count as one.  Trouble shows when reading. */
struct ps_stream *ps_unpack(struct ps_stream *below, enum ps_packing packing);

#endif
