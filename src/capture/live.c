/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A source of packets from network interfaces.
 *
 * Packets are copied out of the ring: libpcap gives a block of the ring back to the kernel as soon as it has shown the
 * last packet in it, while the batch still has to be decoded.  A batch of short packets fits into the first-level cache,
 * and the copy is what fetches them from memory.
 */
#include "live.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live_private.h"

/* Room for copies when packets are kept whole. */
#define ARENA_LEAST    ((size_t)2 << 20)
/* Every copy begins at a multiple of this. */
#define ALIGNMENT      16
/* How often interfaces are looked at, in nanoseconds: when all are up, and when one is not. */
#define CHECK_NS       INT64_C(1000000000)
#define CHECK_AGAIN_NS INT64_C(250000000)
/* An interface that is up and gives so many errors in a row will not recover. */
#define ERRORS_MOST    100

/* --- opening --- */

static int check_names(const struct ps_live_options *options, struct ps_error *error)
{
    for (size_t i = 0; i < options->interface_count; i++) {
        const char *name = options->interfaces[i];
        for (size_t j = 0; j < i; j++) {
            if (strcmp(name, options->interfaces[j]) == 0)
                return ps_error_set(error, "the interface %s is named twice; its packets would count twice.", name);
        }
        if (strcmp(name, "any") == 0 && options->interface_count > 1)
            return ps_error_set(error, "any stands for all interfaces; with others beside it, packets would count "
                                       "twice. Name either any or the interfaces.");
    }
    return 0;
}

static void set_defaults(struct ps_live_options *options)
{
    if (options->snapshot_length == 0)
        options->snapshot_length = PS_LIVE_SNAPSHOT;
    if (options->snapshot_length > PS_LIVE_SNAPSHOT_FULL)
        options->snapshot_length = PS_LIVE_SNAPSHOT_FULL;
    if (options->buffer_bytes == 0)
        options->buffer_bytes = PS_LIVE_BUFFER;
}

/* The room that one packet may need. */
static size_t slot(const struct ps_live *live)
{
    return (live->options.snapshot_length + (size_t)ALIGNMENT - 1) & ~((size_t)ALIGNMENT - 1);
}

static int make_room(struct ps_live *live)
{
    const size_t all = PS_BATCH_MAX * slot(live);
    live->arena_size = all < ARENA_LEAST ? all : ARENA_LEAST;
    live->arena = malloc(live->arena_size);
    live->tap = calloc(live->options.interface_count, sizeof(*live->tap));
    live->poll = calloc(live->options.interface_count, sizeof(*live->poll));
    return live->arena && live->tap && live->poll ? 0 : -1;
}

static int open_tap(struct ps_live *live, size_t index, struct ps_error *error)
{
    struct ps_tap *tap = &live->tap[index];
    if (ps_facts_init(&tap->facts, live->options.interfaces[index]) < 0)
        return ps_error_set(error, "memory is out while opening the interfaces.");
    ps_live_loss_init(&tap->loss);
    tap->index = (uint16_t)index;
    tap->facts.input.format = "live";
    tap->facts.input.snapshot_length = live->options.snapshot_length;
    live->count++;
    return ps_tap_open(tap, live, error);
}

static int open_all(struct ps_live *live, struct ps_error *error)
{
    live->ask_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (live->ask_fd < 0)
        return ps_error_set(error, "cannot open a socket to ask for interfaces: %s.", strerror(errno));
    for (size_t i = 0; i < live->options.interface_count; i++) {
        if (open_tap(live, i, error) < 0)
            return -1;
    }
    const int64_t now_ns = ps_live_clock_ns();
    for (size_t i = 0; i < live->count; i++)
        ps_tap_begin(&live->tap[i], live, now_ns);
    ps_live_backlog_open(&live->backlog);
    return 0;
}

int ps_live_open(const struct ps_source_options *options, struct ps_live **ret_live, struct ps_error *error)
{
    if (check_names(&options->live, error) < 0)
        return -1;
    struct ps_live *live = calloc(1, sizeof(*live));
    if (!live)
        return ps_error_set(error, "memory is out while opening the interfaces.");
    live->options = options->live;
    live->filter = options->filter;
    live->ask_fd = live->backlog.fd = -1;
    set_defaults(&live->options);
    int result = make_room(live) < 0 ? ps_error_set(error, "memory is out while opening the interfaces.")
                                     : open_all(live, error);
    if (result < 0) {
        ps_live_close(live);
        return -1;
    }
    *ret_live = live;
    return 0;
}

