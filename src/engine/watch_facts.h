/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a report of a live capture says besides what accounts hold: inputs, losses, counts of the run.
 */
#ifndef PORTSNIFF_ENGINE_WATCH_FACTS_H
#define PORTSNIFF_ENGINE_WATCH_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/snapshot.h"
#include "portsniff/source.h"

/* What was lost, of all inputs together. */
struct watch_loss {
    uint64_t kernel, interface, backlog;
    bool has_interface, has_backlog;
};

struct watch_facts {
    struct ps_input_row *input; /* owned, as they stand now; their strings are the source's */
    size_t input_count;
    uint64_t packets;            /* counted so far */
    uint64_t fragments_overflow; /* so far */
    uint64_t unsaved;            /* packets counted, but not saved: in the interval, or so far */
    struct watch_loss loss;      /* the same */
};

/* What one source lost so far. */
struct watch_loss ps_watch_loss_of(struct ps_source *source);
/* What came to `before` since then. */
struct watch_loss ps_watch_loss_between(const struct watch_loss *before, const struct watch_loss *after);

/* How the inputs stand now.  `beyond`: by input, what the source yielded and was not counted; or NULL.  0, or -1 when
 * memory is out. */
int ps_watch_facts_take(struct watch_facts *facts, struct ps_source *source, const struct ps_count *beyond);
/* Adds those of another thread, which has the same inputs and a share of their packets. */
void ps_watch_facts_add(struct watch_facts *facts, const struct watch_facts *other);
/* Zeroed ones are fine. */
void ps_watch_facts_finish(struct watch_facts *facts);

#endif
