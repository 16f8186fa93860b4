/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The family of request lines: HTTP/1 (RFC 9112), also as SSDP speaks it over UDP (UPnP device architecture), SIP (RFC
 * 3261) and RTSP (RFC 2326).  HTTP/0.9 is not named: its one line has no version to know it by.
 */
#include "signature.h"

/* A first line "METHOD TARGET VERSION". */
struct request_line {
    struct ps_line line;
    uint32_t target; /* offset */
};

/* The table matched the method and the space behind it. */
static bool read_request_line(const struct ps_payload *p, struct request_line *ret_line)
{
    if (!ps_application_line(p, 0, &ret_line->line))
        return false;
    uint32_t at = 0;
    while (at < 20 && ps_u8(&p->in, at) != ' ')
        at++;
    ret_line->target = at + 1;
    return ps_u8(&p->in, at) == ' ' && at + 1 < ret_line->line.length;
}

/* Whether the line ends in a space, `version` and one digit. */
static bool ends_in(const struct ps_payload *p, const struct ps_line *line, const char *version)
{
    uint32_t n = (uint32_t)strlen(version) + 1, length = line->length;
    if (length && ps_u8(&p->in, line->at + length - 1) == ' ') /* devices write one too many */
        length--;
    if (length < n + 1)
        return false;
    uint32_t at = line->at + length - n;
    return ps_u8(&p->in, at - 1) == ' ' && ps_application_says(p, at, version) &&
           ps_is_digit(ps_u8(&p->in, at + n - 1));
}

/* A line whose end is not there is known by how its target begins; then no space may follow, but for a version cut off. */
static bool target_is_whole(const struct ps_payload *p, const struct request_line *r, const char *version)
{
    uint32_t end = r->line.at + r->line.length;
    for (uint32_t i = r->target; i < end; i++) {
        if (ps_u8(&p->in, i) != ' ')
            continue;
        for (uint32_t j = i + 1; j < end && version[j - i - 1]; j++)
            if (ps_u8(&p->in, j) != (uint8_t)version[j - i - 1])
                return false;
        return end - i <= strlen(version) + 3;
    }
    return true;
}

bool ps_application_http_request(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct request_line r;
    if (!read_request_line(p, &r))
        return false;
    /* An announcement (SSDP) is sent to whoever listens. */
    bool announcement = ps_application_says(p, 0, "NOTIFY *");
    if (r.line.ended) {
        if (!ends_in(p, &r.line, "HTTP/1."))
            return false;
    } else {
        bool path = ps_u8(&p->in, r.target) == '/' || ps_application_says(p, r.target, "http://");
        if (!path || r.line.length < 8 || !target_is_whole(p, &r, "HTTP/1."))
            return false;
    }
    *ret_way = announcement ? PS_WAY_UNKNOWN : PS_WAY_REQUEST;
    return true;
}

/* Behind "HTTP/1.": a digit, a space, three digits. */
bool ps_application_http_response(const struct ps_payload *p, enum ps_way *ret_way)
{
    uint32_t status;
    if (!ps_is_digit(ps_u8(&p->in, 7)) || ps_u8(&p->in, 8) != ' ' || ps_application_number(p, 9, 4, &status) != 3 ||
        status < 100 || status > 599)
        return false;
    *ret_way = PS_WAY_ANSWER;
    return true;
}

/* Whether the target begins with one of three schemes. */
static bool sip_target(const struct ps_payload *p, uint32_t at)
{
    return ps_application_says_any_case(p, at, "SIP:") || ps_application_says_any_case(p, at, "SIPS:") ||
           ps_application_says_any_case(p, at, "TEL:");
}

bool ps_application_sip_request(const struct ps_payload *p, enum ps_way *ret_way)
{
    struct request_line r;
    if (!read_request_line(p, &r) || !sip_target(p, r.target))
        return false;
    if (r.line.ended ? !ends_in(p, &r.line, "SIP/2.") : !target_is_whole(p, &r, "SIP/2."))
        return false;
    /* Other requests come from both sides: a proxy calls phones, too. */
    if (ps_application_says(p, 0, "REGISTER ") || ps_application_says(p, 0, "PUBLISH "))
        *ret_way = PS_WAY_REQUEST;
    return true;
}

bool ps_application_rtsp_request(const struct ps_payload *p, enum ps_way *ret_way)
{
    static const char *const from_clients[] = {"DESCRIBE ", "SETUP ", "PLAY ", "PAUSE ", "RECORD ", "TEARDOWN "};
    struct request_line r;
    if (!read_request_line(p, &r))
        return false;
    bool scheme =
        ps_application_says_any_case(p, r.target, "RTSP://") || ps_application_says_any_case(p, r.target, "RTSPU://");
    if (r.line.ended ? !ends_in(p, &r.line, "RTSP/1.") : !scheme || !target_is_whole(p, &r, "RTSP/1."))
        return false;
    for (size_t i = 0; i < sizeof(from_clients) / sizeof(from_clients[0]); i++)
        if (ps_application_says(p, 0, from_clients[i]))
            *ret_way = PS_WAY_REQUEST;
    return true;
}

/* "SIP/2.0 200" and "RTSP/1.0 200".  Both sides may ask, so both may answer: the way stays open. */
bool ps_application_sip_or_rtsp_response(const struct ps_payload *p, enum ps_way *ret_way)
{
    (void)ret_way;
    uint32_t at = 0, status;
    while (at < 9 && ps_u8(&p->in, at) != ' ')
        at++;
    return ps_u8(&p->in, at) == ' ' && ps_application_number(p, at + 1, 4, &status) == 3 && status >= 100 &&
           status <= 699;
}
