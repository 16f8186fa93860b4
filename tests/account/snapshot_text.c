/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints snapshots.  Nothing is left out: what is not printed is not compared.
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

static void print_rest(FILE *to, const struct ps_snapshot *s)
{
    for (size_t i = 0; i < s->host_count; i++) {
        fprintf(to, "host %u ", s->host[i].family);
        for (size_t n = 0; n < sizeof(s->host[i].address.octet); n++)
            fprintf(to, "%02x", s->host[i].address.octet[n]);
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
    print_rest(to, snapshot);
    assert_int_equal(fclose(to), 0);
    return text;
}

char *account_text(const struct ps_account *account)
{
    struct ps_snapshot snapshot;
    ps_snapshot_init(&snapshot);
    assert_false(ps_account_failed(account));
    assert_int_equal(ps_account_collect(account, &snapshot), 0);
    char *text = snapshot_text(&snapshot);
    ps_snapshot_finish(&snapshot);
    return text;
}

void assert_same_text(const char *what, const char *got, const char *expected)
{
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
