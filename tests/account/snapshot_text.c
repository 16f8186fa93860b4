/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints snapshots.  What is not printed is not compared; that is one number, packets captured twice: two of them with a
 * cut between are not told.
 */
#include "snapshot_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_count(FILE *to, const struct ps_count *count)
{
    fprintf(to, " %" PRIu64 "/%" PRIu64, count->packets, count->bytes);
}

static void print_traffic(FILE *to, const struct ps_traffic *traffic)
{
    fprintf(to, " %" PRIu64 "/%" PRIu64 "/%" PRIu64 "/%" PRIu64, traffic->packets, traffic->bytes,
            traffic->network_bytes, traffic->payload_bytes);
}

static void print_totals(FILE *to, const struct ps_snapshot *s)
{
    fprintf(to, "total");
    print_count(to, &s->total);
    fprintf(to, "\ntime %" PRId64 " %" PRId64 " untimed %" PRIu64 " disordered %" PRIu64 "\nsegmented", s->first_ns,
            s->last_ns, s->untimed_packets, s->disordered_packets);
    print_count(to, &s->segmented);
    fprintf(to, " as %" PRIu64 "\n", s->segmented_estimate);
    for (int source = 0; source < PS_CLASS_COUNT; source++) {
        fprintf(to, "range %d ports %" PRIu64, source, s->ports_in_class[source]);
        for (int destination = 0; destination < PS_CLASS_COUNT; destination++)
            print_traffic(to, &s->range[source][destination]);
        fprintf(to, "\n");
    }
}

static void print_ports(FILE *to, const struct ps_snapshot *s)
{
    for (size_t i = 0; i < s->port_count; i++) {
        fprintf(to, "port %u %u", s->port[i].transport, s->port[i].port);
        print_traffic(to, &s->port[i].sent);
        print_traffic(to, &s->port[i].received);
        fprintf(to, "\n");
    }
    for (size_t i = 0; i < s->pair_count; i++) {
        fprintf(to, "pair %u %u %u", s->pair[i].transport, s->pair[i].port_a, s->pair[i].port_b);
        print_traffic(to, &s->pair[i].a_to_b);
        print_traffic(to, &s->pair[i].b_to_a);
        fprintf(to, "\n");
    }
}

static void print_address(FILE *to, const struct ps_address *address)
{
    for (size_t n = 0; n < sizeof(address->octet); n++)
        fprintf(to, "%02x", address->octet[n]);
}

static void print_flows(FILE *to, const struct ps_snapshot *s)
{
    for (size_t i = 0; i < s->flow_count; i++) {
        const struct ps_flow_row *flow = &s->flow[i];
        fprintf(to, "flow %u %u by %u is %u ", flow->transport, flow->family, flow->evidence, flow->state);
        print_address(to, &flow->client);
        fprintf(to, " %u ", flow->client_port);
        print_address(to, &flow->server);
        fprintf(to, " %u speaks %u", flow->server_port, flow->application);
        print_count(to, &flow->to_server);
        print_count(to, &flow->to_client);
        fprintf(to, " payload %" PRIu64 " %" PRIu64 " from %" PRId64 " to %" PRId64 " connections %" PRIu32,
                flow->payload_to_server, flow->payload_to_client, flow->first_ns, flow->last_ns, flow->connections);
        for (int outcome = 0; outcome < PS_OUTCOME_COUNT; outcome++)
            fprintf(to, " %" PRIu32, flow->outcome[outcome]);
        fprintf(to, "\n");
    }
    fprintf(to, "evicted");
    print_count(to, &s->evicted_flows);
    fprintf(to, " port 0");
    print_count(to, &s->port_zero);
    fprintf(to, "\n");
}

