/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What speaks on a port, told from the first payload bytes of a flow.  Room: application.
 *
 * Precision before recall: where a payload could be something else, it is not named.
 */
#ifndef PORTSNIFF_APPLICATION_H
#define PORTSNIFF_APPLICATION_H

#include <stdint.h>

#include "portsniff/bytes.h"
#include "portsniff/key.h"

enum ps_application {
    PS_APPLICATION_NONE,
    PS_APPLICATION_SSH,
    PS_APPLICATION_HTTP,  /* HTTP/1 */
    PS_APPLICATION_HTTP2, /* its preface in clear text */
    PS_APPLICATION_TLS,
    PS_APPLICATION_QUIC,
    PS_APPLICATION_DNS,
    PS_APPLICATION_SMTP,
    PS_APPLICATION_FTP,
    PS_APPLICATION_IMAP,
    PS_APPLICATION_POP3,
    PS_APPLICATION_NTP,
    PS_APPLICATION_SNMP,
    PS_APPLICATION_DHCP,
    PS_APPLICATION_DHCPV6,
    PS_APPLICATION_SIP,
    PS_APPLICATION_RDP,
    PS_APPLICATION_SMB,
    PS_APPLICATION_MYSQL,
    PS_APPLICATION_POSTGRESQL,
    PS_APPLICATION_REDIS,
    PS_APPLICATION_MONGODB,
    PS_APPLICATION_MQTT,
    PS_APPLICATION_AMQP,
    PS_APPLICATION_MEMCACHED,
    PS_APPLICATION_LDAP,
    PS_APPLICATION_KERBEROS,
    PS_APPLICATION_VNC,
    PS_APPLICATION_TELNET,
    PS_APPLICATION_BITTORRENT,
    PS_APPLICATION_STUN,
    PS_APPLICATION_WIREGUARD,
    PS_APPLICATION_OPENVPN,
    PS_APPLICATION_RTSP,
    PS_APPLICATION_IRC,
    PS_APPLICATION_SYSLOG,
    PS_APPLICATION_TFTP,
    PS_APPLICATION_RADIUS,
    PS_APPLICATION_COUNT
};
_Static_assert(PS_APPLICATION_COUNT <= 64, "a look keeps the application in six bits");

/* Which way a payload goes. */
enum ps_way {
    PS_WAY_UNKNOWN,
    PS_WAY_REQUEST, /* towards the server */
    PS_WAY_ANSWER,  /* from the server */
};

struct ps_speech {
    enum ps_application application;
    enum ps_way way;
};

/* What one payload speaks.  `payload`: the captured bytes behind the transport header, `length`: their number on the
 * wire.  `source_port` and `destination_port` may only be used to make a match stricter (a weak signature that holds only
 * beside its port), never to name what the bytes do not show. */
struct ps_speech ps_application_of(enum ps_transport transport, uint16_t source_port, uint16_t destination_port,
                                   struct ps_bytes payload, uint32_t length);

/* "ssh", "http", "tls", ...; "" for none. Static. */
const char *ps_application_name(enum ps_application application);
/* Whether `application` belongs on this port, as a careful engineer sees it (TLS on 443, 993, 8443...; HTTP on 80, 8080, 3000...;
 * unknown pairs of a registered port and an application that runs anywhere, such as HTTP on 9200, belong). */
int ps_application_at_home(enum ps_application application, enum ps_transport transport, uint16_t port);
/* Whether the port is the usual one of some application in this table; then *ret_application is it. */
int ps_application_expected(enum ps_transport transport, uint16_t port, enum ps_application *ret_application);

#endif
