/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libpcap's own file reader as a second road to the same packets.
 *
 * It reads the same stream of unpacked bytes through a FILE, so compressed files and pipes work alike.  libpcap reuses
 * its buffer for every packet, so packets are copied.  What libpcap cannot do stays undone: it gives up at the first
 * interface of another link type, and cuts packets down to the snapshot length.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linktype.h"
#include "parser.h"
#include "trouble.h"

/* Holds any packet up to PS_CAPTURED_MAX and a good batch of usual ones. */
#define ARENA_SIZE ((size_t)512 * 1024)

struct libpcap {
    struct ps_parser parser; /* the FILE reads from its window */
    FILE *file;
    pcap_t *pcap;          /* owns the FILE */
    bool unsigned_seconds; /* pcap files count seconds without a sign, libpcap with one */
    uint16_t link_type;
    uint64_t record_at; /* content offset behind the last packet */
    uint8_t *arena;     /* owned; the packets of a batch */
    size_t arena_size;
    struct pcap_pkthdr *held; /* libpcap's packet that found no room in the last batch, or NULL */
    const u_char *held_data;
};

static struct libpcap *libpcap_of(struct ps_parser *parser)
{
    return (struct libpcap *)(void *)parser;
}

/* Reads for the FILE.  libpcap cannot go on after an interrupted read, so that is tried again. */
static ssize_t cookie_read(void *cookie, char *to, size_t size)
{
    struct libpcap *libpcap = cookie;
    enum ps_window_state state;
    do
        state = ps_window_need(&libpcap->parser.window, 1);
    while (state == PS_WINDOW_INTERRUPTED);
    if (state == PS_WINDOW_END)
        return 0;
    if (state != PS_WINDOW_READY) {
        errno = EIO;
        return -1;
    }
    struct ps_bytes bytes = ps_window_bytes(&libpcap->parser.window);
    uint32_t n = ps_bytes_left(&bytes) < size ? ps_bytes_left(&bytes) : (uint32_t)size;
    ps_bytes_copy(&bytes, 0, to, n);
    ps_window_consume(&libpcap->parser.window, n);
    return (ssize_t)n;
}

/* Tells the FILE where it is, so that ftello() does; goes nowhere. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
    const struct libpcap *libpcap = cookie;
    if (whence != SEEK_CUR || *offset != 0) {
        errno = ESPIPE;
        return -1;
    }
    *offset = (off64_t)libpcap->parser.window.offset;
    return 0;
}

static int64_t time_of(const struct libpcap *libpcap, const struct pcap_pkthdr *header)
{
    int64_t second = libpcap->unsigned_seconds ? (uint32_t)header->ts.tv_sec : header->ts.tv_sec, ns;
    if (__builtin_mul_overflow(second, INT64_C(1000000000), &ns) ||
        __builtin_add_overflow(ns, (int64_t)header->ts.tv_usec, &ns)) /* nanoseconds, as asked for at opening */
        ns = second < 0 ? -INT64_MAX : INT64_MAX;
    return ns;
}

/* libpcap's next packet, held. */
static bool hold(struct libpcap *libpcap)
{
    int answer = pcap_next_ex(libpcap->pcap, &libpcap->held, &libpcap->held_data);
    if (answer == 1) {
        libpcap->record_at = (uint64_t)ftello(libpcap->file);
        return true;
    }
    struct ps_facts *facts = libpcap->parser.facts;
    const char *why = pcap_geterr(libpcap->pcap);
    libpcap->held = NULL;
    libpcap->parser.over = true;
    if (answer == PCAP_ERROR_BREAK)
        return false;
    if (libpcap->parser.window.stream->trouble[0] || libpcap->parser.window.no_memory)
        ps_trouble_stream(facts, &libpcap->parser.window, libpcap->record_at);
    else if (strncmp(why, "truncated", 9) == 0)
        ps_facts_damage(facts, libpcap->record_at, "ends inside packet %s",
                        ps_grouped(facts->input.packets_read + 1).text);
    else
        ps_facts_damage(facts, libpcap->record_at, "has a record that libpcap does not read (%s)", why);
    return false;
}

