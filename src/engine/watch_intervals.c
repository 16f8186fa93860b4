/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From packets' times and the clock to intervals that are over.
 */
#include <inttypes.h>
#include <time.h>

#include "tell.h"
#include "watch_state.h"

struct ps_moment ps_watch_now(void)
{
    struct timespec real, steady;
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &steady);
    return (struct ps_moment){
        .real_ns = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec,
        .steady_ns = (int64_t)steady.tv_sec * 1000000000 + steady.tv_nsec,
    };
}

/* Packets that could not be saved so far. */
static uint64_t unsaved_now(struct watch_hand *hand)
{
    return hand->is_leader ? ps_saver_missed(&hand->w->saver) : 0;
}

int ps_watch_facts_of(struct watch_hand *hand, struct watch_facts *facts, struct ps_error *error)
{
    if (ps_watch_facts_take(facts, hand->source, hand->beyond))
        return ps_watch_out_of_memory(error);
    facts->packets = atomic_load(&hand->w->packets);
    facts->fragments_overflow = hand->fragments ? ps_fragments_overflow(hand->fragments) : 0;
    facts->loss = ps_watch_loss_of(hand->source);
    facts->unsaved = unsaved_now(hand);
    return 0;
}

/* The interval is over: notes when it was, and what was lost in it. */
static int close_part(struct watch_hand *hand, struct watch_part *part, struct ps_span span, struct ps_error *error)
{
    if (ps_watch_facts_of(hand, &part->facts, error))
        return -1;
    const struct watch_loss lost = part->facts.loss;
    const uint64_t unsaved = part->facts.unsaved;
    part->span = span;
    part->facts.loss = ps_watch_loss_between(&hand->lost, &lost);
    part->facts.unsaved = unsaved - hand->unsaved;
    hand->lost = lost;
    hand->unsaved = unsaved;
    return 0;
}

static int turn_part(struct watch_hand *hand, struct ps_span span, struct ps_error *error)
{
    struct watch_part *over = ps_watch_parts_turn(&hand->parts, hand->beats.last.steady_ns);
    return over ? close_part(hand, over, span, error) : ps_watch_out_of_memory(error);
}

static int hand_out(struct watch_hand *hand, bool end, struct ps_error *error)
{
    for (struct watch_part *part; (part = ps_watch_parts_take(&hand->parts, end));)
        if (!ps_watch_gather(hand, part))
            return ps_watch_out_of_memory(error);
    return atomic_load(&hand->w->desk.failed) ? ps_watch_out_of_memory(error) : 0;
}

int ps_watch_hand_out(struct watch_hand *hand, struct ps_error *error)
{
    if (hand->fragments && ps_watch_parts_abandon(&hand->parts, hand->beats.last.steady_ns))
        ps_fragments_give_up(hand->fragments);
    return hand_out(hand, false, error);
}

int ps_watch_advance(struct watch_hand *hand, int64_t time_ns, struct ps_error *error)
{
    /* Hands must not differ in how they count a long gap. */
    const uint64_t most = hand->w->hand_count > 1 ? UINT64_MAX - 1 : PS_BEAT_IDLE_MAX;
    int result = 0;
    while (!result && time_ns >= hand->beats.now.end_ns) {
        result = turn_part(hand, ps_beats_advance(&hand->beats, time_ns, most), error);
        if (!result)
            result = ps_watch_hand_out(hand, error);
    }
    return result;
}

static void tell_set(int64_t set)
{
    struct ps_error told;
    ps_error_set(&told, "the clock was set %s by %" PRId64 " s; the present interval ends there, and another begins.",
                 set < 0 ? "back" : "ahead", (set < 0 ? -set : set) / 1000000000);
    ps_tell(&told);
}

int ps_watch_look(struct watch_hand *hand, struct ps_error *error)
{
    int64_t set = ps_beats_look(&hand->beats, ps_watch_now());
    if (!set)
        return 0;
    int64_t would_be = hand->beats.last.real_ns - set;
    if (ps_watch_advance(hand, would_be, error) ||
        turn_part(hand, ps_beats_cut(&hand->beats, would_be, hand->beats.last.real_ns), error))
        return -1;
    if (hand->is_leader)
        tell_set(set);
    return ps_watch_hand_out(hand, error);
}

int ps_watch_end_last(struct watch_hand *hand, int64_t end_ns, struct ps_error *error)
{
    if (ps_watch_advance(hand, end_ns, error))
        return -1;
    if (hand->fragments)
        ps_fragments_settle(hand->fragments);
    if (close_part(hand, hand->parts.tail, ps_beats_cut(&hand->beats, end_ns, end_ns), error))
        return -1;
    return hand_out(hand, true, error);
}
