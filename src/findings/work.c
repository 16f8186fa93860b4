/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows of a snapshot that may matter, sorted once for all detectors: groups are runs of neighbours, distinct ends are counted by
 * looking at the neighbour or at a stamp. All of it takes time in proportion to the flows.
 *
 * Addresses get numbers in the order of the flows. The numbers decide which group is looked at first and nothing
 * that a report shows.
 */
#include "work.h"

#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "portsniff/application.h"
#include "portsniff/hash.h"

/* An address and its family, as they stand in the table of numbers. */
struct named {
    struct ps_address address;
    uint8_t family; /* 0: a free place */
    uint32_t number;
};

struct numbers {
    struct named *place;
    size_t mask;
    uint32_t count;
};

/* Where the address stands, or would stand. */
static struct named *find_place(const struct numbers *numbers, const struct ps_address *address, uint8_t family)
{
    uint64_t word[2];
    memcpy(word, address, sizeof word);
    size_t at = (size_t)ps_hash_pair(ps_hash_seed(), word[0] ^ family, word[1]) & numbers->mask;
    while (numbers->place[at].family != 0 &&
           (numbers->place[at].family != family || memcmp(&numbers->place[at].address, address, sizeof *address) != 0))
        at = (at + 1) & numbers->mask;
    return &numbers->place[at];
}

/* Room for two more; at most half of the places are taken. */
static int reserve(struct numbers *numbers)
{
    if (numbers->place != NULL && (size_t)numbers->count + 2 <= numbers->mask / 2)
        return 0;
    struct numbers grown = {.mask = numbers->place != NULL ? numbers->mask * 2 + 1 : 1023, .count = numbers->count};
    grown.place = calloc(grown.mask + 1, sizeof *grown.place);
    if (grown.place == NULL)
        return -1;
    for (size_t i = 0; numbers->place != NULL && i <= numbers->mask; i++) {
        const struct named *old = &numbers->place[i];
        if (old->family != 0)
            *find_place(&grown, &old->address, old->family) = *old;
    }
    free(numbers->place);
    *numbers = grown;
    return 0;
}

static uint32_t number_of(struct numbers *numbers, const struct ps_address *address, uint8_t family)
{
    struct named *place = find_place(numbers, address, family);
    if (place->family == 0)
        *place = (struct named){.address = *address, .family = family, .number = numbers->count++};
    return place->number;
}

/* Numbers for both ends of every flow. */
static int number_ends(struct ps_work *work, struct numbers *numbers)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct ps_flow_row *flow = &work->flow[i];
        uint8_t family = flow->family == 6 ? 6 : 4;
        if (reserve(numbers) != 0)
            return -1;
        work->client[i] = number_of(numbers, &flow->client, family);
        work->server[i] = number_of(numbers, &flow->server, family);
        work->service[i] = (uint32_t)flow->transport << 16 | flow->server_port;
    }
    work->addresses = numbers->count;
    return 0;
}

/* --- what other flows show of the addresses --- */

#define MARKS (1u << 18)

