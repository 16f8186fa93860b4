/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What somebody who has taken over the process would try, and what a run goes on needing.
 */
#ifndef TESTS_GUARD_ATTEMPTS_H
#define TESTS_GUARD_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>

/* What a process has before it is confined. */
struct stage {
    char folder[64]; /* absolute, with the file "capture" and the folder "captures" to be read */
    int directory;   /* "out" in it, to be written to, O_PATH; holds a file "victim" */
    int file;        /* "report.part" in "out", open for writing */
    int datagram;    /* a UDP socket */
    int packet;      /* a packet socket on lo, or -1: needs root */
    int peer;        /* one end of a pair of Unix sockets */
    int null;        /* /dev/null for reading and writing */
};

/* On which roads something works. */
enum roads {
    ROADS_SAVED = 1 << 0,
    ROADS_REPORT = 1 << 1, /* saved, with a report that is renamed */
    ROADS_LIVE = 1 << 2,
    ROADS_CREATE = 1 << 3, /* live, and captures are written */
    ROADS_ALL = (1 << 4) - 1,
};

struct attempt {
    const char *name;
    bool (*succeeds)(const struct stage *stage);
    unsigned works; /* roads on which it must succeed; on the others it must not */
    bool packet;    /* it needs the packet socket, which only root can make */
    bool control;   /* without a guard it succeeds here, as root or not: so a refusal proves something */
};

extern const struct attempt attempts[];
extern const size_t attempt_count;

#endif
