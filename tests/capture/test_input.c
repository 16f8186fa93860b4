/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inputs: what can be named, what is refused in which words, directories, standard input, pipes and interruptions.
 */
#include "collect.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void build_capture(struct build *build, unsigned packets)
{
    build_init(build, false);
    build_pcap(build, BUILD_PCAP_MICRO, 1);
    for (unsigned i = 0; i < packets; i++)
        build_record(build, i, 0, 20 + i, 100, i);
}

static void what_is_not_read(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *sentence;
    } rows[] = {
        {"", 0, "odd is empty: not even the header of a capture is in it; capture again."},
        {"Dear reader,\nhow", 16,
         "odd is not a capture (it starts with \"Dear reader,\"); pcap and pcapng are read, also compressed."},
        {"abc", 3, "odd is not a capture (it starts with \"abc\"); pcap and pcapng are read, also compressed."},
        {"A line that is longer than what is shown", 40,
         "odd is not a capture (it starts with \"A line that is longe\"); pcap and pcapng are read, also compressed."},
        {"\x7f"
         "ELF\2\1\1",
         7,
         "odd is not a capture (it starts with the bytes 7f 45 4c 46 02 01 01); pcap and pcapng are read, also "
         "compressed."},
        {"snoop\0\0\0\0\0\0\2", 12,
         "odd is a snoop capture (RFC 1761), which is not read; convert it with `editcap -F pcapng FILE NEW-FILE`."},
        {"GMBU\0\2", 6,
         "odd is a Microsoft Network Monitor capture, which is not read; convert it with `editcap -F pcapng FILE "
         "NEW-FILE`."},
        {"PK\3\4 and so on", 13, "odd is a ZIP archive, which is not read; unpack it first, as with `unzip`."},
        {"\xa1\xb2\xc3", 3,
         "odd is not a capture (it starts with the bytes a1 b2 c3); pcap and pcapng are read, also compressed."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct collected got;
        write_file("odd", rows[i].bytes, rows[i].length);
        collect_path("odd", PS_READER_AUTO, &got);
        assert_refused(&got, rows[i].sentence);
        unlink("odd");
    }
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    struct collected got;
    collect_path("missing.pcap", PS_READER_AUTO, &got);
    assert_refused(&got, "missing.pcap cannot be opened: there is no such file; check the name.");
    collect_path("bell\a\x1b[31m.pcap", PS_READER_AUTO, &got);
    assert_refused(&got, "bell??[31m.pcap cannot be opened: there is no such file; check the name.");
    struct ps_source_options none = {0};
    collect(&none, &got);
    assert_refused(&got, "no input is given; name a capture with -r, or - for standard input.");
    if (geteuid() == 0)
        return; /* nothing is forbidden to root */
    write_file("secret.pcap", "", 0);
    chmod("secret.pcap", 0);
    collect_path("secret.pcap", PS_READER_AUTO, &got);
    assert_refused(&got, "secret.pcap cannot be opened: permission denied; run as a user who may read it.");
}

static void failures_among_other_inputs(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    const char *const paths[] = {"missing", "good", "text"};
    build_capture(&build, 3);
    write_build("good", &build);
    write_file("text", "no capture", 10);
    collect_paths(paths, 3, &got);
    assert_int_equal(got.last, PS_NEXT_END);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.packet[0].source, 1);
    assert_int_equal(got.input_count, 3);
    assert_true(got.input[0].failed);
    assert_string_equal(got.input[0].problem, "missing cannot be opened: there is no such file; check the name.");
    assert_false(got.input[1].failed);
    assert_null(got.input[1].problem);
    assert_int_equal(got.input[1].packets, 3);
    assert_true(got.input[2].failed);
    collected_finish(&got);

    const char *const bad[] = {"missing", "text"};
    collect_paths(bad, 2, &got);
    assert_refused(&got, "none of the 2 inputs can be read; the first: missing cannot be opened: there is no such "
                         "file; check the name.");
    build_finish(&build);
}

