/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The option table. Adding an option is: a row here, an id in options.h, a case in apply.c, and
 * `tests/cli/generated.py --update` for the copies in doc/ and completions/.
 *
 * Refuses to know what the options do to a run: that is apply.c's business.
 */
#include "options.h"

#include <stdio.h>

#define LATER_LIVE                                                                             \
    "live capture is not in this version; record with 'tcpdump -i eth0 -w file.pcap' and run " \
    "'portsniff -r file.pcap'"

const struct ps_option ps_options[] = {
    {
        .id = PS_OPTION_READ,
        .name = "read",
        .letter = 'r',
        .kind = PS_KIND_FILE,
        .argument = "FILE",
        .help = "capture file, directory, or - for standard input",
        .group = PS_GROUP_INPUT,
        .repeats = true,
        .manual = "Read the packets of a saved capture.\n"
                  "The formats pcap and pcapng are known, also compressed by gzip, zstd, xz, lz4 or\n"
                  "bzip2; the content decides, not the name.\n"
                  "A\n"
                  ".Sq -\n"
                  "is standard input, and a directory stands for every capture in it.\n"
                  "The option may be repeated: all files together are one timeline.\n",
    },
    {
        .id = PS_OPTION_READER,
        .name = "reader",
        .kind = PS_KIND_WORD,
        .argument = "NAME",
        .words = ps_reader_words,
        .standard = "auto",
        .help = "reader",
        .group = PS_GROUP_INPUT,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Choose the code that reads the files.\n"
                  "The answer is the same; this serves to compare one reader with the other.\n",
    },
    {
        .id = PS_OPTION_COUNT,
        .name = "count",
        .letter = 'c',
        .kind = PS_KIND_NUMBER,
        .argument = "N",
        .help = "stop after N packets",
        .group = PS_GROUP_INPUT,
        .manual = "Stop after\n"
                  ".Ar N\n"
                  "packets, at least 1; packets that the filter leaves out are not among them.\n",
    },
    {
        .id = PS_OPTION_INTERVAL,
        .name = "interval",
        .letter = 't',
        .kind = PS_KIND_TIME,
        .argument = "TIME",
        .help = "also a summary every TIME: 10, 10s, 500ms, 1m, 1h",
        .group = PS_GROUP_COUNTING,
        .manual = "Besides the report of the whole, write one for every\n"
                  ".Ar TIME :\n"
                  "a number and\n"
                  ".Cm ms , s , m\n"
                  "or\n"
                  ".Cm h\n"
                  "(none means seconds), from 1ms to 87600h.\n"
                  "The packets' own time is the clock, and intervals are aligned to it: with\n"
                  ".Cm 10s\n"
                  "they begin at the seconds 0, 10, 20 and so on of every minute.\n"
                  "The intervals add up to the whole.\n"
                  "The format\n"
                  ".Cm json\n"
                  "is one document and takes no intervals;\n"
                  ".Cm jsonl\n"
                  "does.\n",
    },
    {
        .id = PS_OPTION_TUNNELS,
        .name = "tunnels",
        .kind = PS_KIND_WORD,
        .argument = "WHICH",
        .words = ps_tunnels_words,
        .standard = "inner",
        .help = "ports that count",
        .group = PS_GROUP_COUNTING,
        .manual = "Which ports count when a packet is carried in VXLAN, Geneve, GTP-U or Teredo.\n"
                  "Either way the packet counts once, with all its bytes.\n",
    },
    {
        .id = PS_OPTION_TUNNEL_PORT,
        .name = "tunnel-port",
        .kind = PS_KIND_TUNNEL_PORT,
        .argument = "KIND=PORT",
        .words = ps_tunnel_port_words,
        .help = "tunnel at PORT",
        .group = PS_GROUP_COUNTING,
        .repeats = true,
        .manual = "Take UDP port\n"
                  ".Ar PORT\n"
                  "(1 to 65535) for a tunnel too, beside the standard one.\n"
                  "May be repeated, for up to 32 ports.\n",
    },
    {
        .id = PS_OPTION_FRAGMENTS,
        .name = "fragments",
        .kind = PS_KIND_WORD,
        .argument = "HOW",
        .words = ps_fragments_words,
        .standard = "credit",
        .help = "later fragments",
        .group = PS_GROUP_COUNTING,
        .manual = "How later IP fragments count, which do not hold the ports themselves.\n",
    },
    {
        .id = PS_OPTION_MAX_MEMORY,
        .name = "max-memory",
        .kind = PS_KIND_SIZE,
        .argument = "SIZE",
        .help = "bound for the tables (64M, 2G)",
        .group = PS_GROUP_COUNTING,
        .manual = "Keep the tables of flows, port pairs, hosts and tunnels within\n"
                  ".Ar SIZE\n"
                  "bytes, with a unit K, M or G (powers of 1024); at least 64M.\n"
                  "What finds no room is folded into its service, its ports or one sum: totals stay exact, and the\n"
                  "report says how much was folded.\n"
                  "Without the option, memory grows with the number of flows.\n",
    },
    {
        .id = PS_OPTION_VIEW,
        .name = "view",
        .kind = PS_KIND_WORDS,
        .argument = "NAME,...",
        .words = ps_view_words,
        .standard = "summary",
        .help = "tables",
        .group = PS_GROUP_OUTPUT,
        .manual = "Which tables to show, separated by commas.\n"
                  "The format\n"
                  ".Cm csv\n"
                  "holds one table and takes one name.\n",
    },
    {
        .id = PS_OPTION_LOCAL,
        .name = "local",
        .kind = PS_KIND_NETWORK,
        .argument = "NET",
        .visibility = PS_MANUAL_ONLY,
        .help = "addresses that the flows view lists first",
        .group = PS_GROUP_OUTPUT,
        .repeats = true,
        .manual =
            "Addresses in\n"
            ".Ar NET\n"
            "(as in 10.0.0.0/8 or 2001:db8::/32) are local: the flows view lists the local end first instead of the\n"
            "client.\n"
            "May be repeated, for up to 32 networks.\n",
    },
    {
        .id = PS_OPTION_TOP,
        .name = "top",
        .kind = PS_KIND_NUMBER,
        .argument = "N",
        .standard = "10",
        .help = "rows per table, 0 for all",
        .group = PS_GROUP_OUTPUT,
        .manual = "Show at most\n"
                  ".Ar N\n"
                  "rows of a table, 0 for all.\n"
                  "What is below the cut is shown as one row\n"
                  ".Dq other ,\n"
                  "so that tables add up.\n",
    },
    {
        .id = PS_OPTION_SORT,
        .name = "sort",
        .kind = PS_KIND_WORD,
        .argument = "KEY",
        .words = ps_sort_words,
        .standard = "bytes",
        .help = "by",
        .group = PS_GROUP_OUTPUT,
        .manual = "Order of the rows, and so which ones are above the cut.\n"
                  "A table that does not know the key is in the order of bytes; temporary ports and\n"
                  "findings have an order of their own.\n",
    },
    {
        .id = PS_OPTION_FORMAT,
        .name = "format",
        .letter = 'f',
        .kind = PS_KIND_WORD,
        .argument = "FORMAT",
        .words = ps_format_words,
        .standard = "text",
        .help = "output",
        .group = PS_GROUP_OUTPUT,
        .manual = "Form of the output, see\n"
                  ".Sx OUTPUT .\n",
    },
    {
        .id = PS_OPTION_OUTPUT,
        .name = "output",
        .letter = 'o',
        .kind = PS_KIND_FILE,
        .argument = "FILE",
        .help = "write the report to FILE",
        .group = PS_GROUP_OUTPUT,
        .manual = "Write to\n"
                  ".Ar FILE\n"
                  "instead of standard output; a file of that name is replaced.\n",
    },
    {
        .id = PS_OPTION_NUMERIC,
        .name = "numeric",
        .letter = 'n',
        .kind = PS_KIND_FLAG,
        .help = "no service names",
        .group = PS_GROUP_OUTPUT,
        .manual = "Show port numbers without service names.\n"
                  "The DNS is never asked, with or without this option.\n",
    },
    {
        .id = PS_OPTION_SERVICES,
        .name = "services",
        .kind = PS_KIND_FILE,
        .argument = "FILE",
        .help = "service names from FILE first",
        .group = PS_GROUP_OUTPUT,
        .manual = "Take service names from\n"
                  ".Ar FILE ,\n"
                  "in the format of\n"
                  ".Xr services 5 ,\n"
                  "ahead of the system's and the built-in ones.\n",
    },
    {
        .id = PS_OPTION_UNITS,
        .name = "units",
        .kind = PS_KIND_WORD,
        .argument = "STYLE",
        .words = ps_units_words,
        .standard = "human",
        .help = "numbers",
        .group = PS_GROUP_OUTPUT,
        .manual = "How the text format shows numbers of bytes.\n"
                  "The other formats always hold plain integers.\n",
    },
    {
        .id = PS_OPTION_COLOR,
        .name = "color",
        .kind = PS_KIND_WORD,
        .argument = "WHEN",
        .words = ps_color_words,
        .standard = "auto",
        .help = "colours",
        .group = PS_GROUP_OUTPUT,
        .manual = "When the text format is coloured.\n"
                  "Colour never carries a meaning that the text does not.\n",
    },
    {
        .id = PS_OPTION_QUIET,
        .name = "quiet",
        .letter = 'q',
        .kind = PS_KIND_FLAG,
        .help = "no progress line",
        .group = PS_GROUP_OTHER,
        .manual = "Show no progress.\n"
                  "It is shown only where standard error is a terminal.\n",
    },
    {
        .id = PS_OPTION_NOTHING,
        .letter = 'p',
        .kind = PS_KIND_FLAG,
        .help = "changes nothing",
        .group = PS_GROUP_OTHER,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Changes nothing; accepted because of habits from\n"
                  ".Xr tcpdump 8 ,\n"
                  "where it keeps an interface out of promiscuous mode.\n",
    },
    {
        .id = PS_OPTION_HELP,
        .name = "help",
        .letter = 'h',
        .kind = PS_KIND_FLAG,
        .help = "this help",
        .group = PS_GROUP_OTHER,
        .manual = "List the options.\n",
    },
    {
        .id = PS_OPTION_VERSION,
        .name = "version",
        .letter = 'V',
        .kind = PS_KIND_FLAG,
        .help = "version",
        .group = PS_GROUP_OTHER,
        .manual = "Show the version.\n",
    },
    /* Known to prefixes and to the parser already, so that a script's abbreviation that works now goes on working. */
    {.id = PS_OPTION_LATER, .name = "interface", .letter = 'i', .visibility = PS_NOT_YET, .later = LATER_LIVE},
    {
        .id = PS_OPTION_LATER,
        .name = "list-interfaces",
        .letter = 'D',
        .visibility = PS_NOT_YET,
        .later = "interfaces cannot be listed in this version; use 'tcpdump -D'",
    },
    {
        .id = PS_OPTION_LATER,
        .name = "write",
        .letter = 'w',
        .visibility = PS_NOT_YET,
        .later = "packets cannot be saved in this version; use 'tcpdump -r file.pcap -w part.pcap FILTER'",
    },
    {
        .id = PS_OPTION_LATER,
        .name = "duration",
        .letter = 'a',
        .visibility = PS_NOT_YET,
        .later = "stopping after a time is not in this version; stop after a number of packets with "
                 "-c N, or record with 'timeout 60 tcpdump -i eth0 -w file.pcap'",
    },
    {
        .id = PS_OPTION_LATER,
        .name = "threads",
        .visibility = PS_NOT_YET,
        .later = "several threads are not in this version; leave the option out, the answer is the same",
    },
    {
        .id = PS_OPTION_LATER,
        .name = "snapshot-length",
        .letter = 's',
        .visibility = PS_NOT_YET,
        .later = LATER_LIVE,
    },
    {.id = PS_OPTION_LATER, .name = "buffer-size", .letter = 'B', .visibility = PS_NOT_YET, .later = LATER_LIVE},
    {.id = PS_OPTION_LATER, .name = "promiscuous", .visibility = PS_NOT_YET, .later = LATER_LIVE},
    {.id = PS_OPTION_LATER, .name = "immediate", .visibility = PS_NOT_YET, .later = LATER_LIVE},
    /* For the build: what is checked in is made by these. */
    {
        .id = PS_OPTION_COMPLETION,
        .name = "completion",
        .kind = PS_KIND_WORD,
        .argument = "SHELL",
        .words = ps_shell_words,
        .visibility = PS_HIDDEN,
    },
    {.id = PS_OPTION_MAN, .name = "man-options", .kind = PS_KIND_FLAG, .visibility = PS_HIDDEN},
};

const size_t ps_option_count = sizeof(ps_options) / sizeof(ps_options[0]);

static const char *const group_titles[] = {
    [PS_GROUP_INPUT] = "Input",
    [PS_GROUP_COUNTING] = "Counting",
    [PS_GROUP_OUTPUT] = "Output",
    [PS_GROUP_OTHER] = "Other",
};
_Static_assert(sizeof(group_titles) / sizeof(group_titles[0]) == PS_GROUP_COUNT, "a title per group");

char *ps_option_spelling(const struct ps_option *option, char *to, size_t size)
{
    if (option->name != NULL)
        snprintf(to, size, "--%s", option->name);
    else
        snprintf(to, size, "-%c", option->letter);
    return to;
}

bool ps_option_is_documented(const struct ps_option *option)
{
    return option->visibility == PS_SHOWN || option->visibility == PS_MANUAL_ONLY;
}

const char *ps_option_group_title(enum ps_option_group group)
{
    return group_titles[group];
}
