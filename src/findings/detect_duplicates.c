/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture that holds packets twice, as a mirror port makes it that copies what comes in and what goes out.
 */
#include "detectors.h"

/* A mirror that doubles touches at least the traffic of a whole port; switches that learn send a packet twice now and
 * then. */
#define DUPLICATES_LEAST 10u
#define PERCENT_LEAST    5u

static void detect(struct ps_work *work)
{
    const struct ps_snapshot *snapshot = work->snapshot;
    uint64_t twice = snapshot->duplicate_packets, all = snapshot->total.packets;
    if (twice < DUPLICATES_LEAST || twice * 100 < all * PERCENT_LEAST)
        return;
    ps_work_see(work, &(struct ps_sight){
                          .severity = PS_SEVERITY_WARNING,
                          .extent = {twice, snapshot->first_ns, snapshot->last_ns},
                          .number = {twice, all},
                      });
}

static void tell(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words)
{
    (void)work;
    ps_words_number(words, sight->number[0]);
    ps_words_add(words, " of ");
    ps_words_counted(words, sight->number[1], "packet", "packets");
    ps_words_add(words, " (%u%%) are second copies of packets before them.",
                 (unsigned)(sight->number[0] * 100 / sight->number[1]));
}

const struct ps_detector ps_detect_duplicates = {
    .kind = "duplicate-packets",
    .why = "Packets and bytes are counted as captured, so that all of these count twice.",
    .next = "Let the mirror port copy one direction only, or capture on one interface.",
    .rest = "captures with duplicates",
    .detect = detect,
    .tell = tell,
};
