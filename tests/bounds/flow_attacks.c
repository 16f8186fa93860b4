/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Floods of flows, ports, hosts and services: every packet is harmless, and there is no end of different ones.
 */
#include <stddef.h>

#include "attacks.h"

#define CLIENTS 0x0a000000u /* 10.0.0.0 and on */
#define SERVER  0xc0000235u /* 192.0.2.53 */

#define TEMPORARY(i) ((uint16_t)(32768 + (i) % 28000))

static void send_udp(struct writer *w, uint32_t source, uint32_t destination, uint16_t source_port,
                     uint16_t destination_port)
{
    put_ipv4(w, source, destination, IP_UDP, 8);
    put_udp(w, source_port, destination_port, 0);
    writer_send(w);
}

static void send_tcp(struct writer *w, uint32_t source, uint32_t destination, const uint16_t port[2], uint32_t sequence,
                     uint8_t flags)
{
    put_ipv4(w, source, destination, IP_TCP, 20);
    put_tcp(w, port[0], port[1], sequence, flags);
    writer_send(w);
}

/* Nothing wrong with it: what attacks are compared with. */
static void calm(struct writer *w, uint64_t i)
{
    send_udp(w, CLIENTS + (uint32_t)(i % 256), SERVER, 40000, 53);
}

/* Every packet a flow, nearly every one a host. */
static void flows(struct writer *w, uint64_t i)
{
    send_udp(w, CLIENTS + (uint32_t)(i / 3), SERVER, TEMPORARY(i), (uint16_t)(50 + i % 7));
}

static void flows6(struct writer *w, uint64_t i)
{
    put_ipv6(w, i * 2, i * 2 + 1, IP_UDP, 8);
    put_udp(w, TEMPORARY(i), 53, 0);
    writer_send(w);
}

/* One client asks everybody, and nobody answers. */
static void scan(struct writer *w, uint64_t i)
{
    uint16_t port[2] = {TEMPORARY(i), 443};
    send_tcp(w, CLIENTS - 1, CLIENTS + (uint32_t)i, port, 1, TCP_SYN);
}

/* Many clients ask some forty ports each, and are refused. */
static void scans(struct writer *w, uint64_t i)
{
    uint32_t client = CLIENTS + (uint32_t)(i / 40);
    uint16_t port[2] = {TEMPORARY(i), (uint16_t)(1 + i % 40)}, back[2] = {port[1], port[0]};
    send_tcp(w, client, SERVER, port, 1, TCP_SYN);
    send_tcp(w, SERVER, client, back, 0, TCP_RST | TCP_ACK);
}

/* Every flow has two connections, so that something is kept of the first one. */
static void again(struct writer *w, uint64_t i)
{
    uint32_t client = CLIENTS + (uint32_t)(i / 1000);
    uint16_t port[2] = {TEMPORARY(i), 443}, back[2] = {port[1], port[0]};
    for (uint32_t connection = 0; connection < 2; connection++) {
        uint32_t sequence = 1000 + connection * 100000;
        send_tcp(w, client, SERVER, port, sequence, TCP_SYN);
        send_tcp(w, SERVER, client, back, sequence, TCP_SYN | TCP_ACK);
        send_tcp(w, client, SERVER, port, sequence + 1, TCP_ACK);
        send_tcp(w, client, SERVER, port, sequence + 1, TCP_FIN | TCP_ACK);
    }
}

/* The same with a service of its own for every flow: a handshake is measured at every port. */
static void handshakes(struct writer *w, uint64_t i)
{
    uint32_t client = CLIENTS + (uint32_t)(i / 65535);
    uint16_t port[2] = {40000, (uint16_t)(1 + i % 65535)}, back[2] = {port[1], port[0]};
    for (uint32_t connection = 0; connection < 2; connection++) {
        uint32_t sequence = 1000 + connection * 100000;
        send_tcp(w, client, SERVER, port, sequence, TCP_SYN);
        send_tcp(w, SERVER, client, back, sequence, TCP_SYN | TCP_ACK);
        send_tcp(w, client, SERVER, port, sequence + 1, TCP_ACK);
    }
}

/* Every port of every protocol that has ports. */
static void ports(struct writer *w, uint64_t i)
{
    static const uint8_t protocol[] = {IP_UDP, IP_TCP, IP_UDPLITE, IP_SCTP, IP_DCCP};
    uint16_t port = (uint16_t)(i / 5);
    put_ipv4(w, CLIENTS, SERVER, protocol[i % 5], 20);
    put_tcp(w, port, (uint16_t)(port ^ 0x8000), 0, TCP_ACK); /* the first four octets are the same in all */
    writer_send(w);
}

