/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that are earlier than the packet before them: two clocks, or a clock that was set.
 */
#include "detectors.h"

/* Recorders that read several interfaces or queues one after the other leave a few packets out of order by
 * microseconds, and that is harmless. */
#define DISORDERED_LEAST 20u
#define PERCENT_LEAST    1u

static void detect(struct ps_work *work)
{
    const struct ps_snapshot *snapshot = work->snapshot;
    uint64_t early = snapshot->disordered_packets, all = snapshot->total.packets;
    if (early < DISORDERED_LEAST || early * 100 < all * PERCENT_LEAST)
        return;
    ps_work_see(work, &(struct ps_sight){
                          .severity = PS_SEVERITY_NOTE,
                          .extent = {early, snapshot->first_ns, snapshot->last_ns},
                          .number = {early, all},
                      });
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_number(words, sight->number[0]);
    ps_words_add(words, " of ");
    ps_words_counted(words, sight->number[1], "packet", "packets");
    ps_words_add(words, " (%u%%) are earlier than the packet before them.",
                 (unsigned)(sight->number[0] * 100 / sight->number[1]));
}

const struct ps_detector ps_detect_disorder = {
    .kind = "clock-disorder",
    .why = "Times of connections and what came first are uncertain where packets are out of order.",
    .next = "Sort the capture by time (reordercap), and check the clocks of the recording hosts.",
    .rest = "captures out of order",
    .detect = detect,
    .tell = tell,
};
