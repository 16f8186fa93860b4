/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line as a whole: every option reaches its place in the config, and what is wrong is
 * refused with a sentence that names it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portsniff/cli.h"

#define ARGUMENTS_MAX 48

struct line {
    struct ps_config config;
    struct ps_error error;
    int result;
};

/* Parses a command line whose arguments are separated by '|'. */
static void parse(struct line *line, const char *arguments)
{
    char text[1024];
    char *argv[ARGUMENTS_MAX] = {(char[]){"portsniff"}};
    int argc = 1;

    assert_true(strlen(arguments) < sizeof(text));
    memcpy(text, arguments, strlen(arguments) + 1);
    for (char *at = text; at != NULL && arguments[0] != '\0';) {
        assert_true(argc < ARGUMENTS_MAX);
        argv[argc++] = strsep(&at, "|");
    }
    memset(line, 0, sizeof(*line));
    line->result = ps_cli_parse(argc, argv, &line->config, &line->error);
    /* The config owns its strings: what the arguments become afterwards must not matter. */
    memset(text, '#', sizeof(text));
}

static void parse_well(struct line *line, const char *arguments)
{
    parse(line, arguments);
    if (line->result != 0)
        fail_msg("%s: %s", arguments, line->error.text);
}

static void defaults(void **state)
{
    struct line line;

    (void)state;
    parse_well(&line, "-r|a.pcap");
    const struct ps_config *config = &line.config;
    assert_int_equal(config->action, PS_ACTION_RUN);
    assert_int_equal(config->source.path_count, 1);
    assert_string_equal(config->source.paths[0], "a.pcap");
    assert_null(config->source.filter);
    assert_int_equal(config->source.reader, PS_READER_AUTO);
    assert_true(config->decode.tunnels_inner);
    assert_true(config->decode.fragments_credit);
    assert_int_equal(config->decode.tunnel_port_count, 0);
    assert_int_equal(config->report.format, PS_FORMAT_TEXT);
    assert_int_equal(config->report.views, PS_VIEW_SUMMARY);
    assert_int_equal(config->report.top, 10);
    assert_int_equal(config->report.sort, PS_SORT_BYTES);
    assert_false(config->report.numeric);
    assert_false(config->report.units_exact);
    assert_true(config->report.csv_header);
    assert_int_equal(config->color, PS_WHEN_AUTO);
    assert_int_equal(config->interval_ns, 0);
    assert_int_equal(config->count, 0);
    assert_null(config->output);
    assert_null(config->services);
    assert_false(config->quiet);
    ps_cli_finish(&line.config);
    assert_null(line.config.storage);
}

