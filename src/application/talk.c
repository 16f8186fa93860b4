/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IRC (RFC 2812), syslog (RFC 3164, RFC 5424, counted octets of RFC 6587) and Telnet's negotiation (RFC 854).
 */
#include "signature.h"

static bool nick_char(uint8_t c)
{
    return ps_is_letter(c) || ps_is_digit(c) || (c != 0 && strchr("[]\\`_^{|}-", c) != NULL);
}

/* "NICK name" */
static bool nick_line(const struct ps_payload *p, const struct ps_line *line)
{
    uint32_t from = ps_u8(&p->in, 5) == ':' ? 6 : 5;
    if (line->length <= from || line->length > from + 30 || ps_is_digit(ps_u8(&p->in, from)))
        return false;
    for (uint32_t i = from; i < line->length; i++)
        if (!nick_char(ps_u8(&p->in, i)))
            return false;
    return true;
}

/* "USER name mode unused :real name" has three words before its colon; FTP and POP3 have one. */
static bool user_line(const struct ps_payload *p, const struct ps_line *line)
{
    unsigned spaces = 0;
    for (uint32_t i = 0; i + 1 < line->length; i++) {
        if (ps_u8(&p->in, i) != ' ')
            continue;
        if (++spaces == 4)
            return ps_u8(&p->in, i + 1) == ':';
    }
    return false;
}

bool ps_application_irc_command(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct ps_line line;
    if (!ps_application_line(p, 0, &line) || !line.ended)
        return false;
    bool good = ps_application_says(p, 0, "NICK ")   ? nick_line(p, &line)
                : ps_application_says(p, 0, "USER ") ? user_line(p, &line)
                                                     : line.length > 5;
    if (good)
        *ret_way = PS_WAY_REQUEST;
    return good;
}

/* ":prefix 001 nick :text" and ":nick!user@host PRIVMSG ...": servers alone send a prefix with these. */
bool ps_application_irc_message(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const commands[] = {"NOTICE ", "PRIVMSG ", "JOIN ", "MODE ", NULL};
    struct ps_line line;
    if (!ps_application_line(p, 0, &line) || !line.ended)
        return false;
    uint32_t at = 1, number;
    while (at < line.length && ps_u8(&p->in, at) != ' ')
        at++;
    if (at < 4 || at++ >= line.length)
        return false;
    bool good = ps_application_number(p, at, 4, &number) == 3 && ps_u8(&p->in, at + 3) == ' ' && line.length > at + 5;
    for (const char *const *command = commands; *command && !good; command++)
        good = ps_application_says(p, at, *command);
    if (good)
        *ret_way = PS_WAY_ANSWER;
    return good;
}

/* "Oct 11 22:14:15" */
static bool bsd_time(const struct ps_payload *p, uint32_t at)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    bool month = false;
    for (uint32_t i = 0; i < 36 && !month; i += 3) {
        uint8_t name[3];
        ps_bytes_copy(&p->in, at, name, 3);
        month = memcmp(months + i, name, 3) == 0;
    }
    return month && ps_u8(&p->in, at + 3) == ' ' && ps_is_digit(ps_u8(&p->in, at + 5));
}

/* Behind "<": a priority of 0 to 191 without leading zeros, ">", and one of the two formats, or any text beside the port. */
bool ps_application_syslog(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t priority, n = ps_application_number(p, 1, 4, &priority), at = n + 2;
    if (!n || n > 3 || priority > 191 || (n > 1 && ps_u8(&p->in, 1) == '0') || ps_u8(&p->in, n + 1) != '>')
        return false;
    bool beside = ps_payload_beside(p, 514) || ps_payload_beside(p, 601) || ps_payload_beside(p, 1514);
    bool format = bsd_time(p, at) || (ps_application_says(p, at, "1 ") &&
                                      (ps_is_digit(ps_u8(&p->in, at + 2)) || ps_application_says(p, at + 2, "- ")));
    if (!format && !(beside && ps_bytes_reach(&p->in, at, 8) && ps_application_printable(p, at, 8)))
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

enum {
    SE = 240,
    SB = 250,
    WILL = 251,
    DONT = 254,
    IAC = 255,
    OPTION_MOST = 49,
};

/* Length of the command at `at`, 0 when there is no negotiation. */
static uint32_t telnet_command(const struct ps_payload *p, uint32_t at)
{
    uint8_t code = ps_u8(&p->in, at + 1), option = ps_u8(&p->in, at + 2);
    if (ps_u8(&p->in, at) != IAC || !ps_bytes_reach(&p->in, at, 3) || option > OPTION_MOST)
        return 0;
    if (code >= WILL && code <= DONT)
        return 3;
    if (code != SB)
        return 0;
    for (uint32_t n = 3; n < 256 && ps_bytes_reach(&p->in, at + n, 2); n++)
        if (ps_u8(&p->in, at + n) == IAC && ps_u8(&p->in, at + n + 1) == SE)
            return n + 2;
    return 0;
}

/* Options are negotiated by three bytes each; two in a row, or one beside the port, and behind them only text. */
bool ps_application_telnet(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    uint32_t at = 0, commands = 0;
    for (uint32_t n = telnet_command(p, 0); n && commands < 64; n = telnet_command(p, at)) {
        at += n;
        commands++;
    }
    bool enough = commands >= 2 || (commands == 1 && ps_payload_beside(p, 23));
    uint8_t behind = ps_u8(&p->in, at);
    bool text = at >= ps_payload_captured(p) || behind == IAC || behind == '\r' || behind == '\n' || behind == 27 ||
                (behind >= ' ' && behind <= '~');
    return enough && text;
}
