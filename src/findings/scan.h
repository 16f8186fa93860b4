/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What horizontal and vertical scans have in common: one client, many targets, little success.
 */
#ifndef PORTSNIFF_FINDINGS_SCAN_H
#define PORTSNIFF_FINDINGS_SCAN_H

#include "words.h"
#include "work.h"

/* Targets of one client: ports of one server, or servers of one port. */
struct ps_scan {
    const struct ps_flow_row *flow; /* one of them, NULL: there is none */
    uint64_t tried;                 /* targets */
    uint64_t failed;                /* of these: refused, silent, or half-open and left */
    uint64_t fruitless;             /* failed, or connected without a byte of content */
    uint64_t answered;              /* the port is open */
    uint64_t talked;                /* the client sent content (TCP), or got an answer (others) */
    struct ps_extent extent;
    int64_t start_first_ns, start_last_ns; /* first packets of the targets; PS_TIME_NONE: one has no time */
};

void ps_scan_init(struct ps_scan *scan);
/* Adds one target: the flows [from, to) of an order. `listens`: where only the server spoke,
 * the target was of use as well (a file that was fetched). */
void ps_scan_add(struct ps_scan *scan, const struct ps_work *work, const uint32_t *order, size_t from, size_t to,
                 bool listens);
/* Whether so many targets, so few of them of use, are a scan. */
bool ps_scan_is_wide(const struct ps_scan *scan);
/* The flows [from, to) of an order are told by this finding. */
void ps_scan_mark(struct ps_work *work, const uint32_t *order, size_t from, size_t to);

/* The scans of one client, of which one row is made. */
struct ps_scanner {
    struct ps_scan largest;
    uint64_t scans, tried, answered;
    struct ps_extent extent;
    enum ps_severity severity;
};

void ps_scanner_init(struct ps_scanner *scanner);
void ps_scanner_add(struct ps_scanner *scanner, const struct ps_scan *scan, enum ps_severity severity);
/* Adds a row for the client, if there is something to tell. */
void ps_scanner_see(const struct ps_scanner *scanner, struct ps_work *work, bool has_port);
/* ", 3 answered." */
void ps_scanner_tell_answers(const struct ps_sight *sight, struct ps_words *words);

/* What the numbers of such a sight mean. */
enum {
    PS_SCANNER_LARGEST, /* targets of the largest scan */
    PS_SCANNER_SCANS,
    PS_SCANNER_ANSWERED /* targets of all scans */
};

#endif
