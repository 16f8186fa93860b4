/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a person is told when the command line is wrong. Room: cli, internal.
 */
#ifndef PORTSNIFF_CLI_USAGE_H
#define PORTSNIFF_CLI_USAGE_H

#include "options.h"
#include "portsniff/error.h"

/* Sets a sentence that ends in the hint at --help. Returns -1. `error` may be NULL. */
__attribute__((format(printf, 2, 3))) int ps_cli_usage(struct ps_error *error, const char *format, ...);

/* Remembers which of some words is nearest to what was typed. Begin with {typed}. */
struct ps_nearest {
    const char *typed;
    const char *word; /* the nearest one so far, or NULL while none is near */
    size_t distance;  /* of `word` */
};
void ps_nearest_offer(struct ps_nearest *nearest, const char *word);

#endif
