/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Services: each packet once, under the port of its server; what was measured and what was guessed.
 */
#include <stdio.h>

#include "portsniff/application.h"
#include "portsniff/decode.h"
#include "portsniff/findings.h"
#include "views.h"

enum {
    SERVICE_PROTOCOL,
    SERVICE_PORT,
    SERVICE_NAME,
    SERVICE_CLASS,
    SERVICE_PACKETS,
    SERVICE_BYTES,
    SERVICE_TO_SERVER_PACKETS,
    SERVICE_TO_SERVER_BYTES,
    SERVICE_TO_CLIENT_PACKETS,
    SERVICE_TO_CLIENT_BYTES,
    SERVICE_FLOWS,
    SERVICE_CLIENTS,
    SERVICE_SERVERS,
    SERVICE_MEASURED,
    SERVICE_COLUMNS
};

static const struct ps_column columns[SERVICE_COLUMNS] = {
    [SERVICE_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [SERVICE_PORT] = {"port", "", PS_COLUMN_PORT, 0, 0},
    [SERVICE_NAME] = {"name", "", PS_COLUMN_TEXT, 0, 6},
    [SERVICE_CLASS] = {"class", NULL, PS_COLUMN_TEXT, 0, 0},
    [SERVICE_PACKETS] = {"packets", "packets", PS_COLUMN_NUMBER, 0, 0},
    [SERVICE_BYTES] = {"bytes", "bytes", PS_COLUMN_BYTES, 0, 0},
    [SERVICE_TO_SERVER_PACKETS] = {"to_server.packets", NULL, PS_COLUMN_NUMBER, 0, 0},
    [SERVICE_TO_SERVER_BYTES] = {"to_server.bytes", NULL, PS_COLUMN_BYTES, 0, 0},
    [SERVICE_TO_CLIENT_PACKETS] = {"to_client.packets", NULL, PS_COLUMN_NUMBER, 0, 0},
    [SERVICE_TO_CLIENT_BYTES] = {"to_client.bytes", NULL, PS_COLUMN_BYTES, 0, 0},
    [SERVICE_FLOWS] = {"flows", "flows", PS_COLUMN_NUMBER, 1, 0},
    [SERVICE_CLIENTS] = {"clients", "clients", PS_COLUMN_NUMBER, 1, 0},
    [SERVICE_SERVERS] = {"servers", "servers", PS_COLUMN_NUMBER, 3, 0},
    [SERVICE_MEASURED] = {"measured_bytes", NULL, PS_COLUMN_BYTES, 0, 0},
};

struct services {
    const struct ps_service_row *row;
    const struct ps_names *names;
    struct ps_service_row other;
};

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct services *services = section->context;
    const struct ps_service_row *service = index == PS_INDEX_OTHER ? &services->other : &services->row[index];
    struct ps_cell *cell = row->cell;
    uint64_t measured = 0;

    for (int i = 0; i <= PS_EVIDENCE_MEASURED; i++)
        measured += service->by_evidence[i].bytes;
    cell[SERVICE_PACKETS] = ps_cell_number(service->to_server.packets + service->to_client.packets);
    cell[SERVICE_BYTES] = ps_cell_number(service->to_server.bytes + service->to_client.bytes);
    cell[SERVICE_TO_SERVER_PACKETS] = ps_cell_number(service->to_server.packets);
    cell[SERVICE_TO_SERVER_BYTES] = ps_cell_number(service->to_server.bytes);
    cell[SERVICE_TO_CLIENT_PACKETS] = ps_cell_number(service->to_client.packets);
    cell[SERVICE_TO_CLIENT_BYTES] = ps_cell_number(service->to_client.bytes);
    cell[SERVICE_FLOWS] = ps_cell_number(service->flows);
    cell[SERVICE_MEASURED] = ps_cell_number(measured);
    if (index == PS_INDEX_OTHER)
        return;
    enum ps_transport transport = (enum ps_transport)service->transport;
    cell[SERVICE_PROTOCOL] = ps_cell_port(service->transport, service->port);
    cell[SERVICE_PORT] = ps_cell_port(service->transport, service->port);
    cell[SERVICE_NAME] = ps_cell_name(ps_service_name(services->names, transport, service->port));
    cell[SERVICE_CLASS] = ps_cell_text(ps_port_class_name(ps_port_class(service->port)));
    cell[SERVICE_CLIENTS] = ps_cell_number(service->clients);
    cell[SERVICE_SERVERS] = ps_cell_number(service->servers);
}

void ps_view_services(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct services *services = ps_report_alloc(report, 1, sizeof(*services));
    struct ps_section *section = ps_report_add_table(report, "services", "SERVICES", snapshot->service_count);
    if (services == NULL || section == NULL)
        return;
    services->row = snapshot->service;
    services->names = report->names;
    for (size_t i = section->row_count; i < snapshot->service_count; i++) {
        ps_count_add(&services->other.to_server, &snapshot->service[i].to_server);
        ps_count_add(&services->other.to_client, &snapshot->service[i].to_client);
        services->other.flows += snapshot->service[i].flows;
    }
    section->column = columns;
    section->column_count = SERVICE_COLUMNS;
    section->fill = fill;
    section->context = services;
}
