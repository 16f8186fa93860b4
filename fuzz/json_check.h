/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether a text is JSON.
 */
#ifndef PORTSNIFF_FUZZ_JSON_CHECK_H
#define PORTSNIFF_FUZZ_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* One value of RFC 8259, in printable ASCII alone, blanks and newlines around it included. */
bool json_check(const char *text, size_t length);

#endif
