/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files that are not named do not exist any more, nor do TCP ports and other processes (landlock(7), by its system
 * calls: libraries for it are not common yet).
 *
 * Everything that the kernel's version knows is forbidden, and rules allow what the run was asked for.  Descriptors that
 * are open already go on working.  Landlock follows the file and not its name, so links lead where they led.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

/* The same numbers on every architecture; the headers of a system may be older than its kernel. */
#define CALL_CREATE_RULESET 444L
#define CALL_ADD_RULE       445L
#define CALL_RESTRICT_SELF  446L

#define CREATE_VERSION   1U /* flag: only tell the version of the interface */
#define RULE_PATH        1
#define VERSION_REFER    2 /* moving files between directories */
#define VERSION_TRUNCATE 3
#define VERSION_NETWORK  4
#define VERSION_IOCTL    5
#define VERSION_SCOPE    6

#define FS_WRITE_FILE  (UINT64_C(1) << 1)
#define FS_READ_FILE   (UINT64_C(1) << 2)
#define FS_READ_DIR    (UINT64_C(1) << 3)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_FILE   (UINT64_C(1) << 8)
#define FS_FIRST       ((UINT64_C(1) << 13) - 1) /* all of version 1 */
#define FS_REFER       (UINT64_C(1) << 13)
#define FS_TRUNCATE    (UINT64_C(1) << 14)
#define FS_IOCTL       (UINT64_C(1) << 15)
#define NET_TCP        UINT64_C(3) /* bind, connect */
#define SCOPE_ALL      UINT64_C(3) /* abstract Unix sockets, signals */

struct ruleset {
    uint64_t files, network, scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static struct ruleset everything(long version)
{
    struct ruleset set = {.files = FS_FIRST};
    if (version >= VERSION_REFER)
        set.files |= FS_REFER;
    if (version >= VERSION_TRUNCATE)
        set.files |= FS_TRUNCATE;
    if (version >= VERSION_NETWORK)
        set.network = NET_TCP;
    if (version >= VERSION_IOCTL)
        set.files |= FS_IOCTL;
    if (version >= VERSION_SCOPE)
        set.scoped = SCOPE_ALL;
    return set;
}

static int allow(int ruleset, int parent, uint64_t what)
{
    const struct path_rule rule = {.allowed = what, .parent = parent};
    if (syscall(CALL_ADD_RULE, ruleset, RULE_PATH, &rule, 0U) == 0)
        return 0;
    /* Pipes and the like are on no file system that could be forbidden. */
    return errno == EBADFD ? 0 : -1;
}

static int allow_file(int ruleset, int directory, const char *name)
{
    struct stat status;
    int fd = openat(directory, name, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return 0; /* whoever opens it will see why */
    int result = 0;
    if (fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode))
        result = allow(ruleset, fd, FS_READ_FILE);
    close(fd);
    return result;
}

/* Symbolic links in it lead out of it. */
static int allow_linked(int ruleset, const char *directory)
{
    DIR *list = opendir(directory);
    int result = 0;
    if (!list)
        return 0;
    for (const struct dirent *entry; result == 0 && (entry = readdir(list));)
        if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN)
            result = allow_file(ruleset, dirfd(list), entry->d_name);
    closedir(list);
    return result;
}

static int allow_reading(int ruleset, const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0 || stat(path, &status) != 0)
        return 0;
    if (!S_ISDIR(status.st_mode))
        return allow_file(ruleset, AT_FDCWD, path);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    int result = allow(ruleset, fd, FS_READ_FILE | FS_READ_DIR);
    close(fd);
    return result != 0 ? result : allow_linked(ruleset, path);
}

/* What tools in the program itself need: to read its own maps, to write what they measured. */
static int allow_instruments(int ruleset, uint64_t handled)
{
    (void)handled;
    uint64_t what = FS_READ_FILE | FS_READ_DIR;
#ifdef PS_GUARD_INSTRUMENTED
    what = handled;
#endif
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : allow(ruleset, fd, what);
    if (fd >= 0)
        close(fd);
    return result;
}

