/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Most LINKTYPE numbers equal the DLT; the rest is in a table (tcpdump.org/linktypes.html).  Numbers 12 and 14 stand in
 * files of systems whose raw IP was called so.
 */
#include "linktype.h"

#include <pcap/dlt.h>
#include <stddef.h>

static const struct {
    uint16_t link_type;
    uint16_t dlt;
} different[] = {
    /* towards a DLT any row counts, towards a LINKTYPE the first */
    {101, DLT_RAW},      {100, DLT_ATM_RFC1483}, {102, DLT_SLIP_BSDOS}, {103, DLT_PPP_BSDOS},
    {106, DLT_ATM_CLIP}, {246, DLT_PFSYNC},      {12, DLT_RAW},         {14, DLT_RAW},
};

#define ROWS (sizeof(different) / sizeof(different[0]))

int ps_linktype_dlt(uint16_t link_type)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (different[i].link_type == link_type)
            return different[i].dlt;
    }
    return link_type;
}

uint16_t ps_linktype_of_dlt(int dlt)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (different[i].dlt == dlt)
            return different[i].link_type;
    }
    return (uint16_t)dlt;
}
