/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A snapshot becomes a report, a report becomes text, JSON or CSV.  Room: report.
 */
#ifndef PORTSNIFF_REPORT_H
#define PORTSNIFF_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/names.h"
#include "portsniff/out.h"
#include "portsniff/snapshot.h"

enum ps_format {
    PS_FORMAT_TEXT,
    PS_FORMAT_JSON,
    PS_FORMAT_JSONL,
    PS_FORMAT_CSV,
    PS_FORMAT_COUNT
};

/* Views as bits, so that several can be asked for. */
enum ps_view {
    PS_VIEW_SUMMARY = 1 << 0, /* what each format shows by default */
    PS_VIEW_PORTS = 1 << 1,
    PS_VIEW_PAIRS = 1 << 2,
    PS_VIEW_RANGES = 1 << 3,
    PS_VIEW_HOSTS = 1 << 4,
    PS_VIEW_TIMELINE = 1 << 5,
    PS_VIEW_TUNNELS = 1 << 6,
    PS_VIEW_LEDGER = 1 << 7,
    PS_VIEW_SERVICES = 1 << 8,
    PS_VIEW_FLOWS = 1 << 9,
    PS_VIEW_FINDINGS = 1 << 10,
    PS_VIEW_EPHEMERAL = 1 << 11,
};

/* Rows per table unless --top says otherwise. */
#define PS_TOP_DEFAULT 10

/* Addresses with the same first `prefix` bits. */
struct ps_network {
    struct ps_address address;
    uint8_t family; /* 4 or 6 */
    uint8_t prefix; /* bits */
};

#define PS_LOCAL_MAX 32

struct ps_report_options {
    enum ps_format format;
    unsigned views; /* enum ps_view bits; never 0 */
    size_t top;     /* rows per table, 0 = all */
    enum ps_sort sort;
    bool numeric;                          /* no service names */
    bool units_exact;                      /* plain integers instead of kB, MB */
    bool color;                            /* decided: text may hold colour */
    bool utf8;                             /* decided: block characters may be used */
    size_t width;                          /* columns of the terminal, at least 40; 80 when unknown */
    struct ps_network local[PS_LOCAL_MAX]; /* whose ends the flows view lists first */
    size_t local_count;
    bool csv_header; /* this document begins the output */
};

/* What a report of these options reads of a snapshot; the second one: what is written for an interval. */
struct ps_wish ps_report_wish(const struct ps_report_options *options);
struct ps_wish ps_report_wish_interval(const struct ps_report_options *options);

/* Writes one whole report (one document, one table for csv) of `snapshot` to `out`.  Returns 0, or -1 when memory is out; write errors
 * stick in `out`. The same snapshot and options give the same bytes. */
int ps_report_write(const struct ps_snapshot *snapshot, const struct ps_names *names,
                    const struct ps_report_options *options, struct ps_out *out);

/* The short periodic form for people: one line of totals and the busiest ports of an interval. Text only.  With `top`
 * at its default there are 5 rows. */
int ps_report_write_interval(const struct ps_snapshot *snapshot, const struct ps_names *names,
                             const struct ps_report_options *options, struct ps_out *out);

/* One interface that can be captured on.  Strings are not owned. */
struct ps_device_row {
    const char *name, *description, *link_type; /* the last two may be NULL */
    const char *state;                          /* "up", "down", "no link" */
    const char *const *address;                 /* as text */
    size_t address_count;
    bool loopback, wireless;
};

/* Writes a list of interfaces as text or, with PS_FORMAT_JSON, one document.  Returns as ps_report_write does. */
int ps_report_write_devices(const struct ps_device_row *device, size_t count, const char *generator,
                            const struct ps_report_options *options, struct ps_out *out);

#endif
