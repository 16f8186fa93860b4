/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of comma-separated values, RFC 4180 section 2.
 */
#ifndef PORTSNIFF_REPORT_CSV_H
#define PORTSNIFF_REPORT_CSV_H

#include "portsniff/out.h"

/* Writes one field, in quotes where it holds a comma, a quote or a line break. */
void ps_csv_field(struct ps_out *out, const char *text);

#endif
