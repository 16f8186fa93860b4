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

/* A scan, of either kind, has at least so many targets in vain.  A client of datagrams with many targets is told for none
 * of them, so that all its flows are needed where one of them could be told with its server. */
#define CLIENT_LEAST   4u
/* Three tries, or two refused ones: see detect_unreachable.c. */
#define SILENT_WEIGHT  2u
#define REFUSED_WEIGHT 3u
#define SERVER_LEAST   6u
#define WEIGHT_MOST    UINT8_MAX

#define SLOTS_LEAST 1024u
#define SLOTS_MOST  (1u << 24)

struct sieve {
    const struct ps_snapshot *snapshot;
    struct ps_selection *to;
    uint64_t *alone; /* flows that matter by themselves, ascending */
    size_t alone_count, alone_room;
    uint8_t *client; /* failures by hash, up to WEIGHT_MOST; NULL: none yet */
    uint8_t *server; /* likewise */
    size_t slots;
    bool many;         /* enough failures of a client, or at a server */
    bool torrent, rpc; /* seen */
};

/* --- hashes --- */

static uint32_t address_hash(const struct ps_address *address, uint8_t family)
{
    return (uint32_t)(ps_hash_word(ps_hash_seed(), ps_address_key(address, family)) >> 32);
}

static struct ps_face face_of(const struct ps_flow_row *flow)
{
    return (struct ps_face){
        .client = address_hash(&flow->client, flow->family),
        .server = address_hash(&flow->server, flow->family),
        .service = (uint32_t)flow->transport << 16 | flow->server_port,
    };
}

static size_t client_slot(const struct sieve *sieve, const struct ps_face *face)
{
    return face->client & (sieve->slots - 1);
}

static size_t server_slot(const struct sieve *sieve, const struct ps_face *face)
{
    uint64_t mixed = ((uint64_t)face->server ^ (uint64_t)face->service << 32) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 32) & (sieve->slots - 1);
}

/* --- the first time --- */

static int make_slots(struct sieve *sieve)
{
    sieve->slots = SLOTS_LEAST;
    while (sieve->slots < SLOTS_MOST && sieve->slots < 4 * ps_snapshot_flows(sieve->snapshot))
        sieve->slots *= 2;
    sieve->client = ps_scratch_get(sieve->slots, 1);
    sieve->server = ps_scratch_get(sieve->slots, 1);
    return sieve->client == NULL || sieve->server == NULL ? -1 : 0;
}

static bool add_weight(uint8_t *slot, uint64_t weight, unsigned least)
{
    uint64_t sum = *slot + (weight < WEIGHT_MOST ? weight : WEIGHT_MOST);
    *slot = (uint8_t)(sum < WEIGHT_MOST ? sum : WEIGHT_MOST);
    return *slot >= least;
}

/* Takes note of a flow that may have failed. */
static int note_failure(struct sieve *sieve, const struct ps_flow_row *flow, const struct ps_face *face,
                        enum ps_try try)
{
    if (ps_flow_to_many(flow) || ps_flow_maybe_reversed(flow))
        return 0;
    if (sieve->client == NULL && make_slots(sieve) != 0)
        return -1;
    bool told = try == PS_TRY_REFUSED || (try == PS_TRY_SILENT && ps_flow_asks(flow));
    unsigned weight = told && flow->transport != PS_TRANSPORT_TCP ? CLIENT_LEAST : 1;
    sieve->many |= add_weight(&sieve->client[client_slot(sieve, face)], weight, CLIENT_LEAST);
    if (told)
        sieve->many |=
            add_weight(&sieve->server[server_slot(sieve, face)],
                       ps_flow_tries(flow) * (try == PS_TRY_REFUSED ? REFUSED_WEIGHT : SILENT_WEIGHT), SERVER_LEAST);
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
    struct ps_face *face = &sieve->to->face[index];
    *face = face_of(flow);
    if (ps_is_temporary(flow) && !ps_clients_add(&sieve->to->clients, flow, index))
        return -1;
    sieve->torrent |= flow->application == PS_APPLICATION_BITTORRENT;
    sieve->rpc |= flow->server_port == 111 || flow->server_port == 2049 || flow->server_port == 24007;
    bool zero = flow->client_port == 0 || flow->server_port == 0;
    if ((zero || ps_reserved_client_asks(flow) || ps_odd_service_asks(flow) || ps_clear_text_asks(flow)) &&
        note_alone(sieve, index) != 0)
        return -1;
    enum ps_try try = ps_flow_try(flow, true); /* as if all clients were heard */
    bool failed = try >= PS_TRY_REFUSED && try <= PS_TRY_HALF_OPEN;
    return failed ? note_failure(sieve, flow, face, try) : 0;
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

/* --- the second time --- */

static bool fails(const struct sieve *sieve, const struct ps_face *face)
{
    return sieve->client[client_slot(sieve, face)] >= CLIENT_LEAST ||
           sieve->server[server_slot(sieve, face)] >= SERVER_LEAST;
}

static int keep_flow(const struct sieve *sieve, size_t index)
{
    struct ps_flow_row flow;
    return ps_snapshot_flow(sieve->snapshot, index, &flow) ? keep(sieve->to, &flow) : 0;
}

/* Too few failed: only flows that matter by themselves are read again. */
static int keep_alone(const struct sieve *sieve)
{
    int failed = 0;
    for (size_t i = 0; failed == 0 && i < sieve->alone_count; i++)
        failed = keep_flow(sieve, sieve->alone[i]);
    return failed;
}

static int keep_all(const struct sieve *sieve)
{
    size_t next = 0;
    int failed = 0;
    for (size_t i = 0; failed == 0 && i < sieve->to->faces; i++) {
        bool alone = next < sieve->alone_count && sieve->alone[next] == i;
        next += alone;
        if (alone || fails(sieve, &sieve->to->face[i]))
            failed = keep_flow(sieve, i);
    }
    return failed;
}

/* Whether it matters what else an address does: whether it is heard, a peer of a swarm, a server of RPC. */
static bool asks_addresses(const struct sieve *sieve)
{
    const struct ps_selection *to = sieve->to;
    bool asks = (sieve->torrent && sieve->many) || (sieve->rpc && to->count > 0);
    for (size_t i = 0; !asks && i < to->count; i++)
        asks = ps_flow_try(&to->flow[i], true) != ps_flow_try(&to->flow[i], false);
    return asks;
}

static int sift(struct sieve *sieve)
{
    size_t count = ps_snapshot_flows(sieve->snapshot);
    sieve->to->faces = count;
    sieve->to->face = ps_scratch_get(count, sizeof *sieve->to->face);
    if (count >> PS_USE_INDEX_BITS != 0 || sieve->to->face == NULL || !ps_parts_init(&sieve->to->clients, count))
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct ps_flow_row flow;
        if (ps_snapshot_flow(sieve->snapshot, i, &flow) && note_flow(sieve, &flow, i) != 0)
            return -1;
    }
    int failed = sieve->many ? keep_all(sieve) : keep_alone(sieve);
    sieve->to->asks_addresses = asks_addresses(sieve);
    return failed;
}

uint32_t ps_selection_hash(const struct ps_address *address, uint8_t family)
{
    return address_hash(address, family);
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
    ps_scratch_put(selection->face, selection->faces, sizeof *selection->face);
    ps_parts_finish(&selection->clients);
    *selection = (struct ps_selection){.flow = NULL};
}