/* Every option with a number or a word, in its spellings; `value` is what the config then holds. */
static const struct {
    const char *arguments;
    size_t offset, size;
    uint64_t value;
} scalars[] = {
#define AT(member) offsetof(struct ps_config, member), sizeof(((struct ps_config *)0)->member)
    {"-c|1", AT(count), 1},
    {"-c7", AT(count), 7},
    {"--count=18446744073709551615", AT(count), UINT64_MAX},
    {"--count|0099", AT(count), 99},
    {"-c|1|-c|2", AT(count), 2},
    {"-t|10", AT(interval_ns), 10000000000},
    {"-t10s", AT(interval_ns), 10000000000},
    {"--interval=1ms", AT(interval_ns), 1000000},
    {"--interval|500ms", AT(interval_ns), 500000000},
    {"--interv|1m", AT(interval_ns), 60000000000},
    {"-t|1h", AT(interval_ns), 3600000000000},
    {"-t|87600h", AT(interval_ns), 315360000000000000},
    {"--reader|native", AT(source.reader), PS_READER_NATIVE},
    {"--reader=libpcap", AT(source.reader), PS_READER_LIBPCAP},
    {"--reader=libpcap|--reader=auto", AT(source.reader), PS_READER_AUTO},
    {"--tunnels|outer", AT(decode.tunnels_inner), false},
    {"--tunnels=outer|--tunnels=inner", AT(decode.tunnels_inner), true},
    {"--fragments|header", AT(decode.fragments_credit), false},
    {"--fragments=header|--fragments=credit", AT(decode.fragments_credit), true},
    {"--view|ports", AT(report.views), PS_VIEW_PORTS},
    {"--view=pairs", AT(report.views), PS_VIEW_PAIRS},
    {"--view|ranges,hosts", AT(report.views), PS_VIEW_RANGES | PS_VIEW_HOSTS},
    {"--view|timeline,tunnels,ledger", AT(report.views), PS_VIEW_TIMELINE | PS_VIEW_TUNNELS | PS_VIEW_LEDGER},
    {"--view|services,flows", AT(report.views), PS_VIEW_SERVICES | PS_VIEW_FLOWS},
    {"--view|findings,ephemeral", AT(report.views), PS_VIEW_FINDINGS | PS_VIEW_EPHEMERAL},
    {"--view|summary,ports,ports", AT(report.views), PS_VIEW_SUMMARY | PS_VIEW_PORTS},
    {"--view|ports|--view|pairs", AT(report.views), PS_VIEW_PAIRS},
    {"--top|0", AT(report.top), 0},
    {"--top=65536", AT(report.top), 65536},
    {"--sort|packets", AT(report.sort), PS_SORT_PACKETS},
    {"--sort=port", AT(report.sort), PS_SORT_PORT},
    {"--sort=flows", AT(report.sort), PS_SORT_FLOWS},
    {"--sort|clients", AT(report.sort), PS_SORT_CLIENTS},
    {"-t|1s|-fjsonl", AT(report.format), PS_FORMAT_JSONL},
    {"--sort=port|--sort=bytes", AT(report.sort), PS_SORT_BYTES},
    {"-f|json", AT(report.format), PS_FORMAT_JSON},
    {"-fjsonl", AT(report.format), PS_FORMAT_JSONL},
    {"--format=csv", AT(report.format), PS_FORMAT_CSV},
    {"--format|text", AT(report.format), PS_FORMAT_TEXT},
    {"-f|csv|--view|pairs", AT(report.format), PS_FORMAT_CSV},
    {"-n", AT(report.numeric), true},
    {"--numeric", AT(report.numeric), true},
    {"-nn", AT(report.numeric), true},
    {"--units|exact", AT(report.units_exact), true},
    {"--units=exact|--units=human", AT(report.units_exact), false},
    {"--color|always", AT(color), PS_WHEN_ALWAYS},
    {"--color=never", AT(color), PS_WHEN_NEVER},
    {"--color=never|--color=auto", AT(color), PS_WHEN_AUTO},
    {"-q", AT(quiet), true},
    {"--quiet", AT(quiet), true},
    {"--qui", AT(quiet), true},
    {"-pqn", AT(quiet), true},
    {"--self", AT(self), true},
    {"--threads|3", AT(threads), 3},
    {"--threads=1", AT(threads), 1},
    {"--max-memory|64M", AT(max_memory), 64 << 20},
    {"--max-memory=67108864", AT(max_memory), 64 << 20},
    {"-s|0", AT(source.live.snapshot_length), PS_LIVE_SNAPSHOT_FULL},
    {"-s|1", AT(source.live.snapshot_length), 1},
    {"-s|262143", AT(source.live.snapshot_length), 262143},
    {"-s|99999999999", AT(source.live.snapshot_length), PS_LIVE_SNAPSHOT_FULL},
    {"-B|4096", AT(source.live.buffer_bytes), 4096 << 10},
    {"-B|1K", AT(source.live.buffer_bytes), 1024},
    {"--buffer|1G", AT(source.live.buffer_bytes), 1 << 30},
    {"-w|x|--compress|none", AT(save.packing), PS_SAVE_PLAIN},
    {"-w|x|--rotate-size|1024", AT(save.rotate_bytes), 1024},
    {"-w|x|--compress|gzip", AT(save.packing), PS_SAVE_GZIP},
    {"-p", AT(quiet), false},
#undef AT
};

