/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters in the order in which ports were first met, which a map tells; a bitmap tells which ports were met at all.  So
 * small captures and short intervals do not pay for 65,536 ports.
 */
#include "ports.h"

#include <stdlib.h>

#include "port_map.h"
#include "sums.h"

#define PORTS 65536
#define CHUNK 64 /* counters that are made at a time */

struct port_counters {
    struct ps_traffic sent, received;
};

struct ports {
    bool without_rows;
    struct port_map number;                                          /* 1 + number of a port's counters */
    struct port_counters *chunk[PS_TRANSPORT_COUNT * PORTS / CHUNK]; /* CHUNK each, or NULL */
    size_t counters;
    uint64_t touched[PS_TRANSPORT_COUNT][PORTS / 64];
    size_t count;
    struct ps_traffic range[PS_CLASS_COUNT][PS_CLASS_COUNT];
    uint64_t ports_in_class[PS_CLASS_COUNT];
};

struct ports *ps_ports_create(void)
{
    return calloc(1, sizeof(struct ports));
}

void ps_ports_destroy(struct ports *ports)
{
    for (size_t i = 0; ports && i * CHUNK < ports->counters; i++)
        free(ports->chunk[i]);
    if (ports)
        ps_port_map_finish(&ports->number);
    free(ports);
}

static struct port_counters *counters_at(const struct ports *ports, size_t number)
{
    return &ports->chunk[number / CHUNK][number % CHUNK];
}

/* The counters of a port that was touched. */
static const struct port_counters *counters_of(const struct ports *ports, uint8_t transport, uint32_t port)
{
    return counters_at(ports, ps_port_map_get(&ports->number, transport, (uint16_t)port) - 1);
}

void ps_ports_without_rows(struct ports *ports)
{
    ports->without_rows = true;
}

static void touch(struct ports *ports, uint8_t transport, uint16_t port)
{
    uint64_t *word = &ports->touched[transport][port / 64], bit = UINT64_C(1) << port % 64;
    if (*word & bit)
        return;
    *word |= bit;
    ports->count++;
    ports->ports_in_class[ps_port_class(port)]++;
}

/* NULL when memory is out. */
static struct port_counters *port_at(struct ports *ports, uint8_t transport, uint16_t port)
{
    uint32_t *number = ps_port_map_at(&ports->number, transport, port);
    if (!number)
        return NULL;
    if (*number == 0) {
        struct port_counters **chunk = &ports->chunk[ports->counters / CHUNK];
        if (!*chunk)
            *chunk = calloc(CHUNK, sizeof(**chunk));
        if (!*chunk)
            return NULL;
        *number = (uint32_t)++ports->counters;
    }
    return counters_at(ports, *number - 1);
}

void ps_ports_ask(const struct ports *ports, uint8_t transport, uint16_t one, uint16_t other)
{
    uint32_t a = ps_port_map_get(&ports->number, transport, one);
    uint32_t b = ps_port_map_get(&ports->number, transport, other);
    if (a)
        __builtin_prefetch(counters_at(ports, a - 1), 1);
    if (b)
        __builtin_prefetch(counters_at(ports, b - 1), 1);
}

static bool add_direction(struct ports *ports, uint8_t transport, uint16_t source, uint16_t destination,
                          const struct ps_traffic *traffic)
{
    if (traffic->packets == 0)
        return true;
    touch(ports, transport, source);
    touch(ports, transport, destination);
    ps_traffic_sum(&ports->range[ps_port_class(source)][ps_port_class(destination)], traffic);
    if (ports->without_rows)
        return true;
    struct port_counters *from = port_at(ports, transport, source);
    struct port_counters *to = port_at(ports, transport, destination);
    if (!from || !to)
        return false;
    ps_traffic_sum(&from->sent, traffic);
    ps_traffic_sum(&to->received, traffic);
    return true;
}

bool ps_ports_add_pair(struct ports *ports, const struct ps_pair_row *pair)
{
    return add_direction(ports, pair->transport, pair->port_a, pair->port_b, &pair->a_to_b) &&
           add_direction(ports, pair->transport, pair->port_b, pair->port_a, &pair->b_to_a);
}

/* Calls for every touched port of `part`, in order. */
#define FOR_EACH_TOUCHED(part, transport, port)                              \
    for (uint8_t transport = 0; transport < PS_TRANSPORT_COUNT; transport++) \
        for (uint32_t port = 0; port < PORTS; port++)                        \
            if (!(part)->touched[transport][port / 64])                      \
                port |= 63;                                                  \
            else if ((part)->touched[transport][port / 64] >> port % 64 & 1)

bool ps_ports_add_row(struct ports *ports, const struct ps_port_row *row)
{
    touch(ports, row->transport, row->port);
    if (ports->without_rows)
        return true;
    struct port_counters *to = port_at(ports, row->transport, row->port);
    if (!to)
        return false;
    ps_traffic_sum(&to->sent, &row->sent);
    ps_traffic_sum(&to->received, &row->received);
    return true;
}

void ps_ports_add_range(struct ports *ports, enum ps_port_class source, enum ps_port_class destination,
                        const struct ps_traffic *traffic)
{
    ps_traffic_sum(&ports->range[source][destination], traffic);
}

static bool merge_port(struct ports *ports, const struct ports *part, uint8_t transport, uint16_t port)
{
    struct ps_port_row row = {.transport = transport, .port = port};
    if (!ports->without_rows) {
        row.sent = counters_of(part, transport, port)->sent;
        row.received = counters_of(part, transport, port)->received;
    }
    return ps_ports_add_row(ports, &row);
}

bool ps_ports_merge(struct ports *ports, const struct ports *part)
{
    FOR_EACH_TOUCHED(part, transport, port)
    {
        if (!merge_port(ports, part, transport, (uint16_t)port))
            return false;
    }
    for (int s = 0; s < PS_CLASS_COUNT; s++)
        for (int d = 0; d < PS_CLASS_COUNT; d++)
            ps_traffic_sum(&ports->range[s][d], &part->range[s][d]);
    return true;
}

size_t ps_ports_count(const struct ports *ports)
{
    return ports->count;
}

bool ps_ports_collect(const struct ports *ports, struct ps_best *best)
{
    FOR_EACH_TOUCHED(ports, transport, port)
    {
        const struct port_counters *counters = counters_of(ports, transport, port);
        struct ps_port_row row = {
            .transport = transport, .port = (uint16_t)port, .sent = counters->sent, .received = counters->received};
        if (!ps_best_offer(best, &row))
            return false;
    }
    return true;
}

void ps_ports_collect_ranges(const struct ports *ports, struct ps_snapshot *ret_snapshot)
{
    for (int s = 0; s < PS_CLASS_COUNT; s++) {
        ret_snapshot->ports_in_class[s] = ports->ports_in_class[s];
        for (int d = 0; d < PS_CLASS_COUNT; d++)
            ret_snapshot->range[s][d] = ports->range[s][d];
    }
}
