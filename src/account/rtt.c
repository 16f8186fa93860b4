/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Histograms of handshake times.  Bucket 0 is below 1 microsecond; then the borders are 2^(n/4) microseconds.
 */
#include "rtt.h"

#include <stdlib.h>

#define PORTS 65536

struct rtt {
    struct rtt_histogram *of[PORTS]; /* NULL: nothing was measured there */
};

struct rtt *ps_rtt_create(void)
{
    return calloc(1, sizeof(struct rtt));
}

void ps_rtt_destroy(struct rtt *rtt)
{
    for (size_t port = 0; rtt && port < PORTS; port++)
        free(rtt->of[port]);
    free(rtt);
}

/* Upper border of a bucket in nanoseconds: 1000 * 2^(bucket/4), in whole numbers. */
static uint64_t border(unsigned bucket)
{
    static const uint64_t quarter[4] = {1000, 1189, 1414, 1682};
    return quarter[bucket % 4] << bucket / 4;
}

static unsigned bucket_of(uint64_t time_ns)
{
    unsigned low = 0, high = PS_RTT_BUCKETS - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (time_ns <= border(middle))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void ps_rtt_histogram_add(struct rtt_histogram *histogram, uint64_t time_ns)
{
    histogram->bucket[bucket_of(time_ns)]++;
}

static struct rtt_histogram *histogram_at(struct rtt *rtt, uint16_t port)
{
    if (!rtt->of[port])
        rtt->of[port] = calloc(1, sizeof(struct rtt_histogram));
    return rtt->of[port];
}

bool ps_rtt_add(struct rtt *rtt, uint16_t port, uint64_t time_ns)
{
    struct rtt_histogram *histogram = histogram_at(rtt, port);
    if (histogram)
        ps_rtt_histogram_add(histogram, time_ns);
    return histogram != NULL;
}

static void sum(struct rtt_histogram *to, const struct rtt_histogram *from)
{
    for (unsigned i = 0; i < PS_RTT_BUCKETS; i++)
        to->bucket[i] += from->bucket[i];
}

bool ps_rtt_merge(struct rtt *rtt, const struct rtt *part)
{
    for (uint32_t port = 0; port < PORTS; port++) {
        if (!part->of[port])
            continue;
        struct rtt_histogram *to = histogram_at(rtt, (uint16_t)port);
        if (!to)
            return false;
        sum(to, part->of[port]);
    }
    return true;
}

void ps_rtt_get(const struct rtt *rtt, uint16_t port, struct rtt_histogram *to)
{
    if (rtt->of[port])
        sum(to, rtt->of[port]);
}

uint64_t ps_rtt_histogram_count(const struct rtt_histogram *histogram)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < PS_RTT_BUCKETS; i++)
        count += histogram->bucket[i];
    return count;
}

uint64_t ps_rtt_percentile(const struct rtt_histogram *histogram, unsigned percent)
{
    uint64_t count = ps_rtt_histogram_count(histogram), below = 0;
    uint64_t rank = (count * percent + 99) / 100;
    for (unsigned i = 0; count > 0 && i < PS_RTT_BUCKETS; i++) {
        below += histogram->bucket[i];
        if (below >= rank)
            return border(i);
    }
    return 0;
}
