/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where reports go: standard output, or a file that appears only when it is whole.
 */
#ifndef PORTSNIFF_ENGINE_OUTPUT_H
#define PORTSNIFF_ENGINE_OUTPUT_H

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
 * in place; else it gets its name when ps_output_finish() has everything.  0, or -1 with a sentence. */
int ps_output_open(struct output *output, const char *path, int streams, struct ps_error *error);
/* Whether writing to `path` (NULL or "-": standard output) would replace the file `other` ("-": standard input).  To be
 * asked before the output is opened. */
int ps_output_replaces(const char *path, const char *other);
/* Ends the output; `keep` 0 throws a partial file away.  Returns 0; or -1 with a sentence, empty when only the reader of a
 * pipe has gone. */
int ps_output_finish(struct output *output, int keep, struct ps_error *error);

#endif
