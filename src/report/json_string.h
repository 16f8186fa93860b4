/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON strings, RFC 8259 section 7.
 */
#ifndef PORTSNIFF_REPORT_JSON_STRING_H
#define PORTSNIFF_REPORT_JSON_STRING_H

#include "portsniff/out.h"

/* Writes `text` in quotes. Bytes that are not UTF-8 (RFC 3629) become U+FFFD each; all that is not
 * printable ASCII is escaped, so that the output is harmless on every terminal. */
void ps_json_string(struct ps_out *out, const char *text);

#endif
