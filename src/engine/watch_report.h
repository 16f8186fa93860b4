/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a live capture shows: its first line, intervals, and everything so far.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_REPORT_H
#define PORTSNIFF_ENGINE_WATCH_REPORT_H

#include "output.h"
#include "portsniff/config.h"
#include "portsniff/names.h"
#include "portsniff/source.h"
#include "self.h"
#include "watch_parts.h"

struct watch_report {
    const struct ps_config *config;
    struct ps_report_options options;
    struct ps_names *names;
    struct self self;
    struct output output;
    bool output_open;
    bool begun;           /* something stands in the output */
    bool csv_begun;       /* the names of the columns do */
    uint64_t interval_ns; /* of a whole interval */
};

/* Names and output; before the sandbox.  0, or -1 with a sentence.  Finish it with ps_watch_report_close either way. */
int ps_watch_report_open(struct watch_report *report, const struct ps_config *config, struct ps_error *error);
/* Ends the output.  Returns as ps_output_finish does. */
int ps_watch_report_end(struct watch_report *report, bool keep, struct ps_error *error);
void ps_watch_report_close(struct watch_report *report);

/* "eth0: a summary every 10 s; Ctrl-C for the final report". */
void ps_watch_report_first(struct watch_report *report);
/* Shows an interval that is over; `before`: what was counted before it.  0, or -1 when memory is out. */
int ps_watch_report_part(struct watch_report *report, const struct watch_part *part, const struct ps_account *before);
/* Shows `account` as everything that was counted.  Returns as ps_watch_report_part does. */
int ps_watch_report_all(struct watch_report *report, struct ps_account *account, const struct watch_facts *facts,
                        bool final);
/* A new width of the terminal. */
void ps_watch_report_resize(struct watch_report *report);
/* The output's file was moved away: begins another of the same name.  Where that cannot be done the old one goes on, and
 * standard error says so. */
void ps_watch_report_reopen(struct watch_report *report);

#endif
