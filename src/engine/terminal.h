/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the terminal that a report goes to can show.
 */
#ifndef PORTSNIFF_ENGINE_TERMINAL_H
#define PORTSNIFF_ENGINE_TERMINAL_H

#include "portsniff/config.h"

/* Decides color, utf8 and width of `options` for the descriptor `fd`. COLUMNS, NO_COLOR (no-color.org) and TERM are honoured. */
void ps_terminal_decide(struct ps_report_options *options, enum ps_when color, int fd);

#endif
