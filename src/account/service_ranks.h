/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which services a report will show, told before any of them is made: of tens of thousands ten are.
 */
#ifndef PORTSNIFF_ACCOUNT_SERVICE_RANKS_H
#define PORTSNIFF_ACCOUNT_SERVICE_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port_map.h"
#include "portsniff/snapshot.h"

struct service_rank {
    uint64_t packets, bytes;
    uint16_t port;
    uint8_t transport;
    bool shown;
};

struct service_ranks {
    struct port_map map; /* 1 + index of a rank */
    struct service_rank *rank;
    size_t count, room;
};

/* Whether `sort` asks for no more than a rank holds. */
bool ps_service_ranks_suffice(enum ps_sort sort);
void ps_service_ranks_finish(struct service_ranks *ranks);
/* Adds what one flow carried. False when memory is out. */
bool ps_service_ranks_add(struct service_ranks *ranks, uint8_t transport, uint16_t port, uint64_t packets,
                          uint64_t bytes);
/* Marks the first `top` ones by `sort`. False when memory is out. */
bool ps_service_ranks_choose(struct service_ranks *ranks, size_t top, enum ps_sort sort);

static inline bool ps_service_shown(const struct service_ranks *ranks, uint8_t transport, uint16_t port)
{
    uint32_t number = ps_port_map_get(&ranks->map, transport, port);
    return number && ranks->rank[number - 1].shown;
}

#endif
