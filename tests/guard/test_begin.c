/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is given up first of all: descriptors, environment, core dumps, being traced.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/steps.h"

static char *no_arguments[] = {(char[]){"portsniff"}, NULL};

/* Runs `body` in a process of its own; its failures are its exit status. */
static void in_child(int (*body)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* Opens number `fd`. */
static void take(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, fd);
    if (null != fd)
        close(null);
}

static int closes_strays(void)
{
    take(3);
    take(17);
    take(900);
    ps_guard_begin(1, no_arguments);
    return is_open(3) || is_open(17) || is_open(900) || !is_open(0) || !is_open(1) || !is_open(2);
}

/* As a shell names what `<(command)` and `>(command)` stand for. */
static int keeps_named(void)
{
    char *arguments[] = {
        (char[]){"portsniff"},   (char[]){"-r"},        (char[]){"/dev/fd/63"}, (char[]){"--output=/proc/self/fd/61"},
        (char[]){"-r/dev/fd/7"}, (char[]){"/dev/fd/x"}, (char[]){"/dev/fd/-1"}, NULL};
    for (int fd = 3; fd < 70; fd++)
        take(fd);
    ps_guard_begin(7, arguments);
    for (int fd = 3; fd < 70; fd++)
        if (is_open(fd) != (fd == 63 || fd == 61 || fd == 7))
            return fd;
    return 0;
}

/* What is opened next must not become standard error; what was closed fails as before when it is used. */
static int fills_standard(void)
{
    char byte = 'x';
    close(0);
    close(2);
    ps_guard_begin(1, no_arguments);
    if (!is_open(0) || !is_open(1) || !is_open(2))
        return 1;
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) != 3)
        return 2;
    if (read(0, &byte, 1) != -1 || errno != EBADF)
        return 3;
    return write(2, &byte, 1) != -1 || errno != EBADF ? 4 : 0;
}

static int cleans_environment(void)
{
    static const char *const gone[] = {"GCONV_PATH", "LD_LIBRARY_PATH", "PATH", "LANGUAGE", "TZDIR", "SUDO", "TERMCAP"};
    static const char *const kept[] = {"TERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "TZ", "SUDO_UID", "COLUMNS"};
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        setenv(gone[i], "x", 1);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        setenv(kept[i], "x", 1);
    ps_guard_begin(1, no_arguments);
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        if (getenv(gone[i]))
            return 1 + (int)i;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (!getenv(kept[i]))
            return 101 + (int)i;
    return 0;
}

static int survives_no_environment(void)
{
    clearenv();
    ps_guard_begin(1, no_arguments);
    return getenv("TERM") != NULL;
}

static int dumps_no_core(void)
{
    struct rlimit limit;
    ps_guard_begin(1, no_arguments);
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0)
        return 1;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == (GUARD_INSTRUMENTED ? 1 : 0) ? 0 : 2;
}

#define IN_CHILD(name)                    \
    static void test_##name(void **state) \
    {                                     \
        (void)state;                      \
        in_child(name);                   \
    }

IN_CHILD(closes_strays)
IN_CHILD(keeps_named)
IN_CHILD(fills_standard)
IN_CHILD(cleans_environment)
IN_CHILD(survives_no_environment)
IN_CHILD(dumps_no_core)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closes_strays),           cmocka_unit_test(test_keeps_named),
        cmocka_unit_test(test_fills_standard),          cmocka_unit_test(test_cleans_environment),
        cmocka_unit_test(test_survives_no_environment), cmocka_unit_test(test_dumps_no_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
