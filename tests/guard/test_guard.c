/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From inside: what a confined process is refused, and what it can still do, on every road.
 *
 * Each attempt is made by a process of its own, which is confined first.  Those that are refused are also made by one that
 * is not, so that it is the guard that refuses them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/attempts.h"
#include "guard/steps.h"
#include "portsniff/guard.h"

/* What a child found out, as its exit status. */
enum finding {
    SUCCEEDED = 0, /* also when a program was executed instead of it: true(1) */
    REFUSED = 40,
    NOT_CONFINED, /* parts are missing here, or what is tried: nothing can be shown */
    NO_DROP,      /* the drop failed */
    NO_PACKETS    /* no packet socket can be made: not root */
};

static struct stage stage;

/* --- the stage --- */

static void make(const char *name, int is_folder)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    if (is_folder) {
        assert_int_equal(mkdir(path, 0755), 0);
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "content", 7), 7);
    close(fd);
}

static void make_files(void)
{
    char link[128], target[128];
    snprintf(stage.folder, sizeof(stage.folder), "/tmp/portsniff-guard-XXXXXX");
    assert_non_null(mkdtemp(stage.folder));
    assert_int_equal(chmod(stage.folder, 0777), 0);
    make("capture", 0);
    make("elsewhere", 0);
    make("out", 1);
    make("out/victim", 0);
    make("out/report.part", 0);
    make("captures", 1);
    make("captures/inside", 0);
    snprintf(link, sizeof(link), "%s/captures/link", stage.folder);
    snprintf(target, sizeof(target), "%s/elsewhere", stage.folder);
    assert_int_equal(symlink(target, link), 0);
}

static int setup(void **state)
{
    (void)state;
    char out[128], report[160];
    int pair[2];
    stage = (struct stage){.packet = -1};
    make_files();
    snprintf(out, sizeof(out), "%s/out", stage.folder);
    snprintf(report, sizeof(report), "%s/report.part", out);
    assert_int_equal(chmod(out, 0777), 0);
    stage.file = open(report, O_WRONLY | O_CLOEXEC);
    stage.directory = open(out, O_PATH | O_DIRECTORY | O_CLOEXEC);
    stage.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    stage.datagram = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    stage.peer = pair[0];
    assert_true(stage.file >= 0 && stage.directory >= 0 && stage.null >= 0 && stage.datagram >= 0);
    return 0;
}

static void remove_one(const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    if (remove(path) != 0)
        return; /* most attempts leave nothing */
}

static int teardown(void **state)
{
    (void)state;
    static const char *const names[] = {
        "captures/inside", "captures/link", "captures", "capture", "elsewhere",    "out/victim",
        "out/report.part", "out/report",    "out/made", "out/new", "out/new-link", "out",
    };
    for (int fd = STDERR_FILENO + 1; fd < 32; fd++)
        close(fd);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        remove_one(names[i]);
    assert_int_equal(rmdir(stage.folder), 0);
    return 0;
}

/* --- one attempt --- */

/* A packet socket on lo, before anything is given up. */
static int open_packet_socket(void)
{
    /* The protocol number 0: nothing is received. */
    const struct {
        uint16_t family, protocol;
        int32_t index;
        uint8_t rest[12];
    } address = {.family = AF_PACKET, .index = 1};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) == 0)
        return fd;
    return -1;
}

