/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Services for programs: every count, and which evidence stands behind how much of it.
 */
#include "portsniff/application.h"
#include "services.h"
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
    SERVICE_CLIENTS_ESTIMATED,
    SERVICE_SERVERS,
    SERVICE_SERVERS_ESTIMATED,
    SERVICE_ERROR,
    SERVICE_EVIDENCE, /* packets and bytes of each */
    SERVICE_MEASURED = SERVICE_EVIDENCE + 2 * PS_EVIDENCE_COUNT,
    SERVICE_CLIENT_PORTS,
    SERVICE_OUTCOMES = SERVICE_CLIENT_PORTS + PS_CLASS_COUNT,
    SERVICE_SUCCESS = SERVICE_OUTCOMES + PS_OUTCOME_COUNT,
    SERVICE_RTT, /* null, or else the four below it */
    SERVICE_RTT_COUNT,
    SERVICE_RTT_P50,
    SERVICE_RTT_P95,
    SERVICE_RTT_P99,
    SERVICE_TCP_PAYLOAD,
    SERVICE_RETRANSMITTED,
    SERVICE_APPLICATION,
    SERVICE_COLUMNS
};
_Static_assert(SERVICE_COLUMNS <= PS_COLUMNS_MAX, "a row has room for them");

/* The keys of a grade of evidence, of an outcome and of a range; they follow the names of findings.h and names.h, with
 * an underscore where those have a hyphen. */
#define EVIDENCE(grade, key)                                                                           \
    [SERVICE_EVIDENCE + 2 * (grade)] = {.path = "evidence." key ".packets", .type = PS_COLUMN_NUMBER}, \
                            [SERVICE_EVIDENCE + 2 * (grade) + 1] = {.path = "evidence." key ".bytes",  \
                                                                    .type = PS_COLUMN_BYTES}
#define OUTCOME(outcome, key) [SERVICE_OUTCOMES + (outcome)] = {.path = "outcomes." key, .type = PS_COLUMN_NUMBER}
#define CLIENT_PORT(class, key) \
    [SERVICE_CLIENT_PORTS + (class)] = {.path = "client_ports." key, .type = PS_COLUMN_NUMBER}

