/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Quantities as people and programs read them: counts, bytes, rates, shares, times (ISO 8601).
 * Integer arithmetic where a digit is printed, so that every machine prints the same.
 */
#include "units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000

char *ps_units_count(char to[PS_UNITS_SIZE], uint64_t count, bool exact)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (!exact && i > 0 && (length - i) % 3 == 0)
            to[used++] = ',';
        to[used++] = digits[i];
    }
    to[used] = '\0';
    return to;
}

/* `value` divided by `unit`, in steps of 1 / `steps` (1, 10 or 100), rounded half up. */
static uint64_t scaled(uint64_t value, uint64_t unit, uint64_t steps)
{
    /* Over 100 steps the remainder, up to 10^18, would not fit; one digit less changes nothing
     * that is printed then. */
    uint64_t remainder = value % unit;
    while (remainder > UINT64_MAX / 200) {
        remainder /= 10;
        unit /= 10;
        value /= 10;
    }
    return value / unit * steps + (remainder * steps + unit / 2) / unit;
}

static const char prefixes[] = {' ', 'k', 'M', 'G', 'T', 'P', 'E'};

char *ps_units_bytes(char to[PS_UNITS_SIZE], uint64_t bytes, bool exact)
{
    if (exact)
        return ps_units_count(to, bytes, true);
    if (bytes < 1000) {
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " B", bytes);
        return to;
    }
    uint64_t unit = 1000;
    size_t prefix = 1;
    uint64_t tenths = scaled(bytes, unit, 10);
    while (tenths >= 10000 && prefix + 1 < sizeof(prefixes)) {
        unit *= 1000;
        prefix++;
        tenths = scaled(bytes, unit, 10);
    }
    (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10, prefixes[prefix]);
    return to;
}

/* Writes value / unit with three digits. Returns false when it rounds to 1000 or more. */
static bool three_digits(char to[PS_UNITS_SIZE], uint64_t value, uint64_t unit)
{
    uint64_t n = scaled(value, unit, 100);
    if (n < 1000) {
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%02" PRIu64, n / 100, n % 100);
        return true;
    }
    n = scaled(value, unit, 10);
    if (n < 1000) {
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%" PRIu64, n / 10, n % 10);
        return true;
    }
    n = scaled(value, unit, 1);
    (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64, n);
    return n < 1000;
}

char *ps_units_rate(char to[PS_UNITS_SIZE], uint64_t bits_per_second, bool exact)
{
    if (exact || bits_per_second < 1000) {
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " bit/s", bits_per_second);
        return to;
    }
    uint64_t unit = 1000;
    size_t prefix = 1;
    while (!three_digits(to, bits_per_second, unit) && prefix + 1 < sizeof(prefixes)) {
        unit *= 1000;
        prefix++;
    }
    size_t used = strlen(to);
    (void)snprintf(to + used, PS_UNITS_SIZE - used, " %cbit/s", prefixes[prefix]);
    return to;
}

char *ps_units_pace(char to[PS_UNITS_SIZE], uint64_t packets, uint64_t nanoseconds, bool exact)
{
    uint64_t tenths = ps_units_per_second(packets <= UINT64_MAX / 10 ? packets * 10 : UINT64_MAX, nanoseconds);
    if (tenths < 100 && tenths % 10 != 0) {
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%" PRIu64 " packets/s", tenths / 10, tenths % 10);
        return to;
    }
    (void)ps_units_count(to, ps_units_per_second(packets, nanoseconds), exact);
    size_t used = strlen(to);
    (void)snprintf(to + used, PS_UNITS_SIZE - used, " packets/s");
    return to;
}

/* part of whole in 1 / `steps`, rounded half up; `whole` is not 0. */
static uint64_t portion(uint64_t part, uint64_t whole, uint64_t steps)
{
    while (part > UINT64_MAX / (2 * steps) || whole > UINT64_MAX / (2 * steps)) {
        part /= 2;
        whole /= 2;
    }
    return (part * steps + whole / 2) / whole;
}

char *ps_units_share(char to[PS_UNITS_SIZE], uint64_t part, uint64_t whole)
{
    uint64_t tenths = whole > 0 ? portion(part, whole, 1000) : 0;
    if (whole == 0)
        (void)snprintf(to, PS_UNITS_SIZE, "-");
    else if (tenths == 0 && part > 0)
        (void)snprintf(to, PS_UNITS_SIZE, "<0.1%%");
    else if (tenths == 1000 && part < whole)
        (void)snprintf(to, PS_UNITS_SIZE, ">99.9%%");
    else
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%" PRIu64 "%%", tenths / 10, tenths % 10);
    return to;
}

