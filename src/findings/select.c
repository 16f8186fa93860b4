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

/* What one worker saw. */
struct sieve {
    struct ps_parts clients;
    uint64_t *alone; /* flows that matter by themselves, ascending */
    size_t alone_count, alone_room;
    uint8_t *client;   /* failures by hash, up to WEIGHT_MOST; NULL: none yet */
    uint8_t *server;   /* likewise */
    bool torrent, rpc; /* seen */
};

struct ps_select {
    size_t flows, slots;
    struct ps_face *face;
    unsigned workers;
    struct sieve by[PS_WORKERS_MAX];
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

static size_t client_slot(const struct ps_select *select, const struct ps_face *face)
{
    return face->client & (select->slots - 1);
}

static size_t server_slot(const struct ps_select *select, const struct ps_face *face)
{
    uint64_t mixed = ((uint64_t)face->server ^ (uint64_t)face->service << 32) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 32) & (select->slots - 1);
}

/* --- the first time --- */

static bool make_slots(const struct ps_select *select, struct sieve *sieve)
{
    if (sieve->client == NULL)
        sieve->client = ps_scratch_get(select->slots, 1);
    if (sieve->server == NULL)
        sieve->server = ps_scratch_get(select->slots, 1);
    return sieve->client != NULL && sieve->server != NULL;
}

static void add_weight(uint8_t *slot, uint64_t weight)
{
    uint64_t sum = *slot + (weight < WEIGHT_MOST ? weight : WEIGHT_MOST);
    *slot = (uint8_t)(sum < WEIGHT_MOST ? sum : WEIGHT_MOST);
}

/* Takes note of a flow that may have failed. */
static bool note_failure(const struct ps_select *select, struct sieve *sieve, const struct ps_flow_row *flow,
                         const struct ps_face *face, enum ps_try try)
{
    if (ps_flow_to_many(flow) || ps_flow_maybe_reversed(flow))
        return true;
    if (!make_slots(select, sieve))
        return false;
    bool told = try == PS_TRY_REFUSED || (try == PS_TRY_SILENT && ps_flow_asks(flow));
    add_weight(&sieve->client[client_slot(select, face)],
               told && flow->transport != PS_TRANSPORT_TCP ? CLIENT_LEAST : 1);
    if (told)
        add_weight(&sieve->server[server_slot(select, face)],
                   ps_flow_tries(flow) * (try == PS_TRY_REFUSED ? REFUSED_WEIGHT : SILENT_WEIGHT));
    return true;
}

static bool note_alone(struct sieve *sieve, uint64_t index)
{
    if (sieve->alone_count == sieve->alone_room) {
        size_t room = sieve->alone_room > 0 ? sieve->alone_room * 2 : 64;
        uint64_t *alone = realloc(sieve->alone, room * sizeof *alone);
        if (alone == NULL)
            return false;
        sieve->alone = alone;
        sieve->alone_room = room;
    }
    sieve->alone[sieve->alone_count++] = index;
    return true;
}

bool ps_select_see(void *owner, unsigned worker, size_t index, const struct ps_flow_row *flow)
{
    struct ps_select *select = owner;
    struct sieve *sieve = &select->by[worker];
    struct ps_face *face = &select->face[index];
    *face = face_of(flow);
    if (ps_is_temporary(flow) && !ps_clients_add(&sieve->clients, flow, index))
        return false;
    sieve->torrent |= flow->application == PS_APPLICATION_BITTORRENT;
    sieve->rpc |= flow->server_port == 111 || flow->server_port == 2049 || flow->server_port == 24007;
    bool zero = flow->client_port == 0 || flow->server_port == 0;
    if ((zero || ps_reserved_client_asks(flow) || ps_odd_service_asks(flow) || ps_clear_text_asks(flow)) &&
        !note_alone(sieve, index))
        return false;
    enum ps_try try = ps_flow_try(flow, true); /* as if all clients were heard */
    bool failed = try >= PS_TRY_REFUSED && try <= PS_TRY_HALF_OPEN;
    return !failed || note_failure(select, sieve, flow, face, try);
}

bool ps_select_begin(void *owner, const struct ps_snapshot *snapshot, size_t flows, unsigned workers)
{
    struct ps_select *select = owner;
    (void)snapshot;
    select->flows = flows;
    select->workers = workers;
    select->slots = SLOTS_LEAST;
    while (select->slots < SLOTS_MOST && select->slots < 2 * flows)
        select->slots *= 2;
    select->face = ps_scratch_get(flows, sizeof *select->face);
    bool begun = select->face != NULL && flows >> PS_USE_INDEX_BITS == 0;
    for (unsigned w = 0; w < workers; w++)
        begun = ps_parts_init(&select->by[w].clients, flows) && begun;
    return begun;
}

