/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows in the order of their port pairs: one word for each, which holds the pair and where the flow is.  A pair is a run
 * of words; its row is added up when it is asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "collect_sums.h"
#include "flow_traffic.h"
#include "portsniff/parallel.h"
#include "portsniff/scratch.h"
#include "portsniff/sort.h"
#include "sums.h"

/* A pair takes 35 bits of a word; so many flows, and entries of the table of those that left, can be told apart. */
#define PLACE_BITS 29u
#define PLACE_MASK ((UINT64_C(1) << PLACE_BITS) - 1)

/* Flows between asking for memory and using it. */
#define LOAD_AHEAD 12

struct pair_source {
    const struct flows *flows;
    size_t flow_count;        /* places from here on are slots of `left` */
    const struct pairs *left; /* NULL: no flow left */
    uint64_t *word;           /* pair << PLACE_BITS | place, sorted */
    size_t word_count, word_room;
    struct {
        size_t from, to;
    } share[PS_WORKERS_MAX]; /* of the words, while they are listed */
    uint32_t *begin;         /* of each pair: its first word; and behind the last one */
    size_t pair_count, begin_room;
};

void ps_collect_pair(const struct flows *flows, const struct flow *flow, struct ps_pair_row *row)
{
    const struct flow_extra *extra = ps_flows_extra(flows, flow);
    struct ps_traffic sent[2] = {ps_flow_traffic(flow, extra, 0), ps_flow_traffic(flow, extra, 1)};
    bool forth = flow->key.port_a <= flow->key.port_b;
    *row = ps_pair_row_of(ps_pair_key(flow->key.transport, flow->key.port_a, flow->key.port_b));
    row->a_to_b = sent[forth ? 0 : 1];
    if (flow->key.port_a == flow->key.port_b)
        ps_traffic_sum(&row->a_to_b, &sent[1]);
    else
        row->b_to_a = sent[forth ? 1 : 0];
}

static uint64_t key_at(const void *owner, size_t index)
{
    const struct pair_source *source = owner;
    return source->word[source->begin[index]] >> PLACE_BITS;
}

static bool get_share(const void *owner, size_t place, struct ps_pair_row *ret_row)
{
    const struct pair_source *source = owner;
    struct flow flow;
    if (place >= source->flow_count)
        return ps_pairs_get(source->left, place - source->flow_count, ret_row);
    ps_flows_load(source->flows, place, &flow);
    ps_collect_pair(source->flows, &flow, ret_row);
    return flow.packets[0] + flow.packets[1] > 0;
}

static void add_word(const struct pair_source *source, uint64_t word, struct ps_pair_row *sum)
{
    struct ps_pair_row row;
    if (!get_share(source, word & PLACE_MASK, &row))
        return;
    ps_traffic_sum(&sum->a_to_b, &row.a_to_b);
    ps_traffic_sum(&sum->b_to_a, &row.b_to_a);
}

/* Pairs are mostly asked for one after the other. */
static void ask_for(const struct pair_source *source, uint64_t word)
{
    size_t place = word & PLACE_MASK;
    if (place < source->flow_count)
        ps_flows_ask_for(source->flows, place);
}

static void get_pair(const void *owner, size_t index, struct ps_pair_row *ret_row)
{
    const struct pair_source *source = owner;
    size_t ahead = source->begin[index] + LOAD_AHEAD;
    if (ahead < source->word_count)
        ask_for(source, source->word[ahead]);
    *ret_row = ps_pair_row_of(key_at(source, index));
    for (size_t i = source->begin[index]; i < source->begin[index + 1]; i++)
        add_word(source, source->word[i], ret_row);
}

static void destroy(void *owner)
{
    struct pair_source *source = owner;
    if (!source)
        return;
    ps_scratch_put(source->word, source->word_room, sizeof(*source->word));
    ps_scratch_put(source->begin, source->begin_room, sizeof(*source->begin));
    free(source);
}

static void put_word(struct pair_source *source, pair_key key, size_t place)
{
    source->word[source->word_count++] = key << PLACE_BITS | place;
}

void ps_collect_pairs_share(struct pair_source *source, unsigned worker, size_t from)
{
    source->share[worker].from = source->share[worker].to = from;
}

