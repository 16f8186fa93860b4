/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Error sentences, made safe for a terminal: whatever came in through an argument (a file name, bytes of a file) cannot
 * carry control characters out.
 */
#include "portsniff/error.h"

#include <stdio.h>

#include "portsniff/out.h"

int ps_error_set(struct ps_error *error, const char *format, ...)
{
    if (!error)
        return -1;
    char raw[sizeof(error->text)];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    if (length < 0)
        raw[0] = '\0';
    ps_printable_lines(error->text, sizeof(error->text), raw);
    return -1;
}
