/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Another user instead of root: whom, and that there is no way back.
 *
 * A user that nobody named must not break what was asked for.  Where it could not read a capture that is named, or could
 * not write the report, root's user stays, with the one capability that this takes (and Landlock around it).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps.h"

/* Where the system has no user of this name. */
#define NOBODY 65534

/* More supplementary groups than this are not asked back; nobody has them. */
#define GROUPS_MAX 256

struct identity {
    uid_t uid;
    gid_t gid;
    const char *origin; /* for the report */
    bool named;         /* by --user */
};

/* A number below the reserved one; `name` is only for what it is called. */
static bool parse_id(const char *text, uid_t *ret_id)
{
    char *end;
    if (!text || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long id = strtoul(text, &end, 10);
    if (errno || *end || id >= (uid_t)-1)
        return false;
    *ret_id = (uid_t)id;
    return true;
}

/* `text` is a name or a number. */
static bool find_user(const char *text, struct identity *ret_identity)
{
    uid_t number;
    const struct passwd *entry = getpwnam(text);
    if (!entry && parse_id(text, &number))
        entry = getpwuid(number);
    if (!entry)
        return false;
    ret_identity->uid = entry->pw_uid;
    ret_identity->gid = entry->pw_gid;
    return true;
}

static void choose_nobody(struct identity *identity)
{
    identity->origin = "nobody";
    if (find_user("nobody", identity))
        return;
    identity->uid = NOBODY;
    identity->gid = NOBODY;
}

/* Who called sudo(8), unless that was root. */
static bool choose_caller(struct identity *identity)
{
    uid_t uid, gid;
    if (!parse_id(getenv("SUDO_UID"), &uid) || !parse_id(getenv("SUDO_GID"), &gid) || uid == 0)
        return false;
    *identity = (struct identity){.uid = uid, .gid = gid, .origin = "who called sudo"};
    return true;
}

/* Whether `identity` was filled; if not, the outcome says why nobody else is to be become. */
static bool choose(struct guard *guard, struct identity *identity)
{
    const struct ps_guard_options *options = guard->options;
    *identity = (struct identity){.uid = getuid(), .gid = getgid(), .origin = "--user"};
    if (options->user) {
        identity->named = true;
        if (find_user(options->user, identity))
            return true;
        ps_guard_note(guard, GUARD_USER, GUARD_FAILED,
                      "--user %s: there is no such user here; see `getent passwd` for those there are", options->user);
        return false;
    }
    if (getuid() != 0) {
        identity->origin = "who started it"; /* the program may be set-user-ID */
        if (geteuid() != getuid() || getegid() != getgid())
            return true;
        ps_guard_note(guard, GUARD_USER, GUARD_NEEDLESS, "user %u, group %u: not started as root", (unsigned)getuid(),
                      (unsigned)getgid());
        return false;
    }
    if (choose_caller(identity))
        return true;
    if (!options->live) {
        ps_guard_note(guard, GUARD_USER, GUARD_NEEDLESS,
                      "stays root: the captures are opened later, and are to be readable for whom they are now");
        return false;
    }
    choose_nobody(identity);
    return true;
}

/* --- whether that user can do what the run is for --- */

static bool may_read(const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &status) != 0)
        return errno == ENOENT; /* nobody can */
    /* A directory's files may each be somebody else's. */
    return !S_ISDIR(status.st_mode) && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0;
}

enum ability {
    ABLE,
    MAY_NOT_READ,
    MAY_NOT_WRITE,
    CANNOT_TELL /* that user cannot be become here, not even for a moment; errno says why */
};

/* Of whom the process is at the moment. */
static enum ability own_ability(const struct ps_guard_options *options)
{
    for (size_t i = 0; i < options->directory_count; i++)
        if (faccessat(options->directory[i], ".", W_OK | X_OK, AT_EACCESS) != 0)
            return MAY_NOT_WRITE;
    for (size_t i = 0; i < options->read_count; i++)
        if (!may_read(options->read[i]))
            return MAY_NOT_READ;
    return ABLE;
}

/* Asks as that user; whoever asks is root before and after it. */
static enum ability ability_of(const struct ps_guard_options *options, const struct identity *identity)
{
    gid_t groups[GROUPS_MAX];
    enum ability ability = CANNOT_TELL;
    int count = getgroups(GROUPS_MAX, groups);
    if (count < 0 || setgroups(0, NULL) != 0)
        return CANNOT_TELL;
    if (setegid(identity->gid) == 0 && seteuid(identity->uid) == 0)
        ability = own_ability(options);
    int why = errno;
    /* Effective root comes first, or nothing else could be taken back. */
    if (seteuid(0) != 0 || setegid(0) != 0 || setgroups((size_t)count, groups) != 0)
        abort();
    errno = why;
    return ability;
}

