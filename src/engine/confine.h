/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gives up what a run of this config does not need any more.
 */
#ifndef PORTSNIFF_ENGINE_CONFINE_H
#define PORTSNIFF_ENGINE_CONFINE_H

#include "output.h"
#include "portsniff/config.h"

/* To be called once everything is open that is opened before the first packet: names, output, saver and interfaces, but
 * not captures; and before threads are made.  `save_directory`: see ps_save_directory(); -1: nothing is saved to files.
 * 0, or -1 with a sentence. */
int ps_confine(const struct ps_config *config, const struct output *output, int save_directory, struct ps_error *error);

#endif
