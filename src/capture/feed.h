/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One input with everything that reads it: file, decompressors, reader, filter.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_FEED_H
#define PORTSNIFF_CAPTURE_FEED_H

#include "facts.h"
#include "filter.h"
#include "parser.h"
#include "stream.h"

struct ps_feed {
    struct ps_facts facts;
    uint16_t index; /* in the source's list */
    enum ps_reader choice;
    uint64_t unpack_memory;   /* bytes that decompressors may take; 0: PS_UNPACK_MEMORY */
    struct ps_stream *stream; /* NULL while closed; owned */
    struct ps_parser *parser; /* the same */
    bool regular;             /* a regular file: can be closed and opened again */
    uint64_t size, done;      /* bytes on disk, of a regular file; bytes read when it was closed */
    bool has_first;           /* first_ns is known: the time of the first packet, before the filter */
    int64_t first_ns;
    bool
        one_of_several; /* set by the source: a filter that does not fit this input's link type costs this input only */
    bool filter_failed; /* the sentence is in facts.problem; the whole source fails */
};

/* `name` is copied; "-" is standard input.  0, or -1 when memory is out. */
int ps_feed_init(struct ps_feed *feed, const char *name, uint16_t index, enum ps_reader choice);
void ps_feed_finish(struct ps_feed *feed);

/* Opens and recognises the input.  0, or -1: facts.input.failed and its sentence are set. */
int ps_feed_open(struct ps_feed *feed);
/* Closes what is open; the facts stay. */
void ps_feed_close(struct ps_feed *feed);
/* Closes a regular file that was only looked at: it will be opened again and read from its beginning. */
void ps_feed_rewind(struct ps_feed *feed);

/* Reads into the empty batch and applies the filter (which may be NULL).  PS_FILL_NOTHING also when a while of reading
 * gave no packet that the filter selects; PS_FILL_OVER also when the filter failed (filter_failed). */
enum ps_fill ps_feed_fill(struct ps_feed *feed, struct ps_filter *filter, struct ps_batch *batch);

/* Where a record could not be right and ended the reading, the compressed data may be what is damaged: names that. */
void ps_feed_blame(struct ps_feed *feed);

/* Bytes read of the file as it lies on disk. */
uint64_t ps_feed_done(const struct ps_feed *feed);

#endif
