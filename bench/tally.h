/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a counter of ports must find in the traffic that was made: a second, independent count, from what the packets were
 * meant to be instead of from their bytes.
 */
#ifndef PORTSNIFF_BENCH_TALLY_H
#define PORTSNIFF_BENCH_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "traffic.h"

struct tally;

/* NULL when memory is out. */
struct tally *tally_create(void);
void tally_destroy(struct tally *tally);
void tally_add(struct tally *tally, const struct traffic *traffic);
/* Tab-separated: a line "all - packets bytes - -", a line "ports - packets bytes - -" (those with ports), then per
 * protocol and port "tcp 443 sent_packets sent_bytes received_packets received_bytes". */
void tally_write(const struct tally *tally, FILE *file);

#endif
