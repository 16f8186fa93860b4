/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the names room share: the built-in table, and the reader of services files.
 */
#ifndef PORTSNIFF_NAMES_INTERNAL_H
#define PORTSNIFF_NAMES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/error.h"
#include "portsniff/key.h"
#include "portsniff/names.h"

/* Transports of an entry as bits: 1 << enum ps_transport. */
#define PS_TRANSPORT_BIT(transport) ((uint8_t)(1u << (transport)))

struct ps_builtin_service {
    uint16_t port;
    uint8_t transports; /* PS_TRANSPORT_BIT() of each */
    const char *name;
};

/* Ascending by port; no (port, transport) twice. */
extern const struct ps_builtin_service ps_builtin_services[];
extern const size_t ps_builtin_service_count;

/* A name is 1 to PS_SERVICE_NAME_MAX visible ASCII characters, of which the first is a letter or digit (RFC 6335 section
 * 5.1 has no others there): a spreadsheet takes what begins with =, +, - or @ in a CSV table for a formula. */
#define PS_SERVICE_NAME_MAX 63

/* Called for each entry of a services file. `name` has `length` bytes and no NUL.
 * Returns 0, or -1 to stop because memory is out. */
typedef int ps_services_entry(void *context, enum ps_transport transport, uint16_t port, const char *name,
                              size_t length);

/* Reads text in services(5) format: `name port/protocol [alias ...] [# comment]` per line.
 * Protocols without ports of their own here (ddp, ...) are passed over. A line that is not in the
 * format ends the reading with an error that names `file` and the line when `strict`, else it is
 * passed over. Returns 0, or -1 with `error` set. */
int ps_services_parse(const char *text, size_t length, const char *file, bool strict, ps_services_entry *entry,
                      void *context, struct ps_error *error);

/* ps_names_create() with another file in the place of /etc/services; NULL: none. */
int ps_names_create_from(const char *file, const char *system_file, bool numeric, struct ps_names **ret_names,
                         struct ps_error *error);

#endif
