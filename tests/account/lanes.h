/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture counted through several lanes, step by step in an order that a seed decides: what threads would do, but the
 * same again each time.
 */
#ifndef PORTSNIFF_TESTS_LANES_H
#define PORTSNIFF_TESTS_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/account.h"
#include "portsniff/decode.h"

#define LANES_MAX 5

/* `packet`: `count` of them, whose bytes live until the return.  Stretches have up to `longest` packets. */
void lanes_count(struct ps_account *account, struct ps_fragments *fragments, const struct ps_decoder *decoder,
                 const struct ps_packet *packet, size_t count, unsigned lanes, size_t longest, uint64_t *seed);

#endif
