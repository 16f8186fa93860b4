/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line.  Room: cli.  One option table makes the parser, --help, the manual's option section and the
 * completions.
 */
#ifndef PORTSNIFF_CLI_H
#define PORTSNIFF_CLI_H

#include "portsniff/config.h"
#include "portsniff/error.h"
#include "portsniff/out.h"

/* Fills `ret_config` (finish it).  Returns 0, -1 with a usage error whose text ends in a hint at --help, or -2 with a
 * sentence when memory is out. */
int ps_cli_parse(int argc, char *const *argv, struct ps_config *ret_config, struct ps_error *error);
void ps_cli_finish(struct ps_config *config);

void ps_cli_help(struct ps_out *out);
/* The OPTIONS section of portsniff(1), in mdoc(7). */
void ps_cli_man_options(struct ps_out *out);
/* `shell`: "bash", "zsh" or "fish". Returns 0, or -1 for another shell. */
int ps_cli_completion(const char *shell, struct ps_out *out);

#endif
