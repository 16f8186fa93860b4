/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compresses what is saved, one stretch at a time.  Room: save.
 *
 * Each stretch becomes a gzip member (RFC 1952) or zstd frame (RFC 8878) of its own: a file that ends after any of them
 * is whole, however the run ended.
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

/* Packs a whole stretch; what came out belongs to the packer and is valid until the next call.  0, or -1. */
int ps_save_pack(struct ps_save_packer *packer, const uint8_t *bytes, size_t length, const uint8_t **ret_packed,
                 size_t *ret_length);

#endif
