/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens inputs, says in a sentence why one cannot be opened, and fills batches from one.
 */
#include "feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ahead.h"
#include "recognise.h"
#include "trouble.h"

/* Batches without a selected packet before the caller gets a say. */
#define EMPTY_BATCHES_MAX 64

/* Bytes of content to look ahead for the cause of damage. */
#define BLAME_AHEAD ((size_t)4 * 1024 * 1024)

int ps_feed_init(struct ps_feed *feed, const char *name, uint16_t index, enum ps_reader choice)
{
    *feed = (struct ps_feed){.index = index, .choice = choice};
    return ps_facts_init(&feed->facts, name);
}

void ps_feed_finish(struct ps_feed *feed)
{
    ps_feed_close(feed);
    ps_facts_finish(&feed->facts);
}

void ps_feed_close(struct ps_feed *feed)
{
    if (feed->parser)
        feed->parser->kind->destroy(feed->parser);
    feed->parser = NULL;
    if (feed->stream)
        feed->done = ps_stream_done(feed->stream);
    ps_stream_close(feed->stream);
    feed->stream = NULL;
}

void ps_feed_rewind(struct ps_feed *feed)
{
    ps_feed_close(feed);
    ps_facts_reset(&feed->facts);
    feed->done = 0;
}

static int refuse_open(struct ps_feed *feed, int failure)
{
    const char *name = feed->facts.name;
    struct ps_error *problem = &feed->facts.problem;
    if (failure == ENOENT)
        return ps_error_set(problem, "%s cannot be opened: there is no such file; check the name.", name);
    if (failure == EACCES)
        return ps_error_set(problem, "%s cannot be opened: permission denied; run as a user who may read it.", name);
    if (failure == EMFILE || failure == ENFILE)
        return ps_error_set(problem, "%s cannot be opened: too many files are open; raise the limit with `ulimit -n`.",
                            name);
    return ps_error_set(problem, "%s cannot be opened: %s.", name, strerror(failure));
}

static int refuse_memory(struct ps_feed *feed)
{
    return ps_error_set(&feed->facts.problem, "memory is out while opening %s.", feed->facts.name);
}

static int open_standard_input(struct ps_feed *feed)
{
    if (isatty(STDIN_FILENO))
        return ps_error_set(&feed->facts.problem, "standard input is a terminal, not a capture; send one in, as in "
                                                  "`tcpdump -i eth0 -w - | portsniff -r -`.");
    feed->stream = ps_stream_open(STDIN_FILENO, NULL, true);
    return feed->stream ? 0 : refuse_memory(feed);
}

/* Opens the file itself. */
static int open_file(struct ps_feed *feed)
{
    struct stat status;
    int fd = open(feed->facts.name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse_open(feed, errno);
    if (fstat(fd, &status) < 0 || S_ISDIR(status.st_mode)) {
        close(fd);
        return refuse_open(feed, EISDIR);
    }
    feed->regular = S_ISREG(status.st_mode);
    feed->size = feed->regular ? (uint64_t)status.st_size : 0;
    feed->stream = ps_stream_open(fd, feed->regular ? feed->facts.name : NULL, false);
    if (feed->stream)
        return 0;
    close(fd);
    return refuse_memory(feed);
}

/* "pcap" becomes "pcap+gzip". */
static void name_format(struct ps_feed *feed)
{
    struct ps_facts *facts = &feed->facts;
    const char *parts[2 * 16 + 1];
    size_t count = 0, used = 0;
    parts[count++] = facts->input.format;
    for (const struct ps_stream *stream = feed->stream; stream->packing && count < 32; stream = stream->below) {
        if (stream->repeats)
            continue;
        parts[count++] = "+";
        parts[count++] = stream->packing;
    }
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(parts[i]);
        if (used + length >= sizeof(facts->format))
            break;
        memcpy(facts->format + used, parts[i], length);
        used += length;
    }
    facts->format[used] = '\0';
    facts->input.format = facts->format;
}

/* Unpacks a file ahead.  Not a pipe, which may keep silent; and not several inputs, which might be thousands. */
static void read_ahead(struct ps_feed *feed)
{
    if (!feed->regular || !feed->stream->packing || feed->one_of_several)
        return;
    struct ps_stream *ahead = ps_ahead(feed->stream);
    if (ahead)
        feed->stream = ahead;
}

