/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens, writes and closes saved files.
 *
 * A file that is there is overwritten, as tcpdump does, but it is opened first, looked at, and only then emptied: one
 * that this run also reads stays as it is, under whatever name.  New files have mode 0600, for captures hold whatever
 * was said on the wire; files that were there keep theirs.  There is no stdio here: a full disk must be noticed where
 * it happens.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portsniff/place.h"

#define NEW_FILE_MODE 0600

int ps_save_place_init(struct ps_save_place *place, const char *directory, struct ps_error *error)
{
    *place = (struct ps_save_place){.name = directory};
    place->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place->directory < 0)
        return ps_error_set(error, "cannot save into directory %s: %s; create it or name another one.", directory,
                            strerror(errno));
    return 0;
}

void ps_save_place_finish(struct ps_save_place *place)
{
    if (place->directory >= 0)
        close(place->directory);
    free(place->protected);
    *place = (struct ps_save_place){.directory = -1};
}

int ps_save_place_protect(struct ps_save_place *place, const char *path)
{
    struct stat there;
    int found = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &there) : stat(path, &there);
    if (found != 0 || !S_ISREG(there.st_mode))
        return 0;
    if (place->protected_count == place->protected_room) {
        size_t room = place->protected_room ? place->protected_room * 2 : 16;
        struct ps_save_inode *larger = realloc(place->protected, room * sizeof(*larger));
        if (!larger)
            return -1;
        place->protected = larger;
        place->protected_room = room;
    }
    place->protected[place->protected_count++] = (struct ps_save_inode){there.st_dev, there.st_ino};
    return 0;
}

static int refuse_directory(const struct ps_save_place *place, int why, struct ps_error *error)
{
    return ps_error_set(
        error,
        "cannot create files in directory %s as user %u: %s; save into a directory in which that user may write.",
        place->name, (unsigned)geteuid(), strerror(why));
}

int ps_save_place_try(const struct ps_save_place *place, struct ps_error *error)
{
    /* Other answers come from a sandbox, and say nothing. */
    if (faccessat(place->directory, ".", W_OK | X_OK, AT_EACCESS) == 0 || (errno != EACCES && errno != EROFS))
        return 0;
    return refuse_directory(place, errno, error);
}

static bool is_protected(const struct ps_save_place *place, const struct stat *there)
{
    for (size_t i = 0; i < place->protected_count; i++)
        if (place->protected[i].device == there->st_dev && place->protected[i].inode == there->st_ino)
            return true;
    return false;
}

/* Looks at what was opened and empties it. */
static int take(struct ps_save_file *file, const struct ps_save_place *place, bool made, struct ps_error *error)
{
    struct stat there;
    if (fstat(file->fd, &there) != 0)
        return ps_error_set(error, "cannot look at %s: %s.", file->shown, strerror(errno));
    file->regular = S_ISREG(there.st_mode);
    if (made && !file->regular) {
        errno = EEXIST;
        return ps_error_set(error,
                            "cannot save to %s: there is something of this name, which is no plain file; move it away.",
                            file->shown);
    }
    if (is_protected(place, &there)) {
        errno = EEXIST;
        return ps_error_set(error, "cannot save to %s: it is also read; save under another name.", file->shown);
    }
    if (file->regular && there.st_size > 0 && ftruncate(file->fd, 0) != 0)
        return ps_error_set(error, "cannot empty %s: %s.", file->shown, strerror(errno));
    return 0;
}

static int refuse_file(const struct ps_save_file *file, const struct ps_save_place *place, int why,
                       struct ps_error *error)
{
    if (why == EACCES || why == EPERM)
        return ps_error_set(error, "cannot create %s as user %u: %s; save to a place where that user may write.",
                            file->shown, (unsigned)geteuid(), strerror(why));
    if (why == ENOENT)
        return ps_error_set(error, "cannot create %s: the directory %s is gone.", file->shown, place->name);
    return ps_error_set(error, "cannot create %s: %s.", file->shown, strerror(why));
}

int ps_save_file_open(struct ps_save_file *file, const struct ps_save_place *place, const char *name, bool made,
                      int *ret_why, struct ps_error *error)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (made ? O_NOFOLLOW | O_NONBLOCK : 0);
    char *shown;
    if (asprintf(&shown, "%s%s%s", strcmp(place->name, ".") == 0 ? "" : place->name,
                 strcmp(place->name, ".") == 0 || strcmp(place->name, "/") == 0 ? "" : "/", name) < 0) {
        *ret_why = ENOMEM;
        return ps_error_set(error, "cannot create %s: memory is out.", name);
    }
    free(file->shown);
    file->shown = shown;
    file->length = 0;
    bool trap;
    do
        file->fd = ps_place_open(place->directory, name, flags, NEW_FILE_MODE, &trap);
    while (file->fd < 0 && errno == EINTR);
    if (file->fd < 0) {
        *ret_why = errno;
        return trap ? ps_place_tell("save to", file->shown, error) : refuse_file(file, place, *ret_why, error);
    }
    if (take(file, place, made, error) == 0)
        return 0;
    *ret_why = errno;
    close(file->fd);
    file->fd = -1;
    return -1;
}

int ps_save_file_standard_output(struct ps_save_file *file, struct ps_error *error)
{
    if (isatty(STDOUT_FILENO))
        return ps_error_set(error, "cannot save to standard output: it is a terminal; name a file, or lead it into a "
                                   "file or pipe.");
    file->shown = strdup("standard output");
    if (!file->shown)
        return ps_error_set(error, "cannot prepare saving: memory is out.");
    file->fd = STDOUT_FILENO;
    file->standard_output = true;
    return 0;
}

int ps_save_file_write(const struct ps_save_file *file, const uint8_t *bytes, size_t length, size_t *ret_written)
{
    size_t at = 0;
    int why = 0;
    while (at < length && !why) {
        ssize_t n = write(file->fd, bytes + at, length - at);
        struct pollfd ready = {.fd = file->fd, .events = POLLOUT};
        if (n > 0)
            at += (size_t)n;
        else if (n == 0)
            why = EIO; /* would be asked for ever */
        else if (errno == EAGAIN)
            poll(&ready, 1, -1); /* whoever shares this pipe set it so */
        else if (errno != EINTR)
            why = errno;
    }
    *ret_written = at;
    return why;
}

void ps_save_file_cut(const struct ps_save_file *file, uint64_t length)
{
    /* Nothing is left to be done when even this fails: readers then meet one torn block. */
    if (file->regular && ftruncate(file->fd, (off_t)length) == 0)
        lseek(file->fd, 0, SEEK_END);
}

bool ps_save_file_deleted(const struct ps_save_file *file)
{
    struct stat there;
    return file->regular && fstat(file->fd, &there) == 0 && there.st_nlink == 0;
}

int ps_save_file_close(struct ps_save_file *file)
{
    int fd = file->fd;
    file->fd = -1;
    if (fd < 0 || file->standard_output || close(fd) == 0 || errno == EINTR)
        return 0;
    return errno;
}