static enum finding confine(enum roads road, enum ps_guard_mode mode)
{
    char capture[128], captures[128];
    const char *read[] = {capture, captures, "/nowhere/at/all", "-"};
    struct ps_error missing, error;
    snprintf(capture, sizeof(capture), "%s/capture", stage.folder);
    snprintf(captures, sizeof(captures), "%s/captures", stage.folder);
    struct ps_guard_options options = {.mode = mode, .file = -1};
    if (road == ROADS_SAVED || road == ROADS_REPORT) {
        options.read = read;
        options.read_count = sizeof(read) / sizeof(read[0]);
    } else {
        options.live = true;
    }
    if (road == ROADS_REPORT || road == ROADS_CREATE) {
        options.directory = &stage.directory;
        options.directory_count = 1;
    }
    if (road == ROADS_REPORT) {
        options.renames = true;
        options.file = stage.file;
    }
    options.creates = road == ROADS_CREATE;
    if (ps_guard_drop(&options, &missing, &error) != 0) {
        fprintf(stderr, "# %s\n", error.text);
        return NO_DROP;
    }
    return missing.text[0] ? NOT_CONFINED : SUCCEEDED;
}

static enum finding try(const struct attempt *attempt, enum roads road, enum ps_guard_mode mode)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (attempt->packet && (stage.packet = open_packet_socket()) < 0)
            _exit(NO_PACKETS);
        enum finding found = confine(road, mode);
        if (found == SUCCEEDED && !attempt->succeeds(&stage))
            found = REFUSED;
        _exit((int)found);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return REFUSED;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV && strstr(attempt->name, "i386"))
        return NOT_CONFINED;
    assert_true(WIFEXITED(status));
    return (enum finding)WEXITSTATUS(status);
}

struct row {
    const struct attempt *attempt;
    enum roads road;
    char name[96];
};

static void row(void **state)
{
    const struct row *r = *state;
    const struct attempt *attempt = r->attempt;
    setup(NULL);
    enum finding found = try(attempt, r->road, PS_GUARD_AUTO);
    teardown(NULL);
    if (found == NOT_CONFINED || found == NO_PACKETS)
        skip();
    /* Sanitizers open, trace and fork: what is left to refuse says little about other builds. */
    if (GUARD_INSTRUMENTED && !(attempt->works & r->road))
        skip();
    assert_int_equal(found, attempt->works & r->road ? SUCCEEDED : REFUSED);
}

static void control(void **state)
{
    const struct row *r = *state;
    setup(NULL);
    enum finding found = try(r->attempt, r->road, PS_GUARD_OFF);
    teardown(NULL);
    assert_int_equal(found, SUCCEEDED);
}

static const struct {
    enum roads road;
    const char *name;
} road_names[] = {
    {ROADS_SAVED, "saved"},
    {ROADS_REPORT, "saved, into a file"},
    {ROADS_LIVE, "live"},
    {ROADS_CREATE, "live, saving"},
};

static size_t add(struct CMUnitTest *test, struct row *r, const struct attempt *attempt, enum roads road,
                  const char *name, CMUnitTestFunction function)
{
    *r = (struct row){.attempt = attempt, .road = road};
    snprintf(r->name, sizeof(r->name), "%s: %s", name, attempt->name);
    *test = (struct CMUnitTest){.name = r->name, .test_func = function, .initial_state = r};
    return 1;
}

int main(void)
{
    enum {
        ROADS = sizeof(road_names) / sizeof(road_names[0])
    };
    struct row *rows = calloc(attempt_count * (ROADS + 1), sizeof(*rows));
    struct CMUnitTest *tests = calloc(attempt_count * (ROADS + 1), sizeof(*tests));
    size_t n = 0;
    if (!rows || !tests)
        return 1;
    for (size_t i = 0; i < attempt_count; i++) {
        const struct attempt *attempt = &attempts[i];
        if (attempt->control)
            n += add(&tests[n], &rows[n], attempt, ROADS_SAVED, "without a guard", control);
        for (size_t road = 0; road < ROADS; road++) {
            /* Only a live run has packet sockets. */
            if (attempt->packet && !(road_names[road].road & (ROADS_LIVE | ROADS_CREATE)))
                continue;
            n += add(&tests[n], &rows[n], attempt, road_names[road].road, road_names[road].name, row);
        }
    }
    int failures = _cmocka_run_group_tests("guard", tests, n, NULL, NULL);
    free(tests);
    free(rows);
    return failures;
}
