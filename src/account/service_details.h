/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of a service beside its counts: who took part, handshake times, what was spoken.  It takes memory as there
 * is more to know, so a bounded table has to ask how much.
 */
#ifndef PORTSNIFF_ACCOUNT_SERVICE_DETAILS_H
#define PORTSNIFF_ACCOUNT_SERVICE_DETAILS_H

#include <stddef.h>

#include "distinct.h"
#include "portsniff/snapshot.h"
#include "rtt.h"

struct speech; /* flows per application */

/* All zero is an empty one. */
struct service_details {
    struct distinct clients, servers;
    struct rtt_histogram *rtt; /* NULL: no handshake was measured */
    struct speech *speech;     /* NULL: no flow was recognised */
};

void ps_details_finish(struct service_details *details);
/* Bytes that they take beside the struct itself. */
size_t ps_details_bytes(const struct service_details *details);

/* Each of these returns false when memory is out. */
bool ps_details_add_rtt(struct service_details *details, uint64_t time_ns);
/* One flow that speaks this; PS_APPLICATION_NONE is fine. */
bool ps_details_add_speech(struct service_details *details, uint16_t application);
bool ps_details_add_ends(struct service_details *details, const struct ps_flow_row *row);
bool ps_details_merge(struct service_details *details, const struct service_details *part);
/* From now on clients and servers are estimated, each in as much memory as that needs, when their exact sets take more. */
bool ps_details_shrink(struct service_details *details);

/* What most of the recognised flows speak. */
uint16_t ps_details_spoken(const struct service_details *details);

#endif
