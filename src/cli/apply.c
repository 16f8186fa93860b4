/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One option into the config: the only place that knows what an option does to it.
 */
#include "apply.h"

#include <string.h>

#include "storage.h"
#include "usage.h"
#include "values.h"

#define KILO (UINT64_C(1) << 10)
#define MEGA (UINT64_C(1) << 20)

/* Counters and services have a size of their own, below which no bound can be kept. */
#define MEMORY_LEAST (64 * MEGA)

static int refuse_empty(const struct ps_option *option, struct ps_error *error)
{
    return ps_cli_usage(error, "--%s wants the name of a file, not \"\".", option->name);
}

static int keep_path(const struct ps_option *option, const char *value, struct ps_config *config, const char **ret_path,
                     struct ps_error *error)
{
    if (value[0] == '\0')
        return refuse_empty(option, error);
    const char *copy = ps_config_copy(config, value, error);
    if (copy == NULL)
        return -1;
    *ret_path = copy;
    return 0;
}

static int add_path(const struct ps_option *option, const char *value, struct ps_config *config, struct ps_error *error)
{
    if (value[0] == '\0')
        return refuse_empty(option, error);
    return ps_config_add_path(config, value, error);
}

static int add_interface(const struct ps_option *option, const char *value, struct ps_config *config,
                         struct ps_error *error)
{
    if (value[0] == '\0')
        return ps_cli_usage(error, "--%s wants the name of an interface, not \"\"; portsniff -D lists them.",
                            option->name);
    return ps_config_add_interface(config, value, error);
}

static int keep_text(const char *value, struct ps_config *config, const char **ret_text, struct ps_error *error)
{
    const char *copy = ps_config_copy(config, value, error);

    if (copy == NULL)
        return -1;
    *ret_text = copy;
    return 0;
}

/* 0 is the whole packet. */
static int set_snapshot_length(const struct ps_option *option, const char *value, struct ps_live_options *live,
                               struct ps_error *error)
{
    uint64_t bytes;

    if (ps_value_number(option, value, 0, &bytes, error) != 0)
        return -1;
    live->snapshot_length = bytes == 0 || bytes > PS_LIVE_SNAPSHOT_FULL ? PS_LIVE_SNAPSHOT_FULL : (uint32_t)bytes;
    return 0;
}

/* "-" is standard output. */
static int set_output(const struct ps_option *option, const char *value, struct ps_config *config,
                      struct ps_error *error)
{
    if (strcmp(value, "-") == 0) {
        config->output = NULL;
        return 0;
    }
    return keep_path(option, value, config, &config->output, error);
}

static int add_local(const struct ps_option *option, const char *value, struct ps_report_options *report,
                     struct ps_error *error)
{
    if (report->local_count == PS_LOCAL_MAX)
        return ps_cli_usage(error, "--%s may be given %d times.", option->name, PS_LOCAL_MAX);
    if (ps_value_network(option, value, &report->local[report->local_count], error) != 0)
        return -1;
    report->local_count++;
    return 0;
}

static int add_tunnel_port(const struct ps_option *option, const char *value, struct ps_decode_options *decode,
                           struct ps_error *error)
{
    struct ps_tunnel_port added = {0};

    if (ps_value_tunnel_port(option, value, &added, error) != 0)
        return -1;
    for (size_t i = 0; i < decode->tunnel_port_count; i++) {
        const struct ps_tunnel_port *known = &decode->tunnel_port[i];
        if (known->port != added.port)
            continue;
        if (known->kind == added.kind)
            return 0;
        return ps_cli_usage(error, "--%s %s: port %u is another tunnel already.", option->name, value,
                            (unsigned)added.port);
    }
    if (decode->tunnel_port_count == PS_TUNNEL_PORTS_MAX)
        return ps_cli_usage(error, "--%s %s: more than %d ports are not taken.", option->name, value,
                            PS_TUNNEL_PORTS_MAX);
    decode->tunnel_port[decode->tunnel_port_count++] = added;
    return 0;
}

static int set_top(const struct ps_option *option, const char *value, struct ps_config *config, struct ps_error *error)
{
    uint64_t rows;

    if (ps_value_number(option, value, 0, &rows, error) != 0)
        return -1;
    config->report.top = rows > SIZE_MAX ? SIZE_MAX : (size_t)rows;
    return 0;
}

/* Options whose value is one of a few words. */
static int apply_word(const struct ps_option *option, const char *text, struct ps_config *config,
                      struct ps_error *error)
{
    unsigned value = 0;

