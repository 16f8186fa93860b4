/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counting goes table by table over a batch, so that each table's memory is touched in one go.
 */
#include "front.h"

#include "sums.h"

bool ps_front_init(struct front *front)
{
    *front = (struct front){
        .hosts = ps_hosts_create(),
        .timeline = ps_buckets_create(),
        .tunnels = ps_tunnels_create(),
        .ledger = ps_ledger_create(),
    };
    return front->hosts && front->timeline && front->tunnels && front->ledger;
}

void ps_front_finish(struct front *front)
{
    ps_hosts_destroy(front->hosts);
    ps_buckets_destroy(front->timeline);
    ps_tunnels_destroy(front->tunnels);
    ps_ledger_destroy(front->ledger);
}

/* How many packets an oversized one stands for, if segmentation offload made it: full segments of a 1500-byte link. */
static uint64_t segments(const struct ps_key *key)
{
    uint32_t headers = key->network - key->payload;
    uint32_t segment = headers < 1500 ? 1500 - headers : 1;
    return key->payload ? (key->payload + segment - 1) / segment : 1;
}

void ps_front_add_segmented(struct front *front, const struct ps_key *key)
{
    front->segmented.packets++;
    front->segmented.bytes += key->wire;
    front->segmented_estimate += segments(key);
}

void ps_front_add_other(struct front *front, struct front_sums *sums, const struct ps_key *key)
{
    sums->wrapped |= key->hop_count > 0;
    if (key->row >= PS_ROW_COUNT)
        return;
    front->total.packets++;
    front->total.bytes += key->wire;
    bool counted = ps_ledger_add_key(front->ledger, key) && ps_hosts_add_key(front->hosts, key);
    front->failed |= !counted;
    if (key->time_ns != PS_TIME_NONE)
        ps_bucket_run_add(&sums->run, front->timeline, key);
    if (key->flags & PS_KEY_SEGMENTED)
        ps_front_add_segmented(front, key);
}

void ps_front_add_batch(struct front *front, struct front_sums *sums, const struct ps_keys *keys, size_t from,
                        size_t to)
{
    ps_ledger_add_ports(front->ledger, &sums->ports);
    ps_count_sum(&front->total, &sums->ports);
    ps_bucket_run_end(&sums->run, front->timeline);
    if (sums->wrapped && !ps_tunnels_add(front->tunnels, keys, from, to))
        front->failed = true;
}

void ps_front_add_key(struct front *front, const struct ps_key *key)
{
    struct front_sums sums = {.wrapped = false};
    if (key->row == PS_ROW_PORTS)
        ps_front_add_ports(front, &sums, key);
    else
        ps_front_add_other(front, &sums, key);
    sums.wrapped = false; /* that was counted when the packet came */
    ps_front_add_batch(front, &sums, NULL, 0, 0);
}

void ps_front_merge(struct front *front, const struct front *part)
{
    ps_count_sum(&front->total, &part->total);
    ps_count_sum(&front->segmented, &part->segmented);
    front->segmented_estimate += part->segmented_estimate;
    ps_buckets_merge(front->timeline, part->timeline);
    bool merged = ps_ledger_merge(front->ledger, part->ledger) && ps_hosts_merge(front->hosts, part->hosts) &&
                  ps_tunnels_merge(front->tunnels, part->tunnels);
    front->failed |= !merged || part->failed;
}
