/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of options. Refuses what strtoul() would let pass: signs, blanks, hexadecimal, overflow.
 */
#include "values.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "usage.h"

#define NS_PER_MS 1000000ull
#define NS_PER_S  (1000 * NS_PER_MS)
#define NS_PER_H  (3600 * NS_PER_S)

/* Ten years: far above every use, and far below where adding to a time stamp would overflow. */
#define TIME_LEAST NS_PER_MS
#define TIME_MOST  (87600 * NS_PER_H)

/* Longest word with a value is well below this. */
#define WORD_SIZE 32

enum digits {
    DIGITS_FINE,
    DIGITS_NONE,
    DIGITS_TOO_LARGE
};

/* Reads digits from `*text` on and moves it behind them. */
static enum digits read_digits(const char **text, uint64_t *ret_number)
{
    uint64_t number = 0;
    bool overflow = false;
    const char *at = *text;

    for (; *at >= '0' && *at <= '9'; at++) {
        const unsigned digit = (unsigned)(*at - '0');
        if (__builtin_mul_overflow(number, 10u, &number) || __builtin_add_overflow(number, digit, &number))
            overflow = true;
    }
    if (at == *text)
        return DIGITS_NONE;
    *text = at;
    if (overflow)
        return DIGITS_TOO_LARGE;
    *ret_number = number;
    return DIGITS_FINE;
}

int ps_value_number(const struct ps_option *option, const char *text, uint64_t least, uint64_t *ret_number,
                    struct ps_error *error)
{
    const char *rest = text;
    uint64_t number = 0;
    const enum digits digits = read_digits(&rest, &number);

    if (digits == DIGITS_NONE || *rest != '\0')
        return ps_cli_usage(error, "--%s wants a whole number, not \"%s\".", option->name, text);
    if (digits == DIGITS_TOO_LARGE)
        return ps_cli_usage(error, "--%s %s is too large; the largest number is %llu.", option->name, text,
                            (unsigned long long)UINT64_MAX);
    if (number < least)
        return ps_cli_usage(error, "--%s %s is too small; the smallest number is %llu.", option->name, text,
                            (unsigned long long)least);
    *ret_number = number;
    return 0;
}

/* Nanoseconds of a unit, 0 for what is none. */
static uint64_t unit_ns(const char *unit)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"", NS_PER_S}, {"s", NS_PER_S}, {"ms", NS_PER_MS}, {"m", 60 * NS_PER_S}, {"h", NS_PER_H},
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].ns;
    return 0;
}

int ps_value_time(const struct ps_option *option, const char *text, uint64_t *ret_ns, struct ps_error *error)
{
    const char *rest = text;
    uint64_t ns = 0;
    const enum digits digits = read_digits(&rest, &ns);
    const uint64_t unit = unit_ns(rest);

    if (digits == DIGITS_NONE || unit == 0)
        return ps_cli_usage(error, "--%s wants a time like 10, 10s, 500ms, 1m or 1h, not \"%s\".", option->name, text);
    if (digits == DIGITS_TOO_LARGE || __builtin_mul_overflow(ns, unit, &ns) || ns > TIME_MOST)
        return ps_cli_usage(error, "--%s %s is too long; the longest time is 87600h.", option->name, text);
    if (ns < TIME_LEAST)
        return ps_cli_usage(error, "--%s %s is too short; the shortest time is 1ms.", option->name, text);
    *ret_ns = ns;
    return 0;
}

/* Bytes of a unit, `plain` without one, 0 for what is none. */
static uint64_t unit_bytes(const char *unit, uint64_t plain)
{
    static const char units[] = "KMG";
    const char *at = unit[0] != '\0' ? strchr(units, unit[0]) : NULL;

    if (unit[0] == '\0')
        return plain;
    return at != NULL && unit[1] == '\0' ? UINT64_C(1024) << 10 * (at - units) : 0;
}

int ps_value_size(const struct ps_option *option, const char *text, uint64_t least, uint64_t plain, uint64_t *ret_bytes,
                  struct ps_error *error)
{
    const char *rest = text;
    uint64_t bytes = 0;
    const enum digits digits = read_digits(&rest, &bytes);
    const uint64_t unit = unit_bytes(rest, plain);

    if (digits == DIGITS_NONE || unit == 0)
        return ps_cli_usage(error, "--%s wants a size like 64M or 2G, not \"%s\".", option->name, text);
    if (digits == DIGITS_TOO_LARGE || __builtin_mul_overflow(bytes, unit, &bytes))
        return ps_cli_usage(error, "--%s %s is too large.", option->name, text);
    if (bytes < least) {
        const bool mega = least >> 20 != 0;
        return ps_cli_usage(error, "--%s %s is too small; the smallest size is %llu%c.", option->name, text,
                            (unsigned long long)(least >> (mega ? 20 : 10)), mega ? 'M' : 'K');
    }
    *ret_bytes = bytes;
    return 0;
}

