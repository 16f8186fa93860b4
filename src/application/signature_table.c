/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The signatures.  A row states what the first bytes are, how long the payload may be and beside which ports a weak match
 * holds; a checker looks further where that is not enough.  Add a row at its place in the order of the first byte; the
 * tests hold the order.
 */
#include "signature.h"

#define TCP  PS_SIGNATURE_TCP
#define UDP  PS_SIGNATURE_UDP
#define BOTH (TCP | UDP)

/* The start is enough; it leads this way. */
#define SAYS(text, on, name, leads)                                                                                \
    {                                                                                                              \
        .start = text, .start_length = sizeof(text) - 1, .transports = (on), .application = PS_APPLICATION_##name, \
        .way = PS_WAY_##leads                                                                                      \
    }
/* The same, beside one of these ports only. */
#define SAYS_BESIDE(text, on, name, leads, those)                                                                  \
    {                                                                                                              \
        .start = text, .start_length = sizeof(text) - 1, .transports = (on), .application = PS_APPLICATION_##name, \
        .way = PS_WAY_##leads, .ports = (those)                                                                    \
    }
/* A start, then the checker's word. */
#define STARTS(text, on, name, checker)                                                                            \
    {                                                                                                              \
        .start = text, .start_length = sizeof(text) - 1, .transports = (on), .application = PS_APPLICATION_##name, \
        .check = ps_application_##checker                                                                          \
    }
#define STARTS_BESIDE(text, on, name, checker, those)                                                              \
    {                                                                                                              \
        .start = text, .start_length = sizeof(text) - 1, .transports = (on), .application = PS_APPLICATION_##name, \
        .check = ps_application_##checker, .ports = (those)                                                        \
    }

/* A line that ended and begins so, beside one of these ports. */
#define LINE_BESIDE(text, on, name, leads, those)                                                                  \
    {                                                                                                              \
        .start = text, .start_length = sizeof(text) - 1, .transports = (on), .application = PS_APPLICATION_##name, \
        .way = PS_WAY_##leads, .check = ps_application_whole_line, .ports = (those)                                \
    }

static const uint16_t dhcpv6_ports[] = {546, 547, 0};
static const uint16_t ftp_ports[] = {21, 2121, 0};
static const uint16_t imap_ports[] = {143, 0};
static const uint16_t memcached_ports[] = {11211, 0};
static const uint16_t mqtt_ports[] = {1883, 0};
static const uint16_t ntp_ports[] = {123, 0};
static const uint16_t pop3_ports[] = {110, 0};
static const uint16_t radius_ports[] = {1645, 1646, 1812, 1813, 3799, 0};
static const uint16_t redis_ports[] = {6379, 0};
static const uint16_t smtp_ports[] = {25, 587, 2525, 0};

