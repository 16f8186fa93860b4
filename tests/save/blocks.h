/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes a saved file apart, block by block, by its own reading of draft-ietf-opsawg-pcapng; and makes packets to save.
 * What is wrong in every block alike (lengths that differ, padding that is not zero) fails the test at once.
 */
#ifndef PORTSNIFF_TESTS_SAVE_BLOCKS_H
#define PORTSNIFF_TESTS_SAVE_BLOCKS_H

#include "portsniff/bytes.h"
#include "portsniff/save.h"

enum {
    INTERFACE = 1,
    SIMPLE = 3,
    STATISTICS = 5,
    ENHANCED = 6,
};
#define SECTION 0x0a0d0d0aU

struct block {
    uint32_t type, length;
    const uint8_t *body; /* between the two lengths */
    uint32_t body_length;
};

struct blocks {
    uint8_t *bytes; /* owned */
    size_t length;
    struct block block[256];
    size_t count;
};

/* Reads a file of whole blocks.  Finish it. */
void blocks_read(struct blocks *blocks, const char *path);
/* The same of bytes, which are copied. */
void blocks_of(struct blocks *blocks, const void *bytes, size_t length);
void blocks_finish(struct blocks *blocks);

/* The types of all blocks: 'S'ection, 'I'nterface, 'P'acket, simple 'p'acket, s'T'atistics. */
void assert_blocks(const struct blocks *blocks, const char *types);
/* The block that is number `nth` of its type, from 0. */
const struct block *block_nth(const struct blocks *blocks, uint32_t type, size_t nth);
uint32_t block_u32(const struct block *block, uint32_t offset);
uint16_t block_u16(const struct block *block, uint32_t offset);

/* Options begin at `offset` of the body.  NULL: it is not there. */
const uint8_t *block_option(const struct block *block, uint32_t offset, uint16_t code, uint16_t *ret_length);
/* NULL: it must not be there. */
void assert_text_option(const struct block *block, uint32_t offset, uint16_t code, const char *text);
void assert_count_option(const struct block *block, uint32_t offset, uint16_t code, uint64_t count);
void assert_time_option(const struct block *block, uint32_t offset, uint16_t code, int64_t time_ns);
void assert_no_option(const struct block *block, uint32_t offset, uint16_t code);

/* An Ethernet packet whose bytes are told by `seed`; valid until 64 more were made. */
struct ps_packet packet_of(int64_t time_ns, uint32_t captured, unsigned seed);

/* Opens and begins; the test fails when that does.  One Ethernet interface, "test0", when `described`. */
struct ps_save *saver(const struct ps_save_options *options, bool described);
/* Saves one packet, which must go well. */
void save_one(struct ps_save *save, const struct ps_packet *packet);
/* Ends, which must go well, and closes. */
void save_done(struct ps_save *save);

/* Files of the current folder, sorted, each with a blank behind it. */
const char *files_here(void);

#endif
