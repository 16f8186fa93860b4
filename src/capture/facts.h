/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes known of one input while it is read.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_FACTS_H
#define PORTSNIFF_CAPTURE_FACTS_H

#include "portsniff/source.h"

struct ps_facts {
    struct ps_input input; /* its strings point into this struct, but for `name` */
    char *name;            /* owned */
    char format[64];
    char damage[240];
    struct ps_error problem;
};

/* `name` is copied.  0, or -1 when memory is out. */
int ps_facts_init(struct ps_facts *facts, const char *name);
void ps_facts_finish(struct ps_facts *facts);

/* Forgets all but the name: the input is going to be read from its beginning again. */
void ps_facts_reset(struct ps_facts *facts);

/* The input failed as a whole; the sentence is in facts->problem. */
void ps_facts_failed(struct ps_facts *facts);

/* The input ends in trouble at the record that starts at `offset`.  The clause follows the input's name in a sentence.
 * The first call counts. */
__attribute__((format(printf, 3, 4))) void ps_facts_damage(struct ps_facts *facts, uint64_t offset, const char *format,
                                                           ...);

/* A packet of this link type was met. */
void ps_facts_link_type(struct ps_facts *facts, uint16_t link_type);

/* "3,221,225,472".  The text lives in the struct. */
struct ps_grouped {
    char text[28];
};
struct ps_grouped ps_grouped(uint64_t number);

#endif
