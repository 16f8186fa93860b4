/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which pairs become one row: the hub rule case by case, and that nothing gets lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "fold.h"
#include "sample.h"

#define TCP       PS_TRANSPORT_TCP
#define UDP       PS_TRANSPORT_UDP
#define PAIRS_MAX 8

struct pair {
    uint8_t transport;
    uint16_t a, b;
    uint64_t bytes;
};

/* The rows as "hub/transport partners low-high bytes; ..." in their order. */
static void fold(const struct sample *sample, char *text, size_t size)
{
    struct ps_report report;
    struct ps_report_options all = sample->options;
    all.top = 0;
    ps_report_init(&report, &sample->snapshot, sample->names, &all);
    size_t used = 0;
    const struct ps_fold *folded = ps_fold_pairs(&report);
    assert_non_null(folded);
    const struct ps_fold_row *rows = folded->row;
    text[0] = '\0';
    for (size_t i = 0; i < folded->count; i++)
        used += (size_t)snprintf(text + used, size - used, "%u/%s %u %u-%u %u;", (unsigned)rows[i].hub,
                                 rows[i].transport == TCP ? "tcp" : "udp", (unsigned)rows[i].partners,
                                 (unsigned)rows[i].low, (unsigned)rows[i].high,
                                 (unsigned)(rows[i].from_hub.bytes + rows[i].to_hub.bytes));
    ps_report_finish(&report);
}

static void hub_rule(void **state)
{
    static const struct {
        const char *what;
        struct pair pair[PAIRS_MAX];
        const char *rows;
    } cases[] = {
        {"nothing", {{0, 0, 0, 0}}, ""},
        {"one pair: the named end", {{TCP, 50000, 443, 9}}, "443/tcp 1 50000-50000 9;"},
        {"one pair: named beats lower", {{TCP, 2, 443, 9}}, "443/tcp 1 2-2 9;"},
        {"one pair: neither named, lower", {{TCP, 50001, 50000, 9}}, "50000/tcp 1 50001-50001 9;"},
        {"one pair: both named, lower", {{TCP, 443, 22, 9}}, "22/tcp 1 443-443 9;"},
        {"more partners beat a name", {{TCP, 50000, 443, 1}, {TCP, 50000, 22, 2}}, "50000/tcp 2 22-443 3;"},
        {"two clients fold", {{TCP, 50000, 443, 1}, {TCP, 60000, 443, 2}}, "443/tcp 2 50000-60000 3;"},
        {"protocols stay apart",
         {{TCP, 50000, 53, 1}, {UDP, 50001, 53, 2}},
         "53/udp 1 50001-50001 2;53/tcp 1 50000-50000 1;"},
        {"itself is a row of its own",
         {{UDP, 5353, 5353, 5}, {UDP, 5353, 50000, 1}, {UDP, 5353, 50001, 1}},
         "5353/udp 1 5353-5353 5;5353/udp 2 50000-50001 2;"},
        {"itself is no partner",
         {{UDP, 40000, 40000, 5}, {UDP, 40000, 53, 1}},
         "40000/udp 1 40000-40000 5;53/udp 1 40000-40000 1;"},
        {"ports 0 and 65535", {{UDP, 0, 65535, 5}}, "0/udp 1 65535-65535 5;"},
        {"ties in bytes: by port",
         {{UDP, 53, 50000, 5}, {TCP, 22, 50000, 5}},
         "22/tcp 1 50000-50000 5;53/udp 1 50000-50000 5;"},
        {"a scan folds around the scanner",
         {{TCP, 50000, 21, 1}, {TCP, 50000, 22, 1}, {TCP, 50000, 23, 1}, {TCP, 40000, 22, 7}},
         /* 22 has two partners, 50000 three */
         "22/tcp 1 40000-40000 7;50000/tcp 3 21-23 3;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        for (size_t k = 0; k < PAIRS_MAX && cases[i].pair[k].transport != 0; k++) {
            const struct pair *pair = &cases[i].pair[k];
            sample_traffic(&sample, (enum ps_transport)pair->transport, pair->a, pair->b, 1, pair->bytes);
        }
        sample_sort(&sample);
        char rows[512];
        fold(&sample, rows, sizeof(rows));
        if (strcmp(rows, cases[i].rows) != 0)
            fail_msg("%s: %s", cases[i].what, rows);
        sample_finish(&sample);
    }
}

