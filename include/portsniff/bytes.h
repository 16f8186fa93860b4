/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The checked cursor: the only way by which bytes from a network or a file are read.
 * Room: base.
 *
 * A cursor is a half-open range [at, end) of `base`.  Reads compare lengths, never pointers, and a read outside the
 * range yields 0: a caller that forgot to ask with ps_bytes_has() gets a wrong number, never a stray access.
 */
#ifndef PORTSNIFF_BYTES_H
#define PORTSNIFF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ps_bytes {
    const uint8_t *base; /* not owned */
    uint32_t at;         /* first byte of the range; may be behind `end`: then the range is empty */
    uint32_t end;        /* one behind the last byte that exists */
};

static inline struct ps_bytes ps_bytes_of(const void *base, uint32_t length)
{
    return (struct ps_bytes){.base = base, .at = 0, .end = length};
}

/* Bytes left. */
static inline uint32_t ps_bytes_left(const struct ps_bytes *b)
{
    return b->at < b->end ? b->end - b->at : 0;
}

/* Whether `n` bytes are there from `offset` behind the cursor on. */
static inline bool ps_bytes_reach(const struct ps_bytes *b, uint32_t offset, uint32_t n)
{
    return (uint64_t)offset + n <= ps_bytes_left(b);
}

static inline bool ps_bytes_has(const struct ps_bytes *b, uint32_t n)
{
    return n <= ps_bytes_left(b);
}

/* Moves the cursor; behind the end it stays empty.  Never wraps. */
static inline void ps_bytes_skip(struct ps_bytes *b, uint32_t n)
{
    b->at = n <= UINT32_MAX - b->at ? b->at + n : UINT32_MAX;
}

/* The same range with offsets counted from its first byte: behind one ps_bytes_has() of it, the compiler drops the
 * comparisons of reads whose offsets it knows. */
static inline struct ps_bytes ps_bytes_from(const struct ps_bytes *b, uint32_t offset)
{
    bool there = offset < ps_bytes_left(b); /* else it is empty, wherever its base is */
    return (struct ps_bytes){
        .base = there ? b->base + b->at + offset : b->base, .at = 0, .end = there ? b->end - b->at - offset : 0};
}

/* Cuts the range to at most `n` bytes from the cursor. */
static inline void ps_bytes_limit(struct ps_bytes *b, uint64_t n)
{
    if (n < ps_bytes_left(b))
        b->end = b->at + (uint32_t)n;
}

/* The readers below take an offset from the cursor and do not move it. */

static inline uint8_t ps_u8(const struct ps_bytes *b, uint32_t offset)
{
    return ps_bytes_reach(b, offset, 1) ? b->base[b->at + offset] : 0;
}

static inline uint16_t ps_be16(const struct ps_bytes *b, uint32_t offset)
{
    if (!ps_bytes_reach(b, offset, 2))
        return 0;
    const uint8_t *p = b->base + b->at + offset;
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ps_be32(const struct ps_bytes *b, uint32_t offset)
{
    if (!ps_bytes_reach(b, offset, 4))
        return 0;
    const uint8_t *p = b->base + b->at + offset;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t ps_le16(const struct ps_bytes *b, uint32_t offset)
{
    if (!ps_bytes_reach(b, offset, 2))
        return 0;
    const uint8_t *p = b->base + b->at + offset;
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t ps_le32(const struct ps_bytes *b, uint32_t offset)
{
    if (!ps_bytes_reach(b, offset, 4))
        return 0;
    const uint8_t *p = b->base + b->at + offset;
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Copies `n` bytes out; what is not there becomes 0. */
static inline void ps_bytes_copy(const struct ps_bytes *b, uint32_t offset, void *to, uint32_t n)
{
    if (ps_bytes_reach(b, offset, n))
        memcpy(to, b->base + b->at + offset, n);
    else
        memset(to, 0, n);
}

#endif
