/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error sentences, made safe for a terminal: whatever came in through an argument (a file name, bytes of a file) cannot
 * carry control characters out, nor a line break that would make its rest look like a line of portsniff's own.
 */
#include "portsniff/error.h"

#include <langinfo.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "portsniff/printable.h"

/* No format is longer. */
#define FORMAT_MAX 1024

/* Formats with `mark` in the place of every line break that the format itself has. */
static void format_marked(struct ps_error *to, char mark, const char *format, va_list arguments)
{
    char marked[FORMAT_MAX];
    size_t length = 0;
    for (; length < sizeof(marked) - 1 && format[length] != '\0'; length++)
        marked[length] = format[length] == '\n' ? mark : format[length];
    marked[length] = '\0';
    va_list again;
    va_copy(again, arguments);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the caller's format was checked where it stands */
    if (vsnprintf(to->text, sizeof(to->text), marked, again) < 0)
        to->text[0] = '\0';
#pragma GCC diagnostic pop
    va_end(again);
}

/* Where two texts of the same arguments differ is a mark, and so a line break of the format; all others are not. What
 * is printable is never longer than it was, so it fits. */
static void join_lines(struct ps_error *error, struct ps_error *text, const struct ps_error *other)
{
    const bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    size_t used = 0;
    const char *line = text->text;
    for (size_t at = 0;; at++) {
        const char c = text->text[at];
        const bool breaks = c != other->text[at];
        if (c != '\0' && !breaks)
            continue;
        text->text[at] = '\0';
        char *to = error->text + used;
        const size_t size = sizeof(error->text) - used;
        used += strlen(utf8 ? ps_printable(to, size, line) : ps_printable_ascii(to, size, line));
        if (!breaks)
            return;
        line = text->text + at + 1;
        error->text[used++] = '\n';
        error->text[used] = '\0';
    }
}

int ps_error_vset(struct ps_error *error, const char *format, va_list arguments)
{
    if (!error)
        return -1;
    struct ps_error text = {""}, other = {""};
    format_marked(&text, '\1', format, arguments);
    format_marked(&other, '\2', format, arguments);
    join_lines(error, &text, &other);
    return -1;
}

int ps_error_set(struct ps_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ps_error_vset(error, format, arguments);
    va_end(arguments);
    return -1;
}

int ps_error_copy(struct ps_error *error, const char *sentence)
{
    if (error)
        snprintf(error->text, sizeof(error->text), "%s", sentence);
    return -1;
}
