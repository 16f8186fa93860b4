/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The option table: the one place where an option is described. The parser, --help, the manual's
 * option section and the completions are all made from it. Room: cli, internal.
 */
#ifndef PORTSNIFF_CLI_OPTIONS_H
#define PORTSNIFF_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum ps_option_id {
    PS_OPTION_READ,
    PS_OPTION_READER,
    PS_OPTION_COUNT,
    PS_OPTION_INTERVAL,
    PS_OPTION_TUNNELS,
    PS_OPTION_TUNNEL_PORT,
    PS_OPTION_FRAGMENTS,
    PS_OPTION_VIEW,
    PS_OPTION_TOP,
    PS_OPTION_SORT,
    PS_OPTION_FORMAT,
    PS_OPTION_OUTPUT,
    PS_OPTION_NUMERIC,
    PS_OPTION_SERVICES,
    PS_OPTION_MAX_MEMORY,
    PS_OPTION_LOCAL,
    PS_OPTION_UNITS,
    PS_OPTION_COLOR,
    PS_OPTION_QUIET,
    PS_OPTION_HELP,
    PS_OPTION_VERSION,
    PS_OPTION_NOTHING, /* accepted, changes nothing */
    PS_OPTION_INTERFACE,
    PS_OPTION_LIST,
    PS_OPTION_DURATION,
    PS_OPTION_SNAPLEN,
    PS_OPTION_BUFFER,
    PS_OPTION_PROMISCUOUS,
    PS_OPTION_IMMEDIATE,
    PS_OPTION_SELF,
    PS_OPTION_THREADS,
    PS_OPTION_WRITE,
    PS_OPTION_ROTATE_SIZE,
    PS_OPTION_ROTATE_TIME,
    PS_OPTION_ROTATE_COUNT,
    PS_OPTION_ROTATE_KEEP,
    PS_OPTION_COMPRESS,
    PS_OPTION_COMMENT,
    PS_OPTION_SANDBOX,
    PS_OPTION_SHOW_SANDBOX,
    PS_OPTION_USER,
    PS_OPTION_LATER, /* known, but not in this version */
    PS_OPTION_COMPLETION,
    PS_OPTION_MAN,
};

enum ps_option_kind {
    PS_KIND_FLAG,        /* no value */
    PS_KIND_FILE,        /* path of a file */
    PS_KIND_NAME,        /* any text */
    PS_KIND_INTERFACE,   /* name of a network interface */
    PS_KIND_NUMBER,      /* unsigned 64-bit decimal */
    PS_KIND_TIME,        /* digits and a unit: ms, s, m, h; none means s */
    PS_KIND_SIZE,        /* digits and a unit: K, M, G; bytes */
    PS_KIND_NETWORK,     /* an address, perhaps with a prefix length */
    PS_KIND_WORD,        /* one of `words` */
    PS_KIND_WORDS,       /* one or more of `words`, joined by commas */
    PS_KIND_TUNNEL_PORT, /* one of `words`, "=", a port */
};

/* Subsections of the manual, in this order; --help keeps the order but prints no headings. */
enum ps_option_group {
    PS_GROUP_INPUT,
    PS_GROUP_LIVE,
    PS_GROUP_COUNTING,
    PS_GROUP_OUTPUT,
    PS_GROUP_SAVING,
    PS_GROUP_OTHER,
    PS_GROUP_COUNT
};

enum ps_option_visibility {
    PS_SHOWN,       /* everywhere */
    PS_MANUAL_ONLY, /* manual and completions, not on the help screen */
    PS_NOT_YET,     /* shown nowhere; its use is answered by `later` */
    PS_HIDDEN,      /* shown nowhere, never reached by a prefix; for the build */
};

/* One value of an option whose values are words. The first one is the default, where there is one. */
struct ps_word {
    const char *name;  /* NULL ends the list */
    unsigned value;    /* what the config gets */
    const char *help;  /* a few words, for the manual and the completions */
    const char *later; /* not NULL: not in this version; a clause that says what to do instead */
};

struct ps_option {
    enum ps_option_id id;
    const char *name; /* long name without dashes, or NULL */
    char letter;      /* short name, or 0 */
    bool repeats;     /* every occurrence counts; else the last one does */
    enum ps_option_kind kind;
    const char *argument; /* name of the value: "FILE"; NULL for flags */
    const struct ps_word *words;
    const char *standard; /* the default as a person types it, or NULL */
    const char *help;     /* one line, values and default not included */
    enum ps_option_group group;
    enum ps_option_visibility visibility;
    const char *later;  /* for PS_NOT_YET: two clauses, what is missing and what to do instead */
    const char *manual; /* mdoc(7), whole lines, values and default not included */
};

extern const struct ps_option ps_options[];
extern const size_t ps_option_count;

/* In words.c. */
extern const struct ps_word ps_reader_words[];
extern const struct ps_word ps_tunnels_words[];
extern const struct ps_word ps_tunnel_port_words[];
extern const struct ps_word ps_fragments_words[];
extern const struct ps_word ps_view_words[];
extern const struct ps_word ps_sort_words[];
extern const struct ps_word ps_format_words[];
extern const struct ps_word ps_units_words[];
extern const struct ps_word ps_color_words[];
extern const struct ps_word ps_shell_words[];
extern const struct ps_word ps_compress_words[];
extern const struct ps_word ps_sandbox_words[];

/* "--read", or "-p" for an option without a long name, into `to` of `size` bytes. Returns `to`. */
char *ps_option_spelling(const struct ps_option *option, char *to, size_t size);
/* Whether --help, the manual and the completions may name it (the help screen leaves out PS_MANUAL_ONLY). */
bool ps_option_is_documented(const struct ps_option *option);
/* What it says in the manual above the options of a group: "Input". Static. */
const char *ps_option_group_title(enum ps_option_group group);

#endif
