/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the views of services share: the rows in the order asked for, the sum of those that were cut, and what follows
 * from a row's counts. Each packet counts once, under the port of its server.
 */
#ifndef PORTSNIFF_REPORT_SERVICES_H
#define PORTSNIFF_REPORT_SERVICES_H

#include "model.h"

struct ps_report_services {
    const struct ps_report *report;
    const void *const *order;    /* struct ps_service_row */
    struct ps_service_row other; /* sum of the rows cut; without clients, servers and round trips */
    uint64_t bytes, measured;    /* of all rows; measured: by evidence that shows the server */
};

/* The services of the report's snapshot, of which the first `shown` are not in `other`; in the report's memory. NULL,
 * and report->failed, when it is out. */
const struct ps_report_services *ps_report_services(struct ps_report *report, size_t shown);
/* Services that stand in `other` because they left their table: a service may have left more than once, but each has a
 * port of its own. */
uint64_t ps_services_left(const struct ps_snapshot *snapshot);
/* The row at an index of the order, or the sum for PS_INDEX_OTHER. */
const struct ps_service_row *ps_report_service(const struct ps_report_services *services, size_t index);

uint64_t ps_service_bytes(const struct ps_service_row *row);
uint64_t ps_service_packets(const struct ps_service_row *row);
/* Bytes of which the capture itself shows the server: evidence up to PS_EVIDENCE_MEASURED. */
uint64_t ps_service_measured(const struct ps_service_row *row);
/* Connections that were answered: *ret_tried is those of which it can be told. */
uint64_t ps_service_answered(const struct ps_service_row *row, uint64_t *ret_tried);

/* Bytes by the range of the server's port, and of the client's: each packet once in either. */
struct ps_class_roles {
    uint64_t server[PS_CLASS_COUNT], client[PS_CLASS_COUNT];
};
struct ps_class_roles ps_class_roles(const struct ps_snapshot *snapshot);

#endif
