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

/* What rows of tables are sorted by; tables that do not have it keep their standard order. */
enum ps_sort {
    PS_SORT_BYTES,
    PS_SORT_PACKETS,
    PS_SORT_PORT,
    PS_SORT_FLOWS,
    PS_SORT_CLIENTS,
    PS_SORT_COUNT
};

/* Tables as bits: those whose rows cost something to make. */
enum ps_table {
    PS_TABLE_PORTS = 1 << 0,
    PS_TABLE_PAIRS = 1 << 1,
    PS_TABLE_HOSTS = 1 << 2,
    PS_TABLE_FLOWS = 1 << 3,
    PS_TABLE_SERVICES = 1 << 4,
    PS_TABLE_EPHEMERAL = 1 << 5, /* rows; their sums come with the findings */
    PS_TABLE_FINDINGS = 1 << 6,
    PS_TABLE_SOURCES = 1 << 7, /* see struct ps_pair_source */
    PS_TABLE_ALL = (1 << 8) - 1
};

/* What a report will read: other rows need not be made. */
struct ps_wish {
    unsigned tables; /* enum ps_table bits */
    size_t top;      /* rows of each table, the first ones by `sort`; 0: all */
    enum ps_sort sort;
    unsigned threads; /* that may work on it; 0 is 1 */
};

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

/* How sure it is which end of a flow is the server, best first: product rule 4. */
enum ps_evidence {
    PS_EVIDENCE_HANDSHAKE, /* SYN or SYN-ACK seen */
    PS_EVIDENCE_REQUEST,   /* the payload is a request or an answer (DNS, NTP, DHCP, ...) */
    PS_EVIDENCE_LISTENER,  /* another flow of this capture shows that the end listens */
    PS_EVIDENCE_ICMP,      /* an ICMP error names the port as the one that was tried */
    PS_EVIDENCE_MULTICAST, /* a multicast or broadcast destination */
    PS_EVIDENCE_FAN_IN,    /* many peers on one side */
    PS_EVIDENCE_NAME,      /* a registered service name on one side only */
    PS_EVIDENCE_CLASS,     /* the lower range class */
    PS_EVIDENCE_NUMBER,    /* the lower number */
    PS_EVIDENCE_PEERS,     /* equal ports: both ends are peers; the lower address is listed as client */
    PS_EVIDENCE_COUNT
};
/* Up to this grade the server side is measured, behind it it is guessed. */
#define PS_EVIDENCE_MEASURED PS_EVIDENCE_ICMP

/* What became of a connection. */
enum ps_outcome {
    PS_OUTCOME_ESTABLISHED, /* TCP: handshake complete or data both ways, still open; UDP: answered */
    PS_OUTCOME_CLOSED,      /* established, then FIN */
    PS_OUTCOME_RESET,       /* established, then RST */
    PS_OUTCOME_REFUSED,     /* RST or ICMP unreachable instead of an answer */
    PS_OUTCOME_UNANSWERED,  /* tried, nothing came back */
    PS_OUTCOME_HALF_OPEN,   /* SYN and SYN-ACK, but the client never completed it */
    PS_OUTCOME_ONE_WAY,     /* only one direction was seen, without a beginning: says nothing about success */
    PS_OUTCOME_COUNT
};

/* A conversation between two ends; the ends are those of the IP header next to the ports. */
struct ps_flow_row {
    uint8_t transport; /* enum ps_transport */
    uint8_t family;    /* 4 or 6 */
    uint8_t evidence;  /* enum ps_evidence */
    uint8_t state;     /* enum ps_outcome of its last connection */
    struct ps_address client, server;
    uint16_t client_port, server_port;
    uint16_t application; /* enum ps_application that its payload speaks; 0: not recognised */
    uint16_t zero;
    struct ps_count to_server, to_client;
    uint64_t payload_to_server, payload_to_client; /* bytes behind the transport header */
    int64_t first_ns, last_ns;                     /* PS_TIME_NONE: no packet of it has a time */
    uint32_t connections;                          /* at least 1; more when the same ends met again */
    uint32_t outcome[PS_OUTCOME_COUNT];            /* of those connections */
};

/* Round-trip times of a service: 4 buckets per power of two, the first from 1 microsecond. */
#define PS_RTT_BUCKETS 128

struct ps_service_row {
    uint8_t transport;
    uint16_t port;
    struct ps_count to_server, to_client;      /* each packet counts once; peers: all in to_server */
    uint64_t flows;                            /* connections */
    uint64_t clients, servers;                 /* distinct addresses */
    bool clients_estimated, servers_estimated; /* then the number is right within distinct_error */
    struct ps_count by_evidence[PS_EVIDENCE_COUNT];
    uint64_t client_class[PS_CLASS_COUNT]; /* flows by the range class of the client's port */
    uint64_t outcome[PS_OUTCOME_COUNT];    /* connections; their sum is `flows` */
    uint64_t rtt_count;                    /* handshakes measured */
    uint64_t rtt_p50_ns, rtt_p95_ns, rtt_p99_ns;
    uint64_t tcp_payload_bytes;   /* both ways */
    uint64_t retransmitted_bytes; /* of these: sent again (at least so many) */
    uint16_t application;         /* what most of its recognised flows speak; 0: none recognised */
};

