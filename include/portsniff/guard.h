/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the process gives up before it parses the first byte from outside.  Room: guard.
 *
 * A run calls ps_guard_begin() first of all, opens what needs privileges or what it will write (interfaces, output,
 * names of services), calls ps_guard_drop(), and only then looks at packets.  Saved captures are opened after the drop,
 * because to recognise a file is to parse it; so a drop names what may still be read.  Threads are made after the drop
 * and inherit all of it.  What is enforced, and in which order: doc/sandbox.md.
 */
#ifndef PORTSNIFF_GUARD_H
#define PORTSNIFF_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "portsniff/error.h"
#include "portsniff/out.h"

enum ps_guard_mode {
    PS_GUARD_AUTO,   /* everything that this kernel and this build can do */
    PS_GUARD_STRICT, /* all of it, or an error */
    PS_GUARD_OFF,    /* nothing: the process keeps what it was started with */
};

/* A zeroed struct, with `file` -1, is the tightest: nothing is opened, made or renamed after the drop. */
struct ps_guard_options {
    enum ps_guard_mode mode;
    bool live;               /* interfaces are open: their rings and counters are read */
    const char *user;        /* name or number of the user to become; NULL: decided by who started the program */
    const char *const *read; /* files and directories (and the files in them) to be opened for reading; "-" and what is
                                not there are passed over */
    size_t read_count;
    const int *directory; /* descriptors of directories (O_PATH will do) in which files are renamed, removed or made */
    size_t directory_count;
    bool renames; /* files that are open already are renamed or removed there (-o) */
    bool creates; /* files are created, written, emptied and removed there (-w) */
    int file;     /* descriptor of the file that will be renamed, or -1: it is given to the new user */
};

/* Closes descriptors that were left open by whoever started the program (not those named as /dev/fd/N in `argv`), makes
 * sure that 0, 1 and 2 are taken, forbids core dumps and being traced, and leaves in the environment only what portsniff
 * itself reads.  Call it first in main(), before there are threads.  Never fails. */
void ps_guard_begin(int argc, char *const *argv);

/* Gives up everything that `options` do not name, for good, for all threads.  0; or -1 with a sentence, after which the
 * process may be half confined and must end.  In mode auto, steps that this kernel or build cannot do are left out;
 * `ret_missing` (may be NULL; empty when nothing is missing) then names them in a sentence.  In mode off nothing is done. */
int ps_guard_drop(const struct ps_guard_options *options, struct ps_error *ret_missing, struct ps_error *error);

/* Does what ps_guard_drop() does and writes what came of each step, for a person to read.  The process is confined
 * afterwards: this is for --show-sandbox, after which it ends.  Returns 0, or -1 with a sentence. */
int ps_guard_show(const struct ps_guard_options *options, struct ps_out *out, struct ps_error *error);

#endif