/* Makes the arena hold one packet of `size` bytes, while it holds none. */
static bool fit(struct libpcap *libpcap, size_t size)
{
    if (size <= libpcap->arena_size)
        return true;
    free(libpcap->arena);
    libpcap->arena = malloc(size);
    libpcap->arena_size = libpcap->arena ? size : 0;
    if (libpcap->arena)
        return true;
    ps_facts_damage(libpcap->parser.facts, libpcap->record_at, "has a packet of %s bytes, which memory cannot hold",
                    ps_grouped(size).text);
    libpcap->parser.over = true;
    return false;
}

static enum ps_fill fill(struct ps_parser *parser, struct ps_batch *batch)
{
    struct libpcap *libpcap = libpcap_of(parser);
    size_t used = 0;
    while (!libpcap->parser.over && batch->count < PS_BATCH_MAX && (libpcap->held || hold(libpcap))) {
        const struct pcap_pkthdr *header = libpcap->held;
        if (batch->count == 0 && !fit(libpcap, header->caplen))
            break;
        if (header->caplen > libpcap->arena_size - used)
            break;
        memcpy(libpcap->arena + used, libpcap->held_data, header->caplen);
        batch->packet[batch->count++] = (struct ps_packet){
            .data = libpcap->arena + used,
            .time_ns = time_of(libpcap, header),
            .captured = header->caplen,
            .original = header->len,
            .link_type = libpcap->link_type,
            .source = parser->source,
        };
        used += header->caplen;
        libpcap->held = NULL;
        parser->facts->input.packets_read++;
    }
    return batch->count > 0 ? PS_FILL_PACKETS : PS_FILL_OVER;
}

static void destroy(struct ps_parser *parser)
{
    struct libpcap *libpcap = libpcap_of(parser);
    if (libpcap->pcap)
        pcap_close(libpcap->pcap);
    ps_window_finish(&libpcap->parser.window);
    free(libpcap->arena);
    free(libpcap);
}

static const struct ps_parser_kind libpcap_kind = {.fill = fill, .destroy = destroy};

/* Opens libpcap on a FILE over the window.  0, 1 when libpcap does not want it, -1 when memory is out. */
static int open_pcap(struct libpcap *libpcap)
{
    char why[PCAP_ERRBUF_SIZE];
    libpcap->file = fopencookie(libpcap, "r", (cookie_io_functions_t){.read = cookie_read, .seek = cookie_seek});
    if (!libpcap->file)
        return -1;
    libpcap->pcap = pcap_fopen_offline_with_tstamp_precision(libpcap->file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (libpcap->pcap)
        return 0;
    fclose(libpcap->file);
    return 1;
}

int ps_libpcap_create(struct ps_stream *stream, struct ps_facts *facts, uint16_t source, bool pcapng,
                      struct ps_parser **ret_parser)
{
    struct ps_pcap_header header = {0};
    if (!pcapng && ps_pcap_header(stream, facts, &header) < 0)
        return -1;
    struct libpcap *libpcap = calloc(1, sizeof(*libpcap));
    if (!libpcap)
        return ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
    libpcap->parser = (struct ps_parser){.kind = &libpcap_kind, .facts = facts, .source = source};
    libpcap->arena_size = ARENA_SIZE;
    libpcap->arena = malloc(libpcap->arena_size);
    int result = !libpcap->arena || ps_window_init(&libpcap->parser.window, stream) < 0 ? -1 : open_pcap(libpcap);
    if (result != 0) {
        destroy(&libpcap->parser);
        return result > 0 ? 1 : ps_error_set(&facts->problem, "memory is out while opening %s.", facts->name);
    }
    if (pcapng) {
        facts->input.format = "pcapng";
        header.link_type = ps_linktype_of_dlt(pcap_datalink(libpcap->pcap));
        ps_facts_link_type(facts, header.link_type);
    }
    libpcap->unsigned_seconds = !pcapng;
    libpcap->link_type = header.link_type;
    libpcap->record_at = (uint64_t)ftello(libpcap->file);
    *ret_parser = &libpcap->parser;
    return 0;
}
