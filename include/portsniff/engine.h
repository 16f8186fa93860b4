/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns the crank: source, decode, account, snapshot, report.  Room: engine.
 */
#ifndef PORTSNIFF_ENGINE_H
#define PORTSNIFF_ENGINE_H

#include "portsniff/config.h"

/* Exit statuses, as the manual states them. */
enum ps_exit {
    PS_EXIT_COMPLETE = 0,
    PS_EXIT_FAILED = 1,
    PS_EXIT_USAGE = 2,
    PS_EXIT_DAMAGED = 3
};

/* Runs what the config asks for (PS_ACTION_RUN); reports go to the output, errors and progress to standard error. */
enum ps_exit ps_engine_run(const struct ps_config *config);

/* Lists the interfaces (PS_ACTION_LIST). */
enum ps_exit ps_engine_list(const struct ps_config *config);

/* Tells what a run with this config would give up here (PS_ACTION_SANDBOX), by giving it up: nothing else can be done
 * afterwards. */
enum ps_exit ps_engine_show_sandbox(const struct ps_config *config);

#endif
