/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One payload or more for every signature, written by hand after the documents that src/application cites, and payloads
 * that must stay without a name.
 */
#include "samples.h"

#define TCP     PS_TRANSPORT_TCP
#define UDP     PS_TRANSPORT_UDP
#define REQUEST PS_WAY_REQUEST
#define ANSWER  PS_WAY_ANSWER
#define OPEN    PS_WAY_UNKNOWN

#define IS(what, application, way, transport, source, destination, text)                                          \
    {                                                                                                             \
        what, PS_APPLICATION_##application, way, transport, source, destination, text, sizeof(text) - 1, 0, false \
    }
/* The rest, up to `length`, is zero or random. */
#define ZEROS(what, application, way, transport, source, destination, length, text)                                    \
    {                                                                                                                  \
        what, PS_APPLICATION_##application, way, transport, source, destination, text, sizeof(text) - 1, length, false \
    }
#define RANDOM(what, application, way, transport, source, destination, length, text)                                  \
    {                                                                                                                 \
        what, PS_APPLICATION_##application, way, transport, source, destination, text, sizeof(text) - 1, length, true \
    }

#define DNS_QUERY  "\x12\x34\x01\0\0\1\0\0\0\0\0\0\3www\7example\0\0\1\0\1"
#define DNS_ANSWER "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\3www\7example\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
#define TEN_NINES  "\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99"
#define TEN_ZEROS  "\0\0\0\0\0\0\0\0\0\0"

