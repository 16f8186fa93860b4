/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads captures to their end and keeps all that came, for tests of the capture room.
 */
#ifndef PORTSNIFF_TESTS_COLLECT_H
#define PORTSNIFF_TESTS_COLLECT_H

#include "portsniff/source.h"
#include "support/capture_builder.h"

struct collected {
    int opened;               /* what ps_source_open returned */
    struct ps_error error;    /* of opening, or behind PS_NEXT_ERROR */
    enum ps_next last;        /* PS_NEXT_END or PS_NEXT_ERROR */
    struct ps_packet *packet; /* their data are copies; owned */
    size_t count, room;
    size_t batches, none_yet;
    struct ps_input *input; /* their strings are copies; owned */
    size_t input_count;
    uint64_t done, total; /* progress at the end */
};

/* Reads everything.  Finish it. */
void collect(const struct ps_source_options *options, struct collected *ret_collected);
/* The same for one path, or for some, without filter. */
void collect_path(const char *path, enum ps_reader reader, struct collected *ret_collected);
void collect_paths(const char *const *paths, size_t count, struct collected *ret_collected);
/* Writes the build to a file in the test's folder and reads it. */
void collect_build(const struct build *build, enum ps_reader reader, struct collected *ret_collected);
/* The same by blocks of `block_size` bytes (0: the usual size), read by so many threads. */
struct by_blocks {
    uint32_t block_size;
    unsigned threads;
};
void collect_blocks(const struct ps_source_options *options, const struct by_blocks *how,
                    struct collected *ret_collected);
/* Keeps what the source says of its inputs and of its progress. */
void collected_inputs(struct collected *collected, const struct ps_source *source);
void collected_finish(struct collected *collected);

/* One packet as it should have come; its bytes are build_payload(seed, ...). */
void assert_packet(const struct collected *collected, size_t index, int64_t time_ns, uint32_t captured,
                   uint32_t original, uint16_t link_type, unsigned seed);
/* The first input ended without trouble after `packets`. */
void assert_clean(const struct collected *collected, size_t packets);
/* The first input ended in trouble after `packets`, at `offset`, in these words. */
void assert_damage(const struct collected *collected, size_t packets, uint64_t offset, const char *damage);
/* Opening failed, in these words. */
void assert_refused(const struct collected *collected, const char *sentence);
/* Both came to the same packets, and ended alike but for the words of damage. */
void assert_same(const struct collected *a, const struct collected *b);
/* The same to the letter: NULL, or what differs, in static memory. */
const char *difference(const struct collected *a, const struct collected *b);

/* cmocka group fixtures: a folder of its own, which becomes the current one, and is removed at the end. */
int enter_folder(void **state);
int leave_folder(void **state);
/* Writes a file in the current folder. */
void write_file(const char *name, const void *bytes, size_t length);
void write_build(const char *name, const struct build *build);

#endif