/* The temporary ports of one client. */
struct ps_ephemeral_row {
    struct ps_address client;
    uint8_t family;
    uint8_t transport;
    uint16_t lowest, highest; /* ports it used as a client */
    uint64_t distinct;        /* ports */
    uint64_t connections;
    uint64_t reused; /* connections on a port that had been used before */
    enum {
        PS_ORDER_UNKNOWN,
        PS_ORDER_SEQUENTIAL,
        PS_ORDER_RANDOM
    } order;
    uint64_t peak; /* ports in use at one time towards one (server, port) */
    struct ps_address peak_server;
    uint16_t peak_port;
    uint16_t range_low,
        range_high; /* the known range it draws from: 49152-65535 (IANA), 32768-60999 (Linux), 1024-65535 */
};

enum ps_severity {
    PS_SEVERITY_NOTE,
    PS_SEVERITY_WARNING,
    PS_SEVERITY_ALERT
};

/* What a good engineer would have noticed.  Strings are owned by the snapshot. */
struct ps_finding {
    enum ps_severity severity;
    const char *kind; /* "service-on-other-port", ...; static */
    char *what;       /* one sentence: addresses, ports, packets */
    const char *why;  /* one sentence; static */
    const char *next; /* what to look at next; static */
    uint8_t transport;
    bool has_port;
    uint16_t port;
    uint8_t family; /* 0: no address belongs to it */
    struct ps_address address;
    uint64_t packets;
    int64_t first_ns, last_ns; /* PS_TIME_NONE: unknown */
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
    /* of an interface */
    const char *state; /* "up", "down", "away", "lost"; NULL: not an interface */
    uint64_t gaps;     /* how often it was down or away */
    uint64_t gap_ns;   /* for how long altogether, up to now */
    uint64_t dropped_by_kernel, dropped_by_interface;
    bool has_interface_drops;
};

/* What the run itself needed so far. */
struct ps_self_figures {
    bool set;
    uint64_t packets;     /* counted by then */
    uint64_t cpu_ns;      /* processor time */
    uint64_t memory;      /* bytes resident now */
    uint64_t memory_peak; /* most bytes resident at one time */
};

/* Ranges that systems draw temporary ports from. */
enum ps_range {
    PS_RANGE_IANA,         /* 49152-65535: Windows, macOS */
    PS_RANGE_LINUX,        /* 32768-60999 */
    PS_RANGE_UNPRIVILEGED, /* 1024-65535 */
    PS_RANGE_COUNT
};

/* Rows that were not made because nobody asked for them: how many, and their sums.  No distinct addresses, no names. */
struct ps_rest {
    size_t ports, pairs, hosts, flows, services, ephemeral;
    struct ps_port_row port;
    struct ps_pair_row pair;
    struct ps_host_row host;
    struct ps_flow_row flow; /* counts, payload and connections */
    struct ps_service_row service;
    uint64_t service_bytes[PS_CLASS_COUNT]; /* by the range class of their ports */
    uint64_t ephemeral_connections, ephemeral_reused;
    uint64_t ephemeral_ports[PS_RANGE_COUNT]; /* distinct ones of each client, by the range that it draws from */
};

struct ps_snapshot;

/* Every flow of an account, one row at a time, made when asked for.  It reads the account's tables: it holds as long as
 * these do not change. */
struct ps_flow_source {
    void *owner;  /* NULL: there is none, and the snapshot's array has all flows */
    size_t count; /* flows, of which some have no packet and so no row */
    /* False: it has no row. */
    bool (*get)(const void *owner, size_t index, struct ps_flow_row *ret_row);
    void (*destroy)(void *owner);
};

/* Likewise every port pair that is still in its table. */
struct ps_pair_source {
    void *owner; /* NULL: the snapshot's array has all pairs */
    size_t count;
    /* transport << 32 | lower port << 16 | higher port; keys are different and come in ascending order. */
    uint64_t (*key)(const void *owner, size_t index);
    void (*get)(const void *owner, size_t index, struct ps_pair_row *ret_row);
    /* What pairs are sums of, in no order that means anything: `shares` rows of which a pair may have many.  False: there is
     * none at that index. */
    size_t shares;
    bool (*share)(const void *owner, size_t index, struct ps_pair_row *ret_row);
    void (*destroy)(void *owner);
};

