/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a program on a system that lacks some system calls, as an older kernel or a container would.
 *
 *     without ERRNO CALL,CALL,... PROGRAM [ARGUMENT]...
 *
 * ERRNO is a number.  Exits with 77 when it cannot do that.
 */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANNOT 77

static int forbid(scmp_filter_ctx filter, char *names, unsigned failure)
{
    char *rest = NULL;
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        int number = seccomp_syscall_resolve_name(name);
        if (number == __NR_SCMP_ERROR || seccomp_rule_add(filter, SCMP_ACT_ERRNO(failure), number, 0) != 0)
            return -1;
    }
    return seccomp_load(filter);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: without ERRNO CALL,CALL,... PROGRAM [ARGUMENT]...\n");
        return CANNOT;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter || forbid(filter, argv[2], (unsigned)strtoul(argv[1], NULL, 10)) != 0)
        return CANNOT;
    execv(argv[3], argv + 3);
    return CANNOT;
}
