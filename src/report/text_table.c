/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables for people. Columns leave by priority until the table fits; a wider terminal brings more
 * columns, not wider gaps. Knows column types, not what is in them.
 */
#include <stdio.h>
#include <string.h>

#include "text.h"

#define INDENT    1
#define GAP       2 /* before a column */
#define LABEL_GAP 1 /* between labels */
#define BAR_MIN   5
#define BAR_MAX   24

struct column {
    const struct ps_column *column;
    size_t index; /* in the section */
    size_t width;
    size_t content; /* columns that the cells need, without the title */
    bool label;
};

struct table {
    struct ps_text *text;
    const struct ps_section *section;
    struct column column[PS_COLUMNS_MAX];
    size_t count;
    uint64_t bar_part, bar_whole;  /* the longest bar */
    char other[PS_UNITS_SIZE + 8]; /* "other (17)"; "" when nothing was cut */
};

static bool is_bar(const struct column *column)
{
    return column->column->type == PS_COLUMN_BAR;
}

static bool is_left(enum ps_column_type type)
{
    return type == PS_COLUMN_TEXT || type == PS_COLUMN_ADDRESS || type == PS_COLUMN_PORT || type == PS_COLUMN_BAR ||
           type == PS_COLUMN_PROTOCOL || type == PS_COLUMN_TIME;
}

static void choose_columns(struct table *table)
{
    bool labels = true;
    for (size_t i = 0; i < table->section->column_count; i++) {
        const struct ps_column *column = &table->section->column[i];
        if (column->title == NULL)
            continue;
        labels = labels && column->title[0] == '\0' && is_left(column->type) && column->type != PS_COLUMN_BAR;
        table->column[table->count++] =
            (struct column){.column = column, .index = i, .width = ps_text_width(column->title), .label = labels};
    }
}

/* Widens the columns to hold a row. */
static void measure_row(struct table *table, size_t index)
{
    struct ps_report_row row;
    ps_section_fill(table->section, index, &row);
    for (size_t i = 0; i < table->count; i++) {
        struct column *column = &table->column[i];
        const struct ps_cell *cell = &row.cell[column->index];
        if (is_bar(column)) {
            column->width = column->content = BAR_MIN;
            /* One table's bars have one whole. */
            if (cell->state == PS_CELL_VALUE && cell->share.part > table->bar_part)
                table->bar_part = cell->share.part;
            continue;
        }
        char buffer[PS_UNITS_SIZE];
        size_t width = ps_text_width(ps_text_cell(table->text->options, column->column->type, cell, buffer));
        if (width > column->content)
            column->content = width;
        if (width > column->width)
            column->width = width;
    }
}

static size_t gap_before(const struct table *table, size_t i)
{
    if (i == 0)
        return INDENT;
    return table->column[i].label ? LABEL_GAP : GAP;
}

/* How narrow a column may get before its text is no use. */
static size_t shortest(const struct column *column)
{
    return column->column->shortest > 0 ? column->column->shortest : column->width;
}

/* Columns that are needed; `narrow`: with labels as short as they may get. */
static size_t needed(const struct table *table, bool narrow)
{
    size_t width = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->column[i];
        size_t own = column->width;
        if (narrow && own > shortest(column))
            own = shortest(column);
        width += own > 0 ? gap_before(table, i) + own : 0;
    }
    return width;
}

static void remove_column(struct table *table, size_t i)
{
    table->count--;
    memmove(&table->column[i], &table->column[i + 1], (table->count - i) * sizeof(table->column[0]));
}

/* A column in which no row has anything says nothing. */
static void drop_empty_columns(struct table *table)
{
    for (size_t i = table->count; i-- > 0;) {
        if (table->column[i].content == 0 && !table->column[i].label)
            remove_column(table, i);
    }
}

/* The priority of the columns that leave next; 0 when only those are left that stay. */
static uint8_t next_to_leave(const struct table *table)
{
    uint8_t priority = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (table->column[i].column->priority > priority)
            priority = table->column[i].column->priority;
    }
    return priority;
}

/* Columns of the same priority leave together: half a pair says little. */
static void drop_columns(struct table *table)
{
    uint8_t priority;
    while ((priority = next_to_leave(table)) > 0 && needed(table, priority == 1) > table->text->options->width) {
        for (size_t i = table->count; i-- > 0;) {
            if (table->column[i].column->priority == priority)
                remove_column(table, i);
        }
    }
}

/* Takes from the widest label until the table fits. */
static void narrow_labels(struct table *table)
{
    while (needed(table, false) > table->text->options->width) {
        struct column *widest = NULL;
        for (size_t i = 0; i < table->count; i++) {
            struct column *column = &table->column[i];
            if (column->width > shortest(column) && (widest == NULL || column->width > widest->width))
                widest = column;
        }
        if (widest == NULL)
            return;
        widest->width--;
    }
}

/* Where nothing else helps, titles are cut rather than numbers. */
static void narrow_titles(struct table *table)
{
    for (size_t i = table->count; i-- > 0;) {
        struct column *column = &table->column[i];
        if (needed(table, false) > table->text->options->width && !column->label)
            column->width = column->content;
    }
}