/* Somebody who looks at every flow's row while it is made anyway. */
struct ps_flow_watch {
    void *owner; /* NULL: nobody */
    /* Before the first of `flows`, which `workers` threads will make.  False: memory is out. */
    bool (*begin)(void *owner, const struct ps_snapshot *snapshot, size_t flows, unsigned workers);
    /* Each worker sees flows of its own, in ascending order.  False: memory is out. */
    bool (*see)(void *owner, unsigned worker, size_t index, const struct ps_flow_row *row);
    void (*destroy)(void *owner);
};

struct ps_snapshot {
    struct ps_wish wish; /* what was asked for; tables of which nobody asked for rows have none */

    /* filled by the engine */
    const char *generator;      /* "portsniff 0.1.0" */
    const char *filter;         /* or NULL */
    const char *mode_tunnels;   /* "inner" | "outer" */
    const char *mode_fragments; /* "credit" | "header" */
    struct ps_input_row *input; /* input_count of them; freed by finish */
    size_t input_count;
    bool final;                                 /* false: one interval */
    bool interval_set;                          /* interval_start/end/number hold */
    int64_t interval_start_ns, interval_end_ns; /* PS_TIME_NONE, both: no packet of it has a time */
    uint64_t interval_number;                   /* from 1 */
    uint64_t interval_width_ns;                 /* of a whole one; 0: as long as this one */
    bool has_kernel_drops, has_interface_drops;
    bool live;              /* packets came from interfaces */
    bool has_backlog_drops; /* live: of the host's queues in front of the capture, all interfaces together */
    bool saving;            /* packets were to be saved too */
    bool lower_bound;       /* something was lost: totals are a lower bound */
    uint64_t dropped_by_kernel, dropped_by_interface, dropped_by_backlog;
    uint64_t packets_not_saved;
    struct ps_self_figures self;
    uint64_t fragments_overflow; /* see ps_fragments_overflow */

    /* filled by ps_account_collect: of each table the rows that were asked for, in their standard order */
    struct ps_count total;     /* every packet */
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
    struct ps_service_row *service;
    size_t service_count;
    uint32_t distinct_error; /* standard error of estimated clients and servers, in thousandths of a percent */
    struct ps_flow_row *flow;
    size_t flow_count;
    /* flows that left their table for want of room (their number stands in packets); they are counted in their service */
    struct ps_count evicted_flows;
    struct ps_flow_row evicted_flow_sum; /* of their packets, bytes, payload and connections */
    uint64_t evicted_services; /* services that left their table; they are counted in one sum, and in their ports */
    struct ps_service_row evicted_service_sum;
    uint64_t evicted_service_bytes[PS_CLASS_COUNT]; /* by the range class of their ports */
    uint64_t evicted_pairs;                         /* pairs that left their table; they are counted in their ports */
    struct ps_traffic evicted_pair_a_to_b, evicted_pair_b_to_a;
    uint64_t evicted_tunnels; /* tunnels that left their table, and what they carried */
    struct ps_count evicted_tunnel_carried;
    uint64_t evicted_hosts; /* host entries that left their table (a host may leave more than once) */
    struct ps_count evicted_host_sent, evicted_host_received;
    uint64_t duplicate_packets; /* the same packet captured again, one right behind the other */
    struct ps_count port_zero;  /* packets from or to port 0 */
    struct ps_host_row *host;
    size_t host_count;
    struct ps_time_row *time; /* ascending, no empty rows */
    size_t time_count;
    struct ps_tunnel_row *tunnel;
    size_t tunnel_count;
    struct ps_ledger_row *ledger; /* by row, then bytes descending, then detail */
    size_t ledger_count;

    struct ps_rest rest;
    struct ps_flow_source flows;
    struct ps_flow_watch watch; /* set before collecting, see ps_findings_watch */
    struct ps_pair_source pairs;

    /* filled by ps_findings_collect, which adds to `rest` too */
    struct ps_ephemeral_row *ephemeral;
    size_t ephemeral_count;
    struct ps_finding *finding;
    size_t finding_count;
};

/* Flows that can be read by ps_snapshot_flow(). */
size_t ps_snapshot_flows(const struct ps_snapshot *snapshot);
/* One of all flows, asked for or not; in no order that means anything.  False: there is no row at that index. */
bool ps_snapshot_flow(const struct ps_snapshot *snapshot, size_t index, struct ps_flow_row *ret_row);

/* The standard orders: bytes descending, then protocol and numbers.  As for qsort. */
int ps_flow_row_compare(const void *left, const void *right);
int ps_service_row_compare(const void *left, const void *right);
int ps_port_row_compare(const void *left, const void *right);
int ps_pair_row_compare(const void *left, const void *right);
int ps_host_row_compare(const void *left, const void *right);

/* All zero, and everything is asked for. */
void ps_snapshot_init(struct ps_snapshot *snapshot);
/* Frees the arrays; the snapshot is as after init. */
void ps_snapshot_finish(struct ps_snapshot *snapshot);

#endif
