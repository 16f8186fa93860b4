/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables that do not mind in which order packets come: each thread has its own, and they are added up.
 */
#ifndef PORTSNIFF_ACCOUNT_FRONT_H
#define PORTSNIFF_ACCOUNT_FRONT_H

#include <stdbool.h>

#include "buckets.h"
#include "hosts.h"
#include "ledger.h"
#include "portsniff/key.h"
#include "tunnels.h"

struct front {
    struct hosts *hosts; /* of packets without ports */
    struct buckets *timeline;
    struct tunnels *tunnels;
    struct ledger *ledger;
    struct ps_count total;
    struct ps_count segmented;
    uint64_t segmented_estimate;
    bool failed; /* memory was out */
};

/* False when memory is out; finish it all the same. */
bool ps_front_init(struct front *front);
void ps_front_finish(struct front *front);
/* Counts the keys in [from, to) but those whose row is PS_ROW_COUNT: they are not known yet. */
void ps_front_add(struct front *front, const struct ps_keys *keys, size_t from, size_t to);
/* One key, without what it is wrapped in. */
void ps_front_add_key(struct front *front, const struct ps_key *key);
void ps_front_merge(struct front *front, const struct front *part);

#endif
