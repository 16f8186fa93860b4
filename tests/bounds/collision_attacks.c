/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys chosen by somebody who has read the source: he knows every hash that has no seed, and may guess one that has.
 */
#include <stddef.h>
#include <string.h>

#include "attacks.h"
#include "flow_items.h"
#include "portsniff/hash.h"

#define CLIENTS 0x0a000000u
#define SERVER  0xc0000235u

/* The key of a UDP flow between a client (the lower address) and the server. */
static void key_words(uint32_t client, uint16_t port, uint64_t ret_word[2])
{
    const struct flow_key key = {.a = __builtin_bswap32(client),
                                 .b = __builtin_bswap32(SERVER),
                                 .port_a = port,
                                 .port_b = 53,
                                 .transport = PS_TRANSPORT_UDP,
                                 .family = 4};
    ps_key_words(&key, ret_word);
}

static void send(struct writer *w, uint32_t client, uint16_t port)
{
    put_ipv4(w, client, SERVER, IP_UDP, 8);
    put_udp(w, port, 53, 0);
    writer_send(w);
}

/* The next one of all flows that is to be tried; each attack goes through them in order. */
struct candidate {
    uint64_t next;
    uint32_t client;
    uint16_t port;
};

static void take(struct candidate *candidate)
{
    candidate->client = CLIENTS + (uint32_t)(candidate->next / 30000);
    candidate->port = (uint16_t)(32768 + candidate->next % 30000);
    candidate->next++;
}

/* Flows that fall into all parts of the table, as many clients and ports as the others have: what they are compared with. */
static void spread(struct writer *w, uint64_t i)
{
    static struct candidate candidate;
    if (i == 0)
        candidate.next = 0;
    candidate.next += 15;
    take(&candidate);
    send(w, candidate.client, candidate.port);
}

/* The part of the flow table is told by a hash without a seed: all flows fall into one. */
static void one_part(struct writer *w, uint64_t i)
{
    static struct candidate candidate;
    uint64_t word[2];
    if (i == 0)
        candidate.next = 0;
    do {
        take(&candidate);
        key_words(candidate.client, candidate.port, word);
    } while (ps_words_part(word[0], word[1]) != 0);
    send(w, candidate.client, candidate.port);
}

/* The seed is guessed to be this: then all flows would stand in one of 16 places. */
static void guessed_seed(struct writer *w, uint64_t i)
{
    static const uint64_t guess[2] = {0, 1};
    static struct candidate candidate;
    uint64_t word[2];
    if (i == 0)
        candidate.next = 0;
    do {
        take(&candidate);
        key_words(candidate.client, candidate.port, word);
    } while ((ps_hash_pair(guess, word[0], word[1]) & 0xf0) != 0);
    send(w, candidate.client, candidate.port);
}

/* Addresses at distances that a multiplication might keep: powers of two. */
static void powers(struct writer *w, uint64_t i)
{
    uint32_t client = (uint32_t)i;
    client = client >> 16 | client << 16;
    client = (client >> 8 & 0x00ff00ff) | (client & 0x00ff00ff) << 8;
    client = (client >> 4 & 0x0f0f0f0f) | (client & 0x0f0f0f0f) << 4;
    client = (client >> 2 & 0x33333333) | (client & 0x33333333) << 2;
    client = (client >> 1 & 0x55555555) | (client & 0x55555555) << 1;
    put_ipv4(w, client, SERVER, IP_UDP, 8);
    put_udp(w, 32768, 53, 0);
    writer_send(w);
}

/* As many addresses without such distances. */
static void strangers(struct writer *w, uint64_t i)
{
    put_ipv4(w, (uint32_t)i * 2654435761u, SERVER, IP_UDP, 8);
    put_udp(w, 32768, 53, 0);
    writer_send(w);
}

/* Clients of a service are told apart by a hash without a seed: of these the lower bits of the hash are all the same. */
#define SAME_BITS 13

static uint64_t client_hash(uint32_t client)
{
    static const uint64_t fixed[2] = {UINT64_C(0x243f6a8885a308d3),
                                      UINT64_C(0x13198a2e03707345)}; /* as in distinct.c */
    uint64_t word[3] = {__builtin_bswap32(client), 0, 4};
    return ps_hash_words(fixed, word, 3);
}

static void same_clients(struct writer *w, uint64_t i, uint64_t mask)
{
    static uint32_t client[4000];
    static size_t count;
    for (uint32_t address = CLIENTS; i == 0 && count < 4000; address++)
        if ((client_hash(address) & mask) == 0)
            client[count++] = address;
    put_ipv4(w, client[i % 4000], SERVER, IP_TCP, 20);
    put_tcp(w, 40000, (uint16_t)(1 + i / 4000), 1, TCP_SYN);
    writer_send(w);
}

static void clients(struct writer *w, uint64_t i)
{
    same_clients(w, i, (1u << SAME_BITS) - 1);
}

/* As many clients that have nothing in common. */
static void clients_calm(struct writer *w, uint64_t i)
{
    same_clients(w, i, 0);
}

const struct attack collision_attacks[] = {
    {"spread", LINK_RAW, spread},
    {"one-part", LINK_RAW, one_part},
    {"guessed-seed", LINK_RAW, guessed_seed},
    {"powers", LINK_RAW, powers},
    {"strangers", LINK_RAW, strangers},
    {"clients", LINK_RAW, clients},
    {"clients-calm", LINK_RAW, clients_calm},
    {NULL, 0, NULL},
};
