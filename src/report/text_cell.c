/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cells as people read them, and the drawing of bars and heights.
 */
#include <stdio.h>
#include <string.h>

#include "plain.h"
#include "portsniff/decode.h"
#include "text.h"

const char *ps_text_cell(const struct ps_report_options *options, enum ps_column_type type, const struct ps_cell *cell,
                         char buffer[PS_UNITS_SIZE])
{
    if (cell->state != PS_CELL_VALUE)
        return "";
    switch (type) {
    case PS_COLUMN_PORT:
        /* Numbers end in one column, in every table, so that they can be compared by eye. */
        (void)snprintf(buffer, PS_UNITS_SIZE, "%5u/%s", (unsigned)cell->port.port,
                       ps_transport_name((enum ps_transport)cell->port.transport));
        return buffer;
    case PS_COLUMN_LIST:
        return cell->list.count > 0 ? cell->list.item[0] : "";
    case PS_COLUMN_FAULT:
        return cell->fault.text;
    case PS_COLUMN_FLAG:
        return cell->flag ? "yes" : "no";
    case PS_COLUMN_NUMBER:
        return ps_units_count(buffer, cell->number, options->units_exact);
    case PS_COLUMN_BYTES:
        return ps_units_bytes(buffer, cell->number, options->units_exact);
    case PS_COLUMN_RATE:
        return ps_units_rate(buffer, cell->number, options->units_exact);
    case PS_COLUMN_PACE:
        return ps_units_pace(buffer, cell->share.part, cell->share.whole, options->units_exact);
    case PS_COLUMN_SHARE:
        return ps_units_share(buffer, cell->share.part, cell->share.whole);
    case PS_COLUMN_PERCENT:
        return ps_units_percent(buffer, cell->share.part, cell->share.whole);
    case PS_COLUMN_TIME:
        return ps_units_moment(buffer, cell->time_ns, true, false);
    case PS_COLUMN_DURATION:
        return ps_units_duration(buffer, cell->number);
    default:
        return ps_plain_text(type, cell, buffer);
    }
}

/* part / whole of `steps`, rounded to the nearest; at least 1 of something. */
static uint64_t scale(uint64_t part, uint64_t whole, uint64_t steps)
{
    if (part == 0 || whole == 0)
        return 0;
    while (whole > UINT64_MAX / 4096) {
        part /= 2;
        whole /= 2;
    }
    uint64_t length = (part * steps + whole / 2) / whole;
    return length > 0 ? length : 1;
}

void ps_text_bar(char *to, size_t columns, uint64_t part, uint64_t whole, bool utf8)
{
    /* U+258F to U+2588: left one eighth to full block. */
    static const char *const eighths[] = {"",
                                          "\xe2\x96\x8f",
                                          "\xe2\x96\x8e",
                                          "\xe2\x96\x8d",
                                          "\xe2\x96\x8c",
                                          "\xe2\x96\x8b",
                                          "\xe2\x96\x8a",
                                          "\xe2\x96\x89"};
    size_t used = 0;
    if (!utf8) {
        /* A dot for what is less than half a column. */
        uint64_t halves = scale(part, whole, 2 * columns), full = (halves + 1) / 2;
        for (uint64_t i = 0; i < full && i < columns; i++)
            to[used++] = halves == 1 ? '.' : '#';
        to[used] = '\0';
        return;
    }
    uint64_t length = scale(part, whole, 8 * columns);
    for (uint64_t i = 0; i < length / 8 && i < columns; i++, used += 3)
        memcpy(to + used, "\xe2\x96\x88", 3);
    const char *rest = length / 8 < columns ? eighths[length % 8] : "";
    memcpy(to + used, rest, strlen(rest) + 1);
}

const char *ps_text_height(uint64_t height, uint64_t top, bool utf8)
{
    /* U+2581 to U+2588: lower one eighth to full block. */
    static const char *const blocks[] = {" ",
                                         "\xe2\x96\x81",
                                         "\xe2\x96\x82",
                                         "\xe2\x96\x83",
                                         "\xe2\x96\x84",
                                         "\xe2\x96\x85",
                                         "\xe2\x96\x86",
                                         "\xe2\x96\x87",
                                         "\xe2\x96\x88"};
    static const char *const characters[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
    uint64_t step = scale(height, top, 8);
    return (utf8 ? blocks : characters)[step <= 8 ? step : 8];
}
