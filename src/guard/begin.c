/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is given up before the command line is read: descriptors, core dumps, being traced, most of the environment.
 *
 * The file mode mask is left alone: every file that portsniff makes was asked for by name, and its owner expects the
 * permissions that other programs would give it.  Captures are made with mode 0600 by whoever writes them.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

/* How many descriptors may be named on the command line. */
#define NAMED_MAX 64

/* What is tried where close_range(2) does not exist (before Linux 5.9). */
#define CLOSE_MAX 1024

/* What portsniff reads, itself or through setlocale() and tzset().  A name that ends in `*` stands for all that begin so. */
static const char *const kept_variables[] = {
    "COLUMNS",  "LANG",      "LC_*",          "NO_COLOR",      "TERM",         "TZ",        "SUDO_UID",
    "SUDO_GID", "SUDO_USER", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "FAKETIME*", /* libfaketime: read anew with every look at the clock */
#if GUARD_INSTRUMENTED
    "ASAN_*",   "LSAN_*",    "MSAN_*",        "TSAN_*",        "UBSAN_*",      "LLVM_*",    "GCOV_*",
#endif
};

static bool is_kept(const char *variable)
{
    for (size_t i = 0; i < sizeof(kept_variables) / sizeof(kept_variables[0]); i++) {
        const char *name = kept_variables[i];
        size_t length = strcspn(name, "*");
        if (strncmp(variable, name, length) == 0 && (name[length] == '*' || variable[length] == '='))
            return true;
    }
    return false;
}

static void clean_environment(void)
{
    char **to = environ;
    for (char **from = environ; from && *from; from++)
        if (is_kept(*from))
            *to++ = *from;
    if (to)
        *to = NULL;
}

/* The number behind `prefix` wherever it stands in `text` (an option may be glued to it), or -1. */
static int number_behind(const char *text, const char *prefix)
{
    const char *at = strstr(text, prefix);
    if (!at)
        return -1;
    at += strlen(prefix);
    char *end;
    long number = strtol(at, &end, 10);
    return end != at && number > STDERR_FILENO && number < INT_MAX ? (int)number : -1;
}

static int ascending(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void close_from_to(int from, int to)
{
    if (from > to)
        return;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)from, (unsigned)to, 0U) == 0)
        return;
#endif
    for (int fd = from; fd <= to && fd < CLOSE_MAX; fd++)
        close(fd);
}

/* A shell hands over `<(command)` as a name like /dev/fd/63, so what is named stays. */
static void close_strays(int argc, char *const *argv)
{
    int named[NAMED_MAX] = {0};
    size_t count = 0;
    for (int i = 1; i < argc && count + 2 <= NAMED_MAX; i++) {
        int number = number_behind(argv[i], "/dev/fd/");
        if (number < 0)
            number = number_behind(argv[i], "/proc/self/fd/");
        if (number >= 0)
            named[count++] = number;
    }
    qsort(named, count, sizeof(named[0]), ascending);
    int from = STDERR_FILENO + 1;
    for (size_t i = 0; i < count; i++) {
        close_from_to(from, named[i] - 1);
        from = named[i] + 1;
    }
    close_from_to(from, INT_MAX);
}

/* A file opened later must not become "standard error".  What is put in the place of a closed one still fails when it is
 * used, as it would have. */
static void fill_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* The lowest free number is this one: those below are open. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
    }
}

void ps_guard_begin(int argc, char *const *argv)
{
    static const struct rlimit none = {0, 0};
    close_strays(argc, argv);
    fill_standard();
    clean_environment();
    setrlimit(RLIMIT_CORE, &none);
    /* Leaks are found by tracing the own process. */
    if (!GUARD_INSTRUMENTED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
