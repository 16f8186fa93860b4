/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows for people, as `netstat -n` shows connections: client before server, or the local end before the foreign one; the
 * arrow points to the server.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "flows.h"
#include "portsniff/application.h"
#include "portsniff/decode.h"
#include "portsniff/findings.h"
#include "units.h"
#include "views.h"

enum {
    FLOW_PROTOCOL,
    FLOW_FIRST, /* the client, or the server where that one is local */
    FLOW_ARROW,
    FLOW_SECOND,
    FLOW_STATE,
    FLOW_BYTES,
    FLOW_SHARE,
    FLOW_DURATION,
    FLOW_TO_SERVER_PACKETS,
    FLOW_TO_SERVER_BYTES,
    FLOW_TO_CLIENT_PACKETS,
    FLOW_TO_CLIENT_BYTES,
    FLOW_SPEAKS,
    FLOW_EVIDENCE,
    FLOW_CONNECTIONS,
    FLOW_COLUMNS
};

/* Endpoints are cut where the terminal has no room for them, most of all those of IPv6. */
#define ENDPOINT_SHORTEST 15
#define ENDPOINT_SIZE     (PS_SCRATCH_SIZE / 2)

static const struct ps_column columns[FLOW_COLUMNS] = {
    [FLOW_PROTOCOL] = {.title = "", .type = PS_COLUMN_PROTOCOL},
    [FLOW_FIRST] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = ENDPOINT_SHORTEST},
    [FLOW_ARROW] = {.title = "", .type = PS_COLUMN_TEXT},
    [FLOW_SECOND] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = ENDPOINT_SHORTEST},
    [FLOW_STATE] = {.title = "state", .type = PS_COLUMN_TEXT, .priority = 1},
    [FLOW_BYTES] = {.title = "bytes", .type = PS_COLUMN_BYTES, .priority = 1},
    [FLOW_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 7},
    [FLOW_DURATION] = {.title = "lasted", .type = PS_COLUMN_DURATION, .priority = 2},
    [FLOW_TO_SERVER_PACKETS] = {.title = "packets ->", .type = PS_COLUMN_NUMBER, .priority = 5},
    [FLOW_TO_SERVER_BYTES] = {.title = "to server", .type = PS_COLUMN_BYTES, .priority = 3},
    [FLOW_TO_CLIENT_PACKETS] = {.title = "<- packets", .type = PS_COLUMN_NUMBER, .priority = 5},
    [FLOW_TO_CLIENT_BYTES] = {.title = "to client", .type = PS_COLUMN_BYTES, .priority = 3},
    [FLOW_SPEAKS] = {.title = "speaks", .type = PS_COLUMN_TEXT, .priority = 4},
    [FLOW_EVIDENCE] = {.title = "server by", .type = PS_COLUMN_TEXT, .priority = 6},
    [FLOW_CONNECTIONS] = {.title = "times", .type = PS_COLUMN_NUMBER, .priority = 8},
};

/* "10.0.0.5:443", "[2001:db8::5]:443" (RFC 3986 section 3.2.2). */
static const char *endpoint(char to[ENDPOINT_SIZE], const struct ps_address *address, uint8_t family, uint16_t port)
{
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(family == 6 ? AF_INET6 : AF_INET, address->octet, text, sizeof(text)) == NULL)
        text[0] = '\0';
    (void)snprintf(to, ENDPOINT_SIZE, family == 6 ? "[%s]:%u" : "%s:%u", text, (unsigned)port);
    return to;
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_report_flows *flows = section->context;
    const struct ps_flow_row *flow = ps_report_flow(flows, index);
    struct ps_cell *cell = row->cell;
    uint64_t bytes = flow->to_server.bytes + flow->to_client.bytes;

    cell[FLOW_BYTES] = ps_cell_number(bytes);
    cell[FLOW_SHARE] = ps_cell_share(bytes, flows->bytes);
    cell[FLOW_TO_SERVER_PACKETS] = ps_cell_number(flow->to_server.packets);
    cell[FLOW_TO_SERVER_BYTES] = ps_cell_number(flow->to_server.bytes);
    cell[FLOW_TO_CLIENT_PACKETS] = ps_cell_number(flow->to_client.packets);
    cell[FLOW_TO_CLIENT_BYTES] = ps_cell_number(flow->to_client.bytes);
    cell[FLOW_CONNECTIONS] = ps_cell_number(flow->connections);
    if (index == PS_INDEX_OTHER)
        return;
    cell[FLOW_PROTOCOL] = ps_cell_port(flow->transport, flow->server_port);
    bool server_first = ps_flow_local_end(flows->report->options, flow) == PS_LOCAL_SERVER;
    cell[server_first ? FLOW_SECOND : FLOW_FIRST] =
        ps_cell_text(endpoint(row->scratch, &flow->client, flow->family, flow->client_port));
    cell[FLOW_ARROW] = ps_cell_text(server_first ? "<-" : "->");
    cell[server_first ? FLOW_FIRST : FLOW_SECOND] =
        ps_cell_text(endpoint(row->scratch + ENDPOINT_SIZE, &flow->server, flow->family, flow->server_port));
    cell[FLOW_STATE] = ps_cell_text(ps_outcome_name((enum ps_outcome)flow->state));
    cell[FLOW_EVIDENCE] = ps_cell_text(ps_evidence_name((enum ps_evidence)flow->evidence));
    cell[FLOW_SPEAKS] = ps_cell_name(ps_application_name((enum ps_application)flow->application));
    if (flow->first_ns != PS_TIME_NONE && flow->last_ns != PS_TIME_NONE)
        cell[FLOW_DURATION] = ps_cell_number(ps_units_span(flow->first_ns, flow->last_ns));
}

void ps_view_flow_table(struct ps_report *report)
{
    const char *title = report->options->local_count ? "FLOWS, LOCAL FIRST" : "FLOWS, CLIENT -> SERVER";
    struct ps_section *section =
        ps_report_add_table(report, NULL, title, report->snapshot->flow_count + report->snapshot->rest.flows);
    const struct ps_report_flows *flows = section != NULL ? ps_report_flows(report, section->row_count) : NULL;
    if (flows == NULL)
        return;
    ps_section_evicted(section, report->snapshot->evicted_flows.packets);
    section->column = columns;
    section->column_count = FLOW_COLUMNS;
    section->fill = fill;
    section->context = flows;
}
