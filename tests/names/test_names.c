/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a name comes from: a file that was asked for, the system's file, the built-in table, in
 * this order; and what happens when a file is not as it should be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names_internal.h"

/* A file with `length` bytes of `text`; `path` is made by this function. */
static void write_file(char path[32], const char *text, size_t length)
{
    (void)snprintf(path, 32, "/tmp/portsniff-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), (ssize_t)length);
    assert_int_equal(close(fd), 0);
}

static void classes(void **state)
{
    static const struct {
        uint16_t port;
        const char *name;
    } rows[] = {
        {0, "well-known"},     {1023, "well-known"}, {1024, "registered"},
        {49151, "registered"}, {49152, "dynamic"},   {65535, "dynamic"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(ps_port_class_name(ps_port_class(rows[i].port)), rows[i].name);
    assert_string_equal(ps_port_class_name(PS_CLASS_COUNT), "");
}

static void earlier_wins(void **state)
{
    static const char own[] = "mine 443/tcp\nmine-too 443/tcp\nlite 7000/udplite\n";
    static const char system[] = "theirs 443/tcp\ntheirs 443/udp\nodd line\ntheirs 22/tcp\n";
    char own_path[32], system_path[32];
    struct ps_names *names = NULL;
    (void)state;
    write_file(own_path, own, strlen(own));
    write_file(system_path, system, strlen(system));
    assert_int_equal(ps_names_create_from(own_path, system_path, false, &names, NULL), 0);
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_TCP, 443), "mine");
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_UDP, 443), "theirs");
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_TCP, 22), "theirs");
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_SCTP, 22), "ssh");
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_UDPLITE, 7000), "lite");
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_UDPLITE, 443), "theirs");
    ps_names_destroy(names);
    (void)unlink(own_path);
    (void)unlink(system_path);
}

static void numeric(void **state)
{
    static const char own[] = "mine 443/tcp\n", broken[] = "mine\n";
    char own_path[32], broken_path[32];
    struct ps_names *names = NULL;
    struct ps_error error;
    (void)state;
    write_file(own_path, own, strlen(own));
    write_file(broken_path, broken, strlen(broken));
    assert_int_equal(ps_names_create(own_path, 1, &names, &error), 0);
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_TCP, 443), "");
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_TCP, 22), "");
    ps_names_destroy(names);
    assert_int_equal(ps_names_create(broken_path, 1, &names, &error), -1);
    (void)unlink(own_path);
    (void)unlink(broken_path);
}

static void system_file_missing(void **state)
{
    struct ps_names *names = NULL;
    (void)state;
    assert_int_equal(ps_names_create_from(NULL, "/nonexistent/services", false, &names, NULL), 0);
    assert_string_equal(ps_service_name(names, PS_TRANSPORT_TCP, 443), "https");
    ps_names_destroy(names);
}

static void unreadable(void **state)
{
    static const char bad[] = "ssh 22/tcp\nssh 99999/tcp\n";
    char path[32];
    struct ps_names *const untouched = (struct ps_names *)&path, *names = untouched;
    struct ps_error error;
    (void)state;
    assert_int_equal(ps_names_create("/nonexistent/services", 0, &names, &error), -1);
    assert_non_null(strstr(error.text, "/nonexistent/services: No such file or directory"));
    assert_int_equal(ps_names_create("/", 0, &names, &error), -1);
    assert_non_null(strstr(error.text, "/: Is a directory"));
    assert_int_equal(ps_names_create("/dev/zero", 0, &names, &error), -1);
    assert_non_null(strstr(error.text, "/dev/zero: larger than 16 MiB"));
    write_file(path, bad, strlen(bad));
    assert_int_equal(ps_names_create(path, 0, &names, &error), -1);
    assert_non_null(strstr(error.text, "line 2: the port is above 65535"));
    assert_ptr_equal(names, untouched);
    (void)unlink(path);
}

static void destroy_nothing(void **state)
{
    (void)state;
    ps_names_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),    cmocka_unit_test(earlier_wins),    cmocka_unit_test(numeric),
        cmocka_unit_test(unreadable), cmocka_unit_test(destroy_nothing), cmocka_unit_test(system_file_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
