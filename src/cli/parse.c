/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line, by the conventions of the GNU C library's getopt_long(): options and operands in
 * any order, "--" ends options, "--opt=value" and "--opt value", "-rFILE" and "-r FILE", clusters of
 * short options, unambiguous prefixes of long names. Written here because messages are to be made of
 * the option table, with suggestions, and the table is to be the only list of options.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply.h"
#include "portsniff/cli.h"
#include "storage.h"
#include "usage.h"

/* Each has a buffer in the kernel for every interface. */
#define THREADS_LIVE_MOST 64

struct parser {
    int argc;
    char *const *argv;
    int next; /* index of the first argument that is not used yet */
    const char **operands;
    size_t operand_count;
    struct ps_config config;
    struct ps_error *error;
};

/* Whether what is asked for is known already, and needs no more of the command line. */
static bool is_answered(const struct parser *parser)
{
    enum ps_action action = parser->config.action;
    return action != PS_ACTION_RUN && action != PS_ACTION_LIST && action != PS_ACTION_SANDBOX;
}

/* --- options ---------------------------------------------------------------------------------- */

static int apply(struct parser *parser, const struct ps_option *option, const char *value)
{
    if (option->visibility == PS_NOT_YET) {
        char name[64];
        return ps_cli_usage(parser->error, "%s: %s.", ps_option_spelling(option, name, sizeof(name)), option->later);
    }
    return ps_option_apply(option, value, &parser->config, parser->error);
}

/* The value of an option that stands alone is the next argument, whatever it looks like. */
static int apply_with_next(struct parser *parser, const struct ps_option *option)
{
    if (option->kind == PS_KIND_FLAG)
        return apply(parser, option, "");
    if (parser->next == parser->argc) {
        char name[64];
        return ps_cli_usage(parser->error, "%s wants %s, but nothing follows it.",
                            ps_option_spelling(option, name, sizeof(name)), option->argument);
    }
    return apply(parser, option, parser->argv[parser->next++]);
}

static void refuse_long(struct parser *parser, const char *typed, size_t length)
{
    char name[64];
    struct ps_nearest nearest = {.typed = name};

    snprintf(name, sizeof(name), "%.*s", (int)length, typed);
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_options[i].name != NULL && ps_options[i].visibility != PS_HIDDEN)
            ps_nearest_offer(&nearest, ps_options[i].name);
    if (nearest.word != NULL)
        ps_cli_usage(parser->error, "there is no option --%s; did you mean --%s?", name, nearest.word);
    else
        ps_cli_usage(parser->error, "there is no option --%s.", name);
}

static void refuse_prefix(struct parser *parser, const char *typed, size_t length)
{
    char list[256] = "";

    for (size_t i = 0; i < ps_option_count; i++) {
        const struct ps_option *option = &ps_options[i];
        const size_t used = strlen(list);
        if (option->visibility != PS_HIDDEN && option->name != NULL && strncmp(option->name, typed, length) == 0)
            snprintf(list + used, sizeof(list) - used, "%s--%s", used == 0 ? "" : ", ", option->name);
    }
    ps_cli_usage(parser->error, "--%.*s could be any of %s.", (int)length, typed, list);
}

/* The option with this long name or, failing that, the only one whose name begins so; NULL with the error set. */
static const struct ps_option *find_long(struct parser *parser, const char *typed, size_t length)
{
    const struct ps_option *found = NULL;
    size_t matches = 0;

    for (size_t i = 0; i < ps_option_count; i++) {
        const struct ps_option *option = &ps_options[i];
        if (option->name == NULL || strncmp(option->name, typed, length) != 0)
            continue;
        if (option->name[length] == '\0')
            return option;
        if (option->visibility == PS_HIDDEN)
            continue;
        found = option;
        matches++;
    }
    if (matches == 1)
        return found;
    if (matches > 1)
        refuse_prefix(parser, typed, length);
    else
        refuse_long(parser, typed, length);
    return NULL;
}

