/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports for people: one section after the other. Tables are text_table.c's; here are the kinds
 * that are only for people.
 */
#include "text.h"

#include <string.h>

#define INDENT 2

void ps_text_flow(struct ps_text *text, const struct ps_section *section)
{
    if (section->title != NULL) {
        ps_text_put(text, PS_STYLE_TITLE, section->title);
        if (section->lead != NULL) {
            ps_text_skip(text, 3);
            ps_text_wrap(text, PS_STYLE_PLAIN, section->lead, INDENT);
        }
        ps_text_end(text);
    }
    /* What is seen of a separator belongs to the item before it, its blanks to the one behind. */
    char mark[8] = "";
    size_t seen = strcspn(section->separator, " "), blanks = ps_text_width(section->separator) - seen;
    memcpy(mark, section->separator, seen < sizeof(mark) ? seen : 0);
    ps_text_move(text, section->title != NULL || section->indented ? INDENT : 0);
    for (size_t i = 0; i < section->item_count; i++) {
        const char *item = section->item[i].text;
        if (i > 0 && text->at + blanks + ps_text_width(item) + seen > text->options->width) {
            ps_text_end(text);
            ps_text_move(text, INDENT);
        } else if (i > 0) {
            ps_text_skip(text, blanks);
        }
        ps_text_wrap(text, PS_STYLE_PLAIN, item, INDENT);
        if (i + 1 < section->item_count)
            ps_text_put(text, PS_STYLE_PLAIN, mark);
    }
    ps_text_end(text);
}

static void print_note(struct ps_text *text, const struct ps_item *item, size_t mark_width)
{
    const char *mark = item->mark != NULL ? item->mark : item->alarm ? "!" : ".";
    size_t indent = mark_width + 1, width = ps_text_width(mark);
    ps_text_skip(text, mark_width > width ? mark_width - width : 0);
    ps_text_put(text, item->alarm ? PS_STYLE_ALARM : PS_STYLE_PLAIN, mark);
    ps_text_move(text, indent);
    ps_text_wrap(text, PS_STYLE_PLAIN, item->text, indent);
    ps_text_end(text);
    if (item->detail != NULL) {
        ps_text_move(text, indent + INDENT);
        ps_text_wrap(text, PS_STYLE_NOTE, item->detail, indent + INDENT);
        ps_text_end(text);
    }
}

void ps_text_notes(struct ps_text *text, const struct ps_section *section)
{
    size_t mark_width = section->title != NULL ? INDENT + 1 : 1;
    if (section->title != NULL) {
        ps_text_put(text, PS_STYLE_TITLE, section->title);
        ps_text_end(text);
    }
    for (size_t i = 0; i < section->item_count; i++)
        print_note(text, &section->item[i], mark_width);
}

void ps_text_series(struct ps_text *text, const struct ps_section *section)
{
    size_t around = INDENT + ps_text_width(section->before) + 1 + 3 + ps_text_width(section->after);
    size_t width = text->options->width;
    if (around + 8 > width)
        return; /* too narrow to show anything */
    size_t room = width - around;
    size_t per_column = (section->value_count + room - 1) / room;
    uint64_t top = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < section->value_count; i += per_column) {
            uint64_t sum = 0;
            for (size_t k = i; k < i + per_column && k < section->value_count; k++)
                sum += section->value[k];
            if (pass == 0) {
                top = sum > top ? sum : top;
                continue;
            }
            if (i == 0) {
                ps_text_move(text, INDENT);
                ps_text_put(text, PS_STYLE_PLAIN, section->before);
                ps_text_skip(text, 1);
            }
            const char *height = ps_text_height(sum, top, text->options->utf8);
            if (height[0] == ' ')
                ps_text_skip(text, 1);
            else
                ps_text_put(text, PS_STYLE_BAR, height);
        }
    }
    ps_text_skip(text, 3);
    ps_text_put(text, PS_STYLE_PLAIN, section->after);
    ps_text_end(text);
}

static bool is_empty(const struct ps_section *section)
{
    switch (section->kind) {
    case PS_SECTION_TABLE:
        return section->row_count == 0;
    case PS_SECTION_FLOW:
    case PS_SECTION_NOTES:
        return section->item_count == 0;
    case PS_SECTION_SERIES:
        return section->value_count == 0;
    default:
        return true; /* objects are for programs */
    }
}

void ps_render_text(const struct ps_report *report, struct ps_out *out)
{
    struct ps_text text = {.out = out, .options = report->options};
    bool first = true;
    for (size_t i = 0; i < report->section_count; i++) {
        const struct ps_section *section = &report->section[i];
        if (is_empty(section))
            continue;
        if (!first && !section->attached)
            ps_text_end(&text);
        first = false;
        if (section->kind == PS_SECTION_TABLE)
            ps_text_table(&text, section);
        else if (section->kind == PS_SECTION_FLOW)
            ps_text_flow(&text, section);
        else if (section->kind == PS_SECTION_NOTES)
            ps_text_notes(&text, section);
        else
            ps_text_series(&text, section);
    }
}
