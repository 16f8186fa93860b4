/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --help: one screen of 24 lines by 80 columns, made of the option table.
 */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "portsniff/cli.h"

/* Columns of the screen, and where the right-hand side begins. */
#define SCREEN_WIDTH 79
#define HELP_COLUMN  29

/* Adds text, cut rather than overflowing: a test holds --help against the table. */
static void append(char *to, size_t size, const char *text)
{
    const size_t used = strlen(to);

    snprintf(to + used, size - used, "%s", text);
}

/* "tables: summary (default), ports, pairs" */
static void describe(const struct ps_option *option, char *to, size_t size)
{
    const char *separator = ": ";

    to[0] = '\0';
    append(to, size, option->help);
    for (const struct ps_word *word = option->words; word != NULL && word->name != NULL; word++) {
        if (word->later != NULL)
            continue;
        append(to, size, separator);
        append(to, size, word->name);
        if (option->standard != NULL && strcmp(option->standard, word->name) == 0)
            append(to, size, " (default)");
        separator = ", ";
    }
    if (option->words == NULL && option->standard != NULL) {
        append(to, size, " (default ");
        append(to, size, option->standard);
        append(to, size, ")");
    }
}

/* " -r, --read FILE", padded to the help column. */
static void write_left(const struct ps_option *option, struct ps_out *out)
{
    char left[64];

    if (option->letter != '\0')
        snprintf(left, sizeof(left), " -%c, ", option->letter);
    else
        snprintf(left, sizeof(left), "     ");
    append(left, sizeof(left), "--");
    append(left, sizeof(left), option->name);
    if (option->argument != NULL) {
        append(left, sizeof(left), " ");
        append(left, sizeof(left), option->argument);
    }
    ps_out_format(out, "%-*s", HELP_COLUMN, left);
}

/* How many bytes of `text` fit in one line when lines are broken at blanks. */
static size_t line_length(const char *text)
{
    const size_t room = SCREEN_WIDTH - HELP_COLUMN;
    size_t length = strlen(text);

    if (length <= room)
        return length;
    length = room;
    while (length > 0 && text[length] != ' ')
        length--;
    return length > 0 ? length : room;
}

static void write_option(const struct ps_option *option, struct ps_out *out)
{
    char text[256];

    write_left(option, out);
    describe(option, text, sizeof(text));
    for (const char *at = text;;) {
        const size_t length = line_length(at);
        ps_out_bytes(out, at, length);
        ps_out_char(out, '\n');
        at += length;
        if (*at == '\0')
            return;
        at += *at == ' ';
        ps_out_repeat(out, ' ', HELP_COLUMN);
    }
}

void ps_cli_help(struct ps_out *out)
{
    ps_out_text(out, "Usage: portsniff -r FILE | -i IF [OPTION]... [FILTER]; as in tcpdump: port 53\n"
                     "Which ports carry the traffic? The manual tells more: man portsniff\n");
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_options[i].visibility == PS_SHOWN)
            write_option(&ps_options[i], out);
}
