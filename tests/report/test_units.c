/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Quantities at their boundaries, from both sides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "units.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct row {
    uint64_t number;
    const char *text, *exact;
};

static void check(const struct row *rows, size_t count, char *(*write)(char *, uint64_t, bool))
{
    for (size_t i = 0; i < count; i++) {
        char text[PS_UNITS_SIZE];
        assert_ptr_equal(write(text, rows[i].number, false), text);
        assert_string_equal(text, rows[i].text);
        assert_string_equal(write(text, rows[i].number, true), rows[i].exact);
    }
}

static void counts(void **state)
{
    static const struct row rows[] = {
        {0, "0", "0"},
        {999, "999", "999"},
        {1000, "1,000", "1000"},
        {48213, "48,213", "48213"},
        {999999, "999,999", "999999"},
        {1000000, "1,000,000", "1000000"},
        {UINT64_MAX, "18,446,744,073,709,551,615", "18446744073709551615"},
    };
    (void)state;
    check(rows, COUNT(rows), ps_units_count);
}

static void bytes(void **state)
{
    static const struct row rows[] = {
        {0, "0 B", "0"},
        {999, "999 B", "999"},
        {1000, "1.0 kB", "1000"},
        {1049, "1.0 kB", "1049"},
        {1050, "1.1 kB", "1050"},
        {812000, "812.0 kB", "812000"},
        {999949, "999.9 kB", "999949"},
        {999950, "1.0 MB", "999950"},
        {999999, "1.0 MB", "999999"},
        {1000000, "1.0 MB", "1000000"},
        {24100000, "24.1 MB", "24100000"},
        {999949999, "999.9 MB", "999949999"},
        {999950000, "1.0 GB", "999950000"},
        {UINT64_C(1000000000000), "1.0 TB", "1000000000000"},
        {UINT64_C(999949999999999999), "999.9 PB", "999949999999999999"},
        {UINT64_C(999950000000000000), "1.0 EB", "999950000000000000"},
        {UINT64_MAX, "18.4 EB", "18446744073709551615"},
    };
    (void)state;
    check(rows, COUNT(rows), ps_units_bytes);
}

static void rates(void **state)
{
    static const struct row rows[] = {
        {0, "0 bit/s", "0 bit/s"},
        {999, "999 bit/s", "999 bit/s"},
        {1000, "1.00 kbit/s", "1000 bit/s"},
        {9994, "9.99 kbit/s", "9994 bit/s"},
        {9995, "10.0 kbit/s", "9995 bit/s"},
        {99949, "99.9 kbit/s", "99949 bit/s"},
        {99950, "100 kbit/s", "99950 bit/s"},
        {837000, "837 kbit/s", "837000 bit/s"},
        {999499, "999 kbit/s", "999499 bit/s"},
        {999500, "1.00 Mbit/s", "999500 bit/s"},
        {UINT64_C(10000000000), "10.0 Gbit/s", "10000000000 bit/s"},
        {UINT64_MAX, "18.4 Ebit/s", "18446744073709551615 bit/s"},
    };
    (void)state;
    check(rows, COUNT(rows), ps_units_rate);
}

