/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A report file is written beside its place and renamed, so that nobody ever reads half a report and a failed run leaves
 * the former one alone.  Devices, pipes and streams of intervals are written in place.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portsniff/place.h"

static int cannot_write(const struct output *output, int why, struct ps_error *error)
{
    return ps_error_set(error, "cannot write %s: %s.", output->path ? output->path : "standard output", strerror(why));
}

/* For a signal that ends the run: names may only be looked at while they are whole. */
static const char *_Atomic abandoned;

void ps_output_abandon(void)
{
    const char *name = atomic_load(&abandoned);
    if (name)
        unlink(name);
}

/* Opens "TARGET.XXXXXX" with the permissions that a new TARGET would have. */
static int open_partial(struct output *output, bool *ret_trap)
{
    output->target = ps_place_behind(output->path, ret_trap);
    size_t size = output->target ? strlen(output->target) + sizeof(".XXXXXX") : 0;
    output->partial = output->target ? malloc(size) : NULL;
    if (!output->partial)
        return -1;
    snprintf(output->partial, size, "%s.XXXXXX", output->target);
    int fd = mkostemp(output->partial, O_CLOEXEC);
    if (fd < 0)
        return -1;
    atomic_store(&abandoned, output->partial);
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0) {
        int why = errno;
        close(fd);
        unlink(output->partial);
        errno = why;
        return -1;
    }
    return fd;
}

static void forget_names(struct output *output)
{
    atomic_store(&abandoned, NULL);
    free(output->partial);
    free(output->target);
    output->partial = output->target = NULL;
}

int ps_output_open(struct output *output, const char *path, int streams, struct ps_error *error)
{
    *output = (struct output){.path = path, .fd = STDOUT_FILENO};
    if (path && strcmp(path, "-") == 0)
        output->path = NULL;
    struct stat there;
    int opened = STDOUT_FILENO;
    bool trap = false;
    if (output->path) {
        int exists = stat(output->path, &there) == 0;
        if (streams || (exists && !S_ISREG(there.st_mode)))
            opened = ps_place_open(AT_FDCWD, output->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666, &trap);
        else
            opened = open_partial(output, &trap);
    }
    if (opened < 0 || ps_out_init(&output->out, opened) != 0) {
        if (trap)
            ps_place_tell("write", output->path, error);
        else
            cannot_write(output, errno, error);
        if (opened >= 0 && output->path)
            close(opened);
        if (opened >= 0 && output->partial)
            unlink(output->partial);
        forget_names(output);
        return -1;
    }
    output->fd = opened;
    return 0;
}

int ps_output_begin(struct output *output, struct ps_error *error)
{
    struct stat there;
    if (!output->path || output->partial || fstat(output->fd, &there) != 0 || !S_ISREG(there.st_mode))
        return 0;
    return ftruncate(output->fd, 0) == 0 ? 0 : cannot_write(output, errno, error);
}

int ps_output_replaces(const char *path, const char *other)
{
    struct stat target, there;
    int found = strcmp(other, "-") == 0 ? fstat(STDIN_FILENO, &there) : stat(other, &there);
    return found == 0 && path && strcmp(path, "-") != 0 && stat(path, &target) == 0 && S_ISREG(target.st_mode) &&
           target.st_dev == there.st_dev && target.st_ino == there.st_ino;
}

int ps_output_reopen(struct output *output, struct ps_error *error)
{
    struct stat there;
    if (!output->path || output->partial || fstat(output->fd, &there) != 0 || !S_ISREG(there.st_mode))
        return 0;
    bool trap;
    ps_out_flush(&output->out);
    int fd = ps_place_open(AT_FDCWD, output->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666, &trap);
    if (fd < 0)
        return ps_error_set(error, "cannot begin %s anew: %s; the report goes on in the file that was there.",
                            output->path, strerror(errno));
    close(output->fd);
    output->fd = output->out.fd = fd;
    return 1;
}

bool ps_output_is_file(const struct output *output)
{
    struct stat there;
    return fstat(output->fd, &there) == 0 && S_ISREG(there.st_mode);
}

bool ps_output_deserted(const struct output *output)
{
    struct pollfd asked = {.fd = output->fd};
    return poll(&asked, 1, 0) > 0 && (asked.revents & (POLLERR | POLLHUP)) != 0;
}

int ps_output_finish(struct output *output, int keep, struct ps_error *error)
{
    int why = ps_out_finish(&output->out);
    if (output->path && close(output->fd) != 0 && !why)
        why = errno;
    if (output->partial) {
        if (keep && !why && rename(output->partial, output->target) != 0)
            why = errno;
        if (!keep || why)
            unlink(output->partial);
    }
    forget_names(output);
    if (!why)
        return 0;
    if (why == EPIPE) {
        if (error)
            error->text[0] = '\0';
        return -1;
    }
    return cannot_write(output, why, error);
}
