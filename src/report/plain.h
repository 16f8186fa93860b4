/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cells as programs read them, before any quoting: shared by the renderers for programs.
 */
#ifndef PORTSNIFF_REPORT_PLAIN_H
#define PORTSNIFF_REPORT_PLAIN_H

#include "model.h"
#include "units.h"

/* How a value is written where strings and numbers differ. */
enum ps_plain_kind {
    PS_PLAIN_STRING,
    PS_PLAIN_NUMBER,
    PS_PLAIN_LIST,
    PS_PLAIN_FAULT
};

enum ps_plain_kind ps_plain_kind(enum ps_column_type type);

/* The text of a cell that holds a value of a type that is neither list nor fault. Written to
 * `buffer` or somewhere that lives as long as the cell. */
const char *ps_plain_text(enum ps_column_type type, const struct ps_cell *cell, char buffer[PS_UNITS_SIZE]);

#endif