static void directions(void **state)
{
    struct sample sample;
    struct ps_report report;
    (void)state;
    sample_init(&sample);
    sample_traffic(&sample, TCP, 443, 50000, 5, 5000);
    sample_traffic(&sample, TCP, 50000, 443, 3, 300);
    sample_traffic(&sample, TCP, 443, 22, 2, 200); /* the hub is the higher of these two */
    sample_traffic(&sample, TCP, 22, 443, 1, 100);
    ps_report_init(&report, &sample.snapshot, sample.names, &sample.options);
    const struct ps_fold *folded = ps_fold_pairs(&report);
    assert_non_null(folded);
    const struct ps_fold_row *rows = folded->row;
    assert_int_equal(folded->count, 1);
    assert_int_equal(folded->rest, 0);
    assert_int_equal(rows[0].hub, 443);
    assert_int_equal(rows[0].from_hub.bytes, 5200);
    assert_int_equal(rows[0].from_hub.packets, 7);
    assert_int_equal(rows[0].to_hub.bytes, 400);
    assert_int_equal(rows[0].to_hub.packets, 4);
    ps_report_finish(&report);
    sample_finish(&sample);
}

static void orders(void **state)
{
    static const struct {
        enum ps_sort sort;
        const char *rows;
    } cases[] = {
        {PS_SORT_BYTES, "80/tcp 1 50000-50000 900;53/udp 1 50000-50000 500;22/tcp 1 50001-50001 100;"},
        {PS_SORT_PACKETS, "22/tcp 1 50001-50001 100;53/udp 1 50000-50000 500;80/tcp 1 50000-50000 900;"},
        {PS_SORT_PORT, "22/tcp 1 50001-50001 100;53/udp 1 50000-50000 500;80/tcp 1 50000-50000 900;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample_traffic(&sample, TCP, 80, 50000, 1, 900);
        sample_traffic(&sample, UDP, 53, 50000, 2, 500);
        sample_traffic(&sample, TCP, 22, 50001, 3, 100);
        sample.options.sort = cases[i].sort;
        char rows[512];
        fold(&sample, rows, sizeof(rows));
        assert_string_equal(rows, cases[i].rows);
        sample_finish(&sample);
    }
}

/* Folding changes no sum, and the order of the pairs changes nothing. */
static void keeps_sums(void **state)
{
    struct sample sample;
    char forward[8192], backward[8192];
    (void)state;
    sample_init(&sample);
    sample_office(&sample);
    fold(&sample, forward, sizeof(forward));
    struct ps_snapshot *snapshot = &sample.snapshot;
    for (size_t i = 0; i < snapshot->pair_count / 2; i++) {
        struct ps_pair_row row = snapshot->pair[i];
        snapshot->pair[i] = snapshot->pair[snapshot->pair_count - 1 - i];
        snapshot->pair[snapshot->pair_count - 1 - i] = row;
    }
    fold(&sample, backward, sizeof(backward));
    assert_string_equal(forward, backward);

    struct ps_report report;
    uint64_t bytes = 0, pairs = 0;
    sample.options.top = 0;
    ps_report_init(&report, snapshot, sample.names, &sample.options);
    const struct ps_fold *folded = ps_fold_pairs(&report);
    assert_non_null(folded);
    for (size_t i = 0; i < folded->count; i++) {
        bytes += folded->row[i].from_hub.bytes + folded->row[i].to_hub.bytes;
        pairs += folded->row[i].partners;
    }
    size_t rows = folded->count;
    ps_report_finish(&report);
    sample.options.top = 1;
    ps_report_init(&report, snapshot, sample.names, &sample.options);
    folded = ps_fold_pairs(&report);
    assert_non_null(folded);
    assert_int_equal(folded->count, 1);
    assert_int_equal(folded->rest, rows - 1);
    assert_int_equal(folded->rest_from_hub.bytes + folded->rest_to_hub.bytes,
                     bytes - folded->row[0].from_hub.bytes - folded->row[0].to_hub.bytes);
    assert_int_equal(snapshot->ledger[0].row, PS_ROW_PORTS);
    assert_int_equal(bytes, snapshot->ledger[0].count.bytes);
    assert_int_equal(pairs, snapshot->pair_count);
    ps_report_finish(&report);
    sample_finish(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hub_rule),
        cmocka_unit_test(directions),
        cmocka_unit_test(orders),
        cmocka_unit_test(keeps_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
