/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Saving that is refused: what contradicts itself, what may not be written, what must not be overwritten.
 */
#include "blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/collect.h"

#define SECOND INT64_C(1000000000)
#define NOON   (INT64_C(1795348800) * SECOND) /* 2026-11-22 12:00:00 UTC */

static void assert_empty(const char *path)
{
    struct collected got;
    collect_path(path, PS_READER_NATIVE, &got);
    assert_clean(&got, 0);
    collected_finish(&got);
}

static void assert_not_begun(const struct ps_save_options *options, const char *protected, const char *sentence)
{
    struct ps_save *save = NULL;
    struct ps_error error = {""};
    if (ps_save_open(options, &save, &error) == 0) {
        if (protected)
            assert_int_equal(ps_save_protect(save, protected, NULL), 0);
        assert_int_equal(ps_save_begin(save, &error), -1);
    }
    ps_save_close(save);
    assert_string_equal(error.text, sentence);
}

static void options_that_contradict_each_other(void **state)
{
    static char comment[65534];
    (void)state;
    assert_not_begun(&(struct ps_save_options){.path = "-", .rotate_packets = 1}, NULL,
                     "cannot rotate (--rotate-...) what goes to standard output; name a file with -w.");
    assert_not_begun(&(struct ps_save_options){.path = "a", .keep_files = 1}, NULL,
                     "--rotate-keep says how many files are kept, but nothing says when another begins; add "
                     "--rotate-size, --rotate-time or --rotate-count.");
    assert_not_begun(&(struct ps_save_options){.path = "a", .rotate_packets = 1, .keep_files = 1000001}, NULL,
                     "--rotate-keep is at most 1000000 files.");
    memset(comment, 'x', sizeof(comment) - 1);
    assert_not_begun(&(struct ps_save_options){.path = "a", .comment = comment}, NULL,
                     "--comment is longer than 65532 bytes, which is all that the format has room for.");
    comment[65532] = '\0';
    save_done(saver(&(struct ps_save_options){.path = "a.pcapng", .comment = comment}, true));
    assert_empty("a.pcapng");
}

static void places_that_are_not_there(void **state)
{
    (void)state;
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_not_begun(&(struct ps_save_options){.path = "none/a.pcapng"}, NULL,
                     "cannot save into directory none: No such file or directory; create it or name another one.");
    assert_not_begun(&(struct ps_save_options){.path = "folder"}, NULL, "cannot create folder: Is a directory.");
    rmdir("folder");
}

/* As another user, because root may do everything. */
static void places_that_are_not_ours(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir("theirs", 0755), 0);
    write_file("theirs/there.pcapng", "precious", 8);
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    assert_not_begun(&(struct ps_save_options){.path = "theirs/a.pcapng"}, NULL,
                     "cannot create theirs/a.pcapng as user 65534: Permission denied; save to a place where that user "
                     "may write.");
    assert_not_begun(&(struct ps_save_options){.path = "theirs/there.pcapng"}, NULL,
                     "cannot create theirs/there.pcapng as user 65534: Permission denied; save to a place where that "
                     "user may write.");
    assert_not_begun(&(struct ps_save_options){.path = "theirs/a", .rotate_packets = 1}, NULL,
                     "cannot create files in directory theirs as user 65534: Permission denied; save into a directory "
                     "in which that user may write.");
    assert_int_equal(seteuid(0), 0);
}

static void what_is_read_is_not_overwritten(void **state)
{
    struct stat there;
    (void)state;
    write_file("in.pcap", "precious", 8);
    assert_int_equal(symlink("in.pcap", "soft.pcap"), 0);
    assert_int_equal(link("in.pcap", "hard.pcap"), 0);
    assert_not_begun(&(struct ps_save_options){.path = "in.pcap"}, "in.pcap",
                     "cannot save to in.pcap: it is also read; save under another name.");
    assert_not_begun(&(struct ps_save_options){.path = "./in.pcap"}, "in.pcap",
                     "cannot save to in.pcap: it is also read; save under another name.");
    assert_not_begun(&(struct ps_save_options){.path = "soft.pcap"}, "in.pcap",
                     "cannot save to soft.pcap: it is also read; save under another name.");
    assert_not_begun(&(struct ps_save_options){.path = "hard.pcap"}, "in.pcap",
                     "cannot save to hard.pcap: it is also read; save under another name.");
    assert_int_equal(stat("in.pcap", &there), 0);
    assert_int_equal(there.st_size, 8);
    /* What is not read is overwritten, keeps its mode, and nothing of it is left. */
    assert_int_equal(chmod("in.pcap", 0640), 0);
    save_done(saver(&(struct ps_save_options){.path = "soft.pcap"}, true));
    assert_empty("in.pcap");
    assert_int_equal(stat("in.pcap", &there), 0);
    assert_int_equal(there.st_mode & 0777, 0640);
}

static void new_files_are_for_their_user_alone(void **state)
{
    struct stat there;
    (void)state;
    mode_t mask = umask(0);
    save_done(saver(&(struct ps_save_options){.path = "private.pcapng"}, true));
    umask(mask);
    assert_int_equal(stat("private.pcapng", &there), 0);
    assert_int_equal(there.st_mode & 0777, 0600);
}

/* Somebody knew what the next file would be called. */
static void names_that_were_made_lead_nowhere(void **state)
{
    struct ps_error error = {""};
    struct ps_packet packet = packet_of(NOON, 60, 1);
    static struct ps_batch batch = {.count = 1};
    (void)state;
    write_file("elsewhere", "precious", 8);
    for (int pipe = 0; pipe < 2; pipe++) {
        struct ps_save_facts facts;
        int made = pipe ? mkfifo("m_00001_20261122120000.pcapng", 0600)
                        : symlink("elsewhere", "m_00001_20261122120000.pcapng");
        assert_int_equal(made, 0);
        struct ps_save *save = saver(&(struct ps_save_options){.path = "m", .rotate_packets = 1}, true);
        batch.packet[0] = packet;
        assert_false(ps_save_batch(save, &batch, &error));
        ps_save_facts(save, &facts);
        assert_int_equal(facts.missed, 1);
        assert_int_equal(facts.files, 0);
        assert_string_equal(facts.problem, error.text);
        ps_save_close(save);
        assert_non_null(
            strstr(error.text, pipe ? "cannot create m_00001_20261122120000.pcapng: No such device or address"
                                    : "cannot create m_00001_20261122120000.pcapng: Too many levels of"));
        assert_non_null(strstr(error.text, "Saving stopped after 0 packets in 0 files; counting goes on."));
        unlink("m_00001_20261122120000.pcapng");
    }
    struct stat there;
    assert_int_equal(stat("elsewhere", &there), 0);
    assert_int_equal(there.st_size, 8);
}

static void a_device_that_is_full(void **state)
{
    (void)state;
    assert_not_begun(&(struct ps_save_options){.path = "/dev/full"}, NULL,
                     "cannot write to /dev/full: No space left on device. Make room, or keep fewer files "
                     "(--rotate-keep), and start anew.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_that_contradict_each_other),
        cmocka_unit_test(places_that_are_not_there),
        cmocka_unit_test(places_that_are_not_ours),
        cmocka_unit_test(what_is_read_is_not_overwritten),
        cmocka_unit_test(new_files_are_for_their_user_alone),
        cmocka_unit_test(names_that_were_made_lead_nowhere),
        cmocka_unit_test(a_device_that_is_full),
    };
    return cmocka_run_group_tests_name("save-refuse", tests, enter_folder, leave_folder);
}
