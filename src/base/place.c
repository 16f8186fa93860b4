/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rule of fs.protected_symlinks and its like (proc_sys_fs(5)), also where the kernel does not keep it.
 *
 * What is looked at and what is opened may differ, since others go on meanwhile.  So a link is only followed when it was
 * seen to be trusted, which nobody else can replace in a directory with the sticky bit; everything else is opened without
 * following, and looked at once more when it is open.
 */
#include "portsniff/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether `path` lies in a directory where everybody may write.  One that cannot be looked at is none: opening will fail. */
static bool in_shared(int at, const char *path, struct stat *ret_directory)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    char *name = slash ? strndup(path, length) : strdup(".");
    bool found = name && fstatat(at, name, ret_directory, 0) == 0;
    free(name);
    return found && (ret_directory->st_mode & S_IWOTH) != 0;
}

/* A file of several names may be one of ours that somebody gave another. */
static bool is_strange(const struct stat *there, const struct stat *directory)
{
    return (there->st_uid != geteuid() && there->st_uid != directory->st_uid) ||
           (S_ISREG(there->st_mode) && there->st_nlink > 1);
}

static int refuse(bool *ret_trap)
{
    *ret_trap = true;
    errno = EACCES;
    return -1;
}

int ps_place_open(int at, const char *path, int flags, mode_t mode, bool *ret_trap)
{
    struct stat directory, there;
    *ret_trap = false;
    if (!in_shared(at, path, &directory))
        return openat(at, path, flags, mode);
    bool found = fstatat(at, path, &there, AT_SYMLINK_NOFOLLOW) == 0;
    if (found && is_strange(&there, &directory))
        return refuse(ret_trap);
    bool link = found && S_ISLNK(there.st_mode);
    int fd = openat(at, path, flags | (link ? 0 : O_NOFOLLOW), mode);
    if (fd < 0 && errno == ELOOP && !link)
        return refuse(ret_trap);
    if (fd < 0 || link)
        return fd;
    if (fstat(fd, &there) == 0 && !is_strange(&there, &directory))
        return fd;
    close(fd);
    return refuse(ret_trap);
}

char *ps_place_behind(const char *path, bool *ret_trap)
{
    struct stat directory, there;
    *ret_trap = false;
    if (lstat(path, &there) != 0 || !S_ISLNK(there.st_mode))
        return strdup(path);
    if (in_shared(AT_FDCWD, path, &directory) && is_strange(&there, &directory)) {
        refuse(ret_trap);
        return NULL;
    }
    char *target = realpath(path, NULL);
    return target ? target : strdup(path);
}

int ps_place_tell(const char *tried, const char *path, struct ps_error *error)
{
    return ps_error_set(
        error,
        "cannot %s %s: everybody may write in that folder, and somebody else may have put there what has "
        "this name, to have something overwritten or to read along; remove it, or name another place.",
        tried, path);
}
