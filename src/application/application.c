/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks the table of signatures what a payload speaks.  It looks at one payload and remembers nothing; it never reassembles
 * and never names what a port alone suggests.  The formats are cited where they are checked.
 */
#include "portsniff/application.h"

#include "candidates.h"
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

/* By asking every row. */
struct ps_speech ps_application_of_rows(enum ps_transport transport, const struct ps_payload *p)
{
    struct ps_speech speech = {PS_APPLICATION_NONE, PS_WAY_UNKNOWN};
    unsigned bit = transport == PS_TRANSPORT_TCP ? PS_SIGNATURE_TCP : PS_SIGNATURE_UDP;
    uint8_t first = ps_u8(&p->in, 0);
    for (size_t i = 0; i < ps_application_starts_count; i++)
        if ((ps_application_starts[i].transports & bit) && holds(&ps_application_starts[i], p, &speech))
            return speech;
    for (size_t i = 0; i < ps_application_ranges_count; i++) {
        const struct ps_signature *s = &ps_application_ranges[i];
        if (first >= s->low && first <= s->high && (s->transports & bit) && holds(s, p, &speech))
            return speech;
    }
    return speech;
}

/* False: the row does not hold.  Where the row's own word was not captured, it does not hold either, whatever is said.
 * `care`: all bits, or none where too little was captured for a glance. */
static inline bool may_hold(const struct ps_glance *glance, const struct ps_payload *p, bool beside, uint32_t care)
{
    uint32_t word = ps_be32(&p->in, glance->at) & glance->mask;
    return ((word ^ glance->word) & care) == 0 && (beside || !glance->beside);
}

static inline uint64_t eight(const struct ps_bytes *in, uint32_t at)
{
    return (uint64_t)ps_be32(in, at) << 32 | ps_be32(in, at + 4);
}

/* Whether the first 16 bytes are zeros, or all where there are fewer: filling, for which no signature holds. */
static inline bool begins_with_zeros(const struct ps_payload *p)
{
    uint32_t n = ps_payload_captured(p);
    if (n >= 16)
        return (eight(&p->in, 0) | eight(&p->in, 8)) == 0;
    if (n >= 8)
        return (eight(&p->in, 0) | eight(&p->in, n - 8)) == 0;
    if (n >= 4)
        return (ps_be32(&p->in, 0) | ps_be32(&p->in, n - 4)) == 0;
    return (ps_u8(&p->in, 0) | ps_u8(&p->in, 1) | ps_u8(&p->in, 2)) == 0;
}

struct ps_speech ps_application_of(enum ps_transport transport, uint16_t source_port, uint16_t destination_port,
                                   struct ps_bytes payload, uint32_t length)
{
    struct ps_speech speech = {PS_APPLICATION_NONE, PS_WAY_UNKNOWN};
    struct ps_payload p = {.in = payload, .length = length, .source = source_port, .destination = destination_port};
    ps_bytes_limit(&p.in, length);
    if ((transport != PS_TRANSPORT_TCP && transport != PS_TRANSPORT_UDP) || !ps_bytes_has(&p.in, 1) ||
        begins_with_zeros(&p))
        return speech;
    const struct ps_candidates *candidates = &ps_application_candidates[transport == PS_TRANSPORT_UDP][ps_u8(&p.in, 0)];
    bool beside = ps_application_port_like[source_port & 255] || ps_application_port_like[destination_port & 255];
    uint32_t care = ps_bytes_has(&p.in, 4) ? UINT32_MAX : 0;
    const struct ps_glance *glance = &ps_application_start[candidates->first];
    for (unsigned n = candidates->starts; n > 0; n--, glance++)
        if (may_hold(glance, &p, beside, care) && holds(&ps_application_starts[glance->row], &p, &speech))
            return speech;
    for (uint32_t rows = candidates->ranges; rows; rows &= rows - 1) {
        glance = &ps_application_range[__builtin_ctz(rows)];
        if (may_hold(glance, &p, beside, care) && holds(&ps_application_ranges[glance->row], &p, &speech))
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
