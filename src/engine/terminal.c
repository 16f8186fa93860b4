/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Width, colour and character set of the output.
 */
#include "terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80
#define WIDTH_LEAST   40
#define WIDTH_MOST    400

static size_t width_of(int fd)
{
    const char *columns = getenv("COLUMNS");
    char *end = NULL;
    unsigned long asked = columns ? strtoul(columns, &end, 10) : 0;
    struct winsize size;
    if (!columns || *end || end == columns)
        asked = 0;
    if (asked == 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
        asked = size.ws_col;
    if (asked == 0)
        asked = WIDTH_DEFAULT;
    return asked < WIDTH_LEAST ? WIDTH_LEAST : asked > WIDTH_MOST ? WIDTH_MOST : asked;
}

static bool wants_color(enum ps_when when, int fd)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (when != PS_WHEN_AUTO)
        return when == PS_WHEN_ALWAYS;
    return isatty(fd) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

void ps_terminal_decide(struct ps_report_options *options, enum ps_when color, int fd)
{
    options->width = width_of(fd);
    options->color = options->format == PS_FORMAT_TEXT && wants_color(color, fd);
    options->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
