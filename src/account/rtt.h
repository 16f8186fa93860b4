/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handshake times per TCP server port: small histograms, four buckets to a power of two, that can be added up.
 */
#ifndef PORTSNIFF_ACCOUNT_RTT_H
#define PORTSNIFF_ACCOUNT_RTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/snapshot.h"

struct rtt_histogram {
    uint32_t bucket[PS_RTT_BUCKETS];
};

struct rtt; /* rtt.c */

struct rtt *ps_rtt_create(void);
void ps_rtt_destroy(struct rtt *rtt);
/* At most so many ports get a histogram (0: no limit); times of others are not kept then. */
void ps_rtt_limit(struct rtt *rtt, size_t histograms);
/* This and merging return false when memory is out. */
bool ps_rtt_add(struct rtt *rtt, uint16_t port, uint64_t time_ns);
bool ps_rtt_merge(struct rtt *rtt, const struct rtt *part);
/* Adds the histogram of a port to `to`. */
void ps_rtt_get(const struct rtt *rtt, uint16_t port, struct rtt_histogram *to);

void ps_rtt_histogram_add(struct rtt_histogram *histogram, uint64_t time_ns);
uint64_t ps_rtt_histogram_count(const struct rtt_histogram *histogram);
/* The time that `percent` of the measured ones do not exceed, in nanoseconds: the upper border of a bucket, so at most a
 * fifth too high.  0 when nothing was measured. */
uint64_t ps_rtt_percentile(const struct rtt_histogram *histogram, unsigned percent);

#endif
