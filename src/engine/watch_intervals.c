/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From packets' times and the clock to intervals that are shown and added up.
 */
#include <inttypes.h>
#include <time.h>

#include "tell.h"
#include "watch_state.h"

struct ps_moment watch_now(void)
{
    struct timespec real, steady;
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &steady);
    return (struct ps_moment){
        .real_ns = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec,
        .steady_ns = (int64_t)steady.tv_sec * 1000000000 + steady.tv_nsec,
    };
}

struct watch_loss watch_loss_now(struct watch *w)
{
    struct watch_loss sum = {0};
    for (size_t i = 0; i < ps_source_input_count(w->source); i++) {
        struct ps_loss loss;
        ps_source_loss(w->source, i, &loss);
        sum.kernel += loss.kernel;
        sum.interface += loss.interface;
        sum.has_interface |= loss.has_interface;
        sum.has_backlog |= loss.has_backlog;
        if (loss.backlog > sum.backlog) /* of the whole host, so the inputs' numbers do not add up */
            sum.backlog = loss.backlog;
    }
    return sum;
}

static struct watch_loss loss_between(const struct watch_loss *before, const struct watch_loss *after)
{
    struct watch_loss loss = *after;
    loss.kernel -= before->kernel;
    loss.interface -= before->interface;
    loss.backlog -= before->backlog;
    return loss;
}

/* The present interval is over: notes when it was and what was lost in it. */
static void close_part(struct watch *w, struct watch_part *part, struct ps_span span)
{
    struct watch_loss lost = watch_loss_now(w);
    uint64_t unsaved = ps_saver_missed(&w->saver);
    part->span = span;
    part->loss = loss_between(&w->lost, &lost);
    part->unsaved = unsaved - w->unsaved;
    w->lost = lost;
    w->unsaved = unsaved;
}

static int turn_part(struct watch *w, struct ps_span span, struct ps_error *error)
{
    struct watch_part *over = watch_parts_turn(&w->parts, w->beats.last.steady_ns);
    if (!over)
        return watch_out_of_memory(error);
    close_part(w, over, span);
    return 0;
}

/* What the report of a part, or of everything, says besides. */
static int take_facts(struct watch *w, const struct watch_loss *loss, uint64_t unsaved, struct watch_facts *facts)
{
    if (watch_facts_take(facts, w->source, w->beyond))
        return -1;
    facts->packets = w->packets;
    facts->fragments_overflow = w->fragments ? ps_fragments_overflow(w->fragments) : 0;
    facts->loss = *loss;
    facts->unsaved = unsaved;
    return 0;
}

int watch_facts_of_all(struct watch *w, struct watch_facts *facts)
{
    struct watch_loss lost = watch_loss_now(w);
    return take_facts(w, &lost, ps_saver_missed(&w->saver), facts);
}

int watch_hand_out(struct watch *w, bool end, struct ps_error *error)
{
    if (w->fragments && !end && watch_parts_abandon(&w->parts, w->beats.last.steady_ns))
        ps_fragments_give_up(w->fragments);
    for (struct watch_part *part; (part = watch_parts_take(&w->parts, end));) {
        struct watch_facts facts;
        if (take_facts(w, &part->loss, part->unsaved, &facts)) {
            watch_part_destroy(part);
            return watch_out_of_memory(error);
        }
        if (!watch_desk_order(&w->desk, WATCH_ORDER_PART, part, &facts))
            return watch_out_of_memory(error);
    }
    return atomic_load(&w->desk.failed) ? watch_out_of_memory(error) : 0;
}

int watch_advance(struct watch *w, int64_t time_ns, struct ps_error *error)
{
    int result = 0;
    while (!result && time_ns >= w->beats.now.end_ns) {
        result = turn_part(w, ps_beats_advance(&w->beats, time_ns, PS_BEAT_IDLE_MAX), error);
        if (!result)
            result = watch_hand_out(w, false, error);
    }
    return result;
}

int watch_look(struct watch *w, struct ps_error *error)
{
    int64_t set = ps_beats_look(&w->beats, watch_now());
    if (!set)
        return 0;
    int64_t would_be = w->beats.last.real_ns - set;
    if (watch_advance(w, would_be, error) ||
        turn_part(w, ps_beats_cut(&w->beats, would_be, w->beats.last.real_ns), error))
        return -1;
    struct ps_error told;
    ps_error_set(&told, "the clock was set %s by %" PRId64 " s; the present interval ends there, and another begins.",
                 set < 0 ? "back" : "ahead", (set < 0 ? -set : set) / 1000000000);
    ps_tell(&told);
    return watch_hand_out(w, false, error);
}

void watch_close_last(struct watch *w)
{
    int64_t end = w->beats.last.real_ns;
    close_part(w, w->parts.tail, ps_beats_cut(&w->beats, end, end));
}
