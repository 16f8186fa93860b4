/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When the gate closes and opens.
 */
#include "gate.h"

#include <stdlib.h>

/* Items between one decision and the next. */
#define WINDOW 16384

void ps_gate_finish(struct gate *gate)
{
    free(gate->mark);
    gate->mark = NULL;
}

/* A table that is half full closes its gate when a quarter of all packets begin flows, since of these most would soon have
 * to leave again; one that is nearly empty, only when three quarters do. */
static bool is_crowded(size_t count, size_t limit, uint64_t fresh, uint64_t seen)
{
    return (count >= limit / 2 && fresh * 4 >= seen) || (count >= limit / 8 && fresh * 4 >= seen * 3);
}

bool ps_gate_turn(struct gate *gate, size_t items, size_t count, size_t limit, uint64_t made)
{
    gate->seen += items;
    if (gate->seen < WINDOW)
        return true;
    gate->closed = is_crowded(count, limit, made - gate->made + gate->passed, gate->seen);
    gate->made = made;
    gate->seen = gate->passed = 0;
    if (gate->closed && !gate->mark)
        gate->mark = calloc(GATE_MARKS, sizeof(*gate->mark));
    return !gate->closed || gate->mark;
}
