/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Merges inputs by packet time.  The input whose next packet is the earliest gives packets until another one's turn has
 * come; equal times go in the order of the command line, and within an input the order of the file stays, also where its
 * times go backwards.  A packet without a time goes right behind the one before it.
 *
 * A capture that was cut into thousands of files must not need thousands of descriptors or buffers: each file is looked
 * at for its first packet, closed, and opened again when its time has come.  Where too many overlap, their descriptors
 * are given back between reads.
 */
#include "timeline.h"

#include <stdlib.h>

/* Inputs that stay open, from the first look to the end. */
#define OPEN_MAX_FEEDS 64

/* One input and its packets that are read and not passed on yet. */
struct lane {
    struct ps_feed *feed;
    int64_t head;             /* time of its next packet, or an earlier time while that is not known */
    struct ps_batch *pending; /* owned; NULL while the input is closed */
    size_t at;
};

struct ps_timeline {
    struct ps_filter *filter;
    struct lane *lane; /* a heap: the lane whose turn it is comes first; owned */
    size_t count;
    size_t open; /* lanes whose input is open */
    const struct ps_feed *culprit;
    bool no_memory;
};

static bool before(const struct lane *a, const struct lane *b)
{
    return a->head != b->head ? a->head < b->head : a->feed->index < b->feed->index;
}

static void sift_down(struct ps_timeline *timeline, size_t at)
{
    struct lane moving = timeline->lane[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= timeline->count)
            break;
        if (child + 1 < timeline->count && before(&timeline->lane[child + 1], &timeline->lane[child]))
            child++;
        if (!before(&timeline->lane[child], &moving))
            break;
        timeline->lane[at] = timeline->lane[child];
        at = child;
    }
    timeline->lane[at] = moving;
}

static void close_lane(struct ps_timeline *timeline, struct lane *lane)
{
    free(lane->pending);
    lane->pending = NULL;
    if (lane->feed->stream)
        timeline->open--;
    ps_feed_close(lane->feed);
}

/* The first lane has nothing left. */
static void remove_first(struct ps_timeline *timeline)
{
    close_lane(timeline, &timeline->lane[0]);
    timeline->lane[0] = timeline->lane[--timeline->count];
    if (timeline->count > 0)
        sift_down(timeline, 0);
}

/* Opens a lane's input. */
static int open_lane(struct ps_timeline *timeline, struct lane *lane)
{
    if (ps_feed_open(lane->feed) < 0)
        return -1;
    timeline->open++;
    lane->pending = malloc(sizeof(*lane->pending));
    if (!lane->pending) {
        timeline->no_memory = true;
        return -1;
    }
    lane->pending->count = 0;
    lane->at = 0;
    return 0;
}

/* Reads packets of one feed into an empty batch. */
static enum ps_fill fill(struct ps_timeline *timeline, struct ps_feed *feed, struct ps_batch *batch)
{
    enum ps_fill got = ps_feed_fill(feed, timeline->filter, batch);
    if (feed->filter_failed)
        timeline->culprit = feed;
    return got;
}

/* Reads the next packets of a lane and sets its head. */
static enum ps_fill refill(struct ps_timeline *timeline, struct lane *lane)
{
    struct ps_feed *feed = lane->feed;
    enum ps_fill got = fill(timeline, feed, lane->pending);
    lane->at = 0;
    if (got == PS_FILL_PACKETS && lane->pending->packet[0].time_ns != PS_TIME_NONE)
        lane->head = lane->pending->packet[0].time_ns;
    if (timeline->open > OPEN_MAX_FEEDS && feed->stream)
        ps_stream_park(feed->stream);
    return got;
}

/* A first look at an input: -1 when there is nothing to read in it. */
static int look(struct ps_timeline *timeline, struct lane *lane)
{
    if (open_lane(timeline, lane) < 0)
        return -1;
    if (refill(timeline, lane) == PS_FILL_OVER)
        return -1;
    if (lane->feed->has_first)
        lane->head = lane->feed->first_ns;
    if (timeline->open <= OPEN_MAX_FEEDS || !lane->feed->regular)
        return 0;
    close_lane(timeline, lane);
    ps_feed_rewind(lane->feed);
    return 0;
}