static const struct ps_column columns[SERVICE_COLUMNS] = {
    [SERVICE_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [SERVICE_PORT] = {.path = "port", .type = PS_COLUMN_PORT},
    [SERVICE_NAME] = {.path = "name", .type = PS_COLUMN_TEXT},
    [SERVICE_CLASS] = {.path = "class", .type = PS_COLUMN_TEXT},
    [SERVICE_PACKETS] = {.path = "packets", .type = PS_COLUMN_NUMBER},
    [SERVICE_BYTES] = {.path = "bytes", .type = PS_COLUMN_BYTES},
    [SERVICE_TO_SERVER_PACKETS] = {.path = "to_server.packets", .type = PS_COLUMN_NUMBER},
    [SERVICE_TO_SERVER_BYTES] = {.path = "to_server.bytes", .type = PS_COLUMN_BYTES},
    [SERVICE_TO_CLIENT_PACKETS] = {.path = "to_client.packets", .type = PS_COLUMN_NUMBER},
    [SERVICE_TO_CLIENT_BYTES] = {.path = "to_client.bytes", .type = PS_COLUMN_BYTES},
    [SERVICE_FLOWS] = {.path = "flows", .type = PS_COLUMN_NUMBER},
    [SERVICE_CLIENTS] = {.path = "clients", .type = PS_COLUMN_NUMBER},
    [SERVICE_CLIENTS_ESTIMATED] = {.path = "clients_estimated", .type = PS_COLUMN_FLAG},
    [SERVICE_SERVERS] = {.path = "servers", .type = PS_COLUMN_NUMBER},
    [SERVICE_SERVERS_ESTIMATED] = {.path = "servers_estimated", .type = PS_COLUMN_FLAG},
    [SERVICE_ERROR] = {.path = "error_percent", .type = PS_COLUMN_SHARE},
    EVIDENCE(PS_EVIDENCE_HANDSHAKE, "handshake"),
    EVIDENCE(PS_EVIDENCE_REQUEST, "request"),
    EVIDENCE(PS_EVIDENCE_LISTENER, "listener"),
    EVIDENCE(PS_EVIDENCE_ICMP, "icmp"),
    EVIDENCE(PS_EVIDENCE_MULTICAST, "multicast"),
    EVIDENCE(PS_EVIDENCE_FAN_IN, "fan_in"),
    EVIDENCE(PS_EVIDENCE_NAME, "name"),
    EVIDENCE(PS_EVIDENCE_CLASS, "class"),
    EVIDENCE(PS_EVIDENCE_NUMBER, "number"),
    EVIDENCE(PS_EVIDENCE_PEERS, "peers"),
    [SERVICE_MEASURED] = {.path = "measured_bytes", .type = PS_COLUMN_BYTES},
    CLIENT_PORT(PS_CLASS_WELL_KNOWN, "well_known"),
    CLIENT_PORT(PS_CLASS_REGISTERED, "registered"),
    CLIENT_PORT(PS_CLASS_DYNAMIC, "dynamic"),
    OUTCOME(PS_OUTCOME_ESTABLISHED, "established"),
    OUTCOME(PS_OUTCOME_CLOSED, "closed"),
    OUTCOME(PS_OUTCOME_RESET, "reset"),
    OUTCOME(PS_OUTCOME_REFUSED, "refused"),
    OUTCOME(PS_OUTCOME_UNANSWERED, "unanswered"),
    OUTCOME(PS_OUTCOME_HALF_OPEN, "half_open"),
    OUTCOME(PS_OUTCOME_ONE_WAY, "one_way"),
    [SERVICE_SUCCESS] = {.path = "success_rate", .type = PS_COLUMN_SHARE},
    [SERVICE_RTT] = {.path = "rtt", .type = PS_COLUMN_NOTHING},
    [SERVICE_RTT_COUNT] = {.path = "rtt.count", .type = PS_COLUMN_NUMBER},
    [SERVICE_RTT_P50] = {.path = "rtt.p50_seconds", .type = PS_COLUMN_DURATION},
    [SERVICE_RTT_P95] = {.path = "rtt.p95_seconds", .type = PS_COLUMN_DURATION},
    [SERVICE_RTT_P99] = {.path = "rtt.p99_seconds", .type = PS_COLUMN_DURATION},
    [SERVICE_TCP_PAYLOAD] = {.path = "tcp_payload_bytes", .type = PS_COLUMN_BYTES},
    [SERVICE_RETRANSMITTED] = {.path = "retransmitted_bytes", .type = PS_COLUMN_BYTES},
    [SERVICE_APPLICATION] = {.path = "application", .type = PS_COLUMN_TEXT},
};

static void fill_counts(const struct ps_service_row *service, struct ps_cell *cell)
{
    cell[SERVICE_PACKETS] = ps_cell_number(ps_service_packets(service));
    cell[SERVICE_BYTES] = ps_cell_number(ps_service_bytes(service));
    cell[SERVICE_TO_SERVER_PACKETS] = ps_cell_number(service->to_server.packets);
    cell[SERVICE_TO_SERVER_BYTES] = ps_cell_number(service->to_server.bytes);
    cell[SERVICE_TO_CLIENT_PACKETS] = ps_cell_number(service->to_client.packets);
    cell[SERVICE_TO_CLIENT_BYTES] = ps_cell_number(service->to_client.bytes);
    cell[SERVICE_FLOWS] = ps_cell_number(service->flows);
    for (size_t i = 0; i < PS_EVIDENCE_COUNT; i++) {
        if (service->by_evidence[i].packets == 0)
            continue;
        cell[SERVICE_EVIDENCE + 2 * i] = ps_cell_number(service->by_evidence[i].packets);
        cell[SERVICE_EVIDENCE + 2 * i + 1] = ps_cell_number(service->by_evidence[i].bytes);
    }
    cell[SERVICE_MEASURED] = ps_cell_number(ps_service_measured(service));
    for (size_t i = 0; i < PS_CLASS_COUNT; i++)
        cell[SERVICE_CLIENT_PORTS + i] = ps_cell_number(service->client_class[i]);
    for (size_t i = 0; i < PS_OUTCOME_COUNT; i++)
        cell[SERVICE_OUTCOMES + i] = ps_cell_number(service->outcome[i]);
    uint64_t tried = 0, answered = ps_service_answered(service, &tried);
    cell[SERVICE_SUCCESS] = tried > 0 ? ps_cell_share(answered, tried) : ps_cell_null();
}

static void fill_addresses(const struct ps_service_row *service, uint32_t error, struct ps_cell *cell)
{
    cell[SERVICE_CLIENTS] = ps_cell_number(service->clients);
    cell[SERVICE_CLIENTS_ESTIMATED] = ps_cell_flag(service->clients_estimated);
    cell[SERVICE_SERVERS] = ps_cell_number(service->servers);
    cell[SERVICE_SERVERS_ESTIMATED] = ps_cell_flag(service->servers_estimated);
    if (service->clients_estimated || service->servers_estimated)
        cell[SERVICE_ERROR] = ps_cell_share(error, 1000);
}

static void fill_round_trips(const struct ps_service_row *service, struct ps_cell *cell)
{
    if (service->rtt_count == 0) {
        cell[SERVICE_RTT] = ps_cell_null();
        return;
    }
    cell[SERVICE_RTT_COUNT] = ps_cell_number(service->rtt_count);
    cell[SERVICE_RTT_P50] = ps_cell_number(service->rtt_p50_ns);
    cell[SERVICE_RTT_P95] = ps_cell_number(service->rtt_p95_ns);
    cell[SERVICE_RTT_P99] = ps_cell_number(service->rtt_p99_ns);
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_report_services *services = section->context;
    const struct ps_service_row *service = ps_report_service(services, index);
    struct ps_cell *cell = row->cell;

    fill_counts(service, cell);
    bool tcp = index == PS_INDEX_OTHER || service->transport == PS_TRANSPORT_TCP;
    cell[SERVICE_TCP_PAYLOAD] = ps_cell_number_if(tcp, service->tcp_payload_bytes);
    cell[SERVICE_RETRANSMITTED] = ps_cell_number_if(tcp, service->retransmitted_bytes);
    if (index == PS_INDEX_OTHER)
        return;
    enum ps_transport transport = (enum ps_transport)service->transport;
    cell[SERVICE_PROTOCOL] = ps_cell_port(service->transport, service->port);
    cell[SERVICE_PORT] = cell[SERVICE_PROTOCOL];
    cell[SERVICE_NAME] = ps_cell_name(ps_service_name(services->report->names, transport, service->port));
    cell[SERVICE_CLASS] = ps_cell_text(ps_port_class_name(ps_port_class(service->port)));
    fill_addresses(service, services->report->snapshot->distinct_error, cell);
    fill_round_trips(service, cell);
    cell[SERVICE_APPLICATION] = ps_cell_name(ps_application_name((enum ps_application)service->application));
}

void ps_view_services(struct ps_report *report)
{
    struct ps_section *section = ps_report_add_table(report, "services", NULL,
                                                     report->snapshot->service_count + report->snapshot->rest.services);
    const struct ps_report_services *services = section != NULL ? ps_report_services(report, section->row_count) : NULL;
    if (services == NULL)
        return;
    ps_section_evicted(section, ps_services_left(report->snapshot));
    section->column = columns;
    section->column_count = SERVICE_COLUMNS;
    section->fill = fill;
    section->context = services;
}
