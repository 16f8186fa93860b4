/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of system calls that a run may need.  Room: guard, internal.
 */
#ifndef PORTSNIFF_GUARD_CALLS_H
#define PORTSNIFF_GUARD_CALLS_H

#include <stddef.h>

#include "portsniff/guard.h"

#if GUARD_HAVE_SECCOMP
#include <seccomp.h>

/* On which roads a call is needed. */
enum call_road {
    ROAD_ALL = 1 << 0,
    ROAD_SAVED = 1 << 1,    /* captures are opened after the drop */
    ROAD_LIVE = 1 << 2,     /* interfaces are read */
    ROAD_NOT_LIVE = 1 << 3, /* no descriptor can be a packet socket */
    ROAD_RENAME = 1 << 4,   /* a report gets its name at the end */
    ROAD_CREATE = 1 << 5,   /* captures are written */
};

/* Several rows of one call: any of them will do.  Of one row: all comparisons must hold. */
struct call {
    const char *name;
    int number;     /* libseccomp's; negative when the architecture has no such call */
    unsigned roads; /* of call_road */
    unsigned comparisons;
    struct scmp_arg_cmp comparison[2];
    const char *only; /* what the comparisons mean, for people; NULL: no comparisons */
};

extern const struct call ps_guard_calls_allowed[];
extern const size_t ps_guard_calls_allowed_count;

/* Answered with EPERM, so that whoever tries reads the right words; everything else that is not allowed, with ENOSYS. */
extern const struct call ps_guard_calls_refused[];
extern const size_t ps_guard_calls_refused_count;

/* Which roads a run with these options takes. */
unsigned ps_guard_roads(const struct ps_guard_options *options);
#endif

#endif
