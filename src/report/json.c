/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports as JSON (RFC 8259), written as it goes: one document over several lines, or, as JSON
 * lines, on a single one. Sections and columns say by their paths where they stand ("capture" and
 * "sent.packets"); this file opens and closes the objects on the way.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "json_string.h"
#include "model.h"
#include "plain.h"

/* Deeper objects, and the rows of tables, stay on one line. */
#define DEPTH_OF_LINES 2

#define PATH_MAX_LENGTH 96

struct json {
    struct ps_out *out;
    bool lines;
    bool first;                      /* nothing stands yet in the innermost open object */
    char directory[PATH_MAX_LENGTH]; /* of the open objects, each with its dot: "capture.segmented." */
};

/* Length of the leading directories that two paths share, dots included. */
static size_t shared_directories(const char *a, const char *b)
{
    size_t shared = 0;
    for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++) {
        if (a[i] == '.')
            shared = i + 1;
    }
    return shared;
}

static size_t count_dots(const char *path)
{
    size_t dots = 0;
    for (; *path != '\0'; path++)
        dots += *path == '.';
    return dots;
}

/* A new line for something inside the object at `depth`, or for the brace that ends it. */
static void break_line(struct json *json, size_t depth, size_t indent)
{
    if (json->lines && depth <= DEPTH_OF_LINES) {
        ps_out_char(json->out, '\n');
        ps_out_repeat(json->out, ' ', 2 * indent);
    }
}

/* Closes the innermost `count` objects. */
static void close_objects(struct json *json, size_t count)
{
    size_t depth = 1 + count_dots(json->directory);
    for (; count > 0; count--, depth--) {
        break_line(json, depth, depth - 1);
        ps_out_char(json->out, '}');
        json->first = false;
    }
}

static void write_key(struct json *json, const char *name, size_t length, size_t depth)
{
    if (!json->first)
        ps_out_char(json->out, ',');
    break_line(json, depth, depth);
    ps_out_char(json->out, '"');
    ps_out_bytes(json->out, name, length);
    ps_out_text(json->out, json->lines && depth <= DEPTH_OF_LINES ? "\": " : "\":");
    json->first = false;
}

/* Moves to the object that holds the member at `path`, and writes the member's key. */
static void begin_member(struct json *json, const char *path)
{
    size_t shared = shared_directories(json->directory, path);
    close_objects(json, count_dots(json->directory + shared));
    json->directory[shared] = '\0';
    size_t depth = 1 + count_dots(json->directory);
    const char *name = path + shared;
    for (const char *dot; (dot = strchr(name, '.')) != NULL; name = dot + 1, depth++) {
        write_key(json, name, (size_t)(dot - name), depth);
        ps_out_char(json->out, '{');
        json->first = true;
    }
    size_t length = (size_t)(name - path);
    assert(length < sizeof(json->directory));
    memcpy(json->directory, path, length);
    json->directory[length] = '\0';
    write_key(json, name, strlen(name), depth);
}

static void write_list(struct ps_out *out, const struct ps_cell *cell)
{
    ps_out_char(out, '[');
    for (size_t i = 0; i < cell->list.count; i++) {
        if (i > 0)
            ps_out_char(out, ',');
        ps_json_string(out, cell->list.item[i]);
    }
    ps_out_char(out, ']');
}

static void write_value(struct ps_out *out, enum ps_column_type type, const struct ps_cell *cell)
{
    char buffer[PS_UNITS_SIZE];
    if (cell->state != PS_CELL_VALUE) {
        ps_out_text(out, "null");
        return;
    }
    /* Nearly all of a long table: these must be quick. */
    if (type == PS_COLUMN_NUMBER || type == PS_COLUMN_BYTES) {
        ps_out_u64(out, cell->number);
        return;
    }
    if (type == PS_COLUMN_PORT) {
        ps_out_u64(out, cell->port.port);
        return;
    }
    switch (ps_plain_kind(type)) {
    case PS_PLAIN_STRING:
        ps_json_string(out, ps_plain_text(type, cell, buffer));
        break;
    case PS_PLAIN_NUMBER:
        ps_out_text(out, ps_plain_text(type, cell, buffer));
        break;
    case PS_PLAIN_LIST:
        write_list(out, cell);
        break;
    case PS_PLAIN_FAULT:
        ps_out_text(out, "{\"offset\":");
        ps_out_u64(out, cell->fault.offset);
        ps_out_text(out, ",\"text\":");
        ps_json_string(out, cell->fault.text);
        ps_out_char(out, '}');
        break;
    }
}

/* The members of one row, each at `directory` (which ends in a dot, or is empty) + its path. */
static void write_members(struct json *json, const char *directory, const struct ps_section *section,
                          const struct ps_report_row *row)
{
    for (size_t i = 0; i < section->column_count; i++) {
        const struct ps_column *column = &section->column[i];
        if (column->path == NULL || row->cell[i].state == PS_CELL_ABSENT)
            continue;
        char path[PATH_MAX_LENGTH];
        int length = snprintf(path, sizeof(path), "%s%s", directory, column->path);
        assert(length >= 0 && (size_t)length < sizeof(path));
        (void)length;
        begin_member(json, path);
        write_value(json->out, column->type, &row->cell[i]);
    }
}

static void write_object(struct json *json, const struct ps_section *section)
{
    struct ps_report_row row;
    char directory[PATH_MAX_LENGTH];
    ps_section_fill(section, 0, &row);
    (void)snprintf(directory, sizeof(directory), "%s%s", section->path, section->path[0] != '\0' ? "." : "");
    write_members(json, directory, section, &row);
}

