/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Saving beside counting (-w): what a run tells the saver, and what it tells a person about it.  Without -w all of it
 * does nothing.  What fails after the beginning ends the saving and never the counting.
 */
#ifndef PORTSNIFF_ENGINE_SAVER_H
#define PORTSNIFF_ENGINE_SAVER_H

#include <stdbool.h>

#include "portsniff/config.h"
#include "portsniff/source.h"

struct saver {
    struct ps_save *save; /* NULL: nothing is saved */
};

/* Before privileges are given up.  0, or -1 with a sentence. */
int ps_saver_open(struct saver *saver, const struct ps_config *config, struct ps_error *error);
/* Behind that, when the inputs are known, also to the saver.  0, or -1 with a sentence. */
int ps_saver_begin(struct saver *saver, const struct ps_source *source, struct ps_error *error);
void ps_saver_batch(struct saver *saver, const struct ps_batch *batch);
/* At least once a second, with the time of the system's clock. */
void ps_saver_tick(struct saver *saver, struct ps_source *source, int64_t now_ns);
/* Statistics of the inputs, and the end of the last file. */
void ps_saver_end(struct saver *saver, struct ps_source *source);
/* Packets that were counted and could not be saved. */
uint64_t ps_saver_missed(const struct saver *saver);
/* Whether not all that was to be saved was. */
bool ps_saver_stopped(const struct saver *saver);
/* Directory in which files are made, for the sandbox; -1: none. */
int ps_saver_directory(const struct saver *saver);
void ps_saver_close(struct saver *saver);

#endif