/* Columns from the left edge to the end of the labels. */
static size_t label_area(const struct table *table)
{
    size_t width = 0;
    for (size_t i = 0; i < table->count && table->column[i].label; i++)
        width += table->column[i].width > 0 ? gap_before(table, i) + table->column[i].width : 0;
    return width;
}

/* The title and "other (17)" stand over and below the labels: those are made wide enough. */
static void widen_labels(struct table *table)
{
    size_t wanted = table->section->title ? ps_text_width(table->section->title) : 0;
    size_t other = INDENT + ps_text_width(table->other);
    if (other > wanted)
        wanted = other;
    size_t last = table->count;
    for (size_t i = 0; i < table->count && table->column[i].label; i++)
        last = i;
    size_t area = label_area(table);
    if (last < table->count && area < wanted)
        table->column[last].width += wanted - area;
}

static void widen_bar(struct table *table)
{
    size_t width = needed(table, false), room = table->text->options->width;
    for (size_t i = 0; i < table->count && width < room; i++) {
        struct column *column = &table->column[i];
        if (!is_bar(column))
            continue;
        column->width += room - width;
        if (column->width > BAR_MAX)
            column->width = BAR_MAX;
    }
}

static void lay_out(struct table *table)
{
    choose_columns(table);
    for (size_t i = 0; i < table->section->row_count; i++)
        measure_row(table, i);
    if (table->section->cut > 0) {
        measure_row(table, PS_INDEX_OTHER);
        char count[PS_UNITS_SIZE];
        (void)ps_units_count(count, table->section->cut, table->text->options->units_exact);
        (void)snprintf(table->other, sizeof(table->other), "other (%s)", count);
    }
    drop_empty_columns(table);
    widen_labels(table);
    drop_columns(table);
    narrow_labels(table);
    narrow_titles(table);
    widen_bar(table);
}

static bool has_header(const struct table *table)
{
    bool any = table->section->title != NULL;
    for (size_t i = 0; i < table->count; i++)
        any = any || table->column[i].column->title[0] != '\0';
    return any;
}

static void print_header(const struct table *table)
{
    struct ps_text *text = table->text;
    if (!has_header(table))
        return;
    if (table->section->title != NULL)
        ps_text_put(text, PS_STYLE_TITLE, table->section->title);
    size_t end = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->column[i];
        const char *title = column->column->title;
        end += column->width > 0 ? gap_before(table, i) + column->width : 0;
        if (title[0] == '\0')
            continue;
        size_t width = ps_text_width(title);
        bool left = is_left(column->column->type) || width > column->width;
        ps_text_move(text, left ? end - column->width : end - width);
        ps_text_put_cut(text, PS_STYLE_NOTE, title, column->width);
    }
    ps_text_end(text);
}

static enum ps_style style_of(const struct column *column, const struct ps_cell *cell)
{
    static const enum ps_style styles[PS_CLASS_COUNT] = {
        [PS_CLASS_WELL_KNOWN] = PS_STYLE_WELL_KNOWN,
        [PS_CLASS_REGISTERED] = PS_STYLE_REGISTERED,
        [PS_CLASS_DYNAMIC] = PS_STYLE_DYNAMIC,
    };
    if (column->column->type == PS_COLUMN_PORT)
        return styles[ps_port_class(cell->port.port)];
    return PS_STYLE_PLAIN;
}

static void print_cell(const struct table *table, const struct column *column, const struct ps_cell *cell, size_t start)
{
    struct ps_text *text = table->text;
    if (cell->state != PS_CELL_VALUE)
        return;
    if (is_bar(column)) {
        char bar[4 * BAR_MAX + 1];
        ps_text_bar(bar, column->width, cell->share.part, table->bar_part, text->options->utf8);
        ps_text_move(text, start);
        ps_text_put(text, PS_STYLE_BAR, bar);
        return;
    }
    char buffer[PS_UNITS_SIZE];
    const char *word = ps_text_cell(text->options, column->column->type, cell, buffer);
    size_t width = ps_text_width(word);
    bool left = is_left(column->column->type);
    ps_text_move(text, left || width > column->width ? start : start + column->width - width);
    while (left && *word == ' ') {
        ps_text_skip(text, 1);
        word++;
    }
    ps_text_put_cut(text, style_of(column, cell), word, column->width);
}

static void print_row(const struct table *table, size_t index)
{
    struct ps_report_row row;
    ps_section_fill(table->section, index, &row);
    if (index == PS_INDEX_OTHER) {
        ps_text_move(table->text, INDENT);
        ps_text_put(table->text, PS_STYLE_PLAIN, table->other);
    }
    size_t start = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->column[i];
        if (column->width == 0)
            continue;
        start += gap_before(table, i);
        if (index != PS_INDEX_OTHER || !column->label)
            print_cell(table, column, &row.cell[column->index], start);
        start += column->width;
    }
    ps_text_end(table->text);
}

void ps_text_table(struct ps_text *text, const struct ps_section *section)
{
    struct table table = {.text = text, .section = section};
    lay_out(&table);
    print_header(&table);
    for (size_t i = 0; i < section->row_count; i++)
        print_row(&table, i);
    if (section->cut > 0)
        print_row(&table, PS_INDEX_OTHER);
    if (section->note != NULL) {
        ps_text_move(text, INDENT + 1);
        ps_text_wrap(text, PS_STYLE_NOTE, section->note, INDENT + 1);
        ps_text_end(text);
    }
}