/* The 1, 4 or 8 bytes of a member as a number. */
static uint64_t member(const struct ps_config *config, size_t offset, size_t size)
{
    const char *at = (const char *)config + offset;
    uint8_t one;
    uint32_t four;
    uint64_t eight;

    switch (size) {
    case 1:
        memcpy(&one, at, 1);
        return one;
    case 4:
        memcpy(&four, at, 4);
        return four;
    default:
        assert_int_equal(size, 8);
        memcpy(&eight, at, 8);
        return eight;
    }
}

static void scalar_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        char arguments[256];
        struct line line;
        snprintf(arguments, sizeof(arguments), "-r|a|%s", scalars[i].arguments);
        parse_well(&line, arguments);
        const uint64_t value = member(&line.config, scalars[i].offset, scalars[i].size);
        if (value != scalars[i].value)
            fail_msg("%s: got %llu", arguments, (unsigned long long)value);
        ps_cli_finish(&line.config);
    }
}

static void paths(void **state)
{
    struct line line;

    (void)state;
    parse_well(&line, "-r|a|--read=b|-rc|--read|-|-r-r|--read|e|-o|out|--services=names");
    assert_int_equal(line.config.source.path_count, 6);
    static const char *const expected[] = {"a", "b", "c", "-", "-r", "e"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(line.config.source.paths[i], expected[i]);
    assert_string_equal(line.config.output, "out");
    assert_string_equal(line.config.services, "names");
    ps_cli_finish(&line.config);

    parse_well(&line, "-r|a|-o|out|-o|-");
    assert_null(line.config.output);
    ps_cli_finish(&line.config);
}

static void interfaces(void **state)
{
    struct line line;

    (void)state;
    parse_well(&line, "-i|eth0|--interface=any|-ilo|-s96|-B|1M|--promiscuous|--immediate|-a|90s|tcp");
    static const char *const expected[] = {"eth0", "any", "lo"};
    const struct ps_live_options *live = &line.config.source.live;
    assert_int_equal(line.config.source.path_count, 0);
    assert_int_equal(live->interface_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(live->interfaces[i], expected[i]);
    assert_int_equal(live->snapshot_length, 96);
    assert_int_equal(live->buffer_bytes, 1 << 20);
    assert_true(live->promiscuous);
    assert_true(live->immediate);
    assert_int_equal(line.config.duration_ns, 90000000000);
    assert_string_equal(line.config.source.filter, "tcp");
    ps_cli_finish(&line.config);

    parse_well(&line, "-i|eth0|-p|-f|json");
    assert_int_equal(line.config.source.live.snapshot_length, 0);
    assert_int_equal(line.config.source.live.buffer_bytes, 0);
    assert_false(line.config.source.live.promiscuous);
    assert_false(line.config.source.live.immediate);
    assert_int_equal(line.config.interval_ns, 0);
    ps_cli_finish(&line.config);
}

static void saving(void **state)
{
    struct line line;

    (void)state;
    parse_well(&line, "-i|a|-w|b|--rotate-size=2M|--rotate-time|1h|--rotate-count|7|--rotate-keep=3|--compress|zstd|"
                      "--comment|two words");
    const struct ps_save_options *save = &line.config.save;
    assert_string_equal(save->path, "b");
    assert_int_equal(save->rotate_bytes, 2 << 20);
    assert_int_equal(save->rotate_ns, 3600000000000);
    assert_int_equal(save->rotate_packets, 7);
    assert_int_equal(save->keep_files, 3);
    assert_int_equal(save->packing, PS_SAVE_ZSTD);
    assert_string_equal(save->comment, "two words");
    ps_cli_finish(&line.config);

    parse_well(&line, "-r|a|-w|-|-o|x");
    assert_string_equal(line.config.save.path, "-");
    assert_int_equal(line.config.save.packing, PS_SAVE_BY_NAME);
    ps_cli_finish(&line.config);

    parse_well(&line, "-r|a");
    assert_null(line.config.save.path);
    ps_cli_finish(&line.config);
}

static void tunnel_ports(void **state)
{
    struct line line;

    (void)state;
    parse_well(&line, "-r|a|--tunnel-port|vxlan=8472|--tunnel-port=geneve=1|--tunnel-port=gtpu=65535|"
                      "--tunnel-p|teredo=3545|--tunnel-port|vxlan=8472");
    static const struct ps_tunnel_port expected[] = {
        {8472, PS_TUNNEL_VXLAN}, {1, PS_TUNNEL_GENEVE}, {65535, PS_TUNNEL_GTPU}, {3545, PS_TUNNEL_TEREDO}};
    assert_int_equal(line.config.decode.tunnel_port_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(line.config.decode.tunnel_port[i].port, expected[i].port);
        assert_int_equal(line.config.decode.tunnel_port[i].kind, expected[i].kind);
    }
    ps_cli_finish(&line.config);
}

/* `count` options with different ports behind "-r a". */
static void parse_tunnel_ports(struct line *line, int count)
{
    char arguments[1024] = "-r|a";

    for (int i = 0; i < count; i++) {
        const size_t used = strlen(arguments);
        snprintf(arguments + used, sizeof(arguments) - used, "|--tunnel-port=vxlan=%d", 100 + i);
    }
    parse(line, arguments);
}

static void tunnel_ports_most(void **state)
{
    struct line line;

    (void)state;
    parse_tunnel_ports(&line, PS_TUNNEL_PORTS_MAX);
    assert_int_equal(line.result, 0);
    assert_int_equal(line.config.decode.tunnel_port_count, PS_TUNNEL_PORTS_MAX);
    ps_cli_finish(&line.config);

    parse_tunnel_ports(&line, PS_TUNNEL_PORTS_MAX + 1);
    assert_int_equal(line.result, -1);
    assert_non_null(strstr(line.error.text, "more than 32 ports"));
}

static const struct {
    const char *arguments, *filter;
} filters[] = {
    {"-r|a|tcp port 80", "tcp port 80"},
    {"-r|a|tcp|port|80", "tcp port 80"},
    {"tcp|-r|a|port|-n|80", "tcp port 80"},
    {"-r|a|--|-r|b", "-r b"},
    {"-r|a|--|--|x", "-- x"},
    {"udp|-ra|--", "udp"},
    /* A file may be called like a word of the filter language. */
    {"-r|a|host|10.0.0.1", "host 10.0.0.1"},
};

static void operands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct line line;
        parse_well(&line, filters[i].arguments);
        assert_string_equal(line.config.source.filter, filters[i].filter);
        assert_int_equal(line.config.source.path_count, 1);
        ps_cli_finish(&line.config);
    }
}

