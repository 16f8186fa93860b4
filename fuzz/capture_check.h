/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must hold for every parser of captures, whatever the bytes are.
 */
#ifndef PORTSNIFF_FUZZ_CAPTURE_CHECK_H
#define PORTSNIFF_FUZZ_CAPTURE_CHECK_H

#include "parser.h"

typedef int create_function(struct ps_stream *stream, struct ps_facts *facts, uint16_t source,
                            struct ps_parser **ret_parser);

/* Parses the bytes in one piece, in small ones, and by blocks of a stream and of a file, and aborts when a packet points
 * outside, when more is delivered than was there, or when two runs differ. */
void check_parser(create_function *create, const uint8_t *data, size_t size);

#endif
