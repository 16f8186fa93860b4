/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Snapshots made by hand: traffic is told packet group by packet group, and every table of the
 * snapshot follows from it, so that tables agree with each other as real ones do.
 */
#ifndef TEST_REPORT_SAMPLE_H
#define TEST_REPORT_SAMPLE_H

#include "portsniff/names.h"
#include "portsniff/out.h"
#include "portsniff/report.h"
#include "portsniff/snapshot.h"

/* 2026-11-23 09:14:02 UTC, where the samples begin. */
#define SAMPLE_START_NS  INT64_C(1795425242000000000)
#define SAMPLE_SECOND_NS INT64_C(1000000000)

struct sample {
    struct ps_snapshot snapshot;
    struct ps_names *names;
    struct ps_report_options options; /* text, summary, 10 rows, 80 columns, ASCII, no colour */
};

/* An empty final snapshot of "office.pcapng"; only the built-in names, so that no machine differs. */
void sample_init(struct sample *sample);
void sample_finish(struct sample *sample);

/* `packets` packets of `bytes` wire bytes altogether from one port to another; the lower one is the server's. */
void sample_traffic(struct sample *sample, enum ps_transport transport, uint16_t source, uint16_t destination,
                    uint64_t packets, uint64_t bytes);
/* Packets without ports. */
void sample_ledger(struct sample *sample, enum ps_row row, enum ps_detail kind, uint16_t detail, uint64_t packets,
                   uint64_t bytes);
void sample_host(struct sample *sample, uint32_t ipv4, uint64_t sent_bytes, uint64_t received_bytes);
void sample_tunnel(struct sample *sample, enum ps_tunnel kind, uint16_t port, uint32_t id, uint64_t packets,
                   uint64_t bytes);
/* `kind` has to live on. */
void sample_finding(struct sample *sample, enum ps_severity severity, const char *kind, const char *what,
                    uint64_t packets);
/* The row, to be changed before the next one comes. */
struct ps_ephemeral_row *sample_ephemeral(struct sample *sample, uint32_t client, uint16_t range_low,
                                          uint16_t range_high);
/* A bucket of one second, `second` seconds behind the start. */
void sample_time(struct sample *sample, unsigned second, uint64_t packets, uint64_t bytes);
/* Puts the rows into their standard order; call it when all is told. */
void sample_sort(struct sample *sample);

/* A working day's five minutes: everything that a report can show. */
void sample_office(struct sample *sample);

/* The report (or the interval line) as a string, to be freed by the caller. */
char *sample_report(const struct sample *sample);
char *sample_interval(const struct sample *sample);

#endif
