/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compresses what is saved, one stretch at a time.  Room: save.
 *
 * Each stretch becomes a gzip member (RFC 1952) of its own, or ends with a block of the file's only zstd frame (RFC
 * 8878; Wireshark 4.0 reads no second one).  So a file can be cut after any stretch, and all before it is readable.
 */
#ifndef PORTSNIFF_SAVE_PACK_H
#define PORTSNIFF_SAVE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/save.h"

struct ps_save_packer;

/* 0, or -1 with a sentence: memory is out, or this portsniff was built without the library. */
int ps_save_packer_create(enum ps_save_packing packing, struct ps_save_packer **ret_packer, struct ps_error *error);
/* NULL is fine. */
void ps_save_packer_destroy(struct ps_save_packer *packer);

/* Packs a whole stretch; what came out belongs to the packer and is valid until the next call.  0, or -1: memory is
 * out. */
int ps_save_pack(struct ps_save_packer *packer, const uint8_t *bytes, size_t length, const uint8_t **ret_packed,
                 size_t *ret_length);
/* The bytes that end a file behind its last stretch, also when the one that was packed last is not in it; how many.
 * The next stretch begins another file. */
size_t ps_save_pack_end(struct ps_save_packer *packer, const uint8_t **ret_bytes);

#endif
