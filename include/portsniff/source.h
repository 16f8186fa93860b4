/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where packets come from.  Room: capture.
 *
 * A source is one timeline made of one or more inputs (files and standard input, or live interfaces).  It is opened once,
 * asked for batches until it ends, and closed.  Indirect calls happen per batch, never per packet.
 */
#ifndef PORTSNIFF_SOURCE_H
#define PORTSNIFF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/error.h"
#include "portsniff/live.h"
#include "portsniff/packet.h"

enum ps_next {
    PS_NEXT_BATCH, /* the batch holds at least one packet */
    PS_NEXT_NONE_YET, /* nothing now, ask again (live input, an interrupted read, or a long stretch that the filter drops) */
    PS_NEXT_END,      /* every input is read to its end, or as far as its damage allows */
    PS_NEXT_ERROR, /* it cannot go on at all (out of memory, filter does not fit a link type); ps_source_error() */
};

enum ps_reader {
    PS_READER_AUTO,    /* the project's own readers */
    PS_READER_NATIVE,  /* the same, by name */
    PS_READER_LIBPCAP, /* libpcap's reader, where it can read the input: a second road to the same answer */
};

struct ps_source_options {
    const char *const *paths; /* files, directories, "-" for standard input; not owned, alive while the source is */
    size_t path_count;
    const char *filter; /* BPF expression in pcap-filter(7) syntax, or NULL */
    enum ps_reader reader;
    uint64_t unpack_memory;      /* bytes that decompressors of one input may take; 0: 256 MiB */
    struct ps_live_options live; /* interfaces instead of paths, when any is named */
};

/* One input, for the report.  Strings belong to the source. */
struct ps_input {
    const char *name; /* as the user gave it, or "directory/file"; "-" for standard input; raw bytes, unescaped */
    const char *
        format; /* "pcap", "pcap-ns", "pcap-modified", "pcapng", with "+gzip" and so on when compressed, innermost first; "live"; NULL: unknown */
    uint64_t packets;       /* counted (passed the filter) */
    uint64_t bytes;         /* wire bytes of those */
    uint64_t packets_read;  /* records read, before the filter */
    uint16_t link_types[8]; /* LINKTYPE numbers met, in order of first appearance */
    size_t link_type_count; /* how many different ones there are; may be above 8, then the rest is not listed */
    bool damaged;           /* the input ended in trouble; what came before is counted */
    uint64_t damage_offset; /* byte offset in the (decompressed) input at which the bad record starts */
    const char
        *damage; /* one clause: "ends inside packet 10,342", "record claims 3,221,225,472 captured bytes"; else NULL */
    bool failed; /* could not be opened or is not a capture; `problem` says so; nothing was read from it */
    const char *problem;           /* whole sentence for standard error, escaped; else NULL */
    uint64_t dropped_by_kernel;    /* from pcapng interface statistics; valid with has_drops */
    uint64_t dropped_by_interface; /* the same */
    bool has_drops;
    /* Of an interface (format "live", name as given). */
    enum ps_link_state state; /* PS_LINK_NONE: not an interface */
    uint32_t gaps;            /* how often it was down or away */
    uint64_t gap_ns;          /* for how long altogether, nanoseconds, up to now when it is not up */
    uint32_t snapshot_length; /* bytes captured of each packet at most */
};

struct ps_source;

/* Opens every input and recognises each by its content.  A directory stands for the captures in it (not below it), by
 * name; other files in a directory are passed over.  An input that fails (missing, not a capture, empty) stays in the
 * list with `failed` set and the others go on; when none can be read the call fails and `error` holds the sentence.
 * Several inputs become one timeline: they are merged by packet time.  Returns 0 and *ret_source (to be closed by the
 * caller), or -1. */
int ps_source_open(const struct ps_source_options *options, struct ps_source **ret_source, struct ps_error *error);

