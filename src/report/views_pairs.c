/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every port pair, for programs. People get them folded, see views_folded.c.
 */
#include <stdlib.h>

#include "portsniff/decode.h"
#include "views.h"

enum {
    PAIR_PROTOCOL,
    PAIR_PORT_A,
    PAIR_PORT_B,
    PAIR_NAME_A,
    PAIR_NAME_B,
    PAIR_CLASS_A,
    PAIR_CLASS_B,
    PAIR_A_PACKETS,
    PAIR_A_BYTES,
    PAIR_A_NETWORK,
    PAIR_A_PAYLOAD,
    PAIR_B_PACKETS,
    PAIR_B_BYTES,
    PAIR_B_NETWORK,
    PAIR_B_PAYLOAD,
    PAIR_COLUMNS
};

static const struct ps_column columns[PAIR_COLUMNS] = {
    [PAIR_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [PAIR_PORT_A] = {.path = "port_a", .type = PS_COLUMN_PORT},
    [PAIR_PORT_B] = {.path = "port_b", .type = PS_COLUMN_PORT},
    [PAIR_NAME_A] = {.path = "name_a", .type = PS_COLUMN_TEXT},
    [PAIR_NAME_B] = {.path = "name_b", .type = PS_COLUMN_TEXT},
    [PAIR_CLASS_A] = {.path = "class_a", .type = PS_COLUMN_TEXT},
    [PAIR_CLASS_B] = {.path = "class_b", .type = PS_COLUMN_TEXT},
    [PAIR_A_PACKETS] = {.path = "a_to_b.packets", .type = PS_COLUMN_NUMBER},
    [PAIR_A_BYTES] = {.path = "a_to_b.bytes", .type = PS_COLUMN_BYTES},
    [PAIR_A_NETWORK] = {.path = "a_to_b.network_bytes", .type = PS_COLUMN_BYTES},
    [PAIR_A_PAYLOAD] = {.path = "a_to_b.payload_bytes", .type = PS_COLUMN_BYTES},
    [PAIR_B_PACKETS] = {.path = "b_to_a.packets", .type = PS_COLUMN_NUMBER},
    [PAIR_B_BYTES] = {.path = "b_to_a.bytes", .type = PS_COLUMN_BYTES},
    [PAIR_B_NETWORK] = {.path = "b_to_a.network_bytes", .type = PS_COLUMN_BYTES},
    [PAIR_B_PAYLOAD] = {.path = "b_to_a.payload_bytes", .type = PS_COLUMN_BYTES},
};

struct pairs {
    const struct ps_names *names;
    const struct ps_pair_row *row;    /* in standard order */
    const struct ps_pair_row **order; /* in the order asked for, or NULL for the standard one */
    struct ps_pair_row other;         /* sum of the rows cut */
};

static const struct ps_pair_row *row_at(const struct pairs *pairs, size_t index)
{
    if (index == PS_INDEX_OTHER)
        return &pairs->other;
    return pairs->order != NULL ? pairs->order[index] : &pairs->row[index];
}

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct pairs *pairs = section->context;
    const struct ps_pair_row *pair = row_at(pairs, index);
    struct ps_cell *cell = row->cell;

    if (index != PS_INDEX_OTHER) {
        enum ps_transport transport = (enum ps_transport)pair->transport;
        cell[PAIR_PROTOCOL] = ps_cell_port(pair->transport, pair->port_a);
        cell[PAIR_PORT_A] = cell[PAIR_PROTOCOL];
        cell[PAIR_PORT_B] = ps_cell_port(pair->transport, pair->port_b);
        cell[PAIR_NAME_A] = ps_cell_name(ps_service_name(pairs->names, transport, pair->port_a));
        cell[PAIR_NAME_B] = ps_cell_name(ps_service_name(pairs->names, transport, pair->port_b));
        cell[PAIR_CLASS_A] = ps_cell_text(ps_port_class_name(ps_port_class(pair->port_a)));
        cell[PAIR_CLASS_B] = ps_cell_text(ps_port_class_name(ps_port_class(pair->port_b)));
    }
    cell[PAIR_A_PACKETS] = ps_cell_number(pair->a_to_b.packets);
    cell[PAIR_A_BYTES] = ps_cell_number(pair->a_to_b.bytes);
    cell[PAIR_A_NETWORK] = ps_cell_number(pair->a_to_b.network_bytes);
    cell[PAIR_A_PAYLOAD] = ps_cell_number(pair->a_to_b.payload_bytes);
    cell[PAIR_B_PACKETS] = ps_cell_number(pair->b_to_a.packets);
    cell[PAIR_B_BYTES] = ps_cell_number(pair->b_to_a.bytes);
    cell[PAIR_B_NETWORK] = ps_cell_number(pair->b_to_a.network_bytes);
    cell[PAIR_B_PAYLOAD] = ps_cell_number(pair->b_to_a.payload_bytes);
}

