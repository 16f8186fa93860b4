/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people call a port.  Room: names.
 */
#ifndef PORTSNIFF_NAMES_H
#define PORTSNIFF_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/error.h"
#include "portsniff/key.h"
#include "portsniff/port_class.h"

/* "well-known", "registered", "dynamic". Static. */
const char *ps_port_class_name(enum ps_port_class class);

struct ps_names;

/* Service names from `file` (services(5) format; NULL: none), then the system's /etc/services, then a built-in table;
 * earlier ones win.  `numeric`: knows no names at all.  A file that was asked for and cannot be read or holds a line that
 * is not in the format is an error that names the line; the system's file may be missing or odd.
 * Returns 0 and *ret_names (destroy it), or -1. */
int ps_names_create(const char *file, int numeric, struct ps_names **ret_names, struct ps_error *error);
void ps_names_destroy(struct ps_names *names);

/* Whether the built-in table names the port: the same answer on every machine and with every option, so that it may be
 * evidence of which end of a flow is the server. */
bool ps_service_registered(enum ps_transport transport, uint16_t port);

/* "https", or "" when there is none.  Owned by `names`. */
const char *ps_service_name(const struct ps_names *names, enum ps_transport transport, uint16_t port);

#endif