/* Bits by hash: the addresses of the flows selected, and others that look like them. */
static void mark_addresses(const struct numbers *numbers, uint64_t marks[MARKS / 64])
{
    for (size_t i = 0; numbers->place != NULL && i <= numbers->mask; i++) {
        const struct named *named = &numbers->place[i];
        if (named->family == 0)
            continue;
        uint32_t bit = ps_selection_hash(&named->address, named->family) % MARKS;
        marks[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static bool is_marked(const uint64_t marks[MARKS / 64], uint32_t hash)
{
    uint32_t bit = hash % MARKS;
    return marks[bit / 64] >> bit % 64 & 1;
}

/* What is known of an address by number; what is said of others gets lost in `nobody`. */
static uint8_t *known_of(const struct ps_work *work, const struct numbers *numbers, const struct ps_address *address,
                         uint8_t family, uint8_t *nobody)
{
    const struct named *place = find_place(numbers, address, family);
    return place->family != 0 ? &work->address_is[place->number] : nobody;
}

static void note_flow(const struct ps_work *work, const struct numbers *numbers, const struct ps_flow_row *flow)
{
    uint8_t nobody = 0, family = flow->family == 6 ? 6 : 4;
    uint8_t *client = known_of(work, numbers, &flow->client, family, &nobody);
    uint8_t *server = known_of(work, numbers, &flow->server, family, &nobody);
    if (flow->to_client.packets > 0 || flow->outcome[PS_OUTCOME_REFUSED] > 0)
        *client |= PS_ADDRESS_HEARS;
    if (flow->to_server.packets > 0)
        *server |= PS_ADDRESS_HEARS;
    if (flow->application == PS_APPLICATION_BITTORRENT) {
        *client |= PS_ADDRESS_TORRENT;
        *server |= PS_ADDRESS_TORRENT;
    }
    if (flow->server_port == 111 || flow->server_port == 2049 || flow->server_port == 24007)
        *server |= PS_ADDRESS_RPC;
}

/* Looks at all flows again: an address may matter in one that was not selected. */
static void note_addresses(const struct ps_work *work, const struct numbers *numbers)
{
    uint64_t marks[MARKS / 64]; /* 32 KiB */
    memset(marks, 0, sizeof marks);
    mark_addresses(numbers, marks);
    for (size_t i = 0; i < work->selection.faces; i++) {
        const struct ps_face *face = &work->selection.face[i];
        struct ps_flow_row flow;
        if ((is_marked(marks, face->client) || is_marked(marks, face->server)) &&
            ps_snapshot_flow(work->snapshot, i, &flow))
            note_flow(work, numbers, &flow);
    }
}

enum key {
    BY_TIME,
    BY_SERVER,
    BY_CLIENT,
    BY_CLIENT_AND_PORT
};

static uint64_t key_of(const struct ps_work *work, uint32_t i, enum key key)
{
    switch (key) {
    case BY_TIME:
        return ps_order_time(work->flow[i].first_ns);
    case BY_SERVER:
        return (uint64_t)work->server[i] << 24 | work->service[i];
    case BY_CLIENT:
        return (uint64_t)work->client[i] << 8 | work->service[i] >> 16;
    case BY_CLIENT_AND_PORT:
        return (uint64_t)work->client[i] << 24 | work->service[i];
    }
    return 0;
}

/* Sorts by `key` what was sorted before; `to` gets the flows, NULL: nobody wants them yet. */
static void sort_by(const struct ps_work *work, struct ps_order *order, enum key key, uint32_t *to)
{
    for (size_t i = 0; i < work->count; i++)
        order[i].key = key_of(work, order[i].flow, key);
    ps_order_sort(order, order + work->count, work->count);
    for (size_t i = 0; to != NULL && i < work->count; i++)
        to[i] = order[i].flow;
}

static int sort_flows(struct ps_work *work)
{
    struct ps_order *order = calloc(2 * work->count + 1, sizeof *order);
    if (order == NULL)
        return -1;
    for (size_t i = 0; i < work->count; i++)
        order[i].flow = (uint32_t)i;
    sort_by(work, order, BY_TIME, NULL);
    sort_by(work, order, BY_SERVER, work->by_server);
    sort_by(work, order, BY_CLIENT_AND_PORT, work->by_port);
    for (size_t i = 0; i < work->count; i++)
        order[i].flow = work->by_server[i];
    sort_by(work, order, BY_CLIENT, work->by_target);
    sort_by(work, order, BY_TIME, NULL);
    sort_by(work, order, BY_CLIENT, work->by_client);
    free(order);
    return 0;
}

/* Numbers, and what is known of the addresses that they stand for. */
static int learn_addresses(struct ps_work *work)
{
    struct numbers numbers = {.place = NULL};
    int failed = number_ends(work, &numbers);
    work->address_is = calloc((size_t)work->addresses + 1, sizeof *work->address_is);
    if (work->address_is == NULL)
        failed = -1;
    if (failed == 0 && work->count > 0 && work->selection.asks_addresses)
        note_addresses(work, &numbers);
    free(numbers.place);
    return failed;
}

static bool see_all(struct ps_select *select, const struct ps_snapshot *snapshot)
{
    size_t count = ps_snapshot_flows(snapshot);
    bool good = ps_select_begin(select, snapshot, count, 1);
    for (size_t i = 0; good && i < count; i++) {
        struct ps_flow_row flow;
        good = !ps_snapshot_flow(snapshot, i, &flow) || ps_select_see(select, 0, i, &flow);
    }
    return good;
}

/* The flows were watched when their rows were made, or are looked at now. */
static int select_flows(const struct ps_snapshot *snapshot, struct ps_selection *ret_selection)
{
    if (snapshot->watch.owner != NULL)
        return ps_select_finish(snapshot->watch.owner, snapshot, ret_selection);
    struct ps_select *select = ps_select_create();
    int failed = select != NULL && see_all(select, snapshot) ? ps_select_finish(select, snapshot, ret_selection) : -1;
    ps_select_destroy(select);
    return failed;
}

int ps_work_init(struct ps_work *work, const struct ps_snapshot *snapshot, const struct ps_names *names)
{
    *work = (struct ps_work){.snapshot = snapshot, .names = names};
    if (select_flows(snapshot, &work->selection) != 0)
        return -1;
    work->flow = work->selection.flow;
    work->count = work->selection.count;
    if (work->count > UINT32_MAX / 4)
        return -1;
    uint32_t **const per_flow[] = {&work->client,    &work->server,  &work->service,  &work->by_server,
                                   &work->by_target, &work->by_port, &work->by_client};
    for (size_t i = 0; i < sizeof per_flow / sizeof per_flow[0]; i++) {
        *per_flow[i] = calloc(work->count + 1, sizeof **per_flow[i]);
        if (*per_flow[i] == NULL)
            return -1;
    }
    if (learn_addresses(work) != 0 || sort_flows(work) != 0)
        return -1;
    work->told = calloc(work->count + 1, sizeof *work->told);
    work->stamp = calloc((size_t)work->addresses + 1, sizeof *work->stamp);
    return work->told == NULL || work->stamp == NULL ? -1 : 0;
}

void ps_work_finish(struct ps_work *work)
{
    free(work->client);
    free(work->server);
    free(work->service);
    free(work->by_server);
    free(work->by_target);
    free(work->by_port);
    free(work->by_client);
    free(work->told);
    free(work->address_is);
    free(work->stamp);
    ps_selection_finish(&work->selection);
    *work = (struct ps_work){.snapshot = NULL};
}

size_t ps_work_server_end(const struct ps_work *work, size_t from)
{
    const uint32_t *order = work->by_server, *server = work->server, *service = work->service;
    size_t to = from + 1;
    while (to < work->count && server[order[to]] == server[order[from]] && service[order[to]] == service[order[from]])
        to++;
    return to;
}

size_t ps_work_client_end(const struct ps_work *work, size_t from)
{
    const uint32_t *order = work->by_client, *client = work->client, *service = work->service;
    size_t to = from + 1;
    while (to < work->count && client[order[to]] == client[order[from]] &&
           service[order[to]] >> 16 == service[order[from]] >> 16)
        to++;
    return to;
}

size_t ps_work_pair_end(const struct ps_work *work, size_t from)
{
    const uint32_t *order = work->by_target, *client = work->client, *server = work->server, *service = work->service;
    size_t to = from + 1;
    while (to < work->count && client[order[to]] == client[order[from]] && server[order[to]] == server[order[from]] &&
           service[order[to]] >> 16 == service[order[from]] >> 16)
        to++;
    return to;
}

size_t ps_work_port_end(const struct ps_work *work, size_t from)
{
    const uint32_t *order = work->by_port, *client = work->client, *service = work->service;
    size_t to = from + 1;
    while (to < work->count && client[order[to]] == client[order[from]] && service[order[to]] == service[order[from]])
        to++;
    return to;
}

/* Where the flows that go to the same target end. */
static size_t target_end(const struct ps_work *work, const uint32_t *order, size_t from)
{
    const uint32_t *client = work->client, *server = work->server, *service = work->service;
    size_t to = from + 1;
    while (to < work->count && client[order[to]] == client[order[from]] && server[order[to]] == server[order[from]] &&
           service[order[to]] == service[order[from]])
        to++;
    return to;
}

size_t ps_work_target_end(const struct ps_work *work, size_t from)
{
    return target_end(work, work->by_target, from);
}

size_t ps_work_reach_end(const struct ps_work *work, size_t from)
{
    return target_end(work, work->by_port, from);
}

void ps_work_new_set(struct ps_work *work)
{
    work->stamp_now++;
    if (work->stamp_now == 0) { /* the old stamps mean something again */
        memset(work->stamp, 0, (size_t)work->addresses * sizeof *work->stamp);
        work->stamp_now = 1;
    }
}

bool ps_work_first_of(struct ps_work *work, uint32_t address)
{
    bool first = work->stamp[address] != work->stamp_now;
    work->stamp[address] = work->stamp_now;
    return first;
}
