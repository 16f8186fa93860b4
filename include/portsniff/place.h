/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files that are written in directories where everybody may write (/tmp).  Room: base.
 *
 * Who may write in a directory can put a link, a file or a pipe there under a name that somebody else is about to use: then
 * whatever the link leads to would be overwritten, or what is written would be read along.  Linux refuses that where
 * fs.protected_symlinks, protected_regular, protected_fifos and protected_hardlinks are set (proc_sys_fs(5)), which is not
 * so everywhere; here it is refused always, by the same rule: trusted is what belongs to the effective user or to the owner
 * of the directory.  Only the last part of a name is looked at: a directory on the way is the caller's choice.
 */
#ifndef PORTSNIFF_PLACE_H
#define PORTSNIFF_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "portsniff/error.h"

/* As openat(2), for writing, but returns -1 with EACCES in errno and *ret_trap set when somebody else may have put there
 * what has this name.  Nothing is emptied or written then. */
int ps_place_open(int at, const char *path, int flags, mode_t mode, bool *ret_trap);

/* The name to rename a finished file to, so that `path` shows it: what a link leads to (also one that leads to nothing: then
 * the link's own name), else `path` itself.  To be freed by the caller.  NULL with errno, and *ret_trap as above. */
char *ps_place_behind(const char *path, bool *ret_trap);

/* The sentence for *ret_trap; `tried` is what was tried, "write" or the like.  Returns -1. */
int ps_place_tell(const char *tried, const char *path, struct ps_error *error);

#endif