static const struct {
    const char *arguments;
    enum ps_action action;
} actions[] = {
    {"-h", PS_ACTION_HELP},
    {"--help", PS_ACTION_HELP},
    {"--hel", PS_ACTION_HELP},
    {"-V", PS_ACTION_VERSION},
    {"--version", PS_ACTION_VERSION},
    {"-nqV", PS_ACTION_VERSION},
    {"-r|a|tcp|-h", PS_ACTION_HELP},
    /* What stands behind is not looked at. */
    {"-h|-V", PS_ACTION_HELP},
    {"-D|-h", PS_ACTION_HELP},
    {"-D", PS_ACTION_LIST},
    {"-f|json|--list-interfaces", PS_ACTION_LIST},
    {"-nDq", PS_ACTION_LIST},
    {"-hx", PS_ACTION_HELP},
    {"-V|--nonsense", PS_ACTION_VERSION},
    {"--completion|bash", PS_ACTION_COMPLETION},
    {"--completion=zsh", PS_ACTION_COMPLETION},
    {"--completion=fish", PS_ACTION_COMPLETION},
    {"--man-options", PS_ACTION_MAN},
};

static void other_actions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        struct line line;
        parse_well(&line, actions[i].arguments);
        assert_int_equal(line.config.action, actions[i].action);
        if (line.config.action == PS_ACTION_COMPLETION)
            assert_string_equal(line.config.completion_shell, actions[i].arguments + strlen("--completion="));
        ps_cli_finish(&line.config);
    }
}

