/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys as decoding could make them, without frames.
 */
#include "keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "support/fragment_model.h"

static unsigned below(uint64_t *seed, unsigned n)
{
    return n ? (unsigned)(model_number(seed) % n) : 0;
}

static void random_address(uint64_t *seed, const struct variety *variety, uint8_t family, struct ps_address *ret)
{
    unsigned host = below(seed, variety->hosts);
    memset(ret, 0, sizeof(*ret));
    memcpy(ret->octet + (family == 6 ? 12 : 0), &host, sizeof(host));
    if (family == 6)
        ret->octet[0] = 0xfd;
}

static void random_key(uint64_t *seed, const struct variety *variety, struct ps_key *key)
{
    memset(key, 0, sizeof(*key));
    key->time_ns = variety->span_ns && below(seed, 50)
                       ? (int64_t)(model_number(seed) % (uint64_t)variety->span_ns) - variety->span_ns / 3
                       : PS_TIME_NONE;
    key->wire = 60 + below(seed, 1500);
    key->row = (uint8_t)(below(seed, 4) ? PS_ROW_PORTS : below(seed, PS_ROW_COUNT));
    key->family = below(seed, 3) ? 4 : 6;
    if (key->row == PS_ROW_NON_IP || key->row == PS_ROW_UNSUPPORTED_LINK)
        key->family = 0;
    if (key->family) {
        key->network = key->wire - 14;
        random_address(seed, variety, key->family, &key->source);
        random_address(seed, variety, key->family, &key->destination);
    }
    if (key->row == PS_ROW_PORTS) {
        key->transport = (uint8_t)(1 + below(seed, PS_TRANSPORT_COUNT - 1));
        key->source_port = (uint16_t)below(seed, variety->ports);
        key->destination_port = (uint16_t)below(seed, variety->ports);
        key->payload = key->network > 40 ? key->network - 40 : 0;
        key->flags = (uint16_t)(below(seed, 20) ? 0 : PS_KEY_SEGMENTED);
    } else {
        key->detail_kind = (uint8_t)below(seed, PS_DETAIL_COUNT);
        key->detail = (uint16_t)below(seed, variety->details);
    }
}

static void random_hops(uint64_t *seed, const struct variety *variety, struct ps_key *key, struct ps_hop *hop)
{
    key->hop_count = (uint8_t)(below(seed, 3) ? 0 : below(seed, PS_HOPS_MAX + 1));
    for (unsigned i = 0; i < key->hop_count; i++)
        hop[i] = (struct ps_hop){.id = below(seed, variety->tunnels),
                                 .port = (uint16_t)(below(seed, 2) ? 4789 : 0),
                                 .kind = (uint8_t)below(seed, PS_TUNNEL_COUNT)};
}

void key_list_random(uint64_t *seed, const struct variety *variety, size_t count, struct key_list *ret_list)
{
    *ret_list = (struct key_list){calloc(count, sizeof(struct ps_key)), calloc(count, sizeof(*ret_list->hop)), count};
    assert_true(ret_list->key && ret_list->hop);
    for (size_t i = 0; i < count; i++) {
        random_key(seed, variety, &ret_list->key[i]);
        random_hops(seed, variety, &ret_list->key[i], ret_list->hop[i]);
    }
}

void key_list_batch(const struct key_list *list, size_t from, size_t to, struct ps_keys *ret_keys)
{
    assert_true(to - from <= PS_BATCH_MAX && to <= list->count);
    ret_keys->count = to - from;
    ret_keys->fragments_count = ret_keys->quoted_count = 0;
    memcpy(ret_keys->key, list->key + from, (to - from) * sizeof(list->key[0]));
    memcpy(ret_keys->hop, list->hop + from, (to - from) * sizeof(list->hop[0]));
}

void keys_random(uint64_t *seed, const struct variety *variety, size_t count, struct ps_keys *ret_keys)
{
    struct key_list list;
    key_list_random(seed, variety, count, &list);
    key_list_batch(&list, 0, count, ret_keys);
    key_list_free(&list);
}

void key_list_free(struct key_list *list)
{
    free(list->key);
    free(list->hop);
    *list = (struct key_list){0};
}