static void print_services(FILE *to, const struct ps_snapshot *s)
{
    for (size_t i = 0; i < s->service_count; i++) {
        const struct ps_service_row *service = &s->service[i];
        fprintf(to, "service %u %u speaks %u", service->transport, service->port, service->application);
        print_count(to, &service->to_server);
        print_count(to, &service->to_client);
        fprintf(to, " flows %" PRIu64 " clients %d %" PRIu64 " servers %d %" PRIu64, service->flows,
                service->clients_estimated, service->clients, service->servers_estimated, service->servers);
        for (int evidence = 0; evidence < PS_EVIDENCE_COUNT; evidence++)
            print_count(to, &service->by_evidence[evidence]);
        for (int range = 0; range < PS_CLASS_COUNT; range++)
            fprintf(to, " %" PRIu64, service->client_class[range]);
        for (int outcome = 0; outcome < PS_OUTCOME_COUNT; outcome++)
            fprintf(to, " %" PRIu64, service->outcome[outcome]);
        fprintf(to, " rtt %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " tcp %" PRIu64 " again %" PRIu64 "\n",
                service->rtt_count, service->rtt_p50_ns, service->rtt_p95_ns, service->rtt_p99_ns,
                service->tcp_payload_bytes, service->retransmitted_bytes);
    }
}

static void print_rest(FILE *to, const struct ps_snapshot *s)
{
    for (size_t i = 0; i < s->host_count; i++) {
        fprintf(to, "host %u ", s->host[i].family);
        print_address(to, &s->host[i].address);
        print_count(to, &s->host[i].sent);
        print_count(to, &s->host[i].received);
        fprintf(to, "\n");
    }
    fprintf(to, "bucket %" PRId64 "\n", s->bucket_ns);
    for (size_t i = 0; i < s->time_count; i++) {
        fprintf(to, "at %" PRId64, s->time[i].start_ns);
        print_count(to, &s->time[i].all);
        for (int range = 0; range < PS_CLASS_COUNT; range++)
            print_count(to, &s->time[i].by_class[range]);
        fprintf(to, "\n");
    }
    for (size_t i = 0; i < s->tunnel_count; i++) {
        fprintf(to, "tunnel %u/%u %" PRIu32, s->tunnel[i].kind, s->tunnel[i].port, s->tunnel[i].id);
        print_count(to, &s->tunnel[i].carried);
        fprintf(to, "\n");
    }
    for (size_t i = 0; i < s->ledger_count; i++) {
        fprintf(to, "ledger %u %u %u", s->ledger[i].row, s->ledger[i].detail_kind, s->ledger[i].detail);
        print_count(to, &s->ledger[i].count);
        fprintf(to, "\n");
    }
}

char *snapshot_text(const struct ps_snapshot *snapshot)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    print_totals(to, snapshot);
    print_ports(to, snapshot);
    print_flows(to, snapshot);
    print_services(to, snapshot);
    print_rest(to, snapshot);
    assert_int_equal(fclose(to), 0);
    return text;
}

char *account_text(const struct ps_account *account)
{
    struct ps_snapshot snapshot;
    ps_snapshot_init(&snapshot);
    assert_false(ps_account_failed(account));
    assert_int_equal(ps_account_collect(account, NULL, &snapshot), 0);
    char *text = snapshot_text(&snapshot);
    ps_snapshot_finish(&snapshot);
    return text;
}

void assert_same_text(const char *what, const char *got, const char *expected)
{
    /* At once where it can be: checkers of memory look at the rest of a text for every line of it. */
    size_t length = strlen(expected);
    if (strlen(got) == length && memcmp(got, expected, length) == 0)
        return;
    while (*got && *expected) {
        int n = (int)strcspn(got, "\n"), m = (int)strcspn(expected, "\n");
        if (n != m || strncmp(got, expected, (size_t)n) != 0)
            fail_msg("%s: \"%.*s\" instead of \"%.*s\"", what, n, got, m, expected);
        got += n + (got[n] == '\n');
        expected += m + (expected[m] == '\n');
    }
    if (*got || *expected)
        fail_msg("%s: \"%s\" instead of \"%s\"", what, got, expected);
}
