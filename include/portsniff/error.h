/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sentence for the person who waits: what was tried, on what, why it failed, what to do next.
 * Room: base.  Used where somebody waits (open, options, write); the hot path counts instead of failing.
 */
#ifndef PORTSNIFF_ERROR_H
#define PORTSNIFF_ERROR_H

#include <stdarg.h>

struct ps_error {
    char text[768]; /* NUL-terminated, no newline at the end, safe for a terminal */
};

/* Writes a printf-style sentence into `error` (which may be NULL) and returns -1, so that `return ps_error_set(...)`
 * reads well.  Control bytes that come in through arguments (file names, text from a file) are replaced by `?`; a
 * newline followed by two blanks stays, for the line that says what to do next. */
__attribute__((format(printf, 2, 3))) int ps_error_set(struct ps_error *error, const char *format, ...);

#endif