static int by_port(const void *left, const void *right)
{
    const struct ps_pair_row *a = *(const struct ps_pair_row *const *)left;
    const struct ps_pair_row *b = *(const struct ps_pair_row *const *)right;
    if (a->port_a != b->port_a)
        return a->port_a < b->port_a ? -1 : 1;
    if (a->port_b != b->port_b)
        return a->port_b < b->port_b ? -1 : 1;
    return (int)a->transport - (int)b->transport;
}

static int by_packets(const void *left, const void *right)
{
    const struct ps_pair_row *a = *(const struct ps_pair_row *const *)left;
    const struct ps_pair_row *b = *(const struct ps_pair_row *const *)right;
    uint64_t packets_a = a->a_to_b.packets + a->b_to_a.packets;
    uint64_t packets_b = b->a_to_b.packets + b->b_to_a.packets;
    if (packets_a != packets_b)
        return packets_a > packets_b ? -1 : 1;
    /* The standard order decides ties; both point into the same array. */
    return a < b ? -1 : a > b;
}

static void sort(struct ps_report *report, struct pairs *pairs, size_t count)
{
    if (report->options->sort != PS_SORT_PACKETS && report->options->sort != PS_SORT_PORT)
        return;
    pairs->order = ps_report_alloc(report, count, sizeof(const struct ps_pair_row *));
    if (pairs->order == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        pairs->order[i] = &pairs->row[i];
    qsort(pairs->order, count, sizeof(const struct ps_pair_row *),
          report->options->sort == PS_SORT_PORT ? by_port : by_packets);
}

void ps_view_pairs(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct pairs *pairs = ps_report_alloc(report, 1, sizeof(*pairs));
    struct ps_section *section =
        ps_report_add_table(report, "pairs", NULL, snapshot->pair_count + snapshot->rest.pairs);
    if (pairs == NULL || section == NULL)
        return;
    pairs->names = report->names;
    pairs->row = snapshot->pair;
    sort(report, pairs, snapshot->pair_count);
    for (size_t i = section->row_count; i < snapshot->pair_count; i++) {
        ps_traffic_add(&pairs->other.a_to_b, &row_at(pairs, i)->a_to_b);
        ps_traffic_add(&pairs->other.b_to_a, &row_at(pairs, i)->b_to_a);
    }
    ps_traffic_add(&pairs->other.a_to_b, &snapshot->rest.pair.a_to_b);
    ps_traffic_add(&pairs->other.b_to_a, &snapshot->rest.pair.b_to_a);
    ps_traffic_add(&pairs->other.a_to_b, &snapshot->evicted_pair_a_to_b);
    ps_traffic_add(&pairs->other.b_to_a, &snapshot->evicted_pair_b_to_a);
    ps_section_evicted(section, snapshot->evicted_pairs);
    section->column = columns;
    section->column_count = PAIR_COLUMNS;
    section->fill = fill;
    section->context = pairs;
}
