/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fault library's functions that reach the system: each fails when it is its turn, else does what it always does.
 *
 * Refuses to know what a call is for; which one fails is decided by its kind and number alone.  The names with two
 * underscores are what the C library's headers make of the others in fortified builds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault.h"

/* --- threads --- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    FAULT_NEXT(pthread_create);
    return fault_strikes(FAULT_THREAD) ? EAGAIN : next(thread, attributes, start, argument);
}

/* --- reading and writing --- */

/* How much of `size` bytes is read or written: all, one, or -1 for a failure. */
static ssize_t share_of(enum fault_kind kind, size_t size)
{
    if (!fault_strikes(kind))
        return (ssize_t)size;
    if (!fault_is_short())
        return -1;
    return size > 0;
}

ssize_t read(int fd, void *to, size_t size)
{
    FAULT_NEXT(read);
    ssize_t share = share_of(FAULT_READ, size);
    return share < 0 ? -1 : next(fd, to, (size_t)share);
}

ssize_t pread64(int fd, void *to, size_t size, off64_t offset)
{
    FAULT_NEXT(pread64);
    ssize_t share = share_of(FAULT_READ, size);
    return share < 0 ? -1 : next(fd, to, (size_t)share, offset);
}

ssize_t __read_chk(int fd, void *to, size_t size, size_t room);
ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
    FAULT_NEXT(__read_chk);
    ssize_t share = share_of(FAULT_READ, size);
    return share < 0 ? -1 : next(fd, to, (size_t)share, room);
}

ssize_t __pread64_chk(int fd, void *to, size_t size, off64_t offset, size_t room);
ssize_t __pread64_chk(int fd, void *to, size_t size, off64_t offset, size_t room)
{
    FAULT_NEXT(__pread64_chk);
    ssize_t share = share_of(FAULT_READ, size);
    return share < 0 ? -1 : next(fd, to, (size_t)share, offset, room);
}

ssize_t write(int fd, const void *from, size_t size)
{
    FAULT_NEXT(write);
    ssize_t share = share_of(FAULT_WRITE, size);
    return share < 0 ? -1 : next(fd, from, (size_t)share);
}

/* --- opening and closing --- */

/* The third argument, where there is one. */
static mode_t mode_behind(int flags, va_list *arguments)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(*arguments, mode_t) : 0;
}

int open64(const char *path, int flags, ...)
{
    FAULT_NEXT(open64);
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_behind(flags, &arguments);
    va_end(arguments);
    return fault_strikes(FAULT_OPEN) ? -1 : next(path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...)
{
    FAULT_NEXT(openat64);
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = mode_behind(flags, &arguments);
    va_end(arguments);
    return fault_strikes(FAULT_OPEN) ? -1 : next(directory, path, flags, mode);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
    FAULT_NEXT(__open64_2);
    return fault_strikes(FAULT_OPEN) ? -1 : next(path, flags);
}

int mkostemp64(char *path, int flags)
{
    FAULT_NEXT(mkostemp64);
    return fault_strikes(FAULT_OPEN) ? -1 : next(path, flags);
}

FILE *fopen64(const char *path, const char *mode)
{
    FAULT_NEXT(fopen64);
    return fault_strikes(FAULT_OPEN) ? NULL : next(path, mode);
}

DIR *opendir(const char *path)
{
    FAULT_NEXT(opendir);
    return fault_strikes(FAULT_OPEN) ? NULL : next(path);
}

/* Fails behind the closing, as close(2) does. */
int close(int fd)
{
    FAULT_NEXT(close);
    if (!fault_strikes(FAULT_CLOSE))
        return next(fd);
    const int why = errno;
    next(fd);
    errno = why;
    return -1;
}

/* --- files and their names --- */

int fstat64(int fd, struct stat64 *to)
{
    FAULT_NEXT(fstat64);
    return fault_strikes(FAULT_FILE) ? -1 : next(fd, to);
}

int stat64(const char *path, struct stat64 *to)
{
    FAULT_NEXT(stat64);
    return fault_strikes(FAULT_FILE) ? -1 : next(path, to);
}

struct dirent64 *readdir64(DIR *directory)
{
    FAULT_NEXT(readdir64);
    return fault_strikes(FAULT_FILE) ? NULL : next(directory);
}

char *realpath(const char *path, char *to)
{
    FAULT_NEXT(realpath);
    return fault_strikes(FAULT_FILE) ? NULL : next(path, to);
}

off64_t lseek64(int fd, off64_t offset, int whence)
{
    FAULT_NEXT(lseek64);
    return fault_strikes(FAULT_FILE) ? -1 : next(fd, offset, whence);
}

int ftruncate64(int fd, off64_t length)
{
    FAULT_NEXT(ftruncate64);
    return fault_strikes(FAULT_FILE) ? -1 : next(fd, length);
}

int fchmod(int fd, mode_t mode)
{
    FAULT_NEXT(fchmod);
    return fault_strikes(FAULT_FILE) ? -1 : next(fd, mode);
}

int fsync(int fd)
{
    FAULT_NEXT(fsync);
    return fault_strikes(FAULT_FILE) ? -1 : next(fd);
}

int rename(const char *from, const char *to)
{
    FAULT_NEXT(rename);
    return fault_strikes(FAULT_FILE) ? -1 : next(from, to);
}

int unlink(const char *path)
{
    FAULT_NEXT(unlink);
    return fault_strikes(FAULT_FILE) ? -1 : next(path);
}

ssize_t getrandom(void *to, size_t size, unsigned flags)
{
    FAULT_NEXT(getrandom);
    return fault_strikes(FAULT_FILE) ? -1 : next(to, size, flags);
}

/* --- waiting --- */

int poll(struct pollfd *set, nfds_t count, int milliseconds)
{
    FAULT_NEXT(poll);
    return fault_strikes(FAULT_WAIT) ? -1 : next(set, count, milliseconds);
}
