/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A snapshot's life: it owns its arrays and nothing else.
 */
#include "portsniff/snapshot.h"

#include <stdlib.h>

void ps_snapshot_init(struct ps_snapshot *snapshot)
{
    *snapshot = (struct ps_snapshot){.first_ns = PS_TIME_NONE, .last_ns = PS_TIME_NONE};
}

void ps_snapshot_finish(struct ps_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->finding_count; i++)
        free(snapshot->finding[i].what);
    free(snapshot->finding);
    free(snapshot->ephemeral);
    free(snapshot->service);
    free(snapshot->flow);
    free(snapshot->input);
    free(snapshot->port);
    free(snapshot->pair);
    free(snapshot->host);
    free(snapshot->time);
    free(snapshot->tunnel);
    free(snapshot->ledger);
    ps_snapshot_init(snapshot);
}