static void a_directory_stands_for_its_captures(void **state)
{
    (void)state;
    struct build build, packed;
    struct collected got;
    build_capture(&build, 2);
    build_pack(&build, "gzip", &packed);
    assert_int_equal(mkdir("dir", 0700), 0);
    assert_int_equal(mkdir("dir/below.pcap", 0700), 0);
    write_build("dir/b.pcap", &build);
    write_build("dir/a.odd-name", &packed);
    write_build("dir/c", &build);
    write_build("dir/below.pcap/not-seen.pcap", &build);
    write_file("dir/notes.txt", "notes", 5);
    write_file("dir/empty.pcap", "", 0);
    assert_int_equal(mkfifo("dir/fifo.pcap", 0600), 0);
    for (int slash = 0; slash < 2; slash++) {
        collect_path(slash ? "dir/" : "dir", PS_READER_AUTO, &got);
        assert_int_equal(got.last, PS_NEXT_END);
        assert_int_equal(got.input_count, 3);
        assert_string_equal(got.input[0].name, "dir/a.odd-name");
        assert_string_equal(got.input[0].format, "pcap+gzip");
        assert_string_equal(got.input[1].name, "dir/b.pcap");
        assert_string_equal(got.input[2].name, "dir/c");
        assert_int_equal(got.count, 6);
        collected_finish(&got);
    }
    build_finish(&packed);
    build_finish(&build);
}

static void a_directory_without_captures(void **state)
{
    (void)state;
    struct collected got;
    assert_int_equal(mkdir("bare", 0700), 0);
    collect_path("bare", PS_READER_AUTO, &got);
    assert_refused(&got, "the directory bare holds no capture; pcap and pcapng files directly in it are read, also "
                         "compressed.");
    write_file("bare/notes.txt", "notes", 5);
    collect_path("bare", PS_READER_AUTO, &got);
    assert_int_equal(got.opened, -1);
}

/* Writes a build to a descriptor, `step` bytes at a time. */
struct writer {
    const struct build *build;
    size_t step;
    int fd;
    const char *path; /* opened by the thread, when not NULL */
    pthread_t thread;
};

static void *write_slowly(void *argument)
{
    struct writer *writer = argument;
    if (writer->path)
        writer->fd = open(writer->path, O_WRONLY);
    for (size_t at = 0; at < writer->build->length; at += writer->step) {
        size_t n = writer->build->length - at;
        if (n > writer->step)
            n = writer->step;
        if (write(writer->fd, writer->build->bytes + at, n) != (ssize_t)n)
            break;
        if (at % 64 == 0)
            usleep(100);
    }
    close(writer->fd);
    return NULL;
}

/* Makes standard input a pipe that a thread writes to; returns what standard input was. */
static int pipe_to_stdin(struct writer *writer)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int before = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    writer->fd = ends[1];
    assert_int_equal(pthread_create(&writer->thread, NULL, write_slowly, writer), 0);
    return before;
}

static void restore_stdin(int before)
{
    dup2(before, STDIN_FILENO);
    close(before);
}

static void standard_input_in_tiny_writes(void **state)
{
    (void)state;
    struct build plain, packed;
    struct collected file;
    build_capture(&plain, 30);
    build_pack(&plain, "zstd", &packed);
    collect_build(&plain, PS_READER_AUTO, &file);
    static const size_t steps[] = {1, 7, 1000000};
    for (size_t i = 0; i < 6; i++) {
        struct writer writer = {.build = i < 3 ? &plain : &packed, .step = steps[i % 3]};
        struct collected got;
        int before = pipe_to_stdin(&writer);
        collect_path("-", i % 2 ? PS_READER_LIBPCAP : PS_READER_AUTO, &got);
        pthread_join(writer.thread, NULL);
        assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1); /* still open */
        restore_stdin(before);
        assert_clean(&got, 30);
        assert_same(&file, &got);
        assert_string_equal(got.input[0].name, "-");
        assert_int_equal(got.total, 0);
        collected_finish(&got);
    }
    collected_finish(&file);
    build_finish(&packed);
    build_finish(&plain);
}

