/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Findings: what somebody with experience would have noticed, most severe first. Here they are only shown.
 */
#include <string.h>

#include "portsniff/decode.h"
#include "portsniff/findings.h"
#include "units.h"
#include "views.h"

/* --- for programs ---------------------------------------------------------------------------- */

enum {
    FINDING_SEVERITY,
    FINDING_KIND,
    FINDING_WHAT,
    FINDING_WHY,
    FINDING_NEXT,
    FINDING_PROTOCOL,
    FINDING_PORT,
    FINDING_ADDRESS,
    FINDING_PACKETS,
    FINDING_FIRST,
    FINDING_LAST,
    FINDING_COLUMNS
};

static const struct ps_column columns[FINDING_COLUMNS] = {
    [FINDING_SEVERITY] = {.path = "severity", .type = PS_COLUMN_TEXT},
    [FINDING_KIND] = {.path = "kind", .type = PS_COLUMN_TEXT},
    [FINDING_WHAT] = {.path = "what", .type = PS_COLUMN_TEXT},
    [FINDING_WHY] = {.path = "why", .type = PS_COLUMN_TEXT},
    [FINDING_NEXT] = {.path = "next", .type = PS_COLUMN_TEXT},
    [FINDING_PROTOCOL] = {.path = "protocol", .type = PS_COLUMN_PROTOCOL},
    [FINDING_PORT] = {.path = "port", .type = PS_COLUMN_PORT},
    [FINDING_ADDRESS] = {.path = "address", .type = PS_COLUMN_ADDRESS},
    [FINDING_PACKETS] = {.path = "packets", .type = PS_COLUMN_NUMBER},
    [FINDING_FIRST] = {.path = "first", .type = PS_COLUMN_TIME},
    [FINDING_LAST] = {.path = "last", .type = PS_COLUMN_TIME},
};

static void fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    const struct ps_snapshot *snapshot = section->context;
    struct ps_cell *cell = row->cell;
    if (index == PS_INDEX_OTHER)
        return;
    const struct ps_finding *finding = &snapshot->finding[index];
    cell[FINDING_SEVERITY] = ps_cell_text(ps_severity_name(finding->severity));
    cell[FINDING_KIND] = ps_cell_text(finding->kind);
    cell[FINDING_WHAT] = ps_cell_text(finding->what);
    cell[FINDING_WHY] = ps_cell_text(finding->why);
    cell[FINDING_NEXT] = ps_cell_text(finding->next);
    cell[FINDING_PROTOCOL] =
        finding->transport != PS_TRANSPORT_NONE ? ps_cell_port(finding->transport, finding->port) : ps_cell_null();
    cell[FINDING_PORT] = finding->has_port ? ps_cell_port(finding->transport, finding->port) : ps_cell_null();
    cell[FINDING_ADDRESS] = finding->family != 0 ? ps_cell_address(&finding->address, finding->family) : ps_cell_null();
    cell[FINDING_PACKETS] = ps_cell_number(finding->packets);
    cell[FINDING_FIRST] = ps_cell_time(finding->first_ns);
    cell[FINDING_LAST] = ps_cell_time(finding->last_ns);
}

void ps_view_findings(struct ps_report *report)
{
    struct ps_section *section = ps_report_add_table(report, "findings", NULL, report->snapshot->finding_count);
    if (section == NULL)
        return;
    section->column = columns;
    section->column_count = FINDING_COLUMNS;
    section->fill = fill;
    section->context = report->snapshot;
}

/* --- for people ------------------------------------------------------------------------------ */

/* Reasons stand behind the findings where there is room for them, and where they were asked for. */
#define WIDTH_OF_REASONS 100

/* In the summary, what is below the cut is a matter of --view findings. */
#define ROWS_IN_SUMMARY 5

static const char *const marks[] = {
    [PS_SEVERITY_NOTE] = ".",
    [PS_SEVERITY_WARNING] = "!",
    [PS_SEVERITY_ALERT] = "!!",
};

/* What is said of a kind of finding is said once. */
static bool is_first_of_kind(const struct ps_snapshot *snapshot, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(snapshot->finding[i].kind, snapshot->finding[index].kind) == 0)
            return false;
    }
    return true;
}

static struct ps_item finding_item(struct ps_report *report, size_t index, bool reasons)
{
    const struct ps_finding *finding = &report->snapshot->finding[index];
    struct ps_item item = {
        .text = ps_report_printable(report, finding->what),
        .mark = marks[finding->severity],
        .alarm = finding->severity != PS_SEVERITY_NOTE,
    };
    if (reasons && is_first_of_kind(report->snapshot, index))
        item.detail = ps_report_text(report, "%s %s", finding->why, finding->next);
    return item;
}

static size_t rows_shown(const struct ps_report *report, bool asked)
{
    size_t count = report->snapshot->finding_count, top = report->options->top;
    if (!asked && top == PS_TOP_DEFAULT)
        top = ROWS_IN_SUMMARY;
    return top > 0 && count > top ? top : count;
}

void ps_view_finding_notes(struct ps_report *report)
{
    const struct ps_snapshot *snapshot = report->snapshot;
    bool asked = (report->options->views & PS_VIEW_FINDINGS) != 0;
    bool reasons = asked || report->options->width >= WIDTH_OF_REASONS;
    size_t shown = rows_shown(report, asked), count = 0;
    struct ps_item *item = ps_report_alloc(report, shown + 1, sizeof(*item));
    struct ps_section *section = snapshot->finding_count > 0 ? ps_report_add(report, PS_SECTION_NOTES) : NULL;
    if (item == NULL || section == NULL)
        return;
    for (; count < shown; count++)
        item[count] = finding_item(report, count, reasons);
    if (shown < snapshot->finding_count) {
        char more[PS_UNITS_SIZE];
        (void)ps_units_count(more, snapshot->finding_count - shown, report->options->units_exact);
        item[count++] = (struct ps_item){
            .text = ps_report_text(report, "and %s more: --view findings%s", more, asked ? " --top 0" : ""),
            .mark = ""};
    }
    section->title = "FINDINGS";
    section->item = item;
    section->item_count = count;
}
