/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows for programs.
 */
#include "flows.h"
#include "portsniff/application.h"
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
    FLOW_OUTCOMES,
    FLOW_TO_SERVER_PACKETS = FLOW_OUTCOMES + PS_OUTCOME_COUNT,
    FLOW_TO_SERVER_BYTES,
    FLOW_TO_SERVER_PAYLOAD,
    FLOW_TO_CLIENT_PACKETS,
    FLOW_TO_CLIENT_BYTES,
    FLOW_TO_CLIENT_PAYLOAD,
    FLOW_FIRST,
    FLOW_LAST,
    FLOW_COLUMNS
};
_Static_assert(FLOW_COLUMNS <= PS_COLUMNS_MAX, "a row has room for them");

#define OUTCOME(outcome, key) [FLOW_OUTCOMES + (outcome)] = {.path = "outcomes." key, .type = PS_COLUMN_NUMBER}

static const struct ps_column columns[FLOW_COLUMNS] = {
    [FLOW_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [FLOW_CLIENT_ADDRESS] = {.path = "client_address", .type = PS_COLUMN_ADDRESS},
    [FLOW_CLIENT_PORT] = {.path = "client_port", .type = PS_COLUMN_PORT},
    [FLOW_SERVER_ADDRESS] = {.path = "server_address", .type = PS_COLUMN_ADDRESS},
    [FLOW_SERVER_PORT] = {.path = "server_port", .type = PS_COLUMN_PORT},
    [FLOW_NAME] = {.path = "name", .type = PS_COLUMN_TEXT},
    [FLOW_STATE] = {.path = "state", .type = PS_COLUMN_TEXT},
    [FLOW_EVIDENCE] = {.path = "evidence", .type = PS_COLUMN_TEXT},
    [FLOW_APPLICATION] = {.path = "application", .type = PS_COLUMN_TEXT},
    [FLOW_CONNECTIONS] = {.path = "connections", .type = PS_COLUMN_NUMBER},
    OUTCOME(PS_OUTCOME_ESTABLISHED, "established"),
    OUTCOME(PS_OUTCOME_CLOSED, "closed"),
    OUTCOME(PS_OUTCOME_RESET, "reset"),
    OUTCOME(PS_OUTCOME_REFUSED, "refused"),
    OUTCOME(PS_OUTCOME_UNANSWERED, "unanswered"),
    OUTCOME(PS_OUTCOME_HALF_OPEN, "half_open"),
    OUTCOME(PS_OUTCOME_ONE_WAY, "one_way"),
    [FLOW_TO_SERVER_PACKETS] = {.path = "to_server.packets", .type = PS_COLUMN_NUMBER},
    [FLOW_TO_SERVER_BYTES] = {.path = "to_server.bytes", .type = PS_COLUMN_BYTES},
    [FLOW_TO_SERVER_PAYLOAD] = {.path = "to_server.payload_bytes", .type = PS_COLUMN_BYTES},
    [FLOW_TO_CLIENT_PACKETS] = {.path = "to_client.packets", .type = PS_COLUMN_NUMBER},
    [FLOW_TO_CLIENT_BYTES] = {.path = "to_client.bytes", .type = PS_COLUMN_BYTES},
    [FLOW_TO_CLIENT_PAYLOAD] = {.path = "to_client.payload_bytes", .type = PS_COLUMN_BYTES},
    [FLOW_FIRST] = {.path = "first", .type = PS_COLUMN_TIME},
    [FLOW_LAST] = {.path = "last", .type = PS_COLUMN_TIME},
};

static void fill_counts(const struct ps_flow_row *flow, struct ps_cell *cell)
{
    cell[FLOW_CONNECTIONS] = ps_cell_number(flow->connections);
    cell[FLOW_TO_SERVER_PACKETS] = ps_cell_number(flow->to_server.packets);
    cell[FLOW_TO_SERVER_BYTES] = ps_cell_number(flow->to_server.bytes);
    cell[FLOW_TO_SERVER_PAYLOAD] = ps_cell_number(flow->payload_to_server);
    cell[FLOW_TO_CLIENT_PACKETS] = ps_cell_number(flow->to_client.packets);
    cell[FLOW_TO_CLIENT_BYTES] = ps_cell_number(flow->to_client.bytes);
    cell[FLOW_TO_CLIENT_PAYLOAD] = ps_cell_number(flow->payload_to_client);
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_report_flows *flows = section->context;
    const struct ps_flow_row *flow = ps_report_flow(flows, index);
    struct ps_cell *cell = row->cell;

    fill_counts(flow, cell);
    if (index == PS_INDEX_OTHER)
        return;
    enum ps_transport transport = (enum ps_transport)flow->transport;
    cell[FLOW_PROTOCOL] = ps_cell_port(flow->transport, flow->server_port);
    cell[FLOW_CLIENT_ADDRESS] = ps_cell_address(&flow->client, flow->family);
    cell[FLOW_CLIENT_PORT] = ps_cell_port(flow->transport, flow->client_port);
    cell[FLOW_SERVER_ADDRESS] = ps_cell_address(&flow->server, flow->family);
    cell[FLOW_SERVER_PORT] = cell[FLOW_PROTOCOL];
    cell[FLOW_NAME] = ps_cell_name(ps_service_name(flows->report->names, transport, flow->server_port));
    cell[FLOW_STATE] = ps_cell_text(ps_outcome_name((enum ps_outcome)flow->state));
    cell[FLOW_EVIDENCE] = ps_cell_text(ps_evidence_name((enum ps_evidence)flow->evidence));
    cell[FLOW_APPLICATION] = ps_cell_name(ps_application_name((enum ps_application)flow->application));
    for (size_t i = 0; i < PS_OUTCOME_COUNT; i++)
        cell[FLOW_OUTCOMES + i] = ps_cell_number(flow->outcome[i]);
    cell[FLOW_FIRST] = ps_cell_time(flow->first_ns);
    cell[FLOW_LAST] = ps_cell_time(flow->last_ns);
}

void ps_view_flows(struct ps_report *report)
{
    struct ps_section *section =
        ps_report_add_table(report, "flows", NULL, report->snapshot->flow_count + report->snapshot->rest.flows);
    const struct ps_report_flows *flows = section != NULL ? ps_report_flows(report, section->row_count) : NULL;
    if (flows == NULL)
        return;
    ps_section_evicted(section, report->snapshot->evicted_flows.packets);
    section->column = columns;
    section->column_count = FLOW_COLUMNS;
    section->fill = fill;
    section->context = flows;
}
