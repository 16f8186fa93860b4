/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attacks on memory and time that come as packets.  Each function makes the packets of number `i` of an attack; numbers
 * go up from 0, and the same number always makes the same packets.
 */
#ifndef PORTSNIFF_BOUNDS_ATTACKS_H
#define PORTSNIFF_BOUNDS_ATTACKS_H

#include "packet.h"

#define LINK_ETHERNET 1
#define LINK_RAW      101 /* begins with an IPv4 or IPv6 header */

struct attack {
    const char *name;
    uint16_t link_type;
    void (*make)(struct writer *writer, uint64_t i);
};

/* Each list ends with a name that is NULL. */
extern const struct attack flow_attacks[];      /* tables of flows, and what is made of them */
extern const struct attack collision_attacks[]; /* keys that were chosen */
extern const struct attack fragment_attacks[];
extern const struct attack nest_attacks[]; /* headers in headers, and what names tunnels */

#endif
