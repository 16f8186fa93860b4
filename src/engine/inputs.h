/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a report says of the inputs.
 */
#ifndef PORTSNIFF_ENGINE_INPUTS_H
#define PORTSNIFF_ENGINE_INPUTS_H

#include "portsniff/snapshot.h"
#include "portsniff/source.h"

/* Fills the snapshot's inputs, and what they lost. `beyond`: by input, what the source yielded and nobody counted, or NULL.
 * 0, or -1 when memory is out. */
int ps_inputs_add(const struct ps_source *source, const struct ps_count *beyond, struct ps_snapshot *snapshot);

#endif
