/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live capture: the loop that counts what comes in, and shows it at intervals by the clock.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_H
#define PORTSNIFF_ENGINE_WATCH_H

#include "portsniff/engine.h"

/* ps_engine_run() when interfaces are given. */
enum ps_exit ps_watch_run(const struct ps_config *config);

#endif