struct ps_select *ps_select_create(void)
{
    return calloc(1, sizeof(struct ps_select));
}

void ps_select_destroy(void *owner)
{
    struct ps_select *select = owner;
    for (unsigned w = 0; select != NULL && w < select->workers; w++) {
        struct sieve *sieve = &select->by[w];
        ps_parts_finish(&sieve->clients);
        free(sieve->alone);
        ps_scratch_put(sieve->client, select->slots, 1);
        ps_scratch_put(sieve->server, select->slots, 1);
    }
    if (select != NULL)
        ps_scratch_put(select->face, select->flows, sizeof *select->face);
    free(select);
}

/* --- the second time --- */

static void add_slots(uint8_t *to, const uint8_t *from, size_t slots)
{
    for (size_t i = 0; from != NULL && i < slots; i++)
        add_weight(&to[i], from[i]);
}

/* Everything that workers saw becomes what the first one did. */
static bool join(struct ps_select *select)
{
    struct sieve *to = &select->by[0];
    bool good = true;
    for (unsigned w = 1; good && w < select->workers; w++) {
        const struct sieve *from = &select->by[w];
        ps_parts_join(&to->clients, &select->by[w].clients);
        to->torrent |= from->torrent;
        to->rpc |= from->rpc;
        for (size_t i = 0; good && i < from->alone_count; i++)
            good = note_alone(to, from->alone[i]);
        good = good && ((from->client == NULL && from->server == NULL) || make_slots(select, to));
        if (good) {
            add_slots(to->client, from->client, select->slots);
            add_slots(to->server, from->server, select->slots);
        }
    }
    return good;
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

static bool fails(const struct ps_select *select, const struct ps_face *face)
{
    const struct sieve *all = &select->by[0];
    return all->client[client_slot(select, face)] >= CLIENT_LEAST ||
           all->server[server_slot(select, face)] >= SERVER_LEAST;
}

static int keep_flow(const struct ps_snapshot *snapshot, size_t index, struct ps_selection *to)
{
    struct ps_flow_row flow;
    return ps_snapshot_flow(snapshot, index, &flow) ? keep(to, &flow) : 0;
}

static int keep_flows(const struct ps_select *select, const struct ps_snapshot *snapshot, struct ps_selection *to)
{
    const struct sieve *all = &select->by[0];
    size_t next = 0;
    int failed = 0;
    if (all->client == NULL) { /* only flows that matter by themselves are read again */
        for (size_t i = 0; failed == 0 && i < all->alone_count; i++)
            failed = keep_flow(snapshot, all->alone[i], to);
        return failed;
    }
    for (size_t i = 0; failed == 0 && i < select->flows; i++) {
        bool alone = next < all->alone_count && all->alone[next] == i;
        next += alone;
        if (alone || fails(select, &select->face[i]))
            failed = keep_flow(snapshot, i, to);
    }
    return failed;
}

/* Whether it matters what else an address does: whether it is heard, a peer of a swarm, a server of RPC. */
static bool asks_addresses(const struct sieve *all, const struct ps_selection *to)
{
    bool asks = to->count > 0 && all->torrent;
    for (size_t i = 0; !asks && i < to->count; i++) {
        const struct ps_flow_row *flow = &to->flow[i];
        asks = (all->rpc && ps_reserved_client_asks(flow)) || ps_flow_try(flow, true) != ps_flow_try(flow, false);
    }
    return asks;
}

int ps_select_finish(struct ps_select *select, const struct ps_snapshot *snapshot, struct ps_selection *ret_selection)
{
    struct ps_selection *to = ret_selection;
    *to = (struct ps_selection){.flow = NULL};
    if (!join(select) || keep_flows(select, snapshot, to) != 0)
        return -1;
    to->asks_addresses = asks_addresses(&select->by[0], to);
    to->clients = select->by[0].clients;
    to->face = select->face;
    to->faces = select->flows;
    select->by[0].clients = (struct ps_parts){.part = NULL};
    select->face = NULL;
    return 0;
}

uint32_t ps_selection_hash(const struct ps_address *address, uint8_t family)
{
    return address_hash(address, family);
}

void ps_selection_finish(struct ps_selection *selection)
{
    free(selection->flow);
    ps_scratch_put(selection->face, selection->faces, sizeof *selection->face);
    ps_parts_finish(&selection->clients);
    *selection = (struct ps_selection){.flow = NULL};
}
