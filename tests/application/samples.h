/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Payloads that the tests of the signatures share.
 */
#ifndef TESTS_APPLICATION_SAMPLES_H
#define TESTS_APPLICATION_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/application.h"

#define SAMPLE_MOST 1500

struct sample {
    const char *name;
    enum ps_application application;
    enum ps_way way;
    enum ps_transport transport;
    uint16_t source, destination;
    const char *bytes;
    uint32_t given;  /* bytes at `bytes` */
    uint32_t length; /* of the payload; 0: as many as given */
    bool random;     /* what is not given is random, else zero */
};

/* What must be named, and what must not. */
extern const struct sample samples[];
extern const size_t samples_count;
extern const struct sample strangers[];
extern const size_t strangers_count;

/* Writes the payload into `to`, which has SAMPLE_MOST bytes.  Returns its length. */
uint32_t sample_write(const struct sample *sample, uint8_t *to);
/* The next of a fixed row of random numbers. */
uint64_t sample_random(uint64_t *state);

#endif