static int add_rules(int ruleset, const struct ps_guard_options *options, uint64_t handled)
{
    for (size_t i = 0; i < options->read_count; i++)
        if (allow_reading(ruleset, options->read[i]) != 0)
            return -1;
    uint64_t in_directory = FS_MAKE_FILE | FS_REMOVE_FILE;
    if (options->creates)
        in_directory |= FS_WRITE_FILE | FS_TRUNCATE;
    for (size_t i = 0; i < options->directory_count; i++)
        if (allow(ruleset, options->directory[i], in_directory & handled) != 0)
            return -1;
    return GUARD_INSTRUMENTED ? allow_instruments(ruleset, handled) : 0;
}

static int restrict_to(const struct ruleset *set, const struct ps_guard_options *options)
{
    long ruleset = syscall(CALL_CREATE_RULESET, set, sizeof(*set), 0U);
    if (ruleset < 0)
        return -1;
    int result = add_rules((int)ruleset, options, set->files);
    if (result == 0)
        result = (int)syscall(CALL_RESTRICT_SELF, (int)ruleset, 0U);
    int why = errno;
    close((int)ruleset);
    errno = why;
    return result;
}

static void tell_files(struct guard *guard, long version)
{
    const struct ps_guard_options *options = guard->options;
    const char *limit = version < VERSION_TRUNCATE ? "; emptying files is not covered before Linux 6.2" : "";
    char paths[64] = "no file is opened";
    if (options->read_count > 0)
        snprintf(paths, sizeof(paths), "%zu named path%s can be read", options->read_count,
                 options->read_count == 1 ? "" : "s");
    char directories[96] = "none is made or removed";
    if (options->directory_count > 0)
        snprintf(directories, sizeof(directories), "files are %smade and removed in %zu director%s",
                 options->creates ? "written, " : "", options->directory_count,
                 options->directory_count == 1 ? "y" : "ies");
    ps_guard_note(guard, GUARD_FILES, GUARD_DONE, "%s, %s (Landlock %ld)%s%s", paths, directories, version, limit,
                  GUARD_INSTRUMENTED ? "; this build is instrumented and reads everywhere" : "");
}

static void tell_rest(struct guard *guard, long version)
{
    if (version >= VERSION_NETWORK)
        ps_guard_note(guard, GUARD_NETWORK, GUARD_DONE, "no TCP (Landlock %ld); no socket at all: see system calls",
                      version);
    else
        ps_guard_note(guard, GUARD_NETWORK, GUARD_NEEDLESS, "Landlock knows it from Linux 6.7; see system calls");
    if (version >= VERSION_SCOPE)
        ps_guard_note(guard, GUARD_SIGNALS, GUARD_DONE, "no signals, no abstract sockets (Landlock %ld)", version);
    else
        ps_guard_note(guard, GUARD_SIGNALS, GUARD_NEEDLESS, "Landlock knows them from Linux 6.12; see system calls");
}

static void tell_missing(struct guard *guard, const char *why)
{
    ps_guard_note(guard, GUARD_FILES, GUARD_MISSING, "Landlock %s", why);
    ps_guard_note(guard, GUARD_NETWORK, GUARD_NEEDLESS, "see system calls");
    ps_guard_note(guard, GUARD_SIGNALS, GUARD_NEEDLESS, "see system calls");
}

void ps_guard_landlock(struct guard *guard)
{
    long version = syscall(CALL_CREATE_RULESET, NULL, (size_t)0, CREATE_VERSION);
    if (version < 1) {
        const char *why = "is not offered by this kernel (5.13 and later can)";
        if (errno == EOPNOTSUPP)
            why = "was switched off when this kernel was booted (lsm=)";
        else if (errno != ENOSYS)
            why = "is forbidden here, perhaps by a container";
        tell_missing(guard, why);
        return;
    }
    const struct ruleset set = everything(version);
    if (restrict_to(&set, guard->options) != 0) {
        char why[128];
        snprintf(why, sizeof(why), "cannot be used: %s", strerror(errno));
        tell_missing(guard, why);
        return;
    }
    tell_files(guard, version);
    tell_rest(guard, version);
}
