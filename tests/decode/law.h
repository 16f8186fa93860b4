/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is true of every frame, whatever it holds.
 */
#ifndef PORTSNIFF_TESTS_LAW_H
#define PORTSNIFF_TESTS_LAW_H

#include <stdint.h>

/* For every prefix of the frame, captured or sent no longer than that: the key is well formed, and it says nothing that
 * the whole frame does not say. */
void law_prefixes(uint16_t link_type, const uint8_t *data, uint32_t length);

#endif