void ps_collect_pairs_add(struct pair_source *source, unsigned worker, const struct flow_key *key, size_t index)
{
    pair_key pair = ps_pair_key(key->transport, key->port_a, key->port_b);
    source->word[source->share[worker].to++] = pair << PLACE_BITS | index;
}

/* Moves the words of all workers together. */
static void join_shares(struct pair_source *source)
{
    for (unsigned w = 0; w < PS_WORKERS_MAX; w++) {
        size_t from = source->share[w].from, count = source->share[w].to - from;
        memmove(&source->word[source->word_count], &source->word[from], count * sizeof(*source->word));
        source->word_count += count;
    }
}

static void add_left(struct pair_source *source)
{
    for (size_t i = 0; source->left && i < ps_pairs_slots(source->left); i++) {
        struct ps_pair_row row;
        if (ps_pairs_get(source->left, i, &row))
            put_word(source, ps_pair_key(row.transport, row.port_a, row.port_b), source->flow_count + i);
    }
}

static bool sort(struct pair_source *source)
{
    uint64_t *scratch = ps_scratch_take(source->word_room, sizeof(*scratch));
    if (!scratch)
        return false;
    ps_radix_sort(source->word, scratch, source->word_count, PLACE_BITS);
    ps_scratch_put(scratch, source->word_room, sizeof(*scratch));
    return true;
}

static void find_pairs(struct pair_source *source)
{
    for (size_t i = 0; i < source->word_count; i++)
        if (i == 0 || (source->word[i] ^ source->word[i - 1]) >> PLACE_BITS)
            source->begin[source->pair_count++] = (uint32_t)i;
    source->begin[source->pair_count] = (uint32_t)source->word_count;
}

static void add_to_rest(void *owner, const void *left)
{
    struct ps_rest *rest = owner;
    const struct ps_pair_row *row = left;
    rest->pairs++;
    ps_traffic_sum(&rest->pair.a_to_b, &row->a_to_b);
    ps_traffic_sum(&rest->pair.b_to_a, &row->b_to_a);
}

static bool choose_rows(const struct pair_source *source, struct ps_snapshot *s)
{
    struct ps_best best;
    bool good = true;
    ps_best_init(&best, s->wish.top, sizeof(struct ps_pair_row), ps_choose_pairs(s->wish.sort), add_to_rest, &s->rest);
    for (size_t i = 0; good && i < source->pair_count; i++) {
        struct ps_pair_row row;
        get_pair(source, i, &row);
        good = ps_best_offer(&best, &row);
    }
    s->pair = good ? ps_best_take(&best, ps_pair_row_compare, &s->pair_count) : NULL;
    ps_best_finish(&best);
    return s->pair != NULL;
}

bool ps_collect_pairs_begin(const struct flows *flows, struct ps_snapshot *s)
{
    if (!(s->wish.tables & (PS_TABLE_PAIRS | PS_TABLE_SOURCES)))
        return true;
    struct pair_source *source = calloc(1, sizeof(*source));
    if (!source)
        return false;
    s->pairs = (struct ps_pair_source){
        .owner = source, .key = key_at, .get = get_pair, .share = get_share, .destroy = destroy};
    source->flows = flows;
    source->flow_count = ps_flows_count(flows);
    source->left = ps_flows_left_pairs(flows);
    source->word_room = source->flow_count + (source->left ? ps_pairs_slots(source->left) : 0);
    source->word = ps_scratch_take(source->word_room, sizeof(*source->word));
    return source->word && source->word_room <= PLACE_MASK;
}

bool ps_collect_pairs_end(struct ps_snapshot *s)
{
    struct pair_source *source = s->pairs.owner;
    if (!source)
        return true;
    join_shares(source);
    add_left(source);
    source->begin_room = source->word_count + 1;
    source->begin = ps_scratch_take(source->begin_room, sizeof(*source->begin));
    if (!source->begin || !sort(source))
        return false;
    find_pairs(source);
    s->pairs.count = source->pair_count;
    s->pairs.shares = source->word_room;
    return !(s->wish.tables & PS_TABLE_PAIRS) || choose_rows(source, s);
}