const struct ps_signature ps_application_starts[] = {
    STARTS("\0\1", UDP, TFTP, tftp),
    STARTS("\0\2", UDP, TFTP, tftp),
    {.start = "\0\0\4\x17\x27\x10\x19\x80\0\0\0\0",
     .start_length = 12,
     .transports = UDP,
     .application = PS_APPLICATION_BITTORRENT,
     .way = PS_WAY_REQUEST,
     .shortest = 16,
     .longest = 16},
    {.start = "\0",
     .start_length = 1,
     .transports = TCP,
     .application = PS_APPLICATION_SMB,
     .word_at = 4,
     .word_mask = 0x00ffffff,
     .word = 0x00534d42,
     .check = ps_application_smb},
    STARTS("\0\0", TCP, POSTGRESQL, postgresql_startup),
    STARTS("\0\0", TCP, KERBEROS, kerberos_tcp),
    STARTS("\0", TCP, OPENVPN, openvpn_tcp),
    STARTS("\1\0\0\0", UDP, WIREGUARD, wireguard),
    STARTS("\1\0\0", TCP, AMQP, amqp_start),
    STARTS("\2\0\0\0", UDP, WIREGUARD, wireguard),
    STARTS("\3\0\0\0", UDP, WIREGUARD, wireguard),
    STARTS("\3\0\0", TCP, RDP, rdp),
    STARTS("\4\0\0\0", UDP, WIREGUARD, wireguard),
    STARTS("\x10", TCP, MQTT, mqtt),
    SAYS("\x13"
         "BitTorrent protocol",
         TCP, BITTORRENT, UNKNOWN),
    STARTS_BESIDE("\x20", TCP, MQTT, mqtt_answer, mqtt_ports),
    STARTS("$", TCP, REDIS, redis_bulk),
    SAYS_BESIDE("$-1\r\n", TCP, REDIS, ANSWER, redis_ports),
    STARTS("* OK ", TCP, IMAP, imap_banner),
    STARTS("* PREAUTH ", TCP, IMAP, imap_banner),
    STARTS("* CAPABILITY ", TCP, IMAP, imap_banner),
    SAYS_BESIDE("* OK ", TCP, IMAP, ANSWER, imap_ports),
    STARTS("*", TCP, REDIS, redis_array),
    STARTS("+OK ", TCP, POP3, pop3_banner),
    SAYS_BESIDE("+OK", TCP, POP3, ANSWER, pop3_ports),
    SAYS_BESIDE("+OK\r\n", TCP, REDIS, ANSWER, redis_ports),
    SAYS_BESIDE("+PONG\r\n", TCP, REDIS, ANSWER, redis_ports),
    SAYS("-NOAUTH ", TCP, REDIS, ANSWER),
    SAYS("-WRONGTYPE ", TCP, REDIS, ANSWER),
    SAYS_BESIDE("-ERR", TCP, POP3, ANSWER, pop3_ports),
    SAYS_BESIDE("-ERR ", TCP, REDIS, ANSWER, redis_ports),
    STARTS("0", BOTH, SNMP, snmp),
    STARTS("0", BOTH, LDAP, ldap),
    STARTS("220", TCP, SMTP, smtp_banner),
    STARTS("220", TCP, FTP, ftp_banner),
    LINE_BESIDE("220 ", TCP, FTP, ANSWER, ftp_ports),
    LINE_BESIDE("220 ", TCP, SMTP, ANSWER, smtp_ports),
    STARTS("227 ", TCP, FTP, ftp_reply),
    STARTS("229 ", TCP, FTP, ftp_reply),
    STARTS("230 ", TCP, FTP, ftp_reply),
    STARTS("250-", TCP, SMTP, smtp_reply),
    STARTS("331 ", TCP, FTP, ftp_reply),
    STARTS("354 ", TCP, SMTP, smtp_reply),
    STARTS("8", UDP, OPENVPN, openvpn_udp),
    STARTS(":", TCP, IRC, irc_message),
    STARTS("<", BOTH, SYSLOG, syslog),
    STARTS("@", UDP, OPENVPN, openvpn_udp),
    SAYS("AMQP\0\0\x9\x1", TCP, AMQP, UNKNOWN),
    {.start = "AMQP",
     .start_length = 4,
     .transports = TCP,
     .application = PS_APPLICATION_AMQP,
     .shortest = 8,
     .longest = 8,
     .check = ps_application_amqp},
    STARTS("ANNOUNCE ", TCP, RTSP, rtsp_request),
    STARTS("ACK ", BOTH, SIP, sip_request),
    STARTS("AUTH TLS\r\n", TCP, FTP, ftp_command),
    SAYS("BT-SEARCH * HTTP/1.1\r\n", UDP, BITTORRENT, UNKNOWN),
    STARTS("BYE ", BOTH, SIP, sip_request),
    STARTS("CANCEL ", BOTH, SIP, sip_request),
    STARTS("CAP LS", TCP, IRC, irc_command),
    STARTS("CAP REQ :", TCP, IRC, irc_command),
    SAYS("CAPA\r\n", TCP, POP3, REQUEST),
    STARTS("CONNECT ", TCP, HTTP, http_request),
    STARTS("COPY ", TCP, HTTP, http_request),
    STARTS("DELETE ", TCP, HTTP, http_request),
    STARTS("DESCRIBE ", TCP, RTSP, rtsp_request),
    STARTS("E\0\0", TCP, POSTGRESQL, postgresql_answer),
    STARTS("EHLO ", TCP, SMTP, smtp_command),
    STARTS("EPRT ", TCP, FTP, ftp_command),
    SAYS("EPSV\r\n", TCP, FTP, REQUEST),
    STARTS("GET ", TCP, HTTP, http_request),
    STARTS("GET_PARAMETER ", TCP, RTSP, rtsp_request),
    STARTS("HEAD ", TCP, HTTP, http_request),
    STARTS("HELO ", TCP, SMTP, smtp_command),
    STARTS("HTTP/1.", BOTH, HTTP, http_response),
    STARTS("INFO ", BOTH, SIP, sip_request),
    STARTS("INVITE ", BOTH, SIP, sip_request),
    STARTS("LOCK ", TCP, HTTP, http_request),
    STARTS("M-SEARCH ", UDP, HTTP, http_request),
    STARTS("MAIL FROM:", TCP, SMTP, smtp_command),
    STARTS("MESSAGE ", BOTH, SIP, sip_request),
    STARTS("MKCOL ", TCP, HTTP, http_request),
    STARTS("MOVE ", TCP, HTTP, http_request),
    STARTS("NICK ", TCP, IRC, irc_command),
    SAYS("NOTICE AUTH :***", TCP, IRC, ANSWER),
    SAYS("NOT_STORED\r\n", TCP, MEMCACHED, ANSWER),
    STARTS("NOTIFY ", BOTH, SIP, sip_request),
    STARTS("NOTIFY ", BOTH, HTTP, http_request),
    STARTS("OPTIONS ", BOTH, SIP, sip_request),
    STARTS("OPTIONS ", TCP, RTSP, rtsp_request),
    STARTS("OPTIONS ", TCP, HTTP, http_request),
    STARTS("P", UDP, OPENVPN, openvpn_udp),
    STARTS("PATCH ", TCP, HTTP, http_request),
    STARTS("PAUSE ", TCP, RTSP, rtsp_request),
    SAYS("PASV\r\n", TCP, FTP, REQUEST),
    STARTS("PLAY ", TCP, RTSP, rtsp_request),
    STARTS("PORT ", TCP, FTP, ftp_command),
    STARTS("POST ", TCP, HTTP, http_request),
    STARTS("PRACK ", BOTH, SIP, sip_request),
    SAYS("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", TCP, HTTP2, REQUEST),
    STARTS("PRIVMSG #", TCP, IRC, irc_command),
    STARTS("PROPFIND ", TCP, HTTP, http_request),
    STARTS("PROPPATCH ", TCP, HTTP, http_request),
    STARTS("PUBLISH ", BOTH, SIP, sip_request),
    STARTS("PUT ", TCP, HTTP, http_request),
    STARTS("R\0\0", TCP, POSTGRESQL, postgresql_answer),
    STARTS("RCPT TO:", TCP, SMTP, smtp_command),
    STARTS("RECORD ", TCP, RTSP, rtsp_request),
    STARTS("REFER ", BOTH, SIP, sip_request),
    STARTS("REGISTER ", BOTH, SIP, sip_request),
    STARTS("REPORT ", TCP, HTTP, http_request),
    {.start = "RFB ",
     .start_length = 4,
     .transports = TCP,
     .application = PS_APPLICATION_VNC,
     .shortest = 12,
     .longest = 12,
     .check = ps_application_vnc},
    STARTS("RTSP/1.0 ", TCP, RTSP, sip_or_rtsp_response),
    STARTS("SETUP ", TCP, RTSP, rtsp_request),
    STARTS("SET_PARAMETER ", TCP, RTSP, rtsp_request),
    STARTS("SIP/2.0 ", BOTH, SIP, sip_or_rtsp_response),
    SAYS("SSH-1.", TCP, SSH, UNKNOWN),
    SAYS("SSH-2.", TCP, SSH, UNKNOWN),
    SAYS("STAT pid ", TCP, MEMCACHED, ANSWER),
    SAYS_BESIDE("STAT ", TCP, MEMCACHED, ANSWER, memcached_ports),
    SAYS("STLS\r\n", TCP, POP3, REQUEST),
    SAYS_BESIDE("STORED\r\n", TCP, MEMCACHED, ANSWER, memcached_ports),
    STARTS("SUBSCRIBE ", BOTH, SIP, sip_request),
    STARTS("SUBSCRIBE ", TCP, HTTP, http_request),
    STARTS("TEARDOWN ", TCP, RTSP, rtsp_request),
    STARTS("TRACE ", TCP, HTTP, http_request),
    STARTS("UNLOCK ", TCP, HTTP, http_request),
    STARTS("UNSUBSCRIBE ", TCP, HTTP, http_request),
    STARTS("UPDATE ", BOTH, SIP, sip_request),
    STARTS("USER ", TCP, IRC, irc_command),
    STARTS_BESIDE("USER ", TCP, FTP, ftp_command, ftp_ports),
    STARTS_BESIDE("USER ", TCP, POP3, ftp_command, pop3_ports),
    STARTS("VALUE ", TCP, MEMCACHED, memcached_answer),
    SAYS_BESIDE("VERSION 1.", TCP, MEMCACHED, ANSWER, memcached_ports),
    STARTS("add ", TCP, MEMCACHED, memcached_command),
    STARTS("d1:", UDP, BITTORRENT, bittorrent_dht),
    STARTS("d2:", UDP, BITTORRENT, bittorrent_dht),
    SAYS_BESIDE("get ", TCP, MEMCACHED, REQUEST, memcached_ports),
    SAYS_BESIDE("gets ", TCP, MEMCACHED, REQUEST, memcached_ports),
    STARTS("replace ", TCP, MEMCACHED, memcached_command),
    STARTS("set ", TCP, MEMCACHED, memcached_command),
    SAYS_BESIDE("stats\r\n", TCP, MEMCACHED, REQUEST, memcached_ports),
    SAYS_BESIDE("version\r\n", TCP, MEMCACHED, REQUEST, memcached_ports),
    STARTS("\x80", TCP, TLS, sslv2_hello),
    STARTS("\x80\0", TCP, MEMCACHED, memcached_binary),
    STARTS("\x81", TCP, MEMCACHED, memcached_binary),
    STARTS("\xff", TCP, TELNET, telnet),
};
const size_t ps_application_starts_count = sizeof(ps_application_starts) / sizeof(ps_application_starts[0]);

