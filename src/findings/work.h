/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What detectors share: the flows of a snapshot in several orders, and the place where they leave what they saw.
 *
 * A detector does not write sentences while it looks: of 100,000 refusing ports ten are shown. It adds sights, the
 * most important of each detector stay, and only these are put into words.
 */
#ifndef PORTSNIFF_FINDINGS_WORK_H
#define PORTSNIFF_FINDINGS_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/names.h"
#include "portsniff/snapshot.h"
#include "select.h"

/* Rows that one detector may fill; what is behind them becomes one row. */
#define PS_SIGHTS_MAX 10

/* What is known of an address. */
#define PS_ADDRESS_HEARS   1u /* packets towards it are in the capture: its silence and its peers' mean something */
#define PS_ADDRESS_TORRENT 2u /* speaks BitTorrent */
#define PS_ADDRESS_RPC     4u /* has an RPC port (portmapper, NFS, GlusterFS), whose clients use reserved ports */

/* Packets and times of some flows. */
struct ps_extent {
    uint64_t packets;
    int64_t first_ns, last_ns; /* PS_TIME_NONE: none of them has a time */
};

/* What a detector saw. */
struct ps_sight {
    enum ps_severity severity;
    uint8_t transport;
    bool has_port;
    uint16_t port;
    uint8_t family; /* 0: no address belongs to it */
    struct ps_address address;
    struct ps_extent extent;
    const struct ps_flow_row *flow; /* one that it was seen in, for its other end; may be NULL */
    struct ps_address other;        /* of the sentence, where no flow has it */
    uint16_t subject;               /* the detector's own: an application, an index into its table */
    uint64_t number[4];             /* the detector's own, for its sentence */
};

struct ps_sights {
    struct ps_sight sight[PS_SIGHTS_MAX]; /* most important first */
    size_t count;
    uint64_t more; /* sights that found no room */
    enum ps_severity more_severity;
};

struct ps_words;
struct ps_detector;

struct ps_work {
    const struct ps_snapshot *snapshot;
    const struct ps_names *names; /* may be NULL */
    struct ps_selection selection;
    const struct ps_flow_row *flow; /* those selected */
    size_t count;
    const struct ps_ephemeral_row *full; /* clients that may be short of ports */
    size_t full_count;
    uint32_t *client, *server; /* per flow: a number for the address, equal for equal addresses */
    uint32_t *service;         /* per flow: transport and server port */
    uint32_t addresses;
    uint8_t *address_is; /* per address: PS_ADDRESS_... */
    uint8_t *told;       /* per flow: not 0 when it is told with its client, or nothing to tell */
    /* Flows by ends; those that agree stand in the order of time. */
    uint32_t *by_server; /* server, transport, server port */
    uint32_t *by_target; /* client, transport, server, server port */
    uint32_t *by_port;   /* client, transport, server port, server */
    uint32_t *by_client; /* client, transport */
    uint32_t *stamp;     /* per address: the last set it was counted in, see ps_work_first_of */
    uint32_t stamp_now;
    struct ps_sights sights; /* of the detector that runs */
};

struct ps_detector {
    const char *kind;
    const char *why, *next; /* one sentence each */
    const char *rest;       /* "ports that only refuse": what the row for the rest calls them */
    /* Adds what it sees. */
    void (*detect)(struct ps_work *work);
    /* Says it in one sentence. */
    void (*tell)(const struct ps_work *work, const struct ps_sight *sight, struct ps_words *words);
    /* Advice that depends on the sight; NULL where why and next always hold. */
    void (*advise)(const struct ps_sight *sight, const char **ret_why, const char **ret_next);
};

/* Sorts the flows of a snapshot that may matter. Returns 0, or -1 when memory is out; finish it in both cases. */
int ps_work_init(struct ps_work *work, const struct ps_snapshot *snapshot, const struct ps_names *names);
void ps_work_finish(struct ps_work *work);

/* A group of flows: indices [from, to) of one of the orders. Where the group that begins at `from` ends. */
size_t ps_work_server_end(const struct ps_work *work, size_t from); /* by_server */
size_t ps_work_pair_end(const struct ps_work *work, size_t from);   /* by_target: same client, transport, server */
size_t ps_work_target_end(const struct ps_work *work, size_t from); /* by_target: and same server port */
size_t ps_work_port_end(const struct ps_work *work, size_t from);   /* by_port: same client, transport, port */
size_t ps_work_reach_end(const struct ps_work *work, size_t from);  /* by_port: and same server */
size_t ps_work_client_end(const struct ps_work *work, size_t from); /* by_client and by_target: client, transport */

/* Begins a new set of addresses; then whether an address is new in it. */
void ps_work_new_set(struct ps_work *work);
bool ps_work_first_of(struct ps_work *work, uint32_t address);

/* Keeps a sight, or counts it when PS_SIGHTS_MAX more important ones are there. */
void ps_work_see(struct ps_work *work, const struct ps_sight *sight);
/* Which of two sights is the more important one: negative when it is `a`. Never 0 for sights that differ. */
int ps_sight_compare(const struct ps_sight *a, const struct ps_sight *b);

void ps_extent_init(struct ps_extent *extent);
void ps_extent_add(struct ps_extent *extent, const struct ps_flow_row *flow);

#endif
