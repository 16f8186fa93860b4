/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads text in the format of /etc/services, services(5). Works on memory only; knows nothing of
 * the tables that the names go into. Aliases are passed over: a port is shown under one name.
 */
#include <string.h>

#include "names_internal.h"

/* A piece of a line, not NUL-terminated. */
struct word {
    const char *at;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Cuts the next word off the front of `rest`; an empty word when there is none. */
static struct word next_word(struct word *rest)
{
    while (rest->length > 0 && is_blank(*rest->at)) {
        rest->at++;
        rest->length--;
    }
    struct word word = {rest->at, 0};
    while (rest->length > 0 && !is_blank(*rest->at)) {
        rest->at++;
        rest->length--;
        word.length++;
    }
    return word;
}

static bool is_visible_ascii(struct word word)
{
    for (size_t i = 0; i < word.length; i++) {
        if (word.at[i] < '!' || word.at[i] > '~')
            return false;
    }
    return true;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool word_is(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.at, text, word.length) == 0;
}

/* PS_TRANSPORT_NONE for protocols that are not counted by port here. */
static enum ps_transport transport_of(struct word protocol)
{
    static const struct {
        const char *name;
        enum ps_transport transport;
    } known[] = {
        {"tcp", PS_TRANSPORT_TCP},   {"udp", PS_TRANSPORT_UDP},         {"sctp", PS_TRANSPORT_SCTP},
        {"dccp", PS_TRANSPORT_DCCP}, {"udplite", PS_TRANSPORT_UDPLITE},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (word_is(protocol, known[i].name))
            return known[i].transport;
    }
    return PS_TRANSPORT_NONE;
}

/* Reads "443/tcp". Returns NULL, or what is wrong with it. */
static const char *read_port(struct word word, uint16_t *ret_port, enum ps_transport *ret_transport)
{
    uint32_t port = 0;
    size_t i = 0;
    for (; i < word.length && word.at[i] >= '0' && word.at[i] <= '9'; i++) {
        port = port * 10 + (uint32_t)(word.at[i] - '0');
        if (port > 65535)
            return "the port is above 65535";
    }
    if (i == 0)
        return word.length == 0 ? "there is no port" : "the second word is not port/protocol";
    if (i == word.length || word.at[i] != '/' || i + 1 == word.length)
        return "the second word is not port/protocol";
    struct word protocol = {word.at + i + 1, word.length - i - 1};
    if (!is_visible_ascii(protocol) || memchr(protocol.at, '/', protocol.length) != NULL)
        return "the second word is not port/protocol";
    *ret_port = (uint16_t)port;
    *ret_transport = transport_of(protocol);
    return NULL;
}

struct reader {
    ps_services_entry *entry;
    void *context;
    bool out_of_memory;
};

/* One line without its newline. Returns NULL, or what is wrong with it. */
static const char *read_line(struct reader *reader, struct word line)
{
    const char *comment = memchr(line.at, '#', line.length);
    if (comment != NULL)
        line.length = (size_t)(comment - line.at);
    struct word name = next_word(&line);
    if (name.length == 0)
        return NULL;
    if (!is_visible_ascii(name))
        return "the name holds characters other than visible ASCII";
    if (!is_letter_or_digit(name.at[0]))
        return "the name does not begin with a letter or digit";
    if (name.length > PS_SERVICE_NAME_MAX)
        return "the name is longer than 63 characters";
    uint16_t port = 0;
    enum ps_transport transport = PS_TRANSPORT_NONE;
    const char *wrong = read_port(next_word(&line), &port, &transport);
    if (wrong != NULL)
        return wrong;
    for (struct word alias = next_word(&line); alias.length > 0; alias = next_word(&line)) {
        if (!is_visible_ascii(alias))
            return "an alias holds characters other than visible ASCII";
    }
    if (transport != PS_TRANSPORT_NONE && reader->entry(reader->context, transport, port, name.at, name.length) < 0)
        reader->out_of_memory = true;
    return NULL;
}

int ps_services_parse(const char *text, size_t length, const char *file, bool strict, ps_services_entry *entry,
                      void *context, struct ps_error *error)
{
    struct reader reader = {.entry = entry, .context = context};
    size_t number = 0;
    for (size_t at = 0; at < length;) {
        const char *newline = memchr(text + at, '\n', length - at);
        size_t end = newline != NULL ? (size_t)(newline - text) : length;
        const char *wrong = read_line(&reader, (struct word){text + at, end - at});
        number++;
        at = end + 1;
        if (reader.out_of_memory)
            return ps_error_set(error, "cannot load service names from %s: out of memory.", file);
        if (wrong != NULL && strict)
            return ps_error_set(error,
                                "cannot use the service names in %s: line %zu: %s.\n"
                                "  A line is: name port/protocol, such as: https 443/tcp",
                                file, number, wrong);
    }
    return 0;
}