/* Opens the file and whatever it is compressed with. */
static int open_stream(struct ps_feed *feed, enum ps_container *ret_container)
{
    if ((strcmp(feed->facts.name, "-") == 0 ? open_standard_input(feed) : open_file(feed)) < 0)
        return -1;
    feed->stream->memory = feed->unpack_memory;
    /* Signals that are to end it do so by themselves as long as it only opens; what else interrupts is of no interest. */
    do
        *ret_container = ps_recognise(&feed->stream, &feed->facts);
    while (*ret_container == PS_CONTAINER_RETRY);
    if (*ret_container == PS_CONTAINER_NONE || *ret_container == PS_CONTAINER_FAILED)
        return -1;
    read_ahead(feed);
    return 0;
}

/* Gives the stream to libpcap.  1: libpcap cannot read it, and the stream was opened anew for the native parsers. */
static int start_libpcap(struct ps_feed *feed, enum ps_container *container)
{
    int result =
        ps_libpcap_create(feed->stream, &feed->facts, feed->index, *container == PS_CONTAINER_PCAPNG, &feed->parser);
    if (result <= 0)
        return result;
    if (!feed->regular)
        return ps_error_set(&feed->facts.problem, "libpcap cannot read %s; use the native reader.", feed->facts.name);
    ps_feed_rewind(feed);
    return open_stream(feed, container) < 0 ? -1 : 1;
}

/* Gives the recognised stream to the parser that was chosen. */
static int start_parser(struct ps_feed *feed, enum ps_container container)
{
    int other = feed->choice == PS_READER_LIBPCAP ? start_libpcap(feed, &container) : 1;
    if (other <= 0)
        return other;
    if (container == PS_CONTAINER_PCAP)
        return ps_pcap_create(feed->stream, &feed->facts, feed->index, &feed->parser);
    return ps_pcapng_create(feed->stream, &feed->facts, feed->index, &feed->parser);
}

static int try_open(struct ps_feed *feed)
{
    enum ps_container container;
    if (open_stream(feed, &container) < 0 || start_parser(feed, container) < 0)
        return -1;
    name_format(feed);
    ps_stream_hurry(feed->stream);
    return 0;
}

int ps_feed_open(struct ps_feed *feed)
{
    if (try_open(feed) == 0)
        return 0;
    ps_feed_close(feed);
    ps_facts_failed(&feed->facts);
    return -1;
}

static void note_first(struct ps_feed *feed, const struct ps_batch *batch)
{
    if (feed->has_first)
        return;
    feed->has_first = true;
    feed->first_ns = batch->packet[0].time_ns;
}

/* The library of compressed data sees their damage only further on than its effect: reads a while ahead to name the
 * cause.  Never waits for a pipe. */
void ps_feed_blame(struct ps_feed *feed)
{
    struct ps_facts *facts = &feed->facts;
    uint8_t scrap[16384];
    if (!facts->input.damaged || !feed->regular || !feed->stream->packing)
        return;
    ptrdiff_t got = feed->stream->trouble[0] ? PS_STREAM_FAILED : PS_STREAM_END;
    for (size_t ahead = 0; ahead < BLAME_AHEAD && got != PS_STREAM_FAILED;) {
        got = ps_stream_read(feed->stream, scrap, sizeof(scrap));
        if (got == PS_STREAM_END)
            break;
        ahead += got > 0 ? (size_t)got : 0;
    }
    if (got != PS_STREAM_FAILED)
        return;
    facts->input.damaged = false;
    ps_trouble_packing(facts, feed->stream, facts->input.damage_offset);
}

/* The filter does not fit a link type of this input.  Where it is a good filter and there are others, they go on. */
static void refuse_filter(struct ps_feed *feed, const struct ps_filter *filter)
{
    if (!feed->one_of_several || !ps_filter_valid(filter)) {
        feed->filter_failed = true;
        return;
    }
    struct ps_error why = feed->facts.problem;
    ps_error_set(&feed->facts.problem, "%s is left out: %s", feed->facts.name, why.text);
    ps_facts_failed(&feed->facts);
}

enum ps_fill ps_feed_fill(struct ps_feed *feed, struct ps_filter *filter, struct ps_batch *batch)
{
    for (int i = 0; i < EMPTY_BATCHES_MAX; i++) {
        batch->count = 0;
        enum ps_fill got = feed->parser->kind->fill(feed->parser, batch);
        if (got == PS_FILL_OVER)
            ps_feed_blame(feed);
        if (got != PS_FILL_PACKETS)
            return got;
        note_first(feed, batch);
        if (filter && ps_filter_apply(filter, batch, &feed->facts.problem) < 0) {
            refuse_filter(feed, filter);
            batch->count = 0;
            return PS_FILL_OVER;
        }
        if (batch->count > 0)
            return PS_FILL_PACKETS;
    }
    return PS_FILL_NOTHING;
}

uint64_t ps_feed_done(const struct ps_feed *feed)
{
    return feed->stream ? ps_stream_done(feed->stream) : feed->done;
}
