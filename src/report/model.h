/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The report as data: sections of typed columns, between the views that make them of a snapshot
 * (views_*.c) and the renderers that write them down (text*.c, json*.c, csv.c).
 *
 * A view knows what ports are and not how a cell is written; a renderer knows the types below and
 * not what ports are. So a new section needs no renderer edit, and a new renderer no section edit.
 * Rows are not stored: a section fills them one at a time, so that half a million pairs cost no
 * memory a second time.
 */
#ifndef PORTSNIFF_REPORT_MODEL_H
#define PORTSNIFF_REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portsniff/names.h"
#include "portsniff/report.h"
#include "portsniff/snapshot.h"

enum ps_column_type {
    PS_COLUMN_TEXT,     /* text */
    PS_COLUMN_LIST,     /* list */
    PS_COLUMN_FAULT,    /* fault: where it is and what it is */
    PS_COLUMN_PROTOCOL, /* port.transport */
    PS_COLUMN_PORT,     /* port: people see "443/tcp", programs the number */
    PS_COLUMN_ADDRESS,  /* address */
    PS_COLUMN_FLAG,     /* flag */
    PS_COLUMN_NUMBER,   /* number */
    PS_COLUMN_BYTES,    /* number, bytes */
    PS_COLUMN_RATE,     /* number, bits per second */
    PS_COLUMN_PACE,     /* share: how many in how many nanoseconds, per second */
    PS_COLUMN_SHARE,    /* share, as a percentage */
    PS_COLUMN_PERCENT,  /* share, as a percentage without decimals */
    PS_COLUMN_BAR,      /* share, drawn; the largest of the table fills the column */
    PS_COLUMN_TIME,     /* time_ns: since 1970-01-01 UTC */
    PS_COLUMN_DURATION, /* number, nanoseconds; programs see seconds */
    PS_COLUMN_NOTHING,  /* null: for programs, in place of an object that a row does not have */
    PS_COLUMN_TYPES
};

enum ps_cell_state {
    PS_CELL_ABSENT, /* the row has no such cell: programs do not see the member */
    PS_CELL_NULL,   /* not known or not applicable */
    PS_CELL_VALUE
};

struct ps_cell {
    enum ps_cell_state state;
    union {
        const char *text;
        struct {
            const char *const *item;
            size_t count;
        } list;
        struct {
            uint64_t offset; /* bytes */
            const char *text;
        } fault;
        struct {
            uint16_t port;
            uint8_t transport; /* enum ps_transport */
        } port;
        struct {
            const struct ps_address *address;
            uint8_t family; /* 4 or 6 */
        } address;
        bool flag;
        uint64_t number;
        struct {
            uint64_t part, whole;
        } share;
        int64_t time_ns;
    };
};

#define PS_COLUMNS_MAX  72
#define PS_SCRATCH_SIZE 192

/* One row, filled on demand. */
struct ps_report_row {
    struct ps_cell cell[PS_COLUMNS_MAX];
    char scratch[PS_SCRATCH_SIZE]; /* for text that a row makes up */
};

struct ps_column {
    const char *path;  /* for programs: "sent.packets"; NULL: not for them */
    const char *title; /* for people; "": a label of the row; NULL: not for people */
    enum ps_column_type type;
    uint8_t priority; /* for people: 0 always stays; the highest leaves first when it gets narrow */
    uint8_t shortest; /* for people: text may be cut to so many columns; 0: it is never cut */
};

enum ps_section_kind {
    PS_SECTION_OBJECT, /* for programs: one row whose members stand in the object at `path` */
    PS_SECTION_TABLE,  /* rows; for programs the array at `path`; for people under `title` */
    PS_SECTION_FLOW,   /* for people: `item`s one after the other, wrapped */
    PS_SECTION_SERIES, /* for people: `value`s over time as one line of heights */
    PS_SECTION_NOTES,  /* for people: `item`s, each a sentence of its own, under `title` if there is one */
};

/* The index of the row that stands for the rows cut. */
#define PS_INDEX_OTHER SIZE_MAX

struct ps_item {
    const char *text;
    bool alarm;         /* something is wrong, not only worth knowing */
    const char *mark;   /* of a note: before it; NULL: by `alarm` */
    const char *detail; /* of a note: below it; or NULL */
};

struct ps_section {
    enum ps_section_kind kind;
    const char *path;  /* "capture.sources"; "" for the document itself; NULL: not for programs */
    const char *title; /* for people; NULL: no heading */
    const char *note;  /* for people, below the table; or NULL */
    bool attached;     /* for people: no blank line before it */
    bool indented;     /* for people: a flow whose first line is indented as well */

