/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes captures for measuring and for checking large counts: heavy-tailed flows in several mixes, the same bytes for the
 * same options on every machine, and the counts that belong to them.  Sends nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tally.h"
#include "trace.h"
#include "traffic.h"

struct options {
    uint64_t packets, flows, seed;
    enum mix mix;
    struct trace_form form;
    const char *expected, *output;
};

static int usage(void)
{
    fputs("usage: generate [-n PACKETS] [-f FLOWS] [-m MIX] [-s SEED] [-p] [-N] [-e EXPECTED] OUTPUT\n"
          "  -n  packets (1000000)          -f  flows to draw from (PACKETS / 10)\n"
          "  -m  imix, min, big, hdr, scan, hostile (imix)\n"
          "  -s  seed (1)                   -p  pcapng instead of pcap\n"
          "  -N  nanoseconds                -e  also write the packets and bytes per port\n"
          "OUTPUT - is standard output.\n",
          stderr);
    return 2;
}

static bool parse_number(const char *text, uint64_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text == '-')
        return false;
    *ret_number = number;
    return true;
}

static bool parse_mix(const char *text, enum mix *ret_mix)
{
    for (unsigned i = 0; i < MIX_COUNT; i++) {
        if (!strcmp(text, mix_name[i])) {
            *ret_mix = (enum mix)i;
            return true;
        }
    }
    return false;
}

static bool parse_option(struct options *options, int letter, const char *value)
{
    switch (letter) {
    case 'n':
        return parse_number(value, &options->packets);
    case 'f':
        return parse_number(value, &options->flows) && options->flows - 1 <= UINT32_MAX;
    case 'm':
        return parse_mix(value, &options->mix);
    case 's':
        return parse_number(value, &options->seed);
    case 'p':
        options->form.pcapng = true;
        return true;
    case 'N':
        options->form.nanoseconds = true;
        return true;
    case 'e':
        options->expected = value;
        return true;
    default:
        return false;
    }
}

static bool parse(struct options *options, int argc, char **argv)
{
    for (int letter; (letter = getopt(argc, argv, "n:f:m:s:pNe:")) != -1;)
        if (!parse_option(options, letter, optarg))
            return false;
    if (argc - optind != 1)
        return false;
    options->output = argv[optind];
    if (!options->flows)
        options->flows = options->packets < 10 ? 1 : options->packets / 10;
    return options->flows - 1 <= UINT32_MAX;
}

/* Closes a file that was written; false, with a message, when not everything is there. */
static bool close_written(FILE *file, const char *name)
{
    bool good = !ferror(file);
    if (fclose(file) || !good) {
        fprintf(stderr, "generate: writing %s failed: %s; is there room for it?\n", name, strerror(errno));
        return false;
    }
    return true;
}

static FILE *open_for_writing(const char *name)
{
    FILE *file = strcmp(name, "-") ? fopen(name, "wb") : stdout;
    if (!file)
        fprintf(stderr, "generate: cannot write %s: %s.\n", name, strerror(errno));
    return file;
}

static bool write_trace(const struct options *options, struct traffic *traffic, struct tally *tally)
{
    FILE *file = open_for_writing(options->output);
    if (!file)
        return false;
    setvbuf(file, NULL, _IOFBF, 1 << 18);
    trace_begin(file, options->form);
    for (uint64_t i = 0; i < options->packets && !ferror(file); i++) {
        traffic_next(traffic);
        tally_add(tally, traffic);
        trace_packet(file, options->form, traffic->time_ns, traffic->bytes, traffic->captured, traffic->original);
    }
    return close_written(file, options->output);
}

static bool write_expected(const struct options *options, const struct tally *tally)
{
    FILE *file = open_for_writing(options->expected);
    if (!file)
        return false;
    tally_write(tally, file);
    return close_written(file, options->expected);
}

int main(int argc, char **argv)
{
    struct options options = {.packets = 1000000, .seed = 1};
    if (!parse(&options, argc, argv))
        return usage();
    static struct traffic traffic;
    struct tally *tally = tally_create();
    bool good = traffic_init(&traffic, options.mix, options.flows, options.seed) && tally;
    if (!good)
        fputs("generate: memory is out; ask for fewer flows (-f).\n", stderr);
    good = good && write_trace(&options, &traffic, tally) && (!options.expected || write_expected(&options, tally));
    traffic_finish(&traffic);
    tally_destroy(tally);
    return good ? 0 : 1;
}
