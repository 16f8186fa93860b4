/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Home ports.  USUAL: whoever sees the port expects the application.  ALSO: the application is no surprise there, and the
 * port may be another's.  Encryption that starts behind a greeting in clear text (STARTTLS) is at home on the port of what
 * it encrypts, because a capture may begin in the middle.  Numbers from IANA's registry and from common practice.
 */
#include "home.h"

#include "signature.h"

#define TCP  PS_SIGNATURE_TCP
#define UDP  PS_SIGNATURE_UDP
#define BOTH (TCP | UDP)

#define USUAL(name, on, first, last)                    \
    {                                                   \
        PS_APPLICATION_##name, (on), 1, (first), (last) \
    }
#define ALSO(name, on, first, last)                     \
    {                                                   \
        PS_APPLICATION_##name, (on), 0, (first), (last) \
    }

const struct ps_home ps_application_homes[] = {
    USUAL(SSH, TCP, 22, 22),
    USUAL(SSH, TCP, 830, 830), /* NETCONF over SSH */
    USUAL(SSH, TCP, 2222, 2222),
    ALSO(SSH, TCP, 222, 222),
    ALSO(SSH, TCP, 2022, 2022),
    ALSO(SSH, TCP, 2200, 2299),
    ALSO(SSH, TCP, 8022, 8022),
    ALSO(SSH, TCP, 10022, 10022),
    ALSO(SSH, TCP, 22000, 22999),
    USUAL(SSH, TCP, 29418, 29418), /* Gerrit */

    USUAL(HTTP, TCP, 80, 80),
    USUAL(HTTP, TCP, 631, 631),   /* printing */
    USUAL(HTTP, UDP, 1900, 1900), /* SSDP */
    USUAL(HTTP, TCP, 3128, 3128), /* proxies */
    USUAL(HTTP, TCP, 5985, 5985), /* WS-Management */
    USUAL(HTTP, TCP, 8080, 8080),
    ALSO(HTTP, TCP, 81, 89),
    ALSO(HTTP, TCP, 280, 280), /* HTTP management */
    ALSO(HTTP, TCP, 591, 593), /* FileMaker, RPC over HTTP */
    ALSO(HTTP, TCP, 8000, 8999),
    ALSO(HTTP, TCP, 9080, 9099),
    ALSO(HTTP2, TCP, 80, 80),
    ALSO(HTTP2, TCP, 8000, 8999),

    USUAL(TLS, TCP, 443, 443),
    USUAL(TLS, TCP, 465, 465),   /* submissions */
    USUAL(TLS, TCP, 563, 563),   /* NNTP */
    USUAL(TLS, TCP, 636, 636),   /* LDAP */
    USUAL(TLS, TCP, 853, 853),   /* DNS */
    USUAL(TLS, TCP, 989, 995),   /* FTP, Telnet, IMAP, IRC, POP3 */
    USUAL(TLS, TCP, 2083, 2083), /* RADIUS */
    USUAL(TLS, TCP, 2376, 2376), /* Docker */
    USUAL(TLS, TCP, 3269, 3269), /* global catalogue */
    USUAL(TLS, TCP, 4433, 4433),
    USUAL(TLS, TCP, 5061, 5061), /* SIP */
    USUAL(TLS, TCP, 5349, 5349), /* STUN */
    USUAL(TLS, TCP, 5671, 5671), /* AMQP */
    USUAL(TLS, TCP, 5986, 5986), /* WS-Management */
    USUAL(TLS, TCP, 6443, 6443), /* Kubernetes */
    USUAL(TLS, TCP, 6514, 6514), /* syslog */
    USUAL(TLS, TCP, 6697, 6697), /* IRC */
    USUAL(TLS, TCP, 8443, 8443),
    USUAL(TLS, TCP, 8883, 8883), /* MQTT */
    ALSO(TLS, TCP, 261, 261),
    ALSO(TLS, TCP, 448, 448),
    ALSO(TLS, TCP, 614, 614),
    ALSO(TLS, TCP, 631, 631),
    ALSO(TLS, TCP, 684, 684),
    ALSO(TLS, TCP, 695, 695),
    ALSO(TLS, TCP, 8000, 8999),
    /* STARTTLS and its relatives */
    ALSO(TLS, TCP, 21, 21),
    ALSO(TLS, TCP, 23, 25),
    ALSO(TLS, TCP, 110, 110),
    ALSO(TLS, TCP, 119, 119),
    ALSO(TLS, TCP, 143, 143),
    ALSO(TLS, TCP, 389, 389),
    ALSO(TLS, TCP, 587, 587),
    ALSO(TLS, TCP, 1883, 1883),
    ALSO(TLS, TCP, 2525, 2525),
    ALSO(TLS, TCP, 3128, 3128), /* behind CONNECT */
    ALSO(TLS, TCP, 3268, 3268),
    ALSO(TLS, TCP, 3306, 3306),
    ALSO(TLS, TCP, 3389, 3389),
    ALSO(TLS, TCP, 5222, 5269),
    ALSO(TLS, TCP, 5432, 5432),
    ALSO(TLS, TCP, 5900, 5909),
    ALSO(TLS, TCP, 6379, 6379),
    ALSO(TLS, TCP, 6667, 6667),
    ALSO(TLS, TCP, 27017, 27019),

    USUAL(QUIC, UDP, 443, 443),
    USUAL(QUIC, UDP, 853, 853),
    USUAL(QUIC, UDP, 8443, 8443),
    ALSO(QUIC, UDP, 80, 80),
    ALSO(QUIC, UDP, 784, 784), /* DNS, before 853 */

    USUAL(DNS, BOTH, 53, 53),
    USUAL(DNS, UDP, 5353, 5353),
    USUAL(DNS, BOTH, 5355, 5355),
    ALSO(DNS, TCP, 5353, 5353),
    ALSO(DNS, BOTH, 5054, 5054), /* filters on the same host */
    ALSO(DNS, BOTH, 5300, 5300),
    ALSO(DNS, BOTH, 5335, 5335),

    USUAL(SMTP, TCP, 25, 25),
    USUAL(SMTP, TCP, 587, 587),
    USUAL(SMTP, TCP, 2525, 2525),
    ALSO(SMTP, TCP, 24, 24), /* LMTP */
    ALSO(SMTP, TCP, 465, 465),
    ALSO(SMTP, TCP, 1025, 1025),
    ALSO(SMTP, TCP, 10024, 10026), /* filters behind a mail server */
    USUAL(FTP, TCP, 21, 21),
    ALSO(FTP, TCP, 990, 990),
    ALSO(FTP, TCP, 2121, 2121),
    USUAL(IMAP, TCP, 143, 143),
    USUAL(POP3, TCP, 110, 110),

    USUAL(NTP, UDP, 123, 123),
    USUAL(SNMP, BOTH, 161, 162),
    ALSO(SNMP, BOTH, 705, 705),
    ALSO(SNMP, BOTH, 1161, 1162),
    USUAL(DHCP, UDP, 67, 68),
    ALSO(DHCP, UDP, 1067, 1068),
    ALSO(DHCP, UDP, 4011, 4011), /* booting from the network */
    USUAL(DHCPV6, UDP, 546, 547),
    USUAL(SYSLOG, UDP, 514, 514),
    ALSO(SYSLOG, TCP, 514, 514),
    ALSO(SYSLOG, TCP, 601, 601),
    ALSO(SYSLOG, BOTH, 1514, 1514),
    ALSO(SYSLOG, BOTH, 5140, 5140),
    ALSO(SYSLOG, BOTH, 5514, 5514),
    ALSO(SYSLOG, BOTH, 6514, 6514),
    ALSO(SYSLOG, BOTH, 10514, 10514),
    USUAL(TFTP, UDP, 69, 69),
    USUAL(RADIUS, UDP, 1812, 1813),
    USUAL(RADIUS, UDP, 3799, 3799),
    ALSO(RADIUS, UDP, 1645, 1646),
    ALSO(RADIUS, UDP, 1700, 1700),

    USUAL(SIP, BOTH, 5060, 5060),
    ALSO(SIP, BOTH, 5061, 5099),
    USUAL(RTSP, TCP, 554, 554),
    USUAL(RTSP, TCP, 8554, 8554),
    ALSO(RTSP, TCP, 7070, 7070),
    ALSO(RTSP, TCP, 10554, 10554),
    USUAL(STUN, BOTH, 3478, 3478),
    ALSO(STUN, BOTH, 3479, 3481),
    ALSO(STUN, BOTH, 80, 80), /* TURN, where firewalls let nothing else out */
    ALSO(STUN, BOTH, 443, 443),
    ALSO(STUN, BOTH, 5349, 5350),
    USUAL(STUN, UDP, 19302, 19309),

    USUAL(RDP, TCP, 3389, 3389),
    USUAL(SMB, TCP, 445, 445),
    USUAL(SMB, TCP, 139, 139),
    USUAL(VNC, TCP, 5900, 5900),
    ALSO(VNC, TCP, 5901, 5999),
    ALSO(VNC, TCP, 5500, 5500), /* viewers that listen */
    USUAL(TELNET, TCP, 23, 23),
    ALSO(TELNET, TCP, 992, 992),
    ALSO(TELNET, TCP, 2323, 2323),

    USUAL(LDAP, BOTH, 389, 389),
    USUAL(LDAP, TCP, 3268, 3268),
    ALSO(LDAP, TCP, 10389, 10389),
    USUAL(KERBEROS, BOTH, 88, 88),
    ALSO(KERBEROS, BOTH, 464, 464),
    ALSO(KERBEROS, BOTH, 750, 750),

    USUAL(MYSQL, TCP, 3306, 3306),
    ALSO(MYSQL, TCP, 3307, 3309),
    ALSO(MYSQL, TCP, 4000, 4000), /* TiDB */
    ALSO(MYSQL, TCP, 6033, 6033), /* ProxySQL */
    USUAL(POSTGRESQL, TCP, 5432, 5432),
    ALSO(POSTGRESQL, TCP, 5433, 5440),
    ALSO(POSTGRESQL, TCP, 6432, 6432),   /* PgBouncer */
    ALSO(POSTGRESQL, TCP, 26257, 26257), /* CockroachDB */
    USUAL(REDIS, TCP, 6379, 6379),
    ALSO(REDIS, TCP, 6380, 6389),
    ALSO(REDIS, TCP, 7000, 7005),   /* clusters */
    ALSO(REDIS, TCP, 26379, 26379), /* sentinels */
    USUAL(MONGODB, TCP, 27017, 27017),
    ALSO(MONGODB, TCP, 27018, 27020),
    USUAL(MEMCACHED, BOTH, 11211, 11211),
    ALSO(MEMCACHED, BOTH, 11212, 11215),
    USUAL(MQTT, TCP, 1883, 1883),
    ALSO(MQTT, TCP, 1884, 1884),
    USUAL(AMQP, TCP, 5672, 5672),
    ALSO(AMQP, TCP, 5673, 5675),

    USUAL(WIREGUARD, UDP, 51820, 51820),
    USUAL(OPENVPN, BOTH, 1194, 1194),
    USUAL(BITTORRENT, BOTH, 6881, 6889),
    USUAL(IRC, TCP, 6667, 6667),
    ALSO(IRC, TCP, 194, 194),
    ALSO(IRC, TCP, 6660, 6669),
    ALSO(IRC, TCP, 7000, 7000),
};
const size_t ps_application_homes_count = sizeof(ps_application_homes) / sizeof(ps_application_homes[0]);