/* Every pair of ports between two hosts. */
static void pairs(struct writer *w, uint64_t i)
{
    send_udp(w, CLIENTS, SERVER, (uint16_t)(i / 65536), (uint16_t)(i * 40503));
}

/* Hosts without ports. */
static void hosts(struct writer *w, uint64_t i)
{
    put_ipv4(w, CLIENTS + (uint32_t)i, 0x64000000 + (uint32_t)i, IP_ICMP, 8);
    put32(w, 8u << 24);
    put32(w, 0);
    writer_send(w);
}

static void hosts6(struct writer *w, uint64_t i)
{
    put_ipv6(w, i * 2, i * 2 + 1, IP_ICMPV6, 8);
    put32(w, 128u << 24);
    put32(w, 0);
    writer_send(w);
}

/* A service at every port, each of which answers. */
static void services(struct writer *w, uint64_t i)
{
    uint16_t port[2] = {40000, (uint16_t)i}, back[2] = {port[1], port[0]};
    uint32_t client = CLIENTS + (uint32_t)(i / 65536);
    send_tcp(w, client, SERVER, port, 1, TCP_SYN);
    send_tcp(w, SERVER, client, back, 1, TCP_SYN | TCP_ACK);
}

/* Thousands of services, which more and more clients ask. */
static void crowds(struct writer *w, uint64_t i)
{
    uint16_t port[2] = {40000, (uint16_t)(1 + i % 5000)};
    send_tcp(w, CLIENTS + (uint32_t)(i / 5000), SERVER - (uint32_t)(i / 5000), port, 1, TCP_SYN);
}

/* ICMP errors that refuse packets nobody saw: each makes a flow known that has no packet. */
static void quoted(struct writer *w, uint64_t i)
{
    uint32_t client = CLIENTS + (uint32_t)(i / 100);
    put_ipv4(w, SERVER, client, IP_ICMP, 36);
    put32(w, 0x03030000); /* destination unreachable, port unreachable (RFC 792) */
    put32(w, 0);
    put_ipv4(w, client, SERVER, IP_UDP, 8);
    put_udp(w, TEMPORARY(i), 53, 0);
    writer_send(w);
}

/* Questions for names that are all different. */
static void names(struct writer *w, uint64_t i)
{
    uint8_t question[] = "\x0cxxxxxxxxxxxx\x07"
                         "example\0\0\1\0";
    question[sizeof(question) - 1] = 1; /* class IN */
    for (int at = 0; at < 12; at++)
        question[1 + at] = (uint8_t)('a' + (i >> 4 * at & 15));
    put_ipv4(w, CLIENTS + (uint32_t)(i / 28000), SERVER, IP_UDP, 20 + sizeof(question));
    put_udp(w, TEMPORARY(i), 53, 12 + sizeof(question));
    put32(w, (uint32_t)(i << 16) | 0x0100);
    put32(w, 0x00010000);
    put32(w, 0);
    put_bytes(w, question, sizeof(question));
    writer_send(w);
}

/* Frames of every EtherType: a row in the ledger for each. */
static void ethertypes(struct writer *w, uint64_t i)
{
    put_ethernet(w, (uint16_t)(0x0600 + i % (0x10000 - 0x0600)));
    put_zeros(w, 46);
    writer_send(w);
}

const struct attack flow_attacks[] = {
    {"calm", LINK_RAW, calm},
    {"flows", LINK_RAW, flows},
    {"flows6", LINK_RAW, flows6},
    {"scan", LINK_RAW, scan},
    {"scans", LINK_RAW, scans},
    {"again", LINK_RAW, again},
    {"handshakes", LINK_RAW, handshakes},
    {"ports", LINK_RAW, ports},
    {"pairs", LINK_RAW, pairs},
    {"hosts", LINK_RAW, hosts},
    {"hosts6", LINK_RAW, hosts6},
    {"services", LINK_RAW, services},
    {"crowds", LINK_RAW, crowds},
    {"quoted", LINK_RAW, quoted},
    {"names", LINK_RAW, names},
    {"ethertypes", LINK_ETHERNET, ethertypes},
    {NULL, 0, NULL},
};
