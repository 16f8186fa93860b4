/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One table as comma-separated values, RFC 4180 (lines end in CR LF). Paths become column names:
 * "sent.packets" is sent_packets. Null is an empty field. Rows that were cut are one last row that
 * begins with `other`.
 */
#include "csv.h"

#include <string.h>

#include "model.h"
#include "plain.h"

void ps_csv_field(struct ps_out *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        ps_out_text(out, text);
        return;
    }
    ps_out_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            ps_out_char(out, '"');
        ps_out_char(out, *text);
    }
    ps_out_char(out, '"');
}

static void write_cell(struct ps_out *out, enum ps_column_type type, const struct ps_cell *cell)
{
    char buffer[PS_UNITS_SIZE];
    if (cell->state != PS_CELL_VALUE)
        return;
    if (type == PS_COLUMN_NUMBER || type == PS_COLUMN_BYTES)
        ps_out_u64(out, cell->number);
    else
        ps_csv_field(out, ps_plain_text(type, cell, buffer));
}

static bool has_field(const struct ps_column *column)
{
    return column->path != NULL && column->type != PS_COLUMN_NOTHING;
}

static void write_header(const struct ps_section *table, bool interval, struct ps_out *out)
{
    const char *separator = "";
    if (interval) {
        ps_out_text(out, "interval_start,interval_end");
        separator = ",";
    }
    for (size_t i = 0; i < table->column_count; i++) {
        if (!has_field(&table->column[i]))
            continue;
        ps_out_text(out, separator);
        for (const char *c = table->column[i].path; *c != '\0'; c++) {
            if (*c == '.')
                ps_out_char(out, '_');
            else
                ps_out_char(out, *c);
        }
        separator = ",";
    }
    ps_out_text(out, "\r\n");
}

static void write_interval(const struct ps_snapshot *snapshot, struct ps_out *out)
{
    char buffer[PS_UNITS_SIZE];
    if (snapshot->interval_set && snapshot->interval_start_ns != PS_TIME_NONE) {
        ps_out_text(out, ps_units_iso_time(buffer, snapshot->interval_start_ns));
        ps_out_char(out, ',');
        ps_out_text(out, ps_units_iso_time(buffer, snapshot->interval_end_ns));
        ps_out_char(out, ',');
    } else {
        ps_out_text(out, ",,");
    }
}

static void write_row(const struct ps_section *table, size_t index, struct ps_out *out)
{
    struct ps_report_row row;
    ps_section_fill(table, index, &row);
    bool first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!has_field(&table->column[i]))
            continue;
        if (!first)
            ps_out_char(out, ',');
        if (first && index == PS_INDEX_OTHER)
            ps_out_text(out, "other");
        else
            write_cell(out, table->column[i].type, &row.cell[i]);
        first = false;
    }
    ps_out_text(out, "\r\n");
}

void ps_render_csv(const struct ps_report *report, struct ps_out *out)
{
    /* A document that neither begins the output nor is an interval is the final one behind the
     * intervals: its lines keep the interval's columns, empty. */
    bool interval = report->snapshot->interval_set || !report->options->csv_header;
    for (size_t i = 0; i < report->section_count; i++) {
        const struct ps_section *table = &report->section[i];
        if (table->kind != PS_SECTION_TABLE)
            continue;
        if (report->options->csv_header)
            write_header(table, interval, out);
        for (size_t index = 0; index < table->row_count; index++) {
            if (interval)
                write_interval(report->snapshot, out);
            write_row(table, index, out);
        }
        if (table->cut > 0) {
            if (interval)
                write_interval(report->snapshot, out);
            write_row(table, PS_INDEX_OTHER, out);
        }
        break; /* one table */
    }
}
