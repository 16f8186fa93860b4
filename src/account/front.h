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
void ps_front_add_segmented(struct front *front, const struct ps_key *key);

/* What a batch adds to the sums, kept apart while it goes through. */
struct front_sums {
    struct ps_count ports;
    struct bucket_run run;
    bool wrapped; /* a packet was in a tunnel */
};

/* A key that is counted by port. */
static inline void ps_front_add_ports(struct front *front, struct front_sums *sums, const struct ps_key *key)
{
    sums->ports.packets++;
    sums->ports.bytes += key->wire;
    sums->wrapped |= key->hop_count > 0;
    if (key->time_ns != PS_TIME_NONE)
        ps_bucket_run_add(&sums->run, front->timeline, key);
    if (key->flags & PS_KEY_SEGMENTED)
        ps_front_add_segmented(front, key);
}
/* Another key.  It may still wait (PS_ROW_COUNT): then only what it is wrapped in counts. */
void ps_front_add_other(struct front *front, struct front_sums *sums, const struct ps_key *key);
/* The batch is through: adds the sums, and the tables that go over it as a whole. */
void ps_front_add_batch(struct front *front, struct front_sums *sums, const struct ps_keys *keys, size_t from,
                        size_t to);
/* One key, without what it is wrapped in. */
void ps_front_add_key(struct front *front, const struct ps_key *key);
void ps_front_merge(struct front *front, const struct front *part);

#endif
