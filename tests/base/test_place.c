/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What somebody else put into a folder where everybody may write is neither followed nor opened; everything else is.
 */
#include "portsniff/place.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define OWNER   30001 /* of the folder */
#define SELF    30002
#define ANOTHER 30003
#define SHARED  01777

/* What stands there. */
enum thing {
    NOTHING,
    FILE_THERE,
    TWICE,
    PIPE,
    LINK,
    DANGLING
};

/* Who runs is root before and after. */
static void as(uid_t user)
{
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(seteuid(user), 0);
}

static void touch(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT, 0666);
    assert_true(fd >= 0);
    close(fd);
}

static void put(enum thing thing, uid_t user)
{
    as(0);
    unlink("name");
    unlink("second");
    as(user);
    if (thing == FILE_THERE || thing == TWICE)
        touch("name");
    if (thing == PIPE)
        assert_int_equal(mkfifo("name", 0666), 0);
    if (thing == LINK || thing == DANGLING)
        assert_int_equal(symlink(thing == LINK ? "/dev/null" : "nowhere", "name"), 0);
    as(0);
    if (thing == TWICE)
        assert_int_equal(link("name", "second"), 0);
}

/* 'o': opened, 't': a trap, 'f': fails otherwise. */
static char opened(int at, const char *path)
{
    bool trap;
    int fd = ps_place_open(at, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666, &trap);
    if (fd >= 0)
        close(fd);
    else if (trap)
        assert_int_equal(errno, EACCES);
    return fd >= 0 ? 'o' : trap ? 't' : 'f';
}

/* What a finished file would be renamed to: 'n' the name itself, 'b' what is behind it, 't' a trap. */
static char behind(const char *path)
{
    bool trap;
    char *name = ps_place_behind(path, &trap);
    char found = !name ? 't' : strcmp(name, path) == 0 ? 'n' : 'b';
    assert_int_equal(trap, !name);
    free(name);
    return found;
}

static int enter_folder(void **state)
{
    static char folder[64];
    snprintf(folder, sizeof(folder), "/tmp/portsniff-place-XXXXXX");
    *state = mkdtemp(folder);
    umask(0);
    return *state && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    if (seteuid(0) != 0)
        return 0; /* not run as root: nothing was made */
    unlink("name");
    unlink("second");
    return chdir("/") == 0 ? rmdir(*state) : -1;
}

static void who_put_what(void **state)
{
    static const struct {
        const char *name;
        mode_t mode; /* of the folder */
        enum thing thing;
        uid_t user;
        char opened, behind;
    } rows[] = {
        {"nothing", SHARED, NOTHING, SELF, 'o', 'n'},
        {"own file", SHARED, FILE_THERE, SELF, 'o', 'n'},
        {"own pipe without reader", SHARED, PIPE, SELF, 'f', 'n'},
        {"own link", SHARED, LINK, SELF, 'o', 'b'},
        {"file of the folder's owner", SHARED, FILE_THERE, OWNER, 'o', 'n'},
        {"link of the folder's owner", SHARED, LINK, OWNER, 'o', 'b'},
        {"another's file", SHARED, FILE_THERE, ANOTHER, 't', 'n'},
        {"another's pipe", SHARED, PIPE, ANOTHER, 't', 'n'},
        {"another's link", SHARED, LINK, ANOTHER, 't', 't'},
        {"another's link to nothing", SHARED, DANGLING, ANOTHER, 't', 't'},
        {"own file of two names", SHARED, TWICE, SELF, 't', 'n'},
        {"another's link, no sticky bit", 0777, LINK, ANOTHER, 't', 't'},
        {"another's link, folder of a group", 0775, LINK, OWNER, 'o', 'b'},
        {"own file of two names, folder of a group", 0775, TWICE, OWNER, 'o', 'n'},
    };
    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uid_t self = rows[i].mode == 0775 ? OWNER : SELF;
        as(0);
        assert_int_equal(chown(*state, OWNER, 0), 0);
        assert_int_equal(chmod(*state, rows[i].mode), 0);
        put(rows[i].thing, rows[i].user);
        as(self);
        char path[128], got[] = {opened(AT_FDCWD, "name"), '\0', '\0'};
        put(rows[i].thing, rows[i].user);
        as(self);
        got[1] = behind("name");
        if (got[0] != rows[i].opened || got[1] != rows[i].behind)
            fail_msg("%s: %s instead of %c%c", rows[i].name, got, rows[i].opened, rows[i].behind);
        snprintf(path, sizeof(path), "%s/name", (char *)*state);
        assert_int_equal(opened(AT_FDCWD, path), rows[i].opened);
        int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(opened(folder, "name"), rows[i].opened);
        close(folder);
    }
    as(0);
}

static void names_without_a_folder(void **state)
{
    bool trap = true;
    (void)state;
    assert_int_equal(ps_place_open(AT_FDCWD, "none/name", O_WRONLY | O_CREAT, 0666, &trap), -1);
    assert_int_equal(errno, ENOENT);
    assert_false(trap);
    assert_int_equal(ps_place_open(AT_FDCWD, "", O_WRONLY | O_CREAT, 0666, &trap), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(ps_place_open(AT_FDCWD, "/", O_WRONLY, 0, &trap), -1);
    assert_int_equal(errno, EISDIR);
}

static void the_sentence(void **state)
{
    struct ps_error error;
    (void)state;
    assert_int_equal(ps_place_tell("save to", "/tmp/a\x1b", &error), -1);
    assert_non_null(strstr(error.text, "cannot save to /tmp/a?: everybody may write in that folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_put_what),
        cmocka_unit_test(names_without_a_folder),
        cmocka_unit_test(the_sentence),
    };
    return cmocka_run_group_tests_name("base-place", tests, enter_folder, leave_folder);
}