/* What is refused, and the words of the sentence that matter. */
static const struct {
    const char *arguments, *says;
} refusals[] = {
    {"", "name a capture with -r FILE"},
    {"-n", "name a capture with -r FILE"},
    {"-r", "--read wants FILE, but nothing follows it"},
    {"-nr", "--read wants FILE, but nothing follows it"},
    {"--read", "--read wants FILE, but nothing follows it"},
    {"-r|", "--read wants the name of a file"},
    {"--read=", "--read wants the name of a file"},
    {"-r|a|-o|", "--output wants the name of a file"},
    {"-r|a|--services=", "--services wants the name of a file"},
    {"-r|a|-", "did you mean -r -?"},
    {"-r|a|-x", "there is no option -x"},
    {"-r|a|-nx", "there is no option -x"},
    {"-r|a|--nonsense", "there is no option --nonsense."},
    {"-r|a|--colour=always", "there is no option --colour; did you mean --color?"},
    {"-r|a|--formta|json", "did you mean --format?"},
    {"-r|a|--completio|bash", "there is no option --completio."},
    {"-r|a|--man-option", "there is no option --man-option."},
    {"-r|a|--rea|b", "--rea could be any of --read, --reader."},
    {"-r|a|--re|b", "--re could be any of --read, --reader."},
    {"-r|a|--inter|3", "--inter could be any of --interface, --interval."},
    {"-r|a|--=3", "-- could be any of --read"},
    {"-r|a|--numeric=1", "--numeric takes no value"},
    {"-r|a|--help=", "--help takes no value"},
    {"-r|a|-c|0", "--count 0 is too small; the smallest number is 1"},
    {"-r|a|-c|", "--count wants a whole number, not \"\""},
    {"-r|a|-c|-1", "--count wants a whole number, not \"-1\""},
    {"-r|a|-c|+1", "--count wants a whole number"},
    {"-r|a|-c| 1", "--count wants a whole number"},
    {"-r|a|-c|1 ", "--count wants a whole number"},
    {"-r|a|-c|0x10", "--count wants a whole number"},
    {"-r|a|-c|1e3", "--count wants a whole number"},
    {"-r|a|-c|18446744073709551616", "--count 18446744073709551616 is too large"},
    {"-r|a|-c|99999999999999999999999999", "is too large"},
    {"-r|a|--top|18446744073709551616", "is too large"},
    {"-r|a|--top|ten", "--top wants a whole number, not \"ten\""},
    {"-r|a|-t|0", "--interval 0 is too short; the shortest time is 1ms"},
    {"-r|a|-t|0h", "too short"},
    {"-r|a|-t|", "--interval wants a time like 10, 10s"},
    {"-r|a|-t|s", "--interval wants a time like"},
    {"-r|a|-t|10us", "--interval wants a time like"},
    {"-r|a|-t|10S", "--interval wants a time like"},
    {"-r|a|-t|1.5", "--interval wants a time like"},
    {"-r|a|-t|10 s", "--interval wants a time like"},
    {"-r|a|-t|87601h", "--interval 87601h is too long; the longest time is 87600h"},
    {"-r|a|-t|315360001", "too long"},
    {"-r|a|-t|18446744073709551615h", "too long"},
    {"-r|a|-t|18446744073709551616", "too long"},
    {"-r|a|--tunnel-port|vxlan=0", "--tunnel-port wants a port from 1 to 65535, not \"0\""},
    {"-r|a|--tunnel-port|vxlan=65536", "from 1 to 65535"},
    {"-r|a|--tunnel-port|vxlan=", "from 1 to 65535"},
    {"-r|a|--tunnel-port|vxlan=80,81", "from 1 to 65535"},
    {"-r|a|--tunnel-port|vxlan=99999999999999999999", "from 1 to 65535"},
    {"-r|a|--tunnel-port|vxlan", "like vxlan=8472"},
    {"-r|a|--tunnel-port|8472", "like vxlan=8472"},
    {"-r|a|--tunnel-port|vlan=5", "did you mean vxlan?"},
    {"-r|a|--tunnel-port|=5", "it takes vxlan, geneve, gtpu, teredo"},
    {"-r|a|--tunnel-port|vxlan=5|--tunnel-port|gtpu=5", "port 5 is another tunnel already"},
    {"-r|a|--view|port", "did you mean ports?"},
    {"-r|a|--view|", "--view does not know \"\"; it takes summary, services, findings, flows, ephemeral, ports, pairs"},
    {"-r|a|--view|ports,", "--view does not know \"\""},
    {"-r|a|--view|,ports", "--view does not know \"\""},
    {"-r|a|--view|ports,zebra", "--view does not know \"zebra\""},
    {"-r|a|--view|Ports", "did you mean ports?"},
    {"-r|a|--view|flow", "--view does not know \"flow\""},
    {"-r|a|--sort|servers", "--sort does not know \"servers\""},
    {"-r|a|-f|json|-t|1s", "--format json is one document and --interval makes several; use --format jsonl."},
    {"-r|a|-t|1s|--format=json", "--format json is one document"},
    {"-r|a|--sort|name", "it takes bytes, packets, flows, clients, port."},
    {"-r|a|-f|jsn", "--format does not know \"jsn\"; did you mean json?"},
    {"-r|a|-f|xml", "it takes text, json, jsonl, csv."},
    {"-r|a|--reader|fast", "it takes auto, native, libpcap."},
    {"-r|a|--tunnels|both", "it takes inner, outer."},
    {"-r|a|--fragments|none", "it takes credit, header."},
    {"-r|a|--units|si", "it takes human, exact."},
    {"-r|a|--color|sometimes", "it takes auto, always, never."},
    {"--completion|tcsh", "it takes bash, zsh, fish."},
    {"-r|a|-f|csv|--view|ports,pairs", "--format csv is one table; give --view one name"},
    {"", "watch an interface with -i IF"},
    {"-i|", "--interface wants the name of an interface"},
    {"-i|a|-i|", "--interface wants the name of an interface"},
    {"-i|eth0|-r|a", "-i watches an interface and -r reads a saved capture; give one of them"},
    {"-r|a|-i|eth0", "give one of them"},
    {"-i|eth0|-t|1s|-f|json", "--format json is one document"},
    {"-i|eth0|--threads=2|-w|x", "-w saves what one thread captures"},
    {"-i|eth0|--threads=65", "--threads 65 is too much for live capture; the most is 64"},
    {"-r|a|--threads=0", "--threads 0 is too small; the smallest number is 1"},
    {"-r|a|-a|10", "--duration ends a live capture"},
    {"-i|a|-a|0", "--duration 0 is too short"},
    {"-i|a|-s|-1", "--snapshot-length wants a whole number"},
    {"-i|a|-B|1T", "--buffer-size wants a size"},
    {"-i|a|-B|0", "--buffer-size 0 is too small; the smallest size is 1K"},
    {"-i|a|-B|18014398509481984", "--buffer-size 18014398509481984 is too large"},
    {"-r|a|--max-memory|1M", "--max-memory 1M is too small; the smallest size is 64M"},
    {"-r|a|--max-memory|67108863", "the smallest size is 64M"},
    {"-i|a|-w|", "--write wants the name of a file"},
    {"-i|a|-w|-", "-w - sends packets to standard output, where the report goes too"},
    {"-i|a|-w|-|-o|-", "-w - sends packets to standard output"},
    {"-i|a|-w|-|-o|x|--rotate-count|5", "-w - is one stream and cannot be rotated"},
    {"-i|a|--rotate-size|1M", "say where to with -w FILE"},
    {"-i|a|--rotate-time|1h", "say where to with -w FILE"},
    {"-i|a|--rotate-count|1", "say where to with -w FILE"},
    {"-i|a|--rotate-keep|1", "say where to with -w FILE"},
    {"-i|a|--compress|gzip", "say where to with -w FILE"},
    {"-i|a|--comment|x", "say where to with -w FILE"},
    {"-i|a|-w|b|--rotate-keep|3", "--rotate-keep wants several files"},
    {"-i|a|-w|b|--rotate-size|1023", "--rotate-size 1023 is too small; the smallest size is 1K"},
    {"-i|a|-w|b|--rotate-count|0", "--rotate-count 0 is too small"},
    {"-i|a|-w|b|--rotate-keep|0", "--rotate-keep 0 is too small"},
    {"-i|a|-w|b|--compress|xz", "it takes none, gzip, zstd"},
    {"-i|a|-w|b|--rotate|3", "could be any of --rotate-size, --rotate-time, --rotate-count, --rotate-keep"},
    {"-D|eth0", "\"eth0\" has no place"},
    {"-D|-f|csv", "--list-interfaces is text or json"},
    {"-D|-f|jsonl", "--list-interfaces is text or json"},
};

