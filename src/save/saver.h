/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The saver as its own files see it.  Room: save.
 */
#ifndef PORTSNIFF_SAVE_SAVER_H
#define PORTSNIFF_SAVE_SAVER_H

#include "block.h"
#include "file.h"
#include "name.h"
#include "pack.h"
#include "portsniff/save.h"

/* Handed to write(2) at once: large enough for few calls, small enough for the caches.  Packed stretches are longer,
 * because those of gzip begin without memory of the one before. */
#define PS_SAVE_CHUNK        ((size_t)256 * 1024)
#define PS_SAVE_PACKED_CHUNK ((size_t)1024 * 1024)

/* Times before 1970 need an interface whose clock begins earlier: as early as nanoseconds in 64 bits reach. */
#define PS_SAVE_EARLY_SECONDS INT64_C(-9223372036)

/* Where packets come from, and what is known of it. */
struct ps_save_origin {
    char *name;    /* owned; or NULL */
    int link_type; /* -1: not known */
    uint32_t snapshot_length;
    size_t description; /* bytes of a description of it in the usual form */
    /* The interface of its last packet, valid in the section of that number. */
    uint32_t section;
    uint32_t id;
    uint16_t met_link_type;
    /* An interface that its statistics can go with, in the section of that number. */
    uint32_t described_section;
    uint32_t described_id;
    uint16_t described_link_type; /* of any section */
    bool has_described;
    uint64_t delivered;                /* packets in this file */
    bool counted;                      /* statistics were told */
    struct ps_save_counts now, before; /* `before` as they stood when the file was begun */
};

/* Interfaces described in this section: a table of (origin, link type, early) to number. */
struct ps_save_described {
    struct ps_save_slot {
        uint64_t key; /* key + 1; 0: free */
        uint32_t id;
    } * slot;       /* owned */
    size_t room;    /* a power of two, or 0 */
    uint32_t count; /* interfaces in the section */
};

struct ps_save {
    struct ps_save_options options;
    struct ps_save_name name;
    struct ps_save_place place;
    struct ps_save_file file;
    struct ps_save_packer *packer;        /* NULL: plain */
    struct ps_block_bytes section_header; /* the same for every section */
    struct ps_block_bytes scratch;
    struct ps_block_bytes waiting; /* whole blocks that are not written yet */
    size_t chunk;

    struct ps_save_origin *origin; /* owned */
    size_t origin_count, origin_room;

    /* The section. */
    uint32_t section;
    struct ps_save_described described;
    bool simple_first; /* its first interface is for packets without time: */
    uint16_t simple_origin, simple_link_type;
    uint32_t simple_snapshot_length;

    /* The file. */
    uint64_t length;  /* bytes of pcapng, those that wait included */
    uint64_t packets; /* the same */
    uint64_t packets_waiting;
    int64_t first_ns, last_ns;              /* PS_TIME_NONE: none has a time */
    int64_t period_start_ns, period_end_ns; /* INT64_MAX: no rotation by time */
    uint64_t closing, closing_all;          /* bytes kept free for statistics: now, and at the start of a section */

    /* The run. */
    bool rotates, begun, ended;
    int64_t now_ns; /* of the last tick, or PS_TIME_NONE */
    int64_t last_packet_ns;
    int64_t handed_over_ns; /* the tick at which nothing waited any more */
    int64_t *stamps; /* owned; names of the files that are kept, by number modulo keep_files; NULL: all are kept */
    struct ps_save_facts facts;
    struct ps_error problem;
};

/* --- section.c --- */

/* What a packet needs in front of it. */
enum ps_save_road {
    PS_SAVE_KNOWN,         /* nothing */
    PS_SAVE_NEW_INTERFACE, /* a description */
    PS_SAVE_NEW_SECTION,   /* a section whose first interface is for packets without time */
};

/* The origin of that number; it is made when nobody told of it.  NULL when memory is out. */
struct ps_save_origin *ps_save_origin_of(struct ps_save *save, size_t number);
/* Bytes that a packet adds to the file, statistics at its end included. */
uint64_t ps_save_cost(struct ps_save *save, struct ps_save_origin *origin, const struct ps_packet *packet,
                      enum ps_save_road *ret_road);
/* Counts anew how many bytes are kept free for statistics; after every change of what is counted. */
void ps_save_count_closing(struct ps_save *save);
/* Each returns false when saving stopped. */
bool ps_save_put_section(struct ps_save *save);
bool ps_save_put_packet(struct ps_save *save, struct ps_save_origin *origin, const struct ps_packet *packet,
                        enum ps_save_road road);
bool ps_save_put_statistics(struct ps_save *save);
/* Describes the interfaces whose link type is known before any packet came. */
bool ps_save_describe_known(struct ps_save *save);
void ps_save_described_finish(struct ps_save_described *described);

/* --- rotate.c --- */

/* Begins the next file, named by this time.  False when saving stopped. */
bool ps_save_next_file(struct ps_save *save, int64_t time_ns);
/* Writes what belongs to the end of the file and closes it.  False when saving stopped. */
bool ps_save_end_file(struct ps_save *save);
/* The period of rotation by time that holds this. */
void ps_save_set_period(struct ps_save *save, int64_t time_ns);

/* --- hand_over.c --- */

/* Saving is over: remembers the sentence, cuts the file after its last whole block and closes it.  Returns false. */
bool ps_save_stop(struct ps_save *save, int why);
/* Writes what waits.  False when saving stopped. */
bool ps_save_hand_over(struct ps_save *save);
/* Writes what ends a packed file behind its last stretch.  0, or errno. */
int ps_save_end_packed(struct ps_save *save);
/* Room for a block of `size` bytes, which counts as written; NULL when saving stopped. */
uint8_t *ps_save_room(struct ps_save *save, size_t size);

#endif
