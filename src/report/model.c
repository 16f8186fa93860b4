/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The report model's own memory and small constructors. Knows nothing of any view or renderer.
 */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portsniff/printable.h"

/* A chain of allocations, freed together. */
struct ps_block {
    struct ps_block *next;
    max_align_t data[];
};

void ps_report_init(struct ps_report *report, const struct ps_snapshot *snapshot, const struct ps_names *names,
                    const struct ps_report_options *options)
{
    *report = (struct ps_report){.snapshot = snapshot, .names = names, .options = options};
}

void ps_report_finish(struct ps_report *report)
{
    for (struct ps_block *block = report->blocks; block != NULL;) {
        struct ps_block *next = block->next;
        free(block);
        block = next;
    }
    report->blocks = NULL;
    report->section_count = 0;
}

void *ps_report_alloc(struct ps_report *report, size_t count, size_t size)
{
    struct ps_block *block = NULL;
    if (size == 0 || count <= (SIZE_MAX - sizeof(*block)) / size)
        block = calloc(1, sizeof(*block) + count * size);
    if (block == NULL) {
        report->failed = true;
        return NULL;
    }
    block->next = report->blocks;
    report->blocks = block;
    return block->data;
}

const char *ps_report_text(struct ps_report *report, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length >= 0 ? ps_report_alloc(report, (size_t)length + 1, 1) : NULL;
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text != NULL ? text : "";
}

const char *ps_report_printable(struct ps_report *report, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = ps_report_alloc(report, size, 1);
    if (copy == NULL)
        return "";
    return report->options->utf8 ? ps_printable(copy, size, text) : ps_printable_ascii(copy, size, text);
}

struct ps_section *ps_report_add(struct ps_report *report, enum ps_section_kind kind)
{
    if (report->section_count == PS_SECTIONS_MAX) {
        report->failed = true;
        return NULL;
    }
    struct ps_section *section = &report->section[report->section_count++];
    *section = (struct ps_section){.kind = kind};
    return section;
}

struct ps_section *ps_report_add_table(struct ps_report *report, const char *path, const char *title, size_t rows)
{
    struct ps_section *section = ps_report_add(report, PS_SECTION_TABLE);
    if (section == NULL)
        return NULL;
    section->path = path;
    section->title = title;
    section->row_count = rows;
    size_t top = report->options->top;
    if (top > 0 && rows > top) {
        section->row_count = top;
        section->cut = rows - top;
    }
    return section;
}

void ps_section_evicted(struct ps_section *section, uint64_t rows)
{
    section->cut += (size_t)rows;
}

void ps_section_fill(const struct ps_section *section, size_t index, struct ps_report_row *row)
{
    memset(row->cell, 0, section->column_count * sizeof(row->cell[0]));
    section->fill(section, index, row);
}

const void *const *ps_report_order(struct ps_report *report, const void *rows, size_t count, size_t size,
                                   int (*compare)(const void *, const void *))
{
    const void **order = ps_report_alloc(report, count, sizeof(*order));
    if (order == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        order[i] = (const char *)rows + i * size;
    qsort(order, count, sizeof(*order), compare);
    return order;
}

struct ps_cell ps_cell_null(void)
{
    return (struct ps_cell){.state = PS_CELL_NULL};
}

struct ps_cell ps_cell_text(const char *text)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .text = text};
}

struct ps_cell ps_cell_name(const char *text)
{
    return text[0] != '\0' ? ps_cell_text(text) : ps_cell_null();
}

struct ps_cell ps_cell_number(uint64_t number)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .number = number};
}

struct ps_cell ps_cell_flag(bool flag)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .flag = flag};
}

struct ps_cell ps_cell_time(int64_t time_ns)
{
    if (time_ns == PS_TIME_NONE)
        return ps_cell_null();
    return (struct ps_cell){.state = PS_CELL_VALUE, .time_ns = time_ns};
}

struct ps_cell ps_cell_share(uint64_t part, uint64_t whole)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .share = {part, whole}};
}

struct ps_cell ps_cell_port(uint8_t transport, uint16_t port)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .port = {port, transport}};
}

struct ps_cell ps_cell_address(const struct ps_address *address, uint8_t family)
{
    return (struct ps_cell){.state = PS_CELL_VALUE, .address = {.address = address, .family = family}};
}

struct ps_cell ps_cell_number_if(bool condition, uint64_t number)
{
    return condition ? ps_cell_number(number) : ps_cell_null();
}
