/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Histograms of handshake times: the borders of their buckets, what percentiles say, parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "account/rtt.h"
#include "packets.h"

static uint64_t border_above(uint64_t time_ns)
{
    struct rtt_histogram histogram = {{0}};
    ps_rtt_histogram_add(&histogram, time_ns);
    assert_int_equal(ps_rtt_histogram_count(&histogram), 1);
    return ps_rtt_percentile(&histogram, 50);
}

/* A border belongs to the bucket below it. */
static void borders(void **state)
{
    (void)state;
    assert_int_equal(border_above(0), 1000);
    assert_int_equal(border_above(999), 1000);
    assert_int_equal(border_above(1000), 1000);
    assert_int_equal(border_above(1001), 1189);
    assert_int_equal(border_above(1189), 1189);
    assert_int_equal(border_above(1190), 1414);
    assert_int_equal(border_above(1414), 1414);
    assert_int_equal(border_above(1415), 1682);
    assert_int_equal(border_above(1682), 1682);
    assert_int_equal(border_above(1683), 2000);
    assert_int_equal(border_above(2000), 2000);
    assert_int_equal(border_above(2001), 2378);
    assert_int_equal(border_above(1024000), 1024000);
    assert_int_equal(border_above(1024001), 1189u * 1024);
}

static void all_borders_ascend(void **state)
{
    (void)state;
    uint64_t border = border_above(0);
    for (int bucket = 1; bucket < PS_RTT_BUCKETS; bucket++) {
        uint64_t next = border_above(border + 1);
        assert_true(next > border);
        assert_int_equal(border_above(next), next);
        double wanted = 1000 * pow(2, bucket / 4.0);
        assert_true(fabs((double)next - wanted) / wanted < 0.001);
        border = next;
    }
    assert_int_equal(border_above(border + 1), border); /* the last one takes what is longer */
    assert_int_equal(border_above(UINT64_MAX), border);
    assert_true(border > 3600 * (uint64_t)SECOND);
}

/* At most a fifth too high. */
static void precision(void **state)
{
    (void)state;
    for (uint64_t time = 1001; time < 100 * (uint64_t)SECOND; time += 1 + time / 7) {
        uint64_t border = border_above(time);
        assert_true(border >= time && border <= time + time / 5);
    }
}

static void percentiles(void **state)
{
    (void)state;
    struct rtt_histogram histogram = {{0}};
    assert_int_equal(ps_rtt_percentile(&histogram, 50), 0);
    for (int i = 0; i < 95; i++)
        ps_rtt_histogram_add(&histogram, 1000);
    for (int i = 0; i < 4; i++)
        ps_rtt_histogram_add(&histogram, 2000);
    ps_rtt_histogram_add(&histogram, 4000);
    assert_int_equal(ps_rtt_histogram_count(&histogram), 100);
    assert_int_equal(ps_rtt_percentile(&histogram, 1), 1000);
    assert_int_equal(ps_rtt_percentile(&histogram, 50), 1000);
    assert_int_equal(ps_rtt_percentile(&histogram, 95), 1000);
    assert_int_equal(ps_rtt_percentile(&histogram, 96), 2000);
    assert_int_equal(ps_rtt_percentile(&histogram, 99), 2000);
    assert_int_equal(ps_rtt_percentile(&histogram, 100), 4000);
}

/* The half of three is two of them, not one. */
static void percentiles_round_up(void **state)
{
    (void)state;
    struct rtt_histogram histogram = {{0}};
    ps_rtt_histogram_add(&histogram, 1000);
    ps_rtt_histogram_add(&histogram, 2000);
    ps_rtt_histogram_add(&histogram, 4000);
    assert_int_equal(ps_rtt_percentile(&histogram, 33), 1000);
    assert_int_equal(ps_rtt_percentile(&histogram, 34), 2000);
    assert_int_equal(ps_rtt_percentile(&histogram, 50), 2000);
    assert_int_equal(ps_rtt_percentile(&histogram, 66), 2000);
    assert_int_equal(ps_rtt_percentile(&histogram, 67), 4000);
}

