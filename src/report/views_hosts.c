/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hosts: IP addresses with what they sent and received.
 */
#include <stdlib.h>

#include "views.h"

enum {
    HOST_ADDRESS,
    HOST_BYTES,
    HOST_SHARE,
    HOST_BAR,
    HOST_SENT_PACKETS,
    HOST_SENT_BYTES,
    HOST_RECEIVED_PACKETS,
    HOST_RECEIVED_BYTES,
    HOST_COLUMNS
};

static const struct ps_column columns[HOST_COLUMNS] = {
    [HOST_ADDRESS] = {.path = "address", .title = "", .type = PS_COLUMN_ADDRESS},
    [HOST_BYTES] = {.title = "bytes", .type = PS_COLUMN_BYTES},
    [HOST_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 1},
    [HOST_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 4},
    [HOST_SENT_PACKETS] = {"sent.packets", "packets sent", PS_COLUMN_NUMBER, 3, 0},
    [HOST_SENT_BYTES] = {"sent.bytes", "sent", PS_COLUMN_BYTES, 2, 0},
    [HOST_RECEIVED_PACKETS] = {"received.packets", "packets received", PS_COLUMN_NUMBER, 3, 0},
    [HOST_RECEIVED_BYTES] = {"received.bytes", "received", PS_COLUMN_BYTES, 2, 0},
};

struct hosts {
    const struct ps_host_row *row;
    const struct ps_host_row **order; /* NULL: the standard order */
    struct ps_host_row other;
    uint64_t bytes;
};

static const struct ps_host_row *row_at(const struct hosts *hosts, size_t index)
{
    if (index == PS_INDEX_OTHER)
        return &hosts->other;
    return hosts->order != NULL ? hosts->order[index] : &hosts->row[index];
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct hosts *hosts = section->context;
    const struct ps_host_row *host = row_at(hosts, index);
    struct ps_cell *cell = row->cell;
    uint64_t bytes = host->sent.bytes + host->received.bytes;

    if (index != PS_INDEX_OTHER) {
        cell[HOST_ADDRESS].state = PS_CELL_VALUE;
        cell[HOST_ADDRESS].address.address = &host->address;
        cell[HOST_ADDRESS].address.family = host->family;
    }
    cell[HOST_BYTES] = ps_cell_number(bytes);
    cell[HOST_SHARE] = ps_cell_share(bytes, hosts->bytes);
    cell[HOST_BAR] = cell[HOST_SHARE];
    cell[HOST_SENT_PACKETS] = ps_cell_number(host->sent.packets);
    cell[HOST_SENT_BYTES] = ps_cell_number(host->sent.bytes);
    cell[HOST_RECEIVED_PACKETS] = ps_cell_number(host->received.packets);
    cell[HOST_RECEIVED_BYTES] = ps_cell_number(host->received.bytes);
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_host_row *a = *(const struct ps_host_row *const *)left;
    const struct ps_host_row *b = *(const struct ps_host_row *const *)right;
    uint64_t packets_a = a->sent.packets + a->received.packets;
    uint64_t packets_b = b->sent.packets + b->received.packets;
    if (packets_a != packets_b)
        return packets_a > packets_b ? -1 : 1;
    /* The standard order decides ties; both point into the same array. */
    return a < b ? -1 : a > b;
}

static void sort(struct ps_report *report, struct hosts *hosts, size_t count)
{
    if (report->options->sort != PS_SORT_PACKETS)
        return;
    hosts->order = ps_report_alloc(report, count, sizeof(const struct ps_host_row *));
    if (hosts->order == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        hosts->order[i] = &hosts->row[i];
    qsort(hosts->order, count, sizeof(const struct ps_host_row *), by_packets);
}

void ps_view_hosts(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct hosts *hosts = ps_report_alloc(report, 1, sizeof(*hosts));
    struct ps_section *section =
        ps_report_add_table(report, "hosts", "HOSTS", snapshot->host_count + snapshot->rest.hosts);
    if (hosts == NULL || section == NULL)
        return;
    hosts->row = snapshot->host;
    sort(report, hosts, snapshot->host_count);
    for (size_t i = 0; i < snapshot->host_count; i++) {
        const struct ps_host_row *row = row_at(hosts, i);
        hosts->bytes += row->sent.bytes + row->received.bytes;
        if (i >= section->row_count) {
            ps_count_add(&hosts->other.sent, &row->sent);
            ps_count_add(&hosts->other.received, &row->received);
        }
    }
    const struct ps_host_row *rest = &snapshot->rest.host;
    hosts->bytes += rest->sent.bytes + rest->received.bytes;
    ps_count_add(&hosts->other.sent, &rest->sent);
    ps_count_add(&hosts->other.received, &rest->received);
    hosts->bytes += snapshot->evicted_host_sent.bytes + snapshot->evicted_host_received.bytes;
    ps_count_add(&hosts->other.sent, &snapshot->evicted_host_sent);
    ps_count_add(&hosts->other.received, &snapshot->evicted_host_received);
    ps_section_evicted(section, snapshot->evicted_hosts);
    section->column = columns;
    section->column_count = HOST_COLUMNS;
    section->fill = fill;
    section->context = hosts;
    section->note = "Each packet counts at both its addresses.";
}