/* What stands before a column's value, the same in every row. */
struct lead_in {
    size_t closes; /* braces that end the objects of the column before */
    size_t length;
    char text[PATH_MAX_LENGTH];
};

static void make_lead_ins(const struct ps_section *section, struct lead_in lead_in[PS_COLUMNS_MAX], size_t *ret_open)
{
    char directory[PATH_MAX_LENGTH] = "";
    bool first = true;
    for (size_t i = 0; i < section->column_count; i++) {
        const char *path = section->column[i].path;
        if (path == NULL)
            continue;
        size_t shared = shared_directories(directory, path), used = 0;
        char *text = lead_in[i].text;
        lead_in[i].closes = count_dots(directory + shared);
        if (!first)
            text[used++] = ',';
        first = false;
        assert(2 * strlen(path) + 8 < PATH_MAX_LENGTH);
        text[used++] = '"';
        for (const char *c = path + shared; *c != '\0'; c++) {
            if (*c == '.') {
                memcpy(text + used, "\":{\"", 4);
                used += 4;
            } else {
                text[used++] = *c;
            }
        }
        memcpy(text + used, "\":", 2);
        lead_in[i].length = used + 2;
        const char *dot = strrchr(path, '.');
        (void)snprintf(directory, sizeof(directory), "%.*s", dot ? (int)(dot - path + 1) : 0, path);
    }
    *ret_open = count_dots(directory);
}

/* A row in which every column has a cell: what stands before the values is the same in every row. */
static void write_full_row(struct ps_out *out, const struct ps_section *section, const struct lead_in *lead_in,
                           const struct ps_report_row *row)
{
    for (size_t i = 0; i < section->column_count; i++) {
        if (section->column[i].path == NULL)
            continue;
        ps_out_repeat(out, '}', lead_in[i].closes);
        ps_out_bytes(out, lead_in[i].text, lead_in[i].length);
        write_value(out, section->column[i].type, &row->cell[i]);
    }
}

/* Any other row, a member at a time, on one line. */
static void write_partial_row(struct ps_out *out, const struct ps_section *section, const struct ps_report_row *row)
{
    struct json json = {.out = out, .lines = false, .first = true};
    write_members(&json, "", section, row);
    ps_out_repeat(out, '}', count_dots(json.directory));
}

static bool is_full(const struct ps_section *section, const struct ps_report_row *row)
{
    for (size_t i = 0; i < section->column_count; i++) {
        if (section->column[i].path != NULL && row->cell[i].state == PS_CELL_ABSENT)
            return false;
    }
    return true;
}

static void write_rows(struct json *json, const struct ps_section *section)
{
    struct lead_in lead_in[PS_COLUMNS_MAX] = {{.closes = 0}};
    size_t open = 0;
    make_lead_ins(section, lead_in, &open);
    struct ps_out *out = json->out;
    size_t depth = 1 + count_dots(json->directory);
    for (size_t index = 0; index < section->row_count; index++) {
        struct ps_report_row row;
        ps_section_fill(section, index, &row);
        if (index > 0)
            ps_out_char(out, ',');
        break_line(json, depth, depth + 1);
        ps_out_char(out, '{');
        if (is_full(section, &row)) {
            write_full_row(out, section, lead_in, &row);
            ps_out_repeat(out, '}', open);
        } else {
            write_partial_row(out, section, &row);
        }
        ps_out_char(out, '}');
    }
}

static void write_table(struct json *json, const struct ps_section *section)
{
    begin_member(json, section->path);
    ps_out_char(json->out, '[');
    write_rows(json, section);
    size_t depth = 1 + count_dots(json->directory);
    if (section->row_count > 0)
        break_line(json, depth, depth);
    ps_out_char(json->out, ']');
}

/* The member "other": for each table that was cut, how many rows and their sums. */
static void write_other(struct json *json, const struct ps_report *report)
{
    bool any = false;
    for (size_t i = 0; i < report->section_count; i++) {
        const struct ps_section *section = &report->section[i];
        if (section->kind != PS_SECTION_TABLE || section->path == NULL || section->cut == 0)
            continue;
        struct ps_report_row row;
        ps_section_fill(section, PS_INDEX_OTHER, &row);
        char directory[PATH_MAX_LENGTH], path[PATH_MAX_LENGTH + 8];
        (void)snprintf(directory, sizeof(directory), "other.%s.", section->path);
        (void)snprintf(path, sizeof(path), "%srows", directory);
        begin_member(json, path);
        ps_out_u64(json->out, section->cut);
        write_members(json, directory, section, &row);
        any = true;
    }
    if (!any) {
        begin_member(json, "other");
        ps_out_text(json->out, "{}");
    }
}

static void write_document(const struct ps_report *report, struct ps_out *out, bool lines)
{
    struct json json = {.out = out, .lines = lines, .first = true};
    ps_out_char(out, '{');
    for (size_t i = 0; i < report->section_count; i++) {
        const struct ps_section *section = &report->section[i];
        if (section->path == NULL)
            continue;
        if (section->kind == PS_SECTION_OBJECT)
            write_object(&json, section);
        else if (section->kind == PS_SECTION_TABLE)
            write_table(&json, section);
    }
    write_other(&json, report);
    close_objects(&json, 1 + count_dots(json.directory));
    ps_out_char(out, '\n');
}

void ps_render_json(const struct ps_report *report, struct ps_out *out)
{
    write_document(report, out, true);
}

void ps_render_jsonl(const struct ps_report *report, struct ps_out *out)
{
    write_document(report, out, false);
}