static struct rtt_histogram of_port(const struct rtt *rtt, uint16_t port)
{
    struct rtt_histogram histogram = {{0}};
    ps_rtt_get(rtt, port, &histogram);
    return histogram;
}

static void ports_are_apart(void **state)
{
    (void)state;
    struct rtt *rtt = ps_rtt_create();
    assert_non_null(rtt);
    assert_true(ps_rtt_add(rtt, 0, 1000) && ps_rtt_add(rtt, 65535, 2000) && ps_rtt_add(rtt, 65535, 2000));
    struct rtt_histogram low = of_port(rtt, 0), high = of_port(rtt, 65535), none = of_port(rtt, 80);
    assert_int_equal(ps_rtt_histogram_count(&low), 1);
    assert_int_equal(ps_rtt_histogram_count(&high), 2);
    assert_int_equal(ps_rtt_histogram_count(&none), 0);
    assert_int_equal(ps_rtt_percentile(&high, 99), 2000);
    ps_rtt_get(rtt, 0, &high); /* adds */
    assert_int_equal(ps_rtt_histogram_count(&high), 3);
    ps_rtt_destroy(rtt);
    ps_rtt_destroy(NULL);
}

static void merged(void **state)
{
    (void)state;
    struct rtt *rtt = ps_rtt_create(), *part = ps_rtt_create();
    assert_true(rtt && part);
    assert_true(ps_rtt_add(rtt, 80, 1000) && ps_rtt_add(part, 80, 1000) && ps_rtt_add(part, 80, 4000));
    assert_true(ps_rtt_add(rtt, 22, 1000) && ps_rtt_add(part, 443, 8000));
    assert_true(ps_rtt_merge(rtt, part));
    struct rtt_histogram both = of_port(rtt, 80), old = of_port(rtt, 22), new = of_port(rtt, 443);
    assert_int_equal(ps_rtt_histogram_count(&both), 3);
    assert_int_equal(ps_rtt_percentile(&both, 50), 1000);
    assert_int_equal(ps_rtt_percentile(&both, 99), 4000);
    assert_int_equal(ps_rtt_histogram_count(&old), 1);
    assert_int_equal(ps_rtt_percentile(&new, 50), 8000);
    both = of_port(part, 80); /* the part stays as it is */
    assert_int_equal(ps_rtt_histogram_count(&both), 2);
    ps_rtt_destroy(rtt);
    ps_rtt_destroy(part);
}

/* Ports that find no room go without; those that are there go on. */
static void limited(void **state)
{
    (void)state;
    struct rtt *rtt = ps_rtt_create(), *part = ps_rtt_create();
    assert_true(rtt && part);
    ps_rtt_limit(rtt, 2);
    assert_true(ps_rtt_add(rtt, 80, 1000) && ps_rtt_add(rtt, 81, 1000));
    assert_true(ps_rtt_add(rtt, 82, 1000) && ps_rtt_add(rtt, 80, 1000));
    assert_true(ps_rtt_add(part, 81, 1000) && ps_rtt_add(part, 443, 1000));
    assert_true(ps_rtt_merge(rtt, part));
    struct rtt_histogram first = of_port(rtt, 80), second = of_port(rtt, 81), third = of_port(rtt, 82),
                         merged = of_port(rtt, 443);
    assert_int_equal(ps_rtt_histogram_count(&first), 2);
    assert_int_equal(ps_rtt_histogram_count(&second), 2);
    assert_int_equal(ps_rtt_histogram_count(&third), 0);
    assert_int_equal(ps_rtt_histogram_count(&merged), 0);
    ps_rtt_destroy(rtt);
    ps_rtt_destroy(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borders),
        cmocka_unit_test(all_borders_ascend),
        cmocka_unit_test(precision),
        cmocka_unit_test(percentiles),
        cmocka_unit_test(percentiles_round_up),
        cmocka_unit_test(ports_are_apart),
        cmocka_unit_test(merged),
        cmocka_unit_test(limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
