/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cells as programs read them: integers in full, times in ISO 8601, addresses as inet_ntop(3)
 * writes them (RFC 5952 for IPv6). Quoting is the renderers' business.
 */
#include "plain.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

#include "portsniff/decode.h"

enum ps_plain_kind ps_plain_kind(enum ps_column_type type)
{
    switch (type) {
    case PS_COLUMN_TEXT:
    case PS_COLUMN_PROTOCOL:
    case PS_COLUMN_ADDRESS:
    case PS_COLUMN_TIME:
        return PS_PLAIN_STRING;
    case PS_COLUMN_LIST:
        return PS_PLAIN_LIST;
    case PS_COLUMN_FAULT:
        return PS_PLAIN_FAULT;
    default:
        return PS_PLAIN_NUMBER;
    }
}

static const char *address(const struct ps_cell *cell, char buffer[PS_UNITS_SIZE])
{
    int family = cell->address.family == 6 ? AF_INET6 : AF_INET;
    _Static_assert(PS_UNITS_SIZE >= INET6_ADDRSTRLEN, "an address fits");
    const char *text = inet_ntop(family, cell->address.address->octet, buffer, PS_UNITS_SIZE);
    return text != NULL ? text : "";
}

static const char *number(uint64_t number, char buffer[PS_UNITS_SIZE])
{
    return ps_units_count(buffer, number, true);
}

/* A fraction of 1 with six digits. */
static const char *fraction(const struct ps_cell *cell, char buffer[PS_UNITS_SIZE])
{
    uint64_t part = cell->share.part, whole = cell->share.whole;
    while (part > UINT64_MAX / 1000000) {
        part /= 2;
        whole /= 2;
    }
    uint64_t millionths = whole > 0 ? part * 1000000 / whole : 0;
    (void)snprintf(buffer, PS_UNITS_SIZE, "%" PRIu64 ".%06" PRIu64, millionths / 1000000, millionths % 1000000);
    return buffer;
}

const char *ps_plain_text(enum ps_column_type type, const struct ps_cell *cell, char buffer[PS_UNITS_SIZE])
{
    switch (type) {
    case PS_COLUMN_TEXT:
        return cell->text;
    case PS_COLUMN_PROTOCOL:
        return ps_transport_name((enum ps_transport)cell->port.transport);
    case PS_COLUMN_PORT:
        return number(cell->port.port, buffer);
    case PS_COLUMN_ADDRESS:
        return address(cell, buffer);
    case PS_COLUMN_FLAG:
        return cell->flag ? "true" : "false";
    case PS_COLUMN_NUMBER:
    case PS_COLUMN_BYTES:
    case PS_COLUMN_RATE:
        return number(cell->number, buffer);
    case PS_COLUMN_PACE:
        return number(ps_units_per_second(cell->share.part, cell->share.whole), buffer);
    case PS_COLUMN_SHARE:
    case PS_COLUMN_PERCENT:
    case PS_COLUMN_BAR:
        return fraction(cell, buffer);
    case PS_COLUMN_TIME:
        return ps_units_iso_time(buffer, cell->time_ns);
    case PS_COLUMN_DURATION:
        return ps_units_seconds(buffer, cell->number);
    default:
        return "";
    }
}
