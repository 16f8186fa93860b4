/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Headers of made-up packets, put one behind the other, and the pcap file that takes the packets.  Checksums are 0:
 * nobody looks at them here.
 */
#ifndef PORTSNIFF_BOUNDS_PACKET_H
#define PORTSNIFF_BOUNDS_PACKET_H

#include <stdint.h>
#include <stdio.h>

/* As many bytes as a pcap record is read with. */
#define PACKET_MAX 262144u

enum { /* IP protocol numbers */
    IP_ICMP = 1,
    IP_IPV4 = 4,
    IP_TCP = 6,
    IP_UDP = 17,
    IP_DCCP = 33,
    IP_IPV6 = 41,
    IP_GRE = 47,
    IP_ICMPV6 = 58,
    IP_DESTINATION_OPTIONS = 60,
    IP_SCTP = 132,
    IP_UDPLITE = 136
};

enum { /* RFC 9293, section 3.1 */
    TCP_FIN = 1,
    TCP_SYN = 2,
    TCP_RST = 4,
    TCP_ACK = 16
};

#define MORE_FRAGMENTS 0x2000u /* in the fragment field of IPv4 */

/* A packet that is being put together, and the file. */
struct writer {
    FILE *file;
    uint64_t time_ns; /* of the next packet, which moves it on by step_ns */
    uint64_t step_ns;
    uint32_t length; /* of the packet so far, bytes */
    uint8_t packet[PACKET_MAX];
};

/* Writes the header of a pcap file with nanoseconds. */
void writer_begin(struct writer *writer, FILE *file, uint16_t link_type);
/* Writes the packet and forgets it.  Failures stick in the file (ferror). */
void writer_send(struct writer *writer);

/* Appends one header or `n` bytes. `payload`: bytes that will follow it. */
void put_bytes(struct writer *writer, const void *bytes, uint32_t n);
void put_zeros(struct writer *writer, uint32_t n);
void put16(struct writer *writer, uint16_t value);
void put32(struct writer *writer, uint32_t value);
void put_ethernet(struct writer *writer, uint16_t ethertype);
void put_ipv4(struct writer *writer, uint32_t source, uint32_t destination, uint8_t protocol, uint32_t payload);
/* `fragment`: offset in units of 8 bytes, and MORE_FRAGMENTS. */
void put_fragment(struct writer *writer, uint32_t source, uint32_t destination, uint16_t id, uint16_t fragment,
                  uint32_t payload);
/* Addresses are 2001:db8::/64 with these as their lower halves. */
void put_ipv6(struct writer *writer, uint64_t source, uint64_t destination, uint8_t next, uint32_t payload);
void put_udp(struct writer *writer, uint16_t source_port, uint16_t destination_port, uint32_t payload);
void put_tcp(struct writer *writer, uint16_t source_port, uint16_t destination_port, uint32_t sequence, uint8_t flags);

#endif
