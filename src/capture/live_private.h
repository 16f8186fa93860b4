/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files about live interfaces share: an interface that is tapped, its counters of loss, and their source.
 * Room: capture.
 */
#ifndef PORTSNIFF_CAPTURE_LIVE_PRIVATE_H
#define PORTSNIFF_CAPTURE_LIVE_PRIVATE_H

#include <pcap/pcap.h>

#include "facts.h"
#include "live.h"

/* After this time the kernel hands over a block of packets that is not full yet, in milliseconds. */
#define PS_LIVE_RETIRE_MS 60
/* The longest wait for packets, in milliseconds. */
#define PS_LIVE_WAIT_MS   50
/* What waits in the kernel is surely handed over after this time, in nanoseconds. */
#define PS_LIVE_SETTLE_NS INT64_C(150000000)

/* --- counters (live_loss.c) --- */

/* The statistics of a device in /sys that count as loss. */
#define PS_LIVE_SYS_COUNTERS 2

struct ps_live_loss {
    struct ps_loss sum;
    int sys_fd[PS_LIVE_SYS_COUNTERS]; /* opened before privileges are dropped; -1: none */
    uint64_t sys_last[PS_LIVE_SYS_COUNTERS];
    uint32_t pcap_last; /* of devices whose counters only libpcap knows */
};

/* The host's queues: one 32-bit counter per processor. */
struct ps_live_backlog {
    int fd; /* -1: cannot be read */
    size_t cpus;
    uint32_t last[1024];
    uint64_t sum;
};

/* How far a counter went on.  One that is smaller than before wrapped at 32 bits when it was near them, else it was set
 * back, and what it counted is not known: 0. */
uint64_t ps_live_delta(uint64_t before, uint64_t now);
/* Adds up the drops in the text of /proc/net/softnet_stat (one line per processor, hexadecimal, second column). */
void ps_live_backlog_text(struct ps_live_backlog *backlog, char *text);

void ps_live_loss_init(struct ps_live_loss *loss);
/* Whether the device's own counters can be read. */
bool ps_live_loss_open(struct ps_live_loss *loss, const char *interface, int ifindex);
void ps_live_loss_close(struct ps_live_loss *loss);
void ps_live_loss_read(struct ps_live_loss *loss, pcap_t *pcap);

void ps_live_backlog_open(struct ps_live_backlog *backlog);
void ps_live_backlog_read(struct ps_live_backlog *backlog);
void ps_live_backlog_close(struct ps_live_backlog *backlog);

/* --- one interface (live_tap.c, live_state.c) --- */

enum ps_tap_kind {
    PS_TAP_INTERFACE,
    PS_TAP_ANY,    /* all interfaces at once */
    PS_TAP_DEVICE, /* something else that libpcap knows, such as nflog: no state, no counters of the kernel */
};

struct ps_tap {
    struct ps_facts facts;
    enum ps_tap_kind kind;
    uint16_t index; /* in the source's list */
    pcap_t *pcap;   /* NULL: not open */
    uint16_t link_type;
    int64_t tick_ns; /* nanoseconds in one unit of libpcap's fraction of a second */
    int ifindex;     /* which the socket is bound to */
    int hardware;    /* ARPHRD_ number from <net/if_arp.h> */
    struct ps_live_loss loss;
    int64_t gap_since_ns; /* on the monotonic clock, while it is not up */
    uint64_t gap_ns;      /* gaps that are over */
    bool was_away;        /* in this gap it was deleted, not only down */
    bool loss_told;
    unsigned errors; /* in a row */
};

struct ps_live_notices {
    struct ps_error text[16];
    unsigned written, read;
};

struct ps_live {
    struct ps_live_options options;
    const char *filter; /* or NULL */
    struct ps_tap *tap;
    size_t count;
    struct pollfd *poll; /* one per tap */
    size_t turn;         /* the tap that is asked first */
    uint8_t *arena;      /* what packets of the current batch are copied into */
    size_t arena_size;
    struct ps_live_backlog backlog;
    struct ps_live_notices notices;
    int ask_fd;          /* a socket for questions about interfaces */
    int64_t check_ns;    /* when the interfaces are looked at next */
    unsigned idle_wakes; /* how often in a row poll() promised packets that were not there */
    bool full;           /* the last batch was full: more packets wait */
    bool stopping;       /* nothing more comes in */
    bool over;           /* nothing more is yielded */
    bool ended;          /* the final counts are read */
    int64_t settled_ns;  /* when a stopped source has surely yielded all */
};

/* Opens the interface and leaves it ready to be read.  0, or -1 with a sentence.  An interface that is down is not a
 * failure: its state says so. */
int ps_tap_open(struct ps_tap *tap, struct ps_live *live, struct ps_error *error);
void ps_tap_close(struct ps_tap *tap);
/* Nothing more enters the ring. */
void ps_tap_shut(const struct ps_tap *tap);
/* Takes the socket of a tap to another interface of the same kind.  0, or -1. */
int ps_tap_bind(struct ps_tap *tap, const struct ps_live *live, int ifindex);

/* Looks whether the interface is there and up, follows it, keeps the account of gaps and tells what happened. */
void ps_tap_check(struct ps_tap *tap, struct ps_live *live, int64_t now_ns);
/* Enters a state at the beginning. */
void ps_tap_begin(struct ps_tap *tap, struct ps_live *live, int64_t now_ns);
/* Gives the interface up; `why` is a sentence. */
void ps_tap_lose(struct ps_tap *tap, struct ps_live *live, const char *why, int64_t now_ns);
uint64_t ps_tap_gap_ns(const struct ps_tap *tap, int64_t now_ns);

/* What the kernel says of an interface, by any socket. */
struct ps_link {
    bool exists, up, running, loopback;
    int ifindex, hardware;
};
struct ps_link ps_link_ask(int fd, const char *name);

int64_t ps_live_clock_ns(void);

/* --- packets of all interfaces at once (live_cooked.c) --- */

/* Mends the EtherType of a packet of LINKTYPE_LINUX_SLL with more than one VLAN tag. */
void ps_cooked_mend(uint8_t *packet, uint32_t captured);

/* --- words (live_error.c, live_names.c) --- */

__attribute__((format(printf, 2, 3))) void ps_live_notice(struct ps_live *live, const char *format, ...);

/* Sentences for what libpcap says when an interface cannot be opened; all return -1. */
int ps_live_refused(const char *interface, struct ps_error *error);
int ps_live_unknown(const char *interface, struct ps_error *error);
int ps_live_failed(const char *interface, const char *why, struct ps_error *error);

/* How many characters must be put in, left out, replaced or swapped with the next to make `b` of `a`. */
size_t ps_edit_distance(const char *a, const char *b);
/* The names (at most `room`) that are nearest to `wanted`, the nearest first; none that has little to do with it. */
size_t ps_nearest_names(const char *wanted, const char *const *names, size_t count, const char **ret_near, size_t room);

#endif
