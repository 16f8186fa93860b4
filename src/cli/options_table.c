/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The option table. Adding an option is: a row here, an id in options.h, a case in apply.c, and
 * `tests/cli/generated.py --update` for the copies in doc/ and completions/.
 */
#include "options.h"

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
        .id = PS_OPTION_INTERFACE,
        .name = "interface",
        .letter = 'i',
        .kind = PS_KIND_INTERFACE,
        .argument = "IF",
        .help = "capture on IF, any for all; -D lists them",
        .group = PS_GROUP_INPUT,
        .repeats = true,
        .manual = "Watch an interface: a summary every ten seconds\n"
                  ".Pq Fl t ,\n"
                  "and the report of the whole at the end, see\n"
                  ".Sx LIVE CAPTURE .\n"
                  "The name\n"
                  ".Cm any\n"
                  "stands for all interfaces.\n"
                  "May be repeated, but not beside\n"
                  ".Fl r .\n",
    },
    {
        .id = PS_OPTION_LIST,
        .name = "list-interfaces",
        .letter = 'D',
        .kind = PS_KIND_FLAG,
        .help = "list interfaces",
        .group = PS_GROUP_INPUT,
        .manual = "List the interfaces that packets can be captured on, with their state, link type\n"
                  "and addresses.\n"
                  "With\n"
                  ".Fl f Cm json\n"
                  "the list is one document, with\n"
                  ".Cm schema , generator\n"
                  "and the list\n"
                  ".Cm interfaces\n"
                  "of\n"
                  ".Cm name , state , link_type , loopback , wireless , addresses , description .\n",
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
        .id = PS_OPTION_DURATION,
        .name = "duration",
        .letter = 'a',
        .kind = PS_KIND_TIME,
        .argument = "TIME",
        .help = "stop after TIME (with -i)",
        .group = PS_GROUP_INPUT,
        .manual = "Stop watching after\n"
                  ".Ar TIME ,\n"
                  "a number and a unit as for\n"
                  ".Fl t .\n",
    },
    {
        .id = PS_OPTION_SNAPLEN,
        .name = "snapshot-length",
        .letter = 's',
        .kind = PS_KIND_NUMBER,
        .argument = "N",
        .help = "bytes kept of each packet",
        .group = PS_GROUP_LIVE,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Keep at most\n"
                  ".Ar N\n"
                  "bytes of each packet, 0 for all of them.\n"
                  "The default is enough for the headers of a tunnel and the beginning of what they carry (320), and\n"
                  "all bytes when packets are saved\n"
                  ".Pq Fl w .\n"
                  "Bytes on the wire are counted either way.\n",
    },
    {
        .id = PS_OPTION_BUFFER,
        .name = "buffer-size",
        .letter = 'B',
        .kind = PS_KIND_SIZE,
        .argument = "SIZE",
        .help = "kernel buffer for each interface",
        .group = PS_GROUP_LIVE,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Size of the buffer in which the kernel keeps packets of one interface until they are\n"
                  "read, with a unit K, M or G (powers of 1024); without a unit it is K, as for\n"
                  ".Xr tcpdump 8 .\n"
                  "The default is 32M; a larger one survives longer stalls.\n",
    },
    {
        .id = PS_OPTION_PROMISCUOUS,
        .name = "promiscuous",
        .kind = PS_KIND_FLAG,
        .help = "also what is addressed to others",
        .group = PS_GROUP_LIVE,
        .visibility = PS_MANUAL_ONLY,
        .manual =
            "Put the interface into promiscuous mode, so that it also hands over what is addressed to other hosts.\n"
            "It is not done unless asked for: it changes the interface for everybody, and on a bridge it makes the\n"
            "kernel copy every packet that is forwarded.\n",
    },
    {
        .id = PS_OPTION_IMMEDIATE,
        .name = "immediate",
        .kind = PS_KIND_FLAG,
        .help = "hand over each packet at once",
        .group = PS_GROUP_LIVE,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Have each packet handed over at once instead of in blocks that may wait for a tenth of a second.\n"
                  "This makes summaries no more exact, and costs about twenty times as much time per packet, because\n"
                  "libpcap then uses an older interface of the kernel\n"
                  ".Pq TPACKET_V2 .\n",
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
                  "Live capture does so by itself, for every 10s.\n"
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
        .visibility = PS_MANUAL_ONLY,
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
        .visibility = PS_MANUAL_ONLY,
        .manual = "How later IP fragments count, which do not hold the ports themselves.\n",
    },
    {
        .id = PS_OPTION_MAX_MEMORY,
        .name = "max-memory",
        .kind = PS_KIND_SIZE,
        .argument = "SIZE",
        .help = "bound for the tables (64M, 2G)",
        .group = PS_GROUP_COUNTING,
        .manual =
            "Keep the tables of flows, port pairs, hosts and tunnels within\n"
            ".Ar SIZE\n"
            "bytes, with a unit K, M or G (powers of 1024); at least 64M.\n"
            "What finds no room is folded into its service, its ports or one sum: totals stay exact, and the\n"
            "report says how much was folded.\n"
            "With 128M or more, a flood of new flows does not push out those that last: while most packets begin\n"
            "a flow, it gets its place with its second packet, and its first one counts as a flow of its own.\n"
            "Without the option, memory grows with the number of flows of saved captures; live capture keeps\n"
            "within 512M, and flows leave its tables after five minutes of silence, open TCP connections after\n"
            "an hour.\n",
    },
    {
        .id = PS_OPTION_THREADS,
        .name = "threads",
        .kind = PS_KIND_NUMBER,
        .argument = "N",
        .help = "threads that count",
        .group = PS_GROUP_COUNTING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Count with\n"
                  ".Ar N\n"
                  "threads, at least 1.\n"
                  "The answer is the same for every\n"
                  ".Ar N .\n"
                  "The default is one for each processor for saved captures, and 1 for live capture, where the kernel\n"
                  "deals flows out to the threads, each of which has a buffer of its own.\n",
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
        .visibility = PS_MANUAL_ONLY,
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
        .visibility = PS_MANUAL_ONLY,
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
        .id = PS_OPTION_SELF,
        .name = "self",
        .kind = PS_KIND_FLAG,
        .help = "what portsniff itself needs",
        .group = PS_GROUP_OUTPUT,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Also show what\n"
                  ".Nm\n"
                  "itself needed: processor time, time per packet and memory.\n",
    },
    {
        .id = PS_OPTION_WRITE,
        .name = "write",
        .letter = 'w',
        .kind = PS_KIND_FILE,
        .argument = "FILE",
        .help = "also save the packets as pcapng",
        .group = PS_GROUP_SAVING,
        .manual =
            "Also save the packets that are counted in\n"
            ".Ar FILE ,\n"
            "as pcapng; a file of that name is replaced, and\n"
            ".Sq -\n"
            "is standard output.\n"
            "If the disk is full or the directory goes away, saving stops with a message, and counting goes on.\n",
    },
    {
        .id = PS_OPTION_ROTATE_SIZE,
        .name = "rotate-size",
        .kind = PS_KIND_SIZE,
        .argument = "SIZE",
        .help = "another file after SIZE (1M, 2G)",
        .group = PS_GROUP_SAVING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Begin another file before this one grows beyond\n"
                  ".Ar SIZE ,\n"
                  "before compression, with a unit K, M or G (powers of 1024).\n"
                  "Names of files get a number and the time at which they begin.\n",
    },
    {
        .id = PS_OPTION_ROTATE_TIME,
        .name = "rotate-time",
        .kind = PS_KIND_TIME,
        .argument = "TIME",
        .help = "another file every TIME",
        .group = PS_GROUP_SAVING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Begin another file at every multiple of\n"
                  ".Ar TIME ,\n"
                  "by the clock (UTC).\n",
    },
    {
        .id = PS_OPTION_ROTATE_COUNT,
        .name = "rotate-count",
        .kind = PS_KIND_NUMBER,
        .argument = "N",
        .help = "another file after N packets",
        .group = PS_GROUP_SAVING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Begin another file after\n"
                  ".Ar N\n"
                  "packets, at least 1.\n",
    },
    {
        .id = PS_OPTION_ROTATE_KEEP,
        .name = "rotate-keep",
        .kind = PS_KIND_NUMBER,
        .argument = "N",
        .help = "files to keep",
        .group = PS_GROUP_SAVING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Keep the last\n"
                  ".Ar N\n"
                  "files of this run, at least 1, and delete older ones; the default is to keep all.\n",
    },
    {
        .id = PS_OPTION_COMPRESS,
        .name = "compress",
        .kind = PS_KIND_WORD,
        .argument = "HOW",
        .words = ps_compress_words,
        .help = "pack what is saved",
        .group = PS_GROUP_SAVING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Pack what is saved.\n"
                  "Without the option the name decides: it ends in .gz or .zst.\n",
    },
    {
        .id = PS_OPTION_COMMENT,
        .name = "comment",
        .kind = PS_KIND_NAME,
        .argument = "TEXT",
        .help = "comment in what is saved",
        .group = PS_GROUP_SAVING,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Put\n"
                  ".Ar TEXT\n"
                  "into what is saved, as its comment.\n",
    },
    {
        .id = PS_OPTION_SANDBOX,
        .name = "sandbox",
        .kind = PS_KIND_WORD,
        .argument = "MODE",
        .words = ps_sandbox_words,
        .standard = "auto",
        .help = "what is given up before packets are read",
        .group = PS_GROUP_OTHER,
        .visibility = PS_MANUAL_ONLY,
        .manual = "How much\n"
                  ".Nm\n"
                  "gives up before it looks at the first packet: root, capabilities, files that are not named, the\n"
                  "network, other processes and most system calls.\n",
    },
    {
        .id = PS_OPTION_SHOW_SANDBOX,
        .name = "show-sandbox",
        .kind = PS_KIND_FLAG,
        .help = "what that is here",
        .group = PS_GROUP_OTHER,
        .visibility = PS_MANUAL_ONLY,
        .manual = "Tell what a run with the other options given would give up on this system, and read nothing.\n",
    },
    {
        .id = PS_OPTION_USER,
        .name = "user",
        .kind = PS_KIND_NAME,
        .argument = "NAME",
        .help = "user to become",
        .group = PS_GROUP_OTHER,
        .visibility = PS_MANUAL_ONLY,
        .manual = "When started as root, become the user\n"
                  ".Ar NAME\n"
                  "(or number) once interfaces are open, and before captures are.\n"
                  "The default is who called\n"
                  ".Xr sudo 8 ,\n"
                  "else nobody for live capture; root stays, with no capability that is not needed, where that user\n"
                  "could not read or write the files that are named.\n",
    },
    {
        .id = PS_OPTION_QUIET,
        .name = "quiet",
        .letter = 'q',
        .kind = PS_KIND_FLAG,
        .help = "no progress, no first line",
        .group = PS_GROUP_OTHER,
        .manual =
            "Show neither the progress of reading, which appears only where standard error is a terminal, nor the\n"
            "line with which live capture begins.\n",
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
