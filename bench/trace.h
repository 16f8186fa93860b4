/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Capture files for made-up traffic: pcap and pcapng, little-endian whatever the machine.
 */
#ifndef PORTSNIFF_BENCH_TRACE_H
#define PORTSNIFF_BENCH_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct trace_form {
    bool pcapng;
    bool nanoseconds; /* else microseconds */
};

/* Failures stick in `file` (ferror). */
void trace_begin(FILE *file, struct trace_form form);
void trace_packet(FILE *file, struct trace_form form, uint64_t time_ns, const uint8_t *bytes, uint32_t captured,
                  uint32_t original);

#endif
