/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers for (protocol, port), looked up without a hash.  Pages are made when a port of them is first met, so that a short
 * interval does not pay for 65,536 ports.
 */
#ifndef PORTSNIFF_ACCOUNT_PORT_MAP_H
#define PORTSNIFF_ACCOUNT_PORT_MAP_H

#include <stdint.h>
#include <stdlib.h>

#include "portsniff/key.h"

#define PORT_MAP_PAGE 256

struct port_map {
    uint32_t *page[PS_TRANSPORT_COUNT][65536 / PORT_MAP_PAGE];
};

/* The number of a port, 0 when it is new; the caller may change it.  NULL when memory is out. */
static inline uint32_t *ps_port_map_at(struct port_map *map, uint8_t transport, uint16_t port)
{
    uint32_t **page = &map->page[transport][port / PORT_MAP_PAGE];
    if (!*page)
        *page = calloc(PORT_MAP_PAGE, sizeof(**page));
    return *page ? *page + port % PORT_MAP_PAGE : NULL;
}

/* The same, 0 for a port that was never met. */
static inline uint32_t ps_port_map_get(const struct port_map *map, uint8_t transport, uint16_t port)
{
    const uint32_t *page = map->page[transport][port / PORT_MAP_PAGE];
    return page ? page[port % PORT_MAP_PAGE] : 0;
}

static inline void ps_port_map_finish(struct port_map *map)
{
    for (size_t t = 0; t < PS_TRANSPORT_COUNT; t++)
        for (size_t i = 0; i < 65536 / PORT_MAP_PAGE; i++)
            free(map->page[t][i]);
    *map = (struct port_map){{{NULL}}};
}

#endif
