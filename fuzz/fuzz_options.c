/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command lines: the input is the arguments, each ended by a zero byte or a newline.  A line is refused with a sentence
 * that a terminal may see, and then the config stays as it was; or it is taken, and then the config is whole, within its
 * bounds and lives without the arguments.
 */
#include <stdlib.h>
#include <string.h>

#include "portsniff/cli.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGUMENTS_MAX 64

/* A line, and what was made of it. */
struct line {
    char *text; /* owned; what argv points into */
    char *argv[ARGUMENTS_MAX + 1];
    int argc;
    int result;
    struct ps_config config;
    struct ps_error error;
};

static void split(struct line *line, const uint8_t *data, size_t size)
{
    static char name[] = "portsniff";
    line->text = malloc(size + 1);
    rule(line->text != NULL, "there is memory");
    for (size_t i = 0; i < size; i++)
        line->text[i] = data[i] == '\n' ? '\0' : (char)data[i];
    line->text[size] = '\0';
    line->argv[0] = name;
    line->argc = 1;
    for (size_t at = 0; at < size && line->argc < ARGUMENTS_MAX; at += strlen(line->text + at) + 1)
        line->argv[line->argc++] = line->text + at;
    line->argv[line->argc] = NULL;
}

/* Parses.  The arguments are gone afterwards, so that whoever still looks at them is seen to. */
static void parse(struct line *line, const uint8_t *data, size_t size)
{
    split(line, data, size);
    memset(&line->config, 0x5a, sizeof(line->config));
    memset(&line->error, 0, sizeof(line->error));
    line->result = ps_cli_parse(line->argc, line->argv, &line->config, &line->error);
    free(line->text);
}

static void check_refused(const struct line *line)
{
    static const char hint[] = "\n  portsniff --help lists the options.";
    const char *text = line->error.text;
    rule(memchr(text, '\0', sizeof(line->error.text)) != NULL, "the sentence ends");
    rule(strlen(text) > sizeof(hint), "what is refused is refused with a sentence");
    rule(strcmp(text + strlen(text) - strlen(hint), hint) == 0, "it ends in the hint");
    rule_printable(text, true, "the sentence is printable");
    for (size_t i = 0; i < sizeof(line->config); i++)
        rule(((const uint8_t *)&line->config)[i] == 0x5a, "what is refused leaves the config as it was");
}

static size_t text_length(const char *text)
{
    return text ? strlen(text) : 0;
}

/* Every string can be read to its end.  Returns how long they are together. */
static size_t check_strings(const struct ps_config *config)
{
    size_t length = text_length(config->completion_shell) + text_length(config->source.filter) +
                    text_length(config->output) + text_length(config->services) + text_length(config->user) +
                    text_length(config->save.path) + text_length(config->save.comment);
    for (size_t i = 0; i < config->source.path_count; i++)
        length += strlen(config->source.paths[i]);
    for (size_t i = 0; i < config->source.live.interface_count; i++)
        length += strlen(config->source.live.interfaces[i]);
    return length;
}

static void check_bounds(const struct ps_config *config)
{
    const struct ps_report_options *report = &config->report;
    const uint64_t ten_years = UINT64_C(87600) * 3600 * 1000000000;
    rule(config->action <= PS_ACTION_MAN && config->color <= PS_WHEN_NEVER, "words have their values");
    rule(config->source.reader <= PS_READER_LIBPCAP, "there is such a reader");
    rule(report->format < PS_FORMAT_COUNT && report->sort < PS_SORT_COUNT, "there is such a format and order");
    rule(report->views != 0 && report->width >= 40, "a report shows something");
    rule(report->local_count <= PS_LOCAL_MAX, "networks have their place");
    for (size_t i = 0; i < report->local_count; i++) {
        const struct ps_network *network = &report->local[i];
        rule(network->family == 4 ? network->prefix <= 32 : network->family == 6 && network->prefix <= 128,
             "a prefix is no longer than an address");
    }
    rule(config->decode.tunnel_port_count <= PS_TUNNEL_PORTS_MAX, "tunnel ports have their place");
    for (size_t i = 0; i < config->decode.tunnel_port_count; i++)
        rule(config->decode.tunnel_port[i].port > 0 && config->decode.tunnel_port[i].kind < PS_TUNNEL_COUNT,
             "a tunnel port is one");
    rule(config->interval_ns <= ten_years && config->duration_ns <= ten_years, "times are no longer than ten years");
    rule(config->max_memory == 0 || config->max_memory >= UINT64_C(1) << 20, "a bound of memory can be kept");
}

/* What a run may rely on. */
static void check_run(const struct ps_config *config)
{
    bool live = config->source.live.interface_count > 0;
    rule(live != (config->source.path_count > 0), "a run has interfaces or captures, not both");
    rule(live || config->duration_ns == 0, "saved captures have no duration");
    rule(config->report.format != PS_FORMAT_CSV || (config->report.views & (config->report.views - 1)) == 0,
         "CSV is one table");
    rule(config->report.format != PS_FORMAT_JSON || config->interval_ns == 0, "JSON is one document");
}

static void check_taken(const struct line *line, size_t size)
{
    rule(line->error.text[0] == '\0', "what is taken has no error");
    rule(check_strings(&line->config) <= 2 * size + 64, "strings are those that were given");
    check_bounds(&line->config);
    if (line->config.action == PS_ACTION_RUN)
        check_run(&line->config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct line line, again;
    if (size > 4096)
        return 0;
    parse(&line, data, size);
    parse(&again, data, size);
    rule(line.result == again.result && strcmp(line.error.text, again.error.text) == 0, "it is parsed alike again");
    if (line.result != 0) {
        rule(line.result == -1, "there are two answers");
        check_refused(&line);
        return 0;
    }
    check_taken(&line, size);
    rule(check_strings(&line.config) == check_strings(&again.config), "its strings are the same again");
    ps_cli_finish(&line.config);
    ps_cli_finish(&again.config);
    return 0;
}
