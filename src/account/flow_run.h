/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many flows one after the other, as they lie in the table: who reads all of them copies of each no more than he needs.
 */
#ifndef PORTSNIFF_ACCOUNT_FLOW_RUN_H
#define PORTSNIFF_ACCOUNT_FLOW_RUN_H

#include <string.h>

#include "flow_store.h"
#include "flows.h"

/* Entries side by side. */
struct flow_run {
    const struct flow_hot *hot;
    const struct flow_cold *cold;
    const struct flow_extra *extras; /* of their part */
    size_t count;                    /* at least 1 */
    uint8_t part;
};

/* The flows from number `index` on, at most `most` (at least 1), of which there must be as many. */
struct flow_run ps_flows_run(const struct flows *flows, size_t index, size_t most);

/* NULL: it has none. */
static inline const struct flow_extra *ps_flow_run_extra(const struct flow_run *run, size_t i)
{
    return run->cold[i].extra ? &run->extras[run->cold[i].extra - 1] : NULL;
}

/* The whole flow. */
static inline void ps_flow_run_load(const struct flow_run *run, size_t i, struct flow *ret_flow)
{
    ps_flow_unpack(&run->hot[i], &run->cold[i], ps_flow_run_extra(run, i), ret_flow);
    ret_flow->part = run->part;
}

/* Its key, flags, packets, bytes, looks, extra and part; nothing else of it holds. */
static inline void ps_flow_run_peek(const struct flow_run *run, size_t i, struct flow *ret_flow)
{
    const struct flow_hot *hot = &run->hot[i];
    const struct flow_extra *extra = ps_flow_run_extra(run, i);
    ret_flow->key = hot->key;
    ret_flow->flags = hot->flags & ~FLOW_AWAITS_ACK;
    ret_flow->extra = run->cold[i].extra;
    ret_flow->part = run->part;
    memcpy(ret_flow->look, run->cold[i].look, sizeof(ret_flow->look));
    for (int end = 0; end < 2; end++) {
        ret_flow->packets[end] = hot->packets[end] + (extra ? extra->high.packets[end] << 16 : 0);
        ret_flow->bytes[end] = hot->bytes[end] + (extra ? extra->high.bytes[end] << 32 : 0);
    }
}

#endif