void ps_live_close(struct ps_live *live)
{
    if (!live)
        return;
    for (size_t i = 0; i < live->count; i++) {
        ps_tap_close(&live->tap[i]);
        ps_live_loss_close(&live->tap[i].loss);
        ps_facts_finish(&live->tap[i].facts);
    }
    ps_live_backlog_close(&live->backlog);
    if (live->ask_fd >= 0)
        close(live->ask_fd);
    free(live->tap);
    free(live->poll);
    free(live->arena);
    free(live);
}

/* --- reading --- */

/* Where libpcap's packets go. */
struct hand {
    struct ps_batch *batch;
    uint8_t *at; /* the free part of the arena */
    uint64_t bytes;
    int64_t tick_ns;
    uint32_t most;
    uint16_t link_type;
    uint16_t source;
};

static void keep(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct hand *hand = (struct hand *)user;
    const uint32_t captured = header->caplen < hand->most ? header->caplen : hand->most;
    memcpy(hand->at, bytes, captured);
    hand->batch->packet[hand->batch->count++] = (struct ps_packet){
        .data = hand->at,
        .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + (int64_t)header->ts.tv_usec * hand->tick_ns,
        .captured = captured,
        .original = header->len,
        .link_type = hand->link_type,
        .source = hand->source,
    };
    hand->bytes += header->len;
    hand->at += (captured + ALIGNMENT - 1U) & ~(ALIGNMENT - 1U);
}

static void mend(const struct ps_live *live, const struct ps_batch *batch, size_t from)
{
    for (size_t i = from; i < batch->count; i++) {
        const struct ps_packet *packet = &batch->packet[i];
        ps_cooked_mend(live->arena + (packet->data - live->arena), packet->captured);
    }
}

/* Fills the batch from one interface; `*at` is the free part of the arena.  False when there was nothing more, true when
 * the batch is full. */
static bool take(struct ps_live *live, struct ps_tap *tap, struct ps_batch *batch, uint8_t **at)
{
    struct hand hand = {.batch = batch,
                        .at = *at,
                        .tick_ns = tap->tick_ns,
                        .most = live->options.snapshot_length,
                        .link_type = tap->link_type,
                        .source = tap->index};
    const size_t before = batch->count;
    const uint8_t *end = live->arena + live->arena_size;
    int wanted = 0, got = 0;
    while (got == wanted) {
        size_t room = (size_t)(end - hand.at) / slot(live);
        wanted = (int)(room < PS_BATCH_MAX - batch->count ? room : PS_BATCH_MAX - batch->count);
        if (wanted == 0)
            break;
        got = pcap_dispatch(tap->pcap, wanted, keep, (u_char *)&hand);
    }
    if (tap->kind == PS_TAP_ANY)
        mend(live, batch, before);
    tap->facts.input.packets += batch->count - before;
    tap->facts.input.packets_read += batch->count - before;
    tap->facts.input.bytes += hand.bytes;
    tap->errors = got < 0 ? tap->errors + 1 : 0;
    /* A packet of an interface that seemed down, an error, or one that libpcap saw: look what is the matter. */
    if (got < 0 || pcap_get_required_select_timeout(tap->pcap) ||
        (batch->count > before && tap->facts.input.state != PS_LINK_UP))
        live->check_ns = 0;
    *at = hand.at;
    return wanted == 0;
}

static void take_all(struct ps_live *live, struct ps_batch *batch)
{
    uint8_t *at = live->arena;
    live->full = false;
    for (size_t i = 0; i < live->count && !live->full; i++) {
        struct ps_tap *tap = &live->tap[live->turn];
        live->turn = (live->turn + 1) % live->count;
        if (tap->pcap)
            live->full = take(live, tap, batch, &at);
    }
}

/* Waits for packets.  False when a signal ended it. */
static bool wait_for_packets(struct ps_live *live)
{
    for (size_t i = 0; i < live->count; i++) {
        pcap_t *pcap = live->tap[i].pcap;
        live->poll[i] = (struct pollfd){.fd = pcap ? pcap_get_selectable_fd(pcap) : -1, .events = POLLIN};
    }
    /* A descriptor that claims packets and has none must not make this a busy loop. */
    if (live->idle_wakes > 2)
        poll(NULL, 0, 5);
    int ready = poll(live->poll, (nfds_t)live->count, PS_LIVE_WAIT_MS);
    if (ready < 0)
        return false;
    live->idle_wakes = ready > 0 ? live->idle_wakes + 1 : 0;
    for (size_t i = 0; ready > 0 && i < live->count; i++) {
        if (live->poll[i].revents & ~POLLIN)
            live->check_ns = 0;
    }
    return true;
}

