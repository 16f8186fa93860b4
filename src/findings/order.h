/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorting flows by numbers.
 */
#ifndef PORTSNIFF_FINDINGS_ORDER_H
#define PORTSNIFF_FINDINGS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* A flow, by its index in the snapshot, and what it is sorted by. */
struct ps_order {
    uint64_t key;
    uint32_t flow;
};

/* Sorts by key, ascending; what has the same key stays in the order it had. `scratch` has room for as many. */
void ps_order_sort(struct ps_order *order, struct ps_order *scratch, size_t count);

/* A time as a key: ascending, PS_TIME_NONE first. */
static inline uint64_t ps_order_time(int64_t time_ns)
{
    return (uint64_t)time_ns ^ (UINT64_C(1) << 63);
}

#endif
