/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each lane is at some step of some stretch; one that may go on is picked, and takes one step.
 */
#include "lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "support/fragment_model.h"

enum step {
    IDLE,
    SCANNED,
    ORDERED,
    PART, /* PART + n: part n is next */
};

struct walker {
    struct ps_lane *lane;
    uint64_t number; /* of its stretch */
    unsigned step;
};

struct schedule {
    struct walker walker[LANES_MAX];
    unsigned lanes;
    uint64_t claimed, ordered, passed[PS_LANE_PARTS];
    size_t next; /* packet */
};

static void scan(struct walker *w, const struct ps_decoder *decoder, const struct ps_packet *packet, size_t count,
                 bool credit)
{
    static struct ps_batch batch;
    static struct ps_keys keys;
    ps_lane_begin(w->lane);
    for (size_t i = 0; i < count; i += batch.count) {
        batch.count = count - i < PS_BATCH_MAX ? count - i : PS_BATCH_MAX;
        memcpy(batch.packet, &packet[i], batch.count * sizeof(*packet));
        ps_decode(decoder, &batch, &keys);
        ps_lane_scan(w->lane, &keys, credit);
    }
    w->step = SCANNED;
}

/* One step, if it is this lane's turn for it. */
static void go_on(struct schedule *s, struct walker *w, struct ps_fragments *fragments)
{
    if (w->step == SCANNED && s->ordered == w->number) {
        ps_lane_order(w->lane, fragments);
        s->ordered++;
        w->step = ORDERED;
    } else if (w->step == ORDERED) {
        ps_lane_divide(w->lane);
        w->step = PART;
    } else if (w->step >= PART && s->passed[w->step - PART] == w->number) {
        ps_lane_flows(w->lane, w->step - PART, w->step - PART + 1);
        s->passed[w->step - PART]++;
        w->step = w->step == PART + PS_LANE_PARTS - 1 ? (unsigned)IDLE : w->step + 1;
    }
}

static bool all_idle(const struct schedule *s)
{
    for (unsigned i = 0; i < s->lanes; i++)
        if (s->walker[i].step != IDLE)
            return false;
    return true;
}

void lanes_count(struct ps_account *account, struct ps_fragments *fragments, const struct ps_decoder *decoder,
                 const struct ps_packet *packet, size_t count, unsigned lanes, size_t longest, uint64_t *seed)
{
    struct schedule s = {.lanes = lanes};
    for (unsigned i = 0; i < lanes; i++) {
        s.walker[i].lane = ps_lane_open(account);
        assert_non_null(s.walker[i].lane);
    }
    while (s.next < count || !all_idle(&s)) {
        struct walker *w = &s.walker[model_number(seed) % lanes];
        if (w->step != IDLE) {
            go_on(&s, w, fragments);
        } else if (s.next < count) {
            size_t n = (size_t)(model_number(seed) % longest) + 1;
            n = n < count - s.next ? n : count - s.next;
            w->number = s.claimed++;
            scan(w, decoder, packet + s.next, n, fragments != NULL);
            s.next += n;
        }
    }
    for (unsigned i = 0; i < lanes; i++) {
        assert_false(ps_lane_failed(s.walker[i].lane));
        ps_lane_close(s.walker[i].lane);
    }
}
