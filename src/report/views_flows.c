/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows: conversations between two ends, with the server on its side, as far as the capture shows it.
 */
#include "portsniff/application.h"
#include "portsniff/decode.h"
#include "portsniff/findings.h"
#include "views.h"

enum {
    FLOW_PROTOCOL,
    FLOW_CLIENT_ADDRESS,
    FLOW_CLIENT_PORT,
    FLOW_SERVER_ADDRESS,
    FLOW_SERVER_PORT,
    FLOW_NAME,
    FLOW_STATE,
    FLOW_EVIDENCE,
    FLOW_APPLICATION,
    FLOW_CONNECTIONS,
    FLOW_TO_SERVER_PACKETS,
    FLOW_TO_SERVER_BYTES,
    FLOW_TO_SERVER_PAYLOAD,
    FLOW_TO_CLIENT_PACKETS,
    FLOW_TO_CLIENT_BYTES,
    FLOW_TO_CLIENT_PAYLOAD,
    FLOW_FIRST,
    FLOW_LAST,
    FLOW_COLUMNS
};

static const struct ps_column columns[FLOW_COLUMNS] = {
    [FLOW_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [FLOW_CLIENT_ADDRESS] = {"client_address", "client", PS_COLUMN_ADDRESS, 0, 0},
    [FLOW_CLIENT_PORT] = {"client_port", "", PS_COLUMN_PORT, 0, 0},
    [FLOW_SERVER_ADDRESS] = {"server_address", "server", PS_COLUMN_ADDRESS, 0, 0},
    [FLOW_SERVER_PORT] = {"server_port", "", PS_COLUMN_PORT, 0, 0},
    [FLOW_NAME] = {"name", "", PS_COLUMN_TEXT, 4, 6},
    [FLOW_STATE] = {"state", "state", PS_COLUMN_TEXT, 1, 0},
    [FLOW_EVIDENCE] = {"evidence", "server known by", PS_COLUMN_TEXT, 6, 0},
    [FLOW_APPLICATION] = {"application", "speaks", PS_COLUMN_TEXT, 5, 0},
    [FLOW_CONNECTIONS] = {"connections", "times", PS_COLUMN_NUMBER, 7, 0},
    [FLOW_TO_SERVER_PACKETS] = {"to_server.packets", "packets out", PS_COLUMN_NUMBER, 3, 0},
    [FLOW_TO_SERVER_BYTES] = {"to_server.bytes", "to server", PS_COLUMN_BYTES, 2, 0},
    [FLOW_TO_SERVER_PAYLOAD] = {.path = "to_server.payload_bytes", .type = PS_COLUMN_BYTES},
    [FLOW_TO_CLIENT_PACKETS] = {"to_client.packets", "packets back", PS_COLUMN_NUMBER, 3, 0},
    [FLOW_TO_CLIENT_BYTES] = {"to_client.bytes", "to client", PS_COLUMN_BYTES, 0, 0},
    [FLOW_TO_CLIENT_PAYLOAD] = {.path = "to_client.payload_bytes", .type = PS_COLUMN_BYTES},
    [FLOW_FIRST] = {.path = "first", .type = PS_COLUMN_TIME},
    [FLOW_LAST] = {.path = "last", .type = PS_COLUMN_TIME},
};

struct flows {
    const struct ps_flow_row *row;
    const struct ps_names *names;
    struct ps_flow_row other;
};

static void fill_counts(const struct ps_flow_row *flow, struct ps_cell *cell)
{
    cell[FLOW_TO_SERVER_PACKETS] = ps_cell_number(flow->to_server.packets);
    cell[FLOW_TO_SERVER_BYTES] = ps_cell_number(flow->to_server.bytes);
    cell[FLOW_TO_SERVER_PAYLOAD] = ps_cell_number(flow->payload_to_server);
    cell[FLOW_TO_CLIENT_PACKETS] = ps_cell_number(flow->to_client.packets);
    cell[FLOW_TO_CLIENT_BYTES] = ps_cell_number(flow->to_client.bytes);
    cell[FLOW_TO_CLIENT_PAYLOAD] = ps_cell_number(flow->payload_to_client);
}

static struct ps_cell address_cell(const struct ps_address *address, uint8_t family)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .address = {.address = address, .family = family}};
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct flows *flows = section->context;
    const struct ps_flow_row *flow = index == PS_INDEX_OTHER ? &flows->other : &flows->row[index];
    struct ps_cell *cell = row->cell;

    fill_counts(flow, cell);
    if (index == PS_INDEX_OTHER)
        return;
    enum ps_transport transport = (enum ps_transport)flow->transport;
    cell[FLOW_PROTOCOL] = ps_cell_port(flow->transport, flow->server_port);
    cell[FLOW_CLIENT_ADDRESS] = address_cell(&flow->client, flow->family);
    cell[FLOW_CLIENT_PORT] = ps_cell_port(flow->transport, flow->client_port);
    cell[FLOW_SERVER_ADDRESS] = address_cell(&flow->server, flow->family);
    cell[FLOW_SERVER_PORT] = ps_cell_port(flow->transport, flow->server_port);
    cell[FLOW_NAME] = ps_cell_name(ps_service_name(flows->names, transport, flow->server_port));
    cell[FLOW_STATE] = ps_cell_text(ps_outcome_name((enum ps_outcome)flow->state));
    cell[FLOW_EVIDENCE] = ps_cell_text(ps_evidence_name((enum ps_evidence)flow->evidence));
    cell[FLOW_APPLICATION] = ps_cell_name(ps_application_name((enum ps_application)flow->application));
    cell[FLOW_CONNECTIONS] = ps_cell_number(flow->connections);
    cell[FLOW_FIRST] = ps_cell_time(flow->first_ns);
    cell[FLOW_LAST] = ps_cell_time(flow->last_ns);
}

void ps_view_flows(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct flows *flows = ps_report_alloc(report, 1, sizeof(*flows));
    struct ps_section *section = ps_report_add_table(report, "flows", "FLOWS", snapshot->flow_count);
    if (flows == NULL || section == NULL)
        return;
    flows->row = snapshot->flow;
    flows->names = report->names;
    for (size_t i = section->row_count; i < snapshot->flow_count; i++) {
        ps_count_add(&flows->other.to_server, &snapshot->flow[i].to_server);
        ps_count_add(&flows->other.to_client, &snapshot->flow[i].to_client);
        flows->other.payload_to_server += snapshot->flow[i].payload_to_server;
        flows->other.payload_to_client += snapshot->flow[i].payload_to_client;
    }
    section->column = columns;
    section->column_count = FLOW_COLUMNS;
    section->fill = fill;
    section->context = flows;
}
