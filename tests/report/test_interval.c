/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The few lines of an interval: exact text, what an idle one says, and that nothing is too wide.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "sample.h"

static void begin(struct sample *sample, int64_t length_ns)
{
    sample_init(sample);
    sample->snapshot.final = false;
    sample->snapshot.interval_set = true;
    sample->snapshot.interval_number = 1;
    sample->snapshot.interval_start_ns = SAMPLE_START_NS - 2 * SAMPLE_SECOND_NS;
    sample->snapshot.interval_end_ns = sample->snapshot.interval_start_ns + length_ns;
}

static void expect(const struct sample *sample, const char *want)
{
    char *text = sample_interval(sample);
    assert_string_equal(text, want);
    free(text);
}

static void idle(void **state)
{
    struct sample sample;
    (void)state;
    begin(&sample, 10 * SAMPLE_SECOND_NS);
    expect(&sample, "09:14:10  no packets\n");
    sample.snapshot.has_kernel_drops = true;
    expect(&sample, "09:14:10  no packets  lost 0\n");
    sample.snapshot.dropped_by_kernel = 1200;
    expect(&sample, "09:14:10  no packets  lost 1,200\n");
    sample_finish(&sample);
}

static void busy(void **state)
{
    struct sample sample;
    (void)state;
    begin(&sample, 10 * SAMPLE_SECOND_NS);
    sample_traffic(&sample, PS_TRANSPORT_TCP, 443, 50001, 1000, 1000000);
    sample_traffic(&sample, PS_TRANSPORT_TCP, 50002, 443, 400, 15000);
    sample_traffic(&sample, PS_TRANSPORT_TCP, 50003, 22, 3, 300);
    sample_traffic(&sample, PS_TRANSPORT_UDP, 1900, 1900, 2, 200);
    sample_ledger(&sample, PS_ROW_NON_IP, PS_DETAIL_ETHERTYPE, 0x0806, 10, 600);
    expect(&sample, "09:14:10  142 packets/s  813 kbit/s  well-known >99%  registered <1%\n"
                    "  no ports <1%\n"
                    "   443/tcp https  812 kbit/s  140 packets/s  2 clients  2 flows\n"
                    "    22/tcp ssh     240 bit/s  0.3 packets/s  1 client   1 flow\n"
                    "  1900/udp ssdp    160 bit/s  0.2 packets/s  1 client   1 flow\n");
    sample.options.top = 1;
    sample.options.width = 100;
    expect(&sample, "09:14:10  142 packets/s  813 kbit/s  well-known >99%  registered <1%  no ports <1%\n"
                    "   443/tcp https  812 kbit/s  140 packets/s  2 clients  2 flows\n"
                    " other (2)         400 bit/s  0.5 packets/s             2 flows\n");
    sample_finish(&sample);
}

/* Intervals below a second are told apart. */
static void fine_time(void **state)
{
    struct sample sample;
    (void)state;
    begin(&sample, SAMPLE_SECOND_NS / 4);
    sample_traffic(&sample, PS_TRANSPORT_UDP, 5353, 5353, 1, 100);
    expect(&sample, "09:14:00.250  4 packets/s  3.20 kbit/s  registered 100%\n"
                    "  5353/udp mdns  3.20 kbit/s  4 packets/s  1 client  1 flow\n");
    sample_finish(&sample);
}

/* Five rows, unless the reader asks for another number. */
static void row_count(void **state)
{
    static const struct {
        size_t top, lines;
    } rows[] = {{PS_TOP_DEFAULT, 1 + 5 + 1}, {3, 1 + 3 + 1}, {7, 1 + 7 + 1}, {8, 1 + 8}, {0, 1 + 8}};
    struct sample sample;
    (void)state;
    begin(&sample, SAMPLE_SECOND_NS);
    for (uint16_t i = 0; i < 8; i++)
        sample_traffic(&sample, PS_TRANSPORT_UDP, (uint16_t)(7000 + i), (uint16_t)(7000 + i), 1, 100);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sample.options.top = rows[i].top;
        char *text = sample_interval(&sample);
        size_t lines = 0;
        for (const char *at = text; *at != '\0'; at++)
            lines += *at == '\n';
        assert_int_equal(lines, rows[i].lines);
        free(text);
    }
    sample_finish(&sample);
}

static void never_too_wide(void **state)
{
    struct sample sample;
    (void)state;
    begin(&sample, 10 * SAMPLE_SECOND_NS);
    sample_office(&sample);
    for (size_t width = 40; width <= 120; width++) {
        for (unsigned bits = 0; bits < 4; bits++) {
            sample.options.width = width;
            sample.options.utf8 = (bits & 1) != 0;
            sample.options.units_exact = (bits & 2) != 0;
            char *text = sample_interval(&sample);
            if (longest_line(text) > width)
                fail_msg("width %zu:\n%s", width, text);
            assert_null(strstr(text, " \n"));
            free(text);
        }
    }
    sample_finish(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle),      cmocka_unit_test(busy),           cmocka_unit_test(fine_time),
        cmocka_unit_test(row_count), cmocka_unit_test(never_too_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
