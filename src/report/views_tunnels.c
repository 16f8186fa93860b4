/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels: what was carried in what. A packet in several wrappings is in several rows, so the rows
 * do not add up to the capture, and no share of the rest is made up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "portsniff/decode.h"
#include "views.h"

enum {
    TUNNEL_KIND,
    TUNNEL_PORT,
    TUNNEL_ID,
    TUNNEL_LABEL,
    TUNNEL_PACKETS,
    TUNNEL_BYTES,
    TUNNEL_SHARE,
    TUNNEL_BAR,
    TUNNEL_COLUMNS
};

static const struct ps_column columns[TUNNEL_COLUMNS] = {
    [TUNNEL_KIND] = {.path = "tunnel", .title = "", .type = PS_COLUMN_TEXT},
    [TUNNEL_PORT] = {.path = "port", .type = PS_COLUMN_PORT},
    [TUNNEL_ID] = {.path = "id", .type = PS_COLUMN_NUMBER},
    [TUNNEL_LABEL] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 6},
    [TUNNEL_PACKETS] = {"packets", "packets", PS_COLUMN_NUMBER, 0, 0},
    [TUNNEL_BYTES] = {"bytes", "bytes", PS_COLUMN_BYTES, 0, 0},
    [TUNNEL_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 1},
    [TUNNEL_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 2},
};

/* What a tunnel's identifier is called; NULL: it has none. */
static const char *const id_names[PS_TUNNEL_COUNT] = {
    [PS_TUNNEL_VLAN] = "ID",   [PS_TUNNEL_MPLS] = "label", [PS_TUNNEL_PPPOE] = "session",
    [PS_TUNNEL_GRE] = "key",   [PS_TUNNEL_NVGRE] = "VSID", [PS_TUNNEL_ERSPAN] = "session",
    [PS_TUNNEL_PPTP] = "call", [PS_TUNNEL_AH] = "SPI",     [PS_TUNNEL_NSH] = "path",
    [PS_TUNNEL_VXLAN] = "VNI", [PS_TUNNEL_GENEVE] = "VNI", [PS_TUNNEL_GTPU] = "TEID",
    [PS_TUNNEL_TEREDO] = NULL,
};

struct tunnels {
    const struct ps_tunnel_row *row;
    const struct ps_tunnel_row **order; /* NULL: the standard order */
    struct ps_tunnel_row other;
    uint64_t bytes; /* of the whole capture */
};

static const struct ps_tunnel_row *row_at(const struct tunnels *tunnels, size_t index)
{
    if (index == PS_INDEX_OTHER)
        return &tunnels->other;
    return tunnels->order != NULL ? tunnels->order[index] : &tunnels->row[index];
}

/* "VNI 42, port 4789" */
static const char *label(const struct ps_tunnel_row *tunnel, const char *id_name, char *to, size_t size)
{
    int used = 0;
    to[0] = '\0';
    if (id_name != NULL)
        used = snprintf(to, size, "%s %" PRIu32, id_name, tunnel->id);
    if (tunnel->port != 0)
        (void)snprintf(to + used, size - (size_t)used, "%sport %u", used > 0 ? ", " : "", (unsigned)tunnel->port);
    return to;
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct tunnels *tunnels = section->context;
    const struct ps_tunnel_row *tunnel = row_at(tunnels, index);
    struct ps_cell *cell = row->cell;

    cell[TUNNEL_PACKETS] = ps_cell_number(tunnel->carried.packets);
    cell[TUNNEL_BYTES] = ps_cell_number(tunnel->carried.bytes);
    if (index == PS_INDEX_OTHER)
        return;
    const char *id_name = tunnel->kind < PS_TUNNEL_COUNT ? id_names[tunnel->kind] : NULL;
    cell[TUNNEL_KIND] = ps_cell_text(ps_tunnel_name((enum ps_tunnel)tunnel->kind));
    cell[TUNNEL_PORT] = tunnel->port != 0 ? ps_cell_port(PS_TRANSPORT_UDP, tunnel->port) : ps_cell_null();
    cell[TUNNEL_ID] = id_name != NULL ? ps_cell_number(tunnel->id) : ps_cell_null();
    cell[TUNNEL_LABEL] = ps_cell_name(label(tunnel, id_name, row->scratch, sizeof(row->scratch)));
    cell[TUNNEL_SHARE] = ps_cell_share(tunnel->carried.bytes, tunnels->bytes);
    cell[TUNNEL_BAR] = cell[TUNNEL_SHARE];
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_tunnel_row *a = *(const struct ps_tunnel_row *const *)left;
    const struct ps_tunnel_row *b = *(const struct ps_tunnel_row *const *)right;
    if (a->carried.packets != b->carried.packets)
        return a->carried.packets > b->carried.packets ? -1 : 1;
    /* The standard order decides ties; both point into the same array. */
    return a < b ? -1 : a > b;
}

static void sort(struct ps_report *report, struct tunnels *tunnels, size_t count)
{
    if (report->options->sort != PS_SORT_PACKETS)
        return;
    tunnels->order = ps_report_alloc(report, count, sizeof(const struct ps_tunnel_row *));
    if (tunnels->order == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        tunnels->order[i] = &tunnels->row[i];
    qsort(tunnels->order, count, sizeof(const struct ps_tunnel_row *), by_packets);
}

void ps_view_tunnels(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct tunnels *tunnels = ps_report_alloc(report, 1, sizeof(*tunnels));
    struct ps_section *section = ps_report_add_table(report, "tunnels", "TUNNELS", snapshot->tunnel_count);
    if (tunnels == NULL || section == NULL)
        return;
    tunnels->row = snapshot->tunnel;
    tunnels->bytes = snapshot->total.bytes;
    sort(report, tunnels, snapshot->tunnel_count);
    for (size_t i = section->row_count; i < snapshot->tunnel_count; i++)
        ps_count_add(&tunnels->other.carried, &row_at(tunnels, i)->carried);
    ps_count_add(&tunnels->other.carried, &snapshot->evicted_tunnel_carried);
    ps_section_evicted(section, snapshot->evicted_tunnels);
    section->column = columns;
    section->column_count = TUNNEL_COLUMNS;
    section->fill = fill;
    section->context = tunnels;
    section->note = "Share of the whole capture; a packet in several tunnels counts in each of them.";
}
