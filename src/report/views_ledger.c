/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger: where every packet went. A table for programs and for people who ask for it, and one
 * paragraph for everybody else. The row `ports` is always there, also when nothing has ports.
 */
#include <inttypes.h>

#include "portsniff/decode.h"
#include "units.h"
#include "views.h"

enum {
    LEDGER_ROW,
    LEDGER_WHY,
    LEDGER_DETAIL,
    LEDGER_PACKETS,
    LEDGER_BYTES,
    LEDGER_SHARE,
    LEDGER_BAR,
    LEDGER_COLUMNS
};

static const struct ps_column columns[LEDGER_COLUMNS] = {
    [LEDGER_ROW] = {.path = "row", .type = PS_COLUMN_TEXT},
    [LEDGER_WHY] = {.title = "", .type = PS_COLUMN_TEXT, .shortest = 8},
    [LEDGER_DETAIL] = {.path = "detail", .title = "", .type = PS_COLUMN_TEXT, .shortest = 6},
    [LEDGER_PACKETS] = {.path = "packets", .title = "packets", .type = PS_COLUMN_NUMBER},
    [LEDGER_BYTES] = {.path = "bytes", .title = "bytes", .type = PS_COLUMN_BYTES},
    [LEDGER_SHARE] = {.title = "share", .type = PS_COLUMN_SHARE, .priority = 1},
    [LEDGER_BAR] = {.title = "", .type = PS_COLUMN_BAR, .priority = 2},
};

/* As people say it. */
static const char *const reasons[PS_ROW_COUNT] = {
    [PS_ROW_PORTS] = "counted by port",
    [PS_ROW_OTHER_PROTOCOL] = "protocol without ports",
    [PS_ROW_LATER_FRAGMENT] = "fragment without its first part",
    [PS_ROW_TRUNCATED] = "cut off before the ports",
    [PS_ROW_MALFORMED] = "malformed",
    [PS_ROW_NON_IP] = "not IP",
    [PS_ROW_UNSUPPORTED_LINK] = "unsupported link type",
};

struct ledger {
    const struct ps_ledger_row *row;
    bool ports_missing; /* the snapshot has no row `ports`: an empty one comes first */
    uint64_t bytes;
};

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    static const struct ps_ledger_row no_ports = {.row = PS_ROW_PORTS};
    const struct ledger *ledger = section->context;
    const struct ps_ledger_row *entry = &no_ports;
    if (!ledger->ports_missing)
        entry = &ledger->row[index];
    else if (index > 0)
        entry = &ledger->row[index - 1];
    struct ps_cell *cell = row->cell;

    cell[LEDGER_ROW] = ps_cell_text(ps_row_name((enum ps_row)entry->row));
    cell[LEDGER_WHY] = ps_cell_text(entry->row < PS_ROW_COUNT ? reasons[entry->row] : "");
    if (entry->detail_kind != PS_DETAIL_NONE)
        cell[LEDGER_DETAIL] = ps_cell_text(
            ps_detail_text(row->scratch, sizeof(row->scratch), (enum ps_detail)entry->detail_kind, entry->detail));
    cell[LEDGER_PACKETS] = ps_cell_number(entry->count.packets);
    cell[LEDGER_BYTES] = ps_cell_number(entry->count.bytes);
    cell[LEDGER_SHARE] = ps_cell_share(entry->count.bytes, ledger->bytes);
    cell[LEDGER_BAR] = cell[LEDGER_SHARE];
}

/* Never cut: its rows have to add up to the whole capture before everybody's eyes. */
void ps_view_ledger(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct ledger *ledger = ps_report_alloc(report, 1, sizeof(*ledger));
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (ledger == NULL || section == NULL)
        return;
    ledger->row = snapshot->ledger;
    ledger->ports_missing = true;
    for (size_t i = 0; i < snapshot->ledger_count; i++) {
        ledger->bytes += snapshot->ledger[i].count.bytes;
        if (snapshot->ledger[i].row == PS_ROW_PORTS)
            ledger->ports_missing = false;
    }
    section->path = "ledger";
    section->title = "LEDGER";
    section->note = "Every packet is in exactly one row.";
    section->column = columns;
    section->column_count = LEDGER_COLUMNS;
    section->row_count = snapshot->ledger_count + (ledger->ports_missing ? 1 : 0);
    section->fill = fill;
    section->context = ledger;
}

/* "ARP 310", "fragments without their first part 12", "cut off in the IPv4 header 3". */
static const char *describe(struct ps_report *report, const struct ps_ledger_row *row)
{
    static const char *const before[PS_ROW_COUNT] = {
        [PS_ROW_PORTS] = "",
        [PS_ROW_OTHER_PROTOCOL] = "",
        [PS_ROW_LATER_FRAGMENT] = "fragments without their first part",
        [PS_ROW_TRUNCATED] = "cut off in ",
        [PS_ROW_MALFORMED] = "malformed ",
        [PS_ROW_NON_IP] = "",
        [PS_ROW_UNSUPPORTED_LINK] = "unsupported ",
    };
    char detail[64], count[PS_UNITS_SIZE];
    (void)ps_detail_text(detail, sizeof(detail), (enum ps_detail)row->detail_kind, row->detail);
    (void)ps_units_count(count, row->count.packets, report->options->units_exact);
    const char *words = row->row < PS_ROW_COUNT ? before[row->row] : "";
    if (detail[0] == '\0' && row->row < PS_ROW_COUNT && row->row != PS_ROW_LATER_FRAGMENT)
        words = reasons[row->row];
    return ps_report_text(report, "%s%s %s", words, detail, count);
}

void ps_view_uncounted(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    struct ps_count sum = {0, 0};
    size_t count = 0;
    if ((report->options->views & PS_VIEW_LEDGER) != 0)
        return; /* the table says it all */
    struct ps_item *item = ps_report_alloc(report, snapshot->ledger_count, sizeof(*item));
    if (item == NULL)
        return;
    for (size_t i = 0; i < snapshot->ledger_count; i++) {
        const struct ps_ledger_row *row = &snapshot->ledger[i];
        if (row->row == PS_ROW_PORTS || row->count.packets == 0)
            continue;
        ps_count_add(&sum, &row->count);
        item[count++].text = describe(report, row);
    }
    struct ps_section *section = count > 0 ? ps_report_add(report, PS_SECTION_FLOW) : NULL;
    if (section == NULL)
        return;
    char packets[PS_UNITS_SIZE], bytes[PS_UNITS_SIZE];
    bool exact = report->options->units_exact;
    section->title = "NOT COUNTED BY PORT";
    section->lead = ps_report_text(report, "%s %s, %s%s", ps_units_count(packets, sum.packets, exact),
                                   sum.packets == 1 ? "packet" : "packets", ps_units_bytes(bytes, sum.bytes, exact),
                                   exact ? " bytes" : "");
    section->item = item;
    section->item_count = count;
    section->separator = ", ";
}
