/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Details are made when there is something to put in, as most services of a flood have none.
 */
#include "service_details.h"

#include <stdlib.h>

#include "portsniff/application.h"

struct speech {
    uint32_t flows[PS_APPLICATION_COUNT];
};

void ps_details_finish(struct service_details *d)
{
    ps_distinct_finish(&d->clients);
    ps_distinct_finish(&d->servers);
    free(d->rtt);
    free(d->speech);
    *d = (struct service_details){.rtt = NULL};
}

size_t ps_details_bytes(const struct service_details *d)
{
    return ps_distinct_bytes(&d->clients) + ps_distinct_bytes(&d->servers) + (d->rtt ? sizeof(*d->rtt) : 0) +
           (d->speech ? sizeof(*d->speech) : 0);
}

bool ps_details_add_rtt(struct service_details *d, uint64_t time_ns)
{
    if (!d->rtt)
        d->rtt = calloc(1, sizeof(*d->rtt));
    if (d->rtt)
        ps_rtt_histogram_add(d->rtt, time_ns);
    return d->rtt != NULL;
}

bool ps_details_add_speech(struct service_details *d, uint16_t application)
{
    if (application == PS_APPLICATION_NONE)
        return true;
    if (!d->speech)
        d->speech = calloc(1, sizeof(*d->speech));
    if (d->speech)
        d->speech->flows[application]++;
    return d->speech != NULL;
}

bool ps_details_add_ends(struct service_details *d, const struct ps_flow_row *row)
{
    bool peers = row->evidence == PS_EVIDENCE_PEERS; /* both are both */
    return ps_distinct_add(&d->clients, &row->client, row->family) &&
           ps_distinct_add(&d->servers, &row->server, row->family) &&
           (!peers || (ps_distinct_add(&d->clients, &row->server, row->family) &&
                       ps_distinct_add(&d->servers, &row->client, row->family)));
}

bool ps_details_merge(struct service_details *to, const struct service_details *from)
{
    if (from->rtt && !to->rtt)
        to->rtt = calloc(1, sizeof(*to->rtt));
    if (from->speech && !to->speech)
        to->speech = calloc(1, sizeof(*to->speech));
    if ((from->rtt && !to->rtt) || (from->speech && !to->speech))
        return false;
    for (unsigned b = 0; from->rtt && b < PS_RTT_BUCKETS; b++)
        to->rtt->bucket[b] += from->rtt->bucket[b];
    for (unsigned a = 0; from->speech && a < PS_APPLICATION_COUNT; a++)
        to->speech->flows[a] += from->speech->flows[a];
    return ps_distinct_merge(&to->clients, &from->clients) && ps_distinct_merge(&to->servers, &from->servers);
}

bool ps_details_shrink(struct service_details *d)
{
    return ps_distinct_shrink(&d->clients) && ps_distinct_shrink(&d->servers);
}

uint16_t ps_details_spoken(const struct service_details *d)
{
    uint16_t most = PS_APPLICATION_NONE;
    for (uint16_t a = PS_APPLICATION_NONE + 1; d->speech && a < PS_APPLICATION_COUNT; a++)
        if (d->speech->flows[a] > (most ? d->speech->flows[most] : 0))
            most = a;
    return most;
}
