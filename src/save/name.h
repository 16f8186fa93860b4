/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of a run are called.  Room: save.
 */
#ifndef PORTSNIFF_SAVE_NAME_H
#define PORTSNIFF_SAVE_NAME_H

#include <limits.h>
#include <stdint.h>

#include "portsniff/save.h"

/* A path in parts: "captures/office.pcapng.gz" is "captures", "office", ".pcapng.gz". */
struct ps_save_name {
    char *directory;              /* owned; "." when the path has none */
    char *stem;                   /* owned; the name up to the suffix */
    char *suffix;                 /* owned; ".pcapng" and the like, ".gz" and ".zst" included; may be empty */
    enum ps_save_packing packing; /* never PS_SAVE_BY_NAME */
};

/* Takes a path apart; with `rotates` it also gets the suffixes it should have.  0, or -1 with a sentence: it names a
 * directory, is too long, or contradicts `packing`.  Finish it in any case. */
int ps_save_name_init(struct ps_save_name *name, const char *path, enum ps_save_packing packing, bool rotates,
                      struct ps_error *error);
void ps_save_name_finish(struct ps_save_name *name);

/* Without rotation: stem and suffix. */
void ps_save_name_single(const struct ps_save_name *name, char ret_file[static NAME_MAX + 1]);
/* With rotation: stem, number and time (UTC), suffix: office_00001_20261123091402.pcapng. */
void ps_save_name_rotated(const struct ps_save_name *name, uint64_t number, int64_t time_ns,
                          char ret_file[static NAME_MAX + 1]);

#endif
