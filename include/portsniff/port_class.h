/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The three ranges of port numbers.  Room: packet.
 */
#ifndef PORTSNIFF_PORT_CLASS_H
#define PORTSNIFF_PORT_CLASS_H

#include <stdint.h>

/* IANA's ranges, RFC 6335 section 6. */
enum ps_port_class {
    PS_CLASS_WELL_KNOWN, /* 0-1023 */
    PS_CLASS_REGISTERED, /* 1024-49151 */
    PS_CLASS_DYNAMIC,    /* 49152-65535 */
    PS_CLASS_COUNT
};

static inline enum ps_port_class ps_port_class(uint16_t port)
{
    return (enum ps_port_class)((port >= 1024) + (port >= 49152)); /* no branch: ports of a flood are random */
}

#endif