const struct ps_signature ps_application_ranges[] = {
    {.low = 0x14, .high = 0x17, .transports = TCP, .application = PS_APPLICATION_TLS, .check = ps_application_tls},
    {.low = 0x00,
     .high = 0x3f,
     .transports = BOTH,
     .application = PS_APPLICATION_STUN,
     .word_at = 4,
     .word_mask = UINT32_MAX,
     .word = 0x2112a442,
     .check = ps_application_stun},
    {.low = 1,
     .high = 2,
     .transports = UDP,
     .application = PS_APPLICATION_DHCP,
     .word_at = 236,
     .word_mask = UINT32_MAX,
     .word = 0x63825363,
     .check = ps_application_dhcp},
    {.low = 1,
     .high = 13,
     .transports = UDP,
     .application = PS_APPLICATION_DHCPV6,
     .ports = dhcpv6_ports,
     .check = ps_application_dhcpv6},
    {.low = 1,
     .high = 45,
     .transports = UDP,
     .application = PS_APPLICATION_RADIUS,
     .ports = radius_ports,
     .check = ps_application_radius},
    {.low = 0x00,
     .high = 0xff,
     .transports = UDP,
     .application = PS_APPLICATION_NTP,
     .shortest = 8,
     .ports = ntp_ports,
     .check = ps_application_ntp},
    {.low = 0xc0, .high = 0xff, .transports = UDP, .application = PS_APPLICATION_QUIC, .check = ps_application_quic},
    /* Version negotiation may leave the second bit unset. */
    {.low = 0x80,
     .high = 0xbf,
     .transports = UDP,
     .application = PS_APPLICATION_QUIC,
     .word_at = 1,
     .word_mask = UINT32_MAX,
     .word = 0,
     .check = ps_application_quic},
    {.low = 0x09,
     .high = 0x0f,
     .transports = UDP,
     .application = PS_APPLICATION_QUIC,
     .check = ps_application_quic_google},
    {.low = 0x6a,
     .high = 0x7e,
     .transports = UDP,
     .application = PS_APPLICATION_KERBEROS,
     .check = ps_application_kerberos_udp},
    {.low = 0x01,
     .high = 0x01,
     .transports = UDP,
     .application = PS_APPLICATION_BITTORRENT,
     .shortest = 88,
     .longest = 88,
     .check = ps_application_bittorrent_utp},
    {.low = '0',
     .high = 'z',
     .transports = TCP,
     .application = PS_APPLICATION_IMAP,
     .check = ps_application_imap_command},
    {.low = 0x00,
     .high = 0xff,
     .transports = TCP,
     .application = PS_APPLICATION_MYSQL,
     .shortest = 12,
     .word_at = 0,
     .word_mask = 0x000000fe, /* number 0 or 1 */
     .word = 0,
     .check = ps_application_mysql},
    {.low = 0x00,
     .high = 0xff,
     .transports = TCP,
     .application = PS_APPLICATION_MONGODB,
     .word_at = 12,
     .word_mask = 0x0000ffff, /* operation codes below 65536 */
     .word = 0,
     .check = ps_application_mongodb},
    {.low = 0x00,
     .high = 0xff,
     .transports = UDP,
     .application = PS_APPLICATION_MEMCACHED,
     .ports = memcached_ports,
     .check = ps_application_memcached_udp},
    {.low = 0x00,
     .high = 0xff,
     .transports = TCP,
     .application = PS_APPLICATION_DNS,
     .word_at = 6,
     .word_mask = 0xffc00000, /* fewer than 64 questions */
     .word = 0,
     .check = ps_application_dns_tcp},
    {.low = 0x00,
     .high = 0xff,
     .transports = UDP,
     .application = PS_APPLICATION_DNS,
     .word_at = 4,
     .word_mask = 0xffc00000, /* fewer than 64 questions */
     .word = 0,
     .check = ps_application_dns_udp},
};
const size_t ps_application_ranges_count = sizeof(ps_application_ranges) / sizeof(ps_application_ranges[0]);
