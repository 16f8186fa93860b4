/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The steps of a drop, in their order, and what each one tells.  Room: guard, internal.
 */
#ifndef PORTSNIFF_GUARD_STEPS_H
#define PORTSNIFF_GUARD_STEPS_H

#include <stdbool.h>
#include <sys/types.h>

#include "portsniff/guard.h"

/* A build that is instrumented needs more of the kernel than portsniff does. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(PS_GUARD_INSTRUMENTED)
#define GUARD_INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define GUARD_INSTRUMENTED 1
#endif
#endif
#ifndef GUARD_INSTRUMENTED
#define GUARD_INSTRUMENTED 0
#endif

enum guard_step {
    GUARD_PROGRAMS,
    GUARD_BOUNDS,
    GUARD_USER,
    GUARD_CAPABILITIES,
    GUARD_TRACING,
    GUARD_FILES,
    GUARD_NETWORK,
    GUARD_SIGNALS,
    GUARD_CALLS,
    GUARD_STEPS /* how many */
};

enum guard_state {
    GUARD_OPEN,     /* not come to it */
    GUARD_DONE,     /* enforced */
    GUARD_NEEDLESS, /* there is nothing to give up */
    GUARD_MISSING,  /* this kernel, build or container cannot do it; fatal in mode strict */
    GUARD_FAILED,   /* cannot go on, whatever the mode */
};

struct guard_outcome {
    enum guard_state state;
    char text[320]; /* a clause without a full stop */
};

struct guard {
    const struct ps_guard_options *options;
    struct guard_outcome outcome[GUARD_STEPS];
    bool keeps_override; /* the capability to write where root's user alone may not, CAP_DAC_OVERRIDE, stays */
    bool keeps_search;   /* the same for reading, CAP_DAC_READ_SEARCH */
};

/* Notes the outcome of a step; a printf-style clause, control bytes replaced. */
__attribute__((format(printf, 4, 5))) void ps_guard_note(struct guard *guard, enum guard_step step,
                                                         enum guard_state state, const char *format, ...);
/* Each fills in the outcome of its steps. */
void ps_guard_capability_bounds(struct guard *guard);
/* Whom to become is decided, and that it can do what the run is for; then it is done, and cannot be undone. */
void ps_guard_user(struct guard *guard);
void ps_guard_capabilities(struct guard *guard);
/* Files, network and signals (landlock(7)). */
void ps_guard_landlock(struct guard *guard);
void ps_guard_calls(struct guard *guard);

/* Writes the system calls that ps_guard_calls() allows for these options, as indented lines: "read, openat (for reading)". */
void ps_guard_calls_list(const struct ps_guard_options *options, struct ps_out *out);

#endif
