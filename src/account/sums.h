/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adding counts up.
 */
#ifndef PORTSNIFF_ACCOUNT_SUMS_H
#define PORTSNIFF_ACCOUNT_SUMS_H

#include "portsniff/snapshot.h"

static inline void ps_count_sum(struct ps_count *to, const struct ps_count *from)
{
    to->packets += from->packets;
    to->bytes += from->bytes;
}

static inline void ps_traffic_sum(struct ps_traffic *to, const struct ps_traffic *from)
{
    to->packets += from->packets;
    to->bytes += from->bytes;
    to->network_bytes += from->network_bytes;
    to->payload_bytes += from->payload_bytes;
}

#endif
