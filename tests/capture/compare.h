/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares reading by blocks with reading by batches.
 */
#ifndef PORTSNIFF_TESTS_COMPARE_H
#define PORTSNIFF_TESTS_COMPARE_H

#include "collect.h"

/* Ways to read by blocks, from tiny blocks to those of the usual size: 1, 16, 61, 1000 and 4096 bytes, and twice the
 * usual, by up to three threads. */
#define WAYS 7

/* Reads by batches and in the ways from `first_way` to before `end_way`.  0, or 1 for a difference, which is printed. */
int compare_ways(const struct ps_source_options *options, const char *name, size_t first_way, size_t end_way);
/* The same for one path, in all ways from `first_way` on. */
int compare_path(const char *path, size_t first_way);

/* A small pcapng file with all that there is: sections of both byte orders, interfaces with clocks and snapshot lengths,
 * all kinds of packets, statistics, and blocks that nobody reads, one of them larger than a tiny block. */
void build_all_kinds(struct build *build);

#endif