int ps_value_network(const struct ps_option *option, const char *text, struct ps_network *ret_network,
                     struct ps_error *error)
{
    char address[INET6_ADDRSTRLEN];
    struct ps_network network = {.family = 4, .prefix = 32};
    const size_t length = strcspn(text, "/");
    const char *rest = text + length + (text[length] == '/');
    uint64_t prefix = 0;

    if (length < sizeof(address)) {
        memcpy(address, text, length);
        address[length] = '\0';
    }
    if (length >= sizeof(address) || inet_pton(AF_INET, address, network.address.octet) != 1) {
        network = (struct ps_network){.family = 6, .prefix = 128};
        if (length >= sizeof(address) || inet_pton(AF_INET6, address, network.address.octet) != 1)
            return ps_cli_usage(error, "--%s wants a network like 10.0.0.0/8 or 2001:db8::/32, not \"%s\".",
                                option->name, text);
    }
    if (text[length] == '/') {
        if (read_digits(&rest, &prefix) != DIGITS_FINE || *rest != '\0' || prefix > network.prefix)
            return ps_cli_usage(error, "--%s %s: the prefix length is a number from 0 to %u.", option->name, text,
                                (unsigned)network.prefix);
        network.prefix = (uint8_t)prefix;
    }
    *ret_network = network;
    return 0;
}

/* Says what else there is when `text` is none of the option's words. */
static int refuse_word(const struct ps_option *option, const char *text, struct ps_error *error)
{
    struct ps_nearest nearest = {.typed = text};
    char list[256] = "";

    for (const struct ps_word *word = option->words; word->name != NULL; word++) {
        if (word->later != NULL)
            continue;
        ps_nearest_offer(&nearest, word->name);
        if (list[0] != '\0')
            strncat(list, ", ", sizeof(list) - strlen(list) - 1);
        strncat(list, word->name, sizeof(list) - strlen(list) - 1);
    }
    if (nearest.word != NULL)
        return ps_cli_usage(error, "--%s does not know \"%s\"; did you mean %s?", option->name, text, nearest.word);
    return ps_cli_usage(error, "--%s does not know \"%s\"; it takes %s.", option->name, text, list);
}

int ps_value_word(const struct ps_option *option, const char *text, unsigned *ret_value, struct ps_error *error)
{
    for (const struct ps_word *word = option->words; word->name != NULL; word++) {
        if (strcmp(word->name, text) != 0)
            continue;
        if (word->later != NULL)
            return ps_cli_usage(error, "--%s %s: %s.", option->name, text, word->later);
        *ret_value = word->value;
        return 0;
    }
    return refuse_word(option, text, error);
}

/* Copies the word that ends at a comma, or at the end, cut to `size`. */
static void copy_part(char *to, size_t size, const char *from, size_t length)
{
    const size_t kept = length < size ? length : size - 1;

    memcpy(to, from, kept);
    to[kept] = '\0';
}

int ps_value_words(const struct ps_option *option, const char *text, unsigned *ret_values, struct ps_error *error)
{
    unsigned values = 0;

    for (const char *at = text;; at++) {
        const size_t length = strcspn(at, ",");
        char part[WORD_SIZE];
        unsigned value = 0;

        copy_part(part, sizeof(part), at, length);
        if (ps_value_word(option, part, &value, error) != 0)
            return -1;
        values |= value;
        at += length;
        if (*at == '\0')
            break;
    }
    *ret_values = values;
    return 0;
}

int ps_value_tunnel_port(const struct ps_option *option, const char *text, struct ps_tunnel_port *ret_port,
                         struct ps_error *error)
{
    const char *equals = strchr(text, '=');
    char kind[WORD_SIZE];
    unsigned value = 0;
    uint64_t port = 0;

    if (equals == NULL)
        return ps_cli_usage(error, "--%s wants a kind and a port like vxlan=8472, not \"%s\".", option->name, text);
    copy_part(kind, sizeof(kind), text, (size_t)(equals - text));
    if (ps_value_word(option, kind, &value, error) != 0)
        return -1;
    const char *rest = equals + 1;
    const enum digits digits = read_digits(&rest, &port);
    if (digits != DIGITS_FINE || *rest != '\0' || port < 1 || port > UINT16_MAX)
        return ps_cli_usage(error, "--%s wants a port from 1 to 65535, not \"%s\".", option->name, equals + 1);
    ret_port->kind = (uint8_t)value;
    ret_port->port = (uint16_t)port;
    return 0;
}
