/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads JSON by its grammar (RFC 8259) and keeps nothing.  Stricter in one thing: all bytes are printable ASCII or
 * newlines, as they are where nothing may steer a terminal.
 */
#include "json_check.h"

#include <string.h>

#define DEPTH_MAX 64

struct reader {
    const char *at, *end;
    unsigned depth;
    bool wrong;
};

static void value(struct reader *r);

static char look(const struct reader *r)
{
    return r->at < r->end && !r->wrong ? *r->at : '\0';
}

static void blanks(struct reader *r)
{
    while (look(r) == ' ' || look(r) == '\n')
        r->at++;
}

static bool accept(struct reader *r, char c)
{
    bool there = look(r) == c && c != '\0';
    r->at += there;
    return there;
}

static void expect(struct reader *r, char c)
{
    r->wrong |= !accept(r, c);
}

static bool is_hex(char c)
{
    return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

static void string(struct reader *r)
{
    expect(r, '"');
    while (!r->wrong && !accept(r, '"')) {
        char c = look(r);
        r->wrong |= c < ' ' || c > '~';
        r->at++;
        if (c != '\\')
            continue;
        c = look(r);
        r->wrong |= c == '\0' || strchr("\"\\/bfnrtu", c) == NULL;
        r->at++;
        for (int i = 0; c == 'u' && i < 4; i++, r->at++)
            r->wrong |= !is_hex(look(r));
    }
}

static void digits(struct reader *r)
{
    r->wrong |= look(r) < '0' || look(r) > '9';
    while (look(r) >= '0' && look(r) <= '9')
        r->at++;
}

static void number(struct reader *r)
{
    accept(r, '-');
    if (!accept(r, '0'))
        digits(r);
    if (accept(r, '.'))
        digits(r);
    if (accept(r, 'e') || accept(r, 'E')) {
        if (!accept(r, '+'))
            accept(r, '-');
        digits(r);
    }
}

/* An object or an array, behind its opening bracket. */
static void members(struct reader *r, bool named, char close)
{
    blanks(r);
    if (accept(r, close))
        return;
    do {
        blanks(r);
        if (named) {
            string(r);
            blanks(r);
            expect(r, ':');
        }
        value(r);
    } while (accept(r, ','));
    expect(r, close);
}

static void word(struct reader *r, const char *text)
{
    while (*text)
        expect(r, *text++);
}

static void value(struct reader *r)
{
    r->wrong |= ++r->depth > DEPTH_MAX;
    blanks(r);
    char c = look(r);
    if (accept(r, '{'))
        members(r, true, '}');
    else if (accept(r, '['))
        members(r, false, ']');
    else if (c == '"')
        string(r);
    else if (c == 't' || c == 'f')
        word(r, c == 't' ? "true" : "false");
    else if (c == 'n')
        word(r, "null");
    else
        number(r);
    blanks(r);
    r->depth--;
}

bool json_check(const char *text, size_t length)
{
    struct reader r = {.at = text, .end = text + length};
    value(&r);
    return !r.wrong && r.at == r.end;
}
