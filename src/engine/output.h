/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where reports go: standard output, or a file that appears only when it is whole.
 */
#ifndef PORTSNIFF_ENGINE_OUTPUT_H
#define PORTSNIFF_ENGINE_OUTPUT_H

#include <stdbool.h>

#include "portsniff/error.h"
#include "portsniff/out.h"

struct output {
    struct ps_out out;
    const char *path; /* as it was given, for sentences; NULL: standard output */
    char *target;     /* the file behind the path, links followed */
    char *partial;    /* the name under which the file is written until it is whole; NULL: written in place */
    int fd;
};

/* `path` NULL or "-": standard output.  `streams`: what is written is to be seen at once (intervals), so a file is written
 * in place, and emptied by ps_output_begin(); else it gets its name when ps_output_finish() has everything.  0, or -1 with
 * a sentence. */
int ps_output_open(struct output *output, const char *path, int streams, struct ps_error *error);
/* The run will have something to say: a file that is written in place loses what was in it.  0, or -1 with a sentence. */
int ps_output_begin(struct output *output, struct ps_error *error);
/* Whether writing to `path` (NULL or "-": standard output) would replace the file `other` ("-": standard input).  To be
 * asked before ps_output_begin(). */
int ps_output_replaces(const char *path, const char *other);
/* Somebody moved the file away, to keep it: begins another of the same name, at the end of what may stand there by now.
 * Only for a regular file that is written in place; others stay as they are.  Returns 1 when it was done, 0 when there is
 * nothing to do, or -1 with a sentence; then what comes goes to the old file. */
int ps_output_reopen(struct output *output, struct ps_error *error);
/* Removes the partial file of the output that is open; for the handler of a signal that ends the run (signal-safety(7)). */
void ps_output_abandon(void);
/* Whether it goes into a regular file. */
bool ps_output_is_file(const struct output *output);
/* Whether nobody reads the output any more: a pipe without a reader, a terminal that hung up. */
bool ps_output_deserted(const struct output *output);
/* Ends the output; `keep` 0 throws a partial file away.  Returns 0; or -1 with a sentence, empty when only the reader of a
 * pipe has gone. */
int ps_output_finish(struct output *output, int keep, struct ps_error *error);

#endif
