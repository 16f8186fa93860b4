/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Services for people: who serves how much to whom, whether it worked, and how sure it is which side is the server.
 */
#include "portsniff/application.h"
#include "services.h"
#include "units.h"
#include "views.h"

enum {
    SERVICE_PORT,
    SERVICE_NAME,
    SERVICE_BYTES,
    SERVICE_SHARE,
    SERVICE_BAR,
    SERVICE_PACKETS,
    SERVICE_FLOWS,
    SERVICE_CLIENTS,
    SERVICE_ANSWERED,
    SERVICE_SPEAKS,
    SERVICE_SERVERS,
    SERVICE_TO_SERVER,
    SERVICE_TO_CLIENT,
    SERVICE_RTT_P50,
    SERVICE_RTT_P95,
    SERVICE_RESENT,
    SERVICE_MEASURED,
    SERVICE_COLUMNS
};

static const struct ps_column columns[SERVICE_COLUMNS] = {
    [SERVICE_PORT] = {.title = "", .type = PS_COLUMN_PORT},
    [SERVICE_NAME] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 6},
    [SERVICE_BYTES] = {.title = "bytes", .type = PS_COLUMN_BYTES},
    [SERVICE_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 1},
    [SERVICE_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 5},
    [SERVICE_PACKETS] = {.title = "packets", .type = PS_COLUMN_NUMBER, .priority = 4},
    [SERVICE_FLOWS] = {.title = "flows", .type = PS_COLUMN_NUMBER, .priority = 3},
    [SERVICE_CLIENTS] = {.title = "clients", .type = PS_COLUMN_NUMBER, .priority = 2},
    [SERVICE_ANSWERED] = {.title = "answered", .type = PS_COLUMN_PERCENT, .priority = 2},
    [SERVICE_SPEAKS] = {.title = "speaks", .type = PS_COLUMN_TEXT, .priority = 6},
    [SERVICE_SERVERS] = {.title = "servers", .type = PS_COLUMN_NUMBER, .priority = 7},
    [SERVICE_TO_SERVER] = {.title = "to server", .type = PS_COLUMN_BYTES, .priority = 9},
    [SERVICE_TO_CLIENT] = {.title = "to client", .type = PS_COLUMN_BYTES, .priority = 9},
    [SERVICE_RTT_P50] = {.title = "rtt p50", .type = PS_COLUMN_DURATION, .priority = 8},
    [SERVICE_RTT_P95] = {.title = "p95", .type = PS_COLUMN_DURATION, .priority = 8},
    [SERVICE_RESENT] = {.title = "resent", .type = PS_COLUMN_SHARE, .priority = 11},
    [SERVICE_MEASURED] = {.title = "measured", .type = PS_COLUMN_PERCENT, .priority = 10},
};

/* What is spoken, where the port does not tell: nothing is named, or something else belongs there. */
static struct ps_cell speaks(const struct ps_service_row *service, const char *name)
{
    enum ps_application application = (enum ps_application)service->application;
    const char *spoken = ps_application_name(application);
    bool said =
        name[0] != '\0' && ps_application_at_home(application, (enum ps_transport)service->transport, service->port);
    return said ? ps_cell_null() : ps_cell_name(spoken);
}

/* What belongs to one service only. */
static void fill_own(const struct ps_report_services *services, const struct ps_service_row *service,
                     struct ps_cell *cell)
{
    const char *name = ps_service_name(services->report->names, (enum ps_transport)service->transport, service->port);
    cell[SERVICE_PORT] = ps_cell_port(service->transport, service->port);
    cell[SERVICE_NAME] = ps_cell_name(name);
    cell[SERVICE_CLIENTS] = ps_cell_number(service->clients);
    cell[SERVICE_SERVERS] = ps_cell_number(service->servers);
    cell[SERVICE_SPEAKS] = speaks(service, name);
    if (service->rtt_count > 0) {
        cell[SERVICE_RTT_P50] = ps_cell_number(service->rtt_p50_ns);
        cell[SERVICE_RTT_P95] = ps_cell_number(service->rtt_p95_ns);
    }
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_report_services *services = section->context;
    const struct ps_service_row *service = ps_report_service(services, index);
    struct ps_cell *cell = row->cell;
    uint64_t bytes = ps_service_bytes(service), measured = ps_service_measured(service);
    uint64_t tried = 0, answered = ps_service_answered(service, &tried);

    cell[SERVICE_BYTES] = ps_cell_number(bytes);
    cell[SERVICE_SHARE] = ps_cell_share(bytes, services->bytes);
    cell[SERVICE_BAR] = cell[SERVICE_SHARE];
    cell[SERVICE_PACKETS] = ps_cell_number(ps_service_packets(service));
    cell[SERVICE_FLOWS] = ps_cell_number(service->flows);
    cell[SERVICE_ANSWERED] = ps_cell_share(answered, tried);
    cell[SERVICE_TO_SERVER] = ps_cell_number(service->to_server.bytes);
    cell[SERVICE_TO_CLIENT] = ps_cell_number(service->to_client.bytes);
    if (service->retransmitted_bytes > 0)
        cell[SERVICE_RESENT] = ps_cell_share(service->retransmitted_bytes, service->tcp_payload_bytes);
    if (measured < bytes)
        cell[SERVICE_MEASURED] = ps_cell_share(measured, bytes);
    if (index != PS_INDEX_OTHER)
        fill_own(services, service, cell);
}

static const char *say_measured(struct ps_report *report, const struct ps_report_services *services)
{
    char measured[PS_UNITS_SIZE], inferred[PS_UNITS_SIZE];
    if (services->measured == services->bytes)
        return "Server side measured for all bytes.";
    if (services->measured == 0)
        return "Server side inferred for all bytes.";
    (void)ps_units_percent(measured, services->measured, services->bytes);
    (void)ps_units_percent(inferred, services->bytes - services->measured, services->bytes);
    return ps_report_text(report, "Server side measured for %s of the bytes, inferred for %s.", measured, inferred);
}

void ps_view_service_table(struct ps_report *report)
{
    struct ps_section *section = ps_report_add_table(report, NULL, "SERVICES",
                                                     report->snapshot->service_count + report->snapshot->rest.services);
    const struct ps_report_services *services = section != NULL ? ps_report_services(report, section->row_count) : NULL;
    if (services == NULL)
        return;
    ps_section_evicted(section, ps_services_left(report->snapshot));
    section->column = columns;
    section->column_count = SERVICE_COLUMNS;
    section->fill = fill;
    section->context = services;
    section->note = say_measured(report, services);
}