static void shares(void **state)
{
    static const struct {
        uint64_t part, whole;
        const char *share, *percent;
    } rows[] = {
        {0, 0, "-", "-"},
        {0, 7, "0.0%", "0%"},
        {1, 1000000, "<0.1%", "<1%"},
        {5, 10000, "0.1%", "<1%"},
        {4, 10000, "<0.1%", "<1%"},
        {5, 1000, "0.5%", "1%"},
        {1, 3, "33.3%", "33%"},
        {2, 3, "66.7%", "67%"},
        {99949, 100000, "99.9%", ">99%"},
        {99950, 100000, ">99.9%", ">99%"},
        {7, 7, "100.0%", "100%"},
        {UINT64_MAX, UINT64_MAX, "100.0%", "100%"},
        {UINT64_MAX / 2, UINT64_MAX, "50.0%", "50%"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[PS_UNITS_SIZE];
        assert_string_equal(ps_units_share(text, rows[i].part, rows[i].whole), rows[i].share);
        assert_string_equal(ps_units_percent(text, rows[i].part, rows[i].whole), rows[i].percent);
    }
}

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

static void durations(void **state)
{
    static const struct {
        uint64_t nanoseconds;
        const char *text;
    } rows[] = {
        {0, "0 us"},
        {999999, "999 us"},
        {MS, "1 ms"},
        {S - 1, "999 ms"},
        {S, "1 s"},
        {12 * S + 345 * MS, "12.3 s"},
        {59 * S + 999 * MS, "1 min"},
        {60 * S, "1 min"},
        {61 * S, "1 min 1 s"},
        {300 * S, "5 min"},
        {3599 * S, "59 min 59 s"},
        {3600 * S, "1 h 0 min"},
        {4800 * S, "1 h 20 min"},
        {86399 * S, "23 h 59 min"},
        {86400 * S, "1 d 0 h"},
        {UINT64_MAX, "213503 d 23 h"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[PS_UNITS_SIZE];
        assert_string_equal(ps_units_duration(text, rows[i].nanoseconds), rows[i].text);
    }
}

static void times(void **state)
{
    static const struct {
        int64_t time_ns;
        const char *iso, *moment;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000000Z", "1970-01-01 00:00:00.000"},
        {-1, "1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59.999"},
        {INT64_C(1795425242123456789), "2026-11-23T09:14:02.123456789Z", "2026-11-23 09:14:02.123"},
        {INT64_C(951782400000000000), "2000-02-29T00:00:00.000000000Z", "2000-02-29 00:00:00.000"},
        {INT64_MAX, "2262-04-11T23:47:16.854775807Z", "2262-04-11 23:47:16.854"},
        {INT64_MIN + 1, "1677-09-21T00:12:43.145224193Z", "1677-09-21 00:12:43.145"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[PS_UNITS_SIZE];
        assert_string_equal(ps_units_iso_time(text, rows[i].time_ns), rows[i].iso);
        assert_string_equal(ps_units_moment(text, rows[i].time_ns, true, true), rows[i].moment);
        assert_string_equal(ps_units_moment(text, rows[i].time_ns, false, true), rows[i].moment + 11);
        assert_memory_equal(ps_units_date(text, rows[i].time_ns), rows[i].moment, 10);
    }
}

static void seconds(void **state)
{
    char text[PS_UNITS_SIZE];
    (void)state;
    assert_string_equal(ps_units_seconds(text, 0), "0.000000000");
    assert_string_equal(ps_units_seconds(text, 1), "0.000000001");
    assert_string_equal(ps_units_seconds(text, 300 * S), "300.000000000");
}

static void per_second(void **state)
{
    char text[PS_UNITS_SIZE];
    (void)state;
    assert_int_equal(ps_units_bit_rate(1000, S), 8000);
    assert_int_equal(ps_units_bit_rate(1000, 0), 0);
    assert_int_equal(ps_units_bit_rate(1, 3 * S), 3);
    assert_true(ps_units_bit_rate(UINT64_MAX, 1) == UINT64_MAX);
    assert_int_equal(ps_units_span(5, 7), 2);
    assert_int_equal(ps_units_span(7, 5), 0);
    assert_true(ps_units_span(INT64_MIN + 1, INT64_MAX) == UINT64_MAX - 1);
    assert_string_equal(ps_units_pace(text, 3, 10 * S, false), "0.3 packets/s");
    assert_string_equal(ps_units_pace(text, 99, 10 * S, false), "9.9 packets/s");
    assert_string_equal(ps_units_pace(text, 100, 10 * S, false), "10 packets/s");
    assert_string_equal(ps_units_pace(text, 46060, 10 * S, false), "4,606 packets/s");
    assert_string_equal(ps_units_pace(text, 46060, 10 * S, true), "4606 packets/s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),    cmocka_unit_test(bytes), cmocka_unit_test(rates),   cmocka_unit_test(shares),
        cmocka_unit_test(durations), cmocka_unit_test(times), cmocka_unit_test(seconds), cmocka_unit_test(per_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