/* `text` is behind the two dashes. */
static int parse_long(struct parser *parser, const char *text)
{
    const size_t length = strcspn(text, "=");
    const struct ps_option *const option = find_long(parser, text, length);

    if (option == NULL)
        return -1;
    if (text[length] != '=' || option->visibility == PS_NOT_YET)
        return apply_with_next(parser, option);
    if (option->kind == PS_KIND_FLAG)
        return ps_cli_usage(parser->error, "--%s takes no value, so \"%s\" has no place.", option->name,
                            text + length + 1);
    return apply(parser, option, text + length + 1);
}

static const struct ps_option *find_short(char letter)
{
    for (size_t i = 0; i < ps_option_count; i++)
        if (ps_options[i].letter == letter)
            return &ps_options[i];
    return NULL;
}

/* `text` is behind the dash, not empty: flags, and perhaps one option with its value at the end. */
static int parse_short(struct parser *parser, const char *text)
{
    for (; *text != '\0' && !is_answered(parser); text++) {
        const struct ps_option *option = find_short(*text);
        if (option == NULL)
            return ps_cli_usage(parser->error, "there is no option -%c.", *text);
        if (option->kind != PS_KIND_FLAG && text[1] != '\0')
            return apply(parser, option, text + 1);
        if (apply_with_next(parser, option) != 0)
            return -1;
    }
    return 0;
}

