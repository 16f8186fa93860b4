/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interfaces that a pcapng section describes: link type, snapshot length, clock and drop counts.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_PCAPNG_INTERFACE_H
#define PORTSNIFF_CAPTURE_PCAPNG_INTERFACE_H

#include "facts.h"
#include "portsniff/bytes.h"

/* How many time units become nanoseconds. */
enum ps_clock_kind {
    PS_CLOCK_MULTIPLY, /* a unit is `factor` nanoseconds */
    PS_CLOCK_DIVIDE,   /* a nanosecond is `factor` units; 0: no unit is ever a nanosecond */
    PS_CLOCK_SHIFT,    /* a unit is 2^-factor seconds */
};

struct ps_clock {
    enum ps_clock_kind kind;
    uint64_t factor;
    int64_t offset_ns; /* to be added */
};

struct ps_interface {
    uint16_t link_type;
    bool met;      /* a packet of it was read */
    uint32_t snap; /* snapshot length, bytes; 0: none */
    struct ps_clock clock;
    uint64_t dropped_by_interface, dropped_by_kernel; /* as its last statistics block says */
};

/* Reads the body (without block type and lengths) of an interface description block.  0, or -1 when it is too short. */
int ps_interface_read(struct ps_bytes body, bool big_endian, struct ps_interface *ret_interface);

/* Takes drop counts from the options of an interface statistics block into the facts' sums. */
void ps_interface_statistics(struct ps_bytes body, bool big_endian, struct ps_interface *interface,
                             struct ps_input *input);

/* Nanoseconds since 1970; times that do not fit become the nearest one that does. */
int64_t ps_clock_time(const struct ps_clock *clock, uint64_t units);

#endif
