/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * portsniff many times over, for mutate.py: the whole program, run in a copy of this process (fork) instead of one that
 * has to be loaded, linked and, with sanitizers, mapped anew, which costs more than a small capture.  It never judges what
 * a run did.
 *
 *     many OUT ERR LIMIT
 *
 * Standard input holds jobs, standard output the answers; numbers are the machine's own.  Job: a 32-bit length, then that
 * many bytes, texts that end in a zero byte: the value of COLUMNS and the arguments.  Its output and its errors go into the
 * files OUT and ERR, which begin empty every time.  Answer: 32 bits as waitpid(2) has them, 64 bits of processor time in
 * microseconds, that of all jobs so far and of this process.  A run may take LIMIT seconds of processor time and ten times
 * as long altogether; then a signal ends it.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its main() becomes a function of this file: what runs is what is shipped. */
static int portsniff_main(int argc, char **argv);
#define main portsniff_main
#include "../src/main.c"
#undef main

#define ARGUMENTS_MAX 64
#define JOB_MAX       4096
#define LEAKS_EVERY   16

struct settings {
    const char *out, *err;
    rlim_t limit; /* seconds */
};

struct job {
    char bytes[JOB_MAX + 1];
    char *argument[ARGUMENTS_MAX + 1]; /* [0]: COLUMNS */
    int count;
};

_Noreturn static void die(const char *why)
{
    fprintf(stderr, "many: %s\n", why);
    exit(2);
}

static bool take(void *to, size_t size)
{
    return fread(to, size, 1, stdin) == 1;
}

static bool take_job(struct job *job)
{
    uint32_t size;
    if (!take(&size, sizeof(size)))
        return false;
    if (size == 0 || size > JOB_MAX || !take(job->bytes, size) || job->bytes[size - 1] != '\0')
        die("a job is not what it should be.");
    job->count = 0;
    for (char *at = job->bytes; at < job->bytes + size; at += strlen(at) + 1) {
        if (job->count == ARGUMENTS_MAX)
            die("a job has too many arguments.");
        job->argument[job->count++] = at;
    }
    job->argument[job->count] = NULL;
    return true;
}

/* Puts `path` in the place of a standard descriptor. */
static void redirect(const char *path, int flags, int to)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, to) != to)
        _exit(99);
    close(fd);
}

/* Looking for leaks takes longer than most runs, so only some are looked at: exit() asks the sanitizer. */
_Noreturn static void run(const struct settings *settings, struct job *job, bool leaks)
{
    struct rlimit limit = {.rlim_cur = settings->limit, .rlim_max = settings->limit};
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(settings->out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect(settings->err, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    if (setrlimit(RLIMIT_CPU, &limit) != 0 || setenv("COLUMNS", job->argument[0], 1) != 0)
        _exit(99);
    alarm((unsigned)settings->limit * 10);
    job->argument[0] = (char[]){"portsniff"};
    int status = portsniff_main(job->count, job->argument);
    if (leaks)
        exit(status);
    fflush(NULL);
    _exit(status);
}

static uint64_t microseconds_of(int who)
{
    struct rusage usage;
    if (getrusage(who, &usage) != 0)
        return 0;
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void answer_job(int status)
{
    uint32_t told = (uint32_t)status;
    uint64_t spent = microseconds_of(RUSAGE_SELF) + microseconds_of(RUSAGE_CHILDREN);
    if (fwrite(&told, sizeof(told), 1, stdout) != 1 || fwrite(&spent, sizeof(spent), 1, stdout) != 1 ||
        fflush(stdout) != 0)
        die("nobody takes the answers.");
}

int main(int argc, char **argv)
{
    static struct job job;
    if (argc != 4)
        die("it takes OUT, ERR and LIMIT.");
    struct settings settings = {.out = argv[1], .err = argv[2], .limit = strtoul(argv[3], NULL, 10)};
    for (unsigned number = 0; take_job(&job); number++) {
        int status;
        pid_t child = fork();
        if (child == 0)
            run(&settings, &job, number % LEAKS_EVERY == 0);
        if (child < 0 || waitpid(child, &status, 0) != child)
            die("a run cannot begin or end.");
        answer_job(status);
    }
    return 0;
}
