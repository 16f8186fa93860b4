/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the fault library share with each other; the tally is read by tests/faults/fault.py as well.
 */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Kinds of calls, each counted by itself from 1. */
enum fault_kind {
    FAULT_MEMORY, /* malloc and its like, mmap */
    FAULT_THREAD, /* pthread_create */
    FAULT_READ,
    FAULT_WRITE,
    FAULT_OPEN,
    FAULT_CLOSE,
    FAULT_FILE, /* what is asked about files and done to their names */
    FAULT_WAIT, /* poll */
    FAULT_KINDS
};

#define FAULT_KIND_NAMES                                                      \
    {                                                                         \
        "memory", "thread", "read", "write", "open", "close", "file", "wait", \
    }

#define FAULT_SITES 1000000

/* Libraries that crash, end the process or do something else than was asked when memory is out: nothing fails below these
 * functions.  portsniff reserves memory before it calls them, which tests/faults/limits.py tries.  The last one belongs to
 * AddressSanitizer. */
#define FAULT_SPARED_LIBRARIES        \
    {                                 \
        "libseccomp", "libarchive.so" \
    }
#define FAULT_SPARED_FUNCTIONS                \
    {                                         \
        "pcap_compile", "pthread_getattr_np", \
    }

struct fault_tally {
    uint64_t wanted; /* 1 + the kind whose sites are to be noted; 0: none */
    _Atomic uint64_t calls[FAULT_KINDS];
    _Atomic uint64_t struck; /* calls that were made to fail */
    uint64_t began, ended, confined;
    char where[1024]; /* who made the first call that failed: module+offset, innermost first */
    uint64_t site[FAULT_SITES];
};

/* Counts a call of this kind; true: it is to fail, errno is set. */
bool fault_strikes(enum fault_kind kind);

/* Whether a call that was struck is to do a little instead of failing. */
bool fault_is_short(void);

typedef void fault_function(void);

/* The function of this name that would have been called without this library, or NULL. */
fault_function *fault_next(const char *name);

/* Within a function: `next` is the one behind it, looked up once. */
#define FAULT_NEXT(name)           \
    static __typeof__(&name) next; \
    if (!next)                     \
    next = (__typeof__(&name))fault_next(#name)

#endif
