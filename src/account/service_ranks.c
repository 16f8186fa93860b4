/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes and packets per service, and the first ones by them.
 */
#include "service_ranks.h"

#include "portsniff/best.h"

bool ps_service_ranks_suffice(enum ps_sort sort)
{
    return sort == PS_SORT_BYTES || sort == PS_SORT_PACKETS || sort == PS_SORT_PORT;
}

void ps_service_ranks_finish(struct service_ranks *ranks)
{
    ps_port_map_finish(&ranks->map);
    free(ranks->rank);
    ranks->rank = NULL;
    ranks->count = ranks->room = 0;
}

static bool grow(struct service_ranks *ranks)
{
    size_t room = ranks->room ? ranks->room * 2 : 64;
    struct service_rank *rank = realloc(ranks->rank, room * sizeof(*rank));
    if (!rank)
        return false;
    ranks->rank = rank;
    ranks->room = room;
    return true;
}

bool ps_service_ranks_add(struct service_ranks *ranks, uint8_t transport, uint16_t port, uint64_t packets,
                          uint64_t bytes)
{
    uint32_t *number = ps_port_map_at(&ranks->map, transport, port);
    if (!number || (*number == 0 && ranks->count == ranks->room && !grow(ranks)))
        return false;
    if (*number == 0) {
        ranks->rank[ranks->count] = (struct service_rank){.transport = transport, .port = port};
        *number = (uint32_t)++ranks->count;
    }
    struct service_rank *rank = &ranks->rank[*number - 1];
    rank->packets += packets;
    rank->bytes += bytes;
    return true;
}

static uint32_t place_of(const struct service_rank *rank)
{
    return (uint32_t)rank->transport << 16 | rank->port;
}

static int by_bytes(const void *left, const void *right)
{
    const struct service_rank *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return place_of(a) < place_of(b) ? -1 : place_of(a) > place_of(b);
}

static int by_packets(const void *left, const void *right)
{
    const struct service_rank *a = left, *b = right;
    if (a->packets != b->packets)
        return a->packets > b->packets ? -1 : 1;
    return by_bytes(left, right);
}

static int by_port(const void *left, const void *right)
{
    const struct service_rank *a = left, *b = right;
    if (a->port != b->port)
        return a->port < b->port ? -1 : 1;
    return (int)a->transport - (int)b->transport;
}

bool ps_service_ranks_choose(struct service_ranks *ranks, size_t top, enum ps_sort sort)
{
    struct ps_best best;
    ps_best_init(&best, top, sizeof(struct service_rank),
                 sort == PS_SORT_PACKETS ? by_packets
                 : sort == PS_SORT_PORT  ? by_port
                                         : by_bytes,
                 NULL, NULL);
    bool good = true;
    for (size_t i = 0; good && i < ranks->count; i++)
        good = ps_best_offer(&best, &ranks->rank[i]);
    for (size_t i = 0; i < best.count; i++) {
        const struct service_rank *chosen = (const struct service_rank *)(const void *)best.row + i;
        ranks->rank[ps_port_map_get(&ranks->map, chosen->transport, chosen->port) - 1].shown = true;
    }
    ps_best_finish(&best);
    return good;
}