/* Next batch of one or more packets; all of `ret_batch` stays valid until the next call.
 * A live source waits at most about 50 ms for packets, and a signal ends the wait: then it is PS_NEXT_NONE_YET.  Packets
 * of one interface come in order; those of several may be out of order by a tenth of a second, or by what was queued. It
 * ends (PS_NEXT_END) after ps_source_stop(), or when every interface is lost. */
enum ps_next ps_source_next(struct ps_source *source, struct ps_batch *ret_batch);

/*
 * Blocks: a second way to read a source, for several threads.  A block owns a buffer and stays valid until it is claimed
 * again or destroyed, so every thread holds one and sends it round: claim, load, index, then batches.
 *
 *   claim   ordered: one thread at a time; its calls number the blocks
 *   load    parallel: the bytes of the block's own range come in
 *   index   ordered: one thread at a time, in the order of the claims; finds the records, counts them for their input
 *   batch   parallel: packets are made of the records
 *
 * A record belongs to the block in which it begins, and its beginning is only ever arrived at from the record before it:
 * no border is guessed.  A source is read either by ps_source_next() or by blocks, never both.  Whoever stops early still
 * has to take in every block that was indexed: its packets are counted for their input.  Live sources have no blocks.
 */
struct ps_block;

/* Empty; its memory comes with its first use.  NULL when memory is out. */
struct ps_block *ps_block_create(void);
/* NULL is fine. */
void ps_block_destroy(struct ps_block *block);

/* Reserves the next block.  PS_NEXT_BATCH: it has to be loaded and indexed.  PS_NEXT_NONE_YET: a signal came; ask again.
 * PS_NEXT_END and PS_NEXT_ERROR: no block is left (blocks claimed before still have to be indexed). */
enum ps_next ps_source_claim(struct ps_source *source, struct ps_block *block);

/* Reads what can be read without the blocks before; what goes wrong shows when indexing. */
void ps_source_load(struct ps_source *source, struct ps_block *block);

/* PS_NEXT_BATCH: the block's packets, perhaps none, are there.  PS_NEXT_NONE_YET: a signal came; index the same block
 * again.  PS_NEXT_END: reading was over before this block.  PS_NEXT_ERROR: as ps_source_next(). */
enum ps_next ps_source_index(struct ps_source *source, struct ps_block *block);

/* Packets in an indexed block. */
size_t ps_block_count(const struct ps_block *block);

/* Makes the packets from number `from` (below the count) on, at most PS_BATCH_MAX, and returns how many of the block's
 * packets these stand for: always more than 0, so that from + result is where the next batch begins.  With a filter the
 * batch may hold fewer, even none; what it selects is counted here, so every packet is to be asked for exactly once.  The
 * data lie in the block. */
size_t ps_block_batch(const struct ps_block *block, size_t from, struct ps_batch *ret_batch);

size_t ps_source_input_count(const struct ps_source *source);
/* `index` below the count; valid until close. Complete after PS_NEXT_END. */
const struct ps_input *ps_source_input(const struct ps_source *source, size_t index);

/* Live sources only (others: does nothing).  No more packets are taken in; what the kernel holds is still yielded, and
 * then comes PS_NEXT_END with final counts of loss.  From the thread that reads, not from a signal handler. */
void ps_source_stop(struct ps_source *source);

/* What was lost on one input so far; the counters are read at the time of the call (until PS_NEXT_END), so an interval
 * that asks at its end is right.  All zero for saved captures.  `index` below the count. */
void ps_source_loss(struct ps_source *source, size_t index, struct ps_loss *ret_loss);

/* What a person should be told while a live source runs ("eth0 is down; ..."): each sentence once, oldest first, without
 * a newline; NULL when there is none.  Valid until the next call with this source. */
const char *ps_source_notice(struct ps_source *source);

/* The sentence behind PS_NEXT_ERROR. */
const struct ps_error *ps_source_error(const struct ps_source *source);

/* How far the reading is: bytes consumed of the files as they lie on disk, and their total (0 when unknown, as for a pipe). */
void ps_source_progress(const struct ps_source *source, uint64_t *ret_done, uint64_t *ret_total);

/* NULL is fine. */
void ps_source_close(struct ps_source *source);

#endif
