/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port pairs folded for people: one row for a port and all its partners, instead of one for every
 * temporary port that a client happened to draw.
 *
 * The rule: of a pair's two ports the hub is the one with more different partners; of equals the
 * one that has a service name; of equals the lower one. Pairs with the same protocol and hub are
 * one row. A port that talks to itself (mdns) is a row of its own. So every pair is in exactly one
 * row, and the same pairs give the same rows in whatever order they come.
 */
#ifndef PORTSNIFF_REPORT_FOLD_H
#define PORTSNIFF_REPORT_FOLD_H

#include "model.h"

struct ps_fold_row {
    uint8_t transport; /* enum ps_transport */
    uint16_t hub;
    uint16_t low, high; /* lowest and highest partner */
    uint32_t partners;  /* how many there are */
    struct ps_count from_hub, to_hub;
};

struct ps_fold {
    const struct ps_fold_row *row; /* as many as the report asks for, in the order asked for */
    size_t count;
    size_t rest; /* rows that are not shown */
    struct ps_count rest_from_hub, rest_to_hub;
};

/* The folded rows of the report's snapshot, in the report's memory; NULL, and report->failed, when it is out. */
const struct ps_fold *ps_fold_pairs(struct ps_report *report);

/* What a row's partners are called: "49490", "1883 mqtt", "611 ports". Cut when `size` is short. */
void ps_fold_partners(const struct ps_report *report, const struct ps_fold_row *row, char *to, size_t size);

#endif