char *ps_units_percent(char to[PS_UNITS_SIZE], uint64_t part, uint64_t whole)
{
    uint64_t percent = whole > 0 ? portion(part, whole, 100) : 0;
    if (whole == 0)
        (void)snprintf(to, PS_UNITS_SIZE, "-");
    else if (percent == 0 && part > 0)
        (void)snprintf(to, PS_UNITS_SIZE, "<1%%");
    else if (percent == 100 && part < whole)
        (void)snprintf(to, PS_UNITS_SIZE, ">99%%");
    else
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 "%%", percent);
    return to;
}

char *ps_units_duration(char to[PS_UNITS_SIZE], uint64_t nanoseconds)
{
    uint64_t seconds = nanoseconds / NS_PER_S + (nanoseconds % NS_PER_S >= NS_PER_S / 2 ? 1 : 0);
    uint64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (nanoseconds < 1000000)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " us", nanoseconds / 1000);
    else if (nanoseconds < NS_PER_S)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " ms", nanoseconds / 1000000);
    else if (seconds < 60 && nanoseconds % NS_PER_S == 0)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " s", seconds);
    else if (seconds < 60)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%" PRIu64 " s", nanoseconds / NS_PER_S,
                       nanoseconds % NS_PER_S / (NS_PER_S / 10));
    else if (hours == 0 && seconds % 60 == 0)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " min", minutes);
    else if (hours == 0)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " min %" PRIu64 " s", minutes, seconds % 60);
    else if (days == 0)
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
    else
        (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 " d %" PRIu64 " h", days, hours % 24);
    return to;
}

/* Splits a time into calendar and nanoseconds within the second, also before 1970. */
static int64_t split(int64_t time_ns, struct tm *ret_calendar)
{
    int64_t seconds = time_ns / NS_PER_S, rest = time_ns % NS_PER_S;
    if (rest < 0) {
        seconds--;
        rest += NS_PER_S;
    }
    time_t when = (time_t)seconds;
    if (gmtime_r(&when, ret_calendar) == NULL)
        memset(ret_calendar, 0, sizeof(*ret_calendar));
    return rest;
}

char *ps_units_iso_time(char to[PS_UNITS_SIZE], int64_t time_ns)
{
    struct tm calendar;
    int64_t rest = split(time_ns, &calendar);
    size_t used = strftime(to, PS_UNITS_SIZE, "%Y-%m-%dT%H:%M:%S", &calendar);
    (void)snprintf(to + used, PS_UNITS_SIZE - used, ".%09" PRId64 "Z", rest);
    return to;
}

char *ps_units_date(char to[PS_UNITS_SIZE], int64_t time_ns)
{
    struct tm calendar;
    (void)split(time_ns, &calendar);
    (void)strftime(to, PS_UNITS_SIZE, "%Y-%m-%d", &calendar);
    return to;
}

char *ps_units_clock(char to[PS_UNITS_SIZE], int64_t time_ns)
{
    struct tm calendar;
    (void)split(time_ns, &calendar);
    (void)strftime(to, PS_UNITS_SIZE, "%H:%M:%S", &calendar);
    return to;
}

char *ps_units_moment(char to[PS_UNITS_SIZE], int64_t time_ns, bool dated, bool fine)
{
    struct tm calendar;
    int64_t rest = split(time_ns, &calendar);
    size_t used = strftime(to, PS_UNITS_SIZE, dated ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &calendar);
    if (fine)
        (void)snprintf(to + used, PS_UNITS_SIZE - used, ".%03" PRId64, rest / 1000000);
    return to;
}

char *ps_units_seconds(char to[PS_UNITS_SIZE], uint64_t nanoseconds)
{
    (void)snprintf(to, PS_UNITS_SIZE, "%" PRIu64 ".%09" PRIu64, nanoseconds / NS_PER_S, nanoseconds % NS_PER_S);
    return to;
}

uint64_t ps_units_per_second(uint64_t count, uint64_t nanoseconds)
{
    if (nanoseconds == 0)
        return 0;
    double rate = (double)count * NS_PER_S / (double)nanoseconds + 0.5;
    return rate < 1.8e19 ? (uint64_t)rate : UINT64_MAX;
}

uint64_t ps_units_bit_rate(uint64_t bytes, uint64_t nanoseconds)
{
    return ps_units_per_second(bytes <= UINT64_MAX / 8 ? bytes * 8 : UINT64_MAX, nanoseconds);
}

uint64_t ps_units_span(int64_t first_ns, int64_t last_ns)
{
    return last_ns > first_ns ? (uint64_t)last_ns - (uint64_t)first_ns : 0;
}