static int parse_arguments(struct parser *parser)
{
    bool options_over = false;

    /* Help and version answer at once, as everywhere: what stands behind them is not looked at. */
    while (parser->next < parser->argc && !is_answered(parser)) {
        const char *text = parser->argv[parser->next++];
        int result = 0;

        if (options_over || text[0] != '-' || text[1] == '\0')
            parser->operands[parser->operand_count++] = text;
        else if (strcmp(text, "--") == 0)
            options_over = true;
        else if (text[1] == '-')
            result = parse_long(parser, text + 2);
        else
            result = parse_short(parser, text + 1);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Words of pcap-filter(7) that a filter may begin with; a file of that name does not make it a path. */
static bool begins_filter(const char *word)
{
    static const char *const words[] = {
        "ah",       "arp",    "atalk",   "broadcast", "carp",   "decnet", "dst",   "esp",       "ether",   "fddi",
        "gateway",  "geneve", "greater", "host",      "icmp",   "icmp6",  "igmp",  "igrp",      "inbound", "ip",
        "ip6",      "ipx",    "iso",     "less",      "link",   "llc",    "mpls",  "multicast", "net",     "not",
        "outbound", "pim",    "port",    "portrange", "pppoed", "pppoes", "proto", "radio",     "rarp",    "sctp",
        "src",      "stp",    "tcp",     "tr",        "type",   "udp",    "vlan",  "vrrp",      "wlan",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* "portsniff a.pcap" and "portsniff -r *.pcap" leave file names among the operands. The first one is
 * enough to tell: a filter that begins with a bare name can as well be written "host name". */
static int refuse_files(const struct parser *parser)
{
    struct stat status;

    if (parser->operand_count == 0)
        return 0;
    const char *first = parser->operands[0];
    if (strcmp(first, "-") == 0)
        return ps_cli_usage(parser->error, "\"-\" is not a filter; did you mean -r -?");
    if (begins_filter(first) || stat(first, &status) != 0)
        return 0;
    return ps_cli_usage(parser->error, "%s is the name of a file, not a filter; did you mean -r %s?", first, first);
}

static int check_input(const struct parser *parser)
{
    const struct ps_config *config = &parser->config;
    const bool live = config->source.live.interface_count > 0;

    if (live && config->source.path_count > 0)
        return ps_cli_usage(parser->error, "-i watches an interface and -r reads a saved capture; give one of them.");
    if (!live && config->source.path_count == 0)
        return ps_cli_usage(parser->error,
                            "nothing to read; name a capture with -r FILE%s, or watch an interface with -i IF "
                            "(portsniff -D lists them).",
                            isatty(STDIN_FILENO) ? "" : ", or read standard input with -r -");
    if (!live && config->duration_ns > 0)
        return ps_cli_usage(parser->error, "--duration ends a live capture (-i); of a saved one, -c N reads a part.");
    if (live && config->threads > THREADS_LIVE_MOST)
        return ps_cli_usage(parser->error, "--threads %llu is too much for live capture; the most is %d.",
                            (unsigned long long)config->threads, THREADS_LIVE_MOST);
    if (live && config->threads > 1 && config->save.path != NULL)
        return ps_cli_usage(parser->error, "-w saves what one thread captures; leave out --threads, or the saving.");
    return 0;
}

static int check_saving(const struct parser *parser)
{
    const struct ps_config *config = &parser->config;
    const struct ps_save_options *save = &config->save;
    const bool rotates = save->rotate_bytes > 0 || save->rotate_ns > 0 || save->rotate_packets > 0;

    if (save->path == NULL && (rotates || save->keep_files > 0 || save->packing != PS_SAVE_BY_NAME || save->comment))
        return ps_cli_usage(parser->error, "--rotate-..., --compress and --comment are about saving packets; say "
                                           "where to with -w FILE.");
    if (save->path == NULL)
        return 0;
    if (save->keep_files > 0 && !rotates)
        return ps_cli_usage(parser->error, "--rotate-keep wants several files; begin them with --rotate-size, "
                                           "--rotate-time or --rotate-count.");
    if (strcmp(save->path, "-") == 0 && rotates)
        return ps_cli_usage(parser->error, "-w - is one stream and cannot be rotated; give -w a file name.");
    if (strcmp(save->path, "-") == 0 && config->output == NULL)
        return ps_cli_usage(parser->error, "-w - sends packets to standard output, where the report goes too; send "
                                           "that elsewhere with -o FILE.");
    return 0;
}

static int check_whole(const struct parser *parser)
{
    const struct ps_config *config = &parser->config;
    const unsigned views = config->report.views;

    if (refuse_files(parser) != 0)
        return -1;
    if (check_input(parser) != 0 || check_saving(parser) != 0)
        return -1;
    if (config->report.format == PS_FORMAT_JSON && config->interval_ns > 0)
        return ps_cli_usage(parser->error, "--format json is one document and --interval makes several; use --format "
                                           "jsonl.");
    if (config->report.format == PS_FORMAT_CSV && (views & (views - 1)) != 0)
        return ps_cli_usage(parser->error, "--format csv is one table; give --view one name.");
    return 0;
}

static int check_list(const struct parser *parser)
{
    if (parser->operand_count > 0)
        return ps_cli_usage(parser->error, "--list-interfaces lists them all; \"%s\" has no place.",
                            parser->operands[0]);
    if (parser->config.report.format != PS_FORMAT_TEXT && parser->config.report.format != PS_FORMAT_JSON)
        return ps_cli_usage(parser->error, "--list-interfaces is text or json.");
    return 0;
}

/* Operands joined with blanks, as tcpdump does. */
static int join_filter(struct parser *parser)
{
    size_t size = 0;

    if (parser->operand_count == 0)
        return 0;
    for (size_t i = 0; i < parser->operand_count; i++)
        size += strlen(parser->operands[i]) + 1;
    char *filter = ps_config_allocate(&parser->config, size, parser->error);
    if (filter == NULL)
        return -1;
    char *at = filter;
    for (size_t i = 0; i < parser->operand_count; i++) {
        if (i > 0)
            *at++ = ' ';
        at = stpcpy(at, parser->operands[i]);
    }
    parser->config.source.filter = filter;
    return 0;
}

static int parse_all(struct parser *parser)
{
    const size_t most = parser->argc < 1 ? 1 : (size_t)parser->argc;

    if (ps_config_init(&parser->config, most, parser->error) != 0)
        return -1;
    parser->operands = ps_config_allocate(&parser->config, most * sizeof(*parser->operands), parser->error);
    if (parser->operands == NULL || parse_arguments(parser) != 0)
        return -1;
    if (is_answered(parser))
        return 0;
    if (parser->config.action == PS_ACTION_LIST)
        return check_list(parser);
    if (parser->config.action != PS_ACTION_SANDBOX && check_whole(parser) != 0)
        return -1;
    return join_filter(parser);
}

int ps_cli_parse(int argc, char *const *argv, struct ps_config *ret_config, struct ps_error *error)
{
    struct parser parser = {.argc = argc, .argv = argv, .next = 1, .error = error};

    if (parse_all(&parser) != 0) {
        const bool memory_out = ps_config_memory_out(&parser.config);
        ps_cli_finish(&parser.config);
        return memory_out ? -2 : -1;
    }
    *ret_config = parser.config;
    return 0;
}
