/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port pairs for people: each packet once, temporary ports folded (fold.h).
 */
#include <inttypes.h>
#include <stdio.h>

#include "fold.h"
#include "views.h"

enum {
    FOLD_HUB,
    FOLD_NAME,
    FOLD_ARROW,
    FOLD_PARTNERS,
    FOLD_RANGE,
    FOLD_BYTES,
    FOLD_SHARE,
    FOLD_BAR,
    FOLD_PACKETS,
    FOLD_SENT_BYTES,
    FOLD_RECEIVED_BYTES,
    FOLD_SENT_PACKETS,
    FOLD_RECEIVED_PACKETS,
    FOLD_COLUMNS
};

static const struct ps_column columns[FOLD_COLUMNS] = {
    [FOLD_HUB] = {.title = "", .type = PS_COLUMN_PORT},
    [FOLD_NAME] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 4},
    [FOLD_ARROW] = {.title = "", .type = PS_COLUMN_TEXT},
    [FOLD_PARTNERS] = {.title = "", .type = PS_COLUMN_TEXT},
    [FOLD_RANGE] = {.title = "", .type = PS_COLUMN_TEXT, .priority = 4},
    [FOLD_BYTES] = {.title = "bytes", .type = PS_COLUMN_BYTES},
    [FOLD_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 1},
    [FOLD_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 3},
    [FOLD_PACKETS] = {.title = "packets", .type = PS_COLUMN_NUMBER, .priority = 2},
    [FOLD_SENT_BYTES] = {.title = "sent ->", .type = PS_COLUMN_BYTES, .priority = 5},
    [FOLD_RECEIVED_BYTES] = {.title = "<- received", .type = PS_COLUMN_BYTES, .priority = 5},
    [FOLD_SENT_PACKETS] = {.title = "packets ->", .type = PS_COLUMN_NUMBER, .priority = 6},
    [FOLD_RECEIVED_PACKETS] = {.title = "<- packets", .type = PS_COLUMN_NUMBER, .priority = 6},
};

struct folded {
    const struct ps_report *report;
    const struct ps_fold_row *row;
    struct ps_fold_row other;
    uint64_t bytes;
};

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct folded *folded = section->context;
    const struct ps_fold_row *fold = index == PS_INDEX_OTHER ? &folded->other : &folded->row[index];
    struct ps_cell *cell = row->cell;
    uint64_t bytes = fold->from_hub.bytes + fold->to_hub.bytes;

    if (index != PS_INDEX_OTHER) {
        char *partners = row->scratch, *range = row->scratch + sizeof(row->scratch) / 2;
        ps_fold_partners(folded->report, fold, partners, sizeof(row->scratch) / 2);
        (void)snprintf(range, sizeof(row->scratch) / 2, "%u-%u", (unsigned)fold->low, (unsigned)fold->high);
        cell[FOLD_HUB] = ps_cell_port(fold->transport, fold->hub);
        cell[FOLD_NAME] =
            ps_cell_name(ps_service_name(folded->report->names, (enum ps_transport)fold->transport, fold->hub));
        cell[FOLD_ARROW] = ps_cell_text("<->");
        cell[FOLD_PARTNERS] = ps_cell_text(partners);
        if (fold->partners > 1)
            cell[FOLD_RANGE] = ps_cell_text(range);
    }
    cell[FOLD_BYTES] = ps_cell_number(bytes);
    cell[FOLD_SHARE] = ps_cell_share(bytes, folded->bytes);
    cell[FOLD_BAR] = cell[FOLD_SHARE];
    cell[FOLD_PACKETS] = ps_cell_number(fold->from_hub.packets + fold->to_hub.packets);
    cell[FOLD_SENT_BYTES] = ps_cell_number(fold->from_hub.bytes);
    cell[FOLD_RECEIVED_BYTES] = ps_cell_number(fold->to_hub.bytes);
    cell[FOLD_SENT_PACKETS] = ps_cell_number(fold->from_hub.packets);
    cell[FOLD_RECEIVED_PACKETS] = ps_cell_number(fold->to_hub.packets);
}

void ps_view_folded_pairs(struct ps_report *report)
{
    const struct ps_fold *fold = ps_fold_pairs(report);
    struct folded *folded = ps_report_alloc(report, 1, sizeof(*folded));
    struct ps_section *section =
        ps_report_add_table(report, NULL, "PORT PAIRS", fold != NULL ? fold->count + fold->rest : 0);
    if (fold == NULL || folded == NULL || section == NULL)
        return;
    const struct ps_snapshot *snapshot = report->snapshot;
    const struct ps_traffic *evicted[] = {&snapshot->evicted_pair_a_to_b, &snapshot->evicted_pair_b_to_a};
    folded->report = report;
    folded->row = fold->row;
    folded->other.from_hub = fold->rest_from_hub;
    folded->other.to_hub = fold->rest_to_hub;
    ps_count_add(&folded->other.from_hub, &(struct ps_count){evicted[0]->packets, evicted[0]->bytes});
    ps_count_add(&folded->other.to_hub, &(struct ps_count){evicted[1]->packets, evicted[1]->bytes});
    folded->bytes = folded->other.from_hub.bytes + folded->other.to_hub.bytes;
    for (size_t i = 0; i < fold->count; i++)
        folded->bytes += fold->row[i].from_hub.bytes + fold->row[i].to_hub.bytes;
    ps_section_evicted(section, snapshot->evicted_pairs);
    section->column = columns;
    section->column_count = FOLD_COLUMNS;
    section->fill = fill;
    section->context = folded;
    section->note = "Each packet counts once. All pairs around one port are one row.";
}
