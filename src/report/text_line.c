/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of text: columns, colours, wrapping. No line gets wider than the terminal and none ends in
 * a blank. Text is UTF-8 that is already safe to print.
 */
#include <string.h>

#include "text.h"

static const char *const colors[PS_STYLE_COUNT] = {
    [PS_STYLE_PLAIN] = "",
    [PS_STYLE_TITLE] = "\033[1m",
    [PS_STYLE_NOTE] = "\033[2m",
    [PS_STYLE_ALARM] = "\033[1;31m",
    [PS_STYLE_BAR] = "\033[34m",
    [PS_STYLE_WELL_KNOWN] = "\033[32m",
    [PS_STYLE_REGISTERED] = "\033[36m",
    [PS_STYLE_DYNAMIC] = "\033[35m",
};

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t ps_text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += !is_tail(*text);
    return width;
}

/* Bytes of the first `columns` columns. */
static size_t prefix_length(const char *text, size_t columns)
{
    size_t length = 0;
    while (text[length] != '\0' && (columns > 0 || is_tail(text[length]))) {
        if (!is_tail(text[length]))
            columns--;
        length++;
    }
    return length;
}

static size_t columns_left(const struct ps_text *text)
{
    size_t used = text->at + text->gap;
    return used < text->options->width ? text->options->width - used : 0;
}

/* Words of one style that follow each other are one stretch of its colour. */
static void switch_style(struct ps_text *text, enum ps_style style)
{
    if (style == text->style)
        return;
    if (text->options->color && text->style != PS_STYLE_PLAIN)
        ps_out_text(text->out, "\033[0m");
    if (text->options->color && style != PS_STYLE_PLAIN)
        ps_out_text(text->out, colors[style]);
    text->style = style;
}

/* Writes `length` bytes that take `width` columns. */
static void put_bytes(struct ps_text *text, enum ps_style style, const char *bytes, size_t length, size_t width)
{
    if (width == 0)
        return;
    if (style != text->style)
        switch_style(text, PS_STYLE_PLAIN);
    ps_out_repeat(text->out, ' ', text->gap);
    switch_style(text, style);
    ps_out_bytes(text->out, bytes, length);
    text->at += text->gap + width;
    text->gap = 0;
}

void ps_text_skip(struct ps_text *text, size_t columns)
{
    text->gap += columns;
}

void ps_text_move(struct ps_text *text, size_t column)
{
    if (text->at + text->gap < column)
        text->gap = column - text->at;
}

void ps_text_put(struct ps_text *text, enum ps_style style, const char *word)
{
    size_t width = ps_text_width(word), left = columns_left(text);
    if (width > left)
        width = left;
    put_bytes(text, style, word, prefix_length(word, width), width);
}

void ps_text_put_cut(struct ps_text *text, enum ps_style style, const char *word, size_t columns)
{
    const char *mark = text->options->utf8 ? "\xe2\x80\xa6" : "..";
    size_t mark_width = ps_text_width(mark);
    if (ps_text_width(word) <= columns || columns <= mark_width) {
        ps_text_put(text, style, word);
        return;
    }
    size_t width = columns - mark_width;
    put_bytes(text, style, word, prefix_length(word, width), width);
    ps_text_put(text, style, mark);
}

void ps_text_end(struct ps_text *text)
{
    switch_style(text, PS_STYLE_PLAIN);
    ps_out_char(text->out, '\n');
    text->at = 0;
    text->gap = 0;
}

/* Writes one word, broken where it is longer than a line. */
static void wrap_word(struct ps_text *text, enum ps_style style, const char *word, size_t length, size_t indent)
{
    while (length > 0) {
        size_t left = columns_left(text), fits = prefix_length(word, left);
        if (fits > length)
            fits = length;
        char piece[4 * 64];
        if (fits > sizeof(piece) - 1) {
            fits = sizeof(piece) - 1;
            while (is_tail(word[fits]))
                fits--;
        }
        memcpy(piece, word, fits);
        piece[fits] = '\0';
        put_bytes(text, style, piece, fits, ps_text_width(piece));
        word += fits;
        length -= fits;
        if (length > 0 && columns_left(text) == 0) {
            ps_text_end(text);
            ps_text_move(text, indent);
        }
    }
}

void ps_text_wrap(struct ps_text *text, enum ps_style style, const char *words, size_t indent)
{
    bool first = true;
    while (*words != '\0') {
        size_t length = strcspn(words, " \n");
        size_t width = 0;
        for (size_t i = 0; i < length; i++)
            width += !is_tail(words[i]);
        if (!first && width + 1 > columns_left(text)) {
            ps_text_end(text);
            ps_text_move(text, indent);
        } else if (!first) {
            ps_text_skip(text, 1);
        }
        first = false;
        wrap_word(text, style, words, length, indent);
        words += length;
        words += strspn(words, " \n");
    }
}
