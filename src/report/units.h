/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Quantities as people and programs read them. Every function writes NUL-terminated ASCII into
 * `to` (PS_UNITS_SIZE bytes are enough for any value) and returns `to`. `exact`: plain integers.
 */
#ifndef PORTSNIFF_REPORT_UNITS_H
#define PORTSNIFF_REPORT_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#define PS_UNITS_SIZE 48

/* "48,213"; exact: "48213". */
char *ps_units_count(char to[PS_UNITS_SIZE], uint64_t count, bool exact);
/* Powers of 1000: "999 B", "1.0 kB", "24.1 MB"; exact: "24100000". */
char *ps_units_bytes(char to[PS_UNITS_SIZE], uint64_t bytes, bool exact);
/* Three digits: "999 bit/s", "1.00 kbit/s", "837 kbit/s"; exact: "837000 bit/s". */
char *ps_units_rate(char to[PS_UNITS_SIZE], uint64_t bits_per_second, bool exact);
/* `packets` per second: "231 packets/s", "0.3 packets/s". */
char *ps_units_pace(char to[PS_UNITS_SIZE], uint64_t packets, uint64_t nanoseconds, bool exact);
/* "76.8%"; what is not nothing is never "0.0%" and what is not all never "100.0%". "-" of nothing. */
char *ps_units_share(char to[PS_UNITS_SIZE], uint64_t part, uint64_t whole);
/* The same without a decimal: "77%", "<1%". */
char *ps_units_percent(char to[PS_UNITS_SIZE], uint64_t part, uint64_t whole);
/* "5 min", "1 h 20 min", "12.3 s", "250 ms". */
char *ps_units_duration(char to[PS_UNITS_SIZE], uint64_t nanoseconds);
/* "2026-01-01T00:00:00.000000000Z" (ISO 8601, UTC). */
char *ps_units_iso_time(char to[PS_UNITS_SIZE], int64_t time_ns);
/* "2026-01-01" and "00:00:00" (UTC). */
char *ps_units_date(char to[PS_UNITS_SIZE], int64_t time_ns);
char *ps_units_clock(char to[PS_UNITS_SIZE], int64_t time_ns);
/* "00:00:00", with the date before it when `dated` and milliseconds behind it when `fine` (UTC). */
char *ps_units_moment(char to[PS_UNITS_SIZE], int64_t time_ns, bool dated, bool fine);
/* "12.000000001": seconds as a JSON number. */
char *ps_units_seconds(char to[PS_UNITS_SIZE], uint64_t nanoseconds);

/* Bits per second of `bytes` over `nanoseconds`, rounded to the nearest; 0 when no time passed. */
uint64_t ps_units_bit_rate(uint64_t bytes, uint64_t nanoseconds);
/* `count` per second, the same way. */
uint64_t ps_units_per_second(uint64_t count, uint64_t nanoseconds);
/* last - first, 0 when it would be negative; both are times, not PS_TIME_NONE. */
uint64_t ps_units_span(int64_t first_ns, int64_t last_ns);

#endif
