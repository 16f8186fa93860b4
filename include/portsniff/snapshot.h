/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts as plain data: what a report, a finding or an export reads.  Room: snapshot.
 */
#ifndef PORTSNIFF_SNAPSHOT_H
#define PORTSNIFF_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/key.h"
#include "portsniff/port_class.h"

struct ps_count {
    uint64_t packets;
    uint64_t bytes; /* wire bytes */
};

struct ps_traffic {
    uint64_t packets;
    uint64_t bytes;         /* wire: the frames' original lengths */
    uint64_t network_bytes; /* IP header and what follows, as the IP header states */
    uint64_t payload_bytes; /* behind the transport header; 0 for later fragments' own part: see rule 2 */
};

struct ps_port_row {
    uint8_t transport; /* enum ps_transport */
    uint16_t port;
    struct ps_traffic sent;     /* as source port */
    struct ps_traffic received; /* as destination port */
};

struct ps_pair_row {
    uint8_t transport;
    uint16_t port_a, port_b; /* port_a <= port_b; where equal, everything stands in a_to_b */
    struct ps_traffic a_to_b, b_to_a;
};

struct ps_host_row {
    struct ps_address address;
    uint8_t family; /* 4 or 6 */
    struct ps_count sent, received;
};

struct ps_time_row {
    int64_t start_ns; /* a multiple of the bucket's width */
    struct ps_count all;
    struct ps_count by_class[PS_CLASS_COUNT]; /* counted by port, under the class of the lower port */
};

struct ps_tunnel_row {
    uint8_t kind; /* enum ps_tunnel */
    uint16_t port;
    uint32_t id;
    struct ps_count carried;
};

struct ps_ledger_row {
    uint8_t row;         /* enum ps_row */
    uint8_t detail_kind; /* enum ps_detail */
    uint16_t detail;
    struct ps_count count;
};

/* One input; strings are owned by the snapshot's maker and outlive it. */
struct ps_input_row {
    const char *name, *format; /* see struct ps_input */
    uint16_t link_types[8];
    size_t link_type_count;
    uint64_t packets, bytes, packets_read;
    bool damaged, failed;
    uint64_t damage_offset;
    const char *damage, *problem;
};

struct ps_snapshot {
    /* filled by the engine */
    const char *generator;      /* "portsniff 0.1.0" */
    const char *filter;         /* or NULL */
    const char *mode_tunnels;   /* "inner" | "outer" */
    const char *mode_fragments; /* "credit" | "header" */
    struct ps_input_row *input; /* input_count of them; freed by finish */
    size_t input_count;
    bool final;        /* false: one interval */
    bool interval_set; /* interval_start/end/number hold */
    int64_t interval_start_ns, interval_end_ns;
    uint64_t interval_number; /* from 1 */
    bool has_kernel_drops, has_interface_drops;
    uint64_t dropped_by_kernel, dropped_by_interface;
    uint64_t fragments_overflow; /* see ps_fragments_overflow */
    bool lower_bound;            /* something was lost: totals are a lower bound */

    /* filled by ps_account_collect */
    struct ps_count total;     /* every packet */
    uint64_t captured_bytes;   /* unused for now: 0 */
    int64_t first_ns, last_ns; /* earliest and latest packet time; PS_TIME_NONE when no packet has one */
    uint64_t untimed_packets;
    uint64_t disordered_packets; /* earlier than the packet before them */
    struct ps_count segmented;   /* TCP/UDP packets longer than any 1500-byte link carries: offload or jumbo frames */
    uint64_t
        segmented_estimate; /* packets that those were on the wire if offload made them (1460/1440 bytes payload each) */
    int64_t bucket_ns;      /* width of the time rows */
    struct ps_traffic range[PS_CLASS_COUNT][PS_CLASS_COUNT]; /* [source class][destination class] */
    uint64_t ports_in_class[PS_CLASS_COUNT];                 /* distinct (protocol, port) seen per class */
    struct ps_port_row *port;
    size_t port_count;
    struct ps_pair_row *pair;
    size_t pair_count;
    struct ps_host_row *host;
    size_t host_count;
    struct ps_time_row *time; /* ascending, no empty rows */
    size_t time_count;
    struct ps_tunnel_row *tunnel;
    size_t tunnel_count;
    struct ps_ledger_row *ledger; /* by row, then bytes descending, then detail */
    size_t ledger_count;
};

/* All zero. */
void ps_snapshot_init(struct ps_snapshot *snapshot);
/* Frees the arrays; the snapshot is as after init. */
void ps_snapshot_finish(struct ps_snapshot *snapshot);

#endif
