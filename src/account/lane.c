/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lanes: one thread's way into an account.
 */
#include <stdlib.h>

#include "account_private.h"
#include "front.h"
#include "stretch.h"

_Static_assert(PS_LANE_PARTS == FLOW_PARTS, "the contract says how many parts there are");

struct ps_lane {
    struct ps_account *account;
    struct stretch stretch;
    struct front own;
    struct front *front; /* its own; the account's, whose tables have the limits, where that is bounded */
};

struct ps_lane *ps_lane_open(struct ps_account *account)
{
    struct ps_lane *lane = calloc(1, sizeof(*lane));
    if (!lane)
        return NULL;
    lane->account = account;
    ps_stretch_init(&lane->stretch);
    bool limited = ps_account_is_limited(account);
    lane->front = limited ? ps_account_front(account) : &lane->own;
    if (!limited && !ps_front_init(&lane->own)) {
        ps_front_finish(&lane->own);
        free(lane);
        return NULL;
    }
    return lane;
}

void ps_lane_begin(struct ps_lane *lane)
{
    ps_stretch_begin(&lane->stretch);
}

void ps_lane_scan(struct ps_lane *lane, struct ps_keys *keys, bool credit)
{
    ps_stretch_scan(&lane->stretch, lane->front, keys, 0, keys->count, credit);
}

void ps_lane_order(struct ps_lane *lane, struct ps_fragments *fragments)
{
    ps_account_order(lane->account, &lane->stretch, fragments);
}

void ps_lane_divide(struct ps_lane *lane)
{
    ps_stretch_divide(&lane->stretch);
}

void ps_lane_flows(struct ps_lane *lane, unsigned first, unsigned end)
{
    ps_account_flows(lane->account, &lane->stretch, first, end);
}

void ps_lane_flows_alone(struct ps_lane *lane)
{
    ps_account_flows_alone(lane->account, &lane->stretch);
}

bool ps_lane_failed(const struct ps_lane *lane)
{
    return lane->stretch.failed || lane->front->failed;
}

void ps_lane_close(struct ps_lane *lane)
{
    if (!lane)
        return;
    if (lane->stretch.failed)
        ps_account_fail(lane->account);
    if (lane->front == &lane->own) {
        ps_front_merge(ps_account_front(lane->account), &lane->own);
        ps_front_finish(&lane->own);
    }
    ps_stretch_finish(&lane->stretch);
    free(lane);
}