    /* objects and tables */
    const struct ps_column *column;
    size_t column_count;
    size_t row_count;
    size_t cut; /* rows that the row PS_INDEX_OTHER stands for; 0: there is no such row */
    void (*fill)(const struct ps_section *section, size_t index, struct ps_report_row *row);
    const void *context; /* for `fill` */

    /* flows and notes */
    const struct ps_item *item;
    size_t item_count;
    const char *separator; /* between items */
    const char *lead;      /* beside the title, or NULL */

    /* series */
    const uint64_t *value;
    size_t value_count;
    const char *before, *after; /* at both ends of the line */
};

#define PS_SECTIONS_MAX 32

struct ps_block;

struct ps_report {
    const struct ps_snapshot *snapshot;
    const struct ps_names *names;
    const struct ps_report_options *options;
    struct ps_section section[PS_SECTIONS_MAX];
    size_t section_count;
    struct ps_block *blocks; /* what ps_report_alloc gave out */
    bool failed;             /* memory was out: the report is not whole */
};

/* Who reads it: people (text), programs (json, jsonl), or programs that take one table (csv). */
enum ps_audience {
    PS_AUDIENCE_PEOPLE,
    PS_AUDIENCE_PROGRAMS,
    PS_AUDIENCE_ONE_TABLE,
    PS_AUDIENCE_COUNT
};

void ps_report_init(struct ps_report *report, const struct ps_snapshot *snapshot, const struct ps_names *names,
                    const struct ps_report_options *options);
void ps_report_finish(struct ps_report *report);

/* Memory that lives as long as the report, zeroed. NULL, and report->failed, when it is out. */
void *ps_report_alloc(struct ps_report *report, size_t count, size_t size);
/* printf into such memory; "" when it is out. */
__attribute__((format(printf, 2, 3))) const char *ps_report_text(struct ps_report *report, const char *format, ...);
/* Text from outside, made safe for a terminal, in such memory. */
const char *ps_report_printable(struct ps_report *report, const char *text);

/* Fills one row of a section. */
void ps_section_fill(const struct ps_section *section, size_t index, struct ps_report_row *row);

/* Pointers to the `count` rows of `size` bytes each at `rows`, in the order that `compare` (as for qsort, but of pointers
 * to such pointers) brings; NULL, and report->failed, when memory is out. Rows that compare equal must not be. */
const void *const *ps_report_order(struct ps_report *report, const void *rows, size_t count, size_t size,
                                   int (*compare)(const void *, const void *));

/* A new section at the end, all zero but for `kind`. NULL, and report->failed, when there is no
 * room. */
struct ps_section *ps_report_add(struct ps_report *report, enum ps_section_kind kind);
/* Rows that left their table for want of memory stand in the row `other` too. */
void ps_section_evicted(struct ps_section *section, uint64_t rows);
/* A new table, cut to the rows asked for. `rows` is what `fill` may be asked for in full. */
struct ps_section *ps_report_add_table(struct ps_report *report, const char *path, const char *title, size_t rows);

/* Tables (enum ps_table bits) whose rows those views read. */
unsigned ps_report_tables(enum ps_audience audience, unsigned views);
/* Fills the report's sections for the views asked for. */
void ps_report_build(struct ps_report *report, enum ps_audience audience);

struct ps_cell ps_cell_null(void);
struct ps_cell ps_cell_text(const char *text);
/* The same, but null when it is "". */
struct ps_cell ps_cell_name(const char *text);
struct ps_cell ps_cell_number(uint64_t number);
struct ps_cell ps_cell_flag(bool flag);
struct ps_cell ps_cell_time(int64_t time_ns); /* PS_TIME_NONE becomes null */
struct ps_cell ps_cell_share(uint64_t part, uint64_t whole);
struct ps_cell ps_cell_port(uint8_t transport, uint16_t port);
struct ps_cell ps_cell_address(const struct ps_address *address, uint8_t family);
/* The same, but null when `condition` does not hold. */
struct ps_cell ps_cell_number_if(bool condition, uint64_t number);

/* The renderers. Write errors stick in `out`. */
void ps_render_text(const struct ps_report *report, struct ps_out *out);
void ps_render_json(const struct ps_report *report, struct ps_out *out);
void ps_render_jsonl(const struct ps_report *report, struct ps_out *out);
void ps_render_csv(const struct ps_report *report, struct ps_out *out);

#endif
