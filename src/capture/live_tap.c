/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens one interface for capture and tunes its socket (packet(7), Documentation/networking/packet_mmap.rst).
 *
 * libpcap makes the socket and the ring (TPACKET_V3) and knows the link types; what it has no call for is set on its
 * socket afterwards.  Promiscuous mode is never entered unasked: on a bridge it makes the kernel copy all that is
 * forwarded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "filter.h"
#include "linktype.h"
#include "live_private.h"

/* An interface of Ethernet frames that is up nearly everywhere. */
#define STAND_IN "lo"

/* File descriptors that are looked at: those that libpcap opens are among the lowest free ones. */
#define DESCRIPTORS 1024

/* libpcap's descriptors would live on in a program that is run from here: those that are new are closed then. */
static void note_descriptors(bool *open)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void close_new_on_exec(const bool *before)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        int flags = before[fd] ? -1 : fcntl(fd, F_GETFD);
        if (flags >= 0)
            fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    }
}

static void configure(pcap_t *pcap, const struct ps_live_options *options)
{
    const uint64_t buffer = options->buffer_bytes < INT32_MAX ? options->buffer_bytes : INT32_MAX;
    pcap_set_snaplen(pcap, (int)options->snapshot_length);
    pcap_set_buffer_size(pcap, (int)buffer);
    pcap_set_promisc(pcap, options->promiscuous);
    pcap_set_timeout(pcap, PS_LIVE_RETIRE_MS);
    if (options->immediate)
        pcap_set_immediate_mode(pcap, 1);
    /* Not every device can: then they are microseconds. */
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
}

/* Opens the device under the tap.  What pcap_activate() returned, above 0 with a warning, below with an error; `why`
 * (PCAP_ERRBUF_SIZE bytes) says more. */
static int activate(struct ps_tap *tap, const struct ps_live_options *options, const char *device, char *why)
{
    bool before[DESCRIPTORS];
    why[0] = '\0';
    pcap_t *pcap = pcap_create(device, why);
    if (!pcap)
        return PCAP_ERROR;
    configure(pcap, options);
    note_descriptors(before);
    int status = pcap_activate(pcap);
    const char *text = pcap_geterr(pcap);
    snprintf(why, PCAP_ERRBUF_SIZE, "%s", text[0] ? text : pcap_statustostr(status));
    if (status < 0) {
        pcap_close(pcap);
        return status;
    }
    close_new_on_exec(before);
    tap->pcap = pcap;
    tap->tick_ns = pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    return status;
}

void ps_tap_shut(const struct ps_tap *tap)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog program = {.len = 1, .filter = &nothing};
    if (tap->pcap)
        setsockopt(pcap_fileno(tap->pcap), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static void forget(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    (void)user;
    (void)header;
    (void)bytes;
}

/* Throws away what the ring holds, and what the kernel has not handed over yet. */
static void empty_ring(const struct ps_tap *tap)
{
    const int64_t end = ps_live_clock_ns() + PS_LIVE_SETTLE_NS;
    pcap_setnonblock(tap->pcap, 1, (char[PCAP_ERRBUF_SIZE]){0});
    do {
        pcap_dispatch(tap->pcap, -1, forget, NULL);
        poll(NULL, 0, 10);
    } while (ps_live_clock_ns() < end);
}

int ps_tap_bind(struct ps_tap *tap, const struct ps_live *live, int ifindex)
{
    const int fd = pcap_fileno(tap->pcap);
    /* No protocol: the one that it listens to already. */
    const struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_ifindex = ifindex};
    if (bind(fd, (const struct sockaddr *)&where, sizeof(where)) < 0)
        return -1;
    /* Being down is no failure: the kernel listens as soon as it is up.  The error only has to be fetched. */
    int waiting;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &waiting, &(socklen_t){sizeof(waiting)});
    if (live->options.promiscuous) {
        const struct packet_mreq all = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all));
    }
    tap->ifindex = ifindex;
    return 0;
}

static int join_fanout(const struct ps_tap *tap, const struct ps_live *live)
{
    const int group = (uint16_t)(live->options.fanout_group + tap->index);
    const int how = group | (PACKET_FANOUT_HASH << 16);
    return setsockopt(pcap_fileno(tap->pcap), SOL_PACKET, PACKET_FANOUT, &how, sizeof(how));
}

/* On the loopback interface every packet passes twice, going out and coming in: one of them is enough.  libpcap leaves
 * the first out, but only after the kernel has copied it, and lost copies would count double. */
static void skip_outgoing(const struct ps_tap *tap)
{
    const int yes = 1;
    setsockopt(pcap_fileno(tap->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes));
}

/* The same for loopback among all interfaces: put before the program that the kernel runs.  Without it libpcap leaves
 * the copies out later. */
static void skip_outgoing_loopback(const struct ps_tap *tap, const struct ps_live *live)
{
    const struct sock_filter head[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ps_link_ask(live->ask_fd, "lo").ifindex, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const size_t first = sizeof(head) / sizeof(head[0]);
    const int fd = pcap_fileno(tap->pcap);
    struct sock_filter program[BPF_MAXINSNS];
    /* Counted in instructions, not in bytes. */
    socklen_t count = (socklen_t)(BPF_MAXINSNS - first);
    memcpy(program, head, sizeof(head));
    if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, program + first, &count) < 0 || count == 0)
        return;
    const struct sock_fprog both = {.len = (unsigned short)(first + count), .filter = program};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &both, sizeof(both));
}

