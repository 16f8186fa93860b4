/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port view: every port at both its ends, for people and programs.
 */
#include <stdlib.h>

#include "portsniff/decode.h"
#include "views.h"

enum {
    PORT_PROTOCOL,
    PORT_PORT,
    PORT_NAME,
    PORT_CLASS,
    PORT_BYTES,
    PORT_SHARE,
    PORT_BAR,
    PORT_SENT_PACKETS,
    PORT_SENT_BYTES,
    PORT_SENT_NETWORK,
    PORT_SENT_PAYLOAD,
    PORT_RECEIVED_PACKETS,
    PORT_RECEIVED_BYTES,
    PORT_RECEIVED_NETWORK,
    PORT_RECEIVED_PAYLOAD,
    PORT_COLUMNS
};

static const struct ps_column columns[PORT_COLUMNS] = {
    [PORT_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [PORT_PORT] = {.path = "port", .title = "", .type = PS_COLUMN_PORT},
    [PORT_NAME] = {.path = "name", .title = "", .type = PS_COLUMN_TEXT, .shortest = 6},
    [PORT_CLASS] = {.path = "class", .title = "range", .type = PS_COLUMN_TEXT, .priority = 8},
    [PORT_BYTES] = {.title = "bytes", .type = PS_COLUMN_BYTES},
    [PORT_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 1},
    [PORT_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 3},
    [PORT_SENT_PACKETS] = {"sent.packets", "packets sent", PS_COLUMN_NUMBER, 5, 0},
    [PORT_SENT_BYTES] = {"sent.bytes", "sent", PS_COLUMN_BYTES, 2, 0},
    [PORT_SENT_NETWORK] = {"sent.network_bytes", NULL, PS_COLUMN_BYTES, 0, 0},
    [PORT_SENT_PAYLOAD] = {"sent.payload_bytes", "payload sent", PS_COLUMN_BYTES, 7, 0},
    [PORT_RECEIVED_PACKETS] = {"received.packets", "packets received", PS_COLUMN_NUMBER, 5, 0},
    [PORT_RECEIVED_BYTES] = {"received.bytes", "received", PS_COLUMN_BYTES, 2, 0},
    [PORT_RECEIVED_NETWORK] = {"received.network_bytes", NULL, PS_COLUMN_BYTES, 0, 0},
    [PORT_RECEIVED_PAYLOAD] = {"received.payload_bytes", "payload received", PS_COLUMN_BYTES, 7, 0},
};

struct ports {
    const struct ps_names *names;
    const struct ps_port_row *row;    /* in standard order */
    const struct ps_port_row **order; /* in the order asked for, or NULL for the standard one */
    struct ps_port_row other;         /* sum of the rows cut */
    uint64_t bytes;                   /* of all rows: twice those counted by port */
};

static const struct ps_port_row *row_at(const struct ports *ports, size_t index)
{
    if (index == PS_INDEX_OTHER)
        return &ports->other;
    return ports->order != NULL ? ports->order[index] : &ports->row[index];
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ports *ports = section->context;
    const struct ps_port_row *port = row_at(ports, index);
    struct ps_cell *cell = row->cell;
    uint64_t bytes = port->sent.bytes + port->received.bytes;

    if (index != PS_INDEX_OTHER) {
        enum ps_transport transport = (enum ps_transport)port->transport;
        cell[PORT_PROTOCOL] = ps_cell_port(port->transport, port->port);
        cell[PORT_PORT] = cell[PORT_PROTOCOL];
        cell[PORT_NAME] = ps_cell_name(ps_service_name(ports->names, transport, port->port));
        cell[PORT_CLASS] = ps_cell_text(ps_port_class_name(ps_port_class(port->port)));
    }
    cell[PORT_BYTES] = ps_cell_number(bytes);
    cell[PORT_SHARE] = ps_cell_share(bytes, ports->bytes);
    cell[PORT_BAR] = cell[PORT_SHARE];
    cell[PORT_SENT_PACKETS] = ps_cell_number(port->sent.packets);
    cell[PORT_SENT_BYTES] = ps_cell_number(port->sent.bytes);
    cell[PORT_SENT_NETWORK] = ps_cell_number(port->sent.network_bytes);
    cell[PORT_SENT_PAYLOAD] = ps_cell_number(port->sent.payload_bytes);
    cell[PORT_RECEIVED_PACKETS] = ps_cell_number(port->received.packets);
    cell[PORT_RECEIVED_BYTES] = ps_cell_number(port->received.bytes);
    cell[PORT_RECEIVED_NETWORK] = ps_cell_number(port->received.network_bytes);
    cell[PORT_RECEIVED_PAYLOAD] = ps_cell_number(port->received.payload_bytes);
}

static int by_port(const void *left, const void *right)
{
    const struct ps_port_row *a = *(const struct ps_port_row *const *)left;
    const struct ps_port_row *b = *(const struct ps_port_row *const *)right;
    if (a->port != b->port)
        return a->port < b->port ? -1 : 1;
    return (int)a->transport - (int)b->transport;
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_port_row *a = *(const struct ps_port_row *const *)left;
    const struct ps_port_row *b = *(const struct ps_port_row *const *)right;
    uint64_t packets_a = a->sent.packets + a->received.packets;
    uint64_t packets_b = b->sent.packets + b->received.packets;
    if (packets_a != packets_b)
        return packets_a > packets_b ? -1 : 1;
    /* The standard order decides ties; both point into the same array. */
    return a < b ? -1 : a > b;
}

static void sort(struct ps_report *report, struct ports *ports, size_t count)
{
    if (report->options->sort != PS_SORT_PACKETS && report->options->sort != PS_SORT_PORT)
        return;
    ports->order = ps_report_alloc(report, count, sizeof(const struct ps_port_row *));
    if (ports->order == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        ports->order[i] = &ports->row[i];
    qsort(ports->order, count, sizeof(const struct ps_port_row *),
          report->options->sort == PS_SORT_PORT ? by_port : by_packets);
}

void ps_view_ports(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct ports *ports = ps_report_alloc(report, 1, sizeof(*ports));
    struct ps_section *section =
        ps_report_add_table(report, "ports", "TOP PORTS", snapshot->port_count + snapshot->rest.ports);
    if (ports == NULL || section == NULL)
        return;
    ports->names = report->names;
    ports->row = snapshot->port;
    sort(report, ports, snapshot->port_count);
    for (size_t i = 0; i < snapshot->port_count; i++) {
        const struct ps_port_row *row = row_at(ports, i);
        ports->bytes += row->sent.bytes + row->received.bytes;
        if (i >= section->row_count) {
            ps_traffic_add(&ports->other.sent, &row->sent);
            ps_traffic_add(&ports->other.received, &row->received);
        }
    }
    const struct ps_port_row *rest = &snapshot->rest.port;
    ports->bytes += rest->sent.bytes + rest->received.bytes;
    ps_traffic_add(&ports->other.sent, &rest->sent);
    ps_traffic_add(&ports->other.received, &rest->received);
    section->column = columns;
    section->column_count = PORT_COLUMNS;
    section->fill = fill;
    section->context = ports;
    section->note = "Each packet counts at both its ports: sent from one, received by the other.";
}
