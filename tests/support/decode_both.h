/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ordinary packets have a short cut through decoding.  This decodes a batch with it and without, and compares.
 */
#ifndef PORTSNIFF_TESTS_DECODE_BOTH_H
#define PORTSNIFF_TESTS_DECODE_BOTH_H

#include <stddef.h>

#include "portsniff/decode.h"

/* NULL, or the name of the field that differs; then *ret_packet is the packet it differs for. */
const char *both_differ(const struct ps_decoder *decoder, const struct ps_batch *batch, size_t *ret_packet);

/* Packets of the batch that take the short cut. */
size_t both_ordinary(const struct ps_decoder *decoder, const struct ps_batch *batch);

#endif
