/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Network interfaces behind a source: what source.c calls.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_LIVE_H
#define PORTSNIFF_CAPTURE_LIVE_H

#include "portsniff/source.h"

struct ps_live;

/* As ps_source_open() does, but when one of several interfaces cannot be opened the call fails: somebody waits who can
 * set it right. */
int ps_live_open(const struct ps_source_options *options, struct ps_live **ret_live, struct ps_error *error);
/* NULL is fine. */
void ps_live_close(struct ps_live *live);

/* `ret_batch` is empty. */
enum ps_next ps_live_next(struct ps_live *live, struct ps_batch *ret_batch);
void ps_live_stop(struct ps_live *live);

size_t ps_live_count(const struct ps_live *live);
const struct ps_input *ps_live_input(const struct ps_live *live, size_t index);
void ps_live_loss(struct ps_live *live, size_t index, struct ps_loss *ret_loss);
/* NULL when there is none; valid until the next call of any of these. */
const char *ps_live_next_notice(struct ps_live *live);

#endif
