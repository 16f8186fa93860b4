/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of options: text to numbers. Room: cli, internal. On failure (-1) each sets a usage error
 * that begins with the option's name, and leaves its output as it was.
 */
#ifndef PORTSNIFF_CLI_VALUES_H
#define PORTSNIFF_CLI_VALUES_H

#include <stdint.h>

#include "options.h"
#include "portsniff/decode.h"
#include "portsniff/error.h"
#include "portsniff/report.h"

/* Decimal digits only, at least `least`, at most UINT64_MAX. */
int ps_value_number(const struct ps_option *option, const char *text, uint64_t least, uint64_t *ret_number,
                    struct ps_error *error);
/* Digits and a unit, as nanoseconds; from 1 ms to 87600 h (ten years). */
int ps_value_time(const struct ps_option *option, const char *text, uint64_t *ret_ns, struct ps_error *error);
/* Digits and a unit K, M or G, as bytes; from `least` (a power of 1024 or a multiple).  Without a unit they count `plain`
 * bytes. */
int ps_value_size(const struct ps_option *option, const char *text, uint64_t least, uint64_t plain, uint64_t *ret_bytes,
                  struct ps_error *error);
/* "10.0.0.0/8", "2001:db8::1" */
int ps_value_network(const struct ps_option *option, const char *text, struct ps_network *ret_network,
                     struct ps_error *error);
/* One of the option's words. */
int ps_value_word(const struct ps_option *option, const char *text, unsigned *ret_value, struct ps_error *error);
/* Some of the option's words, joined by commas; their values are or-ed. */
int ps_value_words(const struct ps_option *option, const char *text, unsigned *ret_values, struct ps_error *error);
/* "vxlan=8472" */
int ps_value_tunnel_port(const struct ps_option *option, const char *text, struct ps_tunnel_port *ret_port,
                         struct ps_error *error);

#endif