    if (ps_value_word(option, text, &value, error) != 0)
        return -1;
    switch (option->id) {
    case PS_OPTION_READER:
        config->source.reader = (enum ps_reader)value;
        break;
    case PS_OPTION_TUNNELS:
        config->decode.tunnels_inner = value != 0;
        break;
    case PS_OPTION_FRAGMENTS:
        config->decode.fragments_credit = value != 0;
        break;
    case PS_OPTION_SORT:
        config->report.sort = (enum ps_sort)value;
        break;
    case PS_OPTION_FORMAT:
        config->report.format = (enum ps_format)value;
        break;
    case PS_OPTION_UNITS:
        config->report.units_exact = value != 0;
        break;
    case PS_OPTION_COLOR:
        config->color = (enum ps_when)value;
        break;
    case PS_OPTION_COMPRESS:
        config->save.packing = (enum ps_save_packing)value;
        break;
    case PS_OPTION_SANDBOX:
        config->sandbox = (enum ps_guard_mode)value;
        break;
    case PS_OPTION_COMPLETION:
        config->action = PS_ACTION_COMPLETION;
        config->completion_shell = ps_shell_words[value].name;
        break;
    default:
        break;
    }
    return 0;
}

static void apply_flag(const struct ps_option *option, struct ps_config *config)
{
    switch (option->id) {
    case PS_OPTION_NUMERIC:
        config->report.numeric = true;
        break;
    case PS_OPTION_QUIET:
        config->quiet = true;
        break;
    case PS_OPTION_LIST:
        config->action = PS_ACTION_LIST;
        break;
    case PS_OPTION_PROMISCUOUS:
        config->source.live.promiscuous = true;
        break;
    case PS_OPTION_IMMEDIATE:
        config->source.live.immediate = true;
        break;
    case PS_OPTION_SELF:
        config->self = true;
        break;
    case PS_OPTION_SHOW_SANDBOX:
        config->action = PS_ACTION_SANDBOX;
        break;
    case PS_OPTION_HELP:
        config->action = PS_ACTION_HELP;
        break;
    case PS_OPTION_VERSION:
        config->action = PS_ACTION_VERSION;
        break;
    case PS_OPTION_MAN:
        config->action = PS_ACTION_MAN;
        break;
    default: /* PS_OPTION_NOTHING */
        break;
    }
}

/* Options of live capture and of saving. */
static int apply_live(const struct ps_option *option, const char *value, struct ps_config *config,
                      struct ps_error *error)
{
    struct ps_save_options *save = &config->save;

    switch (option->id) {
    case PS_OPTION_INTERFACE:
        return add_interface(option, value, config, error);
    case PS_OPTION_DURATION:
        return ps_value_time(option, value, &config->duration_ns, error);
    case PS_OPTION_SNAPLEN:
        return set_snapshot_length(option, value, &config->source.live, error);
    case PS_OPTION_BUFFER: /* without a unit as tcpdump has it */
        return ps_value_size(option, value, KILO, KILO, &config->source.live.buffer_bytes, error);
    case PS_OPTION_WRITE:
        return keep_path(option, value, config, &save->path, error);
    case PS_OPTION_ROTATE_SIZE:
        return ps_value_size(option, value, KILO, 1, &save->rotate_bytes, error);
    case PS_OPTION_ROTATE_TIME:
        return ps_value_time(option, value, &save->rotate_ns, error);
    case PS_OPTION_ROTATE_COUNT:
        return ps_value_number(option, value, 1, &save->rotate_packets, error);
    case PS_OPTION_ROTATE_KEEP:
        return ps_value_number(option, value, 1, &save->keep_files, error);
    case PS_OPTION_USER:
        return keep_text(value, config, &config->user, error);
    case PS_OPTION_COMMENT:
        return keep_text(value, config, &save->comment, error);
    default:
        return 0;
    }
}

int ps_option_apply(const struct ps_option *option, const char *value, struct ps_config *config, struct ps_error *error)
{
    switch (option->id) {
    case PS_OPTION_READ:
        return add_path(option, value, config, error);
    case PS_OPTION_COUNT:
        return ps_value_number(option, value, 1, &config->count, error);
    case PS_OPTION_INTERVAL:
        return ps_value_time(option, value, &config->interval_ns, error);
    case PS_OPTION_TUNNEL_PORT:
        return add_tunnel_port(option, value, &config->decode, error);
    case PS_OPTION_MAX_MEMORY:
        return ps_value_size(option, value, MEMORY_LEAST, 1, &config->max_memory, error);
    case PS_OPTION_THREADS:
        return ps_value_number(option, value, 1, &config->threads, error);
    case PS_OPTION_LOCAL:
        return add_local(option, value, &config->report, error);
    case PS_OPTION_VIEW:
        return ps_value_words(option, value, &config->report.views, error);
    case PS_OPTION_TOP:
        return set_top(option, value, config, error);
    case PS_OPTION_OUTPUT:
        return set_output(option, value, config, error);
    case PS_OPTION_SERVICES:
        return keep_path(option, value, config, &config->services, error);
    default:
        break;
    }
    if (option->kind == PS_KIND_WORD)
        return apply_word(option, value, config, error);
    if (option->kind != PS_KIND_FLAG)
        return apply_live(option, value, config, error);
    apply_flag(option, config);
    return 0;
}