static void a_fifo_by_its_name(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_capture(&build, 10);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    struct writer writer = {.build = &build, .step = 5, .path = "fifo"};
    assert_int_equal(pthread_create(&writer.thread, NULL, write_slowly, &writer), 0);
    collect_path("fifo", PS_READER_AUTO, &got);
    pthread_join(writer.thread, NULL);
    assert_clean(&got, 10);
    assert_int_equal(got.total, 0);
    collected_finish(&got);
    build_finish(&build);
}

static void standard_input_twice(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    const char *const paths[] = {"-", "-"};
    build_capture(&build, 3);
    struct writer writer = {.build = &build, .step = 100};
    int before = pipe_to_stdin(&writer);
    collect_paths(paths, 2, &got);
    pthread_join(writer.thread, NULL);
    restore_stdin(before);
    assert_int_equal(got.count, 3);
    assert_false(got.input[0].failed);
    assert_string_equal(got.input[1].problem, "standard input is given more than once; it can be read only once.");
    collected_finish(&got);
    build_finish(&build);
}

static void do_nothing(int number)
{
    (void)number;
}

/* A signal while nothing comes: the caller gets a say, and nothing is lost. */
static void an_interrupted_read(void **state)
{
    (void)state;
    struct build build;
    int ends[2];
    struct sigaction action = {.sa_handler = do_nothing}, before;
    build_capture(&build, 2);
    assert_int_equal(pipe(ends), 0);
    int stdin_before = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);

    const size_t first = 24 + 16 + 20, half = first + 9;
    assert_int_equal(write(ends[1], build.bytes, half), half);
    const char *path = "-";
    struct ps_source_options options = {.paths = &path, .path_count = 1};
    struct ps_source *source;
    static struct ps_batch batch;
    assert_int_equal(ps_source_open(&options, &source, NULL), 0);
    assert_int_equal(ps_source_next(source, &batch), PS_NEXT_BATCH);
    assert_int_equal(batch.count, 1);
    ualarm(20000, 20000); /* again and again: the first may come before the read */
    assert_int_equal(ps_source_next(source, &batch), PS_NEXT_NONE_YET);
    assert_int_equal(ps_source_next(source, &batch), PS_NEXT_NONE_YET);
    ualarm(0, 0);
    assert_int_equal(write(ends[1], build.bytes + half, build.length - half), build.length - half);
    assert_int_equal(ps_source_next(source, &batch), PS_NEXT_BATCH);
    assert_int_equal(batch.count, 1);
    assert_int_equal(batch.packet[0].captured, 21);
    close(ends[1]);
    assert_int_equal(ps_source_next(source, &batch), PS_NEXT_END);
    assert_false(ps_source_input(source, 0)->damaged);
    ps_source_close(source);
    sigaction(SIGALRM, &before, NULL);
    restore_stdin(stdin_before);
    build_finish(&build);
}

static void a_descriptor_that_does_not_block(void **state)
{
    (void)state;
    struct build build;
    struct collected got;
    build_capture(&build, 30);
    struct writer writer = {.build = &build, .step = 64};
    int before = pipe_to_stdin(&writer);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    collect_path("-", PS_READER_AUTO, &got);
    pthread_join(writer.thread, NULL);
    restore_stdin(before);
    assert_clean(&got, 30);
    collected_finish(&got);
    build_finish(&build);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    ps_source_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_read),
        cmocka_unit_test(what_cannot_be_opened),
        cmocka_unit_test(failures_among_other_inputs),
        cmocka_unit_test(a_directory_stands_for_its_captures),
        cmocka_unit_test(a_directory_without_captures),
        cmocka_unit_test(standard_input_in_tiny_writes),
        cmocka_unit_test(a_fifo_by_its_name),
        cmocka_unit_test(standard_input_twice),
        cmocka_unit_test(an_interrupted_read),
        cmocka_unit_test(a_descriptor_that_does_not_block),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests_name("capture-input", tests, enter_folder, leave_folder);
}