/* Says what is wrong with the filter in the same words as for saved captures. */
static int refuse_filter(const struct ps_tap *tap, const struct ps_live *live, struct ps_error *error)
{
    struct ps_filter *filter = live->filter ? ps_filter_create(live->filter) : NULL;
    int result = filter ? ps_filter_prepare(filter, tap->link_type, error) : 0;
    ps_filter_destroy(filter);
    return result < 0 ? -1 : ps_live_failed(tap->facts.name, pcap_geterr(tap->pcap), error);
}

/* Without an expression, too: only a filter's result tells the kernel how much of a packet to keep.  libpcap sees to it
 * that what was queued before the filter is held against it as well. */
static int set_filter(const struct ps_tap *tap, const struct ps_live *live, struct ps_error *error)
{
    struct bpf_program program;
    const char *expression = live->filter ? live->filter : "";
    if (pcap_compile(tap->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return refuse_filter(tap, live, error);
    int result = 0;
    if (pcap_setfilter(tap->pcap, &program) != 0)
        result = ps_live_failed(tap->facts.name, pcap_geterr(tap->pcap), error);
    pcap_freecode(&program);
    if (result == 0 && tap->kind == PS_TAP_ANY)
        skip_outgoing_loopback(tap, live);
    return result;
}

/* All interfaces at once have a made-up header (LINKTYPE_LINUX_SLL): of the two that libpcap offers, the one into which
 * it puts VLAN tags back. */
static void choose_header(const struct ps_tap *tap)
{
    if (tap->kind == PS_TAP_ANY)
        pcap_set_datalink(tap->pcap, DLT_LINUX_SLL);
}

/* What an open socket still needs before its first packet. */
static int prepare(struct ps_tap *tap, const struct ps_live *live, bool elsewhere, const struct ps_link *link,
                   struct ps_error *error)
{
    char why[PCAP_ERRBUF_SIZE];
    if (elsewhere || live->options.fanout_group)
        ps_tap_shut(tap);
    if (elsewhere && ps_tap_bind(tap, live, link->ifindex) < 0)
        return ps_live_failed(tap->facts.name, strerror(errno), error);
    if (live->options.fanout_group && join_fanout(tap, live) < 0)
        return ps_error_set(error, "cannot share the packets of %s among threads: %s. Try it with --threads 1.",
                            tap->facts.name, strerror(errno));
    if (elsewhere || live->options.fanout_group)
        empty_ring(tap);
    if (link->loopback)
        skip_outgoing(tap);
    choose_header(tap);
    tap->link_type = ps_linktype_of_dlt(pcap_datalink(tap->pcap));
    if (set_filter(tap, live, error) < 0)
        return -1;
    if (pcap_setnonblock(tap->pcap, 1, why) < 0)
        return ps_live_failed(tap->facts.name, why, error);
    return 0;
}

static int refused(const struct ps_tap *tap, int status, const char *why, struct ps_error *error)
{
    if (status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED)
        return ps_live_refused(tap->facts.name, error);
    if (status == PCAP_ERROR_NO_SUCH_DEVICE)
        return ps_live_unknown(tap->facts.name, error);
    return ps_live_failed(tap->facts.name, why, error);
}

/* A device of libpcap's that is no network interface. */
static bool is_device(const char *name)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_if_t *all = NULL;
    bool found = false;
    if (pcap_findalldevs(&all, why) == 0) {
        for (const pcap_if_t *device = all; device && !found; device = device->next)
            found = strcmp(device->name, name) == 0;
        pcap_freealldevs(all);
    }
    return found;
}

static void use(struct ps_tap *tap, const struct ps_link *link)
{
    const struct ps_loss before = tap->loss.sum;
    tap->ifindex = link->ifindex;
    tap->hardware = link->hardware;
    ps_facts_link_type(&tap->facts, tap->link_type);
    if (tap->kind == PS_TAP_INTERFACE)
        ps_live_loss_open(&tap->loss, tap->facts.name, link->ifindex);
    /* What was dropped before the filter was there counts for nothing. */
    ps_live_loss_read(&tap->loss, tap->pcap);
    tap->loss.sum.kernel = before.kernel;
    tap->loss.sum.freezes = before.freezes;
}

int ps_tap_open(struct ps_tap *tap, struct ps_live *live, struct ps_error *error)
{
    char why[PCAP_ERRBUF_SIZE];
    const char *name = tap->facts.name;
    struct ps_link link = {0};
    tap->kind = strcmp(name, "any") == 0 ? PS_TAP_ANY : PS_TAP_INTERFACE;
    if (tap->kind == PS_TAP_INTERFACE && !(link = ps_link_ask(live->ask_fd, name)).exists) {
        if (!is_device(name))
            return ps_live_unknown(name, error);
        tap->kind = PS_TAP_DEVICE;
    }
    /* libpcap refuses what is down.  A socket of the same kind can be taken there all the same, and will then hear it
     * come up, even when the right to open another is gone by then. */
    bool elsewhere = tap->kind == PS_TAP_INTERFACE && !link.up && link.hardware == ARPHRD_ETHER;
    int status = activate(tap, &live->options, elsewhere ? STAND_IN : name, why);
    if (status == PCAP_ERROR_IFACE_NOT_UP)
        return 0;
    if (status < 0)
        return refused(tap, status, why, error);
    if (status > 0)
        ps_live_notice(live, "%s: %s.", name, why);
    if (prepare(tap, live, elsewhere, &link, error) < 0) {
        ps_tap_close(tap);
        return -1;
    }
    use(tap, &link);
    return 0;
}

void ps_tap_close(struct ps_tap *tap)
{
    if (tap->pcap)
        pcap_close(tap->pcap);
    tap->pcap = NULL;
}
