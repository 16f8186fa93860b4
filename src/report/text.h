/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text for people, shared by the files text*.c: a line that is never wider than the terminal, and
 * the renderers of each kind of section.
 */
#ifndef PORTSNIFF_REPORT_TEXT_H
#define PORTSNIFF_REPORT_TEXT_H

#include "model.h"
#include "units.h"

/* Colours repeat what the text says; without them nothing is missing. */
enum ps_style {
    PS_STYLE_PLAIN,
    PS_STYLE_TITLE,
    PS_STYLE_NOTE,
    PS_STYLE_ALARM,
    PS_STYLE_BAR,
    PS_STYLE_WELL_KNOWN, /* a port, by its range */
    PS_STYLE_REGISTERED,
    PS_STYLE_DYNAMIC,
    PS_STYLE_COUNT
};

struct ps_text {
    struct ps_out *out;
    const struct ps_report_options *options;
    size_t at;           /* columns of the line that are used */
    size_t gap;          /* blanks that come before the next visible thing; never at the end of a line */
    enum ps_style style; /* whose colour is switched on; no line begins or ends with one */
};

/* Columns that UTF-8 text takes: one per code point. */
size_t ps_text_width(const char *text);

void ps_text_skip(struct ps_text *text, size_t columns);
/* Moves to a column; does nothing when the line is there or beyond. */
void ps_text_move(struct ps_text *text, size_t column);
/* Writes a word, cut at the terminal's edge. */
void ps_text_put(struct ps_text *text, enum ps_style style, const char *word);
/* The same, cut to `columns`, with two dots (or an ellipsis) where something is missing. */
void ps_text_put_cut(struct ps_text *text, enum ps_style style, const char *word, size_t columns);
void ps_text_end(struct ps_text *text);
/* Writes words over as many lines as they need; the lines behind the first begin at `indent`. */
void ps_text_wrap(struct ps_text *text, enum ps_style style, const char *words, size_t indent);

void ps_text_table(struct ps_text *text, const struct ps_section *section);
void ps_text_flow(struct ps_text *text, const struct ps_section *section);
void ps_text_notes(struct ps_text *text, const struct ps_section *section);
void ps_text_series(struct ps_text *text, const struct ps_section *section);

/* A cell as people read it, in `buffer` or in the cell's own text. Bars are drawn by ps_text_bar. */
const char *ps_text_cell(const struct ps_report_options *options, enum ps_column_type type, const struct ps_cell *cell,
                         char buffer[PS_UNITS_SIZE]);
/* A bar of at most `columns` columns for part of whole; `to` has at least 4 bytes per column. */
void ps_text_bar(char *to, size_t columns, uint64_t part, uint64_t whole, bool utf8);
/* One character for a height, 0 to `top`. */
const char *ps_text_height(uint64_t height, uint64_t top, bool utf8);

#endif