/* Capabilities that root's user needs to do what it could do before. */
static void keep_for_root(struct guard *guard)
{
    const struct ps_guard_options *options = guard->options;
    guard->keeps_search = options->read_count > 0;
    for (size_t i = 0; i < options->directory_count; i++) {
        struct stat status;
        /* The owner's own bits are enough. */
        if (fstat(options->directory[i], &status) != 0 || status.st_uid != 0 || (status.st_mode & 0300) != 0300)
            guard->keeps_override = true;
    }
}

/* --- becoming it --- */

/* Whether root can be had again: then nothing was gained. */
static bool can_go_back(const struct identity *identity)
{
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) != 0 || real != identity->uid || effective != identity->uid ||
        saved != identity->uid)
        return true;
    gid_t real_group, effective_group, saved_group;
    if (getresgid(&real_group, &effective_group, &saved_group) != 0 || real_group != identity->gid ||
        effective_group != identity->gid || saved_group != identity->gid)
        return true;
    if (identity->uid == 0)
        return false;
    return seteuid(0) == 0 || setuid(0) == 0 || (identity->gid != 0 && setegid(0) == 0);
}

static void become(struct guard *guard, const struct identity *identity)
{
    const struct ps_guard_options *options = guard->options;
    enum guard_state trouble = identity->named ? GUARD_FAILED : GUARD_MISSING;
    /* In a directory with the sticky bit (/tmp) only its owner may rename the report to its place. */
    bool hand_over = options->file >= 0 && options->directory_count > 0 && getuid() == 0;
    if (hand_over && fchown(options->file, identity->uid, identity->gid) != 0) {
        ps_guard_note(guard, GUARD_USER, trouble, "the file that is written cannot be given to user %u: %s",
                      (unsigned)identity->uid, strerror(errno));
        return;
    }
    if ((geteuid() == 0 && setgroups(0, NULL) != 0) || setresgid(identity->gid, identity->gid, identity->gid) != 0 ||
        setresuid(identity->uid, identity->uid, identity->uid) != 0) {
        ps_guard_note(guard, GUARD_USER, trouble, "user %u and group %u cannot be become: %s", (unsigned)identity->uid,
                      (unsigned)identity->gid, strerror(errno));
        return;
    }
    if (can_go_back(identity)) {
        ps_guard_note(guard, GUARD_USER, GUARD_FAILED,
                      "root can be had again after user %u was become, so nothing is given up; start portsniff as an "
                      "ordinary user",
                      (unsigned)identity->uid);
        return;
    }
    ps_guard_note(guard, GUARD_USER, GUARD_DONE, "user %u, group %u (%s), no other groups; no way back",
                  (unsigned)identity->uid, (unsigned)identity->gid, identity->origin);
}

/* Root's user stays: nobody asked for another one, and this one could not do what was asked for. */
static void stay_root(struct guard *guard, const struct identity *identity, const char *what)
{
    keep_for_root(guard);
    ps_guard_note(guard, GUARD_USER, GUARD_NEEDLESS, "stays root: user %u (%s) may not %s", (unsigned)identity->uid,
                  identity->origin, what);
}

/* Root becomes `identity`, or stays. */
static void change(struct guard *guard, const struct identity *identity)
{
    enum ability ability = ability_of(guard->options, identity);
    if (ability == CANNOT_TELL) {
        keep_for_root(guard);
        ps_guard_note(guard, GUARD_USER, identity->named ? GUARD_FAILED : GUARD_MISSING,
                      "user %u and group %u cannot be become: %s", (unsigned)identity->uid, (unsigned)identity->gid,
                      strerror(errno));
    } else if (ability == MAY_NOT_WRITE && identity->named && identity->uid != 0) {
        ps_guard_note(guard, GUARD_USER, GUARD_FAILED,
                      "--user %s: that user may not write in the folder that -o or -w names; let it, or name another",
                      guard->options->user);
    } else if (ability != ABLE && !identity->named) {
        stay_root(guard, identity,
                  ability == MAY_NOT_READ ? "read all captures" : "write in the folder that -o or -w names");
    } else {
        if (identity->uid == 0)
            keep_for_root(guard);
        become(guard, identity);
    }
}

void ps_guard_user(struct guard *guard)
{
    struct identity identity;
    const bool root = getuid() == 0;
    if (!choose(guard, &identity)) {
        if (root)
            keep_for_root(guard);
    } else if (root) {
        change(guard, &identity);
    } else if (identity.named && identity.uid != getuid()) {
        ps_guard_note(guard, GUARD_USER, GUARD_FAILED, "--user %s: only root can become another user",
                      guard->options->user);
    } else {
        become(guard, &identity);
    }
}
