/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sentence of a finding, put together piece by piece.
 */
#ifndef PORTSNIFF_FINDINGS_WORDS_H
#define PORTSNIFF_FINDINGS_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/application.h"
#include "portsniff/key.h"
#include "portsniff/names.h"

/* Longer than any sentence that detectors make; what does not fit is cut off. */
#define PS_WORDS_SIZE 512

struct ps_words {
    char text[PS_WORDS_SIZE]; /* NUL-terminated */
    size_t used;
};

/* Each adds to the end. */
__attribute__((format(printf, 2, 3))) void ps_words_add(struct ps_words *words, const char *format, ...);
/* "1,204" */
void ps_words_number(struct ps_words *words, uint64_t number);
/* "1 try", "1,204 tries" */
void ps_words_counted(struct ps_words *words, uint64_t number, const char *one, const char *many);
/* "192.0.2.7" */
void ps_words_address(struct ps_words *words, uint8_t family, const struct ps_address *address);
/* "443/tcp" */
void ps_words_port(struct ps_words *words, uint8_t transport, uint16_t port);

/* "tcp", "TCP"; "?" and "packet" for what is none. Static. */
const char *ps_words_transport(uint8_t transport);
const char *ps_words_transport_upper(uint8_t transport);
/* "https", "" when the port has no name, or when there are no names (NULL). Owned by `names`. */
const char *ps_words_service(const struct ps_names *names, uint8_t transport, uint16_t port);
/* "SSH", "MySQL": as people write it. Static. */
const char *ps_words_application(enum ps_application application);

#endif
