/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A snapshot of what was asked for is a piece of the whole one: the first rows in the order asked for, and sums of the
 * others.  So it is with any number of threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "account/choose.h"
#include "packets.h"
#include "support/fragment_model.h"

#define UDP PS_TRANSPORT_UDP

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)(model_number(seed) % n);
}

/* Many flows, some of them alike in bytes and packets, of both families; handshakes, requests that fail, ICMP. */
static void add_packets(struct packets *packets, size_t count)
{
    uint64_t seed = 8;
    for (size_t i = 0; i < count; i++) {
        uint8_t family = below(&seed, 3) ? 4 : 6;
        struct end from = {family, below(&seed, 30000), (uint16_t)(below(&seed, 3) ? 30000 + below(&seed, 30000) : 7)};
        struct end to = {family, below(&seed, 300), (uint16_t)below(&seed, 500)};
        switch (below(&seed, 8)) {
        case 0:
            packets_refuse(packets, UDP, from, to);
            break;
        case 1:
            packets_add(packets, UDP, from, to, below(&seed, 4) * 100);
            packets_add(packets, UDP, to, from, 50);
            break;
        default:
            packets_tcp(packets, from, to, below(&seed, 2) ? SYN : ACK, below(&seed, 9), below(&seed, 4) * 100);
        }
    }
}

static struct ps_count traffic_count(const struct ps_traffic *a, const struct ps_traffic *b)
{
    return (struct ps_count){a->packets + b->packets, a->bytes + b->bytes};
}

static struct ps_count count_sum(const struct ps_count *a, const struct ps_count *b)
{
    return (struct ps_count){a->packets + b->packets, a->bytes + b->bytes};
}

static struct ps_count flow_count_of(const void *row)
{
    const struct ps_flow_row *flow = row;
    return count_sum(&flow->to_server, &flow->to_client);
}

static struct ps_count service_count_of(const void *row)
{
    const struct ps_service_row *service = row;
    return count_sum(&service->to_server, &service->to_client);
}

static struct ps_count port_count_of(const void *row)
{
    const struct ps_port_row *port = row;
    return traffic_count(&port->sent, &port->received);
}

static struct ps_count pair_count_of(const void *row)
{
    const struct ps_pair_row *pair = row;
    return traffic_count(&pair->a_to_b, &pair->b_to_a);
}

static struct ps_count host_count_of(const void *row)
{
    const struct ps_host_row *host = row;
    return count_sum(&host->sent, &host->received);
}

/* One table of a snapshot. */
struct rows {
    const void *row;
    size_t count, rest;
    const void *rest_row;
};

struct kind {
    const char *name;
    size_t size;
    ps_compare *standard;
    ps_compare *(*choose)(enum ps_sort sort);
    struct ps_count (*count)(const void *row);
    struct rows (*get)(const struct ps_snapshot *s);
};

static struct rows get_flows(const struct ps_snapshot *s)
{
    return (struct rows){s->flow, s->flow_count, s->rest.flows, &s->rest.flow};
}

static struct rows get_services(const struct ps_snapshot *s)
{
    return (struct rows){s->service, s->service_count, s->rest.services, &s->rest.service};
}

static struct rows get_ports(const struct ps_snapshot *s)
{
    return (struct rows){s->port, s->port_count, s->rest.ports, &s->rest.port};
}

static struct rows get_pairs(const struct ps_snapshot *s)
{
    return (struct rows){s->pair, s->pair_count, s->rest.pairs, &s->rest.pair};
}

static struct rows get_hosts(const struct ps_snapshot *s)
{
    return (struct rows){s->host, s->host_count, s->rest.hosts, &s->rest.host};
}

static const struct kind kinds[] = {
    {"flows", sizeof(struct ps_flow_row), ps_flow_row_compare, ps_choose_flows, flow_count_of, get_flows},
    {"services", sizeof(struct ps_service_row), ps_service_row_compare, ps_choose_services, service_count_of,
     get_services},
    {"ports", sizeof(struct ps_port_row), ps_port_row_compare, ps_choose_ports, port_count_of, get_ports},
    {"pairs", sizeof(struct ps_pair_row), ps_pair_row_compare, ps_choose_pairs, pair_count_of, get_pairs},
    {"hosts", sizeof(struct ps_host_row), ps_host_row_compare, ps_choose_hosts, host_count_of, get_hosts},
};

static const void *row_at(const struct kind *kind, const void *rows, size_t index)
{
    return (const char *)rows + index * kind->size;
}

static struct ps_count sum_of(const struct kind *kind, struct rows rows)
{
    struct ps_count sum = kind->count(rows.rest_row);
    for (size_t i = 0; i < rows.count; i++) {
        struct ps_count one = kind->count(row_at(kind, rows.row, i));
        sum = count_sum(&sum, &one);
    }
    return sum;
}

