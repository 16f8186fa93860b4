/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a command and writes what it cost as one line to a file: exit status (or 256 + the signal that ended it), peak of
 * resident memory in bytes, processor time that all its threads spent in the program itself, in microseconds.
 *
 * A process of its own because the peak of a child counts the memory that its parent held when it began: this parent is
 * small.  What the command may take at most is limited, so that a bound that fails harms nobody.  Settings of the
 * allocator are taken out of its environment: one that fills what is allocated makes memory that is merely reserved count.
 *
 *     measure FILE MEGABYTES SECONDS COMMAND [ARGUMENT...]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Memory in megabytes (0: no limit) and processor time in seconds. */
static void limit(const char *megabytes, const char *seconds)
{
    rlim_t memory = (rlim_t)strtoull(megabytes, NULL, 10) << 20, time = (rlim_t)strtoull(seconds, NULL, 10);
    const struct rlimit of_memory = {memory, memory}, of_time = {time, time};
    if (memory > 0)
        setrlimit(RLIMIT_DATA, &of_memory);
    setrlimit(RLIMIT_CPU, &of_time);
}

static void forget_allocator(void)
{
    static const char *const settings[] = {"MALLOC_PERTURB_", "MALLOC_CHECK_", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES"};
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        unsetenv(settings[i]);
}

static uint64_t microseconds(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        limit(argv[2], argv[3]);
        forget_allocator();
        execv(argv[4], argv + 4);
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 1;
    FILE *file = fopen(argv[1], "w");
    if (!file)
        return 1;
    int ended = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    fprintf(file, "%d %" PRIu64 " %" PRIu64 "\n", ended, (uint64_t)usage.ru_maxrss * 1024,
            microseconds(&usage.ru_utime));
    return fclose(file) == 0 ? 0 : 1;
}
