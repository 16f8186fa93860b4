/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells by its first bytes what a file is.  Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_RECOGNISE_H
#define PORTSNIFF_CAPTURE_RECOGNISE_H

#include "facts.h"
#include "stream.h"

enum ps_container {
    PS_CONTAINER_PCAP,
    PS_CONTAINER_PCAPNG,
    PS_CONTAINER_NONE,  /* something else, or nothing; facts->problem says what */
    PS_CONTAINER_RETRY, /* a signal came */
    PS_CONTAINER_FAILED /* it could not be read as far as that shows */
};

/* Looks at the content of *stream.  Where it is compressed, a decompressor is put on top and *stream replaced by it,
 * until the content is something else. */
enum ps_container ps_recognise(struct ps_stream **stream, struct ps_facts *facts);

#endif
