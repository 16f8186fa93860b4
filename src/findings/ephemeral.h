/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which temporary ports clients used, and how many at once.
 */
#ifndef PORTSNIFF_FINDINGS_EPHEMERAL_H
#define PORTSNIFF_FINDINGS_EPHEMERAL_H

#include <stddef.h>

#include "portsniff/parts.h"
#include "portsniff/snapshot.h"

/* Clients that use so many of 100 ports of their range at once are told. */
#define PS_EXHAUSTION_PERCENT 80u

struct ps_ephemeral {
    struct ps_ephemeral_row *row; /* owned: as ps_findings_collect() promises them */
    size_t count;
    struct ps_ephemeral_row *full; /* owned: all that may be short of ports, shown or not */
    size_t full_count;
};

/* Whether a flow is counted here. */
static inline bool ps_is_temporary(const struct ps_flow_row *flow)
{
    return flow->evidence != PS_EVIDENCE_PEERS && flow->client_port >= 1024 && flow->client_port != flow->server_port &&
           (flow->transport == PS_TRANSPORT_TCP || flow->transport == PS_TRANSPORT_UDP);
}

/* Makes the rows that the snapshot's wish asks for; the others go into its rest.  `clients`: see clients.h.  Returns 0, or
 * -1 when memory is out. */
int ps_ephemeral_collect(struct ps_snapshot *snapshot, const struct ps_parts *clients,
                         struct ps_ephemeral *ret_ephemeral);

#endif
