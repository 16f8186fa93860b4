/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The orders of rows, each with the standard order as the last word.  The report sorts the rows that it gets in the same
 * way, so that the rows it shows are those that are chosen here.
 */
#include "choose.h"

/* A comparison of two rows by what `EXPRESSION(row)` yields, larger first. */
#define DESCENDING(name, type, standard, expression)              \
    static uint64_t name##_of(const struct type *row)             \
    {                                                             \
        return (expression);                                      \
    }                                                             \
    static int name(const void *left, const void *right)          \
    {                                                             \
        uint64_t a = name##_of(left), b = name##_of(right);       \
        return a != b ? (a > b ? -1 : 1) : standard(left, right); \
    }
/* Likewise, smaller first. */
#define ASCENDING(name, type, standard, expression)               \
    static uint64_t name##_of(const struct type *row)             \
    {                                                             \
        return (expression);                                      \
    }                                                             \
    static int name(const void *left, const void *right)          \
    {                                                             \
        uint64_t a = name##_of(left), b = name##_of(right);       \
        return a != b ? (a < b ? -1 : 1) : standard(left, right); \
    }

DESCENDING(flows_by_packets, ps_flow_row, ps_flow_row_compare, row->to_server.packets + row->to_client.packets)
DESCENDING(flows_by_connections, ps_flow_row, ps_flow_row_compare, row->connections)
ASCENDING(flows_by_port, ps_flow_row, ps_flow_row_compare, (uint64_t)row->server_port << 8 | row->transport)

DESCENDING(services_by_packets, ps_service_row, ps_service_row_compare, row->to_server.packets + row->to_client.packets)
DESCENDING(services_by_flows, ps_service_row, ps_service_row_compare, row->flows)
DESCENDING(services_by_clients, ps_service_row, ps_service_row_compare, row->clients)
ASCENDING(services_by_port, ps_service_row, ps_service_row_compare, (uint64_t)row->port << 8 | row->transport)

DESCENDING(ports_by_packets, ps_port_row, ps_port_row_compare, row->sent.packets + row->received.packets)
ASCENDING(ports_by_port, ps_port_row, ps_port_row_compare, (uint64_t)row->port << 8 | row->transport)

DESCENDING(pairs_by_packets, ps_pair_row, ps_pair_row_compare, row->a_to_b.packets + row->b_to_a.packets)
ASCENDING(pairs_by_port, ps_pair_row, ps_pair_row_compare,
          (uint64_t)row->port_a << 24 | (uint64_t)row->port_b << 8 | row->transport)

DESCENDING(hosts_by_packets, ps_host_row, ps_host_row_compare, row->sent.packets + row->received.packets)

static ps_compare *choose(ps_compare *const orders[PS_SORT_COUNT], enum ps_sort sort, ps_compare *standard)
{
    return orders[sort] ? orders[sort] : standard;
}

ps_compare *ps_choose_flows(enum ps_sort sort)
{
    static ps_compare *const orders[PS_SORT_COUNT] = {
        [PS_SORT_PACKETS] = flows_by_packets, [PS_SORT_PORT] = flows_by_port, [PS_SORT_FLOWS] = flows_by_connections};
    return choose(orders, sort, ps_flow_row_compare);
}

ps_compare *ps_choose_services(enum ps_sort sort)
{
    static ps_compare *const orders[PS_SORT_COUNT] = {[PS_SORT_PACKETS] = services_by_packets,
                                                      [PS_SORT_PORT] = services_by_port,
                                                      [PS_SORT_FLOWS] = services_by_flows,
                                                      [PS_SORT_CLIENTS] = services_by_clients};
    return choose(orders, sort, ps_service_row_compare);
}

ps_compare *ps_choose_ports(enum ps_sort sort)
{
    static ps_compare *const orders[PS_SORT_COUNT] = {
        [PS_SORT_PACKETS] = ports_by_packets, [PS_SORT_PORT] = ports_by_port};
    return choose(orders, sort, ps_port_row_compare);
}

ps_compare *ps_choose_pairs(enum ps_sort sort)
{
    static ps_compare *const orders[PS_SORT_COUNT] = {
        [PS_SORT_PACKETS] = pairs_by_packets, [PS_SORT_PORT] = pairs_by_port};
    return choose(orders, sort, ps_pair_row_compare);
}

ps_compare *ps_choose_hosts(enum ps_sort sort)
{
    static ps_compare *const orders[PS_SORT_COUNT] = {[PS_SORT_PACKETS] = hosts_by_packets};
    return choose(orders, sort, ps_host_row_compare);
}
