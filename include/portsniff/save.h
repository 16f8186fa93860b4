/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packets that are counted are also saved, as pcapng (draft-ietf-opsawg-pcapng).  Room: save.
 *
 * Order of calls: ps_save_open (before privileges are dropped: opens the directory, creates nothing), ps_save_protect
 * and ps_save_interface for every input, ps_save_begin (after the drop, so that files belong to the user who is left;
 * the last point at which a failure should end the run), then batches, ticks and statistics, ps_save_end,
 * ps_save_facts, ps_save_close.  One thread at a time.
 *
 * After ps_save_begin failures never end the counting: the saver stops, says so once, leaves what it wrote valid up to
 * the last whole block, and from then on takes everything and does nothing.
 *
 * On the command line:   -w, --write FILE        also save the packets that are counted, as pcapng; - is standard
 * output   --rotate-size SIZE      begin another file before this one grows beyond SIZE (of pcapng, before compression)
 * --rotate-time TIME      begin another file at every multiple of TIME, aligned to the clock (UTC)   --rotate-count N
 * begin another file after N packets   --rotate-keep N         keep the last N files, delete older ones of this run
 * --compress none|gzip|zstd   pack what is saved; default: what the name ends in (.gz, .zst)   --comment TEXT
 * comment of the saved capture
 */
#ifndef PORTSNIFF_SAVE_H
#define PORTSNIFF_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/error.h"
#include "portsniff/packet.h"

enum ps_save_packing {
    PS_SAVE_BY_NAME, /* gzip for NAME.gz, zstd for NAME.zst, else none */
    PS_SAVE_PLAIN,
    PS_SAVE_GZIP, /* RFC 1952 */
    PS_SAVE_ZSTD  /* RFC 8878 */
};

/* Strings are not owned and must live as long as the saver. */
struct ps_save_options {
    const char *path; /* as the user gave it; "-" is standard output */
    enum ps_save_packing packing;
    uint64_t rotate_bytes;   /* a file is never larger (before compression), unless one packet is; statistics of which
                                nothing was told before are not foreseen; 0: no limit */
    uint64_t rotate_ns;      /* a file ends where a multiple of this since 1970-01-01 UTC begins; 0: never */
    uint64_t rotate_packets; /* a file holds no more packets; 0: no limit */
    uint64_t keep_files; /* with rotation: files of this run that are left, the one being written included; 0: all */
    const char *comment; /* for the section header, or NULL */
    const char *filter;  /* the filter expression that chose the packets, for the interfaces, or NULL */
};

/* Where packets come from: a live interface or a saved capture. */
struct ps_save_interface {
    const char *name;         /* copied; raw bytes, made printable; or NULL */
    int link_type;            /* LINKTYPE number, for statistics of an interface without packets; -1: not known */
    uint32_t snapshot_length; /* bytes; 0: no limit (saved captures) */
};

/* Totals of one interface since the start of the run. */
struct ps_save_counts {
    uint64_t received;             /* packets that reached the interface, dropped ones included */
    uint64_t dropped_by_kernel;    /* for lack of buffer */
    uint64_t dropped_by_interface; /* by the device or its driver */
    bool has_received, has_dropped_by_kernel, has_dropped_by_interface;
};

/* What became of it, for the report. */
struct ps_save_facts {
    const char *path;     /* as given; "standard output" for "-"; belongs to the saver, as the others do */
    const char *last;     /* file in work or last worked on, with its directory; NULL: none yet */
    const char *problem;  /* why it stopped, a whole sentence; NULL: it did not */
    int problem_number;   /* errno of it (EPIPE: nobody reads any more), 0 when there is none */
    uint64_t files;       /* begun by this run */
    uint64_t deleted;     /* of those, because only so many are kept */
    uint64_t undeletable; /* of those, that should have been deleted, but could not be */
    uint64_t packets;     /* handed over to the system in all files, deleted ones included */
    uint64_t bytes;       /* of those files, as they lie on disk */
    uint64_t missed;      /* packets that were counted, but not saved because it had stopped */
    bool rotates;         /* several files were asked for */
    bool to_standard_output;
};

struct ps_save;

/* Checks the options and opens the directory of `path`; creates nothing.  Returns 0 and *ret_save (to be closed by the
 * caller), or -1. */
int ps_save_open(const struct ps_save_options *options, struct ps_save **ret_save, struct ps_error *error);

/* The directory below which files will be created, overwritten and deleted (openat, ftruncate, unlinkat), for the
 * sandbox; open until ps_save_close and opened with O_PATH.  -1: standard output only. */
int ps_save_directory(const struct ps_save *save);
/* Whether files will be created or deleted after ps_save_begin. */
bool ps_save_rotates(const struct ps_save *save);

/* Never to be overwritten: a file that is also read ("-" is standard input).  What is not there is no trouble.  0, or
 * -1 when memory is out. */
int ps_save_protect(struct ps_save *save, const char *path, struct ps_error *error);

/* Interfaces are those that ps_packet.source names: call it in that order, 0 first.  More may be added at any time.  0,
 * or -1 when memory is out. */
int ps_save_interface(struct ps_save *save, const struct ps_save_interface *interface, struct ps_error *error);

/* Without rotation: creates the file (mode 0600) or empties the one that is there, and writes the section header.  With
 * rotation: only tries whether files may be created, for the first one is named by its first packet.  0, or -1. */
int ps_save_begin(struct ps_save *save, struct ps_error *error);

/* Saves the packets of a batch.  True, also when saving had stopped before; false once, when it stops now: then `error`
 * says why. */
bool ps_save_batch(struct ps_save *save, const struct ps_batch *batch, struct ps_error *error);

/* Live capture calls this at least every second, packets or not, with the time of the system's clock (nanoseconds since
 * 1970 UTC): hands over what has waited for a second (ten when compressed; at once to a pipe), ends files whose time is
 * over, notices that the file was deleted.  Returns as ps_save_batch does. */
bool ps_save_tick(struct ps_save *save, int64_t now_ns, struct ps_error *error);

/* Remembers totals of an interface; each file's statistics say how much they grew while it was written, so that sums
 * over files are the totals.  `interface` as in ps_packet.source.  Counts of which none is there are passed over. */
void ps_save_statistics(struct ps_save *save, uint16_t interface, const struct ps_save_counts *counts);

/* Writes statistics and whatever waits, and ends the last file.  With rotation and no packet at all there is one empty
 * capture.  Returns as ps_save_batch does. */
bool ps_save_end(struct ps_save *save, struct ps_error *error);

/* Valid until the next call with this saver. */
void ps_save_facts(const struct ps_save *save, struct ps_save_facts *ret_facts);

/* Ends what was not ended, without a word.  NULL is fine. */
void ps_save_close(struct ps_save *save);

#endif
