/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which system calls are left (seccomp(2), libseccomp).
 *
 * What is not allowed fails and does not kill: a run that meets something unforeseen loses that, and not its report.
 */
#include "calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "portsniff/reserve.h"
#include "steps.h"

#if GUARD_HAVE_SECCOMP

/* Descriptors below this may be open; a live run keeps far fewer.  A power of two. */
#define DESCRIPTORS 256

#define LIST_WIDTH 80

/* What libseccomp uses is a quarter of it.  It crashes, or makes a filter that nobody asked for, when memory is out. */
#define FILTER_MEMORY ((size_t)512 * 1024)

unsigned ps_guard_roads(const struct ps_guard_options *options)
{
    unsigned roads = ROAD_ALL | (options->live ? ROAD_LIVE : ROAD_NOT_LIVE);
    if (options->read_count > 0)
        roads |= ROAD_SAVED;
    if (options->renames)
        roads |= ROAD_RENAME;
    if (options->creates)
        roads |= ROAD_CREATE;
    return roads;
}

static int add_row(scmp_filter_ctx filter, uint32_t action, const struct call *call)
{
    int result = seccomp_rule_add_array(filter, action, call->number, call->comparisons, call->comparison);
    /* Conditions cannot be had for calls that an architecture lacks or hides in another one; those are not made. */
    return result == -EDOM || result == -EOPNOTSUPP || result == -EEXIST ? 0 : result;
}

/* A socket that reaches no further than this host, such as the service manager's. */
static bool is_local(int fd)
{
    int domain = AF_UNSPEC;
    socklen_t length = sizeof(domain);
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

/* Marks the descriptors through which something could be sent to the network. */
static void find_senders(bool senders[DESCRIPTORS])
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        struct stat status;
        senders[fd] = fd > STDERR_FILENO && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) && !is_local(fd);
    }
}

/* Allows writing to the `count` (a power of two) descriptors from `first` on, in as few rules as leave out senders. */
static int allow_writing_to(scmp_filter_ctx filter, const bool senders[DESCRIPTORS], unsigned first, unsigned count)
{
    bool any = false;
    for (unsigned fd = first; fd < first + count; fd++)
        any = any || senders[fd];
    if (any && count == 1)
        return 0;
    if (any) {
        int result = allow_writing_to(filter, senders, first, count / 2);
        return result != 0 ? result : allow_writing_to(filter, senders, first + count / 2, count / 2);
    }
    const struct scmp_arg_cmp one_of = {0, SCMP_CMP_MASKED_EQ, UINT32_MAX & ~(count - 1), first};
    int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, one_of);
    return result != 0 ? result : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, one_of);
}

/* Whoever can write to a packet socket can send packets, so numbers of sockets are left out, but for local ones.  Files
 * that are opened later get numbers that are free now. */
static int allow_writing_but_sending(scmp_filter_ctx filter)
{
    bool senders[DESCRIPTORS];
    find_senders(senders);
    return allow_writing_to(filter, senders, 0, DESCRIPTORS);
}

/* Only signals to itself: abort(3) sends one. */
static int allow_own_signals(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp own = {0, SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid()};
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, own);
}

static int add_allowed(scmp_filter_ctx filter, const struct ps_guard_options *options)
{
    unsigned roads = ps_guard_roads(options);
    for (size_t i = 0; i < ps_guard_calls_allowed_count; i++) {
        const struct call *call = &ps_guard_calls_allowed[i];
        int result = call->roads & roads ? add_row(filter, SCMP_ACT_ALLOW, call) : 0;
        if (result != 0)
            return result;
    }
    int result = options->live ? allow_writing_but_sending(filter) : 0;
    return result != 0 ? result : allow_own_signals(filter);
}

static int add_refused(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < ps_guard_calls_refused_count; i++) {
        const struct call *call = &ps_guard_calls_refused[i];
        /* The leak detector is another process that traces this one. */
        if (GUARD_INSTRUMENTED && (call->number == SCMP_SYS(ptrace) || call->number == SCMP_SYS(fork)))
            continue;
        int result = add_row(filter, SCMP_ACT_ERRNO(EPERM), call);
        if (result != 0)
            return result;
    }
    return 0;
}

static int load(scmp_filter_ctx filter, const struct ps_guard_options *options)
{
    /* All threads, should there be any already; a filter that is searched like a tree. */
    int result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (result == 0)
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    /* Numbers of calls mean something else there; no code of this process asks by them. */
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (result == 0 && !GUARD_INSTRUMENTED)
        result = add_allowed(filter, options);
    if (result == 0)
        result = add_refused(filter);
    return result != 0 ? result : seccomp_load(filter);
}

/* Makes the filter and loads it; 0, or a negated errno. */
static int make(const struct ps_guard_options *options)
{
    scmp_filter_ctx filter = seccomp_init(GUARD_INSTRUMENTED ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
    if (!filter)
        return -ENOTSUP;
    int result = load(filter, options);
    seccomp_release(filter);
    return result;
}

void ps_guard_calls(struct guard *guard)
{
    void *reserve = ps_reserve(FILTER_MEMORY);
    const int result = reserve ? make(guard->options) : -ENOMEM;
    free(reserve);
    if (result == -ENOMEM)
        ps_guard_note(guard, GUARD_CALLS, GUARD_FAILED, "memory is out while giving up system calls");
    else if (result != 0)
        ps_guard_note(guard, GUARD_CALLS, GUARD_MISSING, "the filter cannot be loaded: %s", strerror(-result));
    else if (GUARD_INSTRUMENTED)
        ps_guard_note(guard, GUARD_CALLS, GUARD_DONE,
                      "this build is instrumented: only those that reach out are refused");
    else
        ps_guard_note(guard, GUARD_CALLS, GUARD_DONE, "those below are left, others fail (seccomp)");
}

/* "name (only), " after the one before, on the same line as long as there is room. */
static void list_one(struct ps_out *out, size_t *column, const char *name, const char *only)
{
    const size_t length = strlen(name) + (only ? strlen(only) + 3 : 0);
    const bool first = *column == 0, fits = *column + length + 3 <= LIST_WIDTH;
    ps_out_text(out, first ? "  " : fits ? ", " : ",\n  ");
    ps_out_text(out, name);
    if (only)
        ps_out_format(out, " (%s)", only);
    *column = (first || !fits ? 0 : *column) + 2 + length;
}

void ps_guard_calls_list(const struct ps_guard_options *options, struct ps_out *out)
{
    const unsigned roads = ps_guard_roads(options);
    size_t column = 0;
    for (size_t i = 0; i < ps_guard_calls_allowed_count; i++) {
        const struct call *call = &ps_guard_calls_allowed[i];
        if (call->roads & roads && call->number >= 0)
            list_one(out, &column, call->name, call->only);
    }
    if (options->live) {
        list_one(out, &column, "write", "not to the network");
        list_one(out, &column, "writev", "not to the network");
    }
    list_one(out, &column, "tgkill", "itself");
    ps_out_char(out, '\n');
}

#else

void ps_guard_calls(struct guard *guard)
{
    ps_guard_note(guard, GUARD_CALLS, GUARD_MISSING, "this program was built without libseccomp");
}

void ps_guard_calls_list(const struct ps_guard_options *options, struct ps_out *out)
{
    (void)options;
    (void)out;
}

#endif
