/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports held against files: tests/report/expected/NAME.txt. With PS_UPDATE_EXPECTED=1 in the
 * environment the files are written instead; their difference is then read like code.
 */
#ifndef TEST_REPORT_EXPECT_H
#define TEST_REPORT_EXPECT_H

#include <stddef.h>

/* Fails the test when the text differs. */
void expect_file(const char *directory, const char *name, const char *text);

/* The longest line in columns (one per code point; colours take none). */
size_t longest_line(const char *text);
/* Takes the colours out of the text, in place. */
void strip_colors(char *text);

#endif
