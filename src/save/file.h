/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One file that is written: created or emptied below an open directory, never one that is also read.  Room: save.
 */
#ifndef PORTSNIFF_SAVE_FILE_H
#define PORTSNIFF_SAVE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "portsniff/error.h"

/* Where files are made, and what must not be touched. */
struct ps_save_place {
    int directory;         /* owned; -1: standard output */
    const char *name;      /* of the directory, for sentences; not owned */
    struct ps_save_inode { /* files that are read; owned */
        dev_t device;
        ino_t inode;
    } * protected;
    size_t protected_count, protected_room;
};

/* Opens the directory.  0, or -1 with a sentence.  Finish it in any case. */
int ps_save_place_init(struct ps_save_place *place, const char *directory, struct ps_error *error);
void ps_save_place_finish(struct ps_save_place *place);
/* 0, or -1 when memory is out. */
int ps_save_place_protect(struct ps_save_place *place, const char *path);
/* Whether files may be created in the directory, as far as that can be told beforehand.  0, or -1 with a sentence. */
int ps_save_place_try(const struct ps_save_place *place, struct ps_error *error);

struct ps_save_file {
    int fd; /* -1: none is open */
    bool regular, standard_output;
    uint64_t length; /* bytes written, all of them whole blocks or packed stretches */
    char *shown;     /* owned; with its directory, for sentences; of the last file when none is open */
};

/* Creates the file, or empties the one that is there.  `made`: the name was made up here, so that whatever is not a
 * plain file is refused; a name that was typed may be a link, a device or a pipe.  0, or -1 with a sentence, and
 * errno in *ret_why. */
int ps_save_file_open(struct ps_save_file *file, const struct ps_save_place *place, const char *name, bool made,
                      int *ret_why, struct ps_error *error);
int ps_save_file_standard_output(struct ps_save_file *file, struct ps_error *error);

/* Writes all of it.  0, or errno; then *ret_written of the bytes were taken. */
int ps_save_file_write(const struct ps_save_file *file, const uint8_t *bytes, size_t length, size_t *ret_written);
/* Makes the file end after `length` bytes, if it is one that can. */
void ps_save_file_cut(const struct ps_save_file *file, uint64_t length);
/* Whether somebody deleted it. */
bool ps_save_file_deleted(const struct ps_save_file *file);
/* 0, or errno. */
int ps_save_file_close(struct ps_save_file *file);

#endif
