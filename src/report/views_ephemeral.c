/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The temporary (ephemeral) ports of clients: which range they really come from, and how near it is to running out.
 */
#include <stdio.h>

#include "portsniff/decode.h"
#include "units.h"
#include "views.h"

enum {
    EPHEMERAL_CLIENT,
    EPHEMERAL_PROTOCOL,
    EPHEMERAL_USED,
    EPHEMERAL_LOWEST,
    EPHEMERAL_HIGHEST,
    EPHEMERAL_RANGE,
    EPHEMERAL_RANGE_LOW,
    EPHEMERAL_RANGE_HIGH,
    EPHEMERAL_ORDER,
    EPHEMERAL_DISTINCT,
    EPHEMERAL_CONNECTIONS,
    EPHEMERAL_REUSED,
    EPHEMERAL_PEAK,
    EPHEMERAL_PEAK_SERVER,
    EPHEMERAL_PEAK_PORT,
    EPHEMERAL_PEAK_SHARE,
    EPHEMERAL_COLUMNS
};

static const struct ps_column columns[EPHEMERAL_COLUMNS] = {
    [EPHEMERAL_CLIENT] = {"client_address", "", PS_COLUMN_ADDRESS, 0, 15},
    [EPHEMERAL_PROTOCOL] = {"protocol", "", PS_COLUMN_PROTOCOL, 0, 0},
    [EPHEMERAL_USED] = {NULL, "ports used", PS_COLUMN_TEXT, 2, 0},
    [EPHEMERAL_LOWEST] = {"lowest", NULL, PS_COLUMN_NUMBER, 0, 0},
    [EPHEMERAL_HIGHEST] = {"highest", NULL, PS_COLUMN_NUMBER, 0, 0},
    [EPHEMERAL_RANGE] = {NULL, "drawn from", PS_COLUMN_TEXT, 1, 0},
    [EPHEMERAL_RANGE_LOW] = {"range_low", NULL, PS_COLUMN_NUMBER, 0, 0},
    [EPHEMERAL_RANGE_HIGH] = {"range_high", NULL, PS_COLUMN_NUMBER, 0, 0},
    [EPHEMERAL_ORDER] = {"order", "order", PS_COLUMN_TEXT, 4, 0},
    [EPHEMERAL_DISTINCT] = {"distinct_ports", "ports", PS_COLUMN_NUMBER, 1, 0},
    [EPHEMERAL_CONNECTIONS] = {"connections", "flows", PS_COLUMN_NUMBER, 3, 0},
    [EPHEMERAL_REUSED] = {"reused", "reused", PS_COLUMN_NUMBER, 3, 0},
    [EPHEMERAL_PEAK] = {"peak", "peak", PS_COLUMN_NUMBER, 0, 0},
    [EPHEMERAL_PEAK_SERVER] = {"peak_server_address", "to", PS_COLUMN_ADDRESS, 5, 15},
    [EPHEMERAL_PEAK_PORT] = {"peak_server_port", "", PS_COLUMN_PORT, 5, 0},
    [EPHEMERAL_PEAK_SHARE] = {"peak_share", "of range", PS_COLUMN_SHARE, 1, 0},
};

static const char *order_name(const struct ps_ephemeral_row *row)
{
    switch (row->order) {
    case PS_ORDER_SEQUENTIAL:
        return "sequential";
    case PS_ORDER_RANDOM:
        return "random";
    default:
        return "";
    }
}

const char *ps_range_origin(uint16_t low, uint16_t high)
{
    if (low == 32768 && high == 60999)
        return "Linux";
    return low == 49152 && high == 65535 ? "IANA" : "";
}

static void fill_words(const struct ps_ephemeral_row *client, struct ps_report_row *row)
{
    char *used = row->scratch, *range = row->scratch + PS_SCRATCH_SIZE / 2;
    const char *origin = ps_range_origin(client->range_low, client->range_high);
    (void)snprintf(used, PS_SCRATCH_SIZE / 2, "%u-%u", (unsigned)client->lowest, (unsigned)client->highest);
    (void)snprintf(range, PS_SCRATCH_SIZE / 2, "%u-%u%s%s", (unsigned)client->range_low, (unsigned)client->range_high,
                   origin[0] != '\0' ? " " : "", origin);
    row->cell[EPHEMERAL_USED] = ps_cell_text(used);
    row->cell[EPHEMERAL_RANGE] = ps_cell_text(range);
    row->cell[EPHEMERAL_ORDER] = ps_cell_name(order_name(client));
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_snapshot *snapshot = section->context;
    struct ps_cell *cell = row->cell;
    if (index == PS_INDEX_OTHER) {
        uint64_t connections = snapshot->rest.ephemeral_connections, reused = snapshot->rest.ephemeral_reused;
        for (size_t i = section->row_count; i < snapshot->ephemeral_count; i++) {
            connections += snapshot->ephemeral[i].connections;
            reused += snapshot->ephemeral[i].reused;
        }
        cell[EPHEMERAL_CONNECTIONS] = ps_cell_number(connections);
        cell[EPHEMERAL_REUSED] = ps_cell_number(reused);
        return;
    }
    const struct ps_ephemeral_row *client = &snapshot->ephemeral[index];
    fill_words(client, row);
    cell[EPHEMERAL_CLIENT] = ps_cell_address(&client->client, client->family);
    cell[EPHEMERAL_PROTOCOL] = ps_cell_port(client->transport, 0);
    cell[EPHEMERAL_LOWEST] = ps_cell_number(client->lowest);
    cell[EPHEMERAL_HIGHEST] = ps_cell_number(client->highest);
    cell[EPHEMERAL_RANGE_LOW] = ps_cell_number(client->range_low);
    cell[EPHEMERAL_RANGE_HIGH] = ps_cell_number(client->range_high);
    cell[EPHEMERAL_DISTINCT] = ps_cell_number(client->distinct);
    cell[EPHEMERAL_CONNECTIONS] = ps_cell_number(client->connections);
    cell[EPHEMERAL_REUSED] = ps_cell_number(client->reused);
    cell[EPHEMERAL_PEAK] = ps_cell_number(client->peak);
    cell[EPHEMERAL_PEAK_SERVER] = ps_cell_address(&client->peak_server, client->family);
    cell[EPHEMERAL_PEAK_PORT] = ps_cell_port(client->transport, client->peak_port);
    cell[EPHEMERAL_PEAK_SHARE] = ps_cell_share(client->peak, (uint64_t)client->range_high - client->range_low + 1);
}

void ps_view_ephemeral(struct ps_report *report)
{
    struct ps_section *section = ps_report_add_table(
        report, "ephemeral", "TEMPORARY PORTS", report->snapshot->ephemeral_count + report->snapshot->rest.ephemeral);
    if (section == NULL)
        return;
    section->column = columns;
    section->column_count = EPHEMERAL_COLUMNS;
    section->fill = fill;
    section->context = report->snapshot;
    section->note = "Peak: ports in use at one time towards one server's port; a kernel may hold closed ones longer.";
}
