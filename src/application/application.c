/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks the table of signatures what a payload speaks.  It looks at one payload and remembers nothing; it never reassembles
 * and never names what a port alone suggests.  The formats are cited where they are checked.
 */
#include "portsniff/application.h"

#include "signature.h"

static bool has_port(const uint16_t *ports, uint16_t port)
{
    for (; *ports; ports++)
        if (*ports == port)
            return true;
    return false;
}

/* A way that leads away from the only side with the application's port is not believed. */
static enum ps_way way_beside_ports(const struct ps_signature *s, const struct ps_payload *p, enum ps_way way)
{
    if ((way == PS_WAY_REQUEST && !has_port(s->ports, p->destination)) ||
        (way == PS_WAY_ANSWER && !has_port(s->ports, p->source)))
        return PS_WAY_UNKNOWN;
    return way;
}

static bool fixed_parts_hold(const struct ps_signature *s, const struct ps_payload *p)
{
    if (p->length < s->shortest || (s->longest && p->length > s->longest))
        return false;
    if (s->start_length &&
        (!ps_bytes_reach(&p->in, 0, s->start_length) || memcmp(p->in.base + p->in.at, s->start, s->start_length) != 0))
        return false;
    if (s->word_mask &&
        (!ps_bytes_reach(&p->in, s->word_at, 4) || (ps_be32(&p->in, s->word_at) & s->word_mask) != s->word))
        return false;
    return !s->ports || has_port(s->ports, p->source) || has_port(s->ports, p->destination);
}

static bool holds(const struct ps_signature *s, const struct ps_payload *p, struct ps_speech *ret_speech)
{
    if (!fixed_parts_hold(s, p))
        return false;
    enum ps_way way = (enum ps_way)s->way;
    if (s->check && !s->check(p, &way))
        return false;
    ret_speech->application = (enum ps_application)s->application;
    ret_speech->way = s->ports ? way_beside_ports(s, p, way) : way;
    return true;
}

/* Index of the first row whose start is not below `first`.  A sum instead of branches, which random bytes would mislead. */
static size_t first_row(uint8_t first)
{
    size_t low = 0;
    for (size_t left = ps_application_starts_count; left > 0;) {
        size_t half = (left + 1) / 2;
        low += (uint8_t)ps_application_starts[low + half - 1].start[0] < first ? half : 0;
        left -= half;
    }
    return low;
}

struct ps_speech ps_application_of(enum ps_transport transport, uint16_t source_port, uint16_t destination_port,
                                   struct ps_bytes payload, uint32_t length)
{
    struct ps_speech speech = {PS_APPLICATION_NONE, PS_WAY_UNKNOWN};
    struct ps_payload p = {.in = payload, .length = length, .source = source_port, .destination = destination_port};
    ps_bytes_limit(&p.in, length);
    unsigned bit = transport == PS_TRANSPORT_TCP   ? PS_SIGNATURE_TCP
                   : transport == PS_TRANSPORT_UDP ? PS_SIGNATURE_UDP
                                                   : 0;
    if (!bit || !ps_bytes_has(&p.in, 1))
        return speech;
    uint8_t first = ps_u8(&p.in, 0);
    for (size_t i = first_row(first);
         i < ps_application_starts_count && (uint8_t)ps_application_starts[i].start[0] == first; i++)
        if ((ps_application_starts[i].transports & bit) && holds(&ps_application_starts[i], &p, &speech))
            return speech;
    for (size_t i = 0; i < ps_application_ranges_count; i++) {
        const struct ps_signature *s = &ps_application_ranges[i];
        if (first >= s->low && first <= s->high && (s->transports & bit) && holds(s, &p, &speech))
            return speech;
    }
    return speech;
}

const char *ps_application_name(enum ps_application application)
{
    static const char *const names[PS_APPLICATION_COUNT] = {
        [PS_APPLICATION_NONE] = "",
        [PS_APPLICATION_SSH] = "ssh",
        [PS_APPLICATION_HTTP] = "http",
        [PS_APPLICATION_HTTP2] = "http2",
        [PS_APPLICATION_TLS] = "tls",
        [PS_APPLICATION_QUIC] = "quic",
        [PS_APPLICATION_DNS] = "dns",
        [PS_APPLICATION_SMTP] = "smtp",
        [PS_APPLICATION_FTP] = "ftp",
        [PS_APPLICATION_IMAP] = "imap",
        [PS_APPLICATION_POP3] = "pop3",
        [PS_APPLICATION_NTP] = "ntp",
        [PS_APPLICATION_SNMP] = "snmp",
        [PS_APPLICATION_DHCP] = "dhcp",
        [PS_APPLICATION_DHCPV6] = "dhcpv6",
        [PS_APPLICATION_SIP] = "sip",
        [PS_APPLICATION_RDP] = "rdp",
        [PS_APPLICATION_SMB] = "smb",
        [PS_APPLICATION_MYSQL] = "mysql",
        [PS_APPLICATION_POSTGRESQL] = "postgresql",
        [PS_APPLICATION_REDIS] = "redis",
        [PS_APPLICATION_MONGODB] = "mongodb",
        [PS_APPLICATION_MQTT] = "mqtt",
        [PS_APPLICATION_AMQP] = "amqp",
        [PS_APPLICATION_MEMCACHED] = "memcached",
        [PS_APPLICATION_LDAP] = "ldap",
        [PS_APPLICATION_KERBEROS] = "kerberos",
        [PS_APPLICATION_VNC] = "vnc",
        [PS_APPLICATION_TELNET] = "telnet",
        [PS_APPLICATION_BITTORRENT] = "bittorrent",
        [PS_APPLICATION_STUN] = "stun",
        [PS_APPLICATION_WIREGUARD] = "wireguard",
        [PS_APPLICATION_OPENVPN] = "openvpn",
        [PS_APPLICATION_RTSP] = "rtsp",
        [PS_APPLICATION_IRC] = "irc",
        [PS_APPLICATION_SYSLOG] = "syslog",
        [PS_APPLICATION_TFTP] = "tftp",
        [PS_APPLICATION_RADIUS] = "radius",
    };
    return application < PS_APPLICATION_COUNT ? names[application] : "";
}
