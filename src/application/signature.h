/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of this room share: the payload under the glass, a row of the table of signatures, and the checkers that
 * rows name.  Nothing here is seen outside the room.
 */
#ifndef PS_APPLICATION_SIGNATURE_H
#define PS_APPLICATION_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/application.h"
#include "portsniff/bytes.h"

/* One payload.  `in` never reaches behind `length`. */
struct ps_payload {
    struct ps_bytes in; /* what was captured of it */
    uint32_t length;    /* bytes on the wire */
    uint16_t source;    /* ports, only to make a match stricter */
    uint16_t destination;
};

/* Bits of ps_signature.transports. */
#define PS_SIGNATURE_TCP 1u
#define PS_SIGNATURE_UDP 2u

/* Looks at a payload whose first bytes fit the row.  Returns whether the application speaks; the way is written only when
 * the payload proves it, so it holds the row's own before. */
typedef bool ps_checker(const struct ps_payload *p, enum ps_way *ret_way);

/* A row holds when everything that it states is true; what is zero states nothing. */
struct ps_signature {
    uint8_t low, high;     /* in the table of ranges: the first byte lies between them, both included */
    uint8_t transports;    /* PS_SIGNATURE_... */
    uint8_t application;   /* enum ps_application */
    uint8_t way;           /* enum ps_way */
    uint8_t start_length;  /* the payload begins with as many bytes ... */
    char start[24];        /* ... of these; they may have no zero behind them */
    uint8_t word_at;       /* the big-endian word at this offset ... */
    uint32_t word_mask;    /* ... under this mask ... */
    uint32_t word;         /* ... is this one */
    uint16_t shortest;     /* bytes on the wire at least */
    uint16_t longest;      /* at most */
    const uint16_t *ports; /* ends in 0: one side has one of them, and the way must fit that side */
    ps_checker *check;
};

/* Rows with a `start`, ordered by its first byte; then those with a range of first bytes.  The first row that holds wins. */
extern const struct ps_signature ps_application_starts[];
extern const size_t ps_application_starts_count;
extern const struct ps_signature ps_application_ranges[];
extern const size_t ps_application_ranges_count;

/* ps_application_of() by asking every row: what it must answer, for tests.  Over TCP or UDP, one byte at least. */
struct ps_speech ps_application_of_rows(enum ps_transport transport, const struct ps_payload *p);

static inline uint32_t ps_payload_captured(const struct ps_payload *p)
{
    return ps_bytes_left(&p->in);
}

/* Whether all of it was captured. */
static inline bool ps_payload_whole(const struct ps_payload *p)
{
    return ps_bytes_left(&p->in) == p->length;
}

/* Whether one side has this port. */
static inline bool ps_payload_beside(const struct ps_payload *p, uint16_t port)
{
    return p->source == port || p->destination == port;
}

/* --- text (text.c) --- */

/* A line without its end. */
struct ps_line {
    uint32_t at;     /* its first byte */
    uint32_t length; /* bytes up to CR LF, LF, or what was captured */
    uint32_t next;   /* first byte of the next line */
    bool ended;      /* its end was captured */
};

/* Finds the line that begins at `at`.  False when it has a byte that is not printable ASCII or a tab, or more than 1024. */
bool ps_application_line(const struct ps_payload *p, uint32_t at, struct ps_line *ret_line);
/* Whether `text` stands at `at`. */
bool ps_application_says(const struct ps_payload *p, uint32_t at, const char *text);
/* The same, letters of either case; `text` in upper case. */
bool ps_application_says_any_case(const struct ps_payload *p, uint32_t at, const char *text);
/* Whether `text`, in upper case, stands anywhere in the line, in letters of either case. */
bool ps_application_line_holds(const struct ps_payload *p, const struct ps_line *line, const char *text);
/* Reads up to `most` decimal digits at `at`.  Returns their number; `ret_value` is written when that is not 0. */
uint32_t ps_application_number(const struct ps_payload *p, uint32_t at, uint32_t most, uint32_t *ret_value);
/* Whether the captured bytes from `at` on, at most `n`, are printable ASCII. */
bool ps_application_printable(const struct ps_payload *p, uint32_t at, uint32_t n);

static inline bool ps_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool ps_is_letter(uint8_t c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26;
}

/* --- the checkers, by file --- */

ps_checker ps_application_http_request, ps_application_http_response, ps_application_sip_request,
    ps_application_rtsp_request, ps_application_sip_or_rtsp_response;                                       /* web.c */
ps_checker ps_application_tls, ps_application_sslv2_hello, ps_application_quic, ps_application_quic_google; /* tls.c */
ps_checker ps_application_dns_udp, ps_application_dns_tcp;                                                  /* dns.c */
ps_checker ps_application_smtp_banner, ps_application_smtp_command, ps_application_smtp_reply,
    ps_application_ftp_banner, ps_application_ftp_command, ps_application_ftp_reply, ps_application_imap_banner,
    ps_application_imap_command, ps_application_pop3_banner, ps_application_whole_line; /* mail.c */
ps_checker ps_application_irc_command, ps_application_irc_message, ps_application_syslog,
    ps_application_telnet; /* talk.c */
ps_checker ps_application_ntp, ps_application_dhcp, ps_application_dhcpv6, ps_application_tftp,
    ps_application_radius; /* network.c */
ps_checker ps_application_snmp, ps_application_ldap, ps_application_kerberos_udp,
    ps_application_kerberos_tcp;                                       /* ber.c */
ps_checker ps_application_rdp, ps_application_smb, ps_application_vnc; /* remote.c */
ps_checker ps_application_mysql, ps_application_postgresql_startup, ps_application_postgresql_answer,
    ps_application_mongodb; /* database.c */
ps_checker ps_application_redis_array, ps_application_redis_bulk, ps_application_memcached_command,
    ps_application_memcached_answer, ps_application_memcached_binary, ps_application_memcached_udp, ps_application_mqtt,
    ps_application_mqtt_answer, ps_application_amqp, ps_application_amqp_start;               /* store.c */
ps_checker ps_application_bittorrent_dht, ps_application_bittorrent_utp, ps_application_stun; /* peer.c */
ps_checker ps_application_wireguard, ps_application_openvpn_udp, ps_application_openvpn_tcp;  /* vpn.c */

#endif
