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
 * reads well.  What steers a terminal and comes in through arguments (file names, text from a file) is replaced by `?`,
 * newlines too, and so is everything but ASCII where the locale is not UTF-8.  Newlines of the format itself stay, for
 * the line that says what to do next. */
__attribute__((format(printf, 2, 3))) int ps_error_set(struct ps_error *error, const char *format, ...);
__attribute__((format(printf, 2, 0))) int ps_error_vset(struct ps_error *error, const char *format, va_list arguments);

/* Takes over a sentence that one of the two above has made, with its newlines.  `error` may be NULL; returns -1. */
int ps_error_copy(struct ps_error *error, const char *sentence);

#endif
