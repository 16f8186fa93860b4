/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The detectors. One that is added needs its file, a line here, and a place in the array of findings.c.
 */
#ifndef PORTSNIFF_FINDINGS_DETECTORS_H
#define PORTSNIFF_FINDINGS_DETECTORS_H

#include "words.h"
#include "work.h"

/* Whether a flow may matter to a detector without looking at others. */
bool ps_odd_service_asks(const struct ps_flow_row *flow);
bool ps_clear_text_asks(const struct ps_flow_row *flow);
bool ps_reserved_client_asks(const struct ps_flow_row *flow);

extern const struct ps_detector ps_detect_odd_service;     /* reads by_server */
extern const struct ps_detector ps_detect_vertical_scan;   /* reads by_target, marks flows as told */
extern const struct ps_detector ps_detect_horizontal_scan; /* reads by_port, marks flows as told */
extern const struct ps_detector ps_detect_failing_client;  /* reads by_target, marks flows as told */
extern const struct ps_detector ps_detect_refused;         /* reads by_server and what is told */
extern const struct ps_detector ps_detect_silent;          /* likewise */
extern const struct ps_detector ps_detect_exhaustion;      /* reads the snapshot's ephemeral rows */
extern const struct ps_detector ps_detect_reserved_client; /* reads by_client */
extern const struct ps_detector ps_detect_clear_text;      /* reads by_server */
extern const struct ps_detector ps_detect_port_zero;
extern const struct ps_detector ps_detect_duplicates;
extern const struct ps_detector ps_detect_disorder;

#endif