struct ps_timeline *ps_timeline_create(struct ps_feeds *feeds, struct ps_filter *filter)
{
    struct ps_timeline *timeline = calloc(1, sizeof(*timeline));
    if (!timeline)
        return NULL;
    timeline->filter = filter;
    timeline->lane = calloc(feeds->count, sizeof(*timeline->lane));
    if (!timeline->lane) {
        free(timeline);
        return NULL;
    }
    for (size_t i = 0; i < feeds->count; i++) {
        if (feeds->feed[i].facts.input.failed)
            continue;
        struct lane *lane = &timeline->lane[timeline->count];
        *lane = (struct lane){.feed = &feeds->feed[i], .head = INT64_MIN};
        if (look(timeline, lane) == 0)
            timeline->count++;
        else
            close_lane(timeline, lane);
    }
    for (size_t i = timeline->count / 2; i-- > 0;)
        sift_down(timeline, i);
    return timeline;
}

void ps_timeline_destroy(struct ps_timeline *timeline)
{
    if (!timeline)
        return;
    for (size_t i = 0; i < timeline->count; i++)
        close_lane(timeline, &timeline->lane[i]);
    free(timeline->lane);
    free(timeline);
}

/* The lane that comes next after the first; NULL when the first is alone. */
static const struct lane *second(const struct ps_timeline *timeline)
{
    if (timeline->count < 2)
        return NULL;
    if (timeline->count > 2 && before(&timeline->lane[2], &timeline->lane[1]))
        return &timeline->lane[2];
    return &timeline->lane[1];
}

/* Passes packets of the first lane on while it is its turn. */
static void pass(struct ps_timeline *timeline, struct ps_batch *batch)
{
    struct lane *lane = &timeline->lane[0];
    const struct lane *rival = second(timeline);
    while (lane->at < lane->pending->count && batch->count < PS_BATCH_MAX) {
        const struct ps_packet *packet = &lane->pending->packet[lane->at];
        if (packet->time_ns != PS_TIME_NONE)
            lane->head = packet->time_ns;
        if (rival && before(rival, lane))
            break;
        batch->packet[batch->count++] = *packet;
        lane->at++;
    }
    sift_down(timeline, 0);
}

/* Gets packets for the first lane, which has none; PACKETS when the heap is in order again. */
static enum ps_fill supply(struct ps_timeline *timeline, struct ps_batch *batch)
{
    struct lane *lane = &timeline->lane[0];
    if (!lane->pending && open_lane(timeline, lane) < 0) {
        remove_first(timeline);
        return PS_FILL_PACKETS;
    }
    if (timeline->count == 1) /* the last one needs no lane */
        return fill(timeline, lane->feed, batch);
    enum ps_fill got = refill(timeline, lane);
    if (got == PS_FILL_NOTHING)
        return got;
    if (got == PS_FILL_OVER)
        remove_first(timeline);
    else
        sift_down(timeline, 0);
    return PS_FILL_PACKETS;
}

enum ps_fill ps_timeline_next(struct ps_timeline *timeline, struct ps_batch *batch)
{
    while (timeline->count > 0 && batch->count < PS_BATCH_MAX && !timeline->culprit && !timeline->no_memory) {
        const struct lane *lane = &timeline->lane[0];
        if (lane->pending && lane->at < lane->pending->count) {
            pass(timeline, batch);
            continue;
        }
        if (batch->count > 0) /* its packets may lie where the next ones are read to */
            break;
        enum ps_fill got = supply(timeline, batch);
        if (got != PS_FILL_PACKETS)
            return got;
    }
    return batch->count > 0 ? PS_FILL_PACKETS : PS_FILL_OVER;
}

const struct ps_feed *ps_timeline_culprit(const struct ps_timeline *timeline)
{
    return timeline->culprit;
}

bool ps_timeline_no_memory(const struct ps_timeline *timeline)
{
    return timeline->no_memory;
}
