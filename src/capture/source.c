/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The public face of capture: opens the inputs, yields their packets as one timeline and counts what was yielded.
 *
 * A single input is passed straight through; several go through the timeline.
 */
#include "portsniff/source.h"

#include <stdlib.h>

#include "linktype.h"
#include "live.h"
#include "source_private.h"

/* Tells at once of a filter that cannot be right, for what is known of the inputs.  With several inputs, one that does
 * not fit the first one's link type may fit the others'. */
static int try_filter(struct ps_source *source, struct ps_error *error)
{
    struct ps_error why;
    for (size_t i = 0; source->filter && i < source->feeds.count; i++) {
        const struct ps_input *input = &source->feeds.feed[i].facts.input;
        if (input->link_type_count == 0)
            continue;
        bool fits = ps_filter_prepare(source->filter, input->link_types[0], &why) == 0;
        if (fits || (source->feeds.count > 1 && ps_filter_valid(source->filter)))
            return 0;
        return ps_error_copy(error, why.text);
    }
    return 0;
}

static int open_inputs(struct ps_source *source, struct ps_error *error)
{
    if (source->feeds.count == 1) {
        struct ps_feed *feed = &source->feeds.feed[0];
        if (!feed->facts.input.failed && ps_feed_open(feed) == 0)
            source->only = feed;
        return 0;
    }
    for (size_t i = 0; i < source->feeds.count; i++)
        source->feeds.feed[i].one_of_several = true;
    source->timeline = ps_timeline_create(&source->feeds, source->filter);
    if (!source->timeline || ps_timeline_no_memory(source->timeline))
        return ps_error_set(error, "memory is out while opening the inputs.");
    const struct ps_feed *culprit = ps_timeline_culprit(source->timeline);
    return culprit ? ps_error_copy(error, culprit->facts.problem.text) : 0;
}

/* Fails when none of the inputs can be read. */
static int check_any(const struct ps_source *source, struct ps_error *error)
{
    const char *first = NULL;
    for (size_t i = 0; i < source->feeds.count; i++) {
        const struct ps_input *input = &source->feeds.feed[i].facts.input;
        if (!input->failed)
            return 0;
        if (!first)
            first = input->problem;
    }
    if (!first)
        return ps_error_set(error, "no input is given; name a capture with -r, or - for standard input.");
    if (source->feeds.count == 1)
        return ps_error_copy(error, first);
    return ps_error_set(error, "none of the %zu inputs can be read; the first: %s", source->feeds.count, first);
}

static int start(struct ps_source *source, const struct ps_source_options *options, struct ps_error *error)
{
    if (options->live.interface_count > 0 && options->path_count > 0)
        return ps_error_set(error, "interfaces and saved captures cannot be read together; name either -i or -r.");
    if (options->live.interface_count > 0)
        return ps_live_open(options, &source->live, error);
    if (options->filter && !(source->filter = ps_filter_create(options->filter)))
        return ps_error_set(error, "memory is out while opening the inputs.");
    if (ps_feeds_init(&source->feeds, options, error) < 0)
        return -1;
    if (open_inputs(source, error) < 0 || check_any(source, error) < 0)
        return -1;
    return try_filter(source, error);
}

int ps_source_open(const struct ps_source_options *options, struct ps_source **ret_source, struct ps_error *error)
{
    struct ps_source *source = calloc(1, sizeof(*source));
    if (!source)
        return ps_error_set(error, "memory is out while opening the inputs.");
    if (start(source, options, error) < 0) {
        ps_source_close(source);
        return -1;
    }
    *ret_source = source;
    return 0;
}

/* Counts what is yielded, in runs of packets of one input. */
static void count(struct ps_source *source, const struct ps_batch *batch)
{
    for (size_t i = 0; i < batch->count;) {
        struct ps_input *input = &source->feeds.feed[batch->packet[i].source].facts.input;
        const uint16_t run = batch->packet[i].source;
        uint64_t bytes = 0;
        size_t from = i;
        for (; i < batch->count && batch->packet[i].source == run; i++)
            bytes += batch->packet[i].original;
        input->packets += i - from;
        input->bytes += bytes;
    }
}

static enum ps_next broken(struct ps_source *source)
{
    source->broken = true;
    return PS_NEXT_ERROR;
}

/* The inputs are over: well, unless something stopped them. */
static enum ps_next end(struct ps_source *source)
{
    const struct ps_feed *culprit = source->timeline ? ps_timeline_culprit(source->timeline) : NULL;
    if (source->only && source->only->filter_failed)
        culprit = source->only;
    if (culprit) {
        ps_error_copy(&source->error, culprit->facts.problem.text);
        return broken(source);
    }
    if (source->timeline && ps_timeline_no_memory(source->timeline)) {
        ps_error_set(&source->error, "memory is out while reading the inputs.");
        return broken(source);
    }
    /* Without a single packet nothing has shown yet whether the filter is right. */
    if (source->filter && !ps_filter_proven(source->filter) &&
        ps_filter_prepare(source->filter, PS_LINK_ETHERNET, &source->error) < 0)
        return broken(source);
    return PS_NEXT_END;
}

enum ps_next ps_source_next(struct ps_source *source, struct ps_batch *ret_batch)
{
    ret_batch->count = 0;
    if (source->live)
        return ps_live_next(source->live, ret_batch);
    if (source->broken)
        return PS_NEXT_ERROR;
    enum ps_fill got = source->only ? ps_feed_fill(source->only, source->filter, ret_batch)
                                    : ps_timeline_next(source->timeline, ret_batch);
    if (got == PS_FILL_OVER)
        return end(source);
    if (got == PS_FILL_NOTHING)
        return PS_NEXT_NONE_YET;
    count(source, ret_batch);
    return PS_NEXT_BATCH;
}

size_t ps_source_input_count(const struct ps_source *source)
{
    return source->live ? ps_live_count(source->live) : source->feeds.count;
}

const struct ps_input *ps_source_input(const struct ps_source *source, size_t index)
{
    if (source->live)
        return ps_live_input(source->live, index);
    ps_road_sum(&source->road);
    return &source->feeds.feed[index].facts.input;
}

void ps_source_stop(struct ps_source *source)
{
    if (source->live)
        ps_live_stop(source->live);
}

void ps_source_loss(struct ps_source *source, size_t index, struct ps_loss *ret_loss)
{
    *ret_loss = (struct ps_loss){0};
    if (source->live)
        ps_live_loss(source->live, index, ret_loss);
}

const char *ps_source_notice(struct ps_source *source)
{
    return source->live ? ps_live_next_notice(source->live) : NULL;
}

const struct ps_error *ps_source_error(const struct ps_source *source)
{
    return &source->error;
}

void ps_source_progress(const struct ps_source *source, uint64_t *ret_done, uint64_t *ret_total)
{
    uint64_t done = 0, total = 0;
    bool known = true;
    for (size_t i = 0; i < source->feeds.count; i++) {
        const struct ps_feed *feed = &source->feeds.feed[i];
        if (feed->facts.input.failed)
            continue;
        known = known && feed->regular;
        done += ps_feed_done(feed);
        total += feed->size;
    }
    *ret_done = done;
    *ret_total = known ? total : 0;
}

void ps_source_close(struct ps_source *source)
{
    if (!source)
        return;
    ps_live_close(source->live);
    ps_road_finish(&source->road);
    ps_timeline_destroy(source->timeline);
    ps_feeds_finish(&source->feeds);
    ps_filter_destroy(source->filter);
    free(source);
}
