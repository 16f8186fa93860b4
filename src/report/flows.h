/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the views of flows share: the rows in the order asked for, and the sum of those that were cut.
 */
#ifndef PORTSNIFF_REPORT_FLOWS_H
#define PORTSNIFF_REPORT_FLOWS_H

#include "model.h"

struct ps_report_flows {
    const struct ps_report *report;
    const void *const *order; /* struct ps_flow_row; NULL: as the snapshot has them */
    struct ps_flow_row other; /* counts only */
    uint64_t bytes;           /* of all rows */
};

/* The flows of the report's snapshot, of which the first `shown` are not in `other`; in the report's memory. NULL, and
 * report->failed, when it is out. */
const struct ps_report_flows *ps_report_flows(struct ps_report *report, size_t shown);
/* Which end of a flow is local, as the options name local networks. */
enum ps_local_end {
    PS_LOCAL_NONE, /* neither, or both */
    PS_LOCAL_CLIENT,
    PS_LOCAL_SERVER
};
enum ps_local_end ps_flow_local_end(const struct ps_report_options *options, const struct ps_flow_row *flow);
/* The row at an index of the order, or the sum for PS_INDEX_OTHER. */
const struct ps_flow_row *ps_report_flow(const struct ps_report_flows *flows, size_t index);

#endif
