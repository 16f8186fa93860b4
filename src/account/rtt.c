/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Histograms of handshake times.  Bucket 0 is below 1 microsecond; then the borders are 2^(n/4) microseconds.  They hang on
 * pages of ports, made when they are first met: a short interval must not pay for 65,536 ports.
 */
#include "rtt.h"

#include <stdlib.h>

#define PAGES     256
#define PAGE_SIZE 256

struct page {
    struct rtt_histogram *of[PAGE_SIZE]; /* NULL: nothing was measured there */
};

struct rtt {
    struct page *page[PAGES]; /* by the upper octet of the port; NULL: nothing was measured there */
    size_t count, limit;      /* histograms; 0: no limit */
};

struct rtt *ps_rtt_create(void)
{
    return calloc(1, sizeof(struct rtt));
}

void ps_rtt_destroy(struct rtt *rtt)
{
    for (size_t i = 0; rtt && i < PAGES; i++) {
        for (size_t j = 0; rtt->page[i] && j < PAGE_SIZE; j++)
            free(rtt->page[i]->of[j]);
        free(rtt->page[i]);
    }
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

/* The histogram of a port; NULL: there is no room for one.  False when memory is out. */
static bool histogram_at(struct rtt *rtt, uint16_t port, struct rtt_histogram **ret_histogram)
{
    struct page **page = &rtt->page[port / PAGE_SIZE];
    *ret_histogram = *page ? (*page)->of[port % PAGE_SIZE] : NULL;
    if (*ret_histogram || (rtt->limit > 0 && rtt->count >= rtt->limit))
        return true;
    if (!*page)
        *page = calloc(1, sizeof(**page));
    if (!*page)
        return false;
    *ret_histogram = calloc(1, sizeof(**ret_histogram));
    (*page)->of[port % PAGE_SIZE] = *ret_histogram;
    rtt->count += *ret_histogram != NULL;
    return *ret_histogram != NULL;
}

void ps_rtt_limit(struct rtt *rtt, size_t histograms)
{
    rtt->limit = histograms;
}

bool ps_rtt_add(struct rtt *rtt, uint16_t port, uint64_t time_ns)
{
    struct rtt_histogram *histogram;
    if (!histogram_at(rtt, port, &histogram))
        return false;
    if (histogram)
        ps_rtt_histogram_add(histogram, time_ns);
    return true;
}

static void sum(struct rtt_histogram *to, const struct rtt_histogram *from)
{
    for (unsigned i = 0; i < PS_RTT_BUCKETS; i++)
        to->bucket[i] += from->bucket[i];
}

static bool merge_page(struct rtt *rtt, const struct page *part, size_t first_port)
{
    for (size_t i = 0; i < PAGE_SIZE; i++) {
        if (!part->of[i])
            continue;
        struct rtt_histogram *to;
        if (!histogram_at(rtt, (uint16_t)(first_port + i), &to))
            return false;
        if (to)
            sum(to, part->of[i]);
    }
    return true;
}

bool ps_rtt_merge(struct rtt *rtt, const struct rtt *part)
{
    for (size_t i = 0; i < PAGES; i++)
        if (part->page[i] && !merge_page(rtt, part->page[i], i * PAGE_SIZE))
            return false;
    return true;
}

void ps_rtt_get(const struct rtt *rtt, uint16_t port, struct rtt_histogram *to)
{
    const struct page *page = rtt->page[port / PAGE_SIZE];
    if (page && page->of[port % PAGE_SIZE])
        sum(to, page->of[port % PAGE_SIZE]);
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
