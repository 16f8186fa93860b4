/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The config at its beginning, and what its strings live in. Room: cli, internal.
 */
#ifndef PORTSNIFF_CLI_STORAGE_H
#define PORTSNIFF_CLI_STORAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "portsniff/config.h"
#include "portsniff/error.h"

/* The config of a command line without options, with room for `path_max` paths and
 * as many interfaces. Returns 0, or -1
 * when memory is out; finish it with ps_cli_finish() either way. */
int ps_config_init(struct ps_config *config, size_t path_max, struct ps_error *error);

/* Copies `path` to the end of the source's list, which has room for `path_max`. */
int ps_config_add_path(struct ps_config *config, const char *path, struct ps_error *error);

/* The same for an interface. */
int ps_config_add_interface(struct ps_config *config, const char *name, struct ps_error *error);

/* Whether memory was out at any time. */
bool ps_config_memory_out(const struct ps_config *config);

/* A copy of `text` that lives as long as the config; NULL with `error` set when memory is out. */
char *ps_config_copy(struct ps_config *config, const char *text, struct ps_error *error);

/* `size` bytes that live as long as the config; NULL with `error` set when memory is out. */
void *ps_config_allocate(struct ps_config *config, size_t size, struct ps_error *error);

#endif
