/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LINKTYPE numbers of files and DLT numbers of libpcap, which differ for a few types.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_LINKTYPE_H
#define PORTSNIFF_CAPTURE_LINKTYPE_H

#include <stdint.h>

/* LINKTYPE_ETHERNET, against which a filter is tried while no packet has come. */
#define PS_LINK_ETHERNET 1

/* The DLT by which libpcap knows a LINKTYPE on this system. */
int ps_linktype_dlt(uint16_t link_type);
/* The LINKTYPE that libpcap writes to files for a DLT of this system. */
uint16_t ps_linktype_of_dlt(int dlt);

#endif
