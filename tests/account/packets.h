/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of flows, one after another, as keys: what decoding would make of them, without frames.
 */
#ifndef PORTSNIFF_TESTS_PACKETS_H
#define PORTSNIFF_TESTS_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "portsniff/account.h"
#include "portsniff/key.h"
#include "portsniff/snapshot.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND      INT64_C(1000000000)

/* Flags of RFC 9293 section 3.1. */
enum {
    FIN = 1,
    SYN = 2,
    RST = 4,
    ACK = 16
};

#define PACKETS_TEXT_MAX 100

/* Addresses are in the order of their hosts. */
struct end {
    uint8_t family;
    uint32_t host;
    uint16_t port;
};

struct packets {
    struct ps_key *key;
    struct ps_quoted *quoted; /* [i]: what key[i] quotes, where key[i].quoted is not 0 */
    const char **text;        /* [i]: payload of key[i]; NULL: not captured */
    size_t count, room;
    int64_t now_ns; /* time of the next packet; each advances it by a millisecond. PS_TIME_NONE: none has a time */
};

/* The first packet comes at 1 s. */
void packets_init(struct packets *packets);
void packets_free(struct packets *packets);

struct ps_address end_address(struct end end);
/* Each returns the key, which may be changed until the next one is added. */
struct ps_key *packets_add(struct packets *packets, uint8_t transport, struct end from, struct end to,
                           uint32_t payload);
struct ps_key *packets_tcp(struct packets *packets, struct end from, struct end to, unsigned flags, uint32_t sequence,
                           uint32_t payload);
/* An ICMP error about a packet from `from` to `to`, which `to` sends. */
struct ps_key *packets_refuse(struct packets *packets, uint8_t transport, struct end from, struct end to);
/* A TCP segment with this payload (at most PACKETS_TEXT_MAX octets; lives as long as the packets). */
struct ps_key *packets_say(struct packets *packets, struct end from, struct end to, const char *text);
/* The same packets in another order. */
void packets_shuffle(struct packets *packets, uint64_t *seed);

/* Counts packets[from] to packets[to - 1]. */
void packets_count(const struct packets *packets, size_t from, size_t to, struct ps_account *account);
/* All of them, counted and collected; `named` may be NULL. */
void packets_collect(const struct packets *packets, ps_port_named *named, struct ps_snapshot *ret_snapshot);
void account_collect(const struct ps_account *account, struct ps_snapshot *ret_snapshot);

/* The only row of its kind; fails when there is none. */
const struct ps_flow_row *flow_between(const struct ps_snapshot *snapshot, struct end one, struct end other);
const struct ps_service_row *service_at(const struct ps_snapshot *snapshot, uint8_t transport, uint16_t port);

#endif