static void refused(void **state)
{
    static const char hint[] = "\n  portsniff --help lists the options.";

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct line line;
        parse(&line, refusals[i].arguments);
        if (line.result != -1)
            fail_msg("%s: accepted", refusals[i].arguments);
        if (strstr(line.error.text, refusals[i].says) == NULL)
            fail_msg("%s: %s", refusals[i].arguments, line.error.text);
        const size_t length = strlen(line.error.text);
        assert_true(length > sizeof(hint) - 1);
        assert_string_equal(line.error.text + length - (sizeof(hint) - 1), hint);
        /* The output is untouched. */
        static const struct ps_config zero;
        assert_memory_equal(&line.config, &zero, sizeof(zero));
    }
}

/* An argument that is longer than the message can be must not cost the hint. */
static void long_argument(void **state)
{
    char arguments[1000];
    struct line line;

    (void)state;
    memset(arguments, 'z', sizeof(arguments));
    memcpy(arguments, "-r|a|--", 7);
    arguments[sizeof(arguments) - 1] = '\0';
    parse(&line, arguments);
    assert_int_equal(line.result, -1);
    memcpy(arguments, "-r|a|-c", 7);
    parse(&line, arguments);
    assert_int_equal(line.result, -1);
    assert_non_null(strstr(line.error.text, "--help"));
}