/* `got`: what `wish` asked for, of `all`. */
static void check_table(const struct kind *kind, const struct ps_snapshot *all, const struct ps_snapshot *got)
{
    struct rows whole = kind->get(all), piece = kind->get(got);
    size_t top = got->wish.top, expected = top == 0 || top > whole.count ? whole.count : top;
    char *row = malloc(whole.count * kind->size + 1);
    assert_non_null(row);
    memcpy(row, whole.row, whole.count * kind->size);
    qsort(row, whole.count, kind->size, kind->choose(got->wish.sort));
    qsort(row, expected, kind->size, kind->standard);
    assert_int_equal(piece.count, expected);
    assert_int_equal(piece.rest, whole.count - expected);
    for (size_t i = 0; i < expected; i++) {
        if (kind->standard(row_at(kind, row, i), row_at(kind, piece.row, i)) != 0)
            fail_msg("%s, sort %d, top %zu, threads %u: row %zu is another one", kind->name, (int)got->wish.sort, top,
                     got->wish.threads, i);
        struct ps_count one = kind->count(row_at(kind, row, i)), other = kind->count(row_at(kind, piece.row, i));
        assert_int_equal(one.packets, other.packets);
    }
    struct ps_count sum = sum_of(kind, whole), same = sum_of(kind, piece);
    assert_int_equal(sum.packets, same.packets);
    assert_int_equal(sum.bytes, same.bytes);
    free(row);
}

static void check_services(const struct ps_snapshot *all, const struct ps_snapshot *got)
{
    uint64_t flows[2] = {0, got->rest.service.flows}, by_class = 0;
    for (size_t i = 0; i < all->service_count; i++)
        flows[0] += all->service[i].flows;
    for (size_t i = 0, at = 0; i < got->service_count; i++) {
        const struct ps_service_row *row = &got->service[i];
        while (ps_service_row_compare(&all->service[at], row) != 0)
            at++;
        assert_int_equal(row->clients, all->service[at].clients);
        assert_int_equal(row->servers, all->service[at].servers);
        assert_int_equal(row->rtt_count, all->service[at].rtt_count);
        flows[1] += row->flows;
    }
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        by_class += got->rest.service_bytes[i];
    assert_int_equal(flows[0], flows[1]);
    assert_int_equal(by_class, got->rest.service.to_server.bytes + got->rest.service.to_client.bytes);
}

static void check_wish(const struct ps_account *account, const struct ps_snapshot *all, const struct ps_wish *wish)
{
    struct ps_snapshot got;
    ps_snapshot_init(&got);
    assert_int_equal(ps_account_collect(account, wish, &got), 0);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        check_table(&kinds[k], all, &got);
    check_services(all, &got);
    assert_memory_equal(got.range, all->range, sizeof(got.range));
    assert_memory_equal(got.ports_in_class, all->ports_in_class, sizeof(got.ports_in_class));
    assert_int_equal(got.port_zero.packets, all->port_zero.packets);
    ps_snapshot_finish(&got);
}

static void pieces_of_the_whole(void **state)
{
    (void)state;
    static const size_t tops[] = {0, 1, 2, 10, 499, 100000};
    struct packets packets;
    struct ps_snapshot all;
    struct ps_account *account = ps_account_create();
    packets_init(&packets);
    add_packets(&packets, 60000);
    assert_non_null(account);
    packets_count(&packets, 0, packets.count, account);
    ps_snapshot_init(&all);
    assert_int_equal(ps_account_collect(account, NULL, &all), 0);
    assert_true(all.flow_count > 3 * 8192); /* else threads would have nothing to do */
    for (size_t t = 0; t < sizeof(tops) / sizeof(tops[0]); t++)
        for (int sort = 0; sort < PS_SORT_COUNT; sort++) {
            struct ps_wish wish = {.tables = PS_TABLE_ALL, .top = tops[t], .sort = (enum ps_sort)sort};
            wish.threads = 1 + (unsigned)(t + (size_t)sort) % 4;
            check_wish(account, &all, &wish);
        }
    ps_snapshot_finish(&all);
    ps_account_destroy(account);
    packets_free(&packets);
}

/* Nobody asks for rows: there are none, and all sums. */
static void nothing_asked_for(void **state)
{
    (void)state;
    struct packets packets;
    struct ps_snapshot all, got;
    struct ps_account *account = ps_account_create();
    struct ps_wish wish = {.top = 10};
    packets_init(&packets);
    add_packets(&packets, 3000);
    assert_non_null(account);
    packets_count(&packets, 0, packets.count, account);
    account_collect(account, &all);
    ps_snapshot_init(&got);
    assert_int_equal(ps_account_collect(account, &wish, &got), 0);
    assert_int_equal(got.flow_count + got.port_count + got.pair_count + got.host_count, 0);
    assert_int_equal(got.rest.flows, all.flow_count);
    assert_int_equal(got.rest.ports, all.port_count);
    assert_int_equal(got.service_count, 10);
    assert_memory_equal(got.range, all.range, sizeof(got.range));
    assert_true(got.pairs.owner == NULL);
    ps_snapshot_finish(&all);
    ps_snapshot_finish(&got);
    ps_account_destroy(account);
    packets_free(&packets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_the_whole),
        cmocka_unit_test(nothing_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
