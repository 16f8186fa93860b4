/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Network interfaces as inputs of a source: what is asked of them, what became of them, what was lost on them.
 * Room: capture.  A live source is opened, read, stopped and closed through portsniff/source.h.
 *
 * System calls of a live source once it is open (for whoever forbids others): poll, clock_gettime, pread64 on files
 * opened before, close; ioctl (SIOCGIFINDEX, SIOCGIFFLAGS, SIOCGIFHWADDR) on any socket; and on the packet sockets
 * getsockname, getsockopt (SOL_SOCKET SO_ERROR, SOL_PACKET PACKET_STATISTICS), setsockopt (SOL_SOCKET
 * SO_ATTACH_FILTER, SOL_PACKET PACKET_ADD_MEMBERSHIP) and bind (an interface that came back under another number).  None
 * of them needs a privilege.  Where more is tried, being refused is told and survived.
 */
#ifndef PORTSNIFF_LIVE_H
#define PORTSNIFF_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/error.h"

/* Bytes of a packet that are captured unless told otherwise: ports behind two tunnels, and the deepest byte by which an
 * application is known (DHCP's at 240) behind Ethernet, two VLAN tags and IP.  At 256 DHCP goes unnamed, at 128 others
 * do, at 96 a few ports behind tunnels are missing. */
#define PS_LIVE_SNAPSHOT      320
/* The whole packet, whatever its size: what a saved capture wants. */
#define PS_LIVE_SNAPSHOT_FULL 262144
/* The kernel's ring per interface (and fanout member) unless told otherwise, in bytes. */
#define PS_LIVE_BUFFER        (32U << 20)

struct ps_live_options {
    const char *const *interfaces; /* names, "any" among them; not owned, alive while the source is */
    size_t interface_count;        /* 0: the source reads saved captures */
    uint32_t snapshot_length;      /* bytes kept of each packet; 0: PS_LIVE_SNAPSHOT */
    uint64_t buffer_bytes;         /* the kernel's ring per interface; 0: PS_LIVE_BUFFER */
    bool promiscuous;              /* also what is addressed to others */
    bool immediate;                /* every packet at once instead of in blocks: costs many times the CPU */
    /* Several sources that share the packets of the same interfaces, by flow (PACKET_FANOUT_HASH, packet(7)): one
     * source is opened per member, all with the same group, all before the first is read.  0: every packet is this
     * source's.  Interface i of the list uses group number fanout_group + i; pick it per process (its id, say). */
    uint16_t fanout_group;
    uint16_t fanout_members;
};

/* What an interface is at the moment. */
enum ps_link_state {
    PS_LINK_NONE, /* not an interface: a saved capture */
    PS_LINK_UP,
    PS_LINK_DOWN, /* there, but down: packets come again once it is up */
    PS_LINK_AWAY, /* deleted; looked for about once a second */
    PS_LINK_LOST, /* came back, but cannot be captured on any more: ps_source_notice() says why */
};

/* What was not captured since the source was opened; every number is a sum of differences and never goes back. */
struct ps_loss {
    uint64_t kernel;    /* packets that the filter selected and that found no room in the kernel's ring */
    uint64_t freezes;   /* how often that ring was full (not packets) */
    uint64_t interface; /* packets that the device or its driver dropped, before the filter; valid with has_interface */
    uint64_t backlog;   /* packets that the host's queues between drivers and kernel dropped: of the whole host, all
                         * interfaces together, the same number for every input; valid with has_backlog */
    bool has_interface;
    bool has_backlog;
};

/* One device that packets can be captured on.  Strings are NUL-terminated and belong to the list. */
struct ps_device {
    const char *name;
    const char *description;      /* or NULL */
    const char *const *addresses; /* as text: MAC first, then IPv4, IPv6 */
    size_t address_count;
    const char *link_type; /* name of its DLT ("EN10MB"); NULL: only known once it is opened */
    bool up;
    bool running; /* its link works */
    bool loopback;
    bool wireless;
    bool any; /* the pseudo-interface that stands for all */
};

/* What can be captured on, in libpcap's order (the likeliest first); needs no privilege.  Returns 0 and *ret_list (to
 * be freed with ps_live_list_free) with *ret_count entries, or -1 with a sentence. */
int ps_live_list(struct ps_device **ret_list, size_t *ret_count, struct ps_error *error);
/* NULL is fine. */
void ps_live_list_free(struct ps_device *list, size_t count);

#endif
