/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rows of the table of signatures are worth a look, told from the transport, the first byte and one word.  Candidates
 * are never too few: they are made of the table itself, before main(), and a test compares with asking every row.
 */
#ifndef PS_APPLICATION_CANDIDATES_H
#define PS_APPLICATION_CANDIDATES_H

#include <stdbool.h>
#include <stdint.h>

/* What must be there for a row to hold. */
struct ps_glance {
    uint32_t mask,
        word; /* of the big-endian word at `at`: the row's own, or what it begins with; both 0: nothing known */
    uint8_t at;
    uint8_t row;
    bool beside; /* the row holds beside some ports only */
};

#define PS_STARTS_MOST 250 /* rows with a start */
#define PS_RANGES_MOST 32  /* rows with a range */

/* The rows that fit a first byte, in the order of the table. */
struct ps_candidates {
    uint32_t ranges; /* bit n: ps_application_range[n] */
    uint16_t first;  /* of ps_application_start */
    uint16_t starts; /* how many of them */
};

extern struct ps_candidates ps_application_candidates[2][256];    /* TCP, UDP; by first byte */
extern struct ps_glance ps_application_start[2 * PS_STARTS_MOST]; /* a row of both transports is there twice */
extern struct ps_glance ps_application_range[PS_RANGES_MOST];
extern bool ps_application_port_like[256]; /* low bytes of all ports beside which rows hold */

#endif
