/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the frame builder and its table of headers.
 */
#ifndef PORTSNIFF_TESTS_FRAME_LAYER_H
#define PORTSNIFF_TESTS_FRAME_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#define FRAME_LENGTHS   64
#define FRAME_OVERRIDES 16
#define FRAME_WORD      256
#define FRAME_ARGUMENTS 5

/* What the number stands in that names the next header. */
enum frame_space {
    FRAME_NO_TYPE,
    FRAME_ETHERTYPE,
    FRAME_IP_PROTOCOL,
    FRAME_PPP_PROTOCOL,
    FRAME_NSH_NEXT,
    FRAME_MPLS_BOTTOM
};

struct frame_override {
    unsigned at, size;
    uint8_t byte[FRAME_WORD / 2];
};

struct builder {
    struct frame *frame;
    const char *words;
    unsigned layer_at; /* where the last header began */
    unsigned end;      /* where padding began; 0: not yet */
    unsigned ip_count;
    enum frame_space type_space; /* the open type field */
    unsigned type_at, type_size;
    unsigned length_count, override_count;
    struct {
        unsigned at, from; /* a 16-bit length at `at` counts what lies from `from` on */
    } length[FRAME_LENGTHS];
    struct frame_override override[FRAME_OVERRIDES];
};

struct frame_layer {
    const char *word;
    uint16_t ethertype; /* 0: none */
    bool has_protocol;
    uint8_t ip_protocol;
    uint16_t ppp; /* 0: none */
    uint8_t nsh;  /* 0: none */
    bool is_llc;
    void (*add)(struct builder *b, const unsigned long *argument, unsigned count);
};

/* NULL: no such word. */
const struct frame_layer *frame_layer_find(const char *word);

/* Appends a big-endian number; above 8 bytes, zeros before it. */
void frame_put(struct builder *b, unsigned size, uint64_t value);
void frame_fill(struct builder *b, unsigned size, uint8_t value);
/* Appends a field that the next header's number goes into. */
void frame_type_here(struct builder *b, enum frame_space space, unsigned size);
/* Appends a 16-bit field that will hold the number of bytes from offset `counted_from` to the end. */
void frame_length_here(struct builder *b, unsigned counted_from);

#endif
