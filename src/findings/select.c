/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow matters by itself (what it speaks, its ports), or together with others: with all flows of a client of which some
 * failed, or with all flows to a port where some failed.  Clients and ports are remembered by hash: where two meet by
 * accident, flows are kept that say nothing.
 */
#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "detectors.h"
#include "ephemeral.h"
#include "flow.h"
#include "portsniff/application.h"
#include "portsniff/scratch.h"

/* A scan, of either kind, has at least so many targets in vain.  Without a handshake one failure is enough: a client with
 * many targets is not told of for any of them. */
#define FAILURES_LEAST 4u
#define FAILURES_MOST  UINT8_MAX

#define SLOTS_LEAST 1024u
#define SLOTS_MOST  (1u << 24)

struct sieve {
    const struct ps_snapshot *snapshot;
    struct ps_selection *to;
    uint64_t *alone; /* flows that matter by themselves, ascending */
    size_t alone_count, alone_room;
    uint8_t *client; /* failures by hash, up to FAILURES_MOST; NULL: none yet */
    uint8_t *server; /* whether some failed there */
    size_t slots;
    bool silent, torrent, rpc, reserved; /* seen */
};

static size_t client_slot(const struct sieve *sieve, const struct ps_flow_row *flow)
{
    uint64_t key = ps_address_key(&flow->client, flow->family);
    return (size_t)(ps_hash_word(ps_hash_seed(), key) >> 20) & (sieve->slots - 1);
}

static size_t server_slot(const struct sieve *sieve, const struct ps_flow_row *flow)
{
    uint64_t key = ps_address_key(&flow->server, flow->family);
    uint64_t port = (uint64_t)flow->transport << 16 | flow->server_port;
    return (size_t)(ps_hash_pair(ps_hash_seed(), key, port) >> 20) & (sieve->slots - 1);
}

static int make_slots(struct sieve *sieve)
{
    sieve->slots = SLOTS_LEAST;
    while (sieve->slots < SLOTS_MOST && sieve->slots < 4 * ps_snapshot_flows(sieve->snapshot))
        sieve->slots *= 2;
    sieve->client = ps_scratch_get(sieve->slots, 1);
    sieve->server = ps_scratch_get(sieve->slots, 1);
    return sieve->client == NULL || sieve->server == NULL ? -1 : 0;
}

/* Takes note of a flow that may have failed. */
static int note_failure(struct sieve *sieve, const struct ps_flow_row *flow, enum ps_try try)
{
    if (sieve->client == NULL && make_slots(sieve) != 0)
        return -1;
    uint8_t *failures = &sieve->client[client_slot(sieve, flow)];
    unsigned sum = *failures + (flow->transport == PS_TRANSPORT_TCP ? 1 : FAILURES_LEAST);
    *failures = (uint8_t)(sum < FAILURES_MOST ? sum : FAILURES_MOST);
    if (try != PS_TRY_HALF_OPEN)
        sieve->server[server_slot(sieve, flow)] = 1;
    sieve->silent |= try == PS_TRY_SILENT && flow->transport != PS_TRANSPORT_TCP;
    return 0;
}

static int note_alone(struct sieve *sieve, uint64_t index)
{
    if (sieve->alone_count == sieve->alone_room) {
        size_t room = sieve->alone_room > 0 ? sieve->alone_room * 2 : 64;
        uint64_t *alone = realloc(sieve->alone, room * sizeof *alone);
        if (alone == NULL)
            return -1;
        sieve->alone = alone;
        sieve->alone_room = room;
    }
    sieve->alone[sieve->alone_count++] = index;
    return 0;
}

static int note_flow(struct sieve *sieve, const struct ps_flow_row *flow, uint64_t index)
{
    if (ps_is_temporary(flow) && !ps_clients_add(&sieve->to->clients, flow, index))
        return -1;
    sieve->torrent |= flow->application == PS_APPLICATION_BITTORRENT;
    sieve->rpc |= flow->server_port == 111 || flow->server_port == 2049 || flow->server_port == 24007;
    bool reserved = ps_reserved_client_asks(flow);
    sieve->reserved |= reserved;
    bool zero = flow->client_port == 0 || flow->server_port == 0;
    if ((reserved || zero || ps_odd_service_asks(flow) || ps_clear_text_asks(flow)) && note_alone(sieve, index) != 0)
        return -1;
    enum ps_try try = ps_flow_try(flow, true); /* as if all clients were heard */
    bool failed = try >= PS_TRY_REFUSED && try <= PS_TRY_HALF_OPEN;
    return failed ? note_failure(sieve, flow, try) : 0;
}

static int keep(struct ps_selection *to, const struct ps_flow_row *flow)
{
    if (to->count == to->room) {
        size_t room = to->room > 0 ? to->room * 2 : 64;
        struct ps_flow_row *grown = realloc(to->flow, room * sizeof *grown);
        if (grown == NULL)
            return -1;
        to->flow = grown;
        to->room = room;
    }
    to->flow[to->count++] = *flow;
    return 0;
}

static bool fails(const struct sieve *sieve, const struct ps_flow_row *flow)
{
    return sieve->client[client_slot(sieve, flow)] >= FAILURES_LEAST || sieve->server[server_slot(sieve, flow)];
}

/* Nothing failed: only flows that matter by themselves are read again. */
static int keep_alone(const struct sieve *sieve)
{
    for (size_t i = 0; i < sieve->alone_count; i++) {
        struct ps_flow_row flow;
        if (ps_snapshot_flow(sieve->snapshot, sieve->alone[i], &flow) && keep(sieve->to, &flow) != 0)
            return -1;
    }
    return 0;
}

static int keep_all(const struct sieve *sieve)
{
    size_t next = 0, count = ps_snapshot_flows(sieve->snapshot);
    for (size_t i = 0; i < count; i++) {
        struct ps_flow_row flow;
        bool alone = next < sieve->alone_count && sieve->alone[next] == i;
        next += alone;
        if (ps_snapshot_flow(sieve->snapshot, i, &flow) && (alone || fails(sieve, &flow)) &&
            keep(sieve->to, &flow) != 0)
            return -1;
    }
    return 0;
}

static int sift(struct sieve *sieve)
{
    size_t count = ps_snapshot_flows(sieve->snapshot);
    if (count >> PS_USE_INDEX_BITS != 0 || !ps_parts_init(&sieve->to->clients, count))
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct ps_flow_row flow;
        if (ps_snapshot_flow(sieve->snapshot, i, &flow) && note_flow(sieve, &flow, i) != 0)
            return -1;
    }
    sieve->to->asks_addresses =
        sieve->silent || (sieve->torrent && sieve->client != NULL) || (sieve->rpc && sieve->reserved);
    return sieve->client != NULL ? keep_all(sieve) : keep_alone(sieve);
}

int ps_select(const struct ps_snapshot *snapshot, struct ps_selection *ret_selection)
{
    *ret_selection = (struct ps_selection){.flow = NULL};
    struct sieve sieve = {.snapshot = snapshot, .to = ret_selection};
    int failed = sift(&sieve);
    free(sieve.alone);
    ps_scratch_put(sieve.client, sieve.slots, 1);
    ps_scratch_put(sieve.server, sieve.slots, 1);
    return failed;
}

void ps_selection_finish(struct ps_selection *selection)
{
    free(selection->flow);
    ps_parts_finish(&selection->clients);
    *selection = (struct ps_selection){.flow = NULL};
}
