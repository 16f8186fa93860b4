/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a person is told on standard error.
 */
#ifndef PORTSNIFF_ENGINE_TELL_H
#define PORTSNIFF_ENGINE_TELL_H

#include <stdbool.h>

#include "portsniff/engine.h"
#include "portsniff/error.h"
#include "portsniff/snapshot.h"
#include "portsniff/source.h"

/* "portsniff: SENTENCE". */
void ps_tell(const struct ps_error *error);
/* A capture has more to count than memory holds: sets the sentence, returns -1. */
int ps_tell_memory_out(struct ps_error *error);
/* Idle intervals were more than `most`. */
void ps_tell_idle(uint64_t most);
/* Inputs that failed or were damaged, one sentence each; returns the exit status that they ask for. */
enum ps_exit ps_tell_inputs(const struct ps_source *source);
/* Whether the whole input is of link types without a decoder; then `error` says so. */
bool ps_tell_unsupported(const struct ps_source *source, const struct ps_snapshot *snapshot, struct ps_error *error);

#endif