const struct sample samples[] = {
    IS("SSH 2", SSH, OPEN, TCP, 22, 40000, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
    IS("SSH 1.99", SSH, OPEN, TCP, 40000, 443, "SSH-1.99-Cisco-1.25\n"),

    IS("HTTP GET", HTTP, REQUEST, TCP, 40000, 80, "GET /index.html?a=b HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    IS("HTTP POST of a URL", HTTP, REQUEST, TCP, 40000, 3128, "POST http://a.example/ HTTP/1.0\r\n\r\n"),
    IS("HTTP CONNECT", HTTP, REQUEST, TCP, 40000, 3128, "CONNECT a.example:443 HTTP/1.1\r\n\r\n"),
    IS("HTTP OPTIONS *", HTTP, REQUEST, TCP, 40000, 80, "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    IS("HTTP line that goes on", HTTP, REQUEST, TCP, 40000, 80, "GET /a/path/that/goes/on/in/the/next/segmen"),
    IS("HTTP line cut in its version", HTTP, REQUEST, TCP, 40000, 80, "GET /a/path HTT"),
    IS("HTTP PROPFIND", HTTP, REQUEST, TCP, 40000, 80, "PROPFIND /dav HTTP/1.1\r\n"),
    IS("HTTP 200", HTTP, ANSWER, TCP, 8080, 40000, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    IS("HTTP 404", HTTP, ANSWER, TCP, 80, 40000, "HTTP/1.0 404 Not Found\r\n"),
    IS("SSDP search", HTTP, REQUEST, UDP, 40000, 1900, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"),
    IS("SSDP announcement", HTTP, OPEN, UDP, 1900, 1900, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"),
    IS("SSDP answer", HTTP, ANSWER, UDP, 1900, 40000, "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n"),
    IS("HTTP/2 preface", HTTP2, REQUEST, TCP, 40000, 80, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\6\4\0\0\0\0\0"),

    RANDOM("TLS ClientHello", TLS, REQUEST, TCP, 40000, 443, 517,
           "\x16\3\1\2\0\1\0\1\xfc\3\3" TEN_NINES TEN_NINES TEN_NINES "\x99\x99\x20"),
    RANDOM("TLS ServerHello", TLS, ANSWER, TCP, 443, 40000, 127,
           "\x16\3\3\0\x7a\2\0\0\x76\3\3" TEN_NINES TEN_NINES TEN_NINES "\x99\x99\x20"),
    IS("TLS alert", TLS, OPEN, TCP, 443, 40000, "\x15\3\3\0\2\2\x28"),
    RANDOM("TLS data", TLS, OPEN, TCP, 443, 40000, 45, "\x17\3\3\0\x28"),
    IS("TLS change of cipher and Finished", TLS, OPEN, TCP, 40000, 443,
       "\x14\3\3\0\1\1\x16\3\3\0\x28" TEN_NINES TEN_NINES TEN_NINES TEN_NINES),
    RANDOM("TLS hello as of SSL 2", TLS, REQUEST, TCP, 40000, 443, 45,
           "\x80\x2b\1\3\1\0\x12\0\0\0\x10"
           "\0\0\4\0\0\5\0\0\x0a\1\0\x80\7\0\xc0\3\0\x80"),

    RANDOM("QUIC 1 Initial", QUIC, OPEN, UDP, 40000, 443, 1200, "\xc3\0\0\0\1\x8\1\2\3\4\5\6\7\x8\0\0\x44\x9e"),
    RANDOM("QUIC 1 Initial with a token", QUIC, REQUEST, UDP, 40000, 443, 1200,
           "\xc3\0\0\0\1\x8\1\2\3\4\5\6\7\x8\0\4tokn\x44\x9a"),
    RANDOM("QUIC 2 Initial", QUIC, OPEN, UDP, 40000, 443, 1200, "\xd3\x6b\x33\x43\xcf\x8\1\2\3\4\5\6\7\x8\0\0\x44\x9e"),
    RANDOM("QUIC 1 Retry", QUIC, ANSWER, UDP, 443, 40000, 60, "\xf0\0\0\0\1\0\x8\1\2\3\4\5\6\7\x8token"),
    RANDOM("QUIC 2 Retry", QUIC, ANSWER, UDP, 443, 40000, 60, "\xc0\x6b\x33\x43\xcf\0\x8\1\2\3\4\5\6\7\x8token"),
    RANDOM("QUIC 1 early data", QUIC, REQUEST, UDP, 40000, 443, 300, "\xd0\0\0\0\1\x8\1\2\3\4\5\6\7\x8\0\x41\x1c"),
    IS("QUIC version negotiation", QUIC, ANSWER, UDP, 443, 40000,
       "\x80\0\0\0\0\0\x8\1\2\3\4\5\6\7\x8\x1a\x2a\x3a\x4a\0\0\0\1"),
    RANDOM("QUIC with a version that asks for the real ones", QUIC, REQUEST, UDP, 40000, 443, 1252,
           "\xc6\x0a\x1a\x2a\x3a\x8\1\2\3\4\5\6\7\x8\0\0\x44\xd2"),
    RANDOM("QUIC of Google", QUIC, REQUEST, UDP, 40000, 443, 1350, "\x0d\1\2\3\4\5\6\7\x8Q043\1"),

    IS("DNS query", DNS, REQUEST, UDP, 40000, 53, DNS_QUERY),
    IS("DNS query elsewhere", DNS, REQUEST, UDP, 40000, 5000, DNS_QUERY),
    IS("DNS answer", DNS, ANSWER, UDP, 53, 40000, DNS_ANSWER),
    IS("DNS answer elsewhere", DNS, ANSWER, UDP, 5000, 40000, DNS_ANSWER),
    IS("DNS answer that goes to the server's port", DNS, OPEN, UDP, 40000, 53, DNS_ANSWER),
    IS("DNS update", DNS, OPEN, UDP, 40000, 53, "\x12\x34\x28\0\0\1\0\0\0\0\0\0\7example\0\0\6\0\1"),
    IS("DNS query over TCP", DNS, REQUEST, TCP, 40000, 53, "\0\x1d" DNS_QUERY),
    IS("DNS answer over TCP", DNS, ANSWER, TCP, 5000, 40000, "\0\x2d" DNS_ANSWER),
    IS("multicast DNS between equals", DNS, OPEN, UDP, 5353, 5353, "\0\0\0\0\0\1\0\0\0\0\0\0\4host\5local\0\0\1\0\1"),
    IS("LLMNR query", DNS, REQUEST, UDP, 40000, 5355, "\x77\1\0\0\0\1\0\0\0\0\0\0\4host\0\0\1\0\1"),
    IS("LLMNR answer", DNS, ANSWER, UDP, 5355, 40000,
       "\x77\1\x80\0\0\1\0\1\0\0\0\0\4host\0\0\1\0\1\4host\0\0\1\0\1\0\0\0\x1e\0\4\xc0\0\2\1"),

    IS("SMTP greeting", SMTP, ANSWER, TCP, 25, 40000, "220 mail.example ESMTP Postfix\r\n"),
    IS("SMTP greeting without its word", SMTP, ANSWER, TCP, 25, 40000, "220 mail.example ready\r\n"),
    IS("SMTP EHLO", SMTP, REQUEST, TCP, 40000, 2500, "EHLO client.example\r\n"),
    IS("SMTP sender", SMTP, REQUEST, TCP, 40000, 25, "MAIL FROM:<a@a.example> SIZE=1000\r\n"),
    IS("SMTP extensions", SMTP, ANSWER, TCP, 25, 40000, "250-mail.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"),
    IS("SMTP asks for the mail", SMTP, ANSWER, TCP, 25, 40000, "354 End data with <CR><LF>.<CR><LF>\r\n"),
    IS("FTP greeting", FTP, ANSWER, TCP, 21, 40000, "220 (vsFTPd 3.0.3)\r\n"),
    IS("FTP greeting of many lines", FTP, ANSWER, TCP, 2100, 40000, "220-FileZilla Server 1.6\r\n220 ready\r\n"),
    IS("FTP greeting without its word", FTP, ANSWER, TCP, 21, 40000, "220 Welcome\r\n"),
    IS("FTP user", FTP, REQUEST, TCP, 40000, 21, "USER anonymous\r\n"),
    IS("FTP port", FTP, REQUEST, TCP, 40000, 2100, "PORT 10,0,0,1,200,13\r\n"),
    IS("FTP extended port", FTP, REQUEST, TCP, 40000, 2100, "EPRT |1|10.0.0.1|51213|\r\n"),
    IS("FTP passive", FTP, REQUEST, TCP, 40000, 2100, "PASV\r\n"),
    IS("FTP passive answer", FTP, ANSWER, TCP, 21, 40000, "227 Entering Passive Mode (10,0,0,1,200,13).\r\n"),
    IS("FTP wants a password", FTP, ANSWER, TCP, 21, 40000, "331 Please specify the password.\r\n"),
    IS("IMAP greeting", IMAP, ANSWER, TCP, 143, 40000, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
    IS("IMAP greeting without its word", IMAP, ANSWER, TCP, 143, 40000, "* OK ready\r\n"),
    IS("IMAP login", IMAP, REQUEST, TCP, 40000, 143, "a001 LOGIN user secret\r\n"),
    IS("IMAP capability in small letters", IMAP, REQUEST, TCP, 40000, 1430, "1 capability\r\n"),
    IS("POP3 greeting", POP3, ANSWER, TCP, 1100, 40000, "+OK POP3 server ready\r\n"),
    IS("POP3 greeting without its word", POP3, ANSWER, TCP, 110, 40000, "+OK <1896.6971@a.example>\r\n"),
    IS("POP3 user", POP3, REQUEST, TCP, 40000, 110, "USER somebody\r\n"),
    IS("POP3 capabilities", POP3, REQUEST, TCP, 40000, 1100, "CAPA\r\n"),
    IS("POP3 error", POP3, ANSWER, TCP, 110, 40000, "-ERR no such user\r\n"),

    ZEROS("NTP client", NTP, REQUEST, UDP, 40000, 123, 48, "\x23\0\6\xec"),
    ZEROS("NTP server", NTP, ANSWER, UDP, 123, 40000, 48, "\x24\2\6\xe8"),
    ZEROS("NTP client that looks like a server's port", NTP, OPEN, UDP, 123, 40000, 48, "\x23\0\6\xec"),
    ZEROS("NTP equals", NTP, OPEN, UDP, 123, 123, 48, "\x21\2\6\xe8"),
    ZEROS("NTP broadcast", NTP, OPEN, UDP, 123, 123, 48, "\x25\2\6\xe8"),
    IS("NTP control request", NTP, REQUEST, UDP, 40000, 123, "\x16\1\0\1\0\0\0\0\0\0\0\0"),
    IS("NTP control answer", NTP, ANSWER, UDP, 123, 40000, "\x16\x81\0\1\0\0\0\0\0\0\0\4\0\0\0\0"),
    IS("NTP private request", NTP, REQUEST, UDP, 40000, 123, "\x17\0\3\x2a\0\0\0\0"),

    IS("SNMP get", SNMP, REQUEST, UDP, 40000, 161,
       "0\x26\2\1\1\4\6public\xa0\x19\2\1\1\2\1\0\2\1\0\x30\x0e\x30\x0c\6\x8\x2b\6\1\2\1\1\1\0\5\0"),
    IS("SNMP response", SNMP, ANSWER, UDP, 161, 40000,
       "0\x26\2\1\1\4\6public\xa2\x19\2\1\1\2\1\0\2\1\0\x30\x0e\x30\x0c\6\x8\x2b\6\1\2\1\1\1\0\5\0"),
    ZEROS("SNMP 3", SNMP, OPEN, UDP, 40000, 161, 64, "0\x3e\2\1\3\x30\x11\2\4\1\2\3\4\2\3\0\xff\xe3\4\1\4\2\1\3\4\x10"),

    ZEROS("DHCP discover", DHCP, REQUEST, UDP, 68, 67, 300,
          "\1\1\6\0\1\2\3\4" TEN_ZEROS TEN_ZEROS "\2\0\0\0\0\1" TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS
              TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS
                  TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS "\0\0"
          "\x63\x82\x53\x63\x35\1\1\xff"),
    ZEROS("DHCP offer", DHCP, ANSWER, UDP, 67, 68, 300,
          "\2\1\6\0\1\2\3\4" TEN_ZEROS TEN_ZEROS "\2\0\0\0\0\1" TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS
              TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS
                  TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS TEN_ZEROS "\0\0"
          "\x63\x82\x53\x63\x35\1\2\xff"),
    IS("DHCPv6 solicit", DHCPV6, REQUEST, UDP, 546, 547, "\1\1\2\3\0\x8\0\2\0\0\0\6\0\4\0\x17\0\x18"),
    IS("DHCPv6 advertise", DHCPV6, ANSWER, UDP, 547, 546, "\2\1\2\3\0\1\0\4\0\3\0\1"),

    IS("SIP register", SIP, REQUEST, UDP, 5060, 5060, "REGISTER sip:a.example SIP/2.0\r\nVia: x\r\n"),
    IS("SIP invite", SIP, OPEN, TCP, 40000, 5060, "INVITE sip:bob@a.example SIP/2.0\r\nVia: x\r\n"),
    IS("SIP options", SIP, OPEN, UDP, 40000, 5060, "OPTIONS sip:bob@a.example SIP/2.0\r\n"),
    IS("SIP 200", SIP, OPEN, UDP, 5060, 40000, "SIP/2.0 200 OK\r\nVia: x\r\n"),
    IS("RTSP describe", RTSP, REQUEST, TCP, 40000, 554, "DESCRIBE rtsp://a.example/cam RTSP/1.0\r\nCSeq: 2\r\n\r\n"),
    IS("RTSP options", RTSP, OPEN, TCP, 40000, 554, "OPTIONS rtsp://a.example/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
    IS("RTSP 200", RTSP, OPEN, TCP, 554, 40000, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"),

    IS("RDP request with a cookie", RDP, REQUEST, TCP, 40000, 3389,
       "\3\0\0\x2a\x25\xe0\0\0\0\0\0Cookie: mstshash=user\r\n\1\0\x8\0\3\0\0\0"),
    IS("RDP request", RDP, REQUEST, TCP, 40000, 3389, "\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x8\0\3\0\0\0"),
    IS("RDP confirm", RDP, ANSWER, TCP, 3389, 40000, "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\x1f\x8\0\2\0\0\0"),
    ZEROS("SMB1 request", SMB, REQUEST, TCP, 40000, 445, 51, "\0\0\0\x2f\xffSMBr\0\0\0\0\x18\x53\xc8"),
    ZEROS("SMB1 answer", SMB, ANSWER, TCP, 445, 40000, 51, "\0\0\0\x2f\xffSMBr\0\0\0\0\x98\x53\xc8"),
    ZEROS("SMB2 request", SMB, REQUEST, TCP, 40000, 445, 106, "\0\0\0\x66\xfeSMB\x40\0"),
    ZEROS("SMB2 answer", SMB, ANSWER, TCP, 445, 40000, 106, "\0\0\0\x66\xfeSMB\x40\0\0\0\0\0\0\0\0\0\1\0\1"),
    RANDOM("SMB3 encrypted", SMB, OPEN, TCP, 40000, 445, 150, "\0\0\0\x92\xfdSMB"),
    IS("VNC", VNC, OPEN, TCP, 5900, 40000, "RFB 003.008\n"),
    IS("Telnet on its port", TELNET, OPEN, TCP, 23, 40000, "\xff\xfd\x18"),
    IS("Telnet elsewhere", TELNET, OPEN, TCP, 2300, 40000, "\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27"),
    IS("Telnet with a subnegotiation", TELNET, OPEN, TCP, 40000, 2300, "\xff\xfa\x18\1\xff\xf0\xff\xfb\1login: "),

    IS("MySQL greeting", MYSQL, ANSWER, TCP, 3306, 40000,
       "\x4a\0\0\0\x0a"
       "8.0.36\0\x0b\0\0\0abcdefgh\0\xff\xff\xff\2\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0"
       "mysql_native_password\0"),
    IS("MySQL refusal", MYSQL, ANSWER, TCP, 3306, 40000, "\x1d\0\0\0\xff\x6a\4Host '10.0.0.1' is not all"),
    IS("MySQL login", MYSQL, REQUEST, TCP, 40000, 3306,
       "\x2a\0\0\1\x05\xa6\x3f\x20\0\0\0\1\x2d" TEN_ZEROS TEN_ZEROS "\0\0\0root\0\0\0\0\0\0"),
    IS("PostgreSQL start", POSTGRESQL, REQUEST, TCP, 40000, 5432, "\0\0\0\x1e\0\3\0\0user\0joe\0database\0db\0\0"),
    IS("PostgreSQL wants TLS", POSTGRESQL, REQUEST, TCP, 40000, 5432, "\0\0\0\x8\x4\xd2\x16\x2f"),
    IS("PostgreSQL cancel", POSTGRESQL, REQUEST, TCP, 40000, 5432, "\0\0\0\x10\x4\xd2\x16\x2e\0\0\1\1\1\2\3\4"),
    IS("PostgreSQL MD5", POSTGRESQL, ANSWER, TCP, 5432, 40000, "R\0\0\0\x0c\0\0\0\5abcd"),
    IS("PostgreSQL SCRAM", POSTGRESQL, ANSWER, TCP, 5432, 40000, "R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"),
    IS("PostgreSQL error", POSTGRESQL, ANSWER, TCP, 5432, 40000, "E\0\0\0\x1eSFATAL\0C28P01\0Mwrong one\0\0"),
    IS("MongoDB message", MONGODB, REQUEST, TCP, 40000, 27017,
       "\x24\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0\0\x0f\0\0\0\x10ping\0\1\0\0\0\0"),
    IS("MongoDB answer", MONGODB, ANSWER, TCP, 27017, 40000,
       "\x22\0\0\0\2\0\0\0\1\0\0\0\xdd\7\0\0\0\0\0\0\0\x0d\0\0\0\x10ok\0\1\0\0\0\0"),
    IS("MongoDB query", MONGODB, REQUEST, TCP, 40000, 27017,
       "\x3a\0\0\0\1\0\0\0\xff\xff\xff\xff\xd4\7\0\0\0\0\0\0admin.$"
       "cmd\0\0\0\0\0\1\0\0\0\x13\0\0\0\x10ismaster\0\1\0\0\0\0"),
    IS("Redis command", REDIS, REQUEST, TCP, 40000, 6379, "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"),
    IS("Redis list", REDIS, OPEN, TCP, 6379, 40000, "*2\r\n$5\r\nhello\r\n$5\r\nworld\r\n"),
    IS("Redis string", REDIS, OPEN, TCP, 6379, 40000, "$5\r\nhello\r\n"),
    IS("Redis OK", REDIS, ANSWER, TCP, 6379, 40000, "+OK\r\n"),
    IS("Redis wants a password", REDIS, ANSWER, TCP, 6300, 40000, "-NOAUTH Authentication required.\r\n"),
    IS("memcached set", MEMCACHED, REQUEST, TCP, 40000, 11300, "set key 0 60 5\r\nhello\r\n"),
    IS("memcached get", MEMCACHED, REQUEST, TCP, 40000, 11211, "get key\r\n"),
    IS("memcached value", MEMCACHED, ANSWER, TCP, 11211, 40000, "VALUE key 0 5\r\nhello\r\nEND\r\n"),
    IS("memcached binary get", MEMCACHED, REQUEST, TCP, 40000, 11211,
       "\x80\0\0\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0key"),
    IS("memcached binary answer", MEMCACHED, ANSWER, TCP, 11211, 40000,
       "\x81\0\0\0\4\0\0\0\0\0\0\x9\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0hello"),
    IS("memcached datagram", MEMCACHED, REQUEST, UDP, 40000, 11211, "\0\1\0\0\0\1\0\0stats\r\n"),
    IS("memcached datagram's answer", MEMCACHED, ANSWER, UDP, 11211, 40000, "\0\1\0\0\0\1\0\0STAT pid 1\r\n"),
    IS("MQTT 3.1.1 connect", MQTT, REQUEST, TCP, 40000, 1883, "\x10\x10\0\4MQTT\4\2\0\x3c\0\4abcd"),
    IS("MQTT 3.1 connect", MQTT, REQUEST, TCP, 40000, 1883, "\x10\x12\0\6MQIsdp\3\2\0\x3c\0\4abcd"),
    IS("MQTT accepted", MQTT, ANSWER, TCP, 1883, 40000, "\x20\2\0\0"),
    IS("AMQP 0-9-1", AMQP, OPEN, TCP, 40000, 5672, "AMQP\0\0\x9\1"),
    IS("AMQP 1.0", AMQP, OPEN, TCP, 40000, 5672, "AMQP\0\1\0\0"),
    ZEROS("AMQP start", AMQP, ANSWER, TCP, 5672, 40000, 60, "\1\0\0\0\0\0\x34\0\x0a\0\x0a\0\x9"),

    IS("LDAP bind", LDAP, REQUEST, TCP, 40000, 389, "0\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0"),
    IS("LDAP bound", LDAP, ANSWER, TCP, 389, 40000, "0\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"),
    IS("LDAP bound, long lengths", LDAP, ANSWER, TCP, 389, 40000,
       "0\x84\0\0\0\x10\2\1\1\x61\x84\0\0\0\7\x0a\1\0\4\0\4\0"),
    IS("LDAP unbind", LDAP, REQUEST, TCP, 40000, 389, "0\5\2\1\3\x42\0"),
    IS("LDAP search over UDP", LDAP, REQUEST, UDP, 40000, 389,
       "0\x25\2\1\2\x63\x20\4\0\x0a\1\0\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\x0bobjectclass\0\0"),
    ZEROS("Kerberos AS-REQ", KERBEROS, REQUEST, UDP, 40000, 88, 99, "\x6a\x61\x30\x5f\xa1\3\2\1\5\xa2\3\2\1\x0a"),
    ZEROS("Kerberos TGS-REP", KERBEROS, ANSWER, UDP, 88, 40000, 99, "\x6d\x61\x30\x5f\xa0\3\2\1\5\xa1\3\2\1\x0d"),
    ZEROS("Kerberos AS-REQ over TCP", KERBEROS, REQUEST, TCP, 40000, 88, 103,
          "\0\0\0\x63\x6a\x61\x30\x5f\xa1\3\2\1\5\xa2\3\2\1\x0a"),

    RANDOM("BitTorrent handshake", BITTORRENT, OPEN, TCP, 40000, 6881, 68,
           "\x13"
           "BitTorrent protocol\0\0\0\0\0\x10\0\5"),
    IS("BitTorrent table", BITTORRENT, OPEN, UDP, 6881, 40000,
       "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"),
    IS("BitTorrent tracker", BITTORRENT, REQUEST, UDP, 40000, 6969, "\0\0\4\x17\x27\x10\x19\x80\0\0\0\0\1\2\3\4"),
    RANDOM("STUN binding", STUN, REQUEST, UDP, 40000, 3478, 20, "\0\1\0\0\x21\x12\xa4\x42"),
    IS("STUN binding between peers", STUN, OPEN, UDP, 40000, 41000,
       "\0\1\0\x8\x21\x12\xa4\x42" TEN_NINES "\x99\x99\0\x24\0\4\1\2\3\4"),
    IS("STUN answer", STUN, ANSWER, UDP, 3478, 40000,
       "\1\1\0\x0c\x21\x12\xa4\x42" TEN_NINES "\x99\x99\0\x20\0\x8\0\1\x12\x34\1\2\3\4"),
    IS("TURN allocation", STUN, REQUEST, UDP, 40000, 3478,
       "\0\3\0\x8\x21\x12\xa4\x42" TEN_NINES "\x99\x99\0\x19\0\4\x11\0\0\0"),
    RANDOM("WireGuard initiation", WIREGUARD, OPEN, UDP, 40000, 51820, 148, "\1\0\0\0\1\2\3\4"),
    RANDOM("WireGuard response", WIREGUARD, OPEN, UDP, 51820, 40000, 92, "\2\0\0\0\1\2\3\4\5\6\7\x8"),
    RANDOM("WireGuard cookie", WIREGUARD, OPEN, UDP, 51820, 40000, 64, "\3\0\0\0\1\2\3\4"),
    RANDOM("WireGuard data", WIREGUARD, OPEN, UDP, 40000, 51820, 128, "\4\0\0\0\1\2\3\4\5\0\0\0\0\0\0\0"),
    IS("OpenVPN client", OPENVPN, REQUEST, UDP, 40000, 1194,
       "\x38"
       "abcdefgh\0\0\0\0\0"),
    IS("OpenVPN server", OPENVPN, ANSWER, UDP, 1194, 40000, "@abcdefgh\1\0\0\0\0ijklmnop\0\0\0\0"),
    IS("OpenVPN client with SHA-1", OPENVPN, REQUEST, UDP, 40000, 1194,
       "\x38"
       "abcdefgh" TEN_NINES TEN_NINES "\0\0\0\1\x65\0\0\0\0\0\0\0\0"),
    IS("OpenVPN client over TCP", OPENVPN, REQUEST, TCP, 40000, 443,
       "\0\x0e\x38"
       "abcdefgh\0\0\0\0\0"),

    IS("IRC nick", IRC, REQUEST, TCP, 40000, 6667, "NICK somebody\r\nUSER a 0 * :A B\r\n"),
    IS("IRC user", IRC, REQUEST, TCP, 40000, 6667, "USER a 0 * :A B\r\n"),
    IS("IRC capabilities", IRC, REQUEST, TCP, 40000, 7000, "CAP LS 302\r\n"),
    IS("IRC welcome", IRC, ANSWER, TCP, 6667, 40000, ":irc.example 001 somebody :Welcome\r\n"),
    IS("IRC message", IRC, ANSWER, TCP, 6667, 40000, ":a!b@c.example PRIVMSG #room :hello\r\n"),
    IS("syslog of old", SYSLOG, REQUEST, UDP, 40000, 5000, "<34>Oct 11 22:14:15 host su: failed"),
    IS("syslog of RFC 5424", SYSLOG, REQUEST, TCP, 40000, 5000, "<165>1 2003-10-11T22:14:15.003Z host app - - - hello"),
    IS("syslog as devices write it", SYSLOG, REQUEST, UDP, 514, 514, "<189>interface is up now"),
    IS("TFTP read", TFTP, REQUEST, UDP, 40000, 69, "\0\1boot.img\0octet\0"),
    IS("TFTP read of nothing", TFTP, REQUEST, UDP, 40000, 69, "\0\1\0octet\0"),
    IS("TFTP write with options", TFTP, REQUEST, UDP, 40000, 69, "\0\2a\0NetAscii\0blksize\0001428\0"),
    RANDOM("RADIUS request", RADIUS, REQUEST, UDP, 40000, 1812, 26,
           "\1\7\0\x1a" TEN_NINES "\x99\x99\x99\x99\x99\x99\1\6user"),
    RANDOM("RADIUS accept", RADIUS, ANSWER, UDP, 1812, 40000, 20, "\2\7\0\x14"),
    RANDOM("RADIUS disconnect", RADIUS, REQUEST, UDP, 40000, 3799, 20, "\x28\7\0\x14"),
};
const size_t samples_count = sizeof(samples) / sizeof(samples[0]);

const struct sample strangers[] = {
    IS("HTTP/0.9", NONE, OPEN, TCP, 40000, 80, "GET /\r\n"),
    IS("a method of nobody", NONE, OPEN, TCP, 40000, 80, "FETCH / HTTP/1.1\r\n"),
    IS("a request with another version", NONE, OPEN, TCP, 40000, 80, "GET / HTTQ/1.1\r\n"),
    IS("a sentence that begins like a request", NONE, OPEN, TCP, 40000, 80, "GET the door closed please\r\n"),
    IS("a status without a number", NONE, OPEN, TCP, 80, 40000, "HTTP/1.1 two hundred\r\n"),
    IS("ICAP", NONE, OPEN, TCP, 40000, 1344, "OPTIONS icap://a.example/ ICAP/1.0\r\n"),
    IS("220 with neither word", NONE, OPEN, TCP, 2500, 40000, "220 ready\r\n"),
    IS("220 with both words", NONE, OPEN, TCP, 2500, 40000, "220 SMTP and FTP\r\n"),
    IS("220 that has not ended", NONE, OPEN, TCP, 25, 40000, "220 mail.example ESMTP"),
    IS("USER beside no port that knows it", NONE, OPEN, TCP, 40000, 5000, "USER somebody\r\n"),
    IS("+OK beside no port that knows it", NONE, OPEN, TCP, 5000, 40000, "+OK\r\n"),
    IS("FTP port of a number too many", NONE, OPEN, TCP, 40000, 2100, "PORT 10,0,0,1,256,13\r\n"),
    IS("a tag without a digit", NONE, OPEN, TCP, 40000, 5000, "please login now\r\n"),
    ZEROS("NTP elsewhere", NONE, OPEN, UDP, 40000, 124, 48, "\x23\0\6\xec"),
    ZEROS("NTP version 0", NONE, OPEN, UDP, 40000, 123, 48, "\x03\0\6\xec"),
    ZEROS("NTP version 5", NONE, OPEN, UDP, 40000, 123, 48, "\x2b\0\6\xec"),
    ZEROS("NTP a byte short", NONE, OPEN, UDP, 40000, 123, 47, "\x23\0\6\xec"),
    ZEROS("NTP stratum 17", NONE, OPEN, UDP, 123, 40000, 48, "\x24\x11\6\xec"),
    IS("DNS opcode 3", NONE, OPEN, UDP, 40000, 53, "\x12\x34\x18\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"),
    IS("DNS name that points ahead", NONE, OPEN, UDP, 40000, 53, "\x12\x34\1\0\0\1\0\0\0\0\0\0\xc0\x20\0\1\0\1"),
    IS("DNS label of 64 bytes", NONE, OPEN, UDP, 40000, 53, "\x12\x34\1\0\0\1\0\0\0\0\0\0\x40\0\0\1\0\1"),
    IS("DNS with more answers than fit", NONE, OPEN, UDP, 53, 40000, "\x12\x34\x81\0\0\1\0\x9\0\0\0\0\1a\0\0\1\0\1"),
    IS("DNS elsewhere with a byte behind it", NONE, OPEN, UDP, 40000, 5000, DNS_QUERY "x"),
    IS("NetBIOS name", NONE, OPEN, UDP, 137, 137,
       "\x12\x34\1\x10\0\1\0\0\0\0\0\0\x20"
       "FHEPFCELEHFCEPFFFACACACACACACABN\0\0\x20\0\1"),
    RANDOM("TLS record of version 4", NONE, OPEN, TCP, 40000, 443, 517, "\x16\4\1\2\0\1\0\1\xfc\3\3"),
    RANDOM("TLS ClientHello longer than its record", NONE, OPEN, TCP, 40000, 443, 517, "\x16\3\1\0\x40\1\0\1\xfc\3\3"),
    RANDOM("TLS data with something else behind it", NONE, OPEN, TCP, 443, 40000, 60,
           "\x17\3\3\0\x11" TEN_NINES "\x99\x99\x99\x99\x99\x99\x99xx"),
    RANDOM("DTLS", NONE, OPEN, UDP, 40000, 443, 120, "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x6b\1\0\0\x5f"),
    RANDOM("QUIC version 3", NONE, OPEN, UDP, 40000, 443, 1200, "\xc3\0\0\0\3\x8\1\2\3\4\5\6\7\x8\0\0\x44\x9e"),
    RANDOM("QUIC identifier of 21 bytes", NONE, OPEN, UDP, 40000, 443, 1200,
           "\xc3\0\0\0\1\x15\1\2\3\4\5\6\7\x8\0\0\x44\x9e"),
    RANDOM("QUIC short header", NONE, OPEN, UDP, 40000, 443, 200, "\x43"),
    RANDOM("STUN with another cookie", NONE, OPEN, UDP, 40000, 3478, 20, "\0\1\0\0\x21\x12\xa4\x43"),
    RANDOM("STUN a byte too long", NONE, OPEN, UDP, 40000, 3478, 21, "\0\1\0\0\x21\x12\xa4\x42"),
    RANDOM("WireGuard initiation of 147 bytes", NONE, OPEN, UDP, 40000, 51820, 147, "\1\0\0\0\1\2\3\4"),
    ZEROS("WireGuard initiation of zeros", NONE, OPEN, UDP, 40000, 51820, 148, "\1\0\0\0\1\2\3\4"),
    RANDOM("WireGuard data of 127 bytes", NONE, OPEN, UDP, 40000, 51820, 127, "\4\0\0\0\1\2\3\4\5\0\0\0\0\0\0\0"),
    IS("OpenVPN client without a session", NONE, OPEN, UDP, 40000, 1194, "\x38\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    IS("OpenVPN data", NONE, OPEN, UDP, 40000, 1194,
       "\x30"
       "abcdefghijklmnop"),
    IS("a telephone's X.224", NONE, OPEN, TCP, 40000, 102,
       "\3\0\0\x16\x11\xe0\0\0\0\1\0\xc1\2\1\0\xc2\2\1\2\xc0\1\x0a"),
    IS("Telnet once, elsewhere", NONE, OPEN, TCP, 2300, 40000, "\xff\xfd\x18"),
    IS("PostgreSQL length of 9", NONE, OPEN, TCP, 40000, 5432, "\0\0\0\x9\x4\xd2\x16\x2f"),
    IS("MySQL length of one more", NONE, OPEN, TCP, 3306, 40000,
       "\x4b\0\0\0\x0a"
       "8.0.36\0\x0b\0\0\0abcdefgh\0\xff\xff\xff\2\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0"
       "mysql_native_password\0"),
    IS("Redis list of a length that is not so", NONE, OPEN, TCP, 40000, 6379, "*2\r\n$4\r\nGET\r\n$3\r\nkey\r\n"),
    IS("MQTT accepted elsewhere", NONE, OPEN, TCP, 1900, 40000, "\x20\2\0\0"),
    IS("syslog priority 192", NONE, OPEN, UDP, 514, 514, "<192>interface is up now"),
    IS("syslog priority 034", NONE, OPEN, UDP, 514, 514, "<034>interface is up now"),
    IS("markup", NONE, OPEN, TCP, 40000, 5000, "<html><body>1</body></html>"),
    IS("TFTP mode of nobody", NONE, OPEN, UDP, 40000, 69, "\0\1boot.img\0binary\0"),
    RANDOM("RADIUS of another length", NONE, OPEN, UDP, 40000, 1812, 21, "\1\7\0\x14"),
    RANDOM("RADIUS code 6", NONE, OPEN, UDP, 40000, 1812, 20, "\6\7\0\x14"),
    IS("IRC nick that begins with a digit", NONE, OPEN, TCP, 40000, 6667, "NICK 1body\r\n"),
    IS("a single byte", NONE, OPEN, UDP, 40000, 53, "\1"),
};
const size_t strangers_count = sizeof(strangers) / sizeof(strangers[0]);