/* A file name where a filter is expected is what "-r *.pcap" leaves. */
static void files_as_operands(void **state)
{
    char folder[] = "/tmp/portsniff-XXXXXX";
    char before[4096];
    struct line line;

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    static const char *const names[] = {"b.pcap", "tcp"};
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(names[i], "w");
        assert_non_null(file);
        fclose(file);
    }
    parse(&line, "-r|a.pcap|b.pcap|c.pcap");
    const int with_option = line.result;
    assert_non_null(strstr(line.error.text, "did you mean -r b.pcap?"));
    parse(&line, "b.pcap");
    const int alone = line.result;
    assert_non_null(strstr(line.error.text, "did you mean -r b.pcap?"));
    parse(&line, "-r|a.pcap|tcp");
    const int word = line.result;
    ps_cli_finish(&line.config);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(unlink(names[i]), 0);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(with_option, -1);
    assert_int_equal(alone, -1);
    assert_int_equal(word, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),          cmocka_unit_test(scalar_options), cmocka_unit_test(paths),
        cmocka_unit_test(interfaces),        cmocka_unit_test(saving),         cmocka_unit_test(tunnel_ports),
        cmocka_unit_test(tunnel_ports_most), cmocka_unit_test(operands),       cmocka_unit_test(other_actions),
        cmocka_unit_test(refused),           cmocka_unit_test(long_argument),  cmocka_unit_test(files_as_operands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