static void read_losses(struct ps_live *live)
{
    for (size_t i = 0; i < live->count; i++)
        ps_live_loss_read(&live->tap[i].loss, live->tap[i].pcap);
    ps_live_backlog_read(&live->backlog);
}

/* The ring is not made larger by itself: that takes another socket, for which the right is given up by now, and packets
 * between the two. */
static void tell_loss(struct ps_live *live, struct ps_tap *tap)
{
    if (tap->loss.sum.kernel == 0 || tap->loss_told)
        return;
    tap->loss_told = true;
    const uint64_t megabytes = live->options.buffer_bytes >> 20;
    ps_live_notice(live,
                   "the kernel's buffer for %s was full, packets are lost: what is counted is a lower bound.\n"
                   "  A larger buffer takes in longer bursts (-B %" PRIu64 "M), a filter keeps out what is not wanted.",
                   tap->facts.name, megabytes < 8 ? 32 : megabytes * 4);
}

/* Looks at the interfaces; when none is left, the source is over. */
static void check(struct ps_live *live, int64_t now_ns)
{
    size_t lost = 0;
    live->check_ns = now_ns + CHECK_NS;
    for (size_t i = 0; i < live->count; i++) {
        struct ps_tap *tap = &live->tap[i];
        ps_tap_check(tap, live, now_ns);
        if (tap->facts.input.state == PS_LINK_UP && tap->errors > ERRORS_MOST)
            ps_tap_lose(tap, live, pcap_geterr(tap->pcap), now_ns);
        if (tap->facts.input.state != PS_LINK_UP)
            live->check_ns = now_ns + CHECK_AGAIN_NS;
        lost += tap->facts.input.state == PS_LINK_LOST;
    }
    read_losses(live);
    for (size_t i = 0; i < live->count; i++)
        tell_loss(live, &live->tap[i]);
    live->over = lost == live->count;
}

static enum ps_next end(struct ps_live *live, int64_t now_ns)
{
    for (size_t i = 0; i < live->count; i++)
        live->tap[i].facts.input.gap_ns = ps_tap_gap_ns(&live->tap[i], now_ns);
    if (!live->ended)
        read_losses(live);
    live->over = live->ended = true;
    return PS_NEXT_END;
}

enum ps_next ps_live_next(struct ps_live *live, struct ps_batch *ret_batch)
{
    int64_t now_ns = ps_live_clock_ns();
    if (!live->full && !live->over) {
        if (!wait_for_packets(live) && !live->stopping)
            return PS_NEXT_NONE_YET;
        now_ns = ps_live_clock_ns();
    }
    if (live->over)
        return end(live, now_ns);
    if (now_ns >= live->check_ns)
        check(live, now_ns);
    take_all(live, ret_batch);
    if (ret_batch->count > 0) {
        live->idle_wakes = 0;
        return PS_NEXT_BATCH;
    }
    return live->stopping && now_ns >= live->settled_ns ? end(live, now_ns) : PS_NEXT_NONE_YET;
}

/* --- the rest --- */

void ps_live_stop(struct ps_live *live)
{
    if (live->stopping)
        return;
    for (size_t i = 0; i < live->count; i++)
        ps_tap_shut(&live->tap[i]);
    live->stopping = true;
    live->settled_ns = ps_live_clock_ns() + PS_LIVE_SETTLE_NS;
}

size_t ps_live_count(const struct ps_live *live)
{
    return live->count;
}

const struct ps_input *ps_live_input(const struct ps_live *live, size_t index)
{
    return &live->tap[index].facts.input;
}

void ps_live_loss(struct ps_live *live, size_t index, struct ps_loss *ret_loss)
{
    struct ps_live_loss *loss = &live->tap[index].loss;
    if (!live->ended) {
        ps_live_loss_read(loss, live->tap[index].pcap);
        ps_live_backlog_read(&live->backlog);
    }
    *ret_loss = loss->sum;
    ret_loss->backlog = live->backlog.sum;
    ret_loss->has_backlog = live->backlog.cpus > 0;
}

const char *ps_live_next_notice(struct ps_live *live)
{
    struct ps_live_notices *notices = &live->notices;
    if (notices->read == notices->written)
        return NULL;
    return notices->text[notices->read++ % (sizeof(notices->text) / sizeof(notices->text[0]))].text;
}
