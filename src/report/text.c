/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports for people.
 */
#include <string.h>

#include "model.h"
#include "plain.h"

void ps_render_text(const struct ps_report *report, struct ps_out *out)
{
    for (size_t s = 0; s < report->section_count; s++) {
        const struct ps_section *section = &report->section[s];
        ps_out_format(out, "%s\n", section->title ? section->title : "");
        for (size_t index = 0; index < section->row_count; index++) {
            struct ps_report_row row;
            memset(row.cell, 0, sizeof(row.cell));
            section->fill(section, index, &row);
            for (size_t i = 0; i < section->column_count; i++) {
                char buffer[PS_UNITS_SIZE];
                if (section->column[i].title != NULL && row.cell[i].state == PS_CELL_VALUE)
                    ps_out_format(out, "  %s", ps_plain_text(section->column[i].type, &row.cell[i], buffer));
            }
            ps_out_char(out, '\n');
        }
    }
}
