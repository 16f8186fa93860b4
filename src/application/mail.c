/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SMTP (RFC 5321), IMAP (RFC 9051), POP3 (RFC 1939) and FTP (RFC 959), which greet alike.  "220" alone is not named: it
 * takes the protocol's own word, or a command that no neighbour has.
 */
#include "signature.h"

/* Whether the first line ended and holds one of the words, which end in NULL. */
static bool first_line_holds(const struct ps_payload *p, const char *const *words)
{
    struct ps_line line;
    if (!ps_application_line(p, 0, &line) || !line.ended)
        return false;
    for (; *words; words++)
        if (ps_application_line_holds(p, &line, *words))
            return true;
    return false;
}

/* Whether a line of the payload, from its fifth character on, begins with one of the words. */
static bool some_line_begins(const struct ps_payload *p, const char *const *words)
{
    struct ps_line line = {.next = 0};
    for (unsigned lines = 0; lines < 24 && ps_application_line(p, line.next, &line) && line.ended; lines++)
        for (const char *const *word = words; *word; word++)
            if (line.length > 4 && ps_application_says_any_case(p, line.at + 4, *word))
                return true;
    return false;
}

static const char *const mail_words[] = {"SMTP", "LMTP", NULL};
static const char *const file_words[] = {"FTP", "FILEZILLA", NULL};

/* "220 mail.example ESMTP": the word, and not the other one. */
bool ps_application_smtp_banner(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!first_line_holds(p, mail_words) || first_line_holds(p, file_words))
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

bool ps_application_ftp_banner(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!first_line_holds(p, file_words) || first_line_holds(p, mail_words))
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

/* Whether the payload begins with a line that ended and is longer than `least` characters. */
static bool ended_line(const struct ps_payload *p, uint32_t least)
{
    struct ps_line line;
    return ps_application_line(p, 0, &line) && line.ended && line.length > least;
}

/* "EHLO client.example", "MAIL FROM:<...>", "RCPT TO:<...>" */
bool ps_application_smtp_command(const struct ps_payload *p, enum ps_way *ret_way)
{
    if (!ended_line(p, 5) || ps_u8(&p->in, 5) == ' ')
        return false;
    *ret_way = PS_WAY_REQUEST;
    return true;
}

/* "250-" and the extensions that a server offers; a 354 asks for the mail. */
bool ps_application_smtp_reply(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const extensions[] = {"PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS",   "DSN\r",
                                             "CHUNKING",   "SMTPUTF8", "AUTH LOGIN",          "AUTH PLAIN", NULL};
    static const char *const wanted[] = {"END DATA WITH", "MAIL INPUT", NULL};
    bool good = ps_u8(&p->in, 0) == '3' ? first_line_holds(p, wanted) : some_line_begins(p, extensions);
    if (good)
        *ret_way = PS_WAY_ANSWER;
    return good;
}

/* "PORT 10,0,0,1,200,13": six numbers below 256. */
static bool six_numbers(const struct ps_payload *p, uint32_t at)
{
    for (int i = 0; i < 6; i++) {
        uint32_t value, n = ps_application_number(p, at, 3, &value);
        if (!n || value > 255)
            return false;
        at += n;
        if (i < 5 && ps_u8(&p->in, at++) != ',')
            return false;
    }
    return ps_u8(&p->in, at) == '\r' || ps_u8(&p->in, at) == '\n';
}

bool ps_application_ftp_command(const struct ps_payload *p, enum ps_way *ret_way)
{
    bool good = ps_application_says(p, 0, "PORT ") ? six_numbers(p, 5)
                : ps_application_says(p, 0, "EPRT ")
                    ? ended_line(p, 8) && ps_u8(&p->in, 5) == '|' && ps_u8(&p->in, 7) == '|'
                    : ended_line(p, 3);
    if (good)
        *ret_way = PS_WAY_REQUEST;
    return good;
}

/* Replies with words that the other protocols of three digits do not use. */
bool ps_application_ftp_reply(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const words[] = {"ENTERING PASSIVE MODE (", "ENTERING EXTENDED PASSIVE MODE (", "PASSWORD",
                                        "LOGGED IN", NULL};
    if (!first_line_holds(p, words))
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

/* "* OK [CAPABILITY IMAP4rev1 ...", "* PREAUTH IMAP4rev1 ..." */
bool ps_application_imap_banner(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const words[] = {"IMAP", NULL};
    if (!first_line_holds(p, words))
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

/* Length of the tag before a command: letters and digits, one digit at least.  0: there is none. */
static uint32_t tag_length(const struct ps_payload *p)
{
    bool digit = false;
    uint32_t n = 0;
    for (; n < 12 && ps_u8(&p->in, n) != ' '; n++) {
        uint8_t c = ps_u8(&p->in, n);
        if (!ps_is_letter(c) && !ps_is_digit(c))
            return 0;
        digit |= ps_is_digit(c);
    }
    return n < 12 && digit ? n : 0;
}

/* "a1 LOGIN user secret": a tag of the client's choice, then a command that only IMAP has. */
bool ps_application_imap_command(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const commands[] = {"CAPABILITY\r\n", "STARTTLS\r\n", "AUTHENTICATE ", "LOGIN ",
                                           "SELECT ",        "EXAMINE ",     "UID FETCH ",    NULL};
    uint32_t tag = tag_length(p);
    if (!tag || !ended_line(p, tag + 6))
        return false;
    for (const char *const *command = commands; *command; command++) {
        if (ps_application_says_any_case(p, tag + 1, *command)) {
            *ret_way = PS_WAY_REQUEST;
            return true;
        }
    }
    return false;
}

/* "+OK POP3 ready", or a time stamp for APOP: "+OK <1896.697170952@dbc.example>" */
bool ps_application_pop3_banner(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const words[] = {"POP3", "POP SERVER", NULL};
    if (!first_line_holds(p, words))
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

/* For rows that are bound to a port, because others begin alike. */
bool ps_application_whole_line(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    return ended_line(p, 0);
}
