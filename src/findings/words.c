/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pieces of sentences: numbers with separators, addresses, ports, names of protocols.
 *
 * Nothing in here comes from a packet as text, so that nothing needs to be cleaned for a terminal.
 */
#include "words.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void ps_words_add(struct ps_words *words, const char *format, ...)
{
    size_t room = sizeof words->text - words->used;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words->text + words->used, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        words->used += (size_t)length < room ? (size_t)length : room - 1;
}

void ps_words_number(struct ps_words *words, uint64_t number)
{
    if (number >= 1000) {
        ps_words_number(words, number / 1000);
        ps_words_add(words, ",%03" PRIu64, number % 1000);
    } else {
        ps_words_add(words, "%" PRIu64, number);
    }
}

void ps_words_counted(struct ps_words *words, uint64_t number, const char *one, const char *many)
{
    ps_words_number(words, number);
    ps_words_add(words, " %s", number == 1 ? one : many);
}

void ps_words_address(struct ps_words *words, uint8_t family, const struct ps_address *address)
{
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(family == 6 ? AF_INET6 : AF_INET, address->octet, text, sizeof text) != NULL)
        ps_words_add(words, "%s", text);
}

void ps_words_port(struct ps_words *words, uint8_t transport, uint16_t port)
{
    ps_words_add(words, "%u/%s", port, ps_words_transport(transport));
}

static const struct {
    const char *lower, *upper;
} transport_words[PS_TRANSPORT_COUNT] = {
    [PS_TRANSPORT_NONE] = {"?", "packet"},  [PS_TRANSPORT_TCP] = {"tcp", "TCP"},
    [PS_TRANSPORT_UDP] = {"udp", "UDP"},    [PS_TRANSPORT_UDPLITE] = {"udplite", "UDP-Lite"},
    [PS_TRANSPORT_SCTP] = {"sctp", "SCTP"}, [PS_TRANSPORT_DCCP] = {"dccp", "DCCP"},
};

const char *ps_words_transport(uint8_t transport)
{
    return transport_words[transport < PS_TRANSPORT_COUNT ? transport : PS_TRANSPORT_NONE].lower;
}

const char *ps_words_transport_upper(uint8_t transport)
{
    return transport_words[transport < PS_TRANSPORT_COUNT ? transport : PS_TRANSPORT_NONE].upper;
}

const char *ps_words_service(const struct ps_names *names, uint8_t transport, uint16_t port)
{
    return names == NULL ? "" : ps_service_name(names, (enum ps_transport)transport, port);
}

const char *ps_words_application(enum ps_application application)
{
    static const char *const words[PS_APPLICATION_COUNT] = {
        [PS_APPLICATION_SSH] = "SSH",
        [PS_APPLICATION_HTTP] = "HTTP",
        [PS_APPLICATION_HTTP2] = "HTTP/2",
        [PS_APPLICATION_TLS] = "TLS",
        [PS_APPLICATION_QUIC] = "QUIC",
        [PS_APPLICATION_DNS] = "DNS",
        [PS_APPLICATION_SMTP] = "SMTP",
        [PS_APPLICATION_FTP] = "FTP",
        [PS_APPLICATION_IMAP] = "IMAP",
        [PS_APPLICATION_POP3] = "POP3",
        [PS_APPLICATION_NTP] = "NTP",
        [PS_APPLICATION_SNMP] = "SNMP",
        [PS_APPLICATION_DHCP] = "DHCP",
        [PS_APPLICATION_DHCPV6] = "DHCPv6",
        [PS_APPLICATION_SIP] = "SIP",
        [PS_APPLICATION_RDP] = "RDP",
        [PS_APPLICATION_SMB] = "SMB",
        [PS_APPLICATION_MYSQL] = "MySQL",
        [PS_APPLICATION_POSTGRESQL] = "PostgreSQL",
        [PS_APPLICATION_REDIS] = "Redis",
        [PS_APPLICATION_MONGODB] = "MongoDB",
        [PS_APPLICATION_MQTT] = "MQTT",
        [PS_APPLICATION_AMQP] = "AMQP",
        [PS_APPLICATION_MEMCACHED] = "Memcached",
        [PS_APPLICATION_LDAP] = "LDAP",
        [PS_APPLICATION_KERBEROS] = "Kerberos",
        [PS_APPLICATION_VNC] = "VNC",
        [PS_APPLICATION_TELNET] = "Telnet",
        [PS_APPLICATION_BITTORRENT] = "BitTorrent",
        [PS_APPLICATION_STUN] = "STUN",
        [PS_APPLICATION_WIREGUARD] = "WireGuard",
        [PS_APPLICATION_OPENVPN] = "OpenVPN",
        [PS_APPLICATION_RTSP] = "RTSP",
        [PS_APPLICATION_IRC] = "IRC",
        [PS_APPLICATION_SYSLOG] = "Syslog",
        [PS_APPLICATION_TFTP] = "TFTP",
        [PS_APPLICATION_RADIUS] = "RADIUS",
    };
    const char *word = (unsigned)application < PS_APPLICATION_COUNT ? words[application] : NULL;
    return word != NULL ? word : "something else";
}
