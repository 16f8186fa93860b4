/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints what every payload of a capture speaks, one line each, for agreement.py:
 *
 *     protocol source source-port destination destination-port application way
 *
 * It walks Ethernet, Linux's cooked and loopback headers, and plain IP, with one IP header and no tunnels: a tool for the
 * tests, which shares nothing with the decoder that it may be held against.
 */
#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdio.h>

#include "portsniff/application.h"

/* Moves the cursor to the network layer.  Returns its EtherType, 0 when it is not known. */
static uint16_t network(int link, struct ps_bytes *in)
{
    uint16_t type;
    switch (link) {
    case DLT_EN10MB:
        type = ps_be16(in, 12);
        ps_bytes_skip(in, 14);
        break;
    case DLT_LINUX_SLL:
        type = ps_be16(in, 14);
        ps_bytes_skip(in, 16);
        break;
    case DLT_LINUX_SLL2:
        type = ps_be16(in, 0);
        ps_bytes_skip(in, 20);
        break;
    case DLT_NULL:
    case DLT_LOOP:
        ps_bytes_skip(in, 4);
        return ps_u8(in, 0) >> 4 == 6 ? 0x86dd : 0x0800;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
        return ps_u8(in, 0) >> 4 == 6 ? 0x86dd : 0x0800;
    default:
        return 0;
    }
    while (type == 0x8100 || type == 0x88a8) {
        type = ps_be16(in, 2);
        ps_bytes_skip(in, 4);
    }
    return type;
}

struct ends {
    char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
};

/* Moves the cursor to the transport header and states its length.  Returns the protocol, 0 when there is none to read. */
static uint8_t transport(uint16_t type, struct ps_bytes *in, uint32_t *ret_length, struct ends *ret_ends)
{
    bool six = type == 0x86dd;
    uint32_t header = six ? 40 : (ps_u8(in, 0) & 15u) * 4u;
    uint32_t total = six ? 40u + ps_be16(in, 4) : ps_be16(in, 2);
    uint8_t protocol = six ? ps_u8(in, 6) : ps_u8(in, 9);
    if ((!six && (type != 0x0800 || header < 20 || (ps_be16(in, 6) & 0x1fff))) || !ps_bytes_has(in, header) ||
        total < header)
        return 0;
    uint8_t addresses[32];
    ps_bytes_copy(in, six ? 8 : 12, addresses, six ? 32 : 8);
    inet_ntop(six ? AF_INET6 : AF_INET, addresses, ret_ends->source, sizeof(ret_ends->source));
    inet_ntop(six ? AF_INET6 : AF_INET, addresses + (six ? 16 : 4), ret_ends->destination,
              sizeof(ret_ends->destination));
    ps_bytes_limit(in, total);
    ps_bytes_skip(in, header);
    *ret_length = total - header;
    return protocol;
}

static void packet(int link, const uint8_t *data, uint32_t captured)
{
    static const char *const ways[] = {"-", "request", "answer"};
    struct ps_bytes in = ps_bytes_of(data, captured);
    struct ends ends;
    uint32_t length;
    uint16_t type = network(link, &in);
    uint8_t protocol = type == 0x0800 || type == 0x86dd ? transport(type, &in, &length, &ends) : 0;
    if ((protocol != 6 && protocol != 17) || !ps_bytes_has(&in, 8))
        return;
    uint16_t source = ps_be16(&in, 0), destination = ps_be16(&in, 2);
    uint32_t header = protocol == 17 ? 8 : (ps_u8(&in, 12) >> 4) * 4u;
    if ((protocol == 6 && header < 20) || length <= header)
        return;
    if (protocol == 17 && ps_be16(&in, 4) >= 8 && ps_be16(&in, 4) < length)
        length = ps_be16(&in, 4);
    ps_bytes_skip(&in, header);
    struct ps_speech speech = ps_application_of(protocol == 6 ? PS_TRANSPORT_TCP : PS_TRANSPORT_UDP, source,
                                                destination, in, length - header);
    const char *name = ps_application_name(speech.application);
    printf("%s %s %u %s %u %s %s\n", protocol == 6 ? "tcp" : "udp", ends.source, source, ends.destination, destination,
           *name ? name : "-", ways[speech.way]);
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (!capture) {
        fprintf(stderr, "speak: %s\n", argc == 2 ? error : "usage: speak CAPTURE");
        return 1;
    }
    struct pcap_pkthdr *header;
    const u_char *data;
    int link = pcap_datalink(capture);
    while (pcap_next_ex(capture, &header, &data) == 1)
        packet(link, data, header->caplen);
    pcap_close(capture);
    return 0;
}
