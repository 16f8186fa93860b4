/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which temporary ports clients used, and how many at once.
 */
#ifndef PORTSNIFF_FINDINGS_EPHEMERAL_H
#define PORTSNIFF_FINDINGS_EPHEMERAL_H

#include <stddef.h>

#include "work.h"

/* The rows as ps_findings_collect() promises them, to be freed. Returns 0, or -1 when memory is out. */
int ps_ephemeral_collect(const struct ps_work *work, struct ps_ephemeral_row **ret_rows, size_t *ret_count);

#endif
