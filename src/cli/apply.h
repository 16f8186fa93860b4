/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One option into the config. Room: cli, internal.
 */
#ifndef PORTSNIFF_CLI_APPLY_H
#define PORTSNIFF_CLI_APPLY_H

#include "options.h"
#include "portsniff/config.h"
#include "portsniff/error.h"

/* Does to the config what the option says. `value` is "" for flags and not owned. Returns 0, or
 * -1 with `error` set. */
int ps_option_apply(const struct ps_option *option, const char *value, struct ps_config *config,
                    struct ps_error *error);

#endif
