/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes what is asked for and never checks whether it makes sense: the packets are made for an attack.  pcap as in
 * draft-ietf-opsawg-pcap, little-endian, with nanoseconds; IPv4 as in RFC 791, IPv6 as in RFC 8200.
 */
#include "packet.h"

#include <string.h>

static void little32(uint8_t *to, uint64_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

void writer_begin(struct writer *writer, FILE *file, uint16_t link_type)
{
    uint8_t header[24] = {0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0};
    writer->file = file;
    writer->time_ns = UINT64_C(1700000000) * 1000000000;
    writer->step_ns = 1000;
    writer->length = 0;
    little32(header + 16, PACKET_MAX);
    little32(header + 20, link_type);
    fwrite(header, sizeof(header), 1, file);
}

void writer_send(struct writer *writer)
{
    uint8_t header[16];
    little32(header, writer->time_ns / 1000000000);
    little32(header + 4, writer->time_ns % 1000000000);
    little32(header + 8, writer->length);
    little32(header + 12, writer->length);
    fwrite(header, sizeof(header), 1, writer->file);
    fwrite(writer->packet, writer->length, 1, writer->file);
    writer->time_ns += writer->step_ns;
    writer->length = 0;
}

void put_bytes(struct writer *writer, const void *bytes, uint32_t n)
{
    if (n > PACKET_MAX - writer->length)
        n = PACKET_MAX - writer->length;
    memcpy(writer->packet + writer->length, bytes, n);
    writer->length += n;
}

void put_zeros(struct writer *writer, uint32_t n)
{
    if (n > PACKET_MAX - writer->length)
        n = PACKET_MAX - writer->length;
    memset(writer->packet + writer->length, 0, n);
    writer->length += n;
}

void put16(struct writer *writer, uint16_t value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    put_bytes(writer, bytes, sizeof(bytes));
}

void put32(struct writer *writer, uint32_t value)
{
    put16(writer, (uint16_t)(value >> 16));
    put16(writer, (uint16_t)value);
}

void put_ethernet(struct writer *writer, uint16_t ethertype)
{
    static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    put_bytes(writer, addresses, sizeof(addresses));
    put16(writer, ethertype);
}

static uint16_t up_to_65535(uint32_t length)
{
    return (uint16_t)(length < UINT16_MAX ? length : UINT16_MAX);
}

static void put_ipv4_header(struct writer *writer, uint32_t length, uint32_t id_and_fragment, uint8_t protocol)
{
    put16(writer, 0x4500);
    put16(writer, up_to_65535(20 + length));
    put32(writer, id_and_fragment);
    put16(writer, (uint16_t)(64 << 8 | protocol));
    put16(writer, 0);
}

void put_ipv4(struct writer *writer, uint32_t source, uint32_t destination, uint8_t protocol, uint32_t payload)
{
    put_ipv4_header(writer, payload, 0, protocol);
    put32(writer, source);
    put32(writer, destination);
}

void put_fragment(struct writer *writer, uint32_t source, uint32_t destination, uint16_t id, uint16_t fragment,
                  uint32_t payload)
{
    put_ipv4_header(writer, payload, (uint32_t)id << 16 | fragment, IP_UDP);
    put32(writer, source);
    put32(writer, destination);
}

static void put_address6(struct writer *writer, uint64_t lower)
{
    put32(writer, 0x20010db8);
    put32(writer, 0);
    put32(writer, (uint32_t)(lower >> 32));
    put32(writer, (uint32_t)lower);
}

void put_ipv6(struct writer *writer, uint64_t source, uint64_t destination, uint8_t next, uint32_t payload)
{
    put32(writer, 0x60000000);
    put16(writer, up_to_65535(payload));
    put16(writer, (uint16_t)(next << 8 | 64));
    put_address6(writer, source);
    put_address6(writer, destination);
}

void put_udp(struct writer *writer, uint16_t source_port, uint16_t destination_port, uint32_t payload)
{
    put16(writer, source_port);
    put16(writer, destination_port);
    put16(writer, up_to_65535(8 + payload));
    put16(writer, 0);
}

void put_tcp(struct writer *writer, uint16_t source_port, uint16_t destination_port, uint32_t sequence, uint8_t flags)
{
    put16(writer, source_port);
    put16(writer, destination_port);
    put32(writer, sequence);
    put32(writer, flags & TCP_ACK ? 1 : 0);
    put16(writer, (uint16_t)(5 << 12 | flags));
    put16(writer, 65535);
    put32(writer, 0);
}
